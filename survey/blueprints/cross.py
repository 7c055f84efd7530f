"""What each group of those who said something of themselves answered: a unit's cross-tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from reports.cross_figures import CrossTable
from reports.heat_workbook import cross_xlsx
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, unit_path
from survey.analysis.cross_counting import crossed
from survey.analysis.cross_tables import cross_table
from survey.analysis.instrument import ChoiceQuestion, read_instrument
from survey.blueprints.heat import SIGNS, tint
from survey.blueprints.result_filters import clock, language, own_name, wave_and_unit
from survey.blueprints.unit_results import XLSX
from survey.database import current_session
from survey.models import CrossRun, Unit, Wave
from survey.operations.cross_tables import request_cross_tables
from survey.operations.exports import note_export

blueprint = staff_blueprint("cross", __name__, url_prefix="/staff/ket-qua/theo-nhom")


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"tint": tint, "SIGNS": SIGNS, "clock": clock, "own_name": own_name}


@blueprint.get("/<wave_code>/<unit_code>")
@may("results.read", unit_path)
def index(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """The table of one question; while the wave is open for the compiler alone, as it was last counted."""
    wave, place, questions = asked(wave_code, unit_code)
    run = current_session().get(CrossRun, wave.id)
    chosen = chosen_question(questions)
    return render_template(
        "unit_results/cross.html",
        wave=wave,
        unit=place,
        questions=questions,
        question=chosen,
        run=run,
        counting=run is not None and run.finished_at is None,
        table=cross_table(current_session(), wave, place, chosen) if chosen else None,
    )


@blueprint.post("/<wave_code>/<unit_code>/dem-lai")
@may("responses.read", unit_path)
def count(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """Ask for an open wave's tables to be counted now."""
    wave, _, _ = asked(wave_code, unit_code)
    if wave.state != "open":
        abort(404)
    if request_cross_tables(current_session(), wave, datetime.now(UTC)):
        flash(gettext("Counting has been asked for. This page shows how far it is."), "success")
    else:
        flash(gettext("Counting is under way already."), "info")
    commit()
    return redirect(url_for(".index", wave_code=wave_code, unit_code=unit_code, question=request.form.get("question")))


@blueprint.get("/<wave_code>/<unit_code>/theo-nhom.xlsx")
@may("results.read", unit_path)
def download(wave_code: str, unit_code: str) -> ResponseReturnValue:
    wave, place, questions = asked(wave_code, unit_code)
    chosen = chosen_question(questions) or abort(404)
    table: CrossTable = cross_table(current_session(), wave, place, chosen) or abort(404)
    document = cross_xlsx(table, language())
    note_export(current_session(), wave, place, what="cross-table", form="xlsx", terms={"question": chosen.code})
    commit()
    response = Response(document, mimetype=XLSX)
    name = f"sipas-{wave.code}-{place.code}-{chosen.code}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def asked(wave_code: str, unit_code: str) -> tuple[Wave, Unit, Sequence[ChoiceQuestion]]:
    """404 also for who may not see an open wave's tables: they move with every answer."""
    wave, place = wave_and_unit(wave_code, unit_code)
    if wave.state == "open" and not can("responses.read", place.path):
        abort(404)
    return wave, place, crossed(read_instrument(current_session(), wave.questionnaire))


def chosen_question(questions: Sequence[ChoiceQuestion]) -> ChoiceQuestion | None:
    code = request.args.get("question")
    if code and code not in {question.code for question in questions}:
        abort(404)
    return next((question for question in questions if question.code == code), questions[0] if questions else None)
