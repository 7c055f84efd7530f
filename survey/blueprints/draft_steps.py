"""The last steps of a draft: published by those who may, or handed in by a unit, taken back, returned."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.draft import Words
from forms.questionnaire import PublishForm, ReasonForm
from survey import citizen_preview
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths
from survey.database import current_session
from survey.draft_pages import act_on, back, draft_path, judged, kilobytes, load, now, page
from survey.models import QuestionnaireDraft
from survey.operations import questionnaire_drafts as operations
from survey.operations.errors import OperationError
from survey.operations.questionnaire_publication import publish_draft
from survey.staff_pages import say

blueprint = staff_blueprint("draft_steps", __name__, url_prefix="/staff/phieu/soan")


@blueprint.route("/<int:draft_id>/cong-bo", methods=["GET", "POST"])
@may("questionnaires.publish", draft_path)
def publish(draft_id: int) -> ResponseReturnValue:
    """The last look, and the step from which on nothing of the version can be changed."""
    draft, document = load(draft_id)
    if draft.core_id is None and not can("questionnaires.publish", root_paths()):
        flash(gettext("This questionnaire would be for everybody: the province's compiler publishes it."), "danger")
        return back(draft)
    form, verdict = PublishForm(), judged(draft, document)
    if not form.is_submitted():
        form.revision.data = str(draft.revision)
    elif form.validate() and read_newest(form, draft) and confirmed(form, verdict.warnings) and not verdict.errors:
        try:
            row = publish_draft(current_session(), draft, at=now())
        except OperationError as error:
            flash(say(error), "danger")
        else:
            commit()
            flash(gettext("Published. From now on waves may ask it."), "success")
            return redirect(url_for("questionnaires.show", questionnaire_code=row.code, version=row.version), 303)
    weight = kilobytes(verdict.weight) if verdict.weight is not None else None
    limit = citizen_preview.LIMIT // 1000
    return page("draft_steps/publish.html", draft, document, form=form, verdict=verdict, weight=weight, limit=limit), (
        422 if form.is_submitted() else 200
    )


def read_newest(form: PublishForm, draft: QuestionnaireDraft) -> bool:
    """Whether the draft is still what the page showed."""
    newest = form.read_revision == draft.revision
    if not newest:
        flash(gettext("Somebody saved the draft meanwhile: look at it again before you publish."), "danger")
        form.revision.data = str(draft.revision)
    return newest


def confirmed(form: PublishForm, warnings: tuple[object, ...]) -> bool:
    """Whether the warnings were read, where there are any."""
    if warnings and not form.seen.data:
        form.seen.errors = [gettext("Please read the warnings and tick this.")]
        return False
    return True


@blueprint.post("/<int:draft_id>/gui")
@may("questionnaires.edit", draft_path)
def submit(draft_id: int) -> ResponseReturnValue:
    """Hand a local supplement in; one with errors stays with the unit."""
    draft, document = load(draft_id)
    if judged(draft, document).errors:
        flash(gettext("The draft still has errors: mend them before you hand it in."), "danger")
        return back(draft)

    def act(_draft: QuestionnaireDraft, by: str) -> None:
        operations.submit(current_session(), _draft, by=by, at=now())

    return act_on(
        draft_id, act, gettext("Handed in. The Interior Department publishes it or returns it with a reason.")
    )


@blueprint.post("/<int:draft_id>/rut")
@may("questionnaires.edit", draft_path)
def withdraw(draft_id: int) -> ResponseReturnValue:
    def act(draft: QuestionnaireDraft, by: str) -> None:
        operations.withdraw(current_session(), draft, by=by, at=now())

    return act_on(draft_id, act, gettext("Taken back: the draft can be changed again."))


@blueprint.post("/<int:draft_id>/tra-lai")
@may("questionnaires.publish", draft_path)
def send_back(draft_id: int) -> ResponseReturnValue:
    """Return a supplement to its unit with the reason."""
    reason = Words.typed(ReasonForm().reason.data, "", lines=True).vi

    def act(draft: QuestionnaireDraft, by: str) -> None:
        operations.return_draft(current_session(), draft, reason, by=by, at=now())

    return act_on(draft_id, act, gettext("Returned to the unit with your reason."))
