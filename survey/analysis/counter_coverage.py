"""Which agencies recorded nothing for the counter score of a period: whom to ask before the period is compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from reports.figures import Place
from survey.analysis import labels
from survey.analysis.counter_readings import has_recorded
from survey.models import Unit

AGENCIES = ("department", "commune")
NAMED = 60  # of those that recorded nothing


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the agencies there were recorded something, and the first of the others by code."""

    recorded: int
    agencies: int
    silent: tuple[Place, ...]

    @property
    def not_named(self) -> int:
        return self.agencies - self.recorded - len(self.silent)


def read_coverage(session: Session, within: ColumnElement[bool], period: CounterPeriod, today: date) -> Coverage:
    """Of the departments and communes within reach that existed at the end of the period (of a running one: today)."""
    on = min(period.end, today)
    agency = (
        within,
        Unit.kind.in_(AGENCIES),
        Unit.valid_from <= on,
        or_(Unit.valid_until.is_(None), Unit.valid_until >= on),
    )
    recorded = has_recorded(period, today)
    agencies = session.scalar(select(func.count()).select_from(Unit).where(*agency)) or 0
    told = session.scalar(select(func.count()).select_from(Unit).where(*agency, recorded)) or 0
    silent = session.scalars(select(Unit).where(*agency, not_(recorded)).order_by(Unit.code).limit(NAMED))
    return Coverage(told, agencies, tuple(labels.place(unit) for unit in silent))
