"""What a scorecard asks: a tree of criteria, what each is worth, and the rule its points come about by.

Numbers are exact: `Decimal` for points, `Fraction` for shares and weights. A definition that contradicts itself is
refused with a :class:`ScorecardFault`, whose code and parameters are worded by whoever shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

DECIMALS = 2  # of points
MOST_POINTS = Decimal("9999.99")
MOST_CRITERIA = 300
LONGEST_NUMBER, LONGEST_NAME = 20, 1000
FIGURES = ("index", "overall", "factor", "item")
WITH_CODE = ("factor", "item")


class ScorecardFault(ValueError):
    """A template that contradicts itself; `parameters` name the criterion by its printed number."""

    def __init__(self, code: str, **parameters: object) -> None:
        self.code, self.parameters = code, parameters
        super().__init__(f"{code} {parameters}")


@dataclass(frozen=True, slots=True)
class Name:
    """A wording in both languages; an empty English one falls back to Vietnamese."""

    vi: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """From a share on (0.8 is 80 %), these points."""

    at_least: Fraction
    points: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """How a share becomes points: by `steps`, the highest reached one; or in proportion, all points at `full_at`, none
    under `none_below`. Below the first step there are no points."""

    steps: tuple[Step, ...] = ()
    full_at: Fraction | None = None
    none_below: Fraction = Fraction(0)

    def check(self, number: str, maximum: Decimal) -> None:
        """Raise :class:`ScorecardFault` for a scale that gives more than the maximum, or more for less."""
        if bool(self.steps) == (self.full_at is not None):
            raise ScorecardFault("scale", number=number)
        if self.full_at is not None and not 0 <= self.none_below <= self.full_at != 0:
            raise ScorecardFault("scale_share", number=number)
        for step in self.steps:
            if step.at_least < 0:
                raise ScorecardFault("scale_share", number=number)
            _check_points(step.points, number)
            if step.points > maximum:
                raise ScorecardFault("step_above", number=number, points=step.points, maximum=maximum)
        for lower, higher in pairwise(self.steps):
            if lower.at_least >= higher.at_least or lower.points >= higher.points:
                raise ScorecardFault("steps_order", number=number)


@dataclass(frozen=True, slots=True)
class Manual:
    """Points as the unit argues and the council appraises."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Points for `counted` of `base`, two numbers that the unit states."""

    scale: Scale
    counted: Name = Name("")
    base: Name = Name("")


@dataclass(frozen=True, slots=True)
class Measure:
    """Points for a share that the platform knows itself, by its name in the registry of measures."""

    measure: str
    scale: Scale


@dataclass(frozen=True, slots=True)
class GroupSource:
    """The satisfaction of one respondent group: a figure of one wave, or the plain mean of several waves' figures."""

    group: str
    weight: Fraction
    waves: tuple[str, ...]
    figure: str = "index"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """Points = maximum × Σ weight × satisfaction of the respondent groups."""

    groups: tuple[GroupSource, ...]


Rule = Manual | Ratio | Measure | Survey


@dataclass(frozen=True, slots=True)
class CriterionDefinition:
    """A criterion with its maximum and rule, or a heading (no rule) whose maximum is what its criteria add up to."""

    number: str
    name: Name
    maximum: Decimal | None = None
    rule: Rule | None = None
    criteria: tuple[CriterionDefinition, ...] = ()

    def leaves(self) -> Iterator[CriterionDefinition]:
        if self.rule is not None:
            yield self
        for below in self.criteria:
            yield from below.leaves()

    def lines(self) -> Iterator[CriterionDefinition]:
        """Itself and all below, in printed order."""
        yield self
        for below in self.criteria:
            yield from below.lines()

    def check(self) -> None:
        """Raise :class:`ScorecardFault` for what no card could be scored by."""
        if not self.number.strip() or len(self.number) > LONGEST_NUMBER:
            raise ScorecardFault("number", number=self.number, most=LONGEST_NUMBER)
        if not self.name.vi.strip():
            raise ScorecardFault("name", number=self.number)
        if max(len(self.name.vi), len(self.name.en)) > LONGEST_NAME:
            raise ScorecardFault("name_long", number=self.number, most=LONGEST_NAME)
        if self.rule is None:
            self._check_heading()
            return
        if self.criteria:
            raise ScorecardFault("rule_of_heading", number=self.number)
        if self.maximum is None:
            raise ScorecardFault("maximum", number=self.number)
        _check_points(self.maximum, self.number)
        if self.maximum == 0:
            raise ScorecardFault("maximum", number=self.number)
        if isinstance(self.rule, Ratio | Measure):
            self.rule.scale.check(self.number, self.maximum)
        if isinstance(self.rule, Survey):
            _check_groups(self.rule, self.number)

    def _check_heading(self) -> None:
        for below in self.criteria:
            below.check()
        total = sum((leaf.maximum or Decimal(0) for leaf in self.leaves()), Decimal(0))
        if self.maximum is not None and self.maximum != total:
            raise ScorecardFault("sum", number=self.number, stated=self.maximum, total=total)


def _check_points(points: Decimal, number: str) -> None:
    if not points.is_finite() or not 0 <= points <= MOST_POINTS or points != round(points, DECIMALS):
        raise ScorecardFault("points", number=number, points=points)


def _check_groups(rule: Survey, number: str) -> None:
    groups = [source.group for source in rule.groups]
    if len(set(groups)) < len(groups):
        raise ScorecardFault("group_twice", number=number)
    for source in rule.groups:
        if not source.waves or len(set(source.waves)) < len(source.waves):
            raise ScorecardFault("waves", number=number)
        if source.figure not in FIGURES or (source.figure in WITH_CODE) != bool(source.code):
            raise ScorecardFault("figure", number=number)
    if any(source.weight <= 0 for source in rule.groups) or sum(source.weight for source in rule.groups) != 1:
        raise ScorecardFault("weights", number=number)


@dataclass(frozen=True, slots=True)
class TemplateDefinition:
    """A whole template."""

    code: str
    version: int
    year: int
    unit_kind: str
    name: Name
    reference: Name
    council: str
    self_due_on: date
    explanation_due_on: date
    final_due_on: date
    criteria: tuple[CriterionDefinition, ...]
    rounding: str = "half_up_2"

    @property
    def maximum(self) -> Decimal:
        """What all criteria together are worth."""
        return sum((leaf.maximum or Decimal(0) for leaf in self.leaves()), Decimal(0))

    def leaves(self) -> Iterator[CriterionDefinition]:
        for each in self.criteria:
            yield from each.leaves()

    def lines(self) -> Iterator[CriterionDefinition]:
        for each in self.criteria:
            yield from each.lines()

    def check(self) -> None:
        """Raise :class:`ScorecardFault` for what no card could be scored by."""
        if not self.self_due_on <= self.explanation_due_on <= self.final_due_on:
            raise ScorecardFault("deadlines")
        for each in self.criteria:
            each.check()
        numbers = [line.number for line in self.lines()]
        for number in numbers:
            if numbers.count(number) > 1:
                raise ScorecardFault("number_twice", number=number)
        if not numbers or len(numbers) > MOST_CRITERIA:
            raise ScorecardFault("criteria", most=MOST_CRITERIA)
        for line in self.lines():
            if line.rule is None and not line.criteria:
                raise ScorecardFault("heading_empty", number=line.number)
