"""The screen of the meeting: agenda, questions by theme in large type, who answers, notes kept as they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import func, select

from forms.dialogue_plan import NotesForm
from reports.qr_code import qr_svg
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, dialogue_path
from survey.analysis.dialogues import agenda_of, grouped_with, questions_of
from survey.blueprints.dialogue_questions import typed_form
from survey.database import current_session
from survey.dialogue_pages import dialogue_or_404, explain, public_url, question_or_404, refused, words
from survey.models import Dialogue, DialogueGroup, DialogueQuestion
from survey.operations import commitments, dialogue_questions, dialogues
from survey.operations.dialogues import DialogueError, mark_of
from survey.operations.errors import OperationError
from survey.operations.periods import province_today

blueprint = staff_blueprint("dialogue_room", __name__, url_prefix="/staff/doi-thoai/<dialogue_code>/phong")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)

# Stops of the meeting beside its questions.
OPENING, CARRIED, PROMISES, CLOSING = "mo-dau", "ton-dong", "cam-ket", "be-mac"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the screen can stand: a question, or one of the other parts. `number` counts the questions."""

    key: str
    question: DialogueQuestion | None = None
    number: int = 0


def stops_of(questions: Sequence[DialogueQuestion], *, carried: bool) -> list[Stop]:
    """The meeting from its opening to its close, questions by theme."""
    asked = [Stop(question.code, question, number) for number, question in enumerate(agenda_of(questions), 1)]
    return [Stop(OPENING), *([Stop(CARRIED)] if carried else []), *asked, Stop(PROMISES), Stop(CLOSING)]


@blueprint.get("/")
@may("dialogues.read", dialogue_path)
def show(dialogue_code: str) -> ResponseReturnValue:
    """The stop the address names; `?chieu` shows it without notes and tools, for the projector."""
    return room_page(dialogue_or_404(dialogue_code))


def room_page(dialogue: Dialogue, notes: NotesForm | None = None) -> ResponseReturnValue:
    """The screen; with `notes` that could not be stored, what is stored stands beside what was typed."""
    session = current_session()
    questions, carried = questions_of(session, dialogue), commitments.carried_over(session, dialogue)
    stops = stops_of(questions, carried=bool(carried))
    wanted = request.args.get("o") or (notes.question.data if notes else "") or OPENING
    at = next((k for k, stop in enumerate(stops) if stop.key == wanted), 0)
    stop = stops[at]
    kept = stop.question.notes if stop.question else dialogue.notes
    form = notes or NotesForm(formdata=None, notes=kept, seen=mark_of(kept), question=stop.key)
    page = render_template(
        "dialogue_room/show.html",
        dialogue=dialogue,
        stops=stops,
        stop=stop,
        before=stops[at - 1].key if at else None,
        after=stops[at + 1].key if at + 1 < len(stops) else None,
        questions=len(agenda_of(questions)),
        same=grouped_with(questions),
        waiting=sum(question.state == "received" for question in questions),
        carried=carried,
        promised=commitments.promised_in(session, dialogue),
        present=present(dialogue),
        code=Markup(qr_svg(scanned_in_room(dialogue), gettext("QR code of the dialogue"))),  # noqa: S704 our own
        form=form,
        kept=kept,
        conflict=notes is not None,
        typing=typed_form(dialogue, formdata=False),
        writes=can("dialogues.run", dialogue.unit.path) and dialogue.state in dialogues.OPEN_TO_NOTES,
        projecting="chieu" in request.args,
    )
    return page, 409 if notes is not None else 200


def scanned_in_room(dialogue: Dialogue) -> str:
    """While the meeting runs the code on the screen counts who scans it as present; then it leads to the page."""
    url = public_url(dialogue)
    return f"{url}/co-mat?ma={dialogue.room_code}" if dialogue.state == "running" else url


@blueprint.post("/ghi-chep")
@may("dialogues.run", dialogue_path)
def notes(dialogue_code: str) -> ResponseReturnValue:
    """Keep the notes of the stop; the script asks for JSON and goes on, a form comes back to the same stop.

    Where somebody else has written meanwhile nothing is overwritten: the answer (409) holds what is stored.
    """
    dialogue, form = dialogue_or_404(dialogue_code), NotesForm()
    key = form.question.data or OPENING
    question = None if key in (OPENING, CARRIED, PROMISES, CLOSING) else question_or_404(dialogue, key)
    scripted = request.accept_mimetypes.best == "application/json"
    text = form.notes.data or ""
    try:
        dialogues.write_notes(current_session(), dialogue, text, seen=form.seen.data or "", question=question)
        if "answer" in request.form and question is not None:
            dialogue_questions.answer(current_session(), question, text, today=province_today())
    except DialogueError as error:
        kept = question.notes if question else dialogue.notes
        if error.code != "written_meanwhile":
            raise
        if scripted:
            return jsonify(kept=kept, seen=mark_of(kept), said=explain(error)), 409
        form.seen.data = mark_of(kept)
        form.notes.errors = [explain(error)]
        return room_page(dialogue, form)
    commit()
    if scripted:
        return jsonify(seen=mark_of(question.notes if question else dialogue.notes))
    flash(
        gettext("The answer is recorded.") if "answer" in request.form else gettext("The notes are stored."), "success"
    )
    return redirect(url_for(".show", dialogue_code=dialogue_code, o=key), 303)


@blueprint.get("/nguoi-du")
@may("dialogues.read", dialogue_path)
def attendance(dialogue_code: str) -> ResponseReturnValue:
    """How many have typed the room's code, and how many new questions wait, for the script."""
    dialogue = dialogue_or_404(dialogue_code)
    waiting = current_session().scalar(
        select(func.count()).where(DialogueQuestion.dialogue_id == dialogue.id, DialogueQuestion.state == "received")
    )
    return jsonify(present=present(dialogue), waiting=waiting)


def present(dialogue: Dialogue) -> int:
    """How many have typed the room's code."""
    query = select(func.coalesce(func.sum(DialogueGroup.checked_in), 0))
    return int(current_session().scalar(query.where(DialogueGroup.dialogue_id == dialogue.id)) or 0)
