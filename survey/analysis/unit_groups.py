"""Saved groups of units, as a compilation and its pages read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from reports.compilation_figures import GroupKind
from reports.figures import Text
from survey.models import Unit, UnitGroup, UnitGroupMember


@dataclass(frozen=True, slots=True)
class Group:
    """A set of units, each with everything below its path."""

    code: str
    name: Text
    kind: GroupKind
    paths: tuple[str, ...]
    is_public: bool
    is_shown: bool = True


def read_groups(session: Session, path: str, *, public: bool = False) -> list[Group]:
    """The saved groups: those that were ever public first, in the order in which they became so, then the others by
    code. Shown are those of the unit at `path` or one above it, not those that a unit below made of itself, which have
    not ended and whose members all stand at or under `path`. The other public ones stay among them, since reports of
    earlier days or of other units still show them.
    """
    query = (
        select(UnitGroup)
        .options(joinedload(UnitGroup.owner))
        .order_by(UnitGroup.public_since.is_(None), UnitGroup.public_since, UnitGroup.code)
    )
    query = query.where(UnitGroup.public_since.is_not(None)) if public else query
    groups = session.scalars(query).all()
    members: dict[int, list[str]] = defaultdict(list)
    rows = select(UnitGroupMember.group_id, Unit.path).join(Unit, Unit.id == UnitGroupMember.unit_id)
    for group_id, own in session.execute(rows.order_by(Unit.path)):
        members[group_id].append(own)
    found = [
        Group(
            group.code,
            Text(group.name_vi, group.name_en),
            "saved",
            tuple(members[group.id]),
            group.public_since is not None,
            group.ended_on is None
            and _runs(group.owner, path)
            and all(own.startswith(path) for own in members[group.id]),
        )
        for group in groups
        if members[group.id]
    ]
    return [group for group in found if group.is_public or group.is_shown]


def _runs(owner: Unit, path: str) -> bool:
    """Whether the unit stands at `path` or above it; of all units together ("/") every root does."""
    return path.startswith(owner.path) or (path == "/" and owner.parent_id is None)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of the list of groups."""

    group: UnitGroup
    members: int


def group_rows(session: Session, within: ColumnElement[bool]) -> Sequence[GroupRow]:
    """The groups of owners within reach, living ones first, by name."""
    counted = select(func.count()).where(UnitGroupMember.group_id == UnitGroup.id).scalar_subquery()
    rows = session.execute(
        select(UnitGroup, counted)
        .join(Unit, Unit.id == UnitGroup.owner_id)
        .where(within)
        .options(joinedload(UnitGroup.owner))
        .order_by(UnitGroup.ended_on.is_not(None), UnitGroup.name_vi, UnitGroup.id)
    )
    return [GroupRow(group, members) for group, members in rows]


def members_of(session: Session, group: UnitGroup) -> Sequence[Unit]:
    """The member units in the order of the tree."""
    return session.scalars(
        select(Unit)
        .join(UnitGroupMember, UnitGroupMember.unit_id == Unit.id)
        .where(UnitGroupMember.group_id == group.id)
        .options(joinedload(Unit.parent))
        .order_by(Unit.kind, Unit.name_vi, Unit.id)
    ).all()


def groups_stamp(session: Session) -> tuple[object, ...]:
    """Another one after each change of the groups, for what is remembered of them."""
    member = UnitGroupMember
    squares = func.coalesce(func.sum(member.unit_id * member.unit_id), 0)
    rows = session.execute(
        select(
            UnitGroup.id, UnitGroup.name_vi, UnitGroup.name_en, UnitGroup.public_since, UnitGroup.ended_on,
            func.count(member.unit_id), squares,
        )
        .outerjoin(member, member.group_id == UnitGroup.id)
        .group_by(UnitGroup.id)
        .order_by(UnitGroup.id)
    )  # fmt: skip
    return tuple(tuple(row) for row in rows)
