"""Lateness goes up the tree by itself: the unit above the holder is told first, then the one above that, to the root.

The process that seals does this every few seconds. Each step stands in a transaction that locks the case and looks
again, so that two processes do it once.
"""

from __future__ import annotations

import logging
from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, and_, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from survey.models import Petition, Unit
from survey.models.petition import OPEN_STATES
from survey.operations.audit import SYSTEM, attribute
from survey.operations.errors import OperationError
from survey.operations.periods import province_day
from survey.operations.petitions import escalate
from survey.operations.working_days import WorkingCalendar, calendar
from survey.operations.writing import begin_write

ESCALATE_DAYS = 3  # working days that each unit above has before the next one is told

log = logging.getLogger(__name__)


def run_due(engine: Engine, now: datetime) -> int:
    """Escalate every case that is late and was not escalated within :data:`ESCALATE_DAYS` working days; returns how
    many. A second call on the same day finds nothing. Failures are logged, not raised."""
    today = province_day(now)
    holder, told = aliased(Unit), aliased(Unit)
    with Session(engine) as session:
        days = calendar(session)
        waiting = or_(
            and_(Petition.escalated_to_id.is_(None), holder.parent_id.is_not(None)),
            and_(told.parent_id.is_not(None), Petition.escalated_on <= days.before(today, ESCALATE_DAYS)),
        )
        due = select(Petition.id).join(holder, holder.id == Petition.holder_id)
        due = due.outerjoin(told, told.id == Petition.escalated_to_id).where(late(today), waiting)
        ids = session.scalars(due.order_by(Petition.deadline_on, Petition.id)).all()
    return sum(_attempt(engine, petition_id, now, days) for petition_id in ids)


def late(today: date) -> ColumnElement[bool]:
    """The condition that a case waits beyond its deadline."""
    return and_(Petition.state.in_(OPEN_STATES), Petition.deadline_on < today)


def _attempt(engine: Engine, petition_id: int, now: datetime, days: WorkingCalendar) -> bool:
    try:
        with Session(engine) as session:
            begin_write(session)
            attribute(session, SYSTEM)
            petition = session.get_one(Petition, petition_id, with_for_update=True)
            above = _next_above(petition, province_day(now), days)
            if above is None:  # another process was quicker
                return False
            escalate(session, petition, above, now=now)
            session.commit()
    except OperationError:  # answered meanwhile
        return False
    except SQLAlchemyError:
        log.exception("the lateness of a case could not be told upwards")
        return False
    return True


def _next_above(petition: Petition, today: date, days: WorkingCalendar) -> Unit | None:
    """The unit to tell today; None where nobody is to be told yet, or nobody is left."""
    if petition.escalated_to is None or petition.escalated_on is None:
        return petition.holder.parent
    if petition.escalated_on > days.before(today, ESCALATE_DAYS):
        return None
    return petition.escalated_to.parent
