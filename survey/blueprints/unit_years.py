"""The public page of a unit over all its years, and the way to it by the unit's name."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.compilation_figures import YearTrend
from survey import remembered_figures
from survey.analysis.corrections import last_corrections
from survey.analysis.petition_tracking import count_published
from survey.analysis.published import ancestors, published_waves, waves_of_unit
from survey.analysis.remedies import public_remedies
from survey.analysis.unit_search import named_unit
from survey.analysis.unit_years import took_part, unit_years
from survey.blueprints import results
from survey.database import current_session
from survey.models import Unit, Wave

blueprint = Blueprint("unit_years", __name__, url_prefix="/ket-qua/don-vi")
blueprint.context_processor(results.renderers)
blueprint.after_request(results.say_language)
blueprint.after_request(results.compress.after_request)
blueprint.register_error_handler(404, results.missing)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """`?q=` names a unit by its code or by words of its name, diacritics or not: who is understood is taken there."""
    session = current_session()
    within = Unit.id.in_(took_part(session, published_waves(session)))
    named = named_unit(session, within, request.args.get("q", "")[:200])
    if named.unit is not None:
        return redirect(results.link(".unit", unit_code=named.unit.code))
    above = {unit.id: ancestors(session, unit) for unit in named.others}
    return render_template("unit_years/index.html", named=named, above=above)


@blueprint.get("/<unit_code>")
def unit(unit_code: str) -> ResponseReturnValue:
    """Every published wave of the unit at a glance; 404 where it took part in none."""
    session = current_session()
    found = session.scalar(select(Unit).where(Unit.code == unit_code)) or abort(404)
    waves = waves_of_unit(session, found, published_waves(session))
    if not waves:
        abort(404)
    return render_template(
        "unit_years/unit.html",
        unit=found,
        above=ancestors(session, found),
        series=series_of(found, waves),
        corrected=last_corrections(session, waves),
        responded=public_remedies(session, found),
        opinions=count_published(session, found),
    )


def series_of(unit: Unit, waves: list[Wave]) -> list[YearTrend]:
    """The unit's series; of a large subtree remembered for a while."""
    session = current_session()
    if not remembered_figures.is_large(session, waves[0], unit):
        return unit_years(session, unit, waves)
    published = tuple(wave.id for wave in waves)
    key = ("unit years", unit.id, published)
    return remembered_figures.remembered(
        session, waves[0], "sealed", key, lambda: unit_years(session, unit, waves)
    ).value
