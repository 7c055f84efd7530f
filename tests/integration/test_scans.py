"""Scans are counted apart from people: as often as a form was opened, each once, whatever processes and failures do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from survey import scan_counter
from survey.models import Collector, CollectorScan
from survey.operations.scans import add_scans
from survey.scan_counter import ScanCounter
from tests.ballots import make_collectors

DAY = date(2026, 1, 10)
NEXT = date(2026, 1, 11)


@pytest.fixture
def collectors(session: Session) -> list[Collector]:
    return make_collectors(session)


def stored(engine: Engine) -> dict[tuple[int, date], int]:
    with Session(engine) as own:
        return {(row.collector_id, row.day): row.scans for row in own.scalars(select(CollectorScan))}


def test_scans_add_up_by_collector_and_day(session: Session, collectors: list[Collector], engine: Engine) -> None:
    one, two = collectors[0].id, collectors[1].id
    for counted in ({(one, DAY): 3, (two, DAY): 1}, {(one, DAY): 2, (one, NEXT): 1}, {}):
        add_scans(session, counted)
    session.commit()
    assert stored(engine) == {(one, DAY): 5, (two, DAY): 1, (one, NEXT): 1}


@pytest.mark.parametrize("change", [update(CollectorScan).values(scans=1), delete(CollectorScan)], ids=["less", "none"])
def test_the_database_lets_them_only_grow(session: Session, collectors: list[Collector], change: object) -> None:
    add_scans(session, {(collectors[0].id, DAY): 3})
    with pytest.raises(IntegrityError, match="only add up"):
        session.execute(change)  # type: ignore[call-overload]


def test_many_threads_and_processes_lose_and_double_nothing(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    """Three counters stand for three workers, four threads each, storing again and again while they count."""
    counters = [ScanCounter(lambda: engine, seconds=0, today=lambda: DAY) for _ in range(3)]
    one, two = collectors[0].id, collectors[1].id

    def visit(counter: ScanCounter) -> None:
        for number in range(250):
            counter.count(one if number % 5 else two)
            if number % 100 == 99:
                counter.flush()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(visit, counters * 4))
    for counter in counters:
        counter.close()
    assert stored(engine) == {(one, DAY): 3 * 4 * 200, (two, DAY): 3 * 4 * 50}


def test_what_the_database_does_not_take_is_kept_with_its_day(
    session: Session, collectors: list[Collector], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = [DAY]
    counter = ScanCounter(lambda: engine, seconds=0, today=lambda: today[0])
    counter.count(collectors[0].id)

    def refuse(*_arguments: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(scan_counter, "add_scans", refuse)
        counter.flush()
        assert stored(engine) == {}
    today[0] = NEXT
    counter.count(collectors[0].id)
    counter.flush()
    counter.flush()
    assert stored(engine) == {(collectors[0].id, DAY): 1, (collectors[0].id, NEXT): 1}


@contextmanager
def counting(engine: Engine, seconds: float) -> Iterator[ScanCounter]:
    counter = ScanCounter(lambda: engine, seconds)
    yield counter
    counter.close()


def test_a_thread_stores_what_was_counted(session: Session, collectors: list[Collector], engine: Engine) -> None:
    with counting(engine, 0.05) as counter:
        counter.count(collectors[0].id)
        for _ in range(100):
            if stored(engine):
                break
            threading.Event().wait(0.05)
        assert sum(stored(engine).values()) == 1


def test_closing_stores_the_rest(session: Session, collectors: list[Collector], engine: Engine) -> None:
    with counting(engine, 3600) as counter:
        counter.count(collectors[0].id)
        assert stored(engine) == {}
    assert sum(stored(engine).values()) == 1
