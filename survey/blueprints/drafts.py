"""Drafts of questionnaires: looked over, ordered, translated, compared with the version before, ended."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.continuity import DECLARED
from forms.definition import DefinitionError
from forms.draft import Draft, Words
from forms.draft_preview import showable
from forms.draft_words import reworded, slots
from forms.fault import Fault
from forms.finding import FIELDS
from forms.questionnaire import DraftForm, ReasonForm, UploadForm
from forms.questionnaire_question import KINDS
from survey import citizen_preview
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths
from survey.blueprints.questionnaire_files import attachment, fault_words, file_response, read_upload
from survey.blueprints.questionnaires import phone_page
from survey.database import current_session
from survey.draft_pages import (
    act_on,
    back,
    change_words,
    draft_path,
    heaviest,
    judged,
    kilobytes,
    language,
    load,
    locked_codes,
    look,
    now,
    page,
    stored,
    write_now,
)
from survey.models import QuestionnaireDraft
from survey.operations import questionnaire_drafts as operations
from survey.operations.errors import OperationError
from survey.operations.questionnaire_publication import definition, succession
from survey.staff_pages import say

blueprint = staff_blueprint("drafts", __name__, url_prefix="/staff/phieu/soan")


@blueprint.get("/<int:draft_id>")
@may("questionnaires.edit", draft_path)
def show(draft_id: int) -> ResponseReturnValue:
    """The draft's parts, each with what was found in it."""
    draft, document = load(draft_id)
    verdict = judged(draft, document)
    return page(
        "drafts/show.html",
        draft,
        document,
        verdict=verdict,
        weight=kilobytes(verdict.weight) if verdict.weight is not None else None,
        limit=citizen_preview.LIMIT // 1000,
        locked=locked_codes(draft),
        succession=succession(draft, document),
        form=DraftForm(revision=str(draft.revision)),
        reason_form=ReasonForm(),
        kinds=KINDS,
        changed=change_words(),
        may_publish=can("questionnaires.publish", draft.owner.path if draft.core_id else root_paths()),
    )


@blueprint.post("/<int:draft_id>/thu-tu")
@may("questionnaires.edit", draft_path)
def arrange(draft_id: int) -> ResponseReturnValue:
    """Move, duplicate or remove one part."""
    draft, document = load(draft_id)
    form, key = DraftForm(), request.form.get("element", "")
    act = ARRANGEMENTS.get(request.form.get("step", ""))
    if act is None or not form.validate_on_submit():
        abort(400)
    try:
        element = act(document, key)
    except (KeyError, ValueError):
        flash(gettext("This part is no longer there. Nothing was stored."), "danger")
        return back(draft)
    if stored(draft, document, form) and request.form["step"] == "remove":
        flash(gettext("Removed. “Undo” brings it back."), "success")
    return back(draft, element)


def _step(number: int) -> Callable[[Draft, str], str]:
    def move(document: Draft, key: str) -> str:
        document.move(key, number)
        return key

    return move


def _duplicate(document: Draft, key: str) -> str:
    return document.duplicate(key).key


def _remove(document: Draft, key: str) -> str:
    document.remove(key)
    return ""


def _place(document: Draft, key: str) -> str:
    """Into a section, before its question number `at`."""
    at = request.form.get("at", "")
    document.move_to(key, request.form.get("section", ""), int(at) if at.isdecimal() and len(at) < 5 else None)
    return key


ARRANGEMENTS: dict[str, Callable[[Draft, str], str]] = {
    "up": _step(-1),
    "down": _step(1),
    "duplicate": _duplicate,
    "remove": _remove,
    "place": _place,
}


@blueprint.post("/<int:draft_id>/hoan-tac")
@may("questionnaires.edit", draft_path)
def undo(draft_id: int) -> ResponseReturnValue:
    return act_on(draft_id, _undo, gettext("The last change was undone; once more brings it back."))


def _undo(draft: QuestionnaireDraft, by: str) -> None:
    operations.undo(current_session(), draft, revision=DraftForm().read_revision, by=by, at=now())


