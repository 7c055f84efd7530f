"""What is told of a unit in a wave: its figures with their method, quality, coverage, changes and series.

Small frozen records that analysis fills and renderers read, as those of :mod:`reports.figures`, of which they consist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from reports.figures import (
    NO_ESTIMATE,
    Aggregation,
    Change,
    ChoiceFigures,
    Design,
    Estimate,
    Figure,
    Place,
    Rule,
    Text,
    TrendPoint,
    VerdictState,
    WaveLabel,
    Weighting,
)


@dataclass(frozen=True, slots=True)
class Mix:
    """How many responses came by one channel, trust level or respondent group."""

    code: str
    responses: int
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class ItemQuality:
    code: str
    asked: int  # responses that were shown the item
    answered: int
    no_opinion: int
    suppressed: bool = False

    @property
    def non_response(self) -> Fraction | None:
        """Share of the responses shown the item that gave neither an answer nor "no opinion"."""
        return Fraction(self.asked - self.answered - self.no_opinion, self.asked) if self.asked else None

    @property
    def no_opinion_share(self) -> Fraction | None:
        return Fraction(self.no_opinion, self.asked) if self.asked else None


@dataclass(frozen=True, slots=True)
class Quality:
    """What a reader needs to judge the figures: returned and valid forms, rate, alpha, time, mixes, flags."""

    responses: int  # counted responses (without flagged and test ones)
    flagged: int | None  # None where it is hidden
    valid: int | None  # by `validity_rule`; None where the rows may not be read (released figures of an open wave)
    validity_rule: Text
    issued: int | None = None  # paper forms issued, where known
    transactions: int | None = None  # N
    rate_kind: Literal["response_rate", "forms_per_dossier"] = "forms_per_dossier"
    rate: Fraction | None = None
    items: tuple[ItemQuality, ...] = ()
    alpha: float | None = None
    alpha_base: int = 0  # complete cases
    median_seconds: int | None = None
    channels: tuple[Mix, ...] = ()
    trust_levels: tuple[Mix, ...] = ()
    groups: tuple[Mix, ...] = ()
    index_with_flagged: Estimate = NO_ESTIMATE


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the transactions of all units in scope, how many stand behind a weighted figure."""

    covered: int
    total: int
    units_left_out: tuple[str, ...] = ()  # n = 0
    units_merged: tuple[str, ...] = ()  # n = 1 or hidden, weighed with siblings
    units_without_transactions: tuple[str, ...] = ()  # N missing
    units_over_transactions: tuple[str, ...] = ()  # n > N: not weighted, flagged

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.covered, self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Method:
    """Everything a figure's footnote says; one per report."""

    rule: Rule
    aggregation: Aggregation
    weighting: Weighting  # of the headline, fixed before opening
    design: Design
    trust_levels: tuple[str, ...]  # those counted in the headline
    target: Fraction
    target_reference: Text
    minimum_people: int
    suppression_people: int
    questionnaire: str  # "counter 1.0"
    questionnaire_title: Text
    legal_reference: Text
    rule_dated: date | None = None
    interim: bool = False  # the wave is still open


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit (or counter) in a list: its headline and nothing else."""

    place: Place
    index: Figure
    transactions: int | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """Published figures that were replaced: `version` took the place of version `before`, published on `before_day`."""

    day: date
    reason: str
    version: int
    before: int
    before_day: date


@dataclass(frozen=True, slots=True)
class UnitReport:
    """The whole result of one unit (with its subtree) in one wave: what page, PDF, XLSX and JSON show."""

    place: Place
    wave: WaveLabel
    method: Method
    index: Figure  # the headline: verdict first; its level is "item" where the form has no index
    beside: Figure | None  # the other weighting, where it exists
    overall: Figure | None  # the separate overall question, outside the pool; None where it is the headline
    contents: tuple[Figure, ...]
    factors: tuple[Figure, ...]
    items: tuple[Figure, ...]  # in the questionnaire's order; the overall question not among them
    quality: Quality
    coverage: Coverage | None = None
    tipping_point: Fraction | float | None = None  # self-selected waves with known N > n
    all_satisfied: Figure | None = None  # "hài lòng toàn diện": people all of whose answers are 4 or 5
    changes: tuple[Change, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    children: tuple[UnitLine, ...] = ()  # sub-units and counters
    breakdowns: tuple[tuple[str, tuple[Figure, ...]], ...] = ()  # e.g. ("channel", figures)
    compiled_at: datetime | None = None  # time of the last sealed answer, not of printing: same data, same bytes
    ledger_head: str = ""
    choices: tuple[ChoiceFigures, ...] = ()  # in the questionnaire's order
    months: tuple[TrendPoint, ...] = ()  # the headline by calendar month, beside the series of waves
    corrections: tuple[Correction, ...] = ()  # of what was published, the newest first

    @property
    def of_citizens(self) -> bool:
        """Whether citizens and organisations were asked: of others there is no SIPAS, and dossiers say nothing."""
        return self.wave.respondents == "citizen"

    @property
    def charted_factors(self) -> tuple[Figure, ...]:
        """What the chart of factors shows: the contents too where there is more than one."""
        return (*(self.contents if len(self.contents) > 1 else ()), *self.factors)

    @property
    def distributed(self) -> tuple[Figure, ...]:
        """Whose distribution over the five answers is drawn: factors and the overall question, else the headline."""
        overall = (self.overall,) if self.overall else ()
        return tuple(
            figure for figure in (*self.factors, *overall) or (self.index,) if figure.counts and figure.counts.base
        )

    def weakest_first(self) -> Iterator[Figure]:
        """Items with an estimate from the lowest up; ties keep the questionnaire's order."""
        shown = (item for item in self.items if item.estimate.estimate is not None)
        return iter(sorted(shown, key=lambda item: item.estimate.estimate or 0.0))


@dataclass(frozen=True, slots=True)
class WaveOverview:
    """All units of one wave under one root, for the public list and the compiler."""

    wave: WaveLabel
    method: Method
    root: UnitLine
    units: tuple[UnitLine, ...]
    coverage: Coverage | None = None

    def count(self, state: VerdictState) -> int:
        return sum(line.index.verdict.state == state for line in self.units)

    def reached_by_point(self) -> int:
        return sum(bool(line.index.verdict.reached_by_point) for line in self.units)
