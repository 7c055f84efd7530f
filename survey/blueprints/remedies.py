"""Remedies against weak items and factors: planned, followed, and judged by the next wave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from forms.remedy import FinishForm, ProgressForm, ReasonForm, RemedyForm
from reports.figures import Judgement
from reports.shift_chart import shift_svg
from reports.shift_wording import judged_reason, judged_word, shift_sentence
from survey.accounts import directory
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import Scope, can, remedy_owner_path, remedy_path, scope, source_for, unit_path
from survey.analysis import remedies as reading
from survey.analysis.remedies import Filters, Owner
from survey.analysis.remedy_judgement import judge, next_wave, shown_figure
from survey.analysis.unit_search import Named
from survey.blueprints.result_filters import own_name, wave_and_unit
from survey.database import current_session
from survey.models import MOVEMENTS, Remedy, Unit
from survey.operations import remedies as operations
from survey.operations.periods import province_today
from survey.operations.remedies import Plan, RemedyError
from survey.remembered_figures import remembered
from survey.staff_pages import say
from survey.staff_units import asked_unit

blueprint = staff_blueprint("remedies", __name__, url_prefix="/staff/giai-phap")

SIZE = 25
MOST_UNITS = 300  # offered to carry a remedy out
STATES = {
    "open": _l("Not over yet"),
    "planned": _l("Plan made"),
    "running": _l("Under way"),
    "late": _l("Late"),
    "done": _l("Carried out"),
    "dropped": _l("Given up"),
}


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return wording_tools()


def wording_tools() -> dict[str, Any]:
    """What the room's templates read."""
    return {
        "own_name": own_name,
        "states": STATES,
        "judged_word": judged_word,
        "judged_reason": judged_reason,
        "shift_sentence": shift_sentence,
        "shift_svg": shift_svg,
        "is_late": lambda remedy: reading.is_late(remedy, province_today()),
    }


@blueprint.get("/")
@may("remedies.read")
def index() -> ResponseReturnValue:
    """By deadline; filtered by state, unit and how the next wave judged."""
    session, today = current_session(), province_today()
    reach = scope("remedies.read")
    within = or_(reach.covers(Unit.path), reach.covers(Owner.path))
    asked = asked_unit("remedies.read")
    filters = filters_or_404(asked)
    try:
        found = reading.page(session, within, filters, today, request.args.get("after", ""), SIZE)
    except ValueError:
        abort(404)
    found_counts = reading.counts(session, within, filters, today)
    return render_template(
        "remedies/index.html",
        page=found,
        filters=filters,
        asked=asked,
        public_of=filters.unit or only_unit(reach),
        labels=reading.labels(session, found.remedies),
        counts=found_counts,
        filtered=any(name in request.args for name in ("state", "unit", "movement")),
        total=found_counts.running + found_counts.done + found_counts.dropped,
        movements=MOVEMENTS,
    )


def only_unit(reach: Scope) -> Unit | None:
    """The one unit whose remedies a person reads, a province excepted: its public page is a step away."""
    if len(reach.paths) != 1:
        return None
    return current_session().scalar(select(Unit).where(Unit.path == reach.paths[0], Unit.parent_id.is_not(None)))


def filters_or_404(asked: Named) -> Filters:
    movement = request.args.get("movement", "")
    state = request.args.get("state", "" if movement else "open")
    if state not in ("", *reading.STATES) or movement not in ("", *MOVEMENTS):
        abort(404)
    return Filters(state, asked.unit, movement)


