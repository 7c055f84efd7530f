"""The counters of a unit: added, renamed, closed and opened again."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.place import CloseCounterForm, CounterForm, NewCounterForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import unit_path
from survey.blueprints.places import found_counter, found_unit, today, tools
from survey.database import current_session
from survey.operations.errors import OperationError
from survey.operations.unit_edits import edit_counter, reopen_counter
from survey.operations.units import add_counter, close_counter
from survey.staff_pages import say

blueprint = staff_blueprint("counters", __name__, url_prefix="/staff/don-vi/<unit_code>/quay")
blueprint.context_processor(tools)


def done(unit_code: str, what: str) -> ResponseReturnValue:
    commit()
    flash(what, "success")
    return redirect(f"{url_for('places.show', unit_code=unit_code)}#quay")


def texts(form: CounterForm) -> dict[str, str]:
    return {name: (form[name].data or "").strip() for name in ("code", "name_vi", "name_en")}


@blueprint.route("/-/moi", methods=["GET", "POST"])
@may("counters.edit", unit_path)
def create(unit_code: str) -> ResponseReturnValue:
    unit, form = found_unit(unit_code), NewCounterForm(valid_from=today())
    if form.validate_on_submit():
        try:
            add_counter(current_session(), unit, valid_from=form.valid_from.data, **texts(form))
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            return done(unit_code, gettext("The counter was added."))
    return render_template("counters/edit.html", form=form, unit=unit, counter=None)


@blueprint.route("/<counter_code>/sua", methods=["GET", "POST"])
@may("counters.edit", unit_path)
def edit(unit_code: str, counter_code: str) -> ResponseReturnValue:
    counter = found_counter(unit_code, counter_code)
    form = CounterForm(obj=counter)
    if form.validate_on_submit():
        try:
            edit_counter(current_session(), counter, **texts(form))
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            return done(unit_code, gettext("The counter was changed."))
    return render_template("counters/edit.html", form=form, unit=counter.unit, counter=counter)


@blueprint.route("/<counter_code>/dong", methods=["GET", "POST"])
@may("counters.edit", unit_path)
def close(unit_code: str, counter_code: str) -> ResponseReturnValue:
    counter, form = found_counter(unit_code, counter_code), CloseCounterForm(on=today())
    if form.validate_on_submit():
        try:
            close_counter(current_session(), counter, form.on.data)
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            return done(unit_code, gettext("The counter was closed."))
    return render_template("counters/close.html", form=form, unit=counter.unit, counter=counter)


@blueprint.post("/<counter_code>/mo-lai")
@may("counters.edit", unit_path)
def reopen(unit_code: str, counter_code: str) -> ResponseReturnValue:
    try:
        reopen_counter(current_session(), found_counter(unit_code, counter_code))
    except OperationError as error:
        current_session().rollback()
        flash(say(error), "danger")
        return redirect(url_for("places.show", unit_code=unit_code))
    return done(unit_code, gettext("The counter is open again."))
