"""The figures of an emulation campaign: the formula, each unit's points with their origin, and the proposal list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Literal

from reports.figures import Place, Text
from reports.wording import round_half_up

Gap = Literal[
    "no_wave",
    "no_filing",
    "hidden",
    "no_card",
    "card_open",
    "no_indicators",
    "no_cases",
    "few",
    "no_mark",
    "untold",
    "not_of_rooms",
]
_NAMELESS = Text("")
DECIMALS = 2  # of points, and of the percentages they are computed from


@dataclass(frozen=True, slots=True)
class Part:
    """A weighted part of the formula; `name` is that of a criterion which the council marks, empty for the others."""

    source: str
    weight: Decimal
    name: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What points rest on: `counted` of `base`, or the `gap` that leaves a part without points.

    `name` is the wave or template they come from, `version` that of the frozen figures or the template, `digest` their
    SHA-256, `reason` the council's.
    """

    counted: Decimal | None = None
    base: Decimal | None = None
    name: Text = _NAMELESS
    version: int | None = None
    digest: str = ""
    reason: str = ""
    gap: Gap | None = None

    def points(self, weight: Decimal) -> Decimal | None:
        """`weight` × `counted`/`base`, at most `weight`, rounded half up to :data:`DECIMALS`; None with a gap."""
        if self.counted is None or not self.base:
            return None
        if self.counted >= self.base:
            return round_half_up(weight, DECIMALS)
        return round_half_up(Fraction(weight) * Fraction(self.counted) / Fraction(self.base), DECIMALS)


@dataclass(frozen=True, slots=True)
class UnitPoints:
    """A unit's origins, one a part of the formula in its order, and what the unit and the council propose."""

    place: Place
    origins: tuple[Origin, ...]
    submitted_on: date | None = None
    is_late: bool = False
    award_asked: str = ""
    award: str = ""
    rank: int | None = None

    def points(self, parts: Iterable[Part]) -> tuple[Decimal | None, ...]:
        return tuple(origin.points(part.weight) for part, origin in zip(parts, self.origins, strict=True))

    def total(self, parts: Iterable[Part]) -> Decimal | None:
        """The sum of the rounded points, so that what is printed adds up; None where a part has none."""
        points = self.points(parts)
        known = [each for each in points if each is not None]
        return sum(known, Decimal(0)) if len(known) == len(points) and points else None


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The units of a campaign: those ranked, those without enough data, and those that have not reported."""

    owner: Place
    name: Text
    year: int
    unit_kind: str
    reference: str
    deadline_on: date
    computed_on: date
    parts: tuple[Part, ...]
    ranked: tuple[UnitPoints, ...]
    incomplete: tuple[UnitPoints, ...] = ()
    silent: tuple[Place, ...] = ()


def ranked(units: Iterable[UnitPoints], parts: tuple[Part, ...]) -> tuple[UnitPoints, ...]:
    """The units with a total, the best first; equal totals share a rank and the next rank counts them: 1, 2, 2, 4."""
    known = [(total, unit) for unit in units if (total := unit.total(parts)) is not None]
    known.sort(key=lambda pair: (-pair[0], pair[1].place.code))
    found: list[UnitPoints] = []
    for _, tied in groupby(known, key=lambda pair: pair[0]):
        rank = len(found) + 1
        found += [replace(unit, rank=rank) for _, unit in tied]
    return tuple(found)
