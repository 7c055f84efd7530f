"""A questionnaire as a citizen's phone shows it before anybody is asked: the true form, which sends nothing."""

from __future__ import annotations

import time
from datetime import date
from functools import lru_cache

from flask import Response, current_app, request
from flask.sansio.app import App
from flask_babel import force_locale

from forms.citizen import citizen_form
from forms.definition import Language, Questionnaire
from survey.ballot_pages import HONEYPOT, TOKEN_PLACE
from survey.blueprints.citizen import breakable
from survey.citizen_pages import FORM_SCRIPT, POLICY, render, respond
from survey.citizen_places import Asked, Place
from survey.operations.submission import issue_token
from survey.page_cache import SplicedPage

LANGUAGE = "phieu"  # the form's, chosen apart from that of the page around it
LIMIT = 14_000  # bytes: what a server sends before the first answer of the phone
# In a frame of ours, and nowhere to send to.
FRAME_POLICY = POLICY.replace("form-action 'self'", "form-action 'none'").replace(
    "frame-ancestors 'none'", "frame-ancestors 'self'"
)

# A place with names of the usual length.
_SAMPLE = Place(
    collector_id=0,
    code="7KQ2M9F",
    state="open",
    remembers=False,
    questionnaire_id=0,
    unit=("Ủy ban nhân dân xã Sông Trà", "People's Committee of Sông Trà commune"),
    one_stop=("Trung tâm Phục vụ hành chính công", "Public administrative service centre"),
    counter=("Quầy số 1", "Counter 1"),
    period=(date.min, date.max),
)


def form_language(otherwise: Language) -> Language:
    """The language in which the address asks for the form."""
    wanted = request.args.get(LANGUAGE)
    return "en" if wanted == "en" else "vi" if wanted == "vi" else otherwise


def preview(questionnaire: Questionnaire, language: Language) -> Response:
    """The form in one language for a frame on our own pages; its policy forbids to send it anywhere."""
    page = _page(questionnaire, language, preview=True)
    response = respond(page.encode(), None, language)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def weights(questionnaire: Questionnaire) -> dict[Language, int]:
    """How many bytes citizens are served in each language: compressed by gzip, the token included."""
    return dict(_weights(questionnaire))


@lru_cache(maxsize=64)
def _weights(questionnaire: Questionnaire) -> tuple[tuple[Language, int], ...]:
    key = current_app.config["SECRET_KEY"]
    token = issue_token(key.encode() if isinstance(key, str) else key, _SAMPLE.code, time.time_ns() // 1_000_000)
    found: list[tuple[Language, int]] = []
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        head = _page(questionnaire, language, preview=False).rpartition(TOKEN_PLACE)[0]
        page = SplicedPage(head.encode()).finish(f"{token}></form></main>".encode(), "gzip")
        found.append((language, len(page)))
    return tuple(found)


def _page(questionnaire: Questionnaire, language: Language, *, preview: bool) -> str:
    numbers = {question.field: number for number, question in enumerate(questionnaire.questions, 1)}
    with force_locale(language):
        return render(
            "citizen/form.html",
            language=language,
            switch=f"?{LANGUAGE}={'en' if language == 'vi' else 'vi'}",
            place=_SAMPLE,
            heading=_SAMPLE.heading(language),
            asked=Asked(questionnaire, {}, numbers),
            form=citizen_form(questionnaire, language)(formdata=None),
            token=TOKEN_PLACE,
            trouble="",
            honeypot=HONEYPOT,
            script=FORM_SCRIPT,
            preview=preview,
        )


def init_app(app: App) -> None:
    """Let a process without citizens' pages render their form."""
    app.jinja_env.filters["breakable"] = breakable
