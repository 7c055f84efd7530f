"""Typing paper forms: one form a screen, by keyboard or mouse, stored each on its own."""

from __future__ import annotations

import time
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.definition import TEXT_KINDS, Questionnaire
from forms.paper import read_typed_form
from forms.typed_form import SPOILT, TypedForm, can_be_spoilt, is_compared
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.blueprints.paper import batch_path, load, now, wording_of_batches
from survey.database import current_session
from survey.language import chosen_language
from survey.models import PaperBatch, PaperEntry
from survey.models.paper import MOST_FORMS
from survey.numbers import a_key
from survey.operations import paper_entry
from survey.operations.paper_batches import BatchError
from survey.staff_pages import say

blueprint = staff_blueprint("paper_typing", __name__, url_prefix="/staff/nhap-phieu")
blueprint.context_processor(wording_of_batches)


@blueprint.get("/<int:batch_id>/nhap/<int(max=2):pass_number>")
@may("paper.enter", batch_path)
def begin(batch_id: int, pass_number: int) -> ResponseReturnValue:
    """To the form asked for by its number (`?so=`), or to the next one that is not typed yet."""
    batch = load(batch_id)
    serial = request.args.get("so", type=a_key)
    if serial is None or not 1 <= serial <= MOST_FORMS:
        serial = paper_entry.next_serial(current_session(), batch, pass_number, account().id)
    if serial is None:
        flash(all_typed(batch, pass_number), "success")
        return redirect(url_for("paper.show", batch_id=batch_id))
    return redirect(url_for(".form", batch_id=batch_id, pass_number=pass_number, serial=serial))


def all_typed(batch: PaperBatch, pass_number: int) -> str:
    if pass_number == 1:
        return gettext(
            "All %(number)s forms are typed. Compare the totals, then finish typing.", number=batch.forms_expected
        )
    return gettext("No form is left for you to type again.")


@blueprint.route("/<int:batch_id>/nhap/<int(max=2):pass_number>/<int:serial>", methods=["GET", "POST"])
@may("paper.enter", batch_path)
def form(batch_id: int, pass_number: int, serial: int) -> ResponseReturnValue:
    """One form: shown as it was typed by this person, stored, and on to the next."""
    session, batch = current_session(), load(batch_id)
    if pass_number not in (1, 2) or not 1 <= serial <= MOST_FORMS:
        abort(404)
    asked = paper_entry.questionnaire_of(batch)
    if request.method == "POST":
        typed = read_typed_form(asked, request.form)
        trouble = store(batch, pass_number, serial, typed)
        if trouble is None:
            return on_to_the_next(batch, pass_number, serial, typed, asked)
        session.rollback()
        return render_template(
            "paper_typing/form.html", **screen(load(batch_id), pass_number, serial, asked, typed, trouble)
        )
    if batch.state != paper_entry.STATE_OF_PASS[pass_number]:
        flash(say(BatchError("not_typed_now", batch=batch.code, state=batch.state)), "warning")
        return redirect(url_for("paper.show", batch_id=batch_id))
    if pass_number == 2:
        try:
            paper_entry.check_second_person(session, batch, serial, account().id)
        except BatchError as error:
            flash(say(error), "warning")
            return redirect(url_for("paper.show", batch_id=batch_id))
    kept = session.get(PaperEntry, (batch_id, serial, pass_number))
    before = TypedForm.from_json(kept.answers) if kept else None
    return render_template("paper_typing/form.html", **screen(batch, pass_number, serial, asked, before))


def store(batch: PaperBatch, pass_number: int, serial: int, typed: TypedForm) -> str | None:
    """Keep the form; what is in the way, in a sentence, where something is."""
    if typed.errors:
        return gettext("Something was sent that is not on the form. Check the marked items and store again.")
    if typed.is_blank and not typed.spoilt and not request.form.get("blank"):
        return gettext("Nothing is marked. Is the form blank? Then say so, and store it.")
    try:
        paper_entry.store_entry(
            current_session(),
            batch,
            serial,
            pass_number,
            typed,
            account_id=account().id,
            at=now(),
            seconds=int(time.time()) - request.form.get("opened_at", int(time.time()), type=a_key),
            replaces=bool(request.form.get("seen")),
        )
        commit()
    except BatchError as error:
        return say(error)
    return None


def on_to_the_next(
    batch: PaperBatch, pass_number: int, serial: int, typed: TypedForm, asked: Questionnaire
) -> ResponseReturnValue:
    """Say what was stored, and open the next form; the batch's page after the last."""
    items = [question for question in asked.questions if is_compared(question)]
    answered = sum(typed.value(question.code) is not None for question in items)
    said = gettext(
        "Form %(serial)s stored: %(answered)s of %(items)s items marked.",
        serial=serial,
        answered=answered,
        items=len(items),
    )
    flash(gettext("Form %(serial)s stored as blank.", serial=serial) if typed.is_blank else said, "success")
    following = paper_entry.next_serial(current_session(), batch, pass_number, account().id, serial)
    if following is None:
        flash(all_typed(batch, pass_number), "success")
        return redirect(url_for("paper.show", batch_id=batch.id))
    return redirect(url_for(".form", batch_id=batch.id, pass_number=pass_number, serial=following))


@blueprint.post("/<int:batch_id>/bo/<int:serial>")
@may("paper.enter", batch_path)
def remove(batch_id: int, serial: int) -> ResponseReturnValue:
    """Take out a form that does not belong to the batch."""
    session, batch = current_session(), load(batch_id)
    try:
        paper_entry.remove_entry(session, batch, serial)
        commit()
        flash(gettext("Form %(serial)s was taken out.", serial=serial), "success")
    except BatchError as error:
        session.rollback()
        flash(say(error), "danger")
    return redirect(url_for("paper.show", batch_id=batch_id))


def screen(
    batch: PaperBatch,
    pass_number: int,
    serial: int,
    asked: Questionnaire,
    typed: TypedForm | None,
    trouble: str | None = None,
) -> dict[str, Any]:
    """What the page of one form shows; a second pass shows no texts, and nothing of the first."""
    session = current_session()
    done = paper_entry.typed_serials(session, batch, pass_number)
    whole = done if pass_number == 1 else paper_entry.second_pass(batch, paper_entry.typed_serials(session, batch, 1))
    kept = session.scalar(
        select(PaperEntry.serial).where(
            PaperEntry.batch_id == batch.id, PaperEntry.serial == serial, PaperEntry.pass_number == pass_number
        )
    )
    return {
        "batch": batch,
        "pass_number": pass_number,
        "serial": serial,
        "asked": asked,
        "typed": typed or TypedForm(),
        "is_blank": typed is not None and kept is not None and typed.is_blank and trouble is None,
        "trouble": trouble,
        "wrong": {error.question_code for error in typed.errors} if typed else set(),
        "seen": "1" if (request.form.get("seen") if trouble else kept) else "",
        "opened_at": request.form.get("opened_at", int(time.time()), type=a_key),
        "done": len(done),
        "whole": batch.forms_expected if pass_number == 1 else len(whole),
        "speed": paper_entry.typing_speed(session, batch, pass_number, account().id),
        "numbers": {question.code: number for number, question in enumerate(asked.questions, 1)},
        "text_kinds": TEXT_KINDS,
        "spoilt": SPOILT,
        "can_be_spoilt": can_be_spoilt,
        "words_language": "en" if chosen_language() == "en" else "vi",
    }
