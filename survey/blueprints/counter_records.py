"""What the one-stop counter's score is computed from: dossiers from a file, and a quarter's report of a unit."""

from __future__ import annotations

from dataclasses import fields

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.counter_score import QuarterForm
from reports import counter_score_wording as told
from reports.sheets import Cell
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import scope, unit_path
from survey.analysis.counter_freezing import latest_fixing
from survey.blueprints.counter_scores import chosen, found_unit, periods
from survey.blueprints.place_imports import BODY_LIMIT, import_page, table_file
from survey.database import current_session
from survey.operations.counter_imports import COLUMNS, REQUIRED, import_dossiers
from survey.operations.counter_records import CounterRecordError, QuarterRecord, find_record, record_quarter
from survey.operations.periods import province_today
from survey.staff_pages import say

blueprint = staff_blueprint("counter_records", __name__, url_prefix="/staff/diem-mot-cua")
_TOLD = {True: "yes", False: "no", None: ""}
_EXAMPLE: tuple[Cell, ...] = (
    "X01", "HS-0001", "CB01", "Hộ tịch", "2026-01-05", "2026-01-12", "2026-01-09", 0, 0, "STP 2/3", "cả hai", "không",
)  # fmt: skip


@blueprint.route("/don-vi/<unit_code>/so-lieu", methods=["GET", "POST"])
@may("counter_scores.record", unit_path)
def record(unit_code: str) -> ResponseReturnValue:
    """What the unit reports of a quarter."""
    unit, period, session = found_unit(unit_code), chosen(), current_session()
    if not period.quarter:
        abort(404)
    stands = find_record(session, unit, period.year, period.quarter)
    form = QuarterForm(obj=stands)
    if stands is not None and not form.is_submitted():
        form.all_at_counter.data = _TOLD[stands.all_at_counter]
    if form.validate_on_submit():
        try:
            record_quarter(session, unit, period.year, period.quarter, _told(form))
        except CounterRecordError as error:
            session.rollback()
            (form[error.code].errors if error.code in form else form.form_errors).append(say(error))
        else:
            commit()
            flash(gettext("Stored."), "success")
            return redirect(url_for("counter_scores.show", unit_code=unit_code, ky=period.code))
    quarters = {code: each for code, each in periods().items() if each.quarter}
    return render_template(
        "counter_records/record.html",
        form=form,
        unit=unit,
        period=period,
        periods=quarters,
        told=told,
        today=province_today(),
        fixed=latest_fixing(session, period),
    )


def _told(form: QuarterForm) -> QuarterRecord:
    said = {each.name: form[each.name].data for each in fields(QuarterRecord)}
    return QuarterRecord(**said | {"all_at_counter": {"yes": True, "no": False}.get(form.all_at_counter.data or "")})


@blueprint.route("/nhap", methods=["GET", "POST"])
@may("counter_scores.record", writes=False, body_limit=BODY_LIMIT)
def load() -> ResponseReturnValue:
    """Dossiers of the one-stop system from a file: looked at first."""
    within = scope("counter_scores.record").paths
    return import_page(
        "dossiers",
        lambda content: import_dossiers(current_session(), content, within),
        "counter_scores.index",
        template="counter_records.template",
        columns=COLUMNS,
        required=REQUIRED,
    )


@blueprint.get("/mau.<any(csv, xlsx):suffix>")
@may("counter_scores.record")
def template(suffix: str) -> Response:
    """The file's columns with one example row."""
    return table_file("dossiers", "mau-ho-so", [list(COLUMNS.values()), list(_EXAMPLE)], suffix)
