"""Numbers, percentages, dates and verdicts as the reader writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import wording
from reports.figures import Change, Estimate, Text, Verdict, VerdictReason
from reports.wording import round_half_up
from tests.report_factory import TARGET, figure, hidden, unanswered


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 8), 2, "-0.13"),
        (0.285, 2, "0.29"),  # binary 0.284999…: the decimal a person reads decides
        (2.675, 2, "2.68"),
        (Decimal("0.125"), 2, "0.13"),
        (5, 2, "5.00"),
        (Fraction(2, 3), 0, "1"),
        (1e-9, 4, "0.0000"),
        (Fraction(0), 2, "0.00"),
    ],
)
def test_halves_round_away_from_zero(value: wording.Number, decimals: int, rounded: str) -> None:
    assert str(round_half_up(value, decimals)) == rounded


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_rounding_of_a_ratio_is_exact(numerator: int, denominator: int) -> None:
    rounded = Fraction(round_half_up(Fraction(numerator, denominator), 4))
    error = rounded - Fraction(numerator, denominator)
    assert -Fraction(1, 20000) < error <= Fraction(1, 20000)


def test_percentages_have_the_separators_of_the_language_and_no_space() -> None:
    assert wording.percent(Fraction(8352, 10000), "vi") == "83,52%"
    assert wording.percent(Fraction(8352, 10000), "en") == "83.52%"
    assert wording.percent(1, "vi") == "100,00%"
    assert wording.percent(None, "vi") == "–"
    assert wording.percent(0.5, "vi", 0) == "50%"


def test_a_percentage_never_prints_like_a_target_it_differs_from() -> None:
    assert wording.percent(0.79996, "vi", target=TARGET) == "79,996%"
    assert wording.percent(0.8000004, "vi", target=TARGET) == "80,00004%"
    assert wording.percent(TARGET, "vi", target=TARGET) == "80,00%"
    assert wording.percent(0.8, "vi", target=TARGET) == "80,00%"
    assert wording.percent(0.7951, "vi", target=TARGET) == "79,51%"
    assert wording.percent(0.8000000000000002, "vi", target=TARGET) == "80,00%"


@given(st.integers(1, 10**4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_only_the_target_prints_as_the_target(ratio: tuple[int, int]) -> None:
    share = Fraction(*ratio)
    assert (wording.percent(share, "vi", target=TARGET) == "80,00%") == (share == TARGET)


def test_counts_and_targets() -> None:
    assert wording.count(6098, "vi") == "6.098"
    assert wording.count(6098, "en") == "6,098"
    assert wording.count(1234567, "vi") == "1.234.567"
    assert wording.target_percent(TARGET, "vi") == "80%"
    assert wording.target_percent(Fraction(825, 1000), "vi") == "82,5%"
    assert wording.people(1, "en") == "1 person"
    assert wording.people(2001, "en") == "2,001 people"
    assert wording.answers(1, "vi") == "1 câu trả lời"


def test_differences_from_the_target() -> None:
    assert wording.points(Fraction(8352, 10000), TARGET, "vi") == "cao hơn chỉ tiêu 3,52 điểm phần trăm"
    assert wording.points(0.7875, TARGET, "en") == "below the target by 1.25 percentage points"
    assert wording.points(0.79125, TARGET, "en") == "below the target by 0.87 percentage points"  # prints 79.13%
    assert wording.points(Fraction(8, 10), TARGET, "vi") == "bằng chỉ tiêu"
    assert wording.points(Fraction(79985, 100000), TARGET, "vi") == "thấp hơn chỉ tiêu 0,01 điểm phần trăm"
    assert wording.points(0.79996, TARGET, "vi") == "thấp hơn chỉ tiêu 0,004 điểm phần trăm"
    assert wording.points(Fraction(6667, 10000), Fraction(2, 3), "vi") == "cao hơn chỉ tiêu 0,003 điểm phần trăm"


@given(st.integers(1, 10**5).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_distance_is_the_printed_percentage_minus_the_printed_target(ratio: tuple[int, int]) -> None:
    share = Fraction(*ratio)
    distance = abs(Decimal(wording.percent(share, "en", target=TARGET).rstrip("%")) - 80)
    said = wording.points(share, TARGET, "en")
    assert said.endswith(f"by {distance} percentage points" if share != TARGET else "equal to the target")


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 0.2))
def test_a_printed_difference_is_that_of_the_printed_values_and_lies_within_its_bounds(
    before: float, after: float, below: float, above: float
) -> None:
    lower, upper = after - before - below, after - before + above
    said = wording.difference_words(Estimate(before), Estimate(after), lower, upper, "en")
    older, newer, difference, low, high = (Decimal(text.rstrip("%").replace("−", "-")) for text in said.values())
    assert newer - older == difference
    assert low <= difference <= high
    assert (low > 0) <= (lower > 0)
    assert (high < 0) <= (upper < 0)


def test_intervals_and_hidden_figures() -> None:
    estimate = Estimate(0.83, lower=0.81904, upper=0.84993)
    assert wording.interval(estimate, "vi") == "81,90% – 84,99%"
    assert wording.interval(Estimate(0.8), "vi") == "–"
    assert wording.figure_percent(hidden(figure()), "vi") == "không hiển thị"
    assert wording.figure_percent(unanswered(figure()), "vi") == "–"
    assert wording.figure_percent(figure(n=(1, 0, 0, 2, 0)), "vi") == "66,67%"


def test_dates_take_a_zero_before_small_days_and_the_first_two_months() -> None:
    assert wording.official_date(date(2026, 2, 5), "vi") == "ngày 05 tháng 02 năm 2026"
    assert wording.official_date(date(2026, 3, 15), "vi") == "ngày 15 tháng 3 năm 2026"
    assert wording.official_date(date(2026, 2, 5), "en") == "5 February 2026"
    assert wording.official_date(None, "vi").split() == ["ngày", "tháng", "năm", "20"]
    assert wording.period(date(2026, 1, 1), date(2026, 6, 30), "vi") == "từ ngày 01/01/2026 đến ngày 30/06/2026"
    assert wording.period(date(2026, 1, 1), date(2026, 6, 30), "en") == "from 1 January 2026 to 30 June 2026"


def test_the_date_of_a_moment_is_that_of_clocks_in_vietnam() -> None:
    assert wording.short_date(datetime(2026, 7, 20, 17, 0, tzinfo=UTC), "vi") == "21/07/2026"
    assert wording.short_date(datetime(2026, 7, 20, 16, 59, tzinfo=UTC), "vi") == "20/07/2026"


def test_durations() -> None:
    assert wording.duration(95, "vi") == "1 phút 35 giây"
    assert wording.duration(59, "en") == "59 s"
    assert wording.duration(None, "vi") == "–"


@pytest.mark.parametrize(
    ("reason", "part"),
    [
        ("interval_above", "từ chỉ tiêu 80% trở lên"),
        ("interval_below", "thấp hơn chỉ tiêu 80%"),
        ("interval_spans", "nằm trong khoảng tin cậy 95%"),
        ("too_few_people", "Mới có 12 người trả lời; cần ít nhất 30 người"),
        ("census_point", "Tất cả đối tượng đều được hỏi"),
        ("no_answers", "Chưa có câu trả lời hợp lệ"),
        ("hidden", "để không suy ra"),
    ],
)
def test_every_reason_has_its_sentence(reason: VerdictReason, part: str) -> None:
    verdict = Verdict("inconclusive", reason, TARGET)
    assert part in wording.verdict_sentence(verdict, "vi", 12)
    assert wording.verdict_sentence(verdict, "en", 12) != wording.verdict_sentence(verdict, "vi", 12)


def test_verdict_words_and_the_plain_reading_beside_them() -> None:
    assert wording.verdict_label("met", "vi") == "✓ Đạt"
    assert wording.verdict_word("inconclusive", "vi") == "Chưa đủ căn cứ kết luận"
    met = replace(figure(), estimate=Estimate(0.8352), verdict=Verdict("met", "interval_above", TARGET, 0.0352))
    assert wording.point_score(met, "vi") == "Điểm số: cao hơn chỉ tiêu 3,52 điểm phần trăm"
    unanswered = replace(met, estimate=Estimate(None), verdict=Verdict("inconclusive", "no_answers", TARGET))
    assert wording.point_score(unanswered, "vi") == ""


def test_changes_carry_their_interval() -> None:
    older, newer = Estimate(0.78504), Estimate(0.80596)  # 0.02092 rounds to 2,09, which the printed values do not give
    change = Change("previous", "w", Text("Đợt 1"), "moved_up", 0.02092, 0.0035, 0.0385, older, newer)
    plain = "Tăng: từ 78,50% đến 80,60%, +2,10 điểm phần trăm (khoảng tin cậy 95%: từ +0,35 đến +3,85)"
    assert wording.change_sentence(change, "vi") == plain
    assert wording.change_sentence(change, "vi", Estimate(0.80596)) == plain
    assert wording.change_sentence(change, "vi", Estimate(0.7771)) == (
        f"{plain}, hai kỳ được tính cùng một cách trên các tiêu chí và đơn vị chung nên có thể khác số liệu chính"
    )
    unlike = replace(change, unweighted_for_both=True)
    assert wording.change_sentence(unlike, "vi").startswith(f"{plain}, cả hai kỳ ở đây đều không tính trọng số")
    broken = Change("last_year", "w", Text("Đợt 0"), "broken")
    assert wording.change_sentence(broken, "vi") == "Không so sánh được"
    assert wording.signed_points(-0.00354, "vi") == "−0,35"
