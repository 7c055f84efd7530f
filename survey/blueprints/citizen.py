"""The citizen's way: a code, its form, a stored ballot, a receipt; without cookies, and without need of JavaScript."""

from __future__ import annotations

import hmac
import sqlite3
import time
from base64 import urlsafe_b64encode
from contextlib import closing

import psycopg
from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from forms.ballot import Ballot, clean_text
from forms.citizen import citizen_form, read_ballot
from forms.definition import Language
from reports import wording
from survey.ballot_pages import (
    HONEYPOT,
    TOKEN_PLACE,
    busy,
    form_again,
    form_page,
    not_sent,
    not_storable,
    results_endpoint,
    thanks_page,
)
from survey.citizen_pages import answer, render, respond
from survey.citizen_places import Asked, Place, Reception
from survey.database import current_session, engine
from survey.language import other_language, written_language
from survey.operations.codes import is_valid, normalise
from survey.operations.collectors import suggestions
from survey.operations.responses import CollectorClosed, ImpossibleAnswer, Receipt, Submission, record_by_driver
from survey.operations.submission import BadToken, SubmissionId, flags_for, issue_token, minimum_seconds, read_token
from survey.operations.writing import begin_by_driver
from survey.page_cache import accepted_encoding
from survey.scan_counter import SECONDS, ScanCounter, opened_by_a_person

MOST_FIELDS = 200
LONGEST_SECONDS = 2**31 - 1  # that the database keeps
BUSY_SECONDS = 20  # after which one may try again
# A phone's "back" shows the form as it was, with its number: sent once more, it is the same ballot. A reload asks anew,
# and a counter's own device keeps nothing for the next person.
PHONE_CACHE = "private, no-cache"
# Whatever the database says: a ballot that is not stored goes back to the one who filled it in.
DATABASE_FAULTS = (SQLAlchemyError, sqlite3.Error, psycopg.Error)

# A place that takes no answers: 410 for what is over for good, 403 for what exists but is not for this moment or this
# way in (404 would call a code on a printed poster wrong, 503 would call a planned date a fault).
REFUSALS = {"revoked": 410, "closed": 410, "draft": 403, "elsewhere": 403}

blueprint = Blueprint("citizen", __name__)


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions["reception"] = Reception()
    app.extensions["scans"] = ScanCounter(lambda: app.extensions["engine"], app.config.get("SCAN_SECONDS", SECONDS))
    app.jinja_env.filters["breakable"] = breakable


def breakable(text: str) -> str:
    """A long English answer with a place to break, for five buttons in a row on a small screen."""
    return text.replace("issatisf", "is\u00adsatisf").replace("atisf", "atis\u00adf")


@blueprint.get("/")
def start() -> ResponseReturnValue:
    """Where a code is typed by hand."""
    return answer(render("citizen/start.html", results_endpoint=results_endpoint()))


@blueprint.get("/s/")
def find() -> ResponseReturnValue:
    """The typed code's own page."""
    code = normalise(request.args.get("code", ""))[:40]
    return redirect(url_for(".form", code=code, lang=request.args.get("lang")) if code else url_for(".start"), 303)


@blueprint.get("/s/<code>")
def form(code: str) -> ResponseReturnValue:
    """The form, served from what is kept, with a number of its own."""
    place = reception().place(code)
    if place is None:
        return unknown(code)
    if place.state != "open":
        return refusal(place)
    if opened_by_a_person(request.method, request.headers):
        current_app.extensions["scans"].count(place.collector_id)
    language = written_language()
    page = reception().pages.get((place, language), lambda: fresh_form(place, language))
    encoding = accepted_encoding(request.headers.get("Accept-Encoding", ""))
    tail = f"{new_token(place)}></form></main>".encode()
    cache = PHONE_CACHE if place.remembers else "no-store"
    return respond(page.finish(tail, encoding), encoding, language, cache=cache)


@blueprint.get("/s/<code>/")
def form_with_slash(code: str) -> ResponseReturnValue:
    """An address typed with one stroke too many."""
    return redirect(url_for(".form", code=code, lang=request.args.get("lang")), 308)


@blueprint.post("/s/<code>")
def submit(code: str) -> ResponseReturnValue:
    """Store the ballot; whatever stands in the way, what was entered comes back on the page.

    Whether the place still takes ballots is asked by the statement that stores, which also knows a ballot it has.
    """
    place = reception().place(code)
    if place is None:
        return unknown(code)
    if place.state == "elsewhere":
        return refusal(place)
    if sum(map(len, request.form.listvalues())) > MOST_FIELDS:
        abort(413)
    asked = reception().asked(place)
    token = request.form.get("token", "")
    try:
        submission_id = read_token(signing_keys(), place.code, token)
    except BadToken:
        return form_again(place, asked, new_token(place), 400, not_sent())
    ballot = read_ballot(asked.questionnaire, request.form)
    if ballot.errors:
        return form_again(place, asked, token, 422)
    try:
        receipt = store(submission_of(place, asked, ballot, submission_id))
    except CollectorClosed:
        return refusal(reception().closed_place(place))
    except ImpossibleAnswer:
        current_app.logger.exception("a ballot that was read well was refused by the database")
        return form_again(place, asked, token, 422, not_storable())
    except DATABASE_FAULTS:
        current_app.logger.exception("a ballot could not be stored")
        return form_again(place, asked, token, 503, busy(), {"Retry-After": str(BUSY_SECONDS)})
    return Response(status=303, headers=[("Location", receipt_address(place, receipt))], mimetype="text/plain")


