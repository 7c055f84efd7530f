"""A download that fails on the way, through the server that operators run: no client takes it for a whole file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest

from tests.broken_off import ANNOUNCED
from tests.serving import free_port, wait_until


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    number = free_port()
    command = [sys.executable, "-m", "gunicorn", "--threads", "4", "--no-control-socket", "--log-level", "critical"]
    command += ["--bind", f"127.0.0.1:{number}", "tests.broken_off:application"]
    with (tmp_path / "gunicorn.log").open("w") as log:
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(number))
            yield number
        finally:
            process.terminate()
            process.wait(15)


def _answers(port: int) -> bool:
    try:
        return get(port, ANNOUNCED).count(b"\n") > 0
    except OSError:
        return False


def get(port: int, rows: int) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("GET", f"/{rows}")
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["X-Rows"] == str(ANNOUNCED)
        return response.read()
    finally:
        connection.close()


def test_a_download_that_lacks_rows_breaks_off(port: int) -> None:
    assert get(port, ANNOUNCED).count(b"\r\n") == ANNOUNCED + 1
    with pytest.raises(IncompleteRead) as broken:
        get(port, ANNOUNCED // 2)
    assert 0 < broken.value.partial.count(b"\r\n") <= ANNOUNCED // 2 + 1
