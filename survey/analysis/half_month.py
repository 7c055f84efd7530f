"""Half-months (1–14 and 15–end), the finest time a tally tells apart: number to dates and back."""

from __future__ import annotations

from datetime import date, timedelta

from reports.figures import Text

_ENGLISH = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def number(day: date) -> int:
    """year·24 + (month − 1)·2 + (day ≥ 15)."""
    return day.year * 24 + (day.month - 1) * 2 + (day.day >= 15)


def bounds(half_month: int) -> tuple[date, date]:
    """First and last day, both included."""
    start = _start(half_month)
    return start, _start(half_month + 1) - timedelta(days=1)


def _start(half_month: int) -> date:
    year, rest = divmod(half_month, 24)
    return date(year, rest // 2 + 1, 15 if rest % 2 else 1)


def label(half_month: int) -> Text:
    """ "1–14/3/2026", "1–14 March 2026"."""
    start, end = bounds(half_month)
    days = f"{start.day}–{end.day}"
    return Text(f"{days}/{start.month}/{start.year}", f"{days} {_ENGLISH[start.month - 1]} {start.year}")


def month_bounds(month: int) -> tuple[date, date]:
    """First and last day of a month, given as year·12 + (month − 1); its half-months are 2·month and 2·month + 1."""
    return _start(2 * month), bounds(2 * month + 1)[1]


def month_label(month: int) -> Text:
    """ "Tháng 3/2026", "March 2026"."""
    year, rest = divmod(month, 12)
    return Text(f"Tháng {rest + 1}/{year}", f"{_ENGLISH[rest]} {year}")


def month_code(month: int) -> str:
    """ "2026-03"."""
    return f"{month // 12}-{month % 12 + 1:02}"


def code(half_month: int) -> str:
    """ "2026-03-1" and "2026-03-2"."""
    start, _ = bounds(half_month)
    return f"{start:%Y-%m}-{1 + (start.day == 15)}"