@blueprint.route("/<int:draft_id>/dich", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def translations(draft_id: int) -> ResponseReturnValue:
    """Every wording in both languages side by side, kept all at once."""
    draft, document = load(draft_id)
    form, locked = DraftForm(), locked_codes(draft)
    fixed = {section.key for section in document.sections if section.code in locked}
    typed = typed_words(document)
    if form.validate_on_submit():
        changed = reworded(document, typed)
        if stored(draft, changed, form):
            flash(gettext("The wordings were saved."), "success")
            return redirect(url_for(".translations", draft_id=draft_id), 303)
    else:
        form.revision.data = str(draft.revision)
    found = list(slots(reworded(document, typed)))
    return (
        page("drafts/translations.html", draft, document, form=form, slots=found, fields=FIELDS, fixed=fixed),
        409 if form.is_submitted() else 200,
    )


def typed_words(document: Draft) -> dict[str, Words]:
    """What was typed into the grid, by address."""
    return {
        slot.address: Words.typed(
            request.form[f"vi:{slot.address}"], request.form.get(f"en:{slot.address}"), lines=slot.lines
        )
        for slot in slots(document)
        if f"vi:{slot.address}" in request.form
    }


@blueprint.route("/<int:draft_id>/so-sanh", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def continuity(draft_id: int) -> ResponseReturnValue:
    """What became of each question against the version before; where the text differs, the editor says whether it
    still means the same."""
    draft, document = load(draft_id)
    form = DraftForm()
    found = succession(draft, document)
    if form.validate_on_submit() and found is not None:
        for code in found.changes:
            if (answer := request.form.get(f"c:{code}")) in DECLARED:
                document.declared[code] = answer
        if stored(draft, document, form):
            flash(gettext("What became of each question was saved."), "success")
            return back(draft)
    else:
        form.revision.data = str(draft.revision)
    before = {question.code: question for question in found.older.questions} if found else {}
    questions = {question.code: question for question in document.questions}
    context = {"found": found, "questions": questions, "before_questions": before, "changed": change_words()}
    status = 409 if form.is_submitted() else 200
    return page("drafts/continuity.html", draft, document, form=form, **context), status


@blueprint.route("/<int:draft_id>/tep", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path, writes=False)
def upload(draft_id: int) -> ResponseReturnValue:
    """Let a file take the draft's place; one that is faulty changes nothing and says where."""
    draft, _document = look(draft_id)
    form = UploadForm()
    faults: list[Fault] = []
    if form.validate_on_submit():
        document, faults = read_upload(form.file.data)
        if document is not None:
            write_now()
            draft, _document = load(draft_id)
        if document is not None and stored(draft, document, form):
            flash(gettext("The file was read into the draft. “Undo” brings back what stood before."), "success")
            return back(draft)
    else:
        form.revision.data = str(draft.revision)
    return page("drafts/upload.html", draft, operations.documents(draft), form=form, faults=fault_words(faults)), (
        422 if form.is_submitted() else 200
    )


@blueprint.get("/<int:draft_id>/xem-truoc")
@may("questionnaires.edit", draft_path)
def preview(draft_id: int) -> ResponseReturnValue:
    draft, document = load(draft_id)
    shown, left_out = showable(document)
    return phone_page(
        title=document.title[language()] or gettext("Untitled draft"),
        frame=url_for(".frame", draft_id=draft.id, phieu=citizen_preview.form_language(language())) if shown else None,
        back=url_for(".show", draft_id=draft.id),
        left_out=len(left_out),
        weight=heaviest(shown),
    )


@blueprint.get("/<int:draft_id>/xem-truoc/khung")
@may("questionnaires.edit", draft_path)
def frame(draft_id: int) -> ResponseReturnValue:
    """What stands in the phone's frame: as much of the form as can be asked already."""
    _draft, document = load(draft_id)
    shown, _left_out = showable(document)
    return citizen_preview.preview(shown, citizen_preview.form_language(language())) if shown else abort(404)


@blueprint.get("/<int:draft_id>/tai/<any(yaml, xlsx, pdf):kind>")
@may("questionnaires.edit", draft_path)
def download(draft_id: int, kind: str) -> ResponseReturnValue:
    """The draft as a file; an unfinished one only in our own notation."""
    draft, document = load(draft_id)
    try:
        return file_response(definition(document), kind)
    except DefinitionError:
        if kind == "yaml":
            return attachment(operations.exported(document).encode(), "application/yaml", f"{draft.id}.yaml")
        flash(gettext("An unfinished draft can only be had as YAML: mend the errors first."), "warning")
        return back(draft)


@blueprint.post("/<int:draft_id>/xoa")
@may("questionnaires.edit", draft_path)
def delete(draft_id: int) -> ResponseReturnValue:
    draft, _document = load(draft_id)
    try:
        operations.delete_draft(current_session(), draft)
    except OperationError as error:
        flash(say(error), "danger")
        return back(draft)
    commit()
    flash(gettext("The draft was deleted. The audit log keeps what it said."), "success")
    return redirect(url_for("questionnaires.index"), 303)
