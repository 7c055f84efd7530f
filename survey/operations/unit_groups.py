"""Saved groups of units: made, filled and ended by the Interior Department, and shown to the public from a day on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Unit, UnitGroup, UnitGroupMember, Wave
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.folding import folded

LONGEST_NAME = 200
MOST_MEMBERS = 4000
LISTED = 20  # codes of one entry of the audit log


class UnitGroupError(OperationError):
    """What cannot be done with a group, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "name_missing": _n("Give the group a name in Vietnamese."),
        "name_taken": _n("There is a group called “%(name)s” already."),
        "elsewhere": _n("%(unit)s does not stand below %(owner)s."),
        "nested": _n("%(unit)s is part of %(above)s, which is in the group already."),
        "unknown": _n("There is no unit with the code %(unit)s."),
        "closed": _n("%(unit)s has ended."),
        "full": _n("A group takes at most %(most)s units."),
        "empty": _n("A group without units has no figures. Choose its units first."),
        "printed": _n(
            "The figures of this group are public. Its units stay as they are, since the difference between two "
            "versions could give a few people away. End it and make a new group."
        ),
        "ended": _n("This group has ended."),
    }


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why one line of pasted codes cannot be used; lines count from 1."""

    line: int
    text: str
    error: UnitGroupError


def create_group(session: Session, *, name_vi: str, name_en: str, owner: Unit) -> UnitGroup:
    """A new group without units, for the unit that compiles. Raises :class:`UnitGroupError`."""
    name = _free_name(session, name_vi, owner, None)
    group = UnitGroup(code=_free_code(session, name), name_vi=name, name_en=name_en, owner=owner)
    session.add(group)
    session.flush()
    return group


def rename_group(session: Session, group: UnitGroup, *, name_vi: str, name_en: str) -> None:
    """Raises :class:`UnitGroupError`."""
    group.name_vi, group.name_en = _free_name(session, name_vi, group.owner, group), name_en
    session.flush()


def add_units(session: Session, group: UnitGroup, units: Iterable[Unit]) -> int:
    """Put the units into the group; those in it already are passed over. Returns how many are new.

    Raises :class:`UnitGroupError` for one that stands elsewhere or within another, and where the group is fixed.
    """
    _require_open(session, group)
    present = {unit.id: unit for unit in _units(session, group)}
    new = [unit for unit in units if unit.id not in present]
    for unit in new:
        present[unit.id] = unit
    for unit in new:
        _check(group, unit, present.values())
    if len(present) > MOST_MEMBERS:
        raise UnitGroupError("full", most=MOST_MEMBERS)
    group.members.extend(UnitGroupMember(unit=unit) for unit in new)
    _note(session, group, new)
    session.flush()
    return len(new)


def remove_units(session: Session, group: UnitGroup, ids: Iterable[int]) -> int:
    """Take units out of the group; returns how many. Raises :class:`UnitGroupError` where the group is fixed."""
    _require_open(session, group)
    wanted = set(ids)
    gone = [member for member in group.members if member.unit_id in wanted]
    _note(session, group, [member.unit for member in gone], gone=True)
    for member in gone:
        group.members.remove(member)
    session.flush()
    return len(gone)


def publish_group(session: Session, group: UnitGroup, at: datetime) -> None:
    """Let the group's figures stand in published reports, behind those of the groups that do so already.

    Raises :class:`UnitGroupError`.
    """
    if group.ended_on is not None:
        raise UnitGroupError("ended")
    if not group.members:
        raise UnitGroupError("empty")
    group.public_since = group.public_since or at
    session.flush()


def end_group(session: Session, group: UnitGroup, today: date) -> None:
    """From now on the group stands in no new compilation. One that was never public is deleted with it."""
    if group.public_since is None:
        session.delete(group)
    else:
        group.ended_on = group.ended_on or today
    session.flush()


def is_printed(session: Session, group: UnitGroup) -> bool:
    """Whether somebody may have read the group's figures: it is public, and a wave is published."""
    published = select(exists().where(Wave.state == "published"))
    return group.public_since is not None and bool(session.scalar(published))


