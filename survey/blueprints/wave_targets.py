"""The wizard's target: one of those recorded, or a new one with the decision that sets it."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from forms.wave import TargetChoiceForm, TargetForm
from reports import wording
from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import can, root_paths, wave_path
from survey.blueprints.wave_steps import attempt, editable, onward, show, status_of
from survey.blueprints.waves import words_of_waves
from survey.database import current_session
from survey.models import Target, Wave
from survey.operations import targets, wave_drafts
from survey.operations.errors import OperationError
from survey.staff_waves import language, refused

blueprint = staff_blueprint("wave_targets", __name__, url_prefix="/staff/dot")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)


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
