"""Dialogues: the list, what is settled of one, and its steps from the notice to the conclusions."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.commitment import PromiseForm
from forms.dialogue_plan import CancelForm, ConclusionForm, read_people
from reports.dialogue_record import HalfYear
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, dialogue_path, scope
from survey.analysis import commitments as promises
from survey.analysis import dialogues as reading
from survey.analysis.dialogue_answers import count_to_answer
from survey.analysis.dialogue_board import board, period_of
from survey.database import current_session
from survey.dialogue_pages import (
    beginning_of,
    dialogue_or_404,
    explain,
    now,
    refused,
    unit_choices,
    units_below,
    words,
)
from survey.dialogue_wording import STATES
from survey.models import Unit
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations import commitments, dialogue_polls, dialogues
from survey.operations.commitments import CommitmentError
from survey.operations.dialogues import DialogueError, mark_of
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.staff_units import asked_unit

blueprint = staff_blueprint("dialogues", __name__, url_prefix="/staff/doi-thoai")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)


@blueprint.get("/")
@may("dialogues.read")
def index() -> ResponseReturnValue:
    """Dialogues of the units in reach by half-year, and what of one's own is due."""
    session, within, today = current_session(), scope("dialogues.read").covers(Unit.path), province_today()
    period, state = period_or_404(request.args.get("period", "")), request.args.get("state", "")
    asked = asked_unit("dialogues.read")
    if state and state not in STATES:
        abort(404)
    try:
        after = request.args.get("after", "")
        found = reading.page(session, within, today, period=period, state=state, unit=asked.unit, after=after)
    except ValueError:
        abort(404)
    return render_template(
        "dialogues/index.html",
        page=found,
        periods=reading.half_years(session, within),
        period=period,
        state=state,
        asked=asked,
        duties=duties(today),
        promised=promises.numbers(session, within, today),
        to_answer=count_to_answer(session, scope("dialogues.answer").covers(Unit.path)),
    )


def duties(today: date) -> list[Any]:
    """Where the units stand that the signed-in person runs dialogues for, if they are few; the board shows many."""
    mine = scope("dialogues.run")
    lines = board(current_session(), mine.covers(Unit.path), period_of(today), today) if mine.paths else []
    return lines if len(lines) <= 3 else []


def period_or_404(text: str) -> HalfYear | None:
    """The half-year an address names, as in 2026-1; None for none."""
    year, _, half = text.partition("-")
    if not text:
        return None
    if not (year.isascii() and year.isdigit() and len(year) == 4 and half in ("1", "2")):
        abort(404)
    return HalfYear(int(year), int(half))


@blueprint.get("/<dialogue_code>")
@may("dialogues.read", dialogue_path)
def show(dialogue_code: str) -> ResponseReturnValue:
    """One dialogue: where it stands, what comes next, people, questions, promises, documents."""
    dialogue, session = dialogue_or_404(dialogue_code), current_session()
    return render_template(
        "dialogues/show.html",
        dialogue=dialogue,
        numbers=reading.numbers_of(session, [dialogue.id], province_today())[dialogue.id],
        carried=commitments.carried_over(session, dialogue),
        promised=commitments.promised_in(session, dialogue),
        steps=[step for step in dialogues.STEPS if dialogues.may_step(dialogue, step)],
        runs=can("dialogues.run", dialogue.unit.path),
        concludes=can("dialogues.conclude", dialogue.unit.path),
    )


@blueprint.post("/<dialogue_code>/cong-bo")
@may("dialogues.run", dialogue_path)
def announce(dialogue_code: str) -> ResponseReturnValue:
    """Make the notice public."""
    dialogues.announce(current_session(), dialogue_or_404(dialogue_code))
    commit()
    flash(gettext("The dialogue is announced. Print the notice, or send its link."), "success")
    return redirect(url_for(".show", dialogue_code=dialogue_code), 303)


@blueprint.post("/<dialogue_code>/bat-dau")
@may("dialogues.run", dialogue_path)
def start(dialogue_code: str) -> ResponseReturnValue:
    """Open the meeting and go to its screen."""
    dialogues.start(current_session(), dialogue_or_404(dialogue_code), now())
    commit()
    return redirect(url_for("dialogue_room.show", dialogue_code=dialogue_code), 303)


@blueprint.post("/<dialogue_code>/ket-thuc")
@may("dialogues.run", dialogue_path)
def end(dialogue_code: str) -> ResponseReturnValue:
    """Close the meeting; from now on those present can rate it."""
    session, dialogue, at = current_session(), dialogue_or_404(dialogue_code), now()
    dialogues.end(session, dialogue, at)
    if dialogue_polls.obstacle(session, dialogue, "exit", province_today()) is None:
        dialogue_polls.open_poll(session, dialogue, "exit", at)
    commit()
    flash(gettext("The meeting is closed. Complete numbers, answers and commitments, then conclude."), "success")
    return redirect(url_for(".show", dialogue_code=dialogue_code), 303)


