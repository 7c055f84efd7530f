"""Emulation: the campaigns, a campaign's formula and its list, a unit's report with its points, the documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.emulation import MANUAL, WEIGHTS, CampaignForm, JudgementForm, ReasonForm, ReportForm
from forms.staff import StaffForm
from reports import emulation_wording
from reports.emulation_figures import Part, ProposalList
from reports.emulation_proposal import proposal_pdf, proposal_xlsx
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import campaign_path, can, root_paths, scope, unit_path
from survey.analysis import document_settings
from survey.analysis import emulation as reading
from survey.analysis.emulation import FrozenList
from survey.blueprints.result_filters import own_name
from survey.blueprints.scorecards import worded
from survey.database import current_session
from survey.models import EmulationCampaign, EmulationReport, Unit, Wave
from survey.models.scorecard import CARD_KINDS
from survey.operations import emulation, emulation_reports
from survey.operations.emulation import Terms
from survey.operations.emulation_steps import EmulationError
from survey.operations.periods import province_today
from survey.operations.poll_waves import IS_SURVEY
from survey.staff_waves import day, language, wave_name
from survey.staff_wording import UNIT_KINDS

blueprint = staff_blueprint("emulation", __name__, url_prefix="/staff/thi-dua")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def tools() -> dict[str, Any]:
    """What the room's templates read."""
    return {"told": emulation_wording, "own_name": own_name, "day": day, "part_list": reading.parts_of}


blueprint.context_processor(tools)


def campaign_or_404(campaign_id: int) -> EmulationCampaign:
    return current_session().get(EmulationCampaign, campaign_id) or abort(404)


def competitor_or_404(campaign_id: int, unit_code: str) -> tuple[EmulationCampaign, Unit]:
    """The campaign, open or later, and a unit that takes part in it."""
    campaign = campaign_or_404(campaign_id)
    units = reading.competitors(current_session(), campaign, Unit.code == unit_code)
    if campaign.state == "draft" or not units:
        abort(404)
    return campaign, units[0]


def stored(form: StaffForm, fields: Mapping[str, str], write: Callable[[], object]) -> bool:
    """Do it and commit; an error of the operation stands beside its field, and nothing is stored."""
    try:
        write()
    except EmulationError as error:
        current_session().rollback()
        name = fields.get(error.code)
        (form[name].errors if name in form else form.form_errors).append(worded(error))
        return False
    commit()
    flash(gettext("Stored."), "success")
    return True


@blueprint.get("/")
@may("emulation.read")
def index() -> ResponseReturnValue:
    """The campaigns, with the reader's own units in each; `?due=1` those that still have to report."""
    session, within = current_session(), scope("emulation.read").covers(Unit.path)
    due, found = bool(request.args.get("due")), []
    if due:
        within = scope("emulation.propose").covers(Unit.path)
    for campaign, owner in reading.campaigns(session, within):
        whole = can("emulation.read", owner.path)
        reports = reading.reports_of(session, campaign)
        units = (
            [] if (whole and not due) or campaign.state == "draft" else reading.competitors(session, campaign, within)
        )
        if due:
            units = [unit for unit in units if campaign.state == "open" and not is_submitted(reports.get(unit.id))]
        if units or (whole and not due):
            found.append((campaign, units, reports))
    return render_template(
        "emulation/index.html", campaigns=found, due=due, may_edit=can("emulation.edit", root_paths())
    )


def is_submitted(report: EmulationReport | None) -> bool:
    return report is not None and report.state == "submitted"


