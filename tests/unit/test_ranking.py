"""Joint ranks hold for all units at once; intervals made for one unit each do not."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log
from random import Random

import pytest

from reports.compilation_figures import CompiledUnit, Rank, RankLine
from reports.figures import Estimate, Figure, Place, Rule, Text
from reports.rank_chart import rank_percents
from reports.report_figures import UnitLine
from survey.analysis.intervals import CONFIDENCE, logit_interval, wilson_interval
from survey.analysis.ranking import Bounds, joint_ranks, ranks_of, simultaneous, single_confidence
from survey.analysis.statistics import PersonSums, mean_of, unweighted
from survey.analysis.verdict import judge

TARGET = Fraction(4, 5)
PAIRWISE = 0.834  # intervals that lie apart in one pair of equals of twenty


def figure(estimate: Estimate, people: int, *, suppressed: bool = False) -> Figure:
    verdict = judge(estimate, people, TARGET)
    return Figure(
        "index", Text("Chỉ số"), "index", "top_two", "pool_answers", "unweighted", people, people, None, estimate,
        verdict, suppressed,
    )  # fmt: skip


def of_sums(people: int, satisfied: int, of: int = 4) -> Figure:
    """`of` answers each, all of them satisfied or none."""
    sums = PersonSums(
        people, satisfied, of * satisfied, of * people, of * of * satisfied, of * of * satisfied, of * of * people
    )
    return figure(unweighted(sums, people), people)


def contained(ranks: list[Rank], truth: list[float]) -> bool:
    """Whether every interval holds the true rank."""
    order = sorted(truth, reverse=True)
    return all(rank.best <= order.index(true) + 1 <= rank.worst for rank, true in zip(ranks, truth, strict=True))


def coverage(truth: list[float], people: int, confidence: float, rounds: int = 100) -> float:
    """How often all ranks are held at once, with each single interval at `confidence`."""
    chance, held = Random(20260324), 0
    for _ in range(rounds):
        bounds = []
        for p in truth:
            satisfied = sum(chance.random() < p for _ in range(people))
            drawn = of_sums(people, satisfied).estimate
            bounds.append(simultaneous(drawn, people, "top_two", confidence))
        held += contained(ranks_of(bounds), truth)
    return held / rounds


def test_all_true_ranks_are_held_together_and_single_intervals_lose_some() -> None:
    truth = [0.78 + 0.0001 * k for k in range(120)]
    assert coverage(truth, 80, single_confidence(120)) >= 0.95
    assert coverage(truth, 80, CONFIDENCE) < 0.9
    assert coverage(truth, 80, PAIRWISE) < 0.3


def test_ranks_by_hand() -> None:
    bounds = [Bounds(0.9, 0.85, 0.93), Bounds(0.8, 0.7, 0.86), Bounds(0.6, 0.5, 0.69), Bounds(0.8, 0.7, 0.86)]
    assert ranks_of(bounds) == [Rank(1, 1, 3, 4), Rank(2, 1, 3, 4), Rank(4, 4, 4, 4), Rank(2, 1, 3, 4)]
    touching = [Bounds(0.9, 0.8, 0.95), Bounds(0.7, 0.6, 0.8)]
    assert [rank.worst for rank in ranks_of(touching)] == [2, 2], "bounds that touch decide nothing"
    assert ranks_of([]) == []


def test_who_gets_no_rank() -> None:
    few, hidden, everybody = of_sums(29, 20), figure(of_sums(50, 40).estimate, 50, suppressed=True), of_sums(9, 8)
    census = figure(unweighted(PersonSums(9, 8, 8, 9, 8, 8, 9), 9, population=9), 9)
    found = joint_ranks([of_sums(60, 30), few, hidden, everybody, census, of_sums(60, 30)])
    assert [rank is None for rank in found] == [False, True, True, True, False, False]
    assert found[0] == found[5] == Rank(2, 2, 3, 3)
    assert found[4] == Rank(1, 1, 1, 3)


@pytest.mark.parametrize("rule", ["top_two", "scaled_mean", "mean_of_max"])
def test_another_confidence_by_the_method_of_the_printed_interval(rule: Rule) -> None:
    sums = PersonSums(60, 20, 150, 240, 420, 600, 960, 900, 14200, 3600)
    printed = unweighted(sums, 60, rule)
    same = simultaneous(printed, 60, rule, CONFIDENCE)
    assert (same.lower, same.upper) == pytest.approx((printed.lower, printed.upper), abs=1e-12)
    wider = simultaneous(printed, 60, rule, 0.999)
    assert printed.estimate is not None
    assert printed.standard_error is not None
    p, error = printed.estimate, printed.standard_error
    if rule == "mean_of_max":
        p, error = (5 * p - 1) / 4, error / 0.8
    t_of_59 = 3.4632  # the 99.95 % point, from a table
    spread = t_of_59 * error / (p * (1 - p))
    low, high = logit_interval(p, error, 59)
    assert low < p < high
    back = (lambda x: (1 + 4 * x) / 5) if rule == "mean_of_max" else (lambda x: x)
    expected = [back(1 / (1 + exp(-(log(p / (1 - p)) + sign * spread)))) for sign in (-1, 1)]
    assert (wider.lower, wider.upper) == pytest.approx(expected, abs=2e-5)


def test_intervals_of_other_methods_widen_too() -> None:
    all_satisfied = of_sums(40, 40).estimate
    assert simultaneous(all_satisfied, 40, "top_two", 0.999).lower == wilson_interval(1.0, 40, 0.999)[0]
    mean = mean_of([of_sums(60, 40).estimate, of_sums(60, 50).estimate])
    bounds = simultaneous(mean, 60, "top_two", 0.999)
    assert mean.lower is not None
    assert mean.upper is not None
    assert bounds.lower < mean.lower < mean.upper < bounds.upper
    with pytest.raises(ValueError, match="without bounds"):
        simultaneous(Estimate(0.5), 40, "top_two", 0.999)


def test_neighbours_of_different_ranks_never_print_alike() -> None:
    figures = [of_sums(*sums) for sums in ((20_001, 18_000), (20_000, 17_999), (20_000, 17_999), (10, 8))]
    lines = [
        RankLine(CompiledUnit(UnitLine(Place("A", Text("Xã"), "commune"), each), (), None), rank)
        for each, rank in zip(figures, joint_ranks(figures), strict=True)
    ]
    assert [line.rank and line.rank.place for line in lines] == [1, 2, 2, None]
    assert rank_percents(lines, "vi") == ["89,996%", "89,995%", "89,995%", "80,00%"]
