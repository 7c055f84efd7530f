"""The steps of a remedy: lines of progress, carried out, given up, taken up again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.remedy import FinishForm, ProgressForm, ReasonForm
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import remedy_owner_path, remedy_path
from survey.blueprints.remedies import back, remedy_of, remedy_page, wording_tools
from survey.database import current_session
from survey.operations import remedies as operations
from survey.operations.remedies import RemedyError
from survey.staff_pages import say

blueprint = staff_blueprint("remedy_steps", __name__, url_prefix="/staff/giai-phap")
blueprint.context_processor(wording_tools)


def doing() -> dict[str, Any]:
    """Who does it, and when."""
    return {"account_id": account().id, "now": datetime.now(UTC)}


@blueprint.post("/<int:remedy_id>/tien-do")
@may("remedies.report", remedy_owner_path)
def progress(remedy_id: int) -> ResponseReturnValue:
    """A line of progress, never changed afterwards."""
    remedy, form = remedy_of(remedy_id), ProgressForm()
    if form.validate_on_submit():
        try:
            operations.report_progress(
                current_session(), remedy, form.percent.data or 0, form.text.data or "", **doing()
            )
        except RemedyError as error:
            form.text.errors = [*form.text.errors, say(error)]
        else:
            commit()
            return back(remedy)
    return remedy_page(remedy, form, FinishForm(formdata=None))


@blueprint.post("/<int:remedy_id>/hoan-thanh")
@may("remedies.report", remedy_owner_path)
def finish(remedy_id: int) -> ResponseReturnValue:
    """Carried out, with the evidence."""
    remedy, form = remedy_of(remedy_id), FinishForm()
    if form.validate_on_submit():
        try:
            operations.finish_remedy(current_session(), remedy, form.evidence.data or "", **doing())
        except RemedyError as error:
            form.evidence.errors = [*form.evidence.errors, say(error)]
        else:
            commit()
            flash(gettext("The remedy is carried out. The next wave shows whether the figure moved."), "success")
            return back(remedy)
    return remedy_page(remedy, ProgressForm(formdata=None), form)


@blueprint.post("/<int:remedy_id>/dung")
@may("remedies.edit", remedy_path)
def drop(remedy_id: int) -> ResponseReturnValue:
    """Given up, with the reason."""
    remedy, form = remedy_of(remedy_id), ReasonForm()
    if form.validate_on_submit():
        try:
            operations.drop_remedy(current_session(), remedy, form.reason.data or "", **doing())
        except RemedyError as error:
            form.reason.errors = [*form.reason.errors, say(error)]
        else:
            commit()
            return back(remedy)
    return remedy_page(remedy, ProgressForm(formdata=None), FinishForm(formdata=None), form)


@blueprint.post("/<int:remedy_id>/mo-lai")
@may("remedies.edit", remedy_path)
def reopen(remedy_id: int) -> ResponseReturnValue:
    """Taken up again; the public no longer reads of it."""
    remedy, form = remedy_of(remedy_id), ReasonForm()
    if form.validate_on_submit():
        try:
            operations.reopen_remedy(current_session(), remedy, form.reason.data or "", **doing())
        except RemedyError as error:
            form.reason.errors = [*form.reason.errors, say(error)]
        else:
            commit()
            flash(gettext("The remedy is under way again."), "success")
            return back(remedy)
    return remedy_page(remedy, ProgressForm(formdata=None), FinishForm(formdata=None), form)
