"""The counter score's arithmetic: every edge of the circular, what is left out, and what a rule set may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from forms.counter_rules import CounterRules, RulesFault, SurveySource, read_rules
from reports.counter_score_figures import CounterPeriod, FromSurvey, Indicator
from reports.counter_score_wording import group_gap_sentence
from reports.figures import Text
from survey.analysis.counter_scores import (
    Facts,
    SurveyAnswers,
    agency_score,
    dossier_points,
    group_part,
    mean_points,
    official_score,
    on_the_spot_points,
    online_points,
    opinion_points,
    pace_of,
    total_of,
)
from survey.models import CounterRecord
from survey.operations.counter_records import CounterRecordError, agency_pace
from survey.operations.counter_rules import standard_rules

RULES = read_rules(standard_rules())
KEEPING = read_rules(standard_rules().replace("left_out: scale", "left_out: keep"))


def graded(rules: CounterRules, *points: str | None, official: bool = False) -> tuple[Decimal | None, int, str]:
    indicators = [Indicator(at, Decimal(each) if each else None) for at, each in enumerate(points, 1)]
    bands = rules.official_bands if official else rules.agency_bands
    score = total_of(rules, indicators, bands, 3 if official else 5)
    return score.total, score.maximum, score.grade.name.vi if score.grade else ""


@pytest.mark.parametrize(
    ("pairs", "mean"),
    [
        ([(2, 5), (1, 1), (0, 2)], "1.4"),  # 11/8 = 1.375
        ([(2, 1), (1, 3)], "1.3"),  # 1.25, a half, goes up and not to the even 1.2
        ([(1, 1), (0, 19)], "0.1"),  # 0.05
        ([(1, 7), (0, 13)], "0.4"),  # 0.35
        ([(2, 19), (1, 1)], "2.0"),  # 1.95
        ([(2, 1), (1, 2)], "1.3"),
        ([(0, 4)], "0.0"),
    ],
)
def test_a_mean_is_rounded_half_up_to_one_decimal(pairs: list[tuple[int, int]], mean: str) -> None:
    found, number = mean_points(pairs)
    assert str(found) == mean
    assert number == sum(many for _points, many in pairs)


def test_nothing_told_is_left_out_and_no_zero() -> None:
    assert mean_points([]) == (None, 0)
    points = dossier_points(RULES, Facts("late"))
    assert points == {1: 0, 2: None, 3: None, 4: None, 6: None, 7: None}


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        (Facts("early", "early", 0, 0, "both", "none"), (2, 2, 2, 2, 2, 2)),
        (Facts("on_time", "on_time", 1, 1, "one", "none"), (1, 1, 1, 1, 1, 1)),
        (Facts("late", "late", 2, 2, "none", "none"), (0, 0, 0, 0, 0, 0)),
        (Facts("early", "late", 0, 0, "both", "stands"), (2, 0, 2, 2, 2, 0)),
        (
            Facts("early", "late", 0, 0, "both", "false"),
            (2, 0, 2, 2, 2, 2),
        ),  # concluded as false: as if there were none
    ],
)
def test_the_points_of_a_dossier(facts: Facts, points: tuple[int, ...]) -> None:
    assert tuple(dossier_points(RULES, facts).values()) == points


def test_pace_by_the_day_due_and_by_the_slowest_agency() -> None:
    due = date(2026, 3, 10)
    days = (date(2026, 3, 9), due, date(2026, 3, 11), None)
    assert [pace_of(day, due) for day in days] == ["early", "on_time", "late", "late"]
    said = ("SXD 3/5; STC 2/2", "Sở Xây dựng 6/5; STC 1/2", "STC 1/2;", "")
    assert [agency_pace(text) for text in said] == ["on_time", "late", "early", ""]
    with pytest.raises(CounterRecordError):
        agency_pace("SXD ba ngày")


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("15.0", "Xuất sắc"),
        ("14.9", "Tốt"),
        ("12.0", "Tốt"),
        ("11.9", "Khá"),
        ("9.0", "Khá"),
        ("8.9", "Trung bình"),
        ("6.0", "Trung bình"),
        ("5.9", "Yếu"),
        ("0.0", "Yếu"),
        ("18.0", "Xuất sắc"),
    ],
)
def test_a_lower_edge_belongs_to_the_better_band(total: str, grade: str) -> None:
    tenths = int(Decimal(total) * 10)
    parts = [tenths // 9 + (at < tenths % 9) for at in range(9)]
    points = [str(Decimal(part) / 10) for part in parts]
    assert graded(RULES, *points) == (Decimal(total), 18, grade)


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (("1.0",) * 5, "Hoàn thành 100% nhiệm vụ"),
        (("1.0", "1.0", "1.0", "1.0", "0.9"), "Hoàn thành từ 70% đến dưới 100% nhiệm vụ"),
        (("0.7",) * 5, "Hoàn thành từ 70% đến dưới 100% nhiệm vụ"),
        (("0.7", "0.7", "0.7", "0.7", "0.6"), "Hoàn thành dưới 70% nhiệm vụ"),
    ],
)
def test_an_officials_share_of_ten(points: tuple[str, ...], grade: str) -> None:
    assert graded(RULES, *points, official=True)[1:] == (10, grade)


def test_what_is_left_out_scales_the_bands_or_keeps_them_as_the_rules_say() -> None:
    seven = ("1.7", "1.7", "1.7", "1.7", "1.7", "1.7", "1.5")  # 11.7 of 14 is 15.04 of 18
    assert graded(RULES, *seven, None, None) == (Decimal("11.7"), 14, "Xuất sắc")
    assert graded(KEEPING, *seven, None, None) == (Decimal("11.7"), 18, "Khá")
    six = ("1.7",) * 5 + ("1.5",)  # exactly 10 of 12: 15 of 18, compared without rounding
    assert graded(RULES, *six, None, None, None) == (Decimal("10.0"), 12, "Xuất sắc")
    assert graded(RULES, "2.0", "2.0", "2.0", "2.0", *(None,) * 5)[2] == ""  # too few to grade
    assert graded(RULES, *(None,) * 9) == (None, 0, "")


@pytest.mark.parametrize(
    ("kind", "on_the_spot", "at_counter", "points"),
    [
        ("department", 20, False, 2),
        ("department", 19, True, 1),
        ("department", 19, False, 0),
        ("province", 20, None, 2),
        ("commune", 99, True, 1),
        ("commune", 100, False, 2),
        ("commune", 99, None, None),  # whether all are received and returned there was not told
    ],
)
def test_the_share_on_the_spot_depends_on_the_kind_of_unit(
    kind: str, on_the_spot: int, at_counter: bool | None, points: int | None
) -> None:
    record = CounterRecord(listed_procedures=100, on_the_spot=on_the_spot, all_at_counter=at_counter)
    assert on_the_spot_points(RULES, kind, record) == points


def test_opinions_and_online_dossiers_at_their_edges() -> None:
    cases = ((0, 0), (10, 10), (9, 10), (89, 100))
    assert [opinion_points(RULES, *case) for case in cases] == [2, 2, 1, 0]

    def online(procedures: int, dossiers: int, late: int | None = 0) -> int | None:
        record = CounterRecord(eligible_procedures=100, online_procedures=procedures, dossiers_received=1000)
        record.online_dossiers, record.online_late = dossiers, late
        return online_points(RULES, record)

    assert [online(20, 300), online(20, 299), online(19, 300), online(0, 150), online(20, 149)] == [2, 1, 1, 1, 0]
    assert online(20, 900, late=1) == 0
    assert online(20, 900, late=None) is None


def test_an_agency_of_exactly_fifteen_is_excellent() -> None:
    tally = {
        Facts("early", "early", 0, 0, "both", "none"): 60,
        Facts("on_time", "on_time", 1, 1, "one", "none"): 20,
        Facts("late", "late", 2, 2, "none", "stands"): 20,
    }
    record = CounterRecord(
        listed_procedures=50, on_the_spot=2, all_at_counter=True, publication="both", eligible_procedures=40,
        online_procedures=20, dossiers_received=100, online_dossiers=40, online_late=0,
    )  # fmt: skip
    score = agency_score(RULES, "commune", tally, [record], (9, 10))
    assert [str(each.points) for each in score.indicators] == [
        "1.4",
        "1.4",
        "1.4",
        "1.4",
        "1.0",
        "2.0",
        "1.4",
        "1.0",
        "2.0",
    ]
    assert score.total == Decimal("13.0")
    better = agency_score(RULES, "department", tally, [record, replace_record(record)], (10, 10))
    assert better.indicators[4].points == Decimal("1.5")  # of the quarters 1 and 2
    assert better.total == Decimal("14.5")
    official = official_score(RULES, tally)
    assert (str(official.total), official.maximum) == ("7.0", 10)


def replace_record(record: CounterRecord) -> CounterRecord:
    told = {name: getattr(record, name) for name in CounterRecord.__table__.columns.keys()}  # noqa: SIM118
    return CounterRecord(**told | {"on_the_spot": 10})


def test_too_few_dossiers_leave_an_indicator_out() -> None:
    asking = RULES.model_copy(update={"minimum_dossiers": 3})
    tally = {Facts("early", extra_contacts=0): 2, Facts("early"): 1}
    first, third = official_score(asking, tally).indicators[0], official_score(asking, tally).indicators[2]
    assert (first.points, third.points, third.dossiers) == (Decimal("2.0"), None, 2)


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        ((3, 2, 5, 14, 6), "1.5"),  # (20 × 2 + 5 × 1) / 30
        ((0, 0, 3, 1, 0), "1.3"),  # 5/4 = 1.25 goes up
        ((4, 4, 0, 0, 0), "0.0"),
        ((0, 0, 0, 0, 7), "2.0"),
    ],
)
def test_citizens_answers_give_points_as_the_rules_say(counts: tuple[int, int, int, int, int], points: str) -> None:
    source = SurveySource(indicator=7, figure="factor", code="officials", two=(4, 5), one=(3,))
    asking = RULES.model_copy(update={"surveys": (source,), "minimum_dossiers": 4})
    answers = SurveyAnswers(counts, FromSurvey((Text("Quý I"),), Text("Công chức"), sum(counts)))
    silent, told = {Facts("early"): 8}, {Facts("early", complaint="stands"): 8}
    nothing: tuple[list[CounterRecord], tuple[int, int]] = ([], (0, 0))
    seventh = agency_score(asking, "commune", silent, *nothing, {7: answers}).indicators[6]
    assert (str(seventh.points), seventh.dossiers, seventh.survey) == (points, 0, answers.origin)
    dossiers = agency_score(asking, "commune", told, *nothing, {7: answers}).indicators[6]
    assert (str(dossiers.points), dossiers.dossiers, dossiers.survey) == ("0.0", 8, None)
    first = asking.model_copy(update={"surveys": (source.model_copy(update={"use": "first"}),)})
    assert agency_score(first, "commune", told, *nothing, {7: answers}).indicators[6] == seventh
    few = replace(answers, origin=replace(answers.origin, people=3))
    assert agency_score(first, "commune", told, *nothing, {7: few}).indicators[6] == dossiers
    assert agency_score(first, "commune", told, *nothing).indicators[6] == dossiers
    assert agency_score(RULES, "commune", silent, *nothing, {7: answers}).indicators[6].points is None
    assert official_score(first, silent).left_out == (2, 3, 4, 7)  # no survey tells of an official


def test_the_satisfaction_group_is_part_by_part() -> None:
    assert group_part("opinions", Decimal(6), Fraction(9, 10), 10).points == Decimal("5.40")
    assert group_part("dossiers", Decimal(6), 0.8352, 100).points == Decimal("5.01")
    assert group_part("dossiers", Decimal(6), 0.9025, 100).points == Decimal("5.42")  # 5.415: the float is under it
    none = group_part("content", Decimal(6), None, 0)
    assert none.points is None
    half = replace(group_part("content", Decimal(6), Fraction(3, 4), 4), gap="not_told_yet", half=1)
    quarter, year = replace(none, gap="amid_half_year"), replace(half, told_on=date(2027, 4, 1))
    assert group_gap_sentence(quarter, "vi") == "Chỉ tính theo nửa năm: xem quý II, quý IV hoặc cả năm."
    assert group_gap_sentence(year, "vi") == (
        "Chỉ tính 6 tháng đầu năm. Đánh giá được công bố một lần cho mỗi nửa năm; lần tới vào ngày 01/04/2027."
    )
    assert group_gap_sentence(replace(half, gap=None), "vi") == ""


def test_periods_know_their_days_and_what_came_before() -> None:
    quarter, year = CounterPeriod(2026, 1), CounterPeriod(2026)
    assert (quarter.code, quarter.start, quarter.end) == ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31))
    assert (quarter.before, year.before) == (CounterPeriod(2025, 4), CounterPeriod(2025))
    assert (year.code, year.start, year.end) == ("2026", date(2026, 1, 1), date(2026, 12, 31))
    assert replace(quarter, quarter=4).end == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("left_out: scale", "left_out: zero"),
        ("- at_least: 12", "- at_least: 15"),  # bands must fall
        ("  opinions: 6", "  opinions: 1e-999999"),  # small, and a denominator of a million digits
        ("minimum_dossiers: 1", "minimum_dossiers: 0"),
        ("procedures: 20%", "procedures: 120%"),
        ("pace: {early: 2,", "pace: {early: 3,"),
        ("left_out: scale", "left_out: scale\nnoten: 1"),
        ("left_out: scale", "left_out: [scale"),
        ("surveys: []", "surveys: [{indicator: 8, figure: item, code: a, two: [5]}]"),  # an agency's, not a dossier's
        ("surveys: []", "surveys: [{indicator: 7, figure: item, code: a, two: [4, 5], one: [4]}]"),
        ("surveys: []", "surveys: [{indicator: 7, figure: item, code: a, two: [6]}]"),
        ("surveys: []", "surveys: [{indicator: 7, figure: index, code: a, two: [5]}]"),
        ("surveys: []", "surveys: [&a {indicator: 7, figure: item, code: a, two: [5]}, *a]"),
        ("surveys: []", "surveys:\n" + 2 * "  - {indicator: 7, figure: item, code: a, two: [5]}\n"),
    ],
)
def test_a_rule_set_that_contradicts_itself_is_refused(before: str, after: str) -> None:
    assert before in standard_rules()
    with pytest.raises(RulesFault):
        read_rules(standard_rules().replace(before, after, 1))


def test_shares_and_edges_are_read_with_a_comma_too() -> None:
    written = (
        standard_rules().replace("at_least: 3.5", "at_least: '3,5'").replace("procedures: 20%", "procedures: '0,2'")
    )
    assert read_rules(written) == RULES
