"""Units and counters: the tree grows, moves and merges, and never forgets what stood there before."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import String, func, literal, select, update
from sqlalchemy.orm import Session

from survey.models import Counter, Unit
from survey.operations.errors import OperationError
from survey.operations.identifiers import is_code


class UnitError(OperationError):
    """A change of the tree that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": "There is no unit with the code %(unit)s.",
        "code_form": "%(unit)s cannot be a code: use at most 40 letters, digits, hyphens and full stops.",
        "code_taken": "There is a unit with the code %(unit)s already.",
        "counter_unknown": "The unit %(unit)s has no counter with the code %(counter)s.",
        "counter_code_taken": "The unit %(unit)s has a counter with the code %(counter)s already.",
        "closed": "The unit %(unit)s was closed on %(date)s.",
        "parent_closed": "The unit %(unit)s was closed on %(date)s; nothing can be placed under it.",
        "below_itself": "The unit %(unit)s cannot be placed under %(parent)s, which is the same unit or below it.",
        "before_it_began": "The unit %(unit)s began on %(date)s; it cannot end before.",
        "has_units": "The unit %(unit)s still has %(count)s units below it: move or close them first.",
        "own_successor": "The unit %(unit)s cannot be succeeded by itself or by a unit below it.",
        "counter_closed": "The counter %(counter)s was closed on %(date)s.",
    }


def find_unit(session: Session, code: str) -> Unit:
    """The unit of that code, closed ones included; raises :class:`UnitError`."""
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise UnitError("unknown", unit=code)
    return unit


def subtree(session: Session, unit: Unit, on: date | None = None) -> list[Unit]:
    """The unit and everything below it, parents before children; with `on`, only what existed on that day."""
    query = select(Unit).where(Unit.path.like(f"{unit.path}%")).order_by(Unit.path)
    if on is not None:
        query = query.where(Unit.valid_from <= on, (Unit.valid_until.is_(None)) | (Unit.valid_until >= on))
    return list(session.scalars(query))


def create_unit(
    session: Session,
    *,
    code: str,
    kind: str,
    name_vi: str,
    valid_from: date,
    parent: Unit | None = None,
    name_en: str = "",
    one_stop_vi: str = "",
    one_stop_en: str = "",
) -> Unit:
    """Place a new unit under `parent` (a root without one); raises :class:`UnitError`."""
    if not is_code(code):
        raise UnitError("code_form", unit=code)
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise UnitError("code_taken", unit=code)
    if parent is not None:
        _refuse_closed(parent, "parent_closed")
    unit = Unit(
        code=code,
        kind=kind,
        name_vi=name_vi,
        name_en=name_en,
        one_stop_vi=one_stop_vi,
        one_stop_en=one_stop_en,
        valid_from=valid_from,
        parent=parent,
        path=f"new/{code}",  # the path spells the id, which the database gives
    )
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session.flush()
    return unit


def move_unit(session: Session, unit: Unit, parent: Unit | None) -> None:
    """Hang the unit, with everything below it, under `parent`; raises :class:`UnitError`."""
    if parent is not None:
        if parent.path.startswith(unit.path):
            raise UnitError("below_itself", unit=unit.code, parent=parent.code)
        _refuse_closed(parent, "parent_closed")
    _refuse_closed(unit, "closed")
    old = unit.path
    new = f"{parent.path if parent else '/'}{unit.id}/"
    unit.parent = parent
    session.flush()
    rest = func.substr(Unit.path, len(old) + 1, type_=String)
    session.execute(
        update(Unit).where(Unit.path.like(f"{old}%")).values(path=literal(new, String) + rest),
        execution_options={"synchronize_session": "fetch"},
    )


def close_unit(session: Session, unit: Unit, on: date, successor: Unit | None = None) -> None:
    """End the unit and its counters on its last day `on`; `successor` carries on. Its history stays.

    Raises :class:`UnitError` while units below it are still open.
    """
    _refuse_closed(unit, "closed")
    if on < unit.valid_from:
        raise UnitError("before_it_began", unit=unit.code, date=unit.valid_from.isoformat())
    if successor is not None:
        if successor.path.startswith(unit.path):
            raise UnitError("own_successor", unit=unit.code)
        _refuse_closed(successor, "closed")
    below = session.scalar(
        select(func.count()).where(
            Unit.path.like(f"{unit.path}%"),
            Unit.id != unit.id,
            (Unit.valid_until.is_(None)) | (Unit.valid_until > on),
        )
    )
    if below:
        raise UnitError("has_units", unit=unit.code, count=below)
    unit.valid_until = on
    unit.successor = successor
    for counter in unit.counters:
        if counter.valid_until is None:
            counter.valid_until = max(on, counter.valid_from)
    session.flush()


def merge_units(session: Session, units: list[Unit], into: Unit, on: date) -> None:
    """Close `units` on `on` with `into` as their successor, which takes over the units below them."""
    for unit in units:
        if into.path.startswith(unit.path):
            raise UnitError("own_successor", unit=unit.code)
        for child in session.scalars(select(Unit).where(Unit.parent_id == unit.id, Unit.valid_until.is_(None))):
            move_unit(session, child, into)
        close_unit(session, unit, on, successor=into)


def find_counter(session: Session, unit: Unit, code: str) -> Counter:
    """The unit's counter of that code; raises :class:`UnitError`."""
    counter = session.scalar(select(Counter).where(Counter.unit_id == unit.id, Counter.code == code))
    if counter is None:
        raise UnitError("counter_unknown", unit=unit.code, counter=code)
    return counter


def add_counter(
    session: Session, unit: Unit, *, code: str, name_vi: str, valid_from: date, name_en: str = ""
) -> Counter:
    """A new counter of the unit; raises :class:`UnitError`."""
    _refuse_closed(unit, "closed")
    if not is_code(code):
        raise UnitError("code_form", unit=code)
    if session.scalar(select(Counter.id).where(Counter.unit_id == unit.id, Counter.code == code)) is not None:
        raise UnitError("counter_code_taken", unit=unit.code, counter=code)
    counter = Counter(unit=unit, code=code, name_vi=name_vi, name_en=name_en, valid_from=valid_from)
    session.add(counter)
    session.flush()
    return counter


def close_counter(session: Session, counter: Counter, on: date) -> None:
    """End the counter on its last day `on`; raises :class:`UnitError`."""
    if counter.valid_until is not None:
        raise UnitError("counter_closed", counter=counter.code, date=counter.valid_until.isoformat())
    if on < counter.valid_from:
        raise UnitError("before_it_began", unit=counter.code, date=counter.valid_from.isoformat())
    counter.valid_until = on
    session.flush()


def _refuse_closed(unit: Unit, code: str) -> None:
    if unit.valid_until is not None:
        raise UnitError(code, unit=unit.code, date=unit.valid_until.isoformat())
