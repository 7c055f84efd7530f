"""Corrections of units and counters: names, codes not yet used, reopening what was closed by mistake, and mergers
looked at before they are done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from survey.models import (
    Collector,
    Counter,
    CounterRecord,
    Dossier,
    Petition,
    TransactionCount,
    Unit,
    Wave,
    WaveUnit,
)
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.units import UnitError, merge_units, subtree


class UnitEditError(OperationError):
    """A correction that history does not allow."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "code_used": _n(
            "The code %(unit)s is in use (waves, transactions, dossiers, opinions, QR codes): it stays as it is."
        ),
        "counter_code_used": _n("The counter %(counter)s has QR codes: its code stays as it is."),
        "not_closed": _n("%(unit)s is not closed."),
        "parent_closed": _n("%(parent)s, which it belongs to, is closed: reopen that one first."),
        "carried_on": _n("%(unit)s cannot be reopened: its successor %(successor)s has answers or transactions since."),
        "merges_nothing": _n("Choose at least one unit besides the one that takes over."),
    }


# What knows a unit from outside the tree, each by an index of its own.
_KNOWN_BY = (
    WaveUnit.unit_id,
    Collector.unit_id,
    TransactionCount.unit_id,
    Dossier.unit_id,
    CounterRecord.unit_id,
    Petition.unit_id,
    Petition.holder_id,
)


def is_used(session: Session, unit: Unit) -> bool:
    """Whether anything outside the tree knows the unit's code: waves, collectors, numbers of transactions, what its
    one-stop counter recorded, opinions."""
    return bool(session.scalar(select(or_(*(exists().where(column == unit.id) for column in _KNOWN_BY)))))


def edit_unit(
    session: Session,
    unit: Unit,
    *,
    code: str,
    kind: str,
    name_vi: str,
    name_en: str = "",
    one_stop_vi: str = "",
    one_stop_en: str = "",
) -> None:
    """Give the unit these names; raises :class:`UnitEditError` or
    :class:`~survey.operations.units.UnitError` for a code that is fixed, taken or none."""
    if code != unit.code:
        if is_used(session, unit):
            raise UnitEditError("code_used", unit=unit.code)
        if not is_code(code):
            raise UnitError("code_form", unit=code)
        if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
            raise UnitError("code_taken", unit=code)
        unit.code = code
    unit.kind = kind
    unit.name_vi, unit.name_en = name_vi, name_en
    unit.one_stop_vi, unit.one_stop_en = one_stop_vi, one_stop_en
    session.flush()


def reopen_unit(session: Session, unit: Unit) -> None:
    """Undo the closing of the unit and of the counters that ended with it; it has no successor then.

    What a merger moved away stays where it is. Raises :class:`UnitEditError` once the successor took part in a wave,
    or counted transactions, over days after the closing.
    """
    if unit.valid_until is None:
        raise UnitEditError("not_closed", unit=unit.code)
    if unit.parent is not None and unit.parent.valid_until is not None:
        raise UnitEditError("parent_closed", parent=unit.parent.code)
    if unit.successor is not None and _lived_on(session, unit.successor, unit.valid_until):
        raise UnitEditError("carried_on", unit=unit.code, successor=unit.successor.code)
    for counter in unit.counters:
        if counter.valid_until == max(unit.valid_until, counter.valid_from):
            counter.valid_until = None
    unit.successor = None
    session.flush()  # the database refuses a successor of an open unit
    unit.valid_until = None
    session.flush()


def _lived_on(session: Session, successor: Unit, day: date) -> bool:
    below = Unit.path.startswith(successor.path, autoescape=True)
    asked = (
        select(WaveUnit.wave_id)
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .join(Unit, Unit.id == WaveUnit.unit_id)
        .where(below, Wave.state != "draft", Wave.period_end > day)
    )
    counted = select(TransactionCount.id).join(Unit, Unit.id == TransactionCount.unit_id)
    counted = counted.where(below, TransactionCount.period_end > day)
    return session.scalar(asked.limit(1)) is not None or session.scalar(counted.limit(1)) is not None


def edit_counter(session: Session, counter: Counter, *, code: str, name_vi: str, name_en: str = "") -> None:
    """Give the counter these names; raises :class:`UnitEditError` or :class:`~survey.operations.units.UnitError`."""
    if code != counter.code:
        if session.scalar(select(Collector.id).where(Collector.counter_id == counter.id).limit(1)) is not None:
            raise UnitEditError("counter_code_used", counter=counter.code)
        if not is_code(code):
            raise UnitError("code_form", unit=code)
        taken = select(Counter.id).where(Counter.unit_id == counter.unit_id, Counter.code == code)
        if session.scalar(taken) is not None:
            raise UnitError("counter_code_taken", unit=counter.unit.code, counter=code)
        counter.code = code
    counter.name_vi, counter.name_en = name_vi, name_en
    session.flush()


def reopen_counter(session: Session, counter: Counter) -> None:
    """Undo the closing of a counter; raises :class:`UnitEditError`."""
    if counter.valid_until is None:
        raise UnitEditError("not_closed", unit=counter.code)
    if counter.unit.valid_until is not None:
        raise UnitEditError("parent_closed", parent=counter.unit.code)
    counter.valid_until = None
    session.flush()


@dataclass(frozen=True, slots=True)
class MergedUnit:
    """One unit a merger touches: closed with its `counters`, or moved under the one that takes over."""

    code: str
    name_vi: str
    kind: str
    counters: int = 0


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merger would do."""

    closed: tuple[MergedUnit, ...]
    moved: tuple[MergedUnit, ...]


def merge_preview(session: Session, units: list[Unit], into: Unit, on: date) -> MergePreview:
    """What merging would close and move, found by doing it and taking it back.

    Raises what :func:`~survey.operations.units.merge_units` raises, and :class:`UnitEditError` without any unit.
    """
    if not units:
        raise UnitEditError("merges_nothing")
    before = {unit.id: unit for root in units for unit in subtree(session, root)}
    open_before = {key: sum(counter.valid_until is None for counter in unit.counters) for key, unit in before.items()}
    was_open = {key for key, unit in before.items() if unit.valid_until is None}
    parents = {key: unit.parent_id for key, unit in before.items()}
    savepoint = session.begin_nested()
    try:
        merge_units(session, units, into, on)
        closed = [
            _merged(unit, open_before[key])
            for key, unit in before.items()
            if key in was_open and unit.valid_until is not None
        ]
        moved = [_merged(unit) for key, unit in before.items() if unit.parent_id != parents[key]]
    finally:
        savepoint.rollback()
    return MergePreview(tuple(closed), tuple(moved))


def _merged(unit: Unit, counters: int = 0) -> MergedUnit:
    return MergedUnit(unit.code, unit.name_vi, unit.kind, counters)
