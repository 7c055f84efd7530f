"""The headline by other rules, aggregations, weightings and trust levels, the official one marked."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import can, source_for
from survey.analysis.readable import origins
from survey.analysis.view import headline_trust
from survey.analysis.what_if import what_if
from survey.blueprints.compilation import chosen_or_404, room_tools
from survey.database import current_session
from survey.remembered_figures import remembered

blueprint = staff_blueprint("what_if", __name__, url_prefix="/staff/tong-hop")

EVERY_LEVEL = "all"


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return room_tools()


@blueprint.get("/<wave_code>/phuong-an")
@may("compilation.read")
def index(wave_code: str) -> ResponseReturnValue:
    """At the trust levels the wave counts, or with `?trust=` at one of them or at all together."""
    session, chosen = current_session(), chosen_or_404(wave_code)
    wave, root = chosen.wave, chosen.root
    levels = origins(session, wave).trust
    asked = request.args.get("trust", "")
    if asked not in ("", EVERY_LEVEL, *levels):
        abort(404)
    trust = {"": headline_trust(wave), EVERY_LEVEL: levels}.get(asked, (asked,))
    source, crossed = source_for(root.path), can("results.exact", root.path)
    found = remembered(
        session,
        wave,
        source,
        ("what if", root.id, trust, crossed),
        lambda: what_if(session, wave, root, trust=trust, source=source, crossed=crossed),
    )
    return render_template(
        "compilation/what_if.html",
        chosen=chosen,
        compilation=chosen.compilation,
        found=found.value,
        levels=levels,
        asked=asked,
        every_level=EVERY_LEVEL,
    )
