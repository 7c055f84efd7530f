"""Working days: weekends, public holidays, Saturdays worked in their place, and what the province decides."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from survey.operations.working_days import WorkingCalendar, holidays_of

PLAIN = WorkingCalendar()
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


def test_weekends_and_public_holidays_are_none() -> None:
    assert PLAIN.is_working(date(2026, 3, 6))
    assert not PLAIN.is_working(date(2026, 3, 7))
    assert not PLAIN.is_working(date(2026, 3, 8))
    assert not PLAIN.is_working(date(2026, 9, 2))
    assert not PLAIN.is_working(date(2026, 4, 27))  # in lieu of the Sunday before


def test_a_saturday_that_makes_up_for_a_bridge_day_is_worked() -> None:
    assert not PLAIN.is_working(date(2026, 8, 31))
    assert PLAIN.is_working(date(2026, 8, 22))


def test_tet_is_stepped_over() -> None:
    assert PLAIN.after(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert PLAIN.between(date(2026, 2, 13), date(2026, 2, 23)) == 1
    assert PLAIN.before(date(2026, 2, 23), 1) == date(2026, 2, 13)


def test_the_province_decides_otherwise() -> None:
    saturday, friday = date(2026, 3, 7), date(2026, 3, 6)
    own = WorkingCalendar({saturday: True, friday: False})
    assert own.after(date(2026, 3, 5), 1) == saturday
    assert own.between(date(2026, 3, 5), date(2026, 3, 9)) == 2
    assert PLAIN.after(date(2026, 3, 5), 1) == friday


def test_lateness_begins_the_day_after_and_is_never_nothing() -> None:
    friday = date(2026, 3, 6)
    assert PLAIN.late(friday, friday) == 0
    assert PLAIN.late(friday, friday + timedelta(days=1)) == 1  # a Saturday
    assert PLAIN.late(friday, date(2026, 3, 9)) == 1
    assert PLAIN.late(friday, date(2026, 3, 11)) == 3


def test_the_holidays_of_a_year_have_names() -> None:
    known = dict(holidays_of(2026))
    assert known[date(2026, 9, 2)] == "Quốc khánh"
    assert all(day.year == 2026 for day in known)


def test_a_year_that_is_asked_for_by_many_at_once_is_whole_for_each() -> None:
    days = [date(year, 9, 2) for year in range(2031, 2071) for _ in range(4)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert not any(pool.map(PLAIN.is_working, days))
    finally:
        sys.setswitchinterval(usual)


@given(DAYS, st.integers(0, 40))
def test_counting_there_and_back_agrees(day: date, days: int) -> None:
    there = PLAIN.after(day, days)
    assert PLAIN.between(day, there) == days
    assert PLAIN.between(there, day) == -days
    assert days == 0 or PLAIN.is_working(there)


@given(DAYS, DAYS, DAYS)
def test_what_lies_between_adds_up(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    assert PLAIN.between(first, middle) + PLAIN.between(middle, last) == PLAIN.between(first, last)
