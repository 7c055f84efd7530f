"""Reminders: units that have not held their dialogue as its half-year ends, and owners of promises that are late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select, true
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis.dialogue_board import board, period_of
from survey.models import Commitment, Unit
from survey.operations import notices
from survey.operations.periods import PROVINCE_TIME, province_day
from survey.operations.writing import begin_write

TOLD = ("late", "due", "planned", "none")  # where a unit may stand to be reminded by hand
_DUE = ("late", "due")  # and by date
_MONTHS_AFTER = 1  # the last half-year is called for until then
BATCH = 50  # units reminded in one transaction
DAYS_LOOKED_BACK = 7  # a promise is told of once; a server that stood still for a week misses none


def remind(session: Session, units: Iterable[Unit], period: HalfYear, at: datetime) -> int:
    """Queue a reminder to each unit, at most one a month; returns how many messages were queued."""
    return sum(notices.dialogue_reminder(session, unit, period.year, period.half, at=at) for unit in units)


def run_due(engine: Engine, now: datetime) -> int:
    """Remind who is due or late today and tell owners of promises whose deadline has just passed; how many messages.

    From the morning on, in short transactions of its own. What was told once is not told again, however often this
    runs; it reads every unit, so once an hour is enough.
    """
    if now.astimezone(PROVINCE_TIME).time() < notices.MORNING:
        return 0
    today, queued = province_day(now), 0
    with Session(engine) as session:
        called = [(period, _due(session, period, today)) for period in _called_for(today)]
        late = _just_late(session, today)
    for period, ids in called:
        for start in range(0, len(ids), BATCH):
            with Session(engine) as session:
                begin_write(session)
                queued += remind(session, _units(session, ids[start : start + BATCH]), period, now)
                session.commit()
    with Session(engine) as session:
        begin_write(session)
        for commitment in session.scalars(select(Commitment).where(Commitment.id.in_(late)).order_by(Commitment.id)):
            queued += notices.commitment_late(session, commitment, at=now)
        session.commit()
    return queued


def _called_for(today: date) -> list[HalfYear]:
    """This half-year, and the last one while it is still called for."""
    this = period_of(today)
    first = 1 if this.half == 1 else 7
    return [this.before, this] if today.month < first + _MONTHS_AFTER else [this]


def _due(session: Session, period: HalfYear, today: date) -> list[int]:
    """The keys of the units that are due or late."""
    return [line.unit_id for line in board(session, true(), period, today) if line.status in _DUE]


def _units(session: Session, ids: Iterable[int]) -> Iterable[Unit]:
    return session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id)).all()


def _just_late(session: Session, today: date) -> list[int]:
    """The keys of open promises whose deadline is lately past."""
    since = today - timedelta(days=DAYS_LOOKED_BACK)
    query = select(Commitment.id).where(
        Commitment.state == "open", Commitment.deadline_on < today, Commitment.deadline_on >= since
    )
    return list(session.scalars(query.order_by(Commitment.id)))
