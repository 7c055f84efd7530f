"""What viewers below the compiler see of an open wave: it moves once a day and never by one to four people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey.models import (
    Collector,
    ItemTally,
    ReleasedItemTally,
    ReleasedResponseTally,
    ReleasedScopeTally,
    ResponseTally,
    ScopeTally,
)
from survey.operations.ledger import flag_response, seal_all
from survey.operations.release import ReleaseError, release_due, release_step
from survey.operations.responses import Submission
from tests.ballots import ballot, make_collectors, store

DAY = date(2026, 1, 10)
FIRST_HALF = datetime(2026, 1, 10, 3, 0, tzinfo=UTC)
SECOND_HALF = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def collectors(session: Session) -> list[Collector]:
    return make_collectors(session)


def ballots(collector: Collector, first: int, count: int, **more: Any) -> list[Submission]:
    answers = {"access_1": 5, "procedures_1": 2, "overall": 4}
    return [ballot(number, collector, answers, **more) for number in range(first, first + count)]


def step(session: Session, collectors: list[Collector], day: date) -> int | None:
    wave_id = collectors[0].wave_id
    session.rollback()
    moved = release_step(session, wave_id, day)
    session.commit()
    return moved


def released(session: Session) -> int:
    return session.scalar(select(func.coalesce(func.sum(ReleasedResponseTally.responses), 0))) or 0


def table(session: Session, model: type) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in session.execute(select(model.__table__)))  # type: ignore[attr-defined]


def test_four_new_people_move_nothing_and_five_do(session: Session, collectors: list[Collector]) -> None:
    store(session, ballots(collectors[0], 1, 4))
    assert step(session, collectors, DAY) == 0
    assert released(session) == 0
    store(session, ballots(collectors[0], 5, 1))
    assert step(session, collectors, DAY + timedelta(1)) == 1
    for copy, live in (
        (ReleasedResponseTally, ResponseTally),
        (ReleasedItemTally, ItemTally),
        (ReleasedScopeTally, ScopeTally),
    ):
        assert table(session, copy) == table(session, live) != []
    store(session, ballots(collectors[0], 10, 4))
    assert step(session, collectors, DAY + timedelta(2)) == 0
    assert released(session) == 5
    assert table(session, ReleasedItemTally) != table(session, ItemTally)
    store(session, ballots(collectors[0], 20, 1))
    assert step(session, collectors, DAY + timedelta(3)) == 1
    assert released(session) == 10
    assert table(session, ReleasedScopeTally) == table(session, ScopeTally)


def test_it_moves_once_a_day(session: Session, collectors: list[Collector]) -> None:
    store(session, ballots(collectors[0], 1, 5))
    assert step(session, collectors, DAY) == 1
    store(session, ballots(collectors[0], 10, 5))
    assert step(session, collectors, DAY) is None
    assert released(session) == 5
    assert step(session, collectors, DAY + timedelta(1)) == 1
    assert released(session) == 10


def test_a_breakdown_by_doubt_is_no_loophole(session: Session, collectors: list[Collector]) -> None:
    store(session, ballots(collectors[0], 1, 5))
    assert step(session, collectors, DAY) == 1
    store(session, ballots(collectors[0], 10, 4) + ballots(collectors[0], 20, 1, flags=("too_fast",)))
    assert step(session, collectors, DAY + timedelta(1)) == 0
    store(session, ballots(collectors[0], 30, 5))
    assert step(session, collectors, DAY + timedelta(2)) == 1
    rows = session.execute(select(ReleasedResponseTally.flagged, ReleasedResponseTally.responses)).all()
    assert [tuple(row) for row in rows] == [(False, 14)]


def test_a_ballot_doubted_later_does_not_show_itself(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    ids = store(session, ballots(collectors[0], 1, 12))
    assert step(session, collectors, DAY) == 1
    before = table(session, ReleasedItemTally)
    flag_response(session, ids[0], "manual")
    session.commit()
    assert step(session, collectors, DAY + timedelta(1)) == 0
    assert table(session, ReleasedItemTally) == before


@pytest.mark.parametrize("parts", ["collectors", "half_months"])
def test_five_people_in_two_cells_do_not_move_either(session: Session, collectors: list[Collector], parts: str) -> None:
    """A view by trust level or by half-month would show the three and the two."""
    if parts == "collectors":
        new = ballots(collectors[0], 1, 3) + ballots(collectors[1], 10, 2)
    else:
        new = ballots(collectors[0], 1, 3, at=FIRST_HALF) + ballots(collectors[0], 10, 2, at=SECOND_HALF)
    store(session, new)
    assert step(session, collectors, DAY) == 0
    assert released(session) == 0


def test_the_tail_is_sealed_first_and_test_ballots_do_not_count(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    store(session, ballots(collectors[0], 1, 4) + ballots(collectors[0], 10, 3, is_test=True))
    assert step(session, collectors, DAY) == 0
    assert seal_all(engine) == 0
    store(session, ballots(collectors[0], 20, 1))
    assert step(session, collectors, DAY + timedelta(1)) == 1


def test_only_an_open_wave_is_released(session: Session, collectors: list[Collector], engine: Engine) -> None:
    store(session, ballots(collectors[0], 1, 5))
    wave = collectors[0].wave
    wave.state, wave.closed_at = "closed", datetime.now(UTC)
    session.commit()
    with pytest.raises(ReleaseError):
        step(session, collectors, DAY)
    session.rollback()
    assert release_due(engine, DAY) == 0


def test_every_open_wave_gets_its_step_once(session: Session, collectors: list[Collector], engine: Engine) -> None:
    store(session, ballots(collectors[0], 1, 6))
    assert [release_due(engine, DAY), release_due(engine, DAY), release_due(engine, DAY + timedelta(1))] == [1, 0, 1]
    assert released(session) == 6


def test_what_rests_on_the_release_is_done_with_it_or_not_at_all(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    store(session, ballots(collectors[0], 1, 6))
    seen: list[tuple[str, int]] = []
    release_due(engine, DAY, then=lambda own, wave: seen.append((wave.code, released(own))))
    assert seen == [(collectors[0].wave.code, 6)]

    def fail(_session: Session, _wave: object) -> None:
        raise RuntimeError

    store(session, ballots(collectors[0], 100, 6))
    with pytest.raises(RuntimeError):
        release_due(engine, DAY + timedelta(1), then=fail)
    assert released(session) == 6
