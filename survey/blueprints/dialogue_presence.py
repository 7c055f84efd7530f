"""Presence at a dialogue by the code shown in the room, the pass it gives, and the poll that the pass opens."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from forms.citizen import citizen_form, read_ballot
from forms.dialogue import CheckInForm
from survey.ballot_pages import HONEYPOT, form_again, form_page, not_sent
from survey.blueprints.citizen import (
    BUSY_SECONDS,
    DATABASE_FAULTS,
    MOST_FIELDS,
    reception,
    signature,
    signing_keys,
    store,
    submission_of,
)
from survey.blueprints.dialogue import (
    at,
    busy,
    dialogue_or_404,
    dialogue_to_change,
    forget_change,
    new_token,
    number_of,
    say,
    send_again,
)
from survey.citizen_pages import answer
from survey.citizen_places import Asked, Place, place_of
from survey.database import current_session
from survey.dialogue_citizen import dialogue_name, page, picture
from survey.language import other_language, written_language
from survey.models import Collector, Dialogue, DialoguePoll
from survey.operations.codes import normalise, spaced
from survey.operations.dialogue_passes import PassError, ballot_id, check_in, has_rated, knows_pass, new_pass
from survey.operations.dialogue_polls import last_deadline, running_poll
from survey.operations.dialogue_questions import box_source
from survey.operations.periods import province_today
from survey.operations.responses import CollectorClosed, ImpossibleAnswer
from survey.operations.submission import SubmissionId

PRESENCE, RATING = "presence", "rating"  # what a signed number is for

blueprint = Blueprint("dialogue_presence", __name__, url_prefix="/doi-thoai")


@blueprint.get("/<dialogue_code>/co-mat")
def presence(dialogue_code: str) -> ResponseReturnValue:
    """Where the room's code is typed, or stands already if its QR code was scanned."""
    dialogue = dialogue_or_404(dialogue_code)
    return presence_page(dialogue, CheckInForm(room_code=request.args.get("ma", "")[:20]))


@blueprint.post("/<dialogue_code>/co-mat")
def enter(dialogue_code: str) -> ResponseReturnValue:
    """Count somebody as present and give him his pass; the same form again gives the same one."""
    form, dialogue = CheckInForm(request.form), dialogue_to_change(dialogue_code)
    number = number_of(PRESENCE, dialogue)
    if number is None or request.form.get(HONEYPOT):
        return presence_page(dialogue, form, 400, send_again())
    if not form.validate():
        return presence_page(dialogue, form, 422)
    session, given = current_session(), new_pass(signing_keys()[0], number.uuid)
    try:
        check_in(session, dialogue, room_code=form.room_code.data, group=form.group.data, pass_code=given)
        session.commit()
    except PassError as error:
        session.rollback()
        return presence_page(dialogue, form, 409 if error.code == "not_running" else 422, say(error))
    except DATABASE_FAULTS:
        forget_change()
        return presence_page(dialogue_or_404(dialogue_code), form, 503, busy())
    return redirect(url_for(".own", **at(dialogue), pass_code=given, lang=request.args.get("lang")), 303)


@blueprint.get("/<dialogue_code>/the")
def find_own(dialogue_code: str) -> ResponseReturnValue:
    """The page of a pass that was typed."""
    given, lang = normalise(request.args.get("the", ""))[:40], request.args.get("lang")
    if not given:
        return redirect(url_for("dialogue.show", dialogue_code=dialogue_code, lang=lang), 303)
    return redirect(url_for(".own", dialogue_code=dialogue_code, pass_code=given, lang=lang), 303)


@blueprint.get("/<dialogue_code>/the/<pass_code>")
def own(dialogue_code: str, pass_code: str) -> ResponseReturnValue:
    """The page of a pass: to keep, and from it to the poll while one is open."""
    dialogue = dialogue_or_404(dialogue_code)
    session, given = current_session(), normalise(pass_code)
    if not knows_pass(session, dialogue, given):
        return page("dialogue/unknown_pass.html", 404, dialogue=dialogue)
    poll = running_poll(session, dialogue)
    address = f"{current_app.config['BASE_URL']}{url_for('.own', **at(dialogue), pass_code=given)}"
    return page(
        "dialogue/pass.html",
        dialogue=dialogue,
        name=dialogue_name(dialogue),
        given=spaced(given),
        pass_code=given,
        poll=poll,
        rated=poll is not None and has_rated(session, poll, given),
        asked=[each.kind for each in dialogue.polls],
        due=last_deadline(session, dialogue),
        address=address,
        picture=picture(address),
    )