def units_of_kind(session: Session, group: UnitGroup, kind: str, today: date) -> Sequence[Unit]:
    """The living units of a kind below the group's owner."""
    lives = or_(Unit.valid_until.is_(None), Unit.valid_until >= today)
    below = Unit.path.startswith(group.owner.path, autoescape=True)
    return session.scalars(select(Unit).where(Unit.kind == kind, below, lives).order_by(Unit.code)).all()


def units_of_codes(session: Session, group: UnitGroup, text: str) -> tuple[list[Unit], list[RowFault]]:
    """The units whose codes stand in the text, a line, comma or semicolon each, and what is wrong with the others."""
    typed = [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        for code in re.split(r"[,;\t]+", line)
        if code.strip()
    ]
    codes = {as_typed for _, code in typed for as_typed in (code.strip(), code.strip().upper())}
    known = {unit.code.casefold(): unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    found: dict[int, Unit] = {unit.id: unit for unit in _units(session, group)}
    mine, faults = [], []
    for number, code in typed:
        unit = known.get(code.strip().casefold())
        try:
            if unit is None:
                raise UnitGroupError("unknown", unit=code.strip())
            _check(group, unit, found.values())
        except UnitGroupError as error:
            faults.append(RowFault(number, code.strip(), error))
        else:
            found[unit.id] = unit
            mine.append(unit)
    return mine, faults


def _units(session: Session, group: UnitGroup) -> Sequence[Unit]:
    members = select(UnitGroupMember.unit_id).where(UnitGroupMember.group_id == group.id)
    return session.scalars(select(Unit).where(Unit.id.in_(members))).all()


def _check(group: UnitGroup, unit: Unit, others: Iterable[Unit]) -> None:
    if not unit.path.startswith(group.owner.path):
        raise UnitGroupError("elsewhere", unit=unit.name_vi, owner=group.owner.name_vi)
    for other in others:
        if other.id != unit.id and unit.path.startswith(other.path):
            raise UnitGroupError("nested", unit=unit.name_vi, above=other.name_vi)
        if other.id != unit.id and other.path.startswith(unit.path):
            raise UnitGroupError("nested", unit=other.name_vi, above=unit.name_vi)


def _require_open(session: Session, group: UnitGroup) -> None:
    if group.ended_on is not None:
        raise UnitGroupError("ended")
    if is_printed(session, group):
        raise UnitGroupError("printed")


def _note(session: Session, group: UnitGroup, units: Sequence[Unit], *, gone: bool = False) -> None:
    """One line of the audit log for many members."""
    codes = sorted(unit.code for unit in units)
    more = f" … ({len(codes)})" if len(codes) > LISTED else ""
    listed = {"units": ", ".join(codes[:LISTED]) + more}
    before, after = (listed, None) if gone else (None, listed)
    if codes:
        path = group.owner.path
        audit.record(session, "unit_group.change", subject=group.code, unit_path=path, before=before, after=after)


def _free_name(session: Session, name: str, owner: Unit, own: UnitGroup | None) -> str:
    name = " ".join(clean_text(name, lines=False).split())[:LONGEST_NAME]
    if not name:
        raise UnitGroupError("name_missing")
    living = select(UnitGroup).where(UnitGroup.owner_id == owner.id, UnitGroup.ended_on.is_(None))
    if any(other is not own and folded(other.name_vi) == folded(name) for other in session.scalars(living)):
        raise UnitGroupError("name_taken", name=name)
    return name


def _free_code(session: Session, name: str) -> str:
    base = "-".join(re.findall(r"[a-z0-9]+", folded(name)))[:34].strip("-") or "nhom"
    taken = set(session.scalars(select(UnitGroup.code).where(UnitGroup.code.startswith(base, autoescape=True))))
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbered if code not in taken)
