"""Commitments of the units in reach: found, reported on, done with evidence, dropped with a reason."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import selectinload

from forms.commitment import DropForm, EvidenceForm, ProgressForm
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import can, commitment_path, promise_path, scope
from survey.analysis import commitments as reading
from survey.database import current_session
from survey.dialogue_pages import now, refused, words
from survey.dialogue_wording import COMMITMENT_STATES
from survey.models import Commitment, CommitmentProgress, DialogueQuestion, Unit
from survey.numbers import a_key
from survey.operations import commitments
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.staff_units import asked_unit

blueprint = staff_blueprint("commitments", __name__, url_prefix="/staff/cam-ket")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)


@blueprint.get("/")
@may("dialogues.read")
def index() -> ResponseReturnValue:
    """What the units in reach have promised, the nearest deadline first."""
    session, within, today = current_session(), scope("dialogues.read").covers(Unit.path), province_today()
    state, asked = request.args.get("state", "open"), asked_unit("dialogues.read")
    if state not in COMMITMENT_STATES:
        abort(404)
    after = request.args.get("after", type=a_key)
    try:
        found, more = reading.page(session, within, today, state=state, unit=asked.unit, after=after)
    except ValueError:
        abort(404)
    return render_template(
        "commitments/index.html",
        commitments=found,
        more=more,
        numbers=reading.numbers(session, within, today),
        state=state,
        asked=asked,
    )


@blueprint.get("/<int:commitment_id>")
@may("dialogues.read", commitment_path)
def show(commitment_id: int) -> ResponseReturnValue:
    return commitment_page(commitment_or_404(commitment_id))


@blueprint.post("/<int:commitment_id>/tien-do")
@may("commitments.report", commitment_path)
def progress(commitment_id: int) -> ResponseReturnValue:
    """Add a line of progress; what was written before stays."""
    commitment, form = commitment_or_404(commitment_id), ProgressForm()
    if not form.validate_on_submit():
        return commitment_page(commitment, progress=form)
    commitments.report_progress(
        current_session(),
        commitment,
        percent=form.percent.data or 0,
        text=form.text.data or "",
        account_id=account().id,
        at=now(),
    )
    commit()
    flash(gettext("The progress is stored."), "success")
    return redirect(url_for(".show", commitment_id=commitment_id), 303)


@blueprint.post("/<int:commitment_id>/hoan-thanh")
@may("commitments.report", commitment_path)
def finish(commitment_id: int) -> ResponseReturnValue:
    """Say that it is done, with evidence."""
    commitment, form = commitment_or_404(commitment_id), EvidenceForm()
    if not form.validate_on_submit():
        return commitment_page(commitment, evidence=form)
    commitments.finish(current_session(), commitment, form.evidence.data or "", today=province_today())
    commit()
    flash(gettext("The commitment is done."), "success")
    return redirect(url_for(".show", commitment_id=commitment_id), 303)


@blueprint.post("/<int:commitment_id>/khong-thuc-hien")
@may("dialogues.conclude", promise_path)
def drop(commitment_id: int) -> ResponseReturnValue:
    """Say that it will not be done, with the reason; the unit that promised it decides."""
    commitment, form = commitment_or_404(commitment_id), DropForm()
    if not form.validate_on_submit():
        return commitment_page(commitment, dropping=form)
    commitments.drop(current_session(), commitment, form.reason.data or "", today=province_today())
    commit()
    flash(gettext("The commitment is dropped; the reason is kept with it."), "success")
    return redirect(url_for(".show", commitment_id=commitment_id), 303)


def commitment_or_404(commitment_id: int) -> Commitment:
    written_by = selectinload(Commitment.progress).undefer(CommitmentProgress.account_id)
    return current_session().get(Commitment, commitment_id, options=[written_by]) or abort(404)


def commitment_page(
    commitment: Commitment,
    *,
    progress: ProgressForm | None = None,
    evidence: EvidenceForm | None = None,
    dropping: DropForm | None = None,
) -> ResponseReturnValue:
    """The page of a commitment, with the form that was sent back to be corrected."""
    session = current_session()
    writers = {line.account_id for line in commitment.progress if line.account_id is not None}
    page = render_template(
        "commitments/show.html",
        commitment=commitment,
        question=session.get(DialogueQuestion, commitment.question_id) if commitment.question_id else None,
        names={key: found.name for key in writers if (found := session.get(Account, key)) is not None},
        progress=progress or ProgressForm(formdata=None),
        evidence=evidence or EvidenceForm(formdata=None),
        dropping=dropping or DropForm(formdata=None),
        reports=can("commitments.report", commitment.owner_unit.path),
        drops=can("dialogues.conclude", commitment.unit.path),
        late=commitments.is_late(commitment, province_today()),
    )
    return page, 422 if progress or evidence or dropping else 200
