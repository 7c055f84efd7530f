"""The questions a unit has to answer, also of another unit's dialogue, and the answers it writes there itself."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.dialogue_question import OwnAnswerForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import answering_path, can, scope
from survey.analysis.dialogue_answers import to_answer
from survey.database import current_session
from survey.dialogue_pages import dialogue_or_404, explain, question_or_404, store_answer, words
from survey.models import DialogueQuestion, Unit
from survey.operations import dialogue_questions
from survey.operations.dialogue_questions import QuestionError
from survey.operations.dialogues import mark_of

blueprint = staff_blueprint("dialogue_answers", __name__, url_prefix="/staff/doi-thoai/tra-loi")
blueprint.context_processor(words)


@blueprint.get("/")
@may("dialogues.answer")
def index() -> ResponseReturnValue:
    """What the units in reach still have to answer, the earliest meeting first."""
    within = scope("dialogues.answer").covers(Unit.path)
    try:
        questions, more = to_answer(current_session(), within, after=request.args.get("after", ""))
    except ValueError:
        abort(404)
    return render_template("dialogue_answers/index.html", questions=questions, more=more)


@blueprint.get("/<dialogue_code>/<question_code>")
@may("dialogues.answer", answering_path)
def show(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """One question, with its answer to be written; nothing else of the dialogue."""
    question = question_or_404(dialogue_or_404(dialogue_code), question_code)
    kept = {"answer": question.answer, "due_on": question.answer_due_on, "seen": mark_of(question.answer)}
    return page_of(question, OwnAnswerForm(formdata=None, data=kept))


@blueprint.post("/<dialogue_code>/<question_code>")
@may("dialogues.answer", answering_path)
def answer(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """Record what the unit answers, or until when its answer follows."""
    question = question_or_404(dialogue_or_404(dialogue_code), question_code)
    form = OwnAnswerForm()
    if not form.validate_on_submit() or not store_answer(question, form, None, later="later" in request.form):
        return page_of(question, form)
    commit()
    flash(gettext("The answer is recorded."), "success")
    return redirect(url_for(".index"), 303)


@blueprint.errorhandler(QuestionError)
def refused(error: QuestionError) -> ResponseReturnValue:
    """A step that makes no sense now: nothing is stored, and the question's page says why."""
    current_session().rollback()
    flash(explain(error), "danger")
    return redirect(url_for(".show", **(request.view_args or {})), 303)


def page_of(question: DialogueQuestion, form: OwnAnswerForm) -> ResponseReturnValue:
    page = render_template(
        "dialogue_answers/show.html",
        question=question,
        dialogue=question.dialogue,
        form=form,
        steps=[step for step in ("answer", "answer_later") if dialogue_questions.may_step(question, step)],
        reads=can("dialogues.read", question.dialogue.unit.path),
    )
    return page, 422 if form.errors else 200
