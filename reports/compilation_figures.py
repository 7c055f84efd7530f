"""The compilation of a wave over all units: the whole, its groups and every unit, with ranks, as frozen records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from reports.correction_figures import WaveCorrection
from reports.figures import Aggregation, Figure, Place, Rule, Text, VerdictState, WaveLabel, Weighting
from reports.heat_figures import HeatCell
from reports.report_figures import Coverage, Method, UnitLine

GroupKind = Literal["whole", "kind", "saved"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A figure by the headline's weighting, and by the other one beside it where that exists.

    `publishable` False: who prepares the report may see it, but in print it would give a few people away.
    """

    headline: Figure
    beside: Figure | None = None
    publishable: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of some units stand where against the target, by verdict and by the plain point figure.

    Units without a figure that may be shown are counted in `units` and as inconclusive.
    """

    units: int
    met: int
    not_met: int
    inconclusive: int
    reached_by_point: int

    @classmethod
    def of(cls, lines: Sequence[UnitLine]) -> Standing:
        verdicts = [line.index.verdict for line in lines]
        states: dict[VerdictState, int] = {"met": 0, "not_met": 0, "inconclusive": 0}
        for verdict in verdicts:
            states[verdict.state] += 1
        by_point = sum(bool(verdict.reached_by_point) for verdict in verdicts)
        return cls(len(lines), states["met"], states["not_met"], states["inconclusive"], by_point)

    def share(self, number: int) -> Fraction | None:
        """`number` of the units as a fraction of all; None without any."""
        return Fraction(number, self.units) if self.units else None


@dataclass(frozen=True, slots=True)
class Returns:
    """Forms that came back against those handed out or the dossiers settled; `rate` by whichever `rate_kind` says."""

    responses: int
    transactions: int | None
    issued: int | None
    rate: Fraction | None
    rate_kind: Literal["response_rate", "forms_per_dossier"]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The figures of a set of units as one: index, contents and factors, returns, and how its units stand."""

    code: str
    name: Text
    kind: GroupKind
    index: Weighed
    contents: tuple[Weighed, ...]
    factors: tuple[Weighed, ...]
    standing: Standing
    returns: Returns | None  # None where the headline is hidden
    coverage: Coverage | None = None
    members: frozenset[str] = frozenset()  # the codes of the listed units in it

    @property
    def publishable(self) -> bool:
        return self.index.publishable


@dataclass(frozen=True, slots=True)
class CompiledUnit:
    """One unit: its headline, a cell per factor, and what came back; the listed units `above` hold it."""

    line: UnitLine
    factors: tuple[HeatCell, ...]
    returns: Returns | None
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compilation:
    """Everything of one wave under one root. `public`: as it may be printed; else as who compiles it sees it."""

    wave: WaveLabel
    method: Method
    place: Place
    whole: GroupFigures
    groups: tuple[GroupFigures, ...]
    factors: tuple[tuple[str, Text], ...]  # in the order of the units' cells
    units: tuple[CompiledUnit, ...]
    public: bool = False
    compiled_at: datetime | None = None
    ledger_head: str = ""
    corrections: tuple[WaveCorrection, ...] = ()  # of what was published, the newest first

    def group(self, code: str) -> GroupFigures | None:
        return next((group for group in self.groups if group.code == code), None)


@dataclass(frozen=True, slots=True)
class Rank:
    """A joint rank interval among `of` units: between `best` and `worst`, with 95 % for all units at once.

    `place` is the rank of the point figure, shared by ties.
    """

    place: int
    best: int
    worst: int
    of: int


RankMovement = Literal["up", "down", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class RankLine:
    """One unit of a ranking; without `rank` too few people answered. `before` is its rank in the wave before, and
    `movement` says "up" or "down" only where the two rank intervals lie apart."""

    unit: CompiledUnit
    rank: Rank | None
    before: Rank | None = None
    movement: RankMovement | None = None


@dataclass(frozen=True, slots=True)
class RankTable:
    """The units of one kind or group in the order of their point figures, those without a rank last."""

    lines: tuple[RankLine, ...]
    confidence: float  # of each single interval, so that all hold at once with 95 %
    before: WaveLabel | None = None

    @property
    def ranked(self) -> int:
        return sum(line.rank is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Variant:
    """The headline by other terms; `official` are those the wave fixed. `standing` where units were counted by it."""

    rule: Rule
    aggregation: Aggregation
    weighting: Weighting
    trust: tuple[str, ...]
    index: Figure
    official: bool = False
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Variants by rule, aggregation and weighting at one set of trust levels, and by sets of trust levels."""

    variants: tuple[Variant, ...]
    by_trust: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Driver:
    """A factor: how closely it goes with overall satisfaction (share of the explained variance) and how it scores."""

    code: str
    label: Text
    importance: float
    performance: Figure


@dataclass(frozen=True, slots=True)
class Drivers:
    """Johnson's relative weights of the factors; `explained` is R², `people` those with all answers."""

    factors: tuple[Driver, ...]
    explained: float
    people: int


@dataclass(frozen=True, slots=True)
class ReferencePoint:
    """A published percentage of a year (a fraction); `breaks_before`: by another method than the year before it."""

    year: int
    value: Fraction
    minimum: Fraction | None
    maximum: Fraction | None
    respondents: int | None
    method: str
    source: str
    breaks_before: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceSeries:
    index_code: str
    scope: str
    content: str
    points: tuple[ReferencePoint, ...]


@dataclass(frozen=True, slots=True)
class YearTarget:
    year: int
    value: Fraction
    reference: Text


@dataclass(frozen=True, slots=True)
class OwnPoint:
    """A wave of one's own in the series of years; `breaks_before` as in :class:`reports.figures.TrendPoint`."""

    code: str
    label: Text
    year: int
    position: float  # of the middle of its period, in years
    figure: Figure
    breaks_before: bool = False


@dataclass(frozen=True, slots=True)
class YearTrend:
    """One's own waves beside published figures and the targets of the years."""

    own: tuple[OwnPoint, ...]
    reference: ReferenceSeries | None
    targets: tuple[YearTarget, ...] = ()
    respondents: str = "citizen"  # the group that all the waves asked
