"""Working days: weekends and public holidays of Viet Nam are none, unless the province says otherwise for a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from types import MappingProxyType

from holidays import HolidayBase, country_holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import CalendarException

_DAY = timedelta(days=1)


class WorkingCalendar:
    """The working days of a province. `exceptions` say of a day whether it is one, whatever the calendar says."""

    def __init__(self, exceptions: Mapping[date, bool] = MappingProxyType({})) -> None:
        self._exceptions = exceptions

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day; a Saturday that makes up for a bridge day is one, as the Government decided.

        Days off of a year that the Government has not decided yet are expected by the rule of the law.
        """
        decided = self._exceptions.get(day)
        return _calendar(day.year).is_working_day(day) if decided is None else decided

    def after(self, day: date, days: int) -> date:
        """The day `days` working days after a day, which itself does not count; 0 gives the day itself."""
        for _ in range(days):
            day += _DAY
            while not self.is_working(day):
                day += _DAY
        return day

    def before(self, day: date, days: int) -> date:
        """The day `days` working days before a day, which itself does not count; 0 gives the day itself."""
        for _ in range(days):
            day -= _DAY
            while not self.is_working(day):
                day -= _DAY
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days follow `start` until `end` inclusive; negative where `end` lies before `start`."""
        if end < start:
            return -self.between(end, start)
        years = sum(_worked(year)[-1] for year in range(start.year, end.year))
        plain = years + _worked(end.year)[end.timetuple().tm_yday] - _worked(start.year)[start.timetuple().tm_yday]
        otherwise = (day for day in self._exceptions if start < day <= end)
        return plain + sum(self.is_working(day) - _calendar(day.year).is_working_day(day) for day in otherwise)

    def late(self, deadline: date, day: date) -> int:
        """How many working days a day lies beyond a deadline, at least one; 0 until the deadline."""
        return max(1, self.between(deadline, day)) if day > deadline else 0


def calendar(session: Session) -> WorkingCalendar:
    """The working days as the province keeps them now."""
    rows = session.execute(select(CalendarException.day, CalendarException.is_working))
    return WorkingCalendar({row.day: row.is_working for row in rows})


def holidays_of(year: int) -> list[tuple[date, str]]:
    """The public holidays of a year with their names in Vietnamese, days off in lieu among them."""
    names = _calendar(year)
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [(day, str(names[day])) for day in days if day.year == year and day in names]


@cache
def _worked(year: int) -> tuple[int, ...]:
    """How many working days the calendar has in a year until each day of it, by the number of the day."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return (0, *accumulate(int(_calendar(day.year).is_working_day(day)) for day in days if day.year == year))


@cache
def _calendar(year: int) -> HolidayBase:
    """The public holidays of Viet Nam in a year, with the days off in lieu.

    A year is worked out whole before anybody reads it: where the library adds one by itself, another thread meanwhile
    takes its holidays for working days.
    """
    return country_holidays("VN", language="vi", years=year, expand=False)