def campaign_form(campaign: EmulationCampaign | None) -> CampaignForm:
    """The form with its choices, holding the campaign's terms or a usual year's."""
    today = province_today()
    usual = {"year": today.year, "deadline_on": today.replace(month=12, day=10)}
    form = CampaignForm(obj=campaign) if campaign else CampaignForm(data=usual)
    form.unit_kind.choices = [(kind, UNIT_KINDS[kind]) for kind in CARD_KINDS]
    waves = current_session().scalars(
        select(Wave).where(Wave.state.in_(("closed", "published")), IS_SURVEY).order_by(Wave.period_end.desc())
    )
    form.wave.choices = [("", gettext("none")), *((wave.code, wave_name(wave)) for wave in waves)]
    if campaign and not form.is_submitted():
        form.wave.data = campaign.wave.code if campaign.wave else ""
        weights = {part.source: part.weight for part in campaign.parts}
        for name, source in WEIGHTS.items():
            form[name].data = weights.get(source)
        manual = [part for part in campaign.parts if part.source == "manual"]
        for (name, weight), part in zip(MANUAL, manual, strict=False):
            form[name].data, form[weight].data = part.name_vi, part.weight
    return form


def terms_of(form: CampaignForm) -> Terms:
    weighed = [Part(source, form[name].data) for name, source in WEIGHTS.items() if form[name].data]
    weighed += [
        Part("manual", form[weight].data, form[name].data or "") for name, weight in MANUAL if form[weight].data
    ]
    texts = {name: form[name].data or "" for name in ("name_vi", "name_en", "reference")}
    return Terms(
        year=form.year.data,
        unit_kind=form.unit_kind.data,
        deadline_on=form.deadline_on.data,
        wave_code=form.wave.data or "",
        awards=(form.awards.data or "").splitlines(),
        parts=weighed,
        **texts,
    )


TERM_FIELDS = {"campaign_twice": "year", "wave_missing": "wave", "name_missing": "manual_name_1"}


@blueprint.route("/moi", methods=["GET", "POST"])
@may("emulation.edit", root_paths)
def create() -> ResponseReturnValue:
    form, session = campaign_form(None), current_session()
    owner = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.path)).first() or abort(404)
    made: list[EmulationCampaign] = []

    def write() -> None:
        made.append(emulation.create_campaign(session, owner, terms_of(form)))

    if form.validate_on_submit() and stored(form, TERM_FIELDS, write):
        return redirect(url_for(".show", campaign_id=made[0].id))
    return render_template("emulation/edit.html", form=form, campaign=None), 422 if form.errors else 200


@blueprint.route("/<int:campaign_id>/sua", methods=["GET", "POST"])
@may("emulation.edit", campaign_path)
def edit(campaign_id: int) -> ResponseReturnValue:
    campaign = campaign_or_404(campaign_id)
    if campaign.state != "draft":
        return redirect(url_for(".show", campaign_id=campaign_id))
    form = campaign_form(campaign)

    def write() -> None:
        emulation.change_campaign(current_session(), campaign, terms_of(form))

    if form.validate_on_submit() and stored(form, TERM_FIELDS, write):
        return redirect(url_for(".show", campaign_id=campaign_id))
    return render_template("emulation/edit.html", form=form, campaign=campaign), 422 if form.errors else 200


def figures_of(campaign: EmulationCampaign, frozen: FrozenList | None) -> ProposalList:
    """The list as it was frozen; while the campaign is open, as the sources give it now."""
    return frozen.figures if frozen else reading.compute_list(current_session(), campaign, province_today())


@blueprint.get("/<int:campaign_id>")
@may("emulation.read", campaign_path)
def show(campaign_id: int) -> ResponseReturnValue:
    """The campaign with its formula and the proposal list."""
    campaign = campaign_or_404(campaign_id)
    return campaign_page(campaign, ReasonForm(formdata=None))


def campaign_page(campaign: EmulationCampaign, refusal: ReasonForm) -> ResponseReturnValue:
    session = current_session()
    frozen = reading.frozen_list(session, campaign)
    return render_template(
        "emulation/show.html",
        campaign=campaign,
        figures=figures_of(campaign, frozen) if campaign.state != "draft" else None,
        frozen=frozen,
        refused=reading.last_refusal(session, campaign) if campaign.state == "open" else "",
        refusal=refusal,
        may_edit=can("emulation.edit", campaign.owner.path),
    ), 422 if refusal.errors else 200


