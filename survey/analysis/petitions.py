"""Opinions as the offices find them: lists that follow one another, counts of what waits, one case with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from survey.models import Petition, PetitionStep, Unit
from survey.models.petition import OPEN_STATES, PETITION_STATES
from survey.operations.working_days import calendar

OPEN, ALL, MOVED = "open", "all", "moved"
LISTS = (OPEN, *PETITION_STATES, ALL, MOVED)
NOBODY = 0  # in the place of an account: the cases without anybody in charge
LONGEST_LIST = 500  # units that a list names one by one
SOON_DAYS = 3  # working days before a deadline


@dataclass(frozen=True, slots=True)
class Filters:
    """`state` is one of :data:`LISTS`: a state, all open ones, all, or those that a unit of the reader handed on.
    `owner` is an account's id or :data:`NOBODY`; `unit` narrows to holders at or below it; `due_until` to open cases
    that are in time and due on that day or before."""

    state: str = OPEN
    kind: str = ""
    unit: Unit | None = None
    owner: int | None = None
    late: bool = False
    due_until: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    petitions: Sequence[Petition]
    after: str | None  # the key of the next page


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many open cases there are, and of them: new, late, of one person, of nobody, to be taken up, due soon."""

    open: int
    new: int
    late: int
    own: int
    unowned: int
    classified: int
    transferred: int
    due: int


def page(session: Session, within: ColumnElement[bool], filters: Filters, today: date, after: str, size: int) -> Page:
    """The cases after the key `after` whose holders lie `within` (a condition on :class:`Unit`): open ones by deadline,
    the others by the day of receipt, the newest first. Raises ValueError for a key that none can be."""
    by_deadline = filters.state in (OPEN, *OPEN_STATES)
    query = select(Petition.id).where(*_conditions(session, within, filters, today))
    key = (Petition.deadline_on, Petition.id) if by_deadline else (Petition.received_on, Petition.id)
    if after:
        day, _, number = after.partition("_")
        last = (date.fromisoformat(day), int(number))
        query = query.where(tuple_(*key) > last if by_deadline else tuple_(*key) < last)
    query = query.order_by(*(key if by_deadline else (column.desc() for column in key)))
    ids = session.scalars(query.limit(size + 1)).all()  # first their numbers, so that no text is sorted
    whole = select(Petition).where(Petition.id.in_(ids[:size]))
    whole = whole.options(joinedload(Petition.holder), joinedload(Petition.unit), joinedload(Petition.petition_class))
    by_id = {petition.id: petition for petition in session.scalars(whole)}
    found = [by_id[number] for number in ids[:size]]
    if len(ids) <= size:
        return Page(found, None)
    last_one = found[-1]
    return Page(found, f"{last_one.deadline_on if by_deadline else last_one.received_on}_{last_one.id}")


def waiting(
    session: Session, within: ColumnElement[bool], owner: int, today: date, due_until: date | None = None
) -> Waiting:
    """What waits of the cases whose holders lie `within`; `due_until` is the last day that is soon, else today."""

    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = session.execute(
        select(
            func.count(),
            counted(Petition.state == "received"),
            counted(Petition.deadline_on < today),
            counted(Petition.handled_by_id == owner),
            counted(Petition.handled_by_id.is_(None)),
            counted(Petition.state == "classified"),
            counted(Petition.state == "transferred"),
            counted(Petition.deadline_on.between(today, due_until or today)),
        ).where(Petition.state.in_(OPEN_STATES), held(session, within))
    ).one()
    return Waiting(*(int(number) for number in row))


def soon(session: Session, today: date) -> date:
    """The last day of those on which a deadline is soon."""
    return calendar(session).after(today, SOON_DAYS)


