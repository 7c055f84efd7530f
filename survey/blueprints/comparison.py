"""Up to five units of a published wave side by side, with the differences that can be told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.analysis import comparison, open_data
from survey.analysis.comparison import Candidate
from survey.analysis.corrections import last_corrections
from survey.analysis.published import published_waves
from survey.blueprints import results
from survey.database import current_session, engine

blueprint = Blueprint("comparison", __name__, url_prefix="/so-sanh")
blueprint.context_processor(results.renderers)
blueprint.after_request(results.say_language)
blueprint.after_request(results.compress.after_request)
blueprint.register_error_handler(404, results.missing)


@blueprint.context_processor
def links() -> dict[str, Any]:
    kept = [(name, value) for name in ("dot", "don-vi", "tim") for value in request.args.getlist(name)]
    other = "vi" if results.language() == "en" else "en"
    return {"other_language": f"{request.path}?{urlencode([*kept, ('lang', other)])}"}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """`?dot=` is the wave (the newest without), `?don-vi=` each unit, `?tim=` searches one more."""
    session = current_session()
    offered = [(wave, found[0]) for wave in published_waves(session) if (found := open_data.editions(session, wave))]
    if not offered:
        return render_template("comparison/index.html", wave=None)
    code = request.args.get("dot", "")
    wave, edition = next((each for each in offered if code in ("", each[0].code)), None) or abort(404)
    units = comparison.candidates(session, wave)
    known = {unit.code: unit for unit in units}
    asked = list(dict.fromkeys(request.args.getlist("don-vi")))
    chosen = [known[unit] for unit in asked if unit in known]
    if len(chosen) < len(asked):
        abort(404)
    codes = [unit.code for unit in chosen]
    words = request.args.get("tim", "").strip()
    return render_template(
        "comparison/index.html",
        wave=wave,
        waves=[each for each, _ in offered],
        chosen=chosen[: comparison.MOST],
        too_many=len(chosen) > comparison.MOST,
        most=comparison.MOST,
        words=words,
        found=comparison.search(units, words, codes) if words else [],
        corrected=last_corrections(session, (wave,)),
        compared=comparison.compare_units(engine(), edition, chosen[: comparison.MOST]) if chosen else None,
        with_unit=lambda unit: address(wave.code, [*codes, unit.code]),
        without=lambda unit: address(wave.code, [each for each in codes if each != unit.code]),
        kinds_of=kinds_of(units),
        printed_address=address(wave.code, codes),
    )


def kinds_of(units: list[Candidate]) -> list[tuple[str, list[Candidate]]]:
    """The units by kind, in the order of lists."""
    kinds = dict.fromkeys(unit.kind for unit in units)
    return [(kind, [unit for unit in units if unit.kind == kind]) for kind in kinds]


def address(wave_code: str, units: list[str]) -> str:
    arguments: dict[str, Any] = {"dot": wave_code, "don-vi": units, "lang": request.args.get("lang")}
    return url_for(".index", **arguments)
