"""The same ids from several processes at once: each is stored exactly once, and a naive way is seen to fail."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import database
from survey.models import Collector
from survey.operations.responses import Submission, record_response
from tests.factories import make_collector, make_unit, make_wave

IDS = [number.to_bytes(16) for number in range(200)]
WORKERS = 3
POSTS = 8


def post_all(url: str, collector_id: int, questions: list[int], shifts: list[int]) -> list[str]:
    """What one worker process does: threads that post every id, each beginning at another."""
    engine = database.make_engine(url, pool_size=len(shifts))
    barrier = Barrier(len(shifts))
    outcomes: list[str] = []

    def work(shift: int) -> None:
        barrier.wait()
        for submission_id in IDS[shift:] + IDS[:shift]:
            ballot = Submission(
                submission_id=submission_id,
                collector_id=collector_id,
                received_at=1_773_628_200,
                seconds=60,
                language="vi",
                choices=dict.fromkeys(questions, 4),
            )
            with Session(engine) as session:
                receipt = record_response(session, ballot)
                session.commit()
            outcomes.append(receipt.outcome)

    threads = [Thread(target=work, args=(shift,)) for shift in shifts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    return outcomes


def insert_unless_seen(url: str, collector_id: int, questions: list[int], shifts: list[int]) -> list[str]:
    """The control: look whether the id is there, then insert, in a table that leaves uniqueness to the program.

    The moment between looking and inserting, which a server meets by chance, is made certain once: for the first id
    nobody of a process inserts before all of them have looked.
    """
    engine = database.make_engine(url, pool_size=len(shifts))
    barrier = Barrier(len(shifts))

    def patiently(statement: str, submission_id: bytes) -> Any:
        while True:
            try:
                with engine.begin() as connection:
                    result = connection.execute(text(statement), {"id": submission_id})
                    return result.first() if result.returns_rows else None
            except OperationalError:
                continue

    def post(submission_id: bytes, between: Callable[[], object]) -> None:
        seen = patiently("SELECT 1 FROM naive WHERE submission_id = :id", submission_id)
        between()
        if seen is None:
            patiently("INSERT INTO naive VALUES (:id)", submission_id)

    def work(shift: int) -> None:
        post(IDS[0], barrier.wait)
        for submission_id in IDS[shift:] + IDS[:shift]:
            post(submission_id, lambda: None)

    threads = [Thread(target=work, args=(shift,)) for shift in shifts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    return []


def race(work: Callable[..., list[str]], url: str, collector_id: int, questions: list[int]) -> Counter[str]:
    """Eight posts of each id, by three processes; every second post begins where the one before does."""
    shifts = [(post // 2) * 50 for post in range(POSTS)]
    shares = [shifts[worker::WORKERS] for worker in range(WORKERS)]
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what the processes import takes longer than the race
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        results = [pool.submit(work, url, collector_id, questions, share) for share in shares]
        return Counter(outcome for result in results for outcome in result.result())


@pytest.fixture
def collector(session: Session) -> Collector:
    unit = make_unit(session, code="x1")
    wave = make_wave(session, code="w", units=[unit], state="open")
    collector = make_collector(session, wave, unit)
    session.commit()
    return collector


def stored(url: str, query: str) -> int:
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as connection:
            return int(connection.execute(query).fetchone()[0])
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return int(row[0])


@pytest.mark.slow
def test_eight_posts_of_200_ids_store_200_ballots(
    session: Session, collector: Collector, database_url: str, engine: Engine
) -> None:
    questions = [question.id for question in collector.wave.questionnaire.questions]
    session.rollback()
    outcomes = race(post_all, database_url, collector.id, questions)
    assert outcomes == {"recorded": 200, "repeated": 1400}
    assert stored(database_url, "SELECT count(*) FROM response") == 200
    assert stored(database_url, "SELECT count(DISTINCT submission_id) FROM response") == 200
    assert stored(database_url, "SELECT count(*) FROM answer") == 200 * len(questions)
    assert stored(database_url, "SELECT count(*) FROM response_conflict") == 0


@pytest.mark.slow
def test_check_then_insert_stores_more_than_200(session: Session, database_url: str, engine: Engine) -> None:
    """The negative control: the same race breaks what checks first, so the test above can fail."""
    binary = "blob" if engine.dialect.name == "sqlite" else "bytea"
    session.execute(text(f"CREATE TABLE naive (submission_id {binary})"))
    session.commit()
    race(insert_unless_seen, database_url, 0, [])
    assert stored(database_url, "SELECT count(*) FROM naive") > 200
    assert stored(database_url, "SELECT count(DISTINCT submission_id) FROM naive") == 200
