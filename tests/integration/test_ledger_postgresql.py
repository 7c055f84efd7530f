"""Sealing on PostgreSQL, where a lower number may be committed after a higher one and must not be stepped over."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from survey.models import Answer, Collector, Response, Seal
from survey.operations import batches, ledger
from survey.operations.batches import store_submissions
from survey.operations.ledger import LedgerBusy, seal_all, seal_batch
from survey.operations.responses import record_response
from survey.operations.writing import begin_write
from tests.ballots import ballot, make_collectors, store


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """SQLite has one writer at a time: nothing of this can happen there."""
    return postgresql_url


@pytest.fixture
def collectors(session: Session) -> list[Collector]:
    return make_collectors(session)


def test_a_lower_number_committed_later_is_not_stepped_over(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    early, late = (ballot(number, collectors[0], {"overall": 4}) for number in (1, 2))
    session.rollback()
    with Session(engine) as slow:
        lower = record_response(slow, early).response_id or 0
        higher = store(session, [late])[0]
        assert lower < higher
        with pytest.raises(LedgerBusy):
            seal_batch(session, 100, wait_ms=50)
        session.rollback()
        assert session.scalars(select(Seal)).all() == []
        slow.commit()
    assert seal_all(engine) == 2
    assert session.scalars(select(Seal.first_response_id)).one() == lower


def test_without_the_lock_it_would_be(
    session: Session, collectors: list[Collector], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a sealer that only reads max(id) loses the ballot that commits later."""

    def unguarded(connection: Any, _wait_ms: int) -> int:
        return int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM response").scalar_one())

    monkeypatch.setattr(ledger, "_end_of_tail", unguarded)
    session.rollback()
    with Session(engine) as slow:
        record_response(slow, ballot(1, collectors[0], {"overall": 4}))
        store(session, [ballot(2, collectors[0], {"overall": 4})])
        assert seal_all(engine) == 1
        slow.commit()
    assert seal_all(engine) == 0
    assert len(session.scalars(select(Response.id)).all()) == 2


def test_numbers_that_an_import_has_drawn_are_waited_for(
    session: Session, collectors: list[Collector], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import draws its ids before it inserts: between the two, the sealer must wait as well."""
    imported, posted = (ballot(number, collectors[0], {"overall": 4}) for number in (1, 2))
    session.rollback()
    original = batches._response_rows
    outcomes: list[str] = []

    def between(*arguments: Any) -> Any:
        store(session, [posted])
        try:
            seal_batch(session, 100, wait_ms=50)
        except LedgerBusy:
            outcomes.append("waited")
        session.rollback()
        return original(*arguments)

    monkeypatch.setattr(batches, "_response_rows", between)
    with Session(engine) as importing:
        assert store_submissions(begin_write(importing), [imported]) == 1
        importing.commit()
    assert outcomes == ["waited"]
    assert seal_all(engine) == 2


def test_the_wait_for_the_tails_end_does_not_outlast_the_question(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    """The lock is given back before the batch is counted: ballots come in while a sealer works."""
    store(session, [ballot(1, collectors[0], {"overall": 4})])
    with Session(engine) as sealer:
        assert seal_batch(sealer, 100) is not None
        session.execute(text("SET LOCAL lock_timeout = 500"))
        assert record_response(session, ballot(2, collectors[0], {"overall": 5})).outcome == "recorded"
        session.commit()
        sealer.commit()
    assert seal_all(engine) == 1
    assert session.scalar(select(Answer.choice).order_by(Answer.response_id.desc()).limit(1)) == 5
