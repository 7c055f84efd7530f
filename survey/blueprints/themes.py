"""Themes of comments: how many people wrote of what, by wave, unit and period, with examples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import can, root_paths, scope
from survey.analysis import comments as comment_reading
from survey.analysis import readable
from survey.analysis import themes as reading
from survey.analysis.comments import Filters
from survey.analysis.published import unit_of_wave
from survey.analysis.unit_search import Named
from survey.blueprints.comments import days_of, reach, today
from survey.blueprints.comments import tools as comment_tools
from survey.blueprints.result_filters import clock
from survey.database import current_session
from survey.models import Theme, Unit, Wave
from survey.models.theme import NONE
from survey.staff_units import asked_unit

blueprint = staff_blueprint("themes", __name__, url_prefix="/staff/chu-de")

NO_THEME = "khong-thuoc-chu-de"  # stands in an address where the code of a theme stands
EXAMPLES = 20


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**comment_tools(), "clock": clock, "no_theme": NO_THEME, "edits": may_edit()}


def may_edit() -> bool:
    """The dictionary is everybody's, so it is the matter of the root unit."""
    return can("themes.edit", root_paths())


@dataclass(frozen=True, slots=True)
class Chosen:
    """The wave and unit whose comments are looked at, and how: `exact` all of them, `texts` may be read at all."""

    wave: Wave
    unit: Unit
    exact: bool
    texts: bool
    by_half_month: bool

    @property
    def waits(self) -> bool:
        """Who reads no comments sees no counts of them move from day to day: those of an open wave wait."""
        return self.wave.state == "open" and not self.texts and not self.exact

    @property
    def arguments(self) -> dict[str, str]:
        kept = {"wave": self.wave.code, "unit": self.unit.code}
        return kept | ({"by": "half"} if self.by_half_month else {})


@blueprint.get("/")
@may("themes.read")
def index() -> ResponseReturnValue:
    """The themes of a wave and unit, the most frequent first; the newest wave and the widest unit unless asked."""
    session, within = current_session(), scope("themes.read").covers(Unit.path)
    waves = readable.begun_waves(session, within)
    if not waves:
        return render_template("themes/index.html", chosen=None, waves=waves)
    asked = asked_unit("themes.read")
    chosen = chosen_or_404(asked, waves[0])
    board = reading.board(session, chosen.wave, chosen.unit, exact=chosen.exact, by_half_month=chosen.by_half_month)
    of_whole_wave = chosen.exact and may_edit()
    return render_template(
        "themes/index.html",
        chosen=chosen,
        asked=asked if asked.unclear else Named(chosen.unit.code, chosen.unit),
        board=board,
        waves=waves,
        phrases=reading.phrases(session, chosen.wave) if of_whole_wave else [],
        themes=reading.living_themes(session) if of_whole_wave else [],
        being_read=reading.is_being_read(session),
        most=max((line.counted.people for line in board.lines), default=0),
    )


def chosen_or_404(asked: Named, newest: Wave | None = None) -> Chosen:
    """Without a unit that is clear, the widest in reach."""
    session, within = current_session(), scope("themes.read").covers(Unit.path)
    wave, unit = newest, asked.unit
    if code := request.args.get("wave"):
        wave = readable.begun_wave(session, code)
    if unit is None:
        unit = session.scalar(select(Unit).where(within).order_by(Unit.path).limit(1))
    if wave is None or unit is None or (asked.unit is not None and unit_of_wave(session, wave, unit.code) is None):
        abort(404)
    exact = can("responses.read", unit.path)
    half = exact and request.args.get("by") == "half"
    return Chosen(wave, unit, exact, can("comments.read", unit.path), half)


@blueprint.get("/<theme_code>")
@may("themes.read")
def show(theme_code: str) -> ResponseReturnValue:
    """A theme over time, with the comments of it that the reader may read."""
    asked = asked_unit("themes.read")
    if asked.unclear:
        abort(404)
    session, chosen = current_session(), chosen_or_404(asked)
    theme = None if theme_code == NO_THEME else reading.find_theme(session, theme_code) or abort(404)
    board = reading.board(session, chosen.wave, chosen.unit, exact=chosen.exact, by_half_month=chosen.by_half_month)
    line = None if chosen.waits else board.line_of(theme)
    page, days = None, {}
    if line is not None and chosen.texts:
        page = examples(chosen, theme)
        days = days_of(page.comments, reach())
    return render_template(
        "themes/show.html", chosen=chosen, theme=theme, board=board, line=line, page=page, days=days, exact=chosen.exact
    )


def examples(chosen: Chosen, theme: Theme | None) -> comment_reading.Page:
    """In the order of their numbers, which chance drew: the newest ones alone would be no fair examples."""
    filters = Filters(chosen.wave, chosen.unit, theme=theme.id if theme else NONE)
    reader = replace(reach(), in_order=False)
    try:
        return comment_reading.page(
            current_session(), reader, filters, today(), request.args.get("after", ""), EXAMPLES
        )
    except ValueError:
        abort(404)
