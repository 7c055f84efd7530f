"""Trying a collector's form: the citizen's own pages behind the guard, whose ballots are stored and never counted.

The public way knows no test: no field and no address of it makes one. A token issued here is bound to the trial of the
collector and opens nothing there, and one from there opens nothing here.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from forms.citizen import citizen_form, read_ballot
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, collector_path
from survey.ballot_pages import form_again, form_page, not_sent, thanks_page
from survey.blueprints.citizen import signature, signing_keys, submission_of
from survey.blueprints.collectors import collector_or_404
from survey.citizen_pages import answer
from survey.citizen_places import Place, asked_of, place_of
from survey.database import current_session
from survey.language import other_language, written_language
from survey.models import Collector
from survey.operations.errors import OperationError
from survey.operations.submission import BadToken, issue_token, read_token
from survey.operations.trials import TrialError, record_trial
from survey.staff_waves import refused, wave_or_404

blueprint = staff_blueprint("trials", __name__, url_prefix="/staff/dot/<wave_code>/diem-thu/<collector_code>/thu")
blueprint.register_error_handler(OperationError, refused)


def tried(wave_code: str, collector_code: str) -> tuple[Collector, Place]:
    """The collector a request names, and its place as this browser shows it: it keeps nothing of what is entered.

    Raises :class:`TrialError` for one whose form cannot be tried.
    """
    collector = collector_or_404(wave_or_404(wave_code), collector_code)
    place = replace(place_of(collector), remembers=False)
    if place.state in TrialError.SENTENCES:
        raise TrialError(place.state, collector=collector.code)
    return collector, place


def bound_to(collector: Collector) -> str:
    """What tokens and receipts of a trial are signed for: no collector's code, which holds no blank."""
    return f"trial {collector.code}"


def new_token(collector: Collector) -> str:
    return issue_token(signing_keys()[0], bound_to(collector), time.time_ns() // 1_000_000)


def beside(template: str, collector: Collector) -> dict[str, Any]:
    """The template that says what a trial is, and what it needs to say it."""
    place = {"wave_code": collector.wave.code, "collector_code": collector.code}
    return {"template": template, "at": place, "wave": collector.wave, "may_read": may_read(collector)}


def may_read(collector: Collector) -> bool:
    """Whether this person finds what was sent among the wave's responses."""
    return collector.wave.state != "draft" and can("responses.read", collector.unit.path)


@blueprint.get("")
@may("collectors.edit", collector_path)
def form(wave_code: str, collector_code: str) -> ResponseReturnValue:
    """The form as the collector's citizens get it, or will once the wave opens."""
    collector, place = tried(wave_code, collector_code)
    asked = asked_of(collector.wave.questionnaire)
    empty = citizen_form(asked.questionnaire, written_language())(formdata=None)
    return answer(form_page(place, asked, empty, new_token(collector), **beside("trials/form.html", collector)))


@blueprint.post("")
@may("collectors.edit", collector_path)
def send(wave_code: str, collector_code: str) -> ResponseReturnValue:
    """Store the ballot as a test; with the citizen's own complaints where it is none."""
    collector, place = tried(wave_code, collector_code)
    asked, again = asked_of(collector.wave.questionnaire), beside("trials/form.html", collector)
    token = request.form.get("token", "")
    try:
        submission_id = read_token(signing_keys(), bound_to(collector), token)
    except BadToken:
        return form_again(place, asked, new_token(collector), 400, not_sent(), **again)
    ballot = read_ballot(asked.questionnaire, request.form)
    if ballot.errors:
        return form_again(place, asked, token, 422, **again)
    receipt = record_trial(current_session(), collector, submission_of(place, asked, ballot, submission_id))
    commit()
    conflict = receipt.outcome == "conflict"
    return redirect(thanks_address(collector, receipt.number, conflict, request.args.get("lang")), 303)


def thanks_address(collector: Collector, number: str, conflict: bool, language: str | None) -> str:
    """The address of a receipt, signed as the citizen's is."""
    return url_for(
        ".thanks",
        wave_code=collector.wave.code,
        collector_code=collector.code,
        so=number,
        dau="1" if conflict else None,
        k=signature(bound_to(collector), number, conflict, signing_keys()[0]),
        lang=language,
    )


@blueprint.get("/cam-on")
@may("collectors.edit", collector_path)
def thanks(wave_code: str, collector_code: str) -> ResponseReturnValue:
    """The thanks a citizen gets, saying that this was a test; without a receipt of ours, the form."""
    collector, place = tried(wave_code, collector_code)
    number, conflict, given = request.args.get("so", ""), "dau" in request.args, request.args.get("k", "").encode()
    signed = (signature(bound_to(collector), number, conflict, key).encode() for key in signing_keys())
    if not any(hmac.compare_digest(given, each) for each in signed):
        return redirect(url_for(".form", wave_code=wave_code, collector_code=collector_code))
    asked = asked_of(collector.wave.questionnaire)
    switch = thanks_address(collector, number, conflict, other_language())
    page = beside("trials/thanks.html", collector)
    return answer(thanks_page(place, asked, number, conflict=conflict, switch=switch, **page))
