"""The public site of a province of 200 units: pages against the goal of a page, and the first byte of open data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from bench.figures import build
from bench.harness import DATABASES, Result
from bench.pages import answer_time, application, asking
from survey.models import Unit
from survey.operations import filing_figures, waves
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import seal_all

UNITS = 200
RESPONSES = 100 * UNITS
MOST_KB = 40  # a second on a slow mobile connection


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url, application(url) as (app, engine):
            now = datetime.now(UTC)
            with Session(engine, expire_on_commit=False) as session:
                wave = build(session, RESPONSES, UNITS)
                session.commit()
                seal_all(engine)
                waves.close_wave(session, wave, now)
                keep_disclosure(session, wave)
                waves.publish_wave(session, wave, now)
                session.commit()
                code, units = wave.code, [unit.code for unit in session.query(Unit).order_by(Unit.code).limit(5)]
            filing_figures.freeze_due(engine, now)
            client = app.test_client()
            chosen = "&".join(f"don-vi={unit}" for unit in units)
            pages = {
                "front page": "/ket-qua/",
                "a wave": f"/ket-qua/{code}",
                "five units side by side": f"/so-sanh/?{chosen}",
                "open data, list": "/du-lieu/",
                "a unit": f"/ket-qua/{code}/{units[1]}",
                "a unit over the years": f"/ket-qua/don-vi/{units[1]}",
            }
            if kind == "sqlite":
                yield from (weight(client, f"{name}, {UNITS} units", path) for name, path in pages.items())
            for name, path in pages.items():
                yield answer_time(f"{name}, {UNITS} units, {kind}", asking(client, path))
            yield answer_time(f"open data, first bytes, {UNITS} units, {kind}", beginning(client, code))


def weight(client: FlaskClient, name: str, path: str) -> Result:
    """What a phone loads that was never here: the page and its one style sheet, compressed, in two requests."""
    packed = {"Accept-Encoding": "br, gzip"}
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get(path).text)
    loaded = sum(len(client.get(each, headers=packed).data) for each in (path, sheet))
    return Result(f"{name}, over the wire", loaded / 1000, "kB", MOST_KB, at_most=True)


def beginning(client: FlaskClient, code: str) -> Callable[[], None]:
    """Ask for the table of all figures, and read its first bytes."""

    def ask() -> None:
        answer = client.get(f"/du-lieu/dot/{code}/so-lieu.csv", buffered=False)
        assert next(answer.iter_encoded())
        answer.close()

    return ask
