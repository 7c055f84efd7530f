"""What stands beside the server: waves open by themselves, and a server that is stopped has stored its scans."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey import database
from survey.models import Collector, CollectorScan, Wave
from survey.operations.periods import province_today
from tests.factories import make_collector, make_unit, make_wave
from tests.serving import SIPAS, free_port, wait_until


@pytest.mark.slow
def test_a_served_wave_opens_on_its_day_and_scans_outlive_the_server(sqlite_url: str, tmp_path: Path) -> None:
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        unit = make_unit(session, code="X1")
        wave = make_wave(session, code="W", units=[unit])
        wave.opens_on = wave.closes_on = province_today()
        code = make_collector(session, wave, unit).code
        session.commit()
    environment = {**os.environ, "DATABASE_URL": sqlite_url, "INSTANCE_PATH": str(tmp_path), "WEB_CONCURRENCY": "2"}
    environment["PORT"] = port = str(free_port())
    with subprocess.Popen([*SIPAS, "serve"], env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            wait_until(lambda: value(engine, select(Wave.state)) == "open", 60)
            wait_until(lambda: opened(port, code), 10)  # what is known of a place is kept for two seconds
            times = 1 + sum(opened(port, code) for _ in range(9))
            assert times == 10
            assert value(engine, select(func.count()).select_from(Collector)) == 1
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
    assert value(engine, select(func.sum(CollectorScan.scans))) == 10
    engine.dispose()


def value(engine: Engine, query: object) -> object:
    with Session(engine) as session:
        return session.scalar(query)  # type: ignore[call-overload]


def opened(port: str, code: str) -> bool:
    """Whether the form was shown, to somebody who says to be a phone."""
    connection = http.client.HTTPConnection(f"127.0.0.1:{port}", timeout=10)
    connection.request("GET", f"/s/{code}", headers={"User-Agent": "Mozilla/5.0 (Linux; Android 10) Mobile Safari"})
    status = connection.getresponse().status
    connection.close()
    return status == 200
