"""The wizard: the steps of a draft, each a page of its own. The draft itself keeps what was entered between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from forms.staff import StaffForm
from forms.wave import (
    MethodForm,
    PeriodForm,
    QuestionnaireForm,
    ScheduleForm,
    TargetChoiceForm,
    TargetForm,
)
from reports import wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths, wave_path
from survey.analysis import unit_choice
from survey.analysis.wave_warnings import opening_warnings
from survey.blueprints.waves import (
    questionnaire_choices,
    questionnaire_of,
    questionnaire_title,
    words_of_waves,
)
from survey.database import current_session
from survey.models import Target, Unit, Wave, WaveUnit
from survey.operations import targets, wave_drafts, waves
from survey.operations.errors import OperationError
from survey.operations.periods import half_year, province_today, quarter
from survey.operations.questionnaires import definition_of
from survey.operations.targets import TargetError
from survey.operations.waves import WaveError
from survey.staff_pages import here
from survey.staff_waves import explain, language, now, refused, wave_or_404

blueprint = staff_blueprint("wave_steps", __name__, url_prefix="/staff/dot")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)


class Step(NamedTuple):
    code: str
    endpoint: str
    label: LazyString
    states: tuple[str, ...] = ("draft",)


STEPS = (
    Step("questionnaire", "wave_steps.questionnaire", _l("Questionnaire")),
    Step("period", "wave_steps.period", _l("Period and name")),
    Step("units", "wave_steps.units", _l("Units"), ("draft", "open")),
    Step("target", "wave_steps.target", _l("Target")),
    Step("method", "wave_steps.method", _l("Calculation")),
    Step("quotas", "wave_quotas.quotas", _l("Quotas"), ("draft", "open")),
    Step("schedule", "wave_steps.schedule", _l("Opening and closing"), ("draft", "open")),
    Step("summary", "wave_steps.summary", _l("Summary")),
)
_BY_CODE = {step.code: step for step in STEPS}


def editable(wave_code: str, step: str) -> Wave:
    """The wave, in a state in which that step may still be changed; raises WaveError."""
    wave = wave_or_404(wave_code)
    if wave.state not in _BY_CODE[step].states:
        code = "finished" if "open" in _BY_CODE[step].states else "not_draft"
        raise WaveError(code, wave=wave.code, state=wave.state)
    return wave


def show(step: str, wave: Wave, template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The page of a step with the way through all of them."""
    page = render_template(template, wave=wave, step=_BY_CODE[step], steps=STEPS, **context)
    return page, status


def onward(step: str, wave: Wave) -> ResponseReturnValue:
    """Store, and go where the pressed button leads: any step, else the next one; an open wave's page is its own."""
    code = wave.code
    commit()
    if wave.state != "draft":
        flash(gettext("Saved."), "success")
        return redirect(url_for("waves.wave", wave_code=code), 303)
    following = STEPS[min(STEPS.index(_BY_CODE[step]) + 1, len(STEPS) - 1)]
    chosen = _BY_CODE.get(request.form.get("go", ""), following)
    return redirect(url_for(chosen.endpoint, wave_code=code), 303)


def attempt(change: Callable[[], object], form: StaffForm, field_of: dict[str, Field]) -> bool:
    """Try to change the draft; a refusal is shown at the field it concerns, else above the form."""
    try:
        change()
    except (WaveError, TargetError) as error:
        field = field_of.get(error.code)
        if field is None:
            form.form_errors = [*form.form_errors, explain(error)]
        else:
            field.errors = [*field.errors, explain(error)]
        return False
    return True


