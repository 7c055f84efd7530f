"""What the benches of pages share: the application in this process, its database, and how long answers take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from bench.harness import Result
from survey import create_app, database
from survey.garbage import spare_loaded

GOAL_MS = 150
ROUNDS = 21


@contextmanager
def application(url: str) -> Iterator[tuple[Flask, Engine]]:
    """The application on a database, to be asked without a network, and an engine of its own to fill and read it."""
    app = create_app({"TESTING": True, "DATABASE_URL": url, "SECRET_KEY": "k" * 40, "SCAN_SECONDS": 0})
    engine = database.make_engine(url)
    try:
        yield app, engine
    finally:
        engine.dispose()
        app.extensions["engine"].dispose()


def analyse(engine: Engine) -> None:
    """What autovacuum of PostgreSQL does some minutes after a table was filled; what was written must be committed."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def asking(client: FlaskClient, path: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    return ask


def p95(work: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """The 95th percentile of the server's time in milliseconds; the first call, which fills caches, is left out.

    `before` runs ahead of each call, unmeasured. As in a process that serves, what was loaded before is spared by the
    garbage collection.
    """
    work()
    spare_loaded()
    times = []
    for _ in range(ROUNDS):
        if before is not None:
            before()
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return 1000 * quantiles(times, n=20)[-1]


def answer_time(name: str, work: Callable[[], object], before: Callable[[], object] | None = None) -> Result:
    """The same beside the goal of a page."""
    return Result(name, p95(work, before), "ms p95", GOAL_MS, at_most=True)
