"""Opinions as the counter score counts them: of an agency with its rooms, and only what citizens sent themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from survey.analysis.petition_boards import handled
from survey.analysis.subtrees import Subtrees
from survey.models import Petition, Unit
from survey.models.petition import OPEN_STATES


def read_opinions(
    session: Session, units: Sequence[Unit], period: CounterPeriod, today: date
) -> Mapping[int, tuple[int, int]]:
    """Opinions answered on time and those that were due, of agencies with their rooms; only what citizens sent
    themselves, so that no office betters its score by hand."""
    below = Subtrees.of(session, units)
    days = (period.start, period.end)
    own, _entered = handled(session, below.holds(Petition.holder_id, indexed=False), days, today)
    found = {unit.id: (0, 0) for unit in units}
    for holder, part in own.items():
        agency = below.agency(holder)
        if agency is not None:
            on_time, due = found[agency]
            found[agency] = (on_time + part.on_time, due + part.due)
    return found


def last_deadline(session: Session, period: CounterPeriod, today: date) -> date | None:
    """The last day by which an opinion of the period that still waits can be answered in time; None once every one is
    answered, rejected or late, and the calendar moves indicator 8 no more."""
    waits = (Petition.source != "staff", Petition.state.in_(OPEN_STATES), ~Petition.was_late)
    received = Petition.received_on.between(period.start, period.end)
    return session.scalar(select(func.max(Petition.deadline_on)).where(received, *waits, Petition.deadline_on >= today))
