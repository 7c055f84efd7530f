"""The ballot's pages: the form with what was entered, the receipt, and what is said when nothing was stored."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from forms.citizen import CitizenForm, citizen_form
from reports import wording
from survey.citizen_pages import FORM_SCRIPT, SENT_SCRIPT, answer, render
from survey.citizen_places import Asked, Place
from survey.language import written_language

HONEYPOT = "website"
TOKEN_PLACE = "TOKEN"  # noqa: S105 - stands where the token will


def results_endpoint() -> str | None:
    """Where results are published, if this process publishes any."""
    return "results.index" if "results" in current_app.blueprints else None


def form_page(
    place: Place,
    asked: Asked,
    form: CitizenForm,
    token: str,
    trouble: str = "",
    *,
    template: str = "citizen/form.html",
    **more: Any,
) -> str:
    """The form with what was entered; `template` may put something beside it, with `more` to say there."""
    return render(
        template,
        place=place,
        heading=place.heading(form.language),
        asked=asked,
        form=form,
        token=token,
        trouble=trouble,
        honeypot=HONEYPOT,
        script=FORM_SCRIPT,
        **more,
    )


def thanks_page(
    place: Place,
    asked: Asked,
    number: str,
    *,
    conflict: bool,
    switch: str,
    template: str = "citizen/thanks.html",
    **more: Any,
) -> str:
    """The receipt; `switch` is its address in the other language."""
    language = written_language()
    return render(
        template,
        place=place,
        heading=place.heading(language),
        number=number,
        conflict=conflict,
        closing=wording.short_date(place.period[1], language),
        thanks=asked.questionnaire.thanks,
        script=SENT_SCRIPT,
        switch=switch,
        results_endpoint=results_endpoint(),
        **more,
    )


def form_again(
    place: Place,
    asked: Asked,
    token: str,
    status: int,
    trouble: str = "",
    headers: dict[str, str] | None = None,
    **page: Any,
) -> Response:
    """The form with what was entered; without a word of its own it says what is wrong with the answers."""
    form = citizen_form(asked.questionnaire, written_language())(formdata=MultiDict(request.form))
    if not trouble:
        form.validate()
        trouble = " ".join(form.form_errors) or gettext("Some answers need another look.")
    return answer(form_page(place, asked, form, token, trouble, **page), status, headers)


def not_sent() -> str:
    return str(gettext("Your answers have not been sent yet. Please press send once more."))


def not_storable() -> str:
    return str(gettext("One of the answers could not be stored. Please check them and send again."))


def busy() -> str:
    return str(gettext("Your answers have not been sent yet: the system is busy. Please press send again in a minute."))