def held(session: Session, within: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that a case's holder lies `within`: none where that is every unit, by name where they are few."""
    units = _units(session, within)
    return true() if units is None else Petition.holder_id.in_(units)


def _units(session: Session, within: ColumnElement[bool]) -> Sequence[int] | Select[int] | None:
    """The units `within`: named where they are few, else as a query; None where they are all."""
    if session.scalar(select(Unit.id).where(~within).limit(1)) is None:
        return None
    found = session.scalars(select(Unit.id).where(within).limit(LONGEST_LIST + 1)).all()
    return found if len(found) <= LONGEST_LIST else select(Unit.id).where(within)


def find(session: Session, reference: str) -> Petition | None:
    """The case an office calls by that reference."""
    query = select(Petition).where(Petition.reference == reference)
    return session.scalar(query.options(joinedload(Petition.holder), joinedload(Petition.unit)))


def by_any_code(session: Session, code: str) -> Petition | None:
    """The case with that reference, or with the tracking code that a citizen told."""
    return session.scalar(select(Petition).where(or_(Petition.reference == code, Petition.code == code)))


def holder_path(session: Session, reference: str) -> str | None:
    """The path of the unit in charge of a case."""
    query = select(Unit.path).join(Petition, Petition.holder_id == Unit.id).where(Petition.reference == reference)
    return session.scalar(query)


def reading_paths(session: Session, reference: str) -> list[str]:
    """The paths of the units that read a case: who holds it first, then everyone who held it before."""
    held_by = (
        select(Unit.path, func.max(PetitionStep.number).label("last"))
        .join(PetitionStep, PetitionStep.holder_id == Unit.id)
        .join(Petition, Petition.id == PetitionStep.petition_id)
        .where(Petition.reference == reference)
        .group_by(Unit.path)
    ).subquery()
    return list(session.scalars(select(held_by.c.path).order_by(held_by.c.last.desc())))


def returns_to(session: Session, petition: Petition) -> Unit | None:
    """The unit that a case was transferred from last, to which it may be sent back."""
    if petition.state != "transferred":
        return None
    before, after = aliased(PetitionStep), aliased(PetitionStep)
    query = (
        select(Unit)
        .join(before, before.holder_id == Unit.id)
        .join(after, and_(after.petition_id == before.petition_id, after.number == before.number + 1))
        .where(after.petition_id == petition.id, after.step == "transferred")
        .order_by(after.number.desc())
        .limit(1)
    )
    return session.scalar(query)


def _conditions(
    session: Session, within: ColumnElement[bool], filters: Filters, today: date
) -> list[ColumnElement[bool]]:
    if filters.unit is not None:
        within = and_(within, Unit.path.startswith(filters.unit.path, autoescape=True))
    conditions: list[ColumnElement[bool]] = []
    if filters.state == MOVED:
        conditions.append(_handed_on(session, within))
    else:
        conditions.append(held(session, within))
    if filters.state == OPEN:
        conditions.append(Petition.state.in_(OPEN_STATES))
    elif filters.state in PETITION_STATES:
        conditions.append(Petition.state == filters.state)
    if filters.kind:
        conditions.append(Petition.kind == filters.kind)
    if filters.owner is not None:
        conditions.append(
            Petition.handled_by_id.is_(None) if filters.owner == NOBODY else Petition.handled_by_id == filters.owner
        )
    if filters.late:
        conditions += [Petition.state.in_(OPEN_STATES), Petition.deadline_on < today]
    if filters.due_until is not None:
        conditions += [Petition.state.in_(OPEN_STATES), Petition.deadline_on.between(today, filters.due_until)]
    return conditions


def _handed_on(session: Session, within: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that a unit `within` had the case, and none has it now."""
    units = _units(session, within)
    if units is None:
        return false()
    had = select(PetitionStep.petition_id).where(PetitionStep.holder_id.in_(units)).distinct().cte("had")
    # Found first: PostgreSQL would walk all cases by their day and ask of each whether the unit had it.
    had = had.prefix_with("MATERIALIZED")
    return and_(Petition.id.in_(select(had.c.petition_id)), Petition.holder_id.not_in(units))
