"""The citizen's pages around opinions: their look, and what kinds, states and steps are called there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from forms.definition import Language
from reports.qr_code import qr_svg
from reports.wording import short_date
from survey.citizen_pages import answer, content_policy, render, script, style_sheet
from survey.models import PetitionStep, Unit

STYLE = style_sheet("citizen.css", "petition.css")
SCRIPT = script("petition.js")
POLICY = content_policy(STYLE, SCRIPT)

# What an opinion is about, and in smaller letters what that means.
KINDS: dict[str, tuple[LazyString, LazyString]] = {
    "difficulty": (_l("A difficulty"), _l("procedure, papers, waiting, fees")),
    "attitude": (_l("How I was treated"), _l("how officials behaved")),
    "recommendation": (_l("A proposal"), _l("what could be done better")),
    "praise": (_l("Praise"), _l("what was done well")),
}
STATES: dict[str, LazyString] = {
    "received": _l("Received"),
    "classified": _l("Accepted for handling"),
    "transferred": _l("Passed to the competent unit"),
    "in_progress": _l("Being handled"),
    "answered": _l("Your opinion is answered"),
    "published": _l("Answered, and published"),
    "rejected": _l("Not accepted for handling"),
}
# What happened, by the public steps of survey.operations.petition_cases.
STEPS: dict[str, LazyString] = {
    "received": _l("%(unit)s received your opinion."),
    "classified": _l("Accepted. It will be answered by %(day)s."),
    "transferred": _l("Passed to %(unit)s, which is in charge of the matter."),
    "taken": _l("%(unit)s is working on it."),
    "extended": _l("More time is needed. It will be answered by %(day)s."),
    "answered": _l("%(unit)s answered."),
    "published": _l("Opinion and answer were published, without your name."),
    "rejected": _l("%(unit)s did not accept your opinion."),
    "restored": _l("%(unit)s accepted your opinion after all."),
    "rated": _l("You rated how it was handled."),
    "reopened": _l("You sent it back. It will be answered by %(day)s."),
}


def page(template: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any) -> Response:
    """A page of the room; its style and script stand inside it, as on the other citizens' pages."""
    text = render(template, style=STYLE, script=SCRIPT, **context)
    return answer(text, status, headers, policy=POLICY)


def code_picture(url: str) -> Markup:
    """The QR code that leads to the tracking page."""
    return Markup(qr_svg(url, gettext("QR code of the page where you follow your opinion")))  # noqa: S704 our own drawing


def unit_name(unit: Unit, language: Language) -> str:
    return (unit.name_en or unit.name_vi) if language == "en" else unit.name_vi


def step_lines(steps: Sequence[PetitionStep], language: Language) -> list[tuple[str, str, str]]:
    """The case's history for the citizen: day, what happened, and the reason he is told."""
    return [(short_date(step.day, language), _words(step, language), step.public_text) for step in steps]


def _words(step: PetitionStep, language: Language) -> str:
    values = {"unit": unit_name(step.holder, language), "day": short_date(step.deadline_on, language)}
    return str(STEPS[step.step]) % values


def days_late(deadline: date, today: date) -> int:
    """Days (not working days) since the deadline; 0 where it has not passed."""
    return max(0, (today - deadline).days)
