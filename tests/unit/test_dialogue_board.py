"""Where a unit stands with its dialogue of a half-year, by the day."""

from __future__ import annotations

from datetime import date

import pytest

from reports.dialogue_record import HalfYear
from survey.analysis.dialogue_board import Held, Line, counted, page_of, status_of, warned_from

FIRST, SECOND = HalfYear(2026, 1), HalfYear(2026, 2)


def held(state: str, day: date = date(2026, 4, 16)) -> Held:
    return Held("K7MPX45", state, day, 1)


@pytest.mark.parametrize(
    ("dialogue", "today", "status"),
    [
        (None, date(2026, 5, 29), "none"),
        (None, date(2026, 5, 30), "due"),
        (None, date(2026, 6, 30), "due"),
        (None, date(2026, 7, 1), "late"),
        (held("planned"), date(2026, 5, 29), "planned"),
        (held("announced"), date(2026, 6, 1), "due"),
        (held("announced"), date(2026, 7, 1), "late"),
        (held("running"), date(2026, 6, 1), "running"),
        (held("held"), date(2026, 7, 1), "held"),
        (held("concluded", date(2026, 6, 30)), date(2026, 8, 1), "held"),
        (held("concluded", date(2026, 7, 1)), date(2026, 8, 1), "held_late"),
    ],
)
def test_the_last_day_of_the_half_year_decides(dialogue: Held | None, today: date, status: str) -> None:
    assert status_of(dialogue, FIRST, today) == status


def test_units_are_warned_a_month_before() -> None:
    assert (warned_from(FIRST), warned_from(SECOND)) == (date(2026, 5, 30), date(2026, 11, 30))
    assert (SECOND.before, FIRST.before) == (FIRST, HalfYear(2025, 2))


def test_lines_are_counted_and_paged() -> None:
    lines = [Line(k, f"U{k:03}", "Xã", "", "commune", "/1/", "none", None, 0) for k in range(150)]
    assert counted(lines)["none"] == 150
    shown, more = page_of(lines, "")
    assert (len(shown), more) == (50, "U049")
    assert [line.code for line in page_of(lines, "U148")[0]] == ["U149"]
