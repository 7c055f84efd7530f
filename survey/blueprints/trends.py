"""The index over the years, beside published figures and targets."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from reports.year_chart import year_svg
from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import source_for
from survey.analysis.year_trend import NATIONAL, OVERALL, known_series, year_trend
from survey.blueprints.compilation import chosen_or_404, room_tools
from survey.compilation_wording import content_word, scope_word
from survey.database import current_session

blueprint = staff_blueprint("trends", __name__, url_prefix="/staff/tong-hop")


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**room_tools(), "year_svg": year_svg, "scope_word": scope_word, "content_word": content_word}


@blueprint.get("/<wave_code>/xu-huong")
@may("compilation.read")
def index(wave_code: str) -> ResponseReturnValue:
    """Beside the published series that `?series=scope/content` names, the national index otherwise."""
    session, chosen = current_session(), chosen_or_404(wave_code)
    series = known_series(session)
    asked = request.args.get("series", "")
    pair = next((each for each in series if "/".join(each) == asked), None)
    if asked and pair is None:
        abort(404)
    scope, content = pair or (NATIONAL, OVERALL)
    source = source_for(chosen.root.path)
    trend = year_trend(session, chosen.wave, chosen.root, scope=scope, content=content, source=source)
    return render_template(
        "compilation/trend.html",
        chosen=chosen,
        compilation=chosen.compilation,
        trend=trend,
        series=series,
        asked=f"{scope}/{content}",
    )
