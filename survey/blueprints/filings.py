"""A unit's periodic reports: the list, one with its frozen figures and explanation, its older versions and files."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import undefer

from forms.filing import EvidenceForm, ExplanationForm, ReasonForm
from reports.figures import Figure
from reports.report_figures import UnitReport
from survey import filing_wording
from survey.accounts import directory
from survey.accounts.guard import account, may, staff_blueprint
from survey.accounts.scope import can, filing_path, filing_wave_path, scope
from survey.analysis import filings as reading
from survey.analysis.export_reading import report_from
from survey.analysis.frozen_figures import unpacked
from survey.analysis.remedies import weak_figures
from survey.blueprints.result_filters import own_name
from survey.blueprints.unit_results import names_of_covered, renderers
from survey.database import current_session
from survey.models import FILING_STATES, Filing, FilingEvidence, FilingVersion, Unit, Wave
from survey.numbers import a_key
from survey.operations import filing_figures
from survey.operations.filings import current_version, has_sent_back
from survey.operations.periods import province_today
from survey.staff_waves import day

blueprint = staff_blueprint("filings", __name__, url_prefix="/staff/bao-cao-dinh-ky")
blueprint.context_processor(renderers)

SIZE, MOST_WEAK = 50, 12


@blueprint.context_processor
def wording_tools() -> dict[str, Any]:
    """What the templates of the filings' pages read."""
    return {
        "own_name": own_name,
        "day": day,
        "states": filing_wording.STATES,
        "signs": filing_wording.SIGNS,
        "step_words": filing_wording.STEPS,
        "orders": filing_wording.ORDERS,
        "disagreements": filing_wording.DISAGREEMENTS,
        "today": province_today(),
    }


@blueprint.get("/")
@may("filings.read")
def index() -> ResponseReturnValue:
    """The filings of the units within reach, the newest wave first; `?wave=` one wave's, `?state=` those in a state."""
    session, within = current_session(), scope("filings.read").covers(Unit.path)
    waves = reading.waves_with_filings(session, within)
    code = request.args.get("wave", "")
    wave = next((each for each in waves if each.code == code), None) if code else None
    state = request.args.get("state", "")
    if (code and wave is None) or state not in ("", *FILING_STATES):
        abort(404)
    lines, more = reading.lines_page(
        session,
        within & (Filing.state == state) if state else within,
        wave=wave,
        after=request.args.get("after", 0, type=a_key),
        size=SIZE,
    )
    return render_template("filings/index.html", lines=lines, more=more, waves=waves, chosen=wave, state=state)


@blueprint.get("/<int:filing_id>")
@may("filings.read", filing_path)
def show(filing_id: int) -> ResponseReturnValue:
    return filing_page(filing_or_404(filing_id))


def filing_page(
    filing: Filing,
    explanation: ExplanationForm | None = None,
    evidence: EvidenceForm | None = None,
    returning: ReasonForm | None = None,
) -> ResponseReturnValue:
    """The whole filing: figures, explanation, evidence, the next steps and the history; with the forms that were
    refused, 422."""
    session, path = current_session(), filing.unit.path
    version = current_version(session, filing)
    report = report_from(unpacked(version.figures), filing.wave.state, filing.wave.respondents)
    forms = (explanation, evidence, returning)
    written = {note.code: note.text for note in filing.notes}
    if explanation is not None:
        written |= typed_notes()
    else:
        explanation = ExplanationForm(formdata=None, explanation=filing.explanation)
    people = [step.account_id for step in filing.steps] + [file.added_by_id for file in filing.files]
    page = render_template(
        "filings/show.html",
        filing=filing,
        version=version,
        report=report,
        unit_names=names_of_covered(report),
        weak=explained_figures(report, written),
        written=written,
        explanation=explanation,
        evidence=evidence or EvidenceForm(formdata=None),
        returning=returning or ReasonForm(formdata=None),
        people=directory.names(session, people),
        is_late=filing.is_editable and filing.deadline_on < province_today(),
        explains=filing.is_editable and can("filings.explain", path),
        submits=filing.is_editable and can("filings.submit", path),
        decides=can("filings.decide", filing_wave_path(filing.id)),
        sent_back=has_sent_back(session, filing, account().id),
        own=filing.submitted_by_id == account().id,
    )
    return page, 422 if any(form is not None and form.errors for form in forms) else 200


def explained_figures(report: UnitReport, written: dict[str, str]) -> list[Figure]:
    """The factors and items to explain, the weakest first: those under the target, and those with a note."""
    weak = {figure.code: figure for _, figure in weak_figures(report, MOST_WEAK)}
    others = {figure.code: figure for figure in (*report.charted_factors, *report.items) if figure.code in written}
    return list((weak | others).values())


def typed_notes() -> dict[str, str]:
    """The notes as they were typed, by the code of their figure."""
    return {name.removeprefix("note_"): text for name, text in request.form.items() if name.startswith("note_")}


@blueprint.get("/<int:filing_id>/phien-ban/<int:version_number>")
@may("filings.read", filing_path)
def version(filing_id: int, version_number: int) -> ResponseReturnValue:
    """A version as it was frozen, whatever came later."""
    filing = filing_or_404(filing_id)
    found = current_session().get(FilingVersion, (filing.id, version_number)) or abort(404)
    report = report_from(unpacked(found.figures), filing.wave.state, filing.wave.respondents)
    return render_template(
        "filings/version.html", filing=filing, version=found, report=report, unit_names=names_of_covered(report)
    )


@blueprint.get("/<int:filing_id>/tep/<int:evidence_id>")
@may("filings.read", filing_path)
def file(filing_id: int, evidence_id: int) -> ResponseReturnValue:
    """A file of evidence, to be saved: nothing that was uploaded is opened within these pages."""
    query = select(FilingEvidence).where(FilingEvidence.id == evidence_id, FilingEvidence.filing_id == filing_id)
    found = current_session().scalar(query.options(undefer(FilingEvidence.content))) or abort(404)
    response = Response(found.content, mimetype=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.post("/<int:filing_id>/doi-chieu")
@may("filings.read", filing_path, writes=False)
def verify(filing_id: int) -> ResponseReturnValue:
    """Compute the figures anew from tallies and frozen numbers, and say whether they are what was frozen."""
    filing = filing_or_404(filing_id)
    found = list(filing_figures.verify(current_session(), filing.wave, (filing.unit_id,)))
    if found:
        told = "; ".join(str(filing_wording.DISAGREEMENTS[each.kind]) for each in found)
        flash(gettext("The frozen figures do not agree: %(told)s. Tell the operator.", told=told), "danger")
    else:
        flash(gettext("Computed anew, the figures are exactly those that were frozen."), "success")
    return redirect(url_for(".show", filing_id=filing_id), 303)


def filing_or_404(filing_id: int) -> Filing:
    return current_session().get(Filing, filing_id) or abort(404)


def waves_within() -> list[Wave]:
    """The waves with filings whose board the reader may see, since he reaches the unit that runs them; the newest
    first."""
    waves = reading.waves_with_filings(current_session(), scope("filings.board").covers(Unit.path))
    return [wave for wave in waves if can("filings.board", wave.owner.path if wave.owner else "/")]
