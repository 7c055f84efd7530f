"""The edges of weighting and of intervals, each against a case worked by hand."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from itertools import product
from math import exp, lgamma, log, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import NO_ESTIMATE, Estimate
from survey.analysis.intervals import logit_interval, t_quantile, wilson_interval
from survey.analysis.reliability import cronbach_alpha
from survey.analysis.statistics import PersonSums, mean_of, proportion, unweighted
from survey.analysis.strata import Stratum, stratified

T4 = 2.7764451051977987  # t(0.975, 4), from printed tables


def item(satisfied: int, dissatisfied: int) -> PersonSums:
    return PersonSums.of_counts((dissatisfied, 0, 0, satisfied, 0))


def form(*people: tuple[int, int]) -> PersonSums:
    """People who gave (satisfied, valid) answers; a satisfied one is a 5, another one a 1."""
    return sum((PersonSums.of_person([5] * s + [1] * (v - s)) for s, v in people), PersonSums())


def test_sums_of_a_single_item_agree_with_those_of_its_people() -> None:
    people = [PersonSums.of_person([score]) for score in (1, 2, 2, 3, 4, 4, 4, 5)]
    assert sum(people, PersonSums()) == PersonSums.of_counts((1, 2, 1, 3, 1))
    assert PersonSums.of_person([]) == PersonSums()


@given(st.lists(st.lists(st.integers(1, 5), max_size=4), max_size=8), st.lists(st.integers(1, 5), max_size=4))
def test_adding_and_taking_away_a_person_changes_nothing(people: list[list[int]], another: list[int]) -> None:
    before = sum((PersonSums.of_person(scores) for scores in people), PersonSums())
    person = PersonSums.of_person(another)
    assert before + person - person == before


def test_linearised_ratio_by_hand() -> None:
    # 2 of 2 and 1 of 4: r = 3/6; residuals 2 − 1 = 1 and 1 − 2 = −1; var = 2/1 · (1 + 1) / 6² = 1/9
    estimate = unweighted(form((2, 2), (1, 4)), 2)
    assert estimate.exact == Fraction(1, 2)
    assert estimate.standard_error == pytest.approx(1 / 3, abs=1e-15)
    assert (estimate.method, estimate.degrees_of_freedom) == ("logit", 1)
    # a third sampled person without a valid answer: var = 3/2 · 2 / 36 = 1/12, one more degree of freedom
    estimate = unweighted(form((2, 2), (1, 4)), 3)
    assert estimate.standard_error == pytest.approx(sqrt(1 / 12), abs=1e-15)
    assert estimate.degrees_of_freedom == 2
    with pytest.raises(ValueError, match="2 people answered, but only 1"):
        unweighted(form((2, 2), (1, 4)), 1)


@pytest.mark.parametrize(("people", "reaches"), [(15, False), (16, True)])
@pytest.mark.parametrize("answers", [1, 16])
def test_all_satisfied_reaches_80_percent_from_16_people(people: int, reaches: bool, answers: int) -> None:
    sums = form(*[(answers, answers)] * people)
    for estimate in (
        unweighted(sums, people, item=answers == 1),
        unweighted(sums, people, "scaled_mean"),
        unweighted(sums.wholly_satisfied(), people, item=True),
        stratified([Stratum("A", people, sums, 10 * people)], fpc=True).estimate,
    ):
        assert (estimate.exact, estimate.method, estimate.upper) == (1, "wilson", 1.0)
        assert estimate.lower == pytest.approx(people / (people + 1.959963984540054**2), abs=1e-12)
        assert (estimate.lower >= 0.8) is reaches


def test_equal_people_have_no_variance_and_fall_back_to_wilson() -> None:
    sums = form(*[(3, 7), (6, 14)] * 10)
    estimate = unweighted(sums, 20)
    assert (estimate.method, estimate.standard_error, estimate.degrees_of_freedom) == ("wilson", 0.0, None)
    assert (estimate.lower, estimate.upper) == wilson_interval(3 / 7, 20)
    strata = [Stratum(code, 20, sums, size) for code, size in (("A", 70), ("B", 110), ("C", 13_001))]
    estimate = stratified(strata, fpc=False).estimate
    assert (estimate.exact, estimate.method, estimate.standard_error) == (Fraction(3, 7), "wilson", 0.0)
    assert (estimate.lower, estimate.upper) == wilson_interval(3 / 7, 60)


def test_one_differing_person_among_many_is_not_taken_for_no_variance() -> None:
    whole, half = PersonSums.of_person([5] * 16), PersonSums.of_person([5] * 8)
    many = PersonSums(*(50_000 * getattr(whole + half, field.name) for field in fields(PersonSums)))
    sums = many + form((15, 16))
    estimate = stratified([Stratum("A", 100_001, sums, 900_000)], fpc=False).estimate
    assert estimate.method == "logit"
    assert estimate.standard_error == pytest.approx(unweighted(sums, 100_001).standard_error, rel=1e-6)


def test_a_single_response_gives_a_wide_interval_and_no_standard_error() -> None:
    estimate = unweighted(form((8, 16)), 1)
    assert (estimate.exact, estimate.standard_error, estimate.method) == (Fraction(1, 2), None, "wilson")
    assert (estimate.lower, estimate.upper) == wilson_interval(0.5, 1)


def test_census_is_a_point() -> None:
    result = stratified([Stratum("A", 4, item(3, 1), 4), Stratum("B", 2, item(1, 1), 2)], fpc=True)
    assert result.estimate == Estimate(4 / 6, 0.0, 4 / 6, 4 / 6, None, "census", Fraction(2, 3))
    assert result.weighted
    assert unweighted(item(3, 1), 4, population=4).method == "census"
    assert unweighted(item(3, 1), 4, population=4, item=True).method == "census"
    # a self-selected wave in which everybody happens to have answered gets no correction
    assert stratified([Stratum("A", 4, item(3, 1), 4)], fpc=False).estimate.method == "logit"


def test_a_complete_unit_adds_no_variance_to_a_sampled_one() -> None:
    # A: 2 of 2 satisfied, N = n = 2. B: 3 of 4 satisfied, N = 10, weight 2.5. p = (2 + 7.5) / (2 + 10).
    # var = 2.5² · (1 − 4/10) · 4/3 · Σ(y − 3/4)² / 12², with Σ(y − 3/4)² = 3/4.
    result = stratified([Stratum("A", 2, item(2, 0), 2), Stratum("B", 4, item(3, 1), 10)], fpc=True)
    assert result.estimate.exact == Fraction(19, 24)
    assert result.estimate.standard_error == pytest.approx(sqrt(3.75) / 12, abs=1e-14)
    assert result.estimate.degrees_of_freedom == 4
    se = sqrt(3.75) / 12
    odds, spread = 19 / 5, exp(T4 * se / (19 / 24 * 5 / 24))
    assert result.estimate.lower == pytest.approx(odds / spread / (1 + odds / spread), abs=1e-12)
    assert result.estimate.upper == pytest.approx(odds * spread / (1 + odds * spread), abs=1e-12)
    assert (result.coverage.covered, result.coverage.total, result.strata) == (12, 12, 2)


def test_more_responses_than_transactions_are_not_weighted_and_flagged() -> None:
    # A: 4 responses on 3 transactions stand for themselves; B: weight 5. p = (2 + 5·2) / (4 + 5·2).
    strata = [Stratum("A", 4, item(2, 2), 3), Stratum("B", 2, item(2, 0), 10)]
    result = stratified(strata, fpc=True)
    assert result.estimate.exact == Fraction(12, 14)
    # no finite population correction for A: var = 4/3 · 1 / 14²
    assert result.estimate.standard_error == pytest.approx(sqrt(4 / 3) / 14, abs=1e-14)
    assert result.weighted
    assert result.coverage.units_over_transactions == ("A",)
    alone = stratified(strata[:1], fpc=True)
    assert not alone.weighted
    assert alone.estimate == unweighted(item(2, 2), 4)
    assert stratified([Stratum("A", 1, item(1, 0), 0)], fpc=True).coverage.units_over_transactions == ("A",)
    assert unweighted(item(2, 2), 4, population=3) == unweighted(item(2, 2), 4)


def test_missing_transactions_of_a_responding_unit_make_the_figure_unweighted() -> None:
    strata = [Stratum("A", 4, item(2, 2), 400), Stratum("B", 6, item(6, 0), None)]
    result = stratified(strata, fpc=True)
    assert not result.weighted
    assert result.estimate == unweighted(item(8, 2), 10)
    assert result.coverage.units_without_transactions == ("B",)
    # a silent unit without N stands in nobody's way
    result = stratified([strata[0], Stratum("C", 0, PersonSums(), None)], fpc=True)
    assert result.weighted
    assert result.coverage.units_without_transactions == ("C",)


def test_silent_units_are_left_out_and_the_coverage_says_so() -> None:
    strata = [
        Stratum("A", 4, item(3, 1), 60),
        Stratum("B", 0, PersonSums(), 30),
        Stratum("C", 2, PersonSums(), 10),  # two responses, none of them with an answer in this scope
    ]
    result = stratified(strata, fpc=False)
    assert result.estimate.exact == Fraction(3, 4)
    assert result.coverage.share == Fraction(60, 100)
    assert result.coverage.units_left_out == ("B", "C")
    assert (result.people, result.answers) == (4, 4)
    nothing = stratified(strata[1:2], fpc=False)
    assert (nothing.estimate, nothing.weighted) == (NO_ESTIMATE, False)
    assert stratified(strata[2:], fpc=False).estimate == NO_ESTIMATE


def test_a_lone_response_is_joined_with_the_smallest_other_unit() -> None:
    strata = [
        Stratum("A", 1, item(1, 0), 10, parent="north"),
        Stratum("B", 2, item(1, 1), 20, parent="south"),
        Stratum("C", 2, item(2, 0), 5, parent="south"),
        Stratum("D", 3, item(1, 2), 9, parent="north"),
    ]
    # within the same parent first: D becomes n = 4 on N = 19
    result = stratified(strata, fpc=True)
    by_hand = [strata[1], strata[2], Stratum("D+A", 4, item(2, 2), 19)]
    assert result.estimate == stratified(by_hand, fpc=True).estimate
    assert (result.coverage.units_merged, result.strata) == (("A",), 3)
    assert result.estimate.exact == (Fraction(20, 2) + 5 + Fraction(19 * 2, 4)) / (20 + 5 + 19)
    # among strangers the smallest, and of equals the first by code: B becomes n = 3 on N = 30, weight 10
    strangers = [Stratum(s.code, s.sampled, s.sums, s.population) for s in strata]
    by_hand = [Stratum("B+A", 3, item(2, 1), 30), strata[2], strata[3]]
    assert stratified(strangers, fpc=True).estimate == stratified(by_hand, fpc=True).estimate
    smallest_last = [strata[0], strata[3], Stratum("E", 2, item(1, 1), 40)]
    by_hand = [strata[3], Stratum("E+A", 3, item(2, 1), 50)]
    smallest_last = [Stratum(s.code, s.sampled, s.sums, s.population) for s in smallest_last]
    assert stratified(smallest_last, fpc=True).estimate == stratified(by_hand, fpc=True).estimate
    assert stratified(strangers[::-1], fpc=True).estimate == stratified(strangers, fpc=True).estimate


def test_lone_responses_meet_each_other() -> None:
    pair = [Stratum("A", 1, item(1, 0), 10), Stratum("B", 1, item(0, 1), 30)]
    result = stratified(pair, fpc=False)
    assert result.estimate.exact == Fraction(1, 2)
    assert (result.coverage.units_merged, result.strata) == (("A",), 1)
    alone = stratified(pair[:1], fpc=False)
    assert (alone.coverage.units_merged, alone.estimate.method) == ((), "wilson")


def test_a_complete_unit_of_one_is_not_joined() -> None:
    # as in R: a sampling unit taken with certainty adds no variance
    strata = [Stratum("A", 1, item(1, 0), 1), Stratum("B", 4, item(3, 1), 10)]
    result = stratified(strata, fpc=True)
    assert result.coverage.units_merged == ()
    assert result.estimate.exact == Fraction(17, 22)
    assert stratified(strata, fpc=False).coverage.units_merged == ("A",)


@given(
    st.lists(
        st.tuples(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6), st.integers(0, 40)),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["top_two", "mean_of_max", "scaled_mean"]),
    st.booleans(),
)
def test_any_strata_give_an_ordered_interval(units, rule, fpc) -> None:  # type: ignore[no-untyped-def]
    strata = [
        Stratum(f"U{number}", len(people), form(*[(min(s, v), v) for s, v in people]), population)
        for number, (people, population) in enumerate(units)
    ]
    estimate = stratified(strata, rule, fpc=fpc).estimate
    if any(stratum.sums.v for stratum in strata):
        assert 0 <= estimate.lower <= estimate.estimate + 1e-12
        assert estimate.estimate <= estimate.upper + 1e-12 <= 1 + 2e-12
        assert estimate.estimate == float(estimate.exact)
    else:
        assert estimate == NO_ESTIMATE


def test_both_mean_rules_give_the_same_interval_on_their_own_scale() -> None:
    sums = PersonSums.of_counts((3, 4, 10, 30, 20))
    scaled, of_max = unweighted(sums, 70, "scaled_mean", item=True), unweighted(sums, 70, "mean_of_max", item=True)
    assert scaled.exact == Fraction(3 * 0 + 4 * 1 + 10 * 2 + 30 * 3 + 20 * 4, 4 * 67)
    assert of_max.exact == Fraction(3 * 1 + 4 * 2 + 10 * 3 + 30 * 4 + 20 * 5, 5 * 67)
    assert scaled.method == of_max.method == "logit"
    for name in ("estimate", "lower", "upper"):
        assert getattr(of_max, name) == pytest.approx((1 + 4 * getattr(scaled, name)) / 5, abs=1e-14)
    worst = unweighted(PersonSums.of_counts((9, 0, 0, 0, 0)), 9, "mean_of_max")
    assert (worst.exact, worst.lower) == (Fraction(1, 5), 0.2)


def test_weighted_mean_rule_by_hand() -> None:
    # A: scores 1 and 5, N = 8; B: 3 and 4, N = 2: mean = (8·3 + 2·3.5) / 10 = 3.1
    a, b = PersonSums.of_counts((1, 0, 0, 0, 1)), PersonSums.of_counts((0, 0, 1, 1, 0))
    result = stratified([Stratum("A", 2, a, 8), Stratum("B", 2, b, 2)], "mean_of_max", fpc=False)
    assert result.estimate.exact == Fraction(31, 50)
    # var(mean) = (4² · 2 · 8 + 1² · 2 · 0.5) / 10² = 257/100, a fifth of its root on this scale
    assert result.estimate.standard_error == pytest.approx(sqrt(2.57) / 5, abs=1e-14)


def test_mean_of_items_is_never_narrower_than_with_the_covariances() -> None:
    people = [(1, 1), (1, 1), (0, 1), (0, 1), (0, 0), (1, 1), (1, 1), (0, 0), (1, 1), (1, 1)]
    items = [unweighted(item(sum(p[k] for p in people), sum(1 - p[k] for p in people)), 10, item=True) for k in (0, 1)]
    mean = mean_of(items)
    assert (mean.exact, mean.method) == (Fraction(14, 20), "bounded")
    true_se = unweighted(form(*[(a + b, 2) for a, b in people]), 10).standard_error
    assert mean.standard_error > true_se
    assert (mean.lower, mean.upper) == (
        pytest.approx(sum(i.lower for i in items) / 2),
        pytest.approx(sum(i.upper for i in items) / 2),
    )


def test_mean_of_leaves_out_what_has_no_estimate() -> None:
    census = Estimate(0.5, 0.0, 0.5, 0.5, None, "census", Fraction(1, 2))
    assert mean_of([NO_ESTIMATE, census, census]) == census
    assert mean_of([NO_ESTIMATE]) == NO_ESTIMATE
    half_known = mean_of([census, Estimate(0.75)])
    assert (half_known.estimate, half_known.exact, half_known.lower, half_known.method) == (0.625, None, None, None)


def test_proportion_is_wilson_on_people() -> None:
    # Newcombe 1998, table I, method 3
    for k, n, lower, upper in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        estimate = proportion(k, n)
        assert (round(estimate.lower, 4), round(estimate.upper, 4)) == (lower, upper)


def test_logit_interval_by_hand() -> None:
    lower, upper = logit_interval(0.75, 0.05, 4)
    half = T4 * 0.05 / (0.75 * 0.25)
    assert log(lower / (1 - lower)) == pytest.approx(log(3) - half, abs=1e-12)
    assert log(upper / (1 - upper)) == pytest.approx(log(3) + half, abs=1e-12)


@pytest.mark.parametrize(
    ("df", "printed"),
    [(1, 12.706204736432095), (2, 4.302652729911275), (3, 3.182446305284263), (4, T4), (30, 2.0422724563012373)],
)
def test_t_quantiles_of_printed_tables(df: int, printed: float) -> None:
    assert t_quantile(df) == pytest.approx(printed, rel=1e-10)


@pytest.mark.parametrize("df", [5, 6, 29, 120, 499, 500, 501, 1991, 2002, 50_000])
def test_t_quantile_encloses_95_percent_of_the_density(df: int) -> None:
    t, steps = t_quantile(df), 2000
    scale = lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2
    heights = [exp(scale - (df + 1) / 2 * log(1 + (t * k / steps) ** 2 / df)) for k in range(steps + 1)]
    area = 2 * t / steps / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1::2]) + 2 * sum(heights[2:-1:2]))
    assert area == pytest.approx(0.95, abs=1e-10)


def test_there_is_no_t_without_degrees_of_freedom() -> None:
    with pytest.raises(ValueError, match="0 degrees"):
        t_quantile(0)


def test_alpha_by_hand_and_without_a_base() -> None:
    # items var 1 and 1, total var (0, 2, 4 → 4): α = 2 · (1 − 2/4) = 1; the incomplete rows do not count
    alpha = cronbach_alpha([(1, 1), (2, 2), (3, 3), (None, 5), (4, 0)])
    assert (alpha.value, alpha.people, alpha.items) == (pytest.approx(1.0), 3, 2)
    assert cronbach_alpha([]).value is None
    assert cronbach_alpha([(3,), (4,)]).value is None
    assert cronbach_alpha([(3, 4), (3, 4)]).value is None
    assert cronbach_alpha(product((1, 5), (1, 5))).value == pytest.approx(0.0)
