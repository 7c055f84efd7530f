"""Joint rank intervals: how far the order of units is known, for all of them at once.

Klein, Wright, Wieczorek (2020), "A joint confidence region for an overall ranking of populations", J. R. Statist. Soc.
C 69: from intervals that hold simultaneously with 1 − α, the rank of unit k lies between 1 + #{j certainly better} and
K − #{j certainly worse}, for all k at once with at least 1 − α. Units hold different people, hence are independent, and
Šidák's correction makes the intervals simultaneous: each at (1 − α)^(1/K). Deterministic, O(K log K).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log

from reports.compilation_figures import Rank
from reports.figures import Estimate, Figure, Rule
from survey.analysis.intervals import CONFIDENCE, t_quantile, wilson_interval


@dataclass(frozen=True, slots=True)
class Bounds:
    """A unit's estimate between its simultaneous bounds."""

    value: Fraction | float
    lower: float
    upper: float


def single_confidence(units: int, confidence: float = CONFIDENCE) -> float:
    """What each of `units` independent intervals must hold with, so that all do with `confidence` (Šidák)."""
    return confidence ** (1 / units) if units else confidence


def may_be_ranked(figure: Figure) -> bool:
    """Whether a unit gets a rank: enough people for a verdict, or everybody asked."""
    estimate = figure.estimate
    if figure.suppressed or estimate.value is None or estimate.lower is None or estimate.upper is None:
        return False
    return estimate.method == "census" or figure.people >= figure.verdict.minimum_people


def joint_ranks(figures: Sequence[Figure], confidence: float = CONFIDENCE) -> list[Rank | None]:
    """The joint rank interval of each figure, rank 1 the highest; None for those that may not be ranked.

    `confidence` is that of all intervals together.
    """
    chosen = [figure for figure in figures if may_be_ranked(figure)]
    single = single_confidence(len(chosen), confidence)
    ranks = iter(ranks_of([simultaneous(figure.estimate, figure.people, figure.rule, single) for figure in chosen]))
    return [next(ranks) if may_be_ranked(figure) else None for figure in figures]


def ranks_of(bounds: Sequence[Bounds]) -> list[Rank]:
    """Ranks from simultaneous bounds: certainly better is whose lower bound lies above one's upper bound."""
    k = len(bounds)
    lowers, uppers = sorted(each.lower for each in bounds), sorted(each.upper for each in bounds)
    values = sorted(each.value for each in bounds)
    found = []
    for each in bounds:
        better, worse = k - bisect_right(lowers, each.upper), bisect_left(uppers, each.lower)
        place = 1 + k - bisect_right(values, each.value)
        found.append(Rank(place, 1 + better, k - worse, k))
    return found


def simultaneous(estimate: Estimate, people: int, rule: Rule, confidence: float) -> Bounds:
    """The interval of an estimate at another confidence than the printed 95 %, by the same method.

    On the logit scale an interval grows with its t quantile; a mean of items, whose interval is the mean of theirs
    (:func:`survey.analysis.statistics.mean_of`), is widened alike with t(people − 1). Raises ValueError without bounds.
    """
    value, lower, upper = estimate.value, estimate.lower, estimate.upper
    if value is None or estimate.estimate is None or lower is None or upper is None:
        raise ValueError("an estimate without bounds has no simultaneous ones")
    if estimate.method == "census":
        return Bounds(value, lower, upper)
    p, low, high = (_plain(number, rule) for number in (estimate.estimate, lower, upper))
    if estimate.method == "wilson" or not 0 < low <= p <= high < 1:
        low, high = wilson_interval(p, people, confidence)
    else:
        freedom = estimate.degrees_of_freedom or max(1, people - 1)
        stretch = t_quantile(freedom, confidence) / t_quantile(freedom)
        low, high = _stretched(p, low, stretch), _stretched(p, high, stretch)
    return Bounds(value, _ruled(low, rule), _ruled(high, rule))


def _stretched(p: float, bound: float, factor: float) -> float:
    at = log(p / (1 - p)) + factor * (log(bound / (1 - bound)) - log(p / (1 - p)))
    return 1 / (1 + exp(-at))


def _plain(value: float, rule: Rule) -> float:
    """On 0…1: `mean_of_max` begins at a fifth (:mod:`survey.analysis.statistics`)."""
    return (5 * value - 1) / 4 if rule == "mean_of_max" else value


def _ruled(value: float, rule: Rule) -> float:
    return (1 + 4 * value) / 5 if rule == "mean_of_max" else value
