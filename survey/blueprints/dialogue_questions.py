"""The questions of a dialogue: typed in, arranged under themes, grouped, declined, answered."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.dialogue_question import AnswerForm, DeclineForm, SameForm, ThemeForm, TypedQuestionForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, dialogue_path
from survey.analysis.dialogues import counts_by_state, grouped_with, questions_of
from survey.database import current_session
from survey.dialogue_pages import (
    answering_units,
    beginning_of,
    choose,
    dialogue_or_404,
    explain,
    question_or_404,
    refused,
    store_answer,
    unit_choices,
    words,
)
from survey.dialogue_wording import group_choices
from survey.models import Dialogue, DialogueQuestion, DialogueTheme, Unit
from survey.operations import dialogue_questions, dialogue_themes
from survey.operations.dialogue_questions import QuestionError
from survey.operations.dialogues import mark_of
from survey.operations.errors import OperationError
from survey.operations.periods import province_today

PAGE = 60  # questions; each holds the units that may answer it

blueprint = staff_blueprint("dialogue_questions", __name__, url_prefix="/staff/doi-thoai/<dialogue_code>/cau-hoi")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)


@blueprint.get("/")
@may("dialogues.read", dialogue_path)
def index(dialogue_code: str) -> ResponseReturnValue:
    """All questions in the order of the meeting, with the tools to arrange them."""
    dialogue = dialogue_or_404(dialogue_code)
    return list_page(dialogue, typed_form(dialogue, formdata=False), ThemeForm(formdata=None))


@blueprint.post("/")
@may("dialogues.run", dialogue_path)
def type_in(dialogue_code: str) -> ResponseReturnValue:
    """Take a question the secretary types; the page is ready for the next one."""
    dialogue, session = dialogue_or_404(dialogue_code), current_session()
    form = typed_form(dialogue)
    if not form.validate_on_submit():
        return list_page(dialogue, form, ThemeForm(formdata=None))
    try:
        question = dialogue_questions.ask(
            session,
            dialogue,
            source="typed",
            asker_group=form.asker_group.data,
            text=form.text.data or "",
            today=province_today(),
        )
        theme, unit = theme_of(dialogue, form.theme.data), unit_of(dialogue, form.answering_unit.data)
        if theme is not None or unit is not None:
            dialogue_questions.place(session, question, theme=theme, answering_unit=unit)
    except QuestionError as error:
        form.text.errors = [explain(error)]
        return list_page(dialogue, form, ThemeForm(formdata=None))
    commit()
    flash(gettext("The question is stored. Type the next one."), "success")
    place = {"group": form.asker_group.data, "theme": form.theme.data or None}
    back = "dialogue_room.show" if "room" in request.form else ".index"
    return redirect(url_for(back, dialogue_code=dialogue_code, **place, _anchor="type-in"), 303)


@blueprint.post("/sap-xep")
@may("dialogues.run", dialogue_path)
def arrange(dialogue_code: str) -> ResponseReturnValue:
    """Store order, theme and answering unit of every question of the page; then accept or group what was chosen."""
    dialogue, session = dialogue_or_404(dialogue_code), current_session()
    questions = {question.code: question for question in questions_of(session, dialogue)}
    themes = {str(theme.id): theme for theme in dialogue_themes.themes_of(session, dialogue)}
    units = {unit.code: unit for unit in answering_units(dialogue.unit)}
    for code, question in questions.items():
        if f"theme-{code}" in request.form:
            theme = themes.get(request.form[f"theme-{code}"])
            unit = units.get(request.form.get(f"unit-{code}", ""))
            if (theme, unit) != (question.theme, question.answering_unit):
                dialogue_questions.place(session, question, theme=theme, answering_unit=unit)
    heads = [code for code, question in questions.items() if question.same_as_id is None]
    dialogue_questions.order(session, dialogue, wanted_order(heads))
    if "accept" in request.form:
        dialogue_questions.accept(session, question_or_404(dialogue, request.form["accept"]))
    if "group" in request.form:
        group([questions[code] for code in request.form.getlist("same") if code in questions])
    commit()
    flash(gettext("The arrangement is stored."), "success")
    state, after = request.args.get("state"), request.args.get("after")
    return redirect(url_for(".index", dialogue_code=dialogue_code, state=state, after=after), 303)


def wanted_order(codes: Sequence[str]) -> list[str]:
    """The codes by the numbers typed beside them; where none is typed, as on another page, a question keeps its place.

    Whoever types 3 means the third place, from wherever the question comes.
    """

    def place(at: int, code: str) -> tuple[int, int, int]:
        typed = request.form.get(f"order-{code}", "").strip()
        wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else at
        return wanted, (wanted > at) - (wanted < at), at

    return [code for _place, code in sorted((place(at, code), code) for at, code in enumerate(codes, 1))]


def group(chosen: Sequence[DialogueQuestion]) -> None:
    """Let the chosen ones be answered with the first of them."""
    if len(chosen) < 2:
        flash(gettext("Tick at least two questions of the same matter."), "warning")
        return
    for question in chosen[1:]:
        dialogue_questions.group_as_same(current_session(), question, chosen[0])


@blueprint.post("/chu-de")
@may("dialogues.run", dialogue_path)
def themes(dialogue_code: str) -> ResponseReturnValue:
    """Add a theme, rename it, move it or take it away."""
    dialogue, session, form = dialogue_or_404(dialogue_code), current_session(), ThemeForm()
    theme = theme_of(dialogue, request.form.get("theme"))
    if theme is not None and "remove" in request.form:
        dialogue_themes.remove_theme(session, dialogue, theme)
    elif theme is not None and ("up" in request.form or "down" in request.form):
        dialogue_themes.move_theme(session, dialogue, theme, -1 if "up" in request.form else 1)
    elif not form.validate():
        return list_page(dialogue, typed_form(dialogue, formdata=False), form)
    elif theme is None:
        dialogue_themes.add_theme(session, dialogue, form.name.data or "")
    else:
        dialogue_themes.rename_theme(session, dialogue, theme, form.name.data or "")
    commit()
    return redirect(url_for(".index", dialogue_code=dialogue_code, _anchor="themes"), 303)


@blueprint.get("/<question_code>")
@may("dialogues.read", dialogue_path)
def show(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """One question with everything that can be done with it."""
    dialogue = dialogue_or_404(dialogue_code)
    return question_page(dialogue, question_or_404(dialogue, question_code))


@blueprint.post("/<question_code>/tiep-nhan")
@may("dialogues.run", dialogue_path)
def accept(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """Bring the question before the meeting."""
    dialogue = dialogue_or_404(dialogue_code)
    dialogue_questions.accept(current_session(), question_or_404(dialogue, question_code))
    commit()
    flash(gettext("The question is taken up."), "success")
    return back(dialogue_code, question_code)


@blueprint.post("/<question_code>/tu-choi")
@may("dialogues.run", dialogue_path)
def decline(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """Keep the question from the meeting, with a reason."""
    dialogue, form = dialogue_or_404(dialogue_code), DeclineForm()
    question = question_or_404(dialogue, question_code)
    if not form.validate_on_submit():
        return question_page(dialogue, question, declining=form)
    dialogue_questions.decline(current_session(), question, form.reason.data or "")
    commit()
    flash(gettext("The question is not taken up; the reason is shown to whoever asked."), "success")
    return back(dialogue_code, question_code)


@blueprint.post("/<question_code>/gop")
@may("dialogues.run", dialogue_path)
def same(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """Let the question be answered with another one, or alone again."""
    dialogue, session = dialogue_or_404(dialogue_code), current_session()
    question = question_or_404(dialogue, question_code)
    if "apart" in request.form:
        dialogue_questions.ungroup(session, question)
    else:
        head = question_or_404(dialogue, request.form.get("head", ""))
        dialogue_questions.group_as_same(session, question, head)
    commit()
    return back(dialogue_code, question_code)


@blueprint.post("/<question_code>/tra-loi")
@may("dialogues.run", dialogue_path)
def answer(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    """Record what was answered, or until when the answer follows."""
    dialogue = dialogue_or_404(dialogue_code)
    question = question_or_404(dialogue, question_code)
    form = answer_form(dialogue, question)
    if not form.validate_on_submit():
        return question_page(dialogue, question, answering=form)
    unit = unit_of(dialogue, form.answering_unit.data)
    if not store_answer(question, form, unit, later="later" in request.form):
        return question_page(dialogue, question, answering=form)
    commit()
    flash(gettext("The answer is recorded."), "success")
    return back(dialogue_code, question_code)


def typed_form(dialogue: Dialogue, *, formdata: bool = True) -> TypedQuestionForm:
    """The form for the next question; group and theme stay as they were for the last."""
    before = {"asker_group": request.args.get("group", "citizen"), "theme": request.args.get("theme", "")}
    form = TypedQuestionForm() if formdata else TypedQuestionForm(formdata=None, data=before)
    form.asker_group.choices = group_choices()
    themes = dialogue_themes.themes_of(current_session(), dialogue)
    form.theme.choices = [("", gettext("– none –")), *((str(theme.id), theme.name_vi) for theme in themes)]
    form.answering_unit.choices = unit_choices(answering_units(dialogue.unit), choose())
    return form


def answer_form(dialogue: Dialogue, question: DialogueQuestion) -> AnswerForm:
    """The form of the answer; before one is recorded, the notes are its draft."""
    unit = question.answering_unit or dialogue.unit
    kept = {
        "answer": question.answer or question.notes,
        "answering_unit": unit.code,
        "due_on": question.answer_due_on,
        "seen": mark_of(question.answer),
    }
    form = AnswerForm() if request.method == "POST" else AnswerForm(formdata=None, data=kept)
    form.answering_unit.choices = unit_choices(answering_units(dialogue.unit), choose())
    return form


def list_page(dialogue: Dialogue, typing: TypedQuestionForm, theme: ThemeForm) -> ResponseReturnValue:
    questions = questions_of(current_session(), dialogue)
    heads = [question for question in questions if question.same_as_id is None]
    state = request.args.get("state", "")
    chosen = [question for question in heads if state in ("", question.state)]
    begins = next((at for at, each in enumerate(chosen, 1) if each.code == request.args.get("after")), 0)
    shown = chosen[begins : begins + PAGE]
    page = render_template(
        "dialogue_questions/index.html",
        dialogue=dialogue,
        questions=shown,
        after=shown[-1].code if begins + PAGE < len(chosen) else None,
        places={question.code: at for at, question in enumerate(heads, 1)},
        counts=counts_by_state(questions),
        state=state,
        same=grouped_with(questions),
        themes=dialogue_themes.themes_of(current_session(), dialogue),
        units=answering_units(dialogue.unit),
        typing=typing,
        theme_form=theme,
        arranges=can("dialogues.run", dialogue.unit.path) and dialogue.state in dialogue_questions.ARRANGED,
    )
    return page, 422 if typing.errors or theme.errors else 200


def question_page(
    dialogue: Dialogue,
    question: DialogueQuestion,
    *,
    declining: DeclineForm | None = None,
    answering: AnswerForm | None = None,
) -> ResponseReturnValue:
    """The page of a question, with the form that was sent back to be corrected."""
    questions = questions_of(current_session(), dialogue)
    grouping = SameForm(formdata=None)
    others = [
        each for each in questions if each.same_as_id is None and each.state != "declined" and each is not question
    ]
    grouping.head.choices = [(each.code, beginning_of(each.text)) for each in others]
    page = render_template(
        "dialogue_questions/show.html",
        dialogue=dialogue,
        question=question,
        head=next((each for each in questions if each.id == question.same_as_id), None),
        same=grouped_with(questions).get(question.id, []),
        steps=[step for step in dialogue_questions.STEPS if dialogue_questions.may_step(question, step)],
        declining=declining or DeclineForm(formdata=None),
        answering=answering or answer_form(dialogue, question),
        grouping=grouping,
        runs=can("dialogues.run", dialogue.unit.path),
    )
    return page, 422 if declining or answering else 200


def theme_of(dialogue: Dialogue, key: str | None) -> DialogueTheme | None:
    themes = dialogue_themes.themes_of(current_session(), dialogue)
    return next((theme for theme in themes if str(theme.id) == key), None)


def unit_of(dialogue: Dialogue, code: str | None) -> Unit | None:
    return next((unit for unit in answering_units(dialogue.unit) if unit.code == code), None)


def back(dialogue_code: str, question_code: str) -> ResponseReturnValue:
    return redirect(url_for(".show", dialogue_code=dialogue_code, question_code=question_code), 303)
