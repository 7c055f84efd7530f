"""Many citizens at once before a real server: what was acknowledged is stored, once, and the figure is theirs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from survey.analysis.summary import unit_report
from survey.blueprints import citizen
from survey.database import current_session
from survey.models import Collector
from survey.operations.recount import recount
from survey.operations.responses import Receipt, Submission, record_response
from tests.acknowledged import SOUND, THREADS, Citizens, Filled, Journal, stored_ids
from tests.factories import make_collector, make_definition, make_questionnaire, make_response, make_unit, make_wave
from tests.serving import Serving

QUESTIONS = ("access_1", "access_2", "results_1")
LEAST_SECONDS = 2  # three answers given sooner are doubted, and counted apart


@pytest.fixture
def collector(session: Session) -> Collector:
    asked = make_questionnaire(session, make_definition(factors={"access": 2, "results": 1}))
    unit = make_unit(session, code="x1")
    wave = make_wave(session, code="w", units=[unit], questionnaire=asked, state="open")
    collector = make_collector(session, wave, unit)
    session.commit()
    return collector


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    folder = tmp_path / "citizens"
    folder.mkdir()
    with Journal(folder) as journal:
        yield journal


@pytest.fixture
def serving(database_url: str, tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(database_url, tmp_path)
    yield serving
    serving.kill()


@pytest.fixture
def citizens(app: Flask, collector: Collector, journal: Journal, session: Session) -> Iterator[Citizens]:
    """Citizens before the application in this process, which a test may have changed."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    code = collector.code
    session.rollback()
    yield Citizens(server.server_port, code, QUESTIONS, journal)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_300_ballots_sent_twice_by_eight_at_once(
    session: Session, collector: Collector, journal: Journal, serving: Serving, database_url: str
) -> None:
    wave, code = collector.wave, collector.code
    session.rollback()
    serving.start()
    citizens = Citizens(serving.port, code, QUESTIONS, journal)
    forms = citizens.fill_in(300)
    assert citizens.outcomes == {200: 300}
    time.sleep(LEAST_SECONDS)
    citizens.post_twice(forms)
    assert set(citizens.outcomes) <= {200, 303, 503}, serving.complaints.read_text()
    assert journal.acknowledged_ids() == {form.id for form in forms}
    assert {len(receipts) for receipts in citizens.receipts.values()} == {1}
    stored = stored_ids(database_url)
    assert journal.verdict(stored) == SOUND
    by_hand = journal.counted_by_hand(stored)
    satisfied = sum(number for (_, choice), number in by_hand.items() if choice >= 4)
    report = unit_report(session, wave)
    assert (report.index.people, report.index.answers) == (300, 900)
    assert report.index.estimate.estimate == pytest.approx(satisfied / 900, abs=1e-12)
    counted = {(item.code, n): number for item in report.items for n, number in enumerate(item.counts.n, 1)}
    assert Counter(counted) == by_hand
    session.rollback()
    assert recount(session) == []


def acknowledge_first(kept: Callable[[int], bool]) -> Callable[[Submission], Receipt]:
    """The variant that must fail: of the ballots in turn, those that are not `kept` are thanked for and rolled back."""
    turn, lock = [0], threading.Lock()

    def store(submission: Submission) -> Receipt:
        with lock:
            turn[0] += 1
            number = turn[0]
        receipt = record_response(current_session(), submission)
        if kept(number):
            current_session().commit()
        return receipt

    return store


@pytest.mark.parametrize(("name", "kept"), [("none", lambda number: False), ("most", lambda number: number % 10 != 0)])
def test_thanks_before_the_commit_are_found_as_lost(
    citizens: Citizens,
    journal: Journal,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    kept: Callable[[int], bool],
) -> None:
    monkeypatch.setattr(citizen, "store", acknowledge_first(kept))
    forms = citizens.fill_in(40)
    for form in forms:
        assert citizens.post(form)
    verdict = journal.verdict(stored_ids(database_url))
    assert verdict.lost == {form.id for number, form in enumerate(forms, 1) if not kept(number)} != set()
    assert (verdict.duplicates, verdict.ghosts) == (0, frozenset())


def test_the_same_way_with_its_commit_loses_none(citizens: Citizens, journal: Journal, database_url: str) -> None:
    forms = citizens.fill_in(40)
    citizens.post_twice(forms)
    assert citizens.outcomes == {200: 40, 303: 80}
    assert journal.verdict(stored_ids(database_url)) == SOUND


def test_a_check_before_the_insert_is_found_as_duplicates(
    engine: Engine, session: Session, journal: Journal, database_url: str
) -> None:
    """Without UNIQUE, all who look before the first has written store the same ballot."""
    session.execute(text("CREATE TABLE naive (submission_id {})".format("blob" if "lite" in database_url else "bytea")))
    session.commit()
    form = Filled("A" * 43, dict.fromkeys(QUESTIONS, 5))
    looked = threading.Barrier(THREADS)

    def post() -> None:
        journal.sending(form)
        given = {"id": bytes.fromhex(form.id)}
        with engine.begin() as connection:
            seen = connection.execute(text("SELECT 1 FROM naive WHERE submission_id = :id"), given).first()
        looked.wait(10)
        if seen is None:
            with engine.connect().execution_options(write=True) as connection:
                connection.execute(text("INSERT INTO naive VALUES (:id)"), given)
                connection.commit()
            journal.acknowledged(form)

    threads = [threading.Thread(target=post) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = journal.verdict(stored_ids(database_url, "naive"))
    assert (verdict.lost, verdict.duplicates, verdict.ghosts) == (frozenset(), THREADS - 1, frozenset())


def test_a_ballot_that_nobody_sent_is_found_as_a_ghost(
    citizens: Citizens, session: Session, collector: Collector, journal: Journal, database_url: str
) -> None:
    citizens.post_twice(citizens.fill_in(5))
    slipped_in = make_response(session, session.scalars(select(Collector)).one(), answers={"access_1": 5})
    session.commit()
    assert journal.verdict(stored_ids(database_url)).ghosts == {slipped_in.submission_id.hex()}
