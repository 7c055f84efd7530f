"""A target is met or missed by the interval; the point alone decides only in a census."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import NO_ESTIMATE, Estimate
from survey.analysis.statistics import PersonSums, proportion, unweighted
from survey.analysis.strata import Stratum, stratified
from survey.analysis.verdict import judge, tipping_point

TARGET = Fraction(4, 5)


def interval(lower: float, upper: float, exact: Fraction | None = None) -> Estimate:
    return Estimate((lower + upper) / 2, 0.01, lower, upper, 99, "logit", exact)


@pytest.mark.parametrize(
    ("lower", "upper", "state", "reason"),
    [
        (0.8, 0.9, "met", "interval_above"),
        (0.7999999, 0.9, "inconclusive", "interval_spans"),
        (0.7, 0.8, "inconclusive", "interval_spans"),
        (0.7, 0.7999999, "not_met", "interval_below"),
    ],
)
def test_the_interval_decides_unrounded(lower: float, upper: float, state: str, reason: str) -> None:
    verdict = judge(interval(lower, upper), 500, TARGET)
    assert (verdict.state, verdict.reason) == (state, reason)
    assert (verdict.target, verdict.minimum_people) == (TARGET, 30)


@pytest.mark.parametrize(("people", "minimum", "state"), [(29, 30, "inconclusive"), (30, 30, "met"), (29, 20, "met")])
def test_few_people_conclude_nothing(people: int, minimum: int, state: str) -> None:
    verdict = judge(interval(0.85, 0.95), people, TARGET, minimum)
    assert verdict.state == state
    assert verdict.reason == ("too_few_people" if state == "inconclusive" else "interval_above")
    assert verdict.reached_by_point is True


def test_a_census_is_judged_by_its_exact_point_however_small() -> None:
    reached = stratified([Stratum("A", 10, PersonSums.of_counts((2, 0, 0, 8, 0)), 10)], fpc=True).estimate
    missed = unweighted(PersonSums.of_counts((21, 0, 0, 79, 0)), 100, population=100)
    assert (judge(reached, 10, TARGET).state, judge(reached, 10, TARGET).reason) == ("met", "census_point")
    assert judge(reached, 10, TARGET).difference == 0
    assert (judge(missed, 100, TARGET).state, judge(missed, 100, TARGET).reason) == ("not_met", "census_point")


def test_weighted_points_exactly_on_the_target_are_reached() -> None:
    # weights 7/3 and 11/10 are no binary fractions: 0.1·7/3·… in floats would land beside 4/5
    strata = [
        Stratum("A", 30, PersonSums.of_counts((6, 0, 0, 24, 0)), 70),
        Stratum("B", 70, PersonSums.of_counts((14, 0, 0, 0, 56)), 77),
    ]
    verdict = judge(stratified(strata, fpc=False).estimate, 100, TARGET)
    assert verdict.difference == 0
    assert verdict.reached_by_point is True
    assert verdict.state == "inconclusive"


def test_the_point_difference_stands_beside_and_is_exact() -> None:
    estimate = unweighted(PersonSums.of_counts((0, 0, 20_004, 79_996, 0)), 100_000, item=True)
    verdict = judge(estimate, 100_000, TARGET)
    assert verdict.difference == Fraction(-4, 100_000)
    assert verdict.reached_by_point is False
    assert verdict.state == "inconclusive"
    assert judge(Estimate(0.85, 0.1, 0.6, 0.9), 50, TARGET).difference == pytest.approx(0.05)


def test_nothing_to_judge() -> None:
    assert judge(NO_ESTIMATE, 0, TARGET).reason == "no_answers"
    hidden = judge(interval(0.85, 0.95, Fraction(9, 10)), 4, TARGET, hidden=True)
    assert (hidden.state, hidden.reason, hidden.difference) == ("inconclusive", "hidden", None)
    assert judge(Estimate(0.9), 50, TARGET).state == "inconclusive"


def test_tipping_point_by_hand() -> None:
    # 300 of 1,000 answered, 90 % satisfied: the other 700 need (800 − 270) / 700
    assert tipping_point(Fraction(9, 10), 300, 1000, TARGET) == Fraction(530, 700)
    assert tipping_point(0.9, 300, 1000, TARGET) == pytest.approx(530 / 700)
    assert tipping_point(Fraction(9, 10), 1000, 1000, TARGET) is None
    assert tipping_point(Fraction(9, 10), 1001, 1000, TARGET) is None
    assert tipping_point(Fraction(1), 900, 1000, TARGET) == -1


@given(st.integers(1, 500), st.integers(1, 500), st.fractions(0, 1))
def test_the_whole_just_reaches_the_target_at_the_tipping_point(n: int, others: int, value: Fraction) -> None:
    tip = tipping_point(value, n, n + others, TARGET)
    assert (n * value + others * tip) / (n + others) == TARGET


def simulated_waves(people: int, waves: int) -> list[PersonSums]:
    """Waves of a unit that lies exactly on the target: 16 answers a person, and people differ as in the field."""
    random = Random(20261121)
    drawn = []
    for _ in range(waves):
        sums = PersonSums()
        for _ in range(people):
            share = random.betavariate(2, 0.5)  # mean 4/5
            sums += PersonSums.of_person([5 if random.random() < share else 2 for _ in range(16)])
        drawn.append(sums)
    return drawn


@pytest.mark.parametrize(("people", "plain_at_least", "ours_at_most"), [(10, 0.09, 0.05), (30, 0.05, 0.035)])
def test_met_is_rarely_said_in_error_where_the_plain_normal_interval_often_does(
    people: int, plain_at_least: float, ours_at_most: float
) -> None:
    ours = plain = 0
    waves = simulated_waves(people, 2000)
    for sums in waves:
        estimate = unweighted(sums, people)
        ours += judge(estimate, people, TARGET, minimum_people=1).state == "met"
        plain += estimate.estimate - 1.959963984540054 * estimate.standard_error >= 0.8
    assert plain / len(waves) >= plain_at_least
    assert ours / len(waves) <= ours_at_most
    assert plain > 1.8 * ours


def test_wilson_errs_rarely_for_a_single_item_of_ten_people() -> None:
    # exact binomial at p = 4/5: the plain interval calls "10 of 10" met, which happens in 0.8¹⁰ = 10.7 % of waves
    assert proportion(10, 10).lower < 0.8
    assert 0.8**10 > 0.1
