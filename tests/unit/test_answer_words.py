"""What other tools write in cells: choices in words, numbers and codes, several of them, ticks, days and durations."""

from __future__ import annotations

from datetime import datetime

import pytest

from forms.answer_words import (
    PROVINCE_TIME,
    AnswerWords,
    guess_date_order,
    plain,
    read_duration,
    read_moment,
)
from forms.library import standard

RATING = AnswerWords(standard("counter").question("access_signs"), {})
OVERALL = AnswerWords(standard("counter").question("overall_satisfaction"), {})
FIELD = AnswerWords(standard("counter").question("procedure_field"), {})
REASONS = AnswerWords(standard("one-tap").question("reasons"), {})
YES_NO = AnswerWords(standard("sipas-2023").question("experience_in_person"), {})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Rất hài lòng", 5),
        ("RẤT HÀI LÒNG", 5),
        ("rat hai long", 5),
        ("Very satisfied", 5),
        ("5", 5),
        ("5.0", 5),
        ("5,0", 5),
        ("5 - Rất hài lòng", 5),
        ("5. Rất hài lòng", 5),
        ("(5) Rất hài lòng", 5),
        ("Rất hài lòng (5)", 5),
        ("1: Rất hài lòng", None),  # the number contradicts the words
        ("A4", 4),
        ("AO03", 3),
        ("6", None),
        ("0", None),
        ("x", 0),
        ("Không có ý kiến", 0),
        ("Hài lòng lắm", None),
        ("55", None),
    ],
)
def test_a_choice_is_read_however_it_is_written(cell: str, value: int | None) -> None:
    assert RATING.value(cell) == value


def test_no_opinion_is_only_read_where_it_is_offered() -> None:
    assert OVERALL.value("Không có ý kiến") is None
    assert OVERALL.value("x") is None


def test_yes_and_no_are_read_in_every_tool_s_spelling() -> None:
    assert [YES_NO.value(cell) for cell in ("Có", "yes", "Y", "TRUE", "1")] == [1] * 5
    assert [YES_NO.value(cell) for cell in ("Không", "no", "N", "false", "2")] == [2] * 5


def test_what_somebody_assigned_goes_first() -> None:
    words = AnswerWords(RATING.question, {"hai long lam": "5", "bo qua": ""})
    assert words.value("Hài lòng lắm") == 5
    assert words.is_blank("Bỏ qua")
    assert not RATING.is_blank("Bỏ qua")
    assert [RATING.is_blank(cell) for cell in ("", "-", "–", ".")] == [True] * 4


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("Phải chờ lâu, Chỗ chờ, trang thiết bị, Lý do khác", [1, 8, 9]),
        ("Phải chờ lâu;Thái độ phục vụ", [1, 3]),
        ("Phải chờ lâu | Chỗ chờ, trang thiết bị", [1, 8]),
        ("1 3 9", [1, 3, 9]),
        ("1;3", [1, 3]),
        ("Phải chờ lâu, trời mưa", [1, None]),
        ("Chỗ chờ, trang thiết bị", [8]),
    ],
)
def test_several_choices_are_parted_though_they_hold_commas(cell: str, values: list[int | None]) -> None:
    assert [value for _, value in REASONS.values(cell)] == values


def test_a_choice_with_commas_is_one_word() -> None:
    assert FIELD.value("Lao động, bảo trợ xã hội, người có công") == 5


def test_ticks() -> None:
    assert [REASONS.tick(3, cell) for cell in ("Y", "Có", "1", "Thái độ phục vụ")] == [True] * 4
    assert [REASONS.tick(3, cell) for cell in ("N", "Không", "0", "", "-")] == [False] * 5
    assert REASONS.tick(3, "có lẽ") is None
    assert REASONS.tick(3, "Phải chờ lâu") is None


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=PROVINCE_TIME).timestamp())  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("03/04/2026 08:05:12", at(2026, 4, 3, 8, 5, 12)),
        ("3/4/2026", at(2026, 4, 3, 12)),
        ("03-04-2026 8:05", at(2026, 4, 3, 8, 5)),
        ("2026-04-03 08:05:12", at(2026, 4, 3, 8, 5, 12)),
        ("2026-04-03T08:05:12.123", at(2026, 4, 3, 8, 5, 12)),
        ("2026-04-03T01:05:12Z", at(2026, 4, 3, 8, 5, 12)),
        ("2026/04/03 8:05:12 SA GMT+7", at(2026, 4, 3, 8, 5, 12)),
        ("2026/04/03 8:05:12 CH GMT+7", at(2026, 4, 3, 20, 5, 12)),
        ("2026/04/03 12:05:12 AM GMT+7", at(2026, 4, 3, 0, 5, 12)),
        ("2026/04/02 8:05:12 PM GMT-5", at(2026, 4, 3, 8, 5, 12)),
        ("4/3/2026\u202f8:05:12\u202fAM", at(2026, 3, 4, 8, 5, 12)),
        ("46115.5", at(2026, 4, 3, 12)),
        ("31/04/2026", None),
        ("2026-13-01", None),
        ("hôm qua", None),
        ("2026-04-03 25:00", None),
        ("2026-04-03 08:05 MDT", None),
        ("", None),
    ],
)
def test_moments_of_every_tool(cell: str, expected: int | None) -> None:
    assert read_moment(cell, "dmy") == expected


def test_the_order_of_day_and_month_is_guessed_from_the_column() -> None:
    assert guess_date_order(["03/04/2026", "13/04/2026"]) == "dmy"
    assert guess_date_order(["03/04/2026", "04/13/2026 10:00"]) == "mdy"
    assert guess_date_order(["03/04/2026"]) == "dmy"
    assert read_moment("03/04/2026", "mdy") == at(2026, 3, 4, 12)


def test_durations() -> None:
    cells = ("95", "95.4", "95,4", "1:35", "0:01:35", "-1", "90000", "lâu", "nan", "inf")
    assert [read_duration(cell) for cell in cells] == [95, 95, 95, 95, 95, None, None, None, None, None]


def test_plain_words() -> None:
    assert plain("  Đường-sá, Ấp 3!  ") == "duong sa ap 3"
