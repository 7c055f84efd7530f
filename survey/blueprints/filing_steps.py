"""The steps of a periodic report: explained, handed in, returned, approved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.filing import EvidenceForm, ExplanationForm, ReasonForm
from survey.accounts.guard import account, begin_writing, commit, may, staff_blueprint
from survey.accounts.scope import filing_path, filing_wave_path
from survey.analysis.export_reading import report_from
from survey.analysis.frozen_figures import unpacked
from survey.blueprints.filings import filing_or_404, filing_page, typed_notes, wording_tools
from survey.blueprints.unit_results import renderers
from survey.database import current_session
from survey.models import Filing
from survey.operations import filing_files, filings, notices
from survey.operations.errors import OperationError
from survey.operations.filing_steps import FilingError
from survey.operations.periods import province_today
from survey.staff_pages import say

blueprint = staff_blueprint("filing_steps", __name__, url_prefix="/staff/bao-cao-dinh-ky")
blueprint.context_processor(renderers)
blueprint.context_processor(wording_tools)

FILE_LIMIT = 21 * 1024 * 1024  # the largest file, and the form around it


def doing() -> dict[str, Any]:
    """Who does it, and when."""
    return {"account_id": account().id, "at": datetime.now(UTC)}


def back(filing_id: int) -> ResponseReturnValue:
    return redirect(url_for("filings.show", filing_id=filing_id), 303)


@blueprint.errorhandler(FilingError)
def refused(error: OperationError) -> ResponseReturnValue:
    """A step without a field to show its refusal at; nothing was stored."""
    current_session().rollback()
    flash(say(error), "danger")
    return back((request.view_args or {})["filing_id"])


@blueprint.post("/<int:filing_id>/giai-trinh")
@may("filings.explain", filing_path)
def explain(filing_id: int) -> ResponseReturnValue:
    """Keep what the unit says of its result and of single figures."""
    filing, form = filing_or_404(filing_id), ExplanationForm()
    if form.validate_on_submit():
        try:
            filings.explain(current_session(), filing, form.explanation.data or "", typed_notes(), codes_of(filing))
        except FilingError as error:
            current_session().rollback()
            form.explanation.errors = [*form.explanation.errors, say(error)]
        else:
            commit()
            flash(gettext("The explanation is stored. It is not handed in yet."), "success")
            return back(filing_id)
    return filing_page(filing_or_404(filing_id), form)


def codes_of(filing: Filing) -> set[str]:
    """The codes of the figures that can be explained."""
    version = filings.current_version(current_session(), filing)
    report = report_from(unpacked(version.figures), filing.wave.state, filing.wave.respondents)
    return {figure.code for figure in (*report.charted_factors, *report.items)}


@blueprint.post("/<int:filing_id>/tep")
@may("filings.explain", filing_path, writes=False, body_limit=FILE_LIMIT)
def add_file(filing_id: int) -> ResponseReturnValue:
    """A file beside the explanation; it is read before the transaction that writes begins."""
    form = EvidenceForm()
    if form.validate_on_submit():
        content, name = form.file.data.read(), form.file.data.filename or ""
        try:
            kind = filing_files.kind_of(content)
            session, filing = begin_writing(), filing_or_404(filing_id)
            filing_files.add_file(session, filing, name=name, content=content, kind=kind, **doing())
        except FilingError as error:
            current_session().rollback()
            form.file.errors = [*form.file.errors, say(error)]
        else:
            commit()
            flash(gettext("The file was added."), "success")
            return back(filing_id)
    return filing_page(filing_or_404(filing_id), evidence=form)


@blueprint.post("/<int:filing_id>/tep/<int:evidence_id>/xoa")
@may("filings.explain", filing_path)
def remove_file(filing_id: int, evidence_id: int) -> ResponseReturnValue:
    filing_files.remove_file(current_session(), filing_or_404(filing_id), evidence_id)
    commit()
    return back(filing_id)


@blueprint.post("/<int:filing_id>/nop")
@may("filings.submit", filing_path)
def submit(filing_id: int) -> ResponseReturnValue:
    filings.submit(current_session(), filing_or_404(filing_id), **doing())
    commit()
    flash(gettext("The report is handed in. The Interior Department approves or returns it."), "success")
    return back(filing_id)


@blueprint.post("/<int:filing_id>/tra-lai")
@may("filings.decide", filing_wave_path)
def give_back(filing_id: int) -> ResponseReturnValue:
    """Back to the unit, with the reason; its people are told by mail."""
    session, form = current_session(), ReasonForm()
    filing = filing_or_404(filing_id)
    if not form.validate_on_submit():
        return filing_page(filing, returning=form)
    how = doing()
    filings.return_filing(session, filing, form.reason.data or "", **how)
    notices.filing_reminder(session, filing, "returned", at=how["at"])
    commit()
    flash(gettext("The report is back with the unit, which reads the reason."), "success")
    return back(filing_id)


@blueprint.post("/<int:filing_id>/duyet")
@may("filings.decide", filing_wave_path)
def approve(filing_id: int) -> ResponseReturnValue:
    filings.approve(current_session(), filing_or_404(filing_id), **doing())
    commit()
    flash(gettext("The report is approved. It is published with the wave."), "success")
    return back(filing_id)


@blueprint.post("/<int:filing_id>/duyet-thay")
@may("filings.decide", filing_wave_path)
def approve_ex_officio(filing_id: int) -> ResponseReturnValue:
    """In place of a unit that let its deadline pass."""
    filing, form = filing_or_404(filing_id), ReasonForm()
    if not form.validate_on_submit():
        return filing_page(filing, returning=form)
    reason = form.reason.data or ""
    filings.approve_ex_officio(current_session(), filing, reason, today=province_today(), **doing())
    commit()
    flash(gettext("The report is approved ex officio; the reason stands in its history."), "success")
    return back(filing_id)
