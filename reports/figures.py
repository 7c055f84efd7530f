"""The figures every page, document and export shows: small frozen records that analysis fills and renderers read.

Nothing here computes from answers; a renderer never computes at all. Count and base travel together, fractions are
0…1 and unrounded, and a figure whose base is empty or hidden has no estimate (`None`), so that no renderer can print
a number that must not be printed. Percentages are worded by :mod:`reports.wording` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

Language = Literal["vi", "en"]
Rule = Literal["top_two", "mean_of_max", "scaled_mean", "upper_levels"]
Aggregation = Literal["pool_answers", "mean_of_items", "mean_of_factors"]
Weighting = Literal["unweighted", "weighted"]
Design = Literal["probability", "census", "self_selected"]
Level = Literal["item", "factor", "content", "index"]
IntervalMethod = Literal["logit", "wilson", "census", "bounded"]
VerdictState = Literal["met", "not_met", "inconclusive"]
VerdictReason = Literal[
    "interval_above",  # lower bound at or above the target
    "interval_below",  # upper bound under the target
    "interval_spans",  # the target lies inside the interval
    "too_few_people",  # under the dated minimum
    "census_point",  # n = N: the point decides
    "no_answers",  # nothing in the base
    "hidden",  # suppressed: base under five people
]
Movement = Literal["moved_up", "moved_down", "not_moved", "cannot_tell", "broken"]


@dataclass(frozen=True, slots=True)
class Text:
    """A wording in both languages; an empty English one falls back to Vietnamese."""

    vi: str
    en: str = ""

    def __getitem__(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.vi


@dataclass(frozen=True, slots=True)
class Counts:
    """What a five-point item received: `n` holds n1…n5; no-opinion and skipped stand outside the base."""

    n: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    no_opinion: int = 0
    skipped: int = 0

    @property
    def base(self) -> int:
        """Valid answers, 1–5."""
        return sum(self.n)

    @property
    def satisfied(self) -> int:
        """Answers of 4 or 5."""
        return self.n[3] + self.n[4]

    def share(self, position: int) -> Fraction | None:
        """Share of the base that chose `position` (1…5); `None` without a base."""
        return Fraction(self.n[position - 1], self.base) if self.base else None

    def __add__(self, other: Counts) -> Counts:
        n1, n2, n3, n4, n5 = (a + b for a, b in zip(self.n, other.n, strict=True))
        return Counts((n1, n2, n3, n4, n5), self.no_opinion + other.no_opinion, self.skipped + other.skipped)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A satisfaction fraction with its uncertainty.

    `exact` is set where the estimate is a ratio of counts (unweighted pooled answers), so that rounding for print
    is exact; `estimate` is the same as a float. `lower` and `upper` are the 95 % bounds by `method`.
    """

    estimate: float | None
    standard_error: float | None = None
    lower: float | None = None
    upper: float | None = None
    degrees_of_freedom: int | None = None
    method: IntervalMethod | None = None
    exact: Fraction | None = None

    @property
    def value(self) -> Fraction | float | None:
        """What is printed: exact where possible."""
        return self.exact if self.exact is not None else self.estimate


NO_ESTIMATE = Estimate(None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An estimate against a target. `difference` is estimate − target as a fraction (None without estimate)."""

    state: VerdictState
    reason: VerdictReason
    target: Fraction
    difference: Fraction | float | None = None
    minimum_people: int = 30

    @property
    def reached_by_point(self) -> bool | None:
        """The plain reading of "from 80 % up", which stands beside the verdict."""
        return None if self.difference is None else self.difference >= 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One percentage with everything it must carry: counts, base, interval, rule, weighting, verdict.

    A suppressed figure keeps its code and label; `people`, `answers`, `counts` are zero and the estimate is empty.
    `counts` is None where the answers to the single items were not read (a half-month) or the five points do not apply
    (a share of people, a question of three levels).
    """

    code: str
    label: Text
    level: Level
    rule: Rule
    aggregation: Aggregation
    weighting: Weighting
    people: int
    answers: int
    counts: Counts | None
    estimate: Estimate
    verdict: Verdict
    suppressed: bool = False
    in_index: bool = True  # the separate overall question stands outside the pool


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """How many people chose one of the offered answers; of several, a person may have chosen more than one."""

    value: int
    label: Text
    people: int


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """A question whose answers are counted and not rated; suppressed, it has neither people nor options.

    `people` answered the question: the base of every share.
    """

    code: str
    label: Text
    people: int
    options: tuple[ChoiceOption, ...]
    several: bool
    suppressed: bool = False

    def share(self, option: ChoiceOption) -> Fraction | None:
        """Share of the people who answered that chose `option`; None without a base."""
        return Fraction(option.people, self.people) if self.people else None


@dataclass(frozen=True, slots=True)
class Change:
    """Difference between two waves on common items and units: newer − older, 95 % interval by MOVER."""

    against: Literal["previous", "last_year", "chosen"]
    wave_code: str
    wave_name: Text
    movement: Movement
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    older: Estimate = NO_ESTIMATE
    newer: Estimate = NO_ESTIMATE
    common_items: int = 0
    dropped_items: tuple[str, ...] = ()  # item codes asked in only one of the two waves
    changed_items: tuple[str, ...] = ()  # asked in both, but with another meaning or scale: not compared
    reworded_items: tuple[str, ...] = ()  # compared, though worded otherwise than then
    common_units: int = 0
    others_difference: float | None = None  # the same change in the other units, beside it
    unweighted_for_both: bool = False  # the headline of one of the two waves is weighted, that of the other cannot be
    needed: int = 0  # the people a conclusion needs, where one of the two waves has fewer


@dataclass(frozen=True, slots=True)
class Shift:
    """An item or factor in two waves: both estimates on what they have in common, and newer − older by MOVER."""

    movement: Movement
    older: Estimate = NO_ESTIMATE
    newer: Estimate = NO_ESTIMATE
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    older_people: int = 0
    newer_people: int = 0
    needed: int = 0  # the people a conclusion needs, where one of the two waves has fewer


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the next wave says of a remedy: how the item or factor it was to move has moved, and beside it how the same
    moved in the other units. `hidden`: too few people stand behind it, or it would give fewer away."""

    label: Text
    before: WaveLabel
    after: WaveLabel
    target: Fraction
    shift: Shift
    others: Shift | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One wave (or half-month) of a series; `breaks_before` marks that other items, or items of another meaning or
    scale, are asked than at the point before; `reworded_before` that some only read otherwise."""

    code: str
    label: Text
    start: date
    end: date
    figure: Figure
    breaks_before: bool = False
    reworded_before: bool = False

    def weighted_like(self, other: TrendPoint) -> bool:
        """Whether both figures are weighted or neither is; a figure without an estimate stands against nothing."""
        unknown = self.figure.estimate.estimate is None or other.figure.estimate.estimate is None
        return unknown or self.figure.weighting == other.figure.weighting


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, counter or subtree as a reader sees it."""

    code: str
    name: Text
    kind: str  # province, department, commune, room, counter
    one_stop: Text = field(default_factory=lambda: Text(""))
    superior: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, slots=True)
class WaveLabel:
    code: str
    name: Text
    start: date
    end: date
    state: str
    respondents: str = "citizen"  # the group asked; "several" where it is more than one, without citizens
