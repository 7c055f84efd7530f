"""What the pages of dialogues share: finding, wording refusals, the units one chooses from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import or_, select

from forms.dialogue_question import OwnAnswerForm
from reports.wording import short_date
from survey import dialogue_wording
from survey.analysis.unit_choice import tree_keys
from survey.database import current_session
from survey.dialogue_wording import language
from survey.models import Dialogue, DialogueQuestion, Unit
from survey.operations import dialogue_questions
from survey.operations.dialogue_questions import QuestionError
from survey.operations.dialogues import mark_of
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.staff_pages import say

MOST_UNITS = 300  # offered in a list


def words() -> dict[str, Any]:
    """What the templates of dialogues read."""
    return {
        "spoken": dialogue_wording,
        "own_name": unit_name,
        "short_day": short_day,
        "today": province_today(),
        "public_url": public_url,
    }


def now() -> datetime:
    return datetime.now(UTC)


def unit_name(unit: Unit) -> str:
    return unit.name_en if language() == "en" and unit.name_en else unit.name_vi


def short_day(day: date | None) -> str:
    return short_date(day, language()) if day is not None else "–"


def public_url(dialogue: Dialogue) -> str:
    """The address of the dialogue's page for citizens, as its QR code holds it."""
    return f"{current_app.config['BASE_URL']}/doi-thoai/{dialogue.code}"


def dialogue_or_404(dialogue_code: str) -> Dialogue:
    dialogue = current_session().scalar(select(Dialogue).where(Dialogue.code == dialogue_code))
    return dialogue if dialogue is not None else abort(404)


def question_or_404(dialogue: Dialogue, question_code: str) -> DialogueQuestion:
    """A question of this dialogue, whose path the guard has looked at."""
    question = current_session().scalar(
        select(DialogueQuestion).where(
            DialogueQuestion.dialogue_id == dialogue.id, DialogueQuestion.code == question_code
        )
    )
    return question if question is not None else abort(404)


def explain(error: OperationError) -> str:
    """The error's sentence, with days as this reader writes them."""
    shown: dict[str, Any] = dict(error.parameters)
    if "day" in shown:
        shown["day"] = short_day(date.fromisoformat(str(shown["day"])))
    return say(type(error)(error.code, **shown))


def refused(error: OperationError) -> ResponseReturnValue:
    """A step that makes no sense: nothing is stored, and the page it was asked from says why."""
    current_session().rollback()
    flash(explain(error), "danger")
    place = request.view_args or {}
    if "commitment_id" in place:
        return redirect(url_for("commitments.show", commitment_id=place["commitment_id"]), 303)
    if "question_code" in place:
        return redirect(url_for("dialogue_questions.show", **place), 303)
    if "dialogue_code" in place:
        room = str(request.blueprint)
        endpoint = "dialogue_questions.index" if room == "dialogue_questions" else "dialogues.show"
        return redirect(url_for(endpoint, dialogue_code=place["dialogue_code"]), 303)
    return redirect(url_for("dialogues.index"), 303)


def store_answer(question: DialogueQuestion, form: OwnAnswerForm, unit: Unit | None, *, later: bool) -> bool:
    """Record the answer, or until when it follows; False where a field of the form has to be corrected first.

    Raises :class:`QuestionError` for what no field can mend.
    """
    session, text, today, seen = current_session(), form.answer.data or "", province_today(), form.seen.data
    try:
        if later:
            due_on = form.due_on.data
            dialogue_questions.answer_later(session, question, due_on, text=text, unit=unit, today=today, seen=seen)
        else:
            dialogue_questions.answer(session, question, text, unit=unit, today=today, seen=seen)
    except QuestionError as error:
        fields = {"due_missing": form.due_on, "due_past": form.due_on, "answer_missing": form.answer}
        fields["written_meanwhile"] = form.answer
        if error.code not in fields:
            raise
        fields[error.code].errors = [explain(error)]
        form.seen.data = mark_of(question.answer)
        return False
    return True


def units_below(unit: Unit) -> Sequence[Unit]:
    """The unit and those below it that exist today, parents before children."""
    found = current_session().scalars(
        select(Unit).where(Unit.path.startswith(unit.path, autoescape=True), _lives()).order_by(Unit.path)
    )
    return _as_tree(found.fetchmany(MOST_UNITS))


def answering_units(unit: Unit) -> Sequence[Unit]:
    """Who may have to answer: the unit, those below it, and the departments of its province."""
    root = unit.path[: unit.path.find("/", 1) + 1]
    departments = current_session().scalars(
        select(Unit).where(
            Unit.path.startswith(root, autoescape=True),
            Unit.kind == "department",
            ~Unit.path.startswith(unit.path, autoescape=True),
            _lives(),
        )
    )
    return [*units_below(unit), *_as_tree(departments.fetchmany(MOST_UNITS))]


def _lives() -> Any:
    return or_(Unit.valid_until.is_(None), Unit.valid_until >= province_today())


def _as_tree(units: Sequence[Unit]) -> list[Unit]:
    keys = tree_keys((unit.path, unit.kind, unit.name_vi, unit.code) for unit in units)
    return sorted(units, key=lambda unit: keys[unit.path])


def unit_choices(units: Sequence[Unit], empty: str = "") -> list[tuple[str, str]]:
    """The units for a select field; `empty` words the choice of none."""
    named = [(unit.code, unit_name(unit)) for unit in units]
    return [("", empty), *named] if empty else named


def choose() -> str:
    return str(gettext("– choose –"))


def beginning_of(text: str) -> str:
    """The beginning of a question, for a list to choose from."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else f"{flat[:89]}…"
