"""The citizen's pages around opinions: their look, and what kinds, states and steps are called there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from forms.consents import CONSENTS, current
from forms.definition import Language
from forms.petition import PetitionForm, RateForm, ReopenForm
from reports import names
from reports.qr_code import qr_svg
from reports.wording import short_date
from survey.analysis import petition_tracking as tracking
from survey.ballot_pages import HONEYPOT
from survey.blueprints.citizen import signing_keys
from survey.citizen_pages import answer, content_policy, render, script, style_sheet
from survey.citizen_places import Place
from survey.database import current_session
from survey.language import written_language
from survey.models import Petition, PetitionStep, Unit
from survey.models.petition import OPEN_STATES
from survey.operations.bounded import MEGABYTE
from survey.operations.codes import spaced
from survey.operations.periods import province_today
from survey.operations.petition_intake import PHOTO_BYTES
from survey.operations.submission import issue_token

WRITING, HANDLING = "opinion", "handling"  # what a signed number is for
FACES = ("very_sad", "sad", "neutral", "happy", "very_happy")

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
    "rescheduled": _l("A day off was declared, or withdrawn. The last day is %(day)s now."),
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


def form_page(
    place: Place,
    form: PetitionForm,
    token: str,
    status: int = 200,
    trouble: str = "",
    headers: dict[str, str] | None = None,
    *,
    unread: bool = False,
) -> Response:
    """The form with what was written; photos cannot be put back into a page and must be chosen again.

    `unread`: too much was sent to be read at all.
    """
    return page(
        "petition/form.html",
        status,
        headers,
        place=place,
        heading=place.heading(written_language()),
        form=form,
        token=token,
        trouble=trouble,
        photos_lost=not unread and any(file.filename for file in request.files.getlist("photos")),
        kinds=KINDS,
        consents={purpose: current(purpose) for purpose in CONSENTS},
        honeypot=HONEYPOT,
        megabytes=PHOTO_BYTES // MEGABYTE,
    )


def complaint_page(place: Place, written: str = "") -> Response:
    """Where complaints and denunciations go, with what was `written` to copy from."""
    heading = place.heading(written_language())
    return page("petition/complaint.html", place=place, heading=heading, written=written)


def case_page(
    petition: Petition, rating: RateForm, reopening: ReopenForm, status: int = 200, trouble: str = ""
) -> Response:
    """How far an opinion is, and what its writer can still do."""
    session, language, today = current_session(), written_language(), province_today()
    steps = tracking.public_steps(session, petition)
    return page(
        "petition/show.html",
        status,
        petition=petition,
        holder=unit_name(petition.holder, language),
        lines=step_lines(steps, language),
        states=STATES,
        kinds=KINDS,
        possible=tracking.possible(petition, steps, today),
        late=days_late(petition.deadline_on, today),
        is_open=petition.state in OPEN_STATES,
        rating=rating,
        reopening=reopening,
        trouble=trouble,
        token=new_token(HANDLING, petition.code),
        short_date=short_date,
        spaced=spaced,
        scale=[(value, names.scale_word(value, language), face) for value, face in enumerate(FACES, 1)],
    )


def new_token(purpose: str, code: str) -> str:
    """A signed number for a form of one purpose about one code."""
    return issue_token(signing_keys()[0], f"{purpose} {code}", time.time_ns() // 1_000_000)