@blueprint.route("/moi/<wave_code>/<unit_code>", methods=["GET", "POST"])
@may("remedies.edit", unit_path)
def new(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """From a weak item or factor of a dashboard: `?subject=` item or factor, `?code=` which."""
    session = current_session()
    wave, unit = wave_and_unit(wave_code, unit_code)
    subject, code = request.args.get("subject", "item"), request.args.get("code", "")
    figure = shown_figure(session, wave, unit, subject, code, source=source_for(unit.path)) or abort(404)
    form = RemedyForm()
    form.offer(units_below(unit))
    if form.validate_on_submit():
        try:
            remedy = operations.plan_remedy(
                session, unit=unit, wave=wave, subject=subject, code=code, plan=plan_of(form), today=province_today()
            )
        except RemedyError as error:
            refuse(form, error)
        else:
            commit()
            return redirect(url_for(".show", remedy_id=remedy.id))
    elif not form.is_submitted():
        form.owner_unit.data = unit.code
    return render_template(
        "remedies/edit.html", form=form, unit=unit, wave=wave, figure=figure, remedy=None
    ), 422 if form.errors else 200


@blueprint.route("/<int:remedy_id>/sua", methods=["GET", "POST"])
@may("remedies.edit", remedy_path)
def edit(remedy_id: int) -> ResponseReturnValue:
    session, remedy = current_session(), remedy_of(remedy_id)
    form = RemedyForm(obj=None if request.method == "POST" else remedy)
    form.offer(units_below(remedy.unit))
    if form.validate_on_submit():
        try:
            operations.edit_remedy(session, remedy, plan_of(form), today=province_today())
        except RemedyError as error:
            refuse(form, error)
        else:
            commit()
            return redirect(url_for(".show", remedy_id=remedy.id))
    elif not form.is_submitted():
        form.owner_unit.data = remedy.owner_unit.code
    figure = shown_figure(
        session, remedy.wave, remedy.unit, remedy.subject, remedy.subject_code, source=source_for(remedy.unit.path)
    )
    return render_template(
        "remedies/edit.html", form=form, unit=remedy.unit, wave=remedy.wave, figure=figure, remedy=remedy
    ), 422 if form.errors else 200


@blueprint.get("/<int:remedy_id>")
@may("remedies.read", remedy_owner_path)
def show(remedy_id: int) -> ResponseReturnValue:
    return remedy_page(remedy_of(remedy_id), ProgressForm(formdata=None), FinishForm(formdata=None))


def remedy_page(
    remedy: Remedy, progress: ProgressForm, finish: FinishForm, reason: ReasonForm | None = None
) -> ResponseReturnValue:
    """The whole remedy: plan, judgement, lines of progress and the next steps. Who carries it out in a room below
    reads the plan, and the figures only where the dashboard is open to him."""
    session = current_session()
    reads_figures = can("results.read", remedy.unit.path)
    judgement = judgement_of(remedy) if reads_figures else None
    figure = None
    if reads_figures and judgement is None:
        source = source_for(remedy.unit.path)
        figure = shown_figure(session, remedy.wave, remedy.unit, remedy.subject, remedy.subject_code, source=source)
    if progress.percent.data is None and not progress.errors:
        progress.percent.data = operations.percent_of(remedy)
    status = 422 if progress.errors or finish.errors or (reason is not None and reason.errors) else 200
    return render_template(
        "remedies/show.html",
        remedy=remedy,
        label=reading.labels(session, [remedy])[remedy.id],
        judgement=judgement,
        figure=figure,
        reads_figures=reads_figures,
        percent=operations.percent_of(remedy),
        people=directory.names(session, [line.account_id for line in remedy.progress]),
        progress=progress,
        finish=finish,
        reason=reason or ReasonForm(formdata=None),
        edits=can("remedies.edit", remedy.unit.path),
        reports=can("remedies.report", remedy.owner_unit.path),
    ), status


def judgement_of(remedy: Remedy) -> Judgement | None:
    """By the next wave that has closed; the other units beside it only for who may see them, as on the dashboard."""
    session, unit = current_session(), remedy.unit
    wave = next_wave(session, remedy.wave, unit)
    if wave is None or remedy.wave.state == "open":
        return None
    top = f"/{unit.path.split('/')[1]}/"
    others = can("results.read", top) or (wave.state == "published" and remedy.wave.state == "published")
    subject, code = remedy.subject, remedy.subject_code

    def load() -> Judgement:
        return judge(session, unit, remedy.wave, wave, subject, code, with_others=others)

    key = ("judgement", unit.id, remedy.wave_id, remedy.wave.state, subject, code, others)
    return remembered(session, wave, "exact", key, load).value


def units_below(unit: Unit) -> dict[str, str]:
    """The unit itself and those below it that exist today, by code."""
    today = province_today()
    rows: Sequence[Unit] = (
        current_session()
        .scalars(
            select(Unit)
            .where(
                Unit.path.startswith(unit.path, autoescape=True),
                or_(Unit.valid_until.is_(None), Unit.valid_until >= today),
            )
            .order_by(Unit.path)
            .limit(MOST_UNITS)
        )
        .all()
    )
    return {each.code: own_name(each) for each in rows}


def plan_of(form: RemedyForm) -> Plan:
    owner = current_session().scalars(select(Unit).where(Unit.code == form.owner_unit.data)).one()
    return Plan(form.cause.data or "", form.action.data or "", owner, form.owner_name.data or "", form.deadline_on.data)


FIELDS = {
    "cause_missing": "cause",
    "action_missing": "action",
    "owner_elsewhere": "owner_unit",
    "deadline_past": "deadline_on",
}


def refuse(form: Any, error: RemedyError) -> None:
    """Show the error at its field, or above the form."""
    field = FIELDS.get(error.code)
    if field is None:
        form.form_errors.append(say(error))
    else:
        form[field].errors = [*form[field].errors, say(error)]


def remedy_of(remedy_id: int) -> Remedy:
    return current_session().get(Remedy, remedy_id) or abort(404)


def back(remedy: Remedy) -> ResponseReturnValue:
    return redirect(url_for("remedies.show", remedy_id=remedy.id))
