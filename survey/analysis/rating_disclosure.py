"""Which ratings of a half-year's handled opinions are told, of single holders and of all within a reach: decided once
for all holders, since the public rows and every board of a part of the tree can be subtracted from one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.analysis import disclosure
from survey.analysis.petition_ratings import told
from survey.models import Petition, Unit

EVERYTHING = 0  # above all units: no unit has that key


@dataclass(frozen=True, slots=True)
class RatingDisclosure:
    """The holders whose ratings are `hidden`, and the groups of them whose ratings may be told as a sum: one lies in
    another or apart from it, and what one holds besides those in it was rated by nobody or by five people or more."""

    hidden: frozenset[int]
    groups: tuple[frozenset[int], ...]

    def tells_total(self, holders: Collection[int]) -> bool:
        """Whether the ratings of these holders may be told as a sum: the hidden ones among them are whole groups."""
        left = self.hidden.intersection(holders)
        for group in self.groups:
            if group <= left:
                left -= group
        return not left


def disclosed(raters: Mapping[int, int], paths: Mapping[int, str]) -> RatingDisclosure:
    """By the key of each holder how many people rated, and its path in the tree of units.

    From the root down the sum of a unit and all below it is told where neither it nor the rest of the sum around it is
    of fewer than five people.
    """
    codes = disclosure.hidden_siblings({f"{key}": people for key, people in raters.items()}, sum(raters.values()))
    hidden = frozenset(key for key in raters if f"{key}" in codes)
    members: dict[int, set[int]] = defaultdict(set)
    above: dict[int, int] = {}
    for key in hidden:
        way = [EVERYTHING, *map(int, paths[key].strip("/").split("/"))]
        above.update(zip(way[1:], way, strict=False))
        for unit in way:
            members[unit].add(key)
    people = {unit: sum(raters[key] for key in found) for unit, found in members.items()}
    if disclosure.is_small(people.get(EVERYTHING, 0)):
        return RatingDisclosure(hidden, ())
    around, rest = {EVERYTHING: EVERYTHING}, {EVERYTHING: people.get(EVERYTHING, 0)}
    for unit in _downwards(above):
        whole = around[above[unit]]
        is_told = not disclosure.is_small(people[unit]) and not disclosure.is_small(rest[whole] - people[unit])
        around[unit] = unit if is_told else whole
        if is_told:
            rest[whole] -= people[unit]
            rest[unit] = people[unit]
    told_units = (unit for unit in rest if unit in members)
    return RatingDisclosure(hidden, tuple(frozenset(members[unit]) for unit in told_units))


def _downwards(above: Mapping[int, int]) -> Iterator[int]:
    """The units below others, each after the one above it, by key."""
    below: dict[int, list[int]] = defaultdict(list)
    for unit, parent in sorted(above.items()):
        below[parent].append(unit)
    level = below[EVERYTHING]
    while level:
        yield from level
        level = [unit for parent in level for unit in below[parent]]


def read_disclosure(session: Session, period: tuple[date, date], today: date) -> RatingDisclosure:
    """Of the opinions that citizens sent in a half-year (first and last day), whoever holds them."""
    rows = session.execute(
        select(Petition.holder_id, Unit.path, func.count())
        .join(Unit, Unit.id == Petition.holder_id)
        .where(Petition.source != "staff", Petition.received_on.between(*period), told(period[1], today))
        .group_by(Petition.holder_id, Unit.path)
    ).all()
    return disclosed({row[0]: row[2] for row in rows}, {row[0]: row[1] for row in rows})