@blueprint.get("/<dialogue_code>/danh-gia")
def rate(dialogue_code: str) -> ResponseReturnValue:
    """The poll's empty form, for a pass that has given no ballot yet."""
    dialogue, given = dialogue_or_404(dialogue_code), normalise(request.args.get("the", ""))[:40]
    session = current_session()
    poll = running_poll(session, dialogue)
    if poll is None or not knows_pass(session, dialogue, given) or has_rated(session, poll, given):
        return find_own(dialogue_code)
    place, asked = place_and_form(dialogue, poll)
    empty = citizen_form(asked.questionnaire, written_language())(formdata=None)
    return answer(form_page(place, asked, empty, new_token(RATING, dialogue), **beside(dialogue, given)))


@blueprint.post("/<dialogue_code>/danh-gia")
def submit(dialogue_code: str) -> ResponseReturnValue:
    """Store the ballot by the road of all ballots, under the one id that this pass has in this poll."""
    dialogue, given = dialogue_or_404(dialogue_code), normalise(request.form.get("the", ""))[:40]
    if sum(map(len, request.form.listvalues())) > MOST_FIELDS:
        abort(413)
    poll = running_poll(current_session(), dialogue)
    if poll is None or not knows_pass(current_session(), dialogue, given):
        return page("dialogue/unknown_pass.html", 409, dialogue=dialogue, over=poll is None)
    (place, asked), more = place_and_form(dialogue, poll), beside(dialogue, given)
    number, token = number_of(RATING, dialogue), request.form.get("token", "")
    if number is None:
        return form_again(place, asked, new_token(RATING, dialogue), 400, not_sent(), **more)
    ballot = read_ballot(asked.questionnaire, request.form)
    if ballot.errors:
        return form_again(place, asked, token, 422, **more)
    own_id = ballot_id(poll, given)
    current_session().rollback()  # the request's session must not be reading when it begins to write
    try:
        receipt = store(submission_of(place, asked, ballot, SubmissionId(own_id, number.issued_at)))
    except (CollectorClosed, ImpossibleAnswer):
        return page("dialogue/unknown_pass.html", 409, dialogue=dialogue_or_404(dialogue_code), over=True)
    except DATABASE_FAULTS:
        forget_change()
        return form_again(place, asked, token, 503, busy(), {"Retry-After": str(BUSY_SECONDS)}, **more)
    conflict = receipt.outcome == "conflict"
    sign = signature(place.code, receipt.number, conflict, signing_keys()[0])
    lang = request.args.get("lang")
    return redirect(url_for(".thanks", **at(dialogue), number=receipt.number, c=int(conflict), k=sign, lang=lang), 303)


@blueprint.get("/<dialogue_code>/danh-gia/cam-on/<number>")
def thanks(dialogue_code: str, number: str) -> ResponseReturnValue:
    """The receipt of a rating; its address is signed, so it is no hoax, and names no pass."""
    dialogue, given = dialogue_or_404(dialogue_code), request.args.get("k", "").encode()
    conflict = request.args.get("c") == "1"
    codes = [current_session().get_one(Collector, poll.collector_id).code for poll in dialogue.polls]
    signs = (signature(code, number, conflict, key) for code in codes for key in signing_keys())
    if not any(hmac.compare_digest(given, sign.encode()) for sign in signs):
        abort(404)
    switch = url_for(".thanks", **at(dialogue), number=number, c=int(conflict), k=given.decode(), lang=other_language())
    return page("dialogue/thanks.html", dialogue=dialogue, number=number, conflict=conflict, switch=switch)


def presence_page(dialogue: Dialogue, form: CheckInForm, status: int = 200, trouble: str = "") -> Response:
    shown = form.room_code.data or None
    return page(
        "dialogue/presence.html",
        status,
        dialogue=dialogue,
        name=dialogue_name(dialogue),
        form=form,
        trouble=trouble,
        token=new_token(PRESENCE, dialogue),
        honeypot=HONEYPOT,
        box=box_source(dialogue, province_today()),
        switch=url_for(".presence", **at(dialogue), ma=shown, lang=other_language()),
    )


def place_and_form(dialogue: Dialogue, poll: DialoguePoll) -> tuple[Place, Asked]:
    """The poll's collector as a place that is named after the dialogue and keeps nothing on the phone."""
    collector = current_session().get_one(Collector, poll.collector_id)
    place = replace(place_of(collector), one_stop=(dialogue.name_vi, dialogue.name_en), remembers=False)
    return place, reception().asked(place)


def beside(dialogue: Dialogue, given: str) -> dict[str, Any]:
    """What the poll's form has that others have not: the pass, and addresses that keep it."""
    switch = url_for(".rate", **at(dialogue), the=given, lang=other_language())
    return {"template": "dialogue/rate.html", "given": given, "switch": switch}
