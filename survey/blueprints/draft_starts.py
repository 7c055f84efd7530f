"""How a draft begins: from a questionnaire, from a file, from nothing, or as a unit's supplement to a core."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms import library
from forms.draft import Draft, Words
from forms.fault import Fault
from forms.fault import noop as _n
from forms.questionnaire import UploadForm
from survey import models
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths, scope
from survey.analysis.unit_choice import in_tree_order
from survey.blueprints.questionnaire_files import fault_words, read_upload
from survey.blueprints.questionnaires import questionnaire_path
from survey.database import current_session
from survey.draft_pages import back, now, write_now
from survey.models import Questionnaire, QuestionnaireDraft, Unit
from survey.operations import questionnaire_drafts as operations
from survey.operations.errors import OperationError
from survey.operations.questionnaires import definition_of, find_questionnaire, publish_questionnaire
from survey.staff_pages import say

blueprint = staff_blueprint("draft_starts", __name__, url_prefix="/staff/phieu/soan")

MODES = ("version", "copy", "supplement")
ONLY_SUPPLEMENTS = _n("You may only add questions to a locked core.")


@blueprint.route("/moi", methods=["GET", "POST"])
@may("questionnaires.edit", writes=False)
def new() -> ResponseReturnValue:
    """Begin with nothing or with a file; whoever may only add to a core chooses one."""
    form = UploadForm()
    faults: list[Fault] = []
    session, owners = current_session(), owners_for_all()
    if form.is_submitted() and not owners:
        faults = [Fault(0, "", ONLY_SUPPLEMENTS)]
    elif form.validate_on_submit():
        owner = owner_of(owners)
        document: Draft | None = Draft(title=Words(gettext("Untitled draft"), ""))
        if request.form.get("with") == "file":
            document, faults = read_upload(form.file.data)
        if document is not None:
            write_now()
            earlier = based_on_of(document.code)
            draft = operations.start_draft(
                session, document, owner=owner, by=account().name, at=now(), based_on=earlier
            )
            commit()
            return back(draft)
    cores = session.scalars(
        select(Questionnaire).where(Questionnaire.id.in_(select(models.CoreSection.questionnaire_id)))
    )
    return (
        render_template(
            "draft_starts/new.html",
            form=form,
            faults=fault_words(faults),
            owners=owners,
            standard=[library.standard(code) for code in library.codes()],
            cores=[(core, definition_of(core)) for core in cores],
            local_owners=owners_for("questionnaires.edit"),
            crumbs=[(gettext("Questionnaires"), url_for("questionnaires.index")), (gettext("New questionnaire"), None)],
        ),
        422 if faults else 200,
    )


def owners_for(action: str) -> list[Unit]:
    """The units at the top of what the signed-in person may write for."""
    paths = scope(action).paths
    return in_tree_order(current_session().scalars(select(Unit).where(Unit.path.in_(paths))))


def owners_for_all() -> list[Unit]:
    """The roots for which the signed-in person may write what everybody asks: all of them, or none."""
    if not can("questionnaires.publish", root_paths()):
        return []
    return [unit for unit in owners_for("questionnaires.publish") if unit.parent_id is None]


def owner_of(owners: list[Unit]) -> Unit:
    """The chosen one of them, or the only one; nobody without any is let through."""
    if not owners:
        abort(403)
    return next((unit for unit in owners if unit.code == request.form.get("owner")), owners[0])


def based_on_of(code: str) -> Questionnaire | None:
    """The version that a file brings a new wording of."""
    try:
        return find_questionnaire(current_session(), code)
    except OperationError:
        return None


@blueprint.post("/tu/<questionnaire_code>/<version>")
@may("questionnaires.edit")
def derive(questionnaire_code: str, version: str) -> ResponseReturnValue:
    """A new version of a questionnaire, another one that begins with its words, or a unit's supplement to its core."""
    session, mode = current_session(), request.form.get("mode")
    if mode not in MODES:
        abort(400)
    if not can("questionnaires.read", questionnaire_path(questionnaire_code, version)):
        abort(403)
    source = published(questionnaire_code, version)
    owner = owner_of(owners_for("questionnaires.edit") if mode == "supplement" else owners_for_all())
    try:
        draft = begun(source, mode, owner)
    except OperationError as error:
        flash(say(error), "danger")
        session.rollback()
        return redirect(url_for("questionnaires.show", questionnaire_code=questionnaire_code, version=version), 303)
    commit()
    flash(gettext("A draft was begun. Nothing is asked before it is published."), "success")
    return back(draft)


def published(code: str, version: str) -> Questionnaire:
    """The stored version; a standard one that nobody has used is published now, so that a draft can refer to it."""
    session = current_session()
    row = session.scalar(select(Questionnaire).where(Questionnaire.code == code, Questionnaire.version == version))
    if row is not None:
        return row
    if code not in library.codes() or library.standard(code).version != version:
        abort(404)
    return publish_questionnaire(session, library.standard(code), now())


def begun(source: Questionnaire, mode: str, owner: Unit) -> QuestionnaireDraft:
    session, by, at = current_session(), account().name, now()
    if mode == "supplement":
        document = operations.supplement(session, source, owner)
        earlier = based_on_of(document.code)
        return operations.start_draft(session, document, owner=owner, by=by, at=at, core=source, based_on=earlier)
    if mode == "copy":
        document = operations.copied(session, definition_of(source))
    else:
        document = operations.next_version(session, source)
    return operations.start_draft(session, document, owner=owner, by=by, at=at, based_on=source)
