"""What dialogues are called on the screen: states, ways of asking, half-years; for the back office and for citizens."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from reports.dialogue_record import HalfYear, attendee_group, half_year, time_of_day
from reports.figures import Language
from reports.wording import short_date
from survey.language import chosen_language
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations.periods import PROVINCE_TIME

STATES: dict[str, LazyString] = {
    "planned": lazy_pgettext("dialogue", "Planned"),
    "announced": lazy_pgettext("dialogue", "Announced"),
    "running": lazy_pgettext("dialogue", "Running"),
    "held": lazy_pgettext("dialogue", "Held"),
    "concluded": lazy_pgettext("dialogue", "Concluded"),
    "cancelled": lazy_pgettext("dialogue", "Cancelled"),
}
SOURCES: dict[str, LazyString] = {
    "beforehand": _l("Question box"),
    "meeting": _l("By phone, at the meeting"),
    "typed": _l("Typed by the secretary"),
}
QUESTION_STATES: dict[str, LazyString] = {
    "received": lazy_pgettext("question", "New"),
    "accepted": lazy_pgettext("question", "To be answered"),
    "answered": lazy_pgettext("question", "Answered"),
    "later": lazy_pgettext("question", "Answer follows"),
    "declined": lazy_pgettext("question", "Not taken up"),
}
COMMITMENT_STATES: dict[str, LazyString] = {
    "open": lazy_pgettext("commitment", "In progress"),
    "late": lazy_pgettext("commitment", "Late"),
    "done": lazy_pgettext("commitment", "Done"),
    "dropped": lazy_pgettext("commitment", "Dropped"),
}


def language() -> Language:
    return "en" if chosen_language() == "en" else "vi"


def group_name(code: str) -> str:
    """What the people of a group are called."""
    return attendee_group(code, language())


def group_choices() -> list[tuple[str, str]]:
    """The groups one can belong to, for a form."""
    return [(code, group_name(code)) for code in ATTENDEE_GROUPS]


def period_name(year: int, half: int) -> str:
    """ "6 tháng đầu năm 2026"."""
    return half_year(HalfYear(year, half), language())


def short_day(day: date) -> str:
    return short_date(day, language())


def when(moment: datetime) -> str:
    """Hour and day in the province: "08 giờ 00, 16/04/2026"."""
    there = moment.astimezone(PROVINCE_TIME)
    return f"{time_of_day(there, language())}, {short_date(there.date(), language())}"
