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
from survey.operations.periods import province_day
from survey.operations.writing import begin_write

TOLD = ("late", "due", "planned", "none")  # where a unit may stand to be reminded by hand
_DUE = ("late", "due")  # and by date
_MONTHS_AFTER = 1  # the last half-year is called for until then
DAYS_LOOKED_BACK = 7  # a promise is told of once; a server that stood still for a week misses none


def remind(session: Session, units: Iterable[Unit], period: HalfYear, at: datetime) -> int:
    """Queue a reminder to each unit, at most one a month; returns how many messages were queued."""
    return sum(notices.dialogue_reminder(session, unit, period.year, period.half, at=at) for unit in units)


def run_due(engine: Engine, now: datetime) -> int:
    """Remind who is due or late today and tell owners of promises whose deadline has just passed; how many messages.

    In a transaction of its own. What was told once is not told again, however often this runs; it reads every unit,
    so once a day is enough.
    """
    today = province_day(now)
    with Session(engine) as session:
        begin_write(session)
        queued = sum(_remind_due(session, period, today, now) for period in _called_for(today))
        for commitment in _just_late(session, today):
            queued += notices.commitment_late(session, commitment, at=now)
        session.commit()
    return queued


def _called_for(today: date) -> list[HalfYear]:
    """This half-year, and the last one while it is still called for."""
    this = period_of(today)
    first = 1 if this.half == 1 else 7
    return [this.before, this] if today.month < first + _MONTHS_AFTER else [this]


def _remind_due(session: Session, period: HalfYear, today: date, at: datetime) -> int:
    ids = [line.unit_id for line in board(session, true(), period, today) if line.status in _DUE]
    units = session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id)).all()
    return remind(session, units, period, at)


def _just_late(session: Session, today: date) -> Iterable[Commitment]:
    since = today - timedelta(days=DAYS_LOOKED_BACK)
    query = select(Commitment).where(
        Commitment.state == "open", Commitment.deadline_on < today, Commitment.deadline_on >= since
    )
    return session.scalars(query.order_by(Commitment.id)).all()
