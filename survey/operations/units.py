"""Units and counters: the tree grows, moves and merges, and never forgets what stood there before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar, Protocol

from sqlalchemy import String, func, literal, select, update
from sqlalchemy.orm import Session

from survey.models import Counter, Unit, Wave, WaveUnit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code


class UnitError(OperationError):
    """A change of the tree that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no unit with the code %(unit)s."),
        "code_form": _n("%(unit)s cannot be a code: use at most 40 letters, digits, hyphens and full stops."),
        "code_taken": _n("There is a unit with the code %(unit)s already."),
        "beyond_reach": _n("The unit %(unit)s lies outside the units you administer."),
        "counter_unknown": _n("The unit %(unit)s has no counter with the code %(counter)s."),
        "counter_code_taken": _n("The unit %(unit)s has a counter with the code %(counter)s already."),
        "closed": _n("The unit %(unit)s was closed on %(date)s."),
        "parent_closed": _n("The unit %(unit)s was closed on %(date)s; nothing can be placed under it."),
        "below_itself": _n("The unit %(unit)s cannot be placed under %(parent)s, which is the same unit or below it."),
        "before_it_began": _n("The unit %(unit)s began on %(date)s; it cannot end before."),
        "has_units": _n("The unit %(unit)s still has %(count)s units below it: move or close them first."),
        "own_successor": _n("The unit %(unit)s cannot be succeeded by itself or by a unit below it."),
        "has_history": _n(
            "%(unit)s has answers in wave %(wave)s: close it and create its successor under the new parent."
        ),
        "in_open_wave": _n("The unit %(unit)s takes part in the open wave %(wave)s: close wave %(wave)s first."),
        "counter_closed": _n("The counter %(counter)s was closed on %(date)s."),
    }


class Ending(Protocol):
    """What ends on a day: a counter or a unit, as a row or as planned by a file."""

    @property
    def code(self) -> str: ...
    @property
    def valid_from(self) -> date: ...

    valid_until: date | None


class EndingUnit(Ending, Protocol):
    """A unit with its counters."""

    @property
    def path(self) -> str: ...
    @property
    def counters(self) -> Sequence[Ending]: ...


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
    """Hang the unit, with everything below it, under `parent`; raises :class:`UnitError`.

    Figures are counted along the paths of today, so what took part in a wave that is no draft keeps its place for ever.
    """
    if parent is not None:
        if parent.path.startswith(unit.path):
            raise UnitError("below_itself", unit=unit.code, parent=parent.code)
        _refuse_closed(parent, "parent_closed")
    _refuse_closed(unit, "closed")
    if (history := _history(session, unit, "open", "closed", "published")) is not None:
        raise UnitError("has_history", unit=history[0], wave=history[1])
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

    What is below it and was to end later ends with it. Raises :class:`UnitError` while units below it are open.
    """
    end_unit(unit, [other for other in subtree(session, unit) if other is not unit], on, successor)
    unit.successor = successor
    session.flush()


def end_unit(unit: EndingUnit, below: Sequence[EndingUnit], on: date, successor: EndingUnit | None) -> None:
    """The rule of :func:`close_unit` for a unit and all units `below` it, wherever they are kept: end them and their
    counters, or raise :class:`UnitError`."""
    _refuse_closed(unit, "closed")
    if on < unit.valid_from:
        raise UnitError("before_it_began", unit=unit.code, date=unit.valid_from.isoformat())
    if successor is not None:
        if successor.path.startswith(unit.path):
            raise UnitError("own_successor", unit=unit.code)
        _refuse_closed(successor, "closed")
    still_open = sum(other.valid_until is None for other in below)
    if still_open:
        raise UnitError("has_units", unit=unit.code, count=still_open)
    for other in below:
        if other.valid_until is not None and other.valid_until > on:
            _end(other, max(on, other.valid_from))
    _end(unit, on)


def succeed_unit(session: Session, unit: Unit, *, code: str, parent: Unit | None, on: date) -> Unit:
    """Close the unit on `on` and give it a successor of its kind and names under `parent`, from the day after.

    Nothing else moves: the successor gets its counters, and its part in waves, anew. Raises :class:`UnitError`.
    """
    _refuse_open_wave(session, unit)
    successor = create_unit(
        session,
        code=code,
        kind=unit.kind,
        name_vi=unit.name_vi,
        name_en=unit.name_en,
        one_stop_vi=unit.one_stop_vi,
        one_stop_en=unit.one_stop_en,
        valid_from=on + timedelta(days=1),
        parent=parent,
    )
    close_unit(session, unit, on, successor)
    return successor


def merge_units(session: Session, units: list[Unit], into: Unit, on: date) -> None:
    """Close `units` on `on` with `into` as their successor, which takes over the units below them.

    Of those, what took part in a wave keeps its place and is closed with the same successor; the others move. Raises
    :class:`UnitError`, also while a wave runs in which one of them takes part.
    """
    _refuse_closed(into, "closed")
    for unit in units:
        if into.path.startswith(unit.path):
            raise UnitError("own_successor", unit=unit.code)
        _refuse_open_wave(session, unit)
        _hand_over(session, unit, into, on)


def _hand_over(session: Session, unit: Unit, into: Unit, on: date) -> None:
    for child in session.scalars(select(Unit).where(Unit.parent_id == unit.id, Unit.valid_until.is_(None))).all():
        if _history(session, child, "closed", "published") is None:
            move_unit(session, child, into)
        else:
            _hand_over(session, child, into, on)
    close_unit(session, unit, on, successor=into)


def _history(session: Session, unit: Unit, *states: str) -> tuple[str, str] | None:
    """A unit at or below `unit` and a wave in one of the states in which it takes part, by their codes."""
    row = session.execute(
        select(Unit.code, Wave.code)
        .join(WaveUnit, WaveUnit.unit_id == Unit.id)
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .where(Unit.path.like(f"{unit.path}%"), Wave.state.in_(states))
        .order_by(Unit.path, Wave.period_start.desc(), Wave.code)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def _refuse_open_wave(session: Session, unit: Unit) -> None:
    if (running := _history(session, unit, "open")) is not None:
        raise UnitError("in_open_wave", unit=running[0], wave=running[1])


def _end(unit: EndingUnit, on: date) -> None:
    unit.valid_until = on
    for counter in unit.counters:
        if counter.valid_until is None or counter.valid_until > on:
            counter.valid_until = max(on, counter.valid_from)


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
    end_counter(counter, on)
    session.flush()


def end_counter(counter: Ending, on: date) -> None:
    """The rule of :func:`close_counter`, wherever the counter is kept."""
    if counter.valid_until is not None:
        raise UnitError("counter_closed", counter=counter.code, date=counter.valid_until.isoformat())
    if on < counter.valid_from:
        raise UnitError("before_it_began", unit=counter.code, date=counter.valid_from.isoformat())
    counter.valid_until = on


def _refuse_closed(unit: EndingUnit, code: str) -> None:
    if unit.valid_until is not None:
        raise UnitError(code, unit=unit.code, date=unit.valid_until.isoformat())
