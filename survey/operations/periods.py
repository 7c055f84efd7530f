"""Days and periods as the province counts them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PROVINCE_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


def half_year(day: date) -> tuple[date, date]:
    """First and last day of the calendar half-year a day lies in."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)


def quarter(day: date) -> tuple[date, date]:
    """First and last day of the calendar quarter a day lies in."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(day.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def calendar_year(day: date) -> tuple[date, date]:
    """First and last day of the year a day lies in."""
    return date(day.year, 1, 1), date(day.year, 12, 31)


def previous_half_year(period: tuple[date, date]) -> tuple[date, date]:
    """The half-year before the one that begins on `period`'s first day."""
    return half_year(period[0] - timedelta(days=1))


def province_day(moment: datetime) -> date:
    """The day it is in the province at an aware moment."""
    return moment.astimezone(PROVINCE_TIME).date()


def province_today() -> date:
    """The day it is in the province now."""
    return datetime.now(PROVINCE_TIME).date()


def noon(day: date) -> datetime:
    """Noon of a day in the province, for what is known by the day only."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=PROVINCE_TIME)
