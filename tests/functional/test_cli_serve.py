"""`sipas serve`: the address first, workers that answer, one sealer that is replaced, and nothing left behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey import database
from tests.serving import SIPAS, children, free_port, wait_until


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'sipas.sqlite'}",
        "INSTANCE_PATH": str(tmp_path),
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "2",
    }


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    database.upgrade(environment["DATABASE_URL"])
    process = subprocess.Popen([*SIPAS, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.slow
def test_it_serves_seals_and_stops_cleanly(server: subprocess.Popen[str], environment: dict[str, str]) -> None:
    assert server.stdout is not None
    url = f"http://127.0.0.1:{environment['PORT']}"
    assert server.stdout.readline().strip() == url

    def sealers() -> list[int]:
        return [pid for pid, command in children(server.pid).items() if " seal " in command]

    wait_until(lambda: len(children(server.pid)) == 3)
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()
    wait_until(lambda: len(sealers()) == 1)
    (first,) = sealers()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(sealers()) == 1 and sealers() != [first])
    running = list(children(server.pid))
    (sealer,) = sealers()
    server.send_signal(signal.SIGINT)
    assert server.wait(15) == 0
    assert not Path(f"/proc/{sealer}").exists()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running), 5)


@pytest.mark.slow
def test_the_sealer_stops_when_its_server_is_gone(server: subprocess.Popen[str]) -> None:
    assert server.stdout is not None
    server.stdout.readline()
    wait_until(lambda: any(" seal " in command for command in children(server.pid).values()))
    (sealer,) = (pid for pid, command in children(server.pid).items() if " seal " in command)
    server.kill()
    server.wait()
    wait_until(lambda: not Path(f"/proc/{sealer}").exists())


def test_a_database_without_its_schema_is_not_served(environment: dict[str, str]) -> None:
    refused = subprocess.run([*SIPAS, "serve"], env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "Run: sipas db upgrade" in refused.stderr


def test_a_port_that_is_taken_is_said_at_once(environment: dict[str, str]) -> None:
    database.upgrade(environment["DATABASE_URL"])
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        refused = subprocess.run([*SIPAS, "serve"], env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert f"Port {environment['PORT']} of 127.0.0.1 cannot be used" in refused.stderr
