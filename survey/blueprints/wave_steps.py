"""The wizard: what its steps share, and the shorter of them. The draft itself keeps what was entered between them."""

from __future__ import annotations

from collections.abc import Callable
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
from forms.wave import MethodForm, QuestionnaireForm, ScheduleForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import wave_path
from survey.analysis import unit_choice
from survey.analysis.wave_warnings import opening_warnings
from survey.blueprints.waves import questionnaire_choices, questionnaire_of, questionnaire_title, words_of_waves
from survey.database import current_session
from survey.models import Unit, Wave, WaveUnit
from survey.operations import wave_drafts, waves
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.questionnaires import definition_of
from survey.operations.targets import TargetError
from survey.operations.waves import WaveError
from survey.staff_pages import here
from survey.staff_waves import explain, now, refused, wave_or_404

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
    Step("period", "wave_periods.period", _l("Period and name")),
    Step("units", "wave_steps.units", _l("Units"), ("draft", "open")),
    Step("target", "wave_targets.target", _l("Target")),
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
