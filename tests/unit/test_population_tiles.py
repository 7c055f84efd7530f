"""N of a wave's period from numbers of shorter periods: only if they cover each day exactly once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.analysis import half_month
from survey.analysis.population import Period, tile

START, END = date(2026, 1, 1), date(2026, 6, 30)
MONTHS = [
    (date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1), 10 ** (month - 1)) for month in range(1, 7)
]
QUARTERS = [(date(2026, 1, 1), date(2026, 3, 31), 7), (date(2026, 4, 1), date(2026, 6, 30), 8)]


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (MONTHS, 111111),
        (MONTHS[1:], None),  # January missing
        (MONTHS[:-1], None),
        ([*MONTHS[:3], QUARTERS[1]], 119),
        ([*MONTHS, *QUARTERS], 15),  # the longest periods count
        ([*MONTHS, QUARTERS[0]], 7 + 111000),
        ([QUARTERS[0], (date(2026, 3, 31), END, 9)], None),  # a day twice
        ([QUARTERS[0], (date(2026, 4, 2), END, 9)], None),  # a day missing
        ([(START, END, 5), *MONTHS], 5),
        ([], None),
    ],
)
def test_periods_tile_without_gap_or_overlap(periods: list[Period], expected: int | None) -> None:
    assert tile(periods, START, END) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_half_month_holds_its_days(day: date) -> None:
    number = half_month.number(day)
    start, end = half_month.bounds(number)
    assert start <= day <= end
    assert (half_month.number(start), half_month.number(end)) == (number, number)
    assert half_month.bounds(number + 1)[0] == end + timedelta(days=1)


def test_half_months_are_named() -> None:
    first = half_month.number(date(2026, 2, 14))
    assert (half_month.code(first), half_month.code(first + 1)) == ("2026-02-1", "2026-02-2")
    assert half_month.label(first + 1).vi == "15–28/2/2026"
    assert half_month.label(first).en == "1–14 February 2026"
