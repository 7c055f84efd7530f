"""A dialogue for citizens: its page with what is possible now, the question box, and what became of a question."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.ballot import clean_text
from forms.dialogue import AskForm
from survey.analysis.dialogue_page import current_dialogues, public_page
from survey.ballot_pages import HONEYPOT
from survey.blueprints.citizen import DATABASE_FAULTS, signing_keys
from survey.database import current_session
from survey.dialogue_citizen import (
    PUBLIC_STATES,
    Possible,
    answered_by_theme,
    commitment_words,
    dialogue_name,
    page,
    picture,
    question_state,
)
from survey.dialogue_wording import short_day
from survey.language import other_language
from survey.models import Dialogue
from survey.operations.codes import normalise
from survey.operations.dialogue_box import find_question, hand_in
from survey.operations.dialogue_polls import last_deadline, running_poll
from survey.operations.dialogue_questions import QuestionError
from survey.operations.dialogues import find_dialogue
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.submission import BadToken, SubmissionId, issue_token, read_token
from survey.operations.writing import begin_write

MINIMUM_SECONDS = 2  # nobody writes a question in less
ASKING = "question"  # what a signed number is for

blueprint = Blueprint("dialogue", __name__, url_prefix="/doi-thoai")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Where a dialogue's code is typed, and the dialogues that are announced or were just held."""
    session, code = current_session(), normalise(request.args.get("ma", ""))[:40]
    if code and is_public(find_dialogue(session, code)):
        return redirect(url_for(".show", dialogue_code=code, lang=request.args.get("lang")), 303)
    dialogues = current_dialogues(session, province_today())
    return page("dialogue/index.html", 404 if code else 200, dialogues=dialogues, unknown=code)


@blueprint.get("/<dialogue_code>")
def show(dialogue_code: str) -> ResponseReturnValue:
    """Everything of the dialogue, with what is possible now."""
    dialogue = dialogue_or_404(dialogue_code)
    if dialogue.code != dialogue_code:
        return redirect(url_for(".show", dialogue_code=dialogue.code, lang=request.args.get("lang")), 308)
    return dialogue_page(dialogue, AskForm())


@blueprint.post("/<dialogue_code>/cau-hoi")
def ask(dialogue_code: str) -> ResponseReturnValue:
    """Put the question into the box; whatever stands in the way, what was written comes back."""
    form, dialogue = AskForm(request.form), dialogue_to_change(dialogue_code)
    number = number_of(ASKING, dialogue)
    too_fast = number is not None and time.time() - number.issued_at < MINIMUM_SECONDS
    if number is None or too_fast or request.form.get(HONEYPOT):
        return dialogue_page(dialogue, form, 400, send_again())
    if not form.validate():
        return dialogue_page(dialogue, form, 422)
    session = current_session()
    try:
        question = hand_in(
            session, dialogue, group=form.group.data, text=form.text.data, form_number=number.uuid,
            today=province_today(), most=current_app.config["DIALOGUE_QUESTIONS"],
        )  # fmt: skip
        session.commit()
    except QuestionError as error:
        session.rollback()
        return dialogue_page(dialogue, form, 409, say(error))
    except DATABASE_FAULTS:
        forget_change()
        return dialogue_page(dialogue_or_404(dialogue_code), form, 503, busy())
    place = {**at(dialogue), "question_code": question.code}
    return redirect(url_for(".question", **place, moi=1, lang=request.args.get("lang")), 303)


@blueprint.get("/<dialogue_code>/cau-hoi")
def find(dialogue_code: str) -> ResponseReturnValue:
    """The page of a question whose code was typed."""
    code = normalise(request.args.get("ma", ""))[:16]
    lang = request.args.get("lang")
    if not code:
        return redirect(url_for(".show", dialogue_code=dialogue_code, lang=lang), 303)
    return redirect(url_for(".question", dialogue_code=dialogue_code, question_code=code, lang=lang), 303)


@blueprint.get("/<dialogue_code>/cau-hoi/<question_code>")
def question(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """What has become of a question, for whoever knows its code."""
    dialogue = dialogue_or_404(dialogue_code)
    asked = find_question(current_session(), dialogue, question_code)
    if asked is None:
        return page("dialogue/unknown.html", 404, dialogue=dialogue, code=clean_text(question_code, lines=False)[:40])
    head = next((each for each in dialogue.questions if each.id == asked.same_as_id), asked)
    address = f"{current_app.config['BASE_URL']}{url_for('.question', **at(dialogue), question_code=asked.code)}"
    return page(
        "dialogue/question.html",
        dialogue=dialogue,
        name=dialogue_name(dialogue),
        asked=asked,
        head=head,
        state=question_state(head, province_today()),
        fresh="moi" in request.args,
        address=address,
        picture=picture(address),
    )


def dialogue_page(dialogue: Dialogue, form: AskForm, status: int = 200, trouble: str = "") -> Response:
    session, today = current_session(), province_today()
    poll = running_poll(session, dialogue)
    shown = public_page(session, dialogue, today)
    return page(
        "dialogue/show.html",
        status,
        dialogue=dialogue,
        name=dialogue_name(dialogue),
        shown=shown,
        themes=answered_by_theme(shown.questions),
        commitment_words=commitment_words,
        possible=Possible.of(dialogue, today, poll.kind if poll else None),
        due=last_deadline(session, dialogue),
        form=form,
        trouble=trouble,
        token=new_token(ASKING, dialogue),
        honeypot=HONEYPOT,
        switch=url_for(".show", **at(dialogue), lang=other_language()),
    )


def at(dialogue: Dialogue) -> dict[str, Any]:
    return {"dialogue_code": dialogue.code}


def dialogue_or_404(code: str) -> Dialogue:
    """A dialogue that was announced; one that is being planned is nobody's business yet."""
    found = find_dialogue(current_session(), code[:40])
    return found if found is not None and is_public(found) else abort(404)


def is_public(dialogue: Dialogue | None) -> bool:
    return dialogue is not None and dialogue.state in PUBLIC_STATES


def dialogue_to_change(code: str) -> Dialogue:
    """The dialogue in a transaction that may write; begun after the form was read, which may come slowly."""
    session = current_session()
    session.rollback()
    begin_write(session)
    return dialogue_or_404(code)


def new_token(purpose: str, dialogue: Dialogue) -> str:
    return issue_token(signing_keys()[0], f"{purpose} {dialogue.code}", time.time_ns() // 1_000_000)


def number_of(purpose: str, dialogue: Dialogue) -> SubmissionId | None:
    """The number of the form that was sent, where it is one of ours for this dialogue."""
    try:
        return read_token(signing_keys(), f"{purpose} {dialogue.code}", request.form.get("token", ""))
    except BadToken:
        return None


def forget_change() -> None:
    """After the database failed: what was being written is dropped, and the log says why."""
    current_app.logger.error("what was sent to a dialogue could not be stored", exc_info=sys.exc_info())
    current_session().rollback()


def say(error: OperationError) -> str:
    """The error's sentence in the reader's language, days as he writes them."""
    shown = dict(error.parameters)
    if "day" in shown:
        shown["day"] = short_day(date.fromisoformat(str(shown["day"])))
    sentence: str = gettext(error.sentence)
    return sentence % shown


def send_again() -> str:
    return gettext("Nothing has been sent yet. Please look it over and press send once more.")


def busy() -> str:
    return gettext("Nothing has been sent yet: the system is busy. Please press send again in a minute.")
