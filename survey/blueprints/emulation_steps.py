"""What is done in an emulation campaign: opened, reported, returned, marked, and fixed by two people."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.emulation import MARKS, ReasonForm
from survey.accounts.guard import account, begin_writing, commit, may, staff_blueprint
from survey.accounts.scope import campaign_path, unit_path
from survey.analysis.emulation import compute_list
from survey.blueprints.emulation import (
    campaign_or_404,
    campaign_page,
    competitor_or_404,
    judgement_form,
    report_form,
    stored,
    tools,
    unit_page,
)
from survey.blueprints.scorecards import worded
from survey.database import current_session
from survey.models import EmulationCampaign
from survey.operations import emulation, emulation_lists, emulation_reports
from survey.operations.emulation_reports import Mark
from survey.operations.emulation_steps import EmulationError
from survey.operations.periods import province_today
from survey.staff_waves import now

blueprint = staff_blueprint("emulation_steps", __name__, url_prefix="/staff/thi-dua")
blueprint.context_processor(tools)


def doing() -> dict[str, Any]:
    return {"account_id": account().id, "now": now()}


def taken(campaign_id: int, step: Callable[..., object], done: str) -> ResponseReturnValue:
    """Take the step and go back to the campaign; what is refused is said there."""
    try:
        step(current_session(), campaign_or_404(campaign_id), **doing())
    except EmulationError as error:
        current_session().rollback()
        flash(worded(error), "danger")
    else:
        commit()
        flash(done, "success")
    return redirect(url_for("emulation.show", campaign_id=campaign_id))


@blueprint.post("/<int:campaign_id>/mo")
@may("emulation.edit", campaign_path)
def open_campaign(campaign_id: int) -> ResponseReturnValue:
    return taken(campaign_id, emulation.open_campaign, gettext("The campaign is open: units report now."))


@blueprint.post("/<int:campaign_id>/de-nghi")
@may("emulation.edit", campaign_path, writes=False)
def ask(campaign_id: int) -> ResponseReturnValue:
    """Freeze the list for a second person; it is computed before anything is locked."""
    figures = compute_list(current_session(), campaign_or_404(campaign_id), province_today())
    begin_writing()
    step = partial(emulation_lists.ask, figures=figures)
    return taken(campaign_id, step, gettext("The list is frozen; another person must confirm it."))


@blueprint.post("/<int:campaign_id>/chot")
@may("emulation.edit", campaign_path, writes=False)
def confirm(campaign_id: int) -> ResponseReturnValue:
    """Fix the list that the page showed, if its sources still say so: by another person than the one who asked."""
    figures = emulation_lists.computed_again(current_session(), campaign_or_404(campaign_id))
    begin_writing()
    step = partial(emulation_lists.confirm, figures=figures, seen=request.form.get("digest", ""))
    return taken(campaign_id, step, gettext("The list is fixed."))


@blueprint.post("/<int:campaign_id>/khong-chot")
@may("emulation.edit", campaign_path)
def refuse(campaign_id: int) -> ResponseReturnValue:
    """Open the campaign again, with the reason."""
    campaign, form = campaign_or_404(campaign_id), ReasonForm()

    def write() -> None:
        emulation_lists.refuse(current_session(), campaign, form.reason.data, **doing())

    if form.validate_on_submit() and stored(form, {"reason_missing": "reason", "text_long": "reason"}, write):
        return redirect(url_for("emulation.show", campaign_id=campaign_id))
    return campaign_page(campaign, form)


def back(campaign: EmulationCampaign, unit_code: str) -> ResponseReturnValue:
    return redirect(url_for("emulation.unit", campaign_id=campaign.id, unit_code=unit_code))


@blueprint.post("/<int:campaign_id>/don-vi/<unit_code>/bao-cao")
@may("emulation.propose", unit_path)
def report(campaign_id: int, unit_code: str) -> ResponseReturnValue:
    """The unit saves its report or, by the second button, hands it in."""
    campaign, found = competitor_or_404(campaign_id, unit_code)
    form = report_form(campaign, None)
    session = current_session()

    def write() -> None:
        said = {"explanation": form.explanation.data or "", "award": form.award.data or ""}
        saved = emulation_reports.save_report(session, campaign, found, **said)
        if "submit" in request.form and emulation_reports.submit_report(session, saved, **doing()):
            flash(gettext("The deadline is over: the report is marked late."), "warning")

    fields = {"explanation_missing": "explanation", "text_long": "explanation", "award_unknown": "award"}
    if form.validate_on_submit() and stored(form, fields, write):
        return back(campaign, unit_code)
    return unit_page(campaign, found, form=form)


@blueprint.post("/<int:campaign_id>/don-vi/<unit_code>/tra-lai")
@may("emulation.edit", campaign_path)
def give_back(campaign_id: int, unit_code: str) -> ResponseReturnValue:
    """Return a report to its unit, with the reason."""
    campaign, found = competitor_or_404(campaign_id, unit_code)
    form, session = ReasonForm(), current_session()
    handed_in = emulation_reports.report_of(session, campaign, found) or abort(404)

    def write() -> None:
        emulation_reports.return_report(session, handed_in, form.reason.data, **doing())

    if form.validate_on_submit() and stored(form, {"reason_missing": "reason"}, write):
        return back(campaign, unit_code)
    return unit_page(campaign, found, refusal=form)


@blueprint.post("/<int:campaign_id>/don-vi/<unit_code>/cham")
@may("emulation.edit", campaign_path)
def judge(campaign_id: int, unit_code: str) -> ResponseReturnValue:
    """The council's marks and the reward it proposes."""
    campaign, found = competitor_or_404(campaign_id, unit_code)
    session = current_session()
    handed_in = emulation_reports.report_of(session, campaign, found) or abort(404)
    form = judgement_form(campaign, handed_in)

    def write() -> None:
        positions = [part.position for part in campaign.parts if part.source == "manual"]
        marks = [
            Mark(position, form[mark].data, form[reason].data or "")
            for position, (mark, reason) in zip(positions, MARKS, strict=False)
        ]
        emulation_reports.judge(session, handed_in, award=form.award.data or "", marks=marks, account_id=account().id)

    if form.validate_on_submit() and stored(form, {"award_unknown": "award"}, write):
        return back(campaign, unit_code)
    return unit_page(campaign, found, judgement=form)
