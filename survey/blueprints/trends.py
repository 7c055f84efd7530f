"""The index over the years, beside published figures and targets."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from reports.year_chart import year_svg
from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import source_for
from survey.analysis.year_trend import NATIONAL, OVERALL, beside_published, beside_targets, known_series, own_points
from survey.blueprints.compilation import chosen_or_404, room_tools
from survey.compilation_wording import content_word, scope_word
from survey.database import current_session
from survey.remembered_figures import remembered

blueprint = staff_blueprint("trends", __name__, url_prefix="/staff/tong-hop")


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**room_tools(), "year_svg": year_svg, "scope_word": scope_word, "content_word": content_word}


@blueprint.get("/<wave_code>/xu-huong")
@may("compilation.read")
def index(wave_code: str) -> ResponseReturnValue:
    """Beside the published series that `?series=scope/content` names, the national index otherwise."""
    session, chosen = current_session(), chosen_or_404(wave_code)
    of_citizens = chosen.wave.respondents == "citizen"  # as are all published series
    series = known_series(session) if of_citizens else []
    asked = request.args.get("series", "")
    pair = next((each for each in series if "/".join(each) == asked), None)
    if asked and pair is None:
        abort(404)
    scope, content = pair or (NATIONAL, OVERALL)
    wave, root, source = chosen.wave, chosen.root, source_for(chosen.root.path)
    key = ("own points", root.id)
    own = remembered(session, wave, source, key, lambda: own_points(session, wave, root, source=source)).value
    return render_template(
        "compilation/trend.html",
        chosen=chosen,
        compilation=chosen.compilation,
        trend=(
            beside_published(session, own, scope=scope, content=content)
            if of_citizens
            else beside_targets(session, own, wave.respondents)
        ),
        series=series,
        asked=f"{scope}/{content}",
    )
