"""The plan of a dialogue: made for a unit and a half-year, and settled anew until the meeting begins."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select

from forms.dialogue_plan import PlanForm, read_people
from reports.dialogue_record import HalfYear
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import dialogue_path, scope
from survey.analysis.dialogue_board import DUTY_KINDS, days_of, period_of
from survey.analysis.unit_choice import in_list_order
from survey.blueprints.dialogues import period_or_404
from survey.database import current_session
from survey.dialogue_pages import dialogue_or_404, explain, refused, unit_name, words
from survey.dialogue_wording import period_name
from survey.models import Dialogue, Unit
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations import dialogues
from survey.operations.dialogues import DialogueError, Plan
from survey.operations.errors import OperationError
from survey.operations.periods import PROVINCE_TIME, province_today

blueprint = staff_blueprint("dialogue_plans", __name__, url_prefix="/staff/doi-thoai")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)

BOX_DAYS = 14  # proposed between the opening of the question box and the meeting
BEGINS = time(8)
MOST_OFFERED = 400


@blueprint.route("/lap-ke-hoach", methods=["GET", "POST"])
@may("dialogues.run")
def plan() -> ResponseReturnValue:
    """Plan the dialogue of a unit in reach."""
    units = units_to_plan()
    form = PlanForm() if request.method == "POST" else PlanForm(formdata=None, data=proposed(units))
    form.period.choices = period_choices(province_today())
    invited, wrong = read_people(request.form, "invited-", ATTENDEE_GROUPS)
    if form.validate_on_submit() and people_hold(form, wrong):
        unit, period = unit_typed(form), period_or_404(form.period.data) or period_of(province_today())
        try:
            if unit is not None:
                terms = terms_of(form)
                made = dialogues.plan(
                    current_session(), unit=unit, year=period.year, half=period.half, terms=terms, invited=invited
                )
                commit()
                flash(gettext("The dialogue is planned. Announce it when everything is settled."), "success")
                return redirect(url_for("dialogues.show", dialogue_code=made.code), 303)
        except DialogueError as error:
            form.form_errors.append(explain(error))
    status = 422 if form.errors else 200
    typed = request.form if request.method == "POST" else {}
    return render_template("dialogue_plans/plan.html", form=form, units=units, typed=typed, dialogue=None), status


def unit_typed(form: PlanForm) -> Unit | None:
    """The unit in reach whose code was typed, with or without its name; otherwise the form says so."""
    code = (form.unit.data or "").partition(" – ")[0].strip()
    unit = current_session().scalar(living_units().where(Unit.code == code))
    if unit is None:
        form.unit.errors = [gettext("Choose a unit of the list.")]
    return unit


def living_units() -> Select[Unit]:
    """The units in reach that exist today."""
    today = province_today()
    return select(Unit).where(
        scope("dialogues.run").covers(Unit.path),
        Unit.valid_from <= today,
        Unit.valid_until.is_(None) | (Unit.valid_until >= today),
    )


def units_to_plan() -> list[Unit]:
    """The units in reach that exist, as far as a list can be offered, first those that must hold dialogues."""
    found = current_session().scalars(living_units().limit(MOST_OFFERED))
    return sorted(
        found, key=lambda unit: (unit.kind not in DUTY_KINDS, *in_list_order(unit.kind, unit.name_vi, unit.code))
    )


def proposed(units: list[Unit]) -> dict[str, Any]:
    """What a plan begins with: the unit asked for or the first, this half-year, an agenda."""
    today = province_today()
    asked = request.args.get("unit", "")
    unit = next((unit for unit in units if unit.code == asked), units[0] if units else None)
    period = period_of(today)
    day = min(today + timedelta(days=30), days_of(period)[1])
    names: dict[str, Any] = {}
    if unit is not None:
        names = {
            "unit": f"{unit.code} – {unit_name(unit)}",
            "name_vi": f"Đối thoại giữa lãnh đạo {office_name(unit)} với tổ chức, công dân",
        }
    return names | {
        "period": f"{period.year}-{period.half}",
        "day": day,
        "time": BEGINS,
        "box_opens_on": max(today, day - timedelta(days=BOX_DAYS)),
        "agenda": gettext(
            "Opening and introduction\nResults of the commitments of the last dialogue\n"
            "Questions and answers by theme\nNew commitments\nConclusions of the chair"
        ),
    }


def office_name(unit: Unit) -> str:
    """Whose leaders hold the dialogue, in Vietnamese: a commune is led by its people's committee."""
    return f"UBND {unit.name_vi[0].lower()}{unit.name_vi[1:]}" if unit.kind == "commune" else unit.name_vi


def period_choices(today: date) -> list[tuple[str, str]]:
    """The half-year before, this one and the next."""
    this = period_of(today)
    after = HalfYear(this.year, 2) if this.half == 1 else HalfYear(this.year + 1, 1)
    return [(f"{each.year}-{each.half}", period_name(each.year, each.half)) for each in (this.before, this, after)]


def people_hold(form: PlanForm, wrong: dict[str, str]) -> bool:
    if wrong:
        form.form_errors.append(gettext("Write the numbers of people in whole numbers, or leave them empty."))
    return not wrong


def terms_of(form: PlanForm) -> Plan:
    return Plan(
        name_vi=form.name_vi.data or "",
        name_en=form.name_en.data or "",
        chair=form.chair.data or "",
        chair_office=form.chair_office.data or "",
        secretary=form.secretary.data or "",
        venue=form.venue.data or "",
        starts_at=datetime.combine(form.day.data, form.time.data, PROVINCE_TIME),
        box_opens_on=form.box_opens_on.data,
        invited=form.invited.data or "",
        agenda=form.agenda.data or "",
    )


@blueprint.route("/<dialogue_code>/sua", methods=["GET", "POST"])
@may("dialogues.run", dialogue_path)
def change(dialogue_code: str) -> ResponseReturnValue:
    """Settle the plan anew, until the meeting begins."""
    dialogue = dialogue_or_404(dialogue_code)
    if dialogue.state not in dialogues.CHANGEABLE:
        raise DialogueError("fixed")
    form = PlanForm() if request.method == "POST" else PlanForm(formdata=None, data=settled(dialogue))
    form.period.choices = [(f"{dialogue.year}-{dialogue.half}", period_name(dialogue.year, dialogue.half))]
    invited, wrong = read_people(request.form, "invited-", ATTENDEE_GROUPS)
    if form.validate_on_submit() and people_hold(form, wrong):
        try:
            dialogues.change(current_session(), dialogue, terms_of(form), invited=invited)
        except DialogueError as error:
            form.form_errors.append(explain(error))
        else:
            commit()
            flash(gettext("The plan is stored."), "success")
            return redirect(url_for("dialogues.show", dialogue_code=dialogue_code), 303)
    typed = request.form or {f"invited-{row.group}": row.invited for row in dialogue.groups if row.invited}
    page = render_template("dialogue_plans/plan.html", form=form, units=[dialogue.unit], typed=typed, dialogue=dialogue)
    return page, 422 if form.errors else 200


def settled(dialogue: Dialogue) -> dict[str, Any]:
    """The plan as the form shows it."""
    begins = dialogue.starts_at.astimezone(PROVINCE_TIME)
    same = ("name_vi", "name_en", "chair", "chair_office", "secretary", "venue", "box_opens_on", "invited", "agenda")
    return {
        "unit": f"{dialogue.unit.code} – {unit_name(dialogue.unit)}",
        "period": f"{dialogue.year}-{dialogue.half}",
        "day": begins.date(),
        "time": begins.time(),
    } | {name: getattr(dialogue, name) for name in same}
