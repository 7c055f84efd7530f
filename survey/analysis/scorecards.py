"""The arithmetic of scorecards: points from a share, from respondent groups, and their sums. Pure and exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from forms.scorecard_definition import Measure, Ratio, Rule, Scale, Survey
from reports.figures import Text
from reports.scorecard_figures import STAGES, Basis, CardLine, GroupShare, Stage
from reports.wording import round_half_up

# How points are rounded, by the name a template gives: a half goes up, as every circular on scores has it.
ROUNDING: Mapping[str, Callable[[Fraction], Decimal]] = MappingProxyType(
    {"half_up_2": lambda points: round_half_up(points, 2)}
)


def scale_points(scale: Scale, share: Fraction, maximum: Decimal, rounding: str) -> Decimal:
    """The points of a share (0.8 is 80 %): those of the highest step it reaches, or in proportion up to the maximum."""
    if scale.full_at is None:
        return max((step.points for step in scale.steps if share >= step.at_least), default=Decimal(0))
    if share < scale.none_below:
        return Decimal(0)
    return ROUNDING[rounding](Fraction(maximum) * min(Fraction(1), share / scale.full_at))


def survey_points(groups: Sequence[GroupShare], maximum: Decimal, rounding: str) -> Decimal | None:
    """Maximum × Σ weight × satisfaction, rounded once at the end; None unless every group has a figure."""
    total = Fraction(0)
    for group in groups:
        if group.value is None:
            return None
        total += group.weight * exact(group.value)
    return ROUNDING[rounding](Fraction(maximum) * total)


def exact(value: Fraction | float) -> Fraction:
    """A float stands for the shortest decimal that names it, as in every printed percentage."""
    return Fraction(repr(value)) if isinstance(value, float) else value


def points_of(rule: Rule, basis: Basis, maximum: Decimal, rounding: str) -> Decimal | None:
    """What a computed criterion gives on that basis; None where the basis has a gap."""
    if isinstance(rule, Survey):
        return survey_points(basis.groups, maximum, rounding)
    assert isinstance(rule, Ratio | Measure)
    share = basis.share
    return None if share is None else scale_points(rule.scale, share, maximum, rounding)


def with_sums(lines: Sequence[CardLine], parents: Mapping[int, int | None]) -> tuple[CardLine, ...]:
    """The lines with the sums of what stands below in each heading; `parents` by key."""
    below: dict[int, list[CardLine]] = {line.key: [] for line in lines if line.is_heading}
    for line in lines:
        if line.is_heading:
            continue
        above = parents[line.key]
        while above is not None:
            below[above].append(line)
            above = parents[above]
    return tuple(_summed(line, below[line.key]) if line.is_heading else line for line in lines)


def total_of(lines: Iterable[CardLine]) -> CardLine:
    """The last line of the card: the sums of all criteria."""
    criteria = [line for line in lines if not line.is_heading]
    nothing: dict[Stage, Decimal | None] = dict.fromkeys(STAGES)
    return _summed(CardLine(0, "", 0, Text(""), "group", Decimal(0), nothing), criteria)


def _summed(heading: CardLine, criteria: Sequence[CardLine]) -> CardLine:
    """A heading without any points at a stage has none; a criterion without points adds nothing to those of others."""
    points: dict[Stage, Decimal | None] = {}
    for stage in STAGES:
        known = [found for line in criteria if (found := line.points[stage]) is not None]
        points[stage] = sum(known, Decimal(0)) if known else None
    maximum = sum((line.maximum for line in criteria), Decimal(0))
    return replace(heading, maximum=maximum, points=points)