@blueprint.get("/s/<code>/cam-on/<number>", endpoint="thanks", defaults={"conflict": False})
@blueprint.get("/s/<code>/phieu-dau/<number>", endpoint="first_kept", defaults={"conflict": True})
def thanks(code: str, number: str, conflict: bool) -> ResponseReturnValue:
    """What a reload may show again without sending anything: the receipt. Its address is signed, so it is no hoax."""
    given = request.args.get("k", "").encode()
    if not any(hmac.compare_digest(given, signature(code, number, conflict, key).encode()) for key in signing_keys()):
        abort(404)
    place = reception().place(code)
    if place is None:
        abort(404)
    switch = url_for(request.endpoint or "", code=code, number=number, k=request.args["k"], lang=other_language())
    opinion = url_for("petition.form", code=code, lang=request.args.get("lang"))  # it learns nothing of the ballot
    asked = reception().asked(place)
    return answer(thanks_page(place, asked, number, conflict=conflict, switch=switch, opinion=opinion))


def reception() -> Reception:
    found: Reception = current_app.extensions["reception"]
    return found


def signing_keys() -> list[bytes]:
    keys = [current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ())]
    return [key.encode() if isinstance(key, str) else key for key in keys]


def new_token(place: Place) -> str:
    return issue_token(signing_keys()[0], place.code, time.time_ns() // 1_000_000)


def signature(code: str, number: str, conflict: bool, key: bytes) -> str:
    words = f"receipt {code} {number} {conflict:d}"
    return urlsafe_b64encode(hmac.digest(key, words.encode(), "sha256")[:12]).decode()


def receipt_address(place: Place, receipt: Receipt) -> str:
    conflict = receipt.outcome == "conflict"
    return url_for(
        ".first_kept" if conflict else ".thanks",
        code=place.code,
        number=receipt.number,
        k=signature(place.code, receipt.number, conflict, signing_keys()[0]),
        lang=request.args.get("lang"),
    )


def submission_of(place: Place, asked: Asked, ballot: Ballot, submission_id: SubmissionId) -> Submission:
    """The ballot as it is stored, with the doubts about it: they flag, they never refuse."""
    now = int(time.time())
    elapsed = now - submission_id.issued_at
    seconds = elapsed if 0 <= elapsed <= LONGEST_SECONDS else None  # a clock was set: the time was not measured
    given = len(ballot.choices) + len(ballot.several) + len(ballot.texts)
    ids = asked.ids
    return Submission(
        submission_id=submission_id.uuid,
        collector_id=place.collector_id,
        received_at=now,
        seconds=seconds,
        language=written_language(),
        choices={ids[code]: value for code, value in ballot.choices.items()},
        several={ids[code]: values for code, values in ballot.several.items()},
        texts={ids[code]: text for code, text in ballot.texts.items()},
        flags=flags_for(seconds, bool(request.form.get(HONEYPOT)), minimum_seconds(given)),
    )


def store(submission: Submission) -> Receipt:
    """The receipt, after a durable commit."""
    with closing(begin_by_driver(engine())) as connection:
        receipt = record_by_driver(connection.dbapi_connection, submission)
        connection.commit()
    return receipt


def fresh_form(place: Place, language: Language) -> bytes:
    """The empty form up to its token."""
    asked = reception().asked(place)
    empty = citizen_form(asked.questionnaire, language)(formdata=None)
    return form_page(place, asked, empty, TOKEN_PLACE).rpartition(TOKEN_PLACE)[0].encode()


def unknown(code: str) -> ResponseReturnValue:
    """The code as it is printed, or a page that says which codes it may have been."""
    canonical = normalise(code)
    if canonical != code and is_valid(canonical):
        return redirect(url_for(".form", code=canonical, lang=request.args.get("lang")), 308)
    language = written_language()
    near = (reception().place(code) for code in suggestions(current_session(), canonical))
    places = [(place.code, place.heading(language)) for place in near if place]
    return answer(render("citizen/unknown.html", code=clean_text(code, lines=False), places=places), 404)


def refusal(place: Place) -> Response:
    """A kind page that says what to do."""
    page = render(
        "citizen/refusal.html",
        place=place,
        heading=place.heading(written_language()),
        sending=request.method == "POST",
        opening=wording.short_date(place.period[0], written_language()),
        results_endpoint=results_endpoint(),
    )
    return answer(page, REFUSALS[place.state])
