"""Commitments as their owners and the Interior Department follow them: open, late, done, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from survey.models import Commitment, Unit

PAGE = 40
STATES = ("open", "late", "done", "dropped")


@dataclass(frozen=True, slots=True)
class Numbers:
    open: int = 0
    late: int = 0
    done: int = 0
    dropped: int = 0


def numbers(session: Session, within: ColumnElement[bool], today: date) -> Numbers:
    """How many commitments whose owner lies within reach stand where; late ones are open too."""
    query = (
        select(Commitment.state, func.count(), func.sum(case((Commitment.deadline_on < today, 1), else_=0)))
        .join(Unit, Unit.id == Commitment.owner_unit_id)
        .where(within)
        .group_by(Commitment.state)
    )
    found = {state: (number, past) for state, number, past in session.execute(query)}
    open_, late = found.get("open", (0, 0))
    return Numbers(open_, late, found.get("done", (0, 0))[0], found.get("dropped", (0, 0))[0])


def page(
    session: Session,
    within: ColumnElement[bool],
    today: date,
    *,
    state: str = "open",
    unit: Unit | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> tuple[Sequence[Commitment], int | None]:
    """Commitments in reach by deadline, and the key after which the next page begins; `unit` narrows to it and below.

    Raises ValueError for a key that is none.
    """
    query = _of(within, today, state)
    if unit is not None:
        query = query.where(Unit.path.startswith(unit.path, autoescape=True))
    if after is not None:
        last = session.get(Commitment, after)
        if last is None:
            raise ValueError(after)
        query = query.where(tuple_(Commitment.deadline_on, Commitment.id) > (last.deadline_on, last.id))
    query = query.options(
        joinedload(Commitment.owner_unit),
        joinedload(Commitment.unit),
        joinedload(Commitment.dialogue),
        selectinload(Commitment.progress),
    )
    found = session.scalars(query.order_by(Commitment.deadline_on, Commitment.id).limit(size + 1)).all()
    return found[:size], found[size - 1].id if len(found) > size else None


def _of(within: ColumnElement[bool], today: date, state: str) -> Select[Commitment]:
    query = select(Commitment).join(Unit, Unit.id == Commitment.owner_unit_id).where(within)
    if state == "late":
        return query.where(Commitment.state == "open", Commitment.deadline_on < today)
    return query.where(Commitment.state == state) if state else query