@blueprint.route("/<dialogue_code>/huy", methods=["GET", "POST"])
@may("dialogues.run", dialogue_path)
def cancel(dialogue_code: str) -> ResponseReturnValue:
    """Call the dialogue off, with a reason."""
    dialogue, form = dialogue_or_404(dialogue_code), CancelForm()
    if not dialogues.may_step(dialogue, "cancel"):
        raise DialogueError("step")
    if form.validate_on_submit():
        dialogues.cancel(current_session(), dialogue, form.reason.data or "")
        commit()
        flash(gettext("The dialogue is cancelled."), "success")
        return redirect(url_for(".show", dialogue_code=dialogue_code), 303)
    return render_template("dialogues/cancel.html", dialogue=dialogue, form=form), 422 if form.errors else 200


@blueprint.route("/<dialogue_code>/nguoi-du", methods=["GET", "POST"])
@may("dialogues.run", dialogue_path)
def people(dialogue_code: str) -> ResponseReturnValue:
    """How many of each group were there, as the secretary counted them."""
    dialogue = dialogue_or_404(dialogue_code)
    numbers, wrong = read_people(request.form, "counted-", ATTENDEE_GROUPS)
    if request.method == "POST" and not wrong:
        dialogues.count_present(current_session(), dialogue, numbers)
        commit()
        flash(gettext("The numbers are stored."), "success")
        return redirect(url_for(".show", dialogue_code=dialogue_code), 303)
    rows = {row.group: row for row in dialogue.groups}
    page = render_template("dialogues/people.html", dialogue=dialogue, rows=rows, typed=request.form, wrong=wrong)
    return page, 422 if wrong else 200


@blueprint.route("/<dialogue_code>/ket-luan", methods=["GET", "POST"])
@may("dialogues.conclude", dialogue_path)
def conclude(dialogue_code: str) -> ResponseReturnValue:
    """Write the conclusions: kept as a draft, or made final."""
    dialogue, session = dialogue_or_404(dialogue_code), current_session()
    if dialogue.state != "held":
        raise DialogueError("step")
    form = ConclusionForm()
    if not form.is_submitted():
        form.conclusion.data, form.seen.data = dialogue.conclusion, mark_of(dialogue.conclusion)
    if form.validate_on_submit():
        try:
            dialogues.keep_conclusion(session, dialogue, form.conclusion.data or "", seen=form.seen.data or "")
            if "final" in request.form:
                dialogues.conclude(session, dialogue, form.conclusion.data or "")
        except DialogueError as error:
            session.rollback()
            dialogue = dialogue_or_404(dialogue_code)
            form.conclusion.errors = [explain(error)]
            form.seen.data = mark_of(dialogue.conclusion)
        else:
            commit()
            flash(gettext("The conclusions are stored."), "success")
            return redirect(url_for(".show", dialogue_code=dialogue_code), 303)
    numbers = reading.numbers_of(session, [dialogue.id], province_today())[dialogue.id]
    page = render_template("dialogues/conclude.html", dialogue=dialogue, form=form, numbers=numbers)
    return page, 422 if form.errors else 200


@blueprint.route("/<dialogue_code>/cam-ket", methods=["GET", "POST"])
@may("dialogues.run", dialogue_path)
def promise(dialogue_code: str) -> ResponseReturnValue:
    """Write down what was promised in the dialogue, perhaps in answer to a question."""
    dialogue, session = dialogue_or_404(dialogue_code), current_session()
    if dialogue.state not in commitments.PROMISED:
        raise CommitmentError("dialogue")
    form = (
        PromiseForm() if request.method == "POST" else PromiseForm(formdata=None, question=request.args.get("question"))
    )
    form.owner_unit.choices = unit_choices(units_below(dialogue.unit))
    asked = reading.agenda_of(reading.questions_of(session, dialogue))
    form.question.choices = [("", gettext("– none –")), *((each.code, beginning_of(each.text)) for each in asked)]
    if form.validate_on_submit():
        try:
            commitments.promise(
                session,
                dialogue,
                text=form.text.data or "",
                owner_unit=next(unit for unit in units_below(dialogue.unit) if unit.code == form.owner_unit.data),
                owner_name=form.owner_name.data or "",
                deadline_on=form.deadline_on.data,
                question=next((each for each in asked if each.code == form.question.data), None),
            )
        except CommitmentError as error:
            form.form_errors.append(explain(error))
        else:
            commit()
            flash(gettext("The commitment is written down."), "success")
            return redirect(url_for(".show", dialogue_code=dialogue_code, _anchor="promises"), 303)
    page = render_template("dialogues/promise.html", dialogue=dialogue, form=form)
    return page, 422 if form.errors else 200