@blueprint.route("/<wave_code>/phieu", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def questionnaire(wave_code: str) -> ResponseReturnValue:
    wave = editable(wave_code, "questionnaire")
    form = QuestionnaireForm()
    form.questionnaire.choices = questionnaire_choices()
    if str(wave.questionnaire_id) not in {str(choice.value) for choice in form.questionnaire.choices}:
        kept = questionnaire_title(definition_of(wave.questionnaire))
        form.questionnaire.choices.append(SelectChoice(str(wave.questionnaire_id), kept))
    if form.validate_on_submit():
        chosen = questionnaire_of(form.questionnaire.data)
        wave_drafts.edit_draft(current_session(), wave, questionnaire=chosen)
        return onward("questionnaire", wave)
    if not form.is_submitted():
        form.questionnaire.data = str(wave.questionnaire_id)
    return show("questionnaire", wave, "waves/step_questionnaire.html", status_of(form), form=form)


@blueprint.route("/<wave_code>/ky", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def period(wave_code: str) -> ResponseReturnValue:
    """Period, code and names. The button of a half-year or quarter fills them in; code and names that were proposed for
    the old period are proposed anew for the other."""
    wave, session = editable(wave_code, "period"), current_session()
    form = PeriodForm(obj=wave)
    chosen = period_of(request.form.get("half", ""))
    if chosen is not None:
        wave_drafts.edit_draft(session, wave, **proposal(wave, form, chosen))
        commit()
        return redirect(url_for(".period", wave_code=wave.code), 303)
    if form.validate_on_submit():
        values = {name: form[name].data for name in ("code", "name_vi", "name_en", "period_start", "period_end")}
        fields = {"code_taken": form.code, "code_form": form.code, "period": form.period_end}
        stale = stale_english(wave, form)
        if attempt(lambda: wave_drafts.edit_draft(session, wave, **values), form, fields):
            if stale:
                flash(gettext("The Vietnamese name was changed, the English one was not: “%(name)s”. Check it under "
                              "Period and name.", name=wave.name_en), "warning")  # fmt: skip
            return onward("period", wave)
    return show(
        "period", wave, "waves/step_period.html", status_of(form), form=form,
        halves=around(half_year, province_today()), quarters=around(quarter, province_today()),
    )  # fmt: skip


class Offer(NamedTuple):
    """A period behind a button: the `number`-th half or quarter of its year."""

    code: str
    start: date
    number: int


def around(period_of_day: Callable[[date], tuple[date, date]], today: date) -> list[Offer]:
    """The half-year or quarter before today's, today's own, and the one after."""
    own = period_of_day(today)
    starts = (period_of_day(own[0] - timedelta(days=1))[0], own[0], own[1] + timedelta(days=1))
    letter, months = ("H", 6) if period_of_day is half_year else ("Q", 3)
    numbers = ((start, (start.month - 1) // months + 1) for start in starts)
    return [Offer(f"{start.year}-{letter}{number}", start, number) for start, number in numbers]


def period_of(code: str) -> tuple[date, date] | None:
    """ "2026-H2" or "2026-Q3" as its first and last day."""
    found = re.fullmatch(r"(19|[2-8][0-9])([0-9]{2})-(?:H([12])|Q([1-4]))", code)
    if found is None:
        return None
    year = int(found[1] + found[2])
    if found[3]:
        return half_year(date(year, 6 * int(found[3]), 1))
    return quarter(date(year, 3 * int(found[4]), 1))


def stale_english(wave: Wave, form: PeriodForm) -> bool:
    """Whether the Vietnamese name was changed beside an English one that stays."""
    return bool(wave.name_en) and form.name_en.data == wave.name_en and form.name_vi.data != wave.name_vi


def proposal(wave: Wave, form: PeriodForm, chosen: tuple[date, date]) -> dict[str, Any]:
    """The period with a code and names that fit it, unless others than the proposed ones were typed."""
    session, old = current_session(), wave_drafts.proposed_names(wave.period_start, wave.period_end)
    new = wave_drafts.proposed_names(*chosen)
    changes: dict[str, Any] = {"period_start": chosen[0], "period_end": chosen[1]}
    for name, before, after in zip(("name_vi", "name_en"), old, new, strict=True):
        typed = (form[name].data or "").strip()
        changes[name] = after if typed in ("", before) else typed
    stem = wave.code.partition("-")[0]
    if stem.isdigit() and form.code.data == wave.code and chosen != (wave.period_start, wave.period_end):
        changes["code"] = wave_drafts.proposed_code(session, *chosen)
    return changes


@blueprint.route("/<wave_code>/don-vi", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def units(wave_code: str) -> ResponseReturnValue:
    """The tree with boxes to tick, a page at a time; the buttons of a branch take it in or out as a whole."""
    wave, session = editable(wave_code, "units"), current_session()
    if request.method == "POST":
        ticked, shown = (ids_of(name) for name in ("unit", "shown"))
        added, left = wave_drafts.choose_units(session, wave, shown, ticked)
        for button in ("branch", "leave"):
            if branch := request.form.get(button):
                more = change_branch(wave, branch, joining=button == "branch")
                added, left = (added + more, left) if button == "branch" else (added, left + more)
        if not {"branch", "leave", "stay"} & request.form.keys():
            return onward("units", wave)
        commit()
        say_changes(added, left)
        return redirect(here(), 303)
    path = wave_path(wave_code)
    words, every = request.args.get("q", "").strip(), request.args.get("tat-ca") == "1"
    rows = unit_choice.choices(session, wave, [path], every=every, words=words)
    lines, following = unit_choice.page_of(rows, request.args.get("sau", ""))
    return show(
        "units", wave, "waves/step_units.html",
        lines=lines, query=words, every=every, number=unit_choice.quota_sum(session, wave)[0], top=wave.owner,
        next_url=here(sau=following) if following else None,
        first_url=here(sau=None) if "sau" in request.args else None,
    )  # fmt: skip


def ids_of(name: str) -> list[int]:
    """The ids a form names, none that is no number."""
    return [int(value) for value in request.form.getlist(name) if value.isdecimal() and len(value) < 10]


def change_branch(wave: Wave, code: str, *, joining: bool) -> int:
    """Take every unit of a branch that has a counter in, or all of it out: how many."""
    session = current_session()
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None or not unit.path.startswith(wave_path(wave.code)):
        abort(404)
    if joining:
        return waves.add_subtree(session, wave, unit)
    below = Unit.path.startswith(unit.path, autoescape=True)
    inside = select(WaveUnit.unit_id).join(Unit, Unit.id == WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id, below)
    return wave_drafts.choose_units(session, wave, session.scalars(inside).all(), [])[1]


def say_changes(added: int, left: int) -> None:
    if added:
        flash(ngettext("%(num)d unit was added.", "%(num)d units were added.", added), "success")
    if left:
        flash(ngettext("%(num)d unit was taken out.", "%(num)d units were taken out.", left), "success")
    if not added and not left:
        flash(gettext("Nothing changed."), "info")


@blueprint.route("/<wave_code>/chi-tieu", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def target(wave_code: str) -> ResponseReturnValue:
    wave = editable(wave_code, "target")
    form = TargetChoiceForm()
    known = current_session().scalars(select(Target).order_by(Target.valid_from.desc(), Target.id.desc())).all()
    form.target.choices = [SelectChoice(row.code, target_title(row)) for row in known]
    if form.validate_on_submit():
        chosen = targets.find_target(current_session(), form.target.data)
        wave_drafts.edit_draft(current_session(), wave, target=chosen)
        return onward("target", wave)
    if not form.is_submitted():
        form.target.data = wave.target.code
    records = can("waves.edit", root_paths())
    return show("target", wave, "waves/step_target.html", status_of(form), form=form, targets=known, may_record=records)


def target_title(row: Target) -> str:
    return wording.target_percent(row.value, language())


@blueprint.route("/<wave_code>/chi-tieu/moi", methods=["GET", "POST"])
@may("waves.edit", root_paths)
def new_target(wave_code: str) -> ResponseReturnValue:
    """A new target, chosen for this wave at once; it is proposed to everybody from then on."""
    if not can("waves.edit", wave_path(wave_code)):
        abort(403)
    wave, session = editable(wave_code, "target"), current_session()
    form = TargetForm()
    if form.validate_on_submit():
        fields = {"code_taken": form.code, "code_form": form.code, "value": form.percent}
        if attempt(lambda: choose_new_target(wave, form), form, fields):
            session.commit()
            flash(gettext("The target %(target)s is recorded and chosen.", target=form.code.data), "success")
            return redirect(url_for(".target", wave_code=wave_code), 303)
    if not form.is_submitted():
        form.valid_from.data = date(wave.period_start.year, 1, 1)
    return show("target", wave, "waves/new_target.html", status_of(form), form=form)


def choose_new_target(wave: Wave, form: TargetForm) -> None:
    assert form.value is not None
    made = targets.create_target(
        current_session(),
        code=form.code.data,
        value=form.value,
        reference_vi=form.reference_vi.data,
        reference_en=form.reference_en.data or "",
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
    )
    wave_drafts.edit_draft(current_session(), wave, target=made)


@blueprint.route("/<wave_code>/cach-tinh", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def method(wave_code: str) -> ResponseReturnValue:
    wave, session = editable(wave_code, "method"), current_session()
    form = MethodForm(obj=wave) if request.method == "POST" else MethodForm(data=terms_of(wave))
    if form.validate_on_submit():
        names = ("design", "rule", "aggregation", "headline_weighting", "minimum_people")
        wave_drafts.edit_draft(session, wave, **{name: form[name].data for name in names})
        waves.set_trust_levels(session, wave, form.trust_levels.data)
        return onward("method", wave)
    return show("method", wave, "waves/step_method.html", status_of(form), form=form)


def terms_of(wave: Wave) -> dict[str, Any]:
    names = ("design", "rule", "aggregation", "headline_weighting", "minimum_people")
    return {name: getattr(wave, name) for name in names} | {"trust_levels": [row.trust for row in wave.trust_levels]}


@blueprint.route("/<wave_code>/lich", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def schedule(wave_code: str) -> ResponseReturnValue:
    """The days on which the wave opens and closes by itself; of an open wave only the last."""
    wave, session = editable(wave_code, "schedule"), current_session()
    form = ScheduleForm(obj=wave)
    if wave.state == "open":
        del form.opens_on
    if form.validate_on_submit():

        def change() -> None:
            if wave.state == "open":
                wave_drafts.set_closing_day(session, wave, form.closes_on.data, province_today())
            else:
                wave_drafts.edit_draft(session, wave, opens_on=form.opens_on.data, closes_on=form.closes_on.data)

        if attempt(change, form, {"schedule_past": form.closes_on, "schedule": form.closes_on}):
            return onward("schedule", wave)
    return show("schedule", wave, "waves/step_schedule.html", status_of(form), form=form)


@blueprint.get("/<wave_code>/tom-tat")
@may("waves.edit", wave_path)
def summary(wave_code: str) -> ResponseReturnValue:
    """What will be fixed when the wave opens, and what still stands in the way."""
    wave = editable(wave_code, "summary")
    return show(
        "summary", wave, "waves/step_summary.html",
        asked=questionnaire_title(definition_of(wave.questionnaire)),
        obstacles=[explain(error) for error in waves.obstacles(wave, now())],
        warnings=opening_warnings(current_session(), wave),
        quotas=unit_choice.quota_sum(current_session(), wave),
    )  # fmt: skip


def status_of(form: StaffForm) -> int:
    """422 for a form that comes back with its errors."""
    return 422 if form.is_submitted() and form.errors else 200
