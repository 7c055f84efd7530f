"""What becomes of a unit: moved, closed, reopened, succeeded, merged; each with the reason where it cannot be."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms import Field

from forms.place import CloseForm, MergeForm, MoveForm, SucceedForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, unit_path
from survey.analysis import places as reading
from survey.blueprints.places import found_unit, today, tools
from survey.database import current_session
from survey.models import Unit
from survey.operations.errors import OperationError
from survey.operations.unit_edits import MergePreview, merge_preview, reopen_unit
from survey.operations.units import UnitError, close_unit, find_unit, merge_units, move_unit, succeed_unit
from survey.staff_pages import say

blueprint = staff_blueprint("unit_changes", __name__, url_prefix="/staff/don-vi")
blueprint.context_processor(tools)

_SEPARATORS = re.compile(r"[\s,;]+")


def reached(field: Field) -> Unit:
    """The unit whose code stands in the field. Raises an operation's error for one that is unknown or out of reach."""
    found = find_unit(current_session(), (field.data or "").strip())
    if not can("places.edit", found.path):
        raise UnitError("unknown", unit=found.code)
    return found


def heirs_parent(form: SucceedForm, unit: Unit) -> Unit | None:
    """Where the successor shall hang: under the unit that was typed, else beside the old one; none at the top of the
    tree. Raises an operation's error for a place out of reach."""
    if form.parent.data:
        return reached(form.parent)
    if unit.parent is not None and not can("places.edit", unit.parent.path):
        raise UnitError("beyond_reach", unit=unit.parent.code)
    return unit.parent


def refused(form: MoveForm | CloseForm | SucceedForm | MergeForm, error: OperationError) -> None:
    """Nothing was done: say why on the form."""
    current_session().rollback()
    form.form_errors.append(say(error))


def done(unit_code: str, what: str) -> ResponseReturnValue:
    commit()
    flash(what, "success")
    return redirect(url_for("places.show", unit_code=unit_code))


@blueprint.route("/<unit_code>/chuyen", methods=["GET", "POST"])
@may("places.edit", unit_path)
def move(unit_code: str) -> ResponseReturnValue:
    """Under another unit; where answers bind it to its place, the way is a successor."""
    unit, form = found_unit(unit_code), MoveForm()
    bound = False
    if form.validate_on_submit():
        try:
            move_unit(current_session(), unit, reached(form.parent))
        except OperationError as error:
            bound = error.code == "has_history"
            refused(form, error)
        else:
            return done(unit_code, gettext("The unit was moved."))
    held = reading.wave_taken_part(current_session(), unit)
    return render_template("unit_changes/move.html", form=form, unit=unit, bound=bound, held=held)


@blueprint.route("/<unit_code>/ke-tuc", methods=["GET", "POST"])
@may("places.edit", unit_path)
def succeed(unit_code: str) -> ResponseReturnValue:
    """Close the unit, and let a new one of its names carry on from the day after."""
    unit, form = found_unit(unit_code), SucceedForm(on=today(), parent=request.args.get("duoi", ""))
    if form.validate_on_submit():
        try:
            parent = heirs_parent(form, unit)
            code = (form.code.data or "").strip()
            succeed_unit(current_session(), unit, code=code, parent=parent, on=form.on.data)
        except OperationError as error:
            refused(form, error)
        else:
            return done(code, gettext("The successor was created, and the old unit is closed."))
    return render_template("unit_changes/succeed.html", form=form, unit=unit)


@blueprint.route("/<unit_code>/dong", methods=["GET", "POST"])
@may("places.edit", unit_path)
def close(unit_code: str) -> ResponseReturnValue:
    unit, form = found_unit(unit_code), CloseForm(on=today())
    if form.validate_on_submit():
        try:
            successor = reached(form.successor) if form.successor.data else None
            close_unit(current_session(), unit, form.on.data, successor)
        except OperationError as error:
            refused(form, error)
        else:
            return done(unit_code, gettext("The unit was closed."))
    return render_template("unit_changes/close.html", form=form, unit=unit)


@blueprint.post("/<unit_code>/mo-lai")
@may("places.edit", unit_path)
def reopen(unit_code: str) -> ResponseReturnValue:
    try:
        reopen_unit(current_session(), found_unit(unit_code))
    except OperationError as error:
        current_session().rollback()
        flash(say(error), "danger")
        return redirect(url_for("places.show", unit_code=unit_code))
    return done(unit_code, gettext("The unit is open again."))


@blueprint.route("/<unit_code>/sap-nhap", methods=["GET", "POST"])
@may("places.edit", unit_path)
def merge(unit_code: str) -> ResponseReturnValue:
    """Other units into this one: chosen, looked at, confirmed."""
    into, form = found_unit(unit_code), MergeForm(on=today())
    chosen, preview = request.form.getlist("unit"), None
    if form.validate_on_submit():
        try:
            units = merged_units(chosen, form.codes.data or "")
            preview = merge_preview(current_session(), units, into, form.on.data)
            if request.form.get("step") == "confirm":
                merge_units(current_session(), units, into, form.on.data)
                return done(unit_code, gettext("The units were merged."))
            chosen = [unit.code for unit in units]
        except OperationError as error:
            refused(form, error)
    return merge_page(into, form, chosen, preview)


def merge_page(into: Unit, form: MergeForm, chosen: list[str], preview: MergePreview | None) -> ResponseReturnValue:
    if preview is not None:
        return render_template("unit_changes/merge_preview.html", form=form, unit=into, chosen=chosen, preview=preview)
    siblings = [line for line in reading.siblings(current_session(), into) if can("places.edit", line.path)]
    running = reading.open_waves_of(current_session(), siblings)
    return render_template(
        "unit_changes/merge.html", form=form, unit=into, chosen=chosen, siblings=siblings, running=running
    )


def merged_units(chosen: list[str], codes: str) -> list[Unit]:
    """The units of the boxes and of the field, each once; raises an operation's error for one out of reach."""
    wanted = dict.fromkeys([*chosen, *filter(None, _SEPARATORS.split(codes))])
    units = [find_unit(current_session(), code) for code in wanted]
    for unit in units:
        if not can("places.edit", unit.path):
            raise UnitError("unknown", unit=unit.code)
    return units
