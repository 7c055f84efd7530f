"""Reminders of filings: before the deadline and after it, once of each kind; by hand, once a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload

from survey.models import EDITABLE_STATES, Filing, Wave
from survey.operations import notices
from survey.operations.periods import PROVINCE_TIME, province_day
from survey.operations.working_days import calendar
from survey.operations.writing import begin_write

DAYS_BEFORE = 3  # working days
DAYS_LOOKED_BACK = 7  # for a server that stood still
BATCH = 50  # filings in one transaction


def remind(session: Session, filings: Iterable[Filing], at: datetime) -> int:
    """Queue a reminder to each unit that has not handed in, at most one a day; how many messages were queued."""
    day = province_day(at)
    return sum(notices.filing_reminder(session, filing, f"{day}", at=at) for filing in filings if filing.is_editable)


def run_due(engine: Engine, now: datetime) -> int:
    """Remind units shortly before the deadline and right after it; how many messages. From the morning on, in short
    transactions of its own; whoever was told once of a deadline is not told again."""
    if now.astimezone(PROVINCE_TIME).time() < notices.MORNING:
        return 0
    today, queued = province_day(now), 0
    with Session(engine) as session:
        ids = _due(session, today)
    for start in range(0, len(ids), BATCH):
        with Session(engine) as session:
            begin_write(session)
            for filing in _filings(session, ids[start : start + BATCH]):
                kind = "late" if filing.deadline_on < today else "due"
                queued += notices.filing_reminder(session, filing, kind, at=now)
            session.commit()
    return queued


def _due(session: Session, today: date) -> list[int]:
    """The ids of filings not handed in whose deadline is near, or lately past."""
    near = calendar(session).after(today, DAYS_BEFORE)
    since = today - timedelta(days=DAYS_LOOKED_BACK)
    query = (
        select(Filing.id)
        .join(Filing.wave)
        .where(Filing.state.in_(EDITABLE_STATES), Wave.state == "closed", Filing.deadline_on.between(since, near))
    )
    return list(session.scalars(query.order_by(Filing.id)))


def _filings(session: Session, ids: Collection[int]) -> Sequence[Filing]:
    return session.scalars(
        select(Filing)
        .where(Filing.id.in_(ids))
        .options(joinedload(Filing.unit), joinedload(Filing.wave))
        .order_by(Filing.id)
    ).all()