@blueprint.get("/<int:campaign_id>/to-trinh.pdf")
@may("emulation.read", campaign_path)
def proposal(campaign_id: int) -> Response:
    """The submission to the chairperson with the list behind it."""
    campaign = campaign_or_404(campaign_id)
    if campaign.state == "draft":
        abort(404)
    frozen = reading.frozen_list(current_session(), campaign)
    digest = frozen.stored.digest if frozen and campaign.state == "fixed" else ""
    setting = document_settings.newest_issuer(current_session(), campaign.owner)
    issuer = document_settings.printed_issuer(setting, language()) if setting else None
    document = proposal_pdf(figures_of(campaign, frozen), language(), digest=digest, issuer=issuer)
    return _file(document, "application/pdf", f"to-trinh-thi-dua-{campaign.year}.pdf")


@blueprint.get("/<int:campaign_id>/danh-sach.xlsx")
@may("emulation.read", campaign_path)
def workbook(campaign_id: int) -> Response:
    """The list with every part and its origin."""
    campaign = campaign_or_404(campaign_id)
    if campaign.state == "draft":
        abort(404)
    frozen = reading.frozen_list(current_session(), campaign)
    return _file(
        proposal_xlsx(figures_of(campaign, frozen), language()), XLSX, f"danh-sach-thi-dua-{campaign.year}.xlsx"
    )


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    kind = "inline" if media_type == "application/pdf" else "attachment"
    response.headers.set("Content-Disposition", kind, filename=name)
    return response


@blueprint.get("/<int:campaign_id>/don-vi/<unit_code>")
@may("emulation.read", unit_path)
def unit(campaign_id: int, unit_code: str) -> ResponseReturnValue:
    """A unit's points with their origins, its rooms beside it, its report, and the council's proposal."""
    campaign, found = competitor_or_404(campaign_id, unit_code)
    return unit_page(campaign, found)


def unit_page(campaign: EmulationCampaign, found: Unit, **typed: StaffForm) -> ResponseReturnValue:
    """The page, with forms that were `typed` and refused in place of fresh ones."""
    session, today = current_session(), province_today()
    report = emulation_reports.report_of(session, campaign, found)
    reports = {found.id: report} if report else {}
    forms = {"form": report_form(campaign, report), "judgement": judgement_form(campaign, report)}
    forms |= {"refusal": ReasonForm(formdata=None)} | typed
    council = can("emulation.edit", campaign.owner.path)
    told = council or campaign.state == "fixed"  # the unit learns marks, award and rank once the list is fixed
    frozen = reading.frozen_list(session, campaign) if told else None
    listed = [*frozen.figures.ranked, *frozen.figures.incomplete] if frozen else []
    points = next((each for each in listed if each.place.code == found.code), None)
    return render_template(
        "emulation/unit.html",
        campaign=campaign,
        unit=found,
        report=report,
        frozen=points is not None,
        points=points or reading.unit_points(session, campaign, [found], reports, today, marked=told)[0],
        rooms=reading.rooms_of(session, campaign, found, today),
        returned=reading.last_return(session, report) if report and report.state == "returned" else "",
        may_propose=campaign.state == "open"
        and (report is None or report.state != "submitted")
        and can("emulation.propose", found.path),
        may_judge=council and campaign.state == "open" and report is not None and report.state == "submitted",
        tells_proposal=told,
        **forms,
    ), 422 if any(form.errors for form in typed.values()) else 200


def report_form(campaign: EmulationCampaign, report: EmulationReport | None) -> ReportForm:
    said = {"explanation": report.explanation, "award": report.award_asked} if report else {}
    form = ReportForm(data=said)
    form.offer(campaign.award_names)
    return form


def judgement_form(campaign: EmulationCampaign, report: EmulationReport | None) -> JudgementForm:
    manual = [part for part in campaign.parts if part.source == "manual"]
    marks = {mark.part_id: mark for mark in report.marks} if report else {}
    data: dict[str, object] = {"award": report.award} if report else {}
    for number, part in enumerate(manual, 1):
        if mark := marks.get(part.id):
            data |= {f"mark_{number}": mark.percent, f"reason_{number}": mark.reason}
    form = JudgementForm(data=data)
    form.offer(campaign.award_names, [part.name_vi for part in manual])
    return form
