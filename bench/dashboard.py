"""Server time of the back office's pages at a million responses and 4,000 units: p50, p95, and how many bare pages.

The data are those of bench/figures.py, with a hundred thousand comments. Each page is asked for by a signed-in
compiler through the application itself, without a network; large subtrees are remembered as in the service, so that
p95 is what a reader waits, and the first look at each is printed beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from statistics import median, quantiles

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from bench import bare, figures
from bench.harness import DATABASES, Result, measured
from survey import create_app
from survey.models import Unit, Wave
from survey.operations import waves
from survey.operations.writing import begin_write
from tests.staff import make_account, sign_in

UNITS, AMOUNT, COMMENTS_EACH = 4000, 1_000_000, 10
REPETITIONS = 40
GOAL_MS = 150


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url:
            app = create_app({"DATABASE_URL": url, "SECRET_KEY": "a key of the bench"})
            engine = app.extensions["engine"]
            with Session(engine, expire_on_commit=False) as session:
                wave = figures.build(session, AMOUNT, UNITS)
                begin_write(session)
                _comments(session.connection())
                session.commit()
                root = session.scalars(select(Unit).where(Unit.kind == "province")).one()
                client = app.test_client()
                sign_in(client, make_account(session, "compiler", root))
                yield from _pages(client, session, wave, f"{kind}, open")
                begin_write(session)
                waves.close_wave(session, wave, figures.NOW)
                waves.publish_wave(session, wave, figures.NOW)
                session.commit()
                yield from _pages(client, session, wave, f"{kind}, published")
            engine.dispose()


def _pages(client: FlaskClient, session: Session, wave: Wave, where: str) -> Iterator[Result]:
    chance = random.Random(3)
    codes = session.scalars(select(Unit.code).where(Unit.kind == "commune")).all()
    session.rollback()
    floor = median(measured(lambda: _get(_bare(), "/"), 1) for _ in range(REPETITIONS))
    yield Result(f"a bare page, {where}", 1000 * floor, "ms")
    pages: tuple[tuple[str, Callable[[], str]], ...] = (
        ("dashboard of a unit", lambda: f"/staff/ket-qua/{wave.code}/{chance.choice(codes)}"),
        ("  of a month", lambda: f"/staff/ket-qua/{wave.code}/{chance.choice(codes)}?period=2026-03"),
        ("dashboard of the province", lambda: f"/staff/ket-qua/{wave.code}/P"),
        ("waves × units", lambda: "/staff/ket-qua/"),
        ("heat table, 100 rows of 4,000", lambda: f"/staff/ket-qua/bang-nhiet/{wave.code}?sort=access"),
        ("responses", lambda: "/staff/phieu-tra-loi/"),
        ("responses of a unit", lambda: f"/staff/phieu-tra-loi/?unit={chance.choice(codes)}"),
        ("comments", lambda: "/staff/nhan-xet/"),
        ("comments searched", lambda: "/staff/nhan-xet/?q=thai+do+tot"),
    )
    for name, url in pages:
        first = measured(lambda url=url: _get(client, url()), 1)
        times = [measured(lambda url=url: _get(client, url()), 1) for _ in range(REPETITIONS)]
        yield Result(f"{name}, first look, {where}", 1000 * first, "ms")
        yield Result(f"{name}, p50", 1000 * median(times), "ms", ratio=median(times) / floor)
        yield Result(f"{name}, p95", 1000 * quantiles(times, n=20)[-1], "ms", GOAL_MS, at_most=True)


def _bare() -> FlaskClient:
    app: Flask = bare.app
    return app.test_client()


def _get(client: FlaskClient, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)


def _comments(connection: Connection) -> None:
    """Every tenth sealed response wrote something; made by the database itself."""
    question = connection.execute(text("SELECT id FROM question WHERE kind = 'long_text'")).scalar_one()
    chosen = f"FROM response WHERE id <= {AMOUNT} AND mod(id, {COMMENTS_EACH}) = 0"
    words = "'Cán bộ thái độ tốt, ý kiến số ' || id"
    connection.exec_driver_sql(
        f"INSERT INTO text_answer (response_id, question_id, text) SELECT id, {question}, {words} {chosen}"
    )
    columns = "(id, response_id, question_id, wave_id, unit_id, month, folded, released_on)"
    values = f"mod(response.id * 7919, 100000007), response.id, {question}, wave_id, unit_id, 24312"
    folded = "'can bo thai do tot, y kien so ' || response.id, '2026-05-01'"
    source = (
        chosen.replace(" id", " response.id")
        .replace("(id", "(response.id")
        .replace("WHERE", "JOIN collector ON collector.id = collector_id WHERE")
    )
    connection.exec_driver_sql(f"INSERT INTO comment {columns} SELECT {values}, {folded} {source}")
