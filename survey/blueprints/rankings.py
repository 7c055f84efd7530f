"""The ranking of a wave's units that tells how far the order is known."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from reports.rank_chart import rank_percents, rank_svgs, rank_words
from survey.accounts.guard import may, staff_blueprint
from survey.analysis.rank_table import rank_table, units_inside_others
from survey.blueprints.compilation import chosen_or_404, previous_of, room_tools

blueprint = staff_blueprint("rankings", __name__, url_prefix="/staff/tong-hop")

ROWS_SHOWN = 100


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**room_tools(), "rank_svgs": rank_svgs, "rank_words": rank_words, "rank_percents": rank_percents}


@blueprint.get("/<wave_code>/xep-hang")
@may("compilation.read")
def index(wave_code: str) -> ResponseReturnValue:
    """All units together, or with `?group=` those of a kind or saved group; a hundred at a time."""
    chosen = chosen_or_404(wave_code)
    code = request.args.get("group", "")
    try:
        table = rank_table(chosen.compilation, code, previous_of(chosen))
    except KeyError:
        abort(404)
    after = request.args.get("after", "")
    start = next((at + 1 for at, line in enumerate(table.lines) if line.unit.line.place.code == after), 0)
    lines = table.lines[start : start + ROWS_SHOWN]
    return render_template(
        "compilation/ranking.html",
        chosen=chosen,
        compilation=chosen.compilation,
        table=table,
        lines=lines,
        inside=units_inside_others(chosen.compilation, code),
        group=code,
        more=lines[-1].unit.line.place.code if len(table.lines) > start + ROWS_SHOWN else None,
    )
