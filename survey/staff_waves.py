"""What the pages of waves, collectors and field progress share: finding, wording refusals, which figures are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports import wording
from reports.figures import Language
from survey import staff_wording
from survey.accounts.scope import can
from survey.analysis.tally_statement import Source
from survey.database import current_session
from survey.language import chosen_language
from survey.models import Unit, Wave
from survey.operations.errors import OperationError
from survey.operations.poll_waves import IS_SURVEY
from survey.staff_pages import say

_DAYS = ("closes", "date", "end", "opens", "start")  # parameters of errors that are days


def language() -> Language:
    return "en" if chosen_language() == "en" else "vi"


def now() -> datetime:
    return datetime.now(UTC)


def wave_or_404(wave_code: str) -> Wave:
    wave = current_session().scalar(select(Wave).where(Wave.code == wave_code, IS_SURVEY))
    return wave if wave is not None else abort(404)


def unit_name(unit: Unit) -> str:
    return unit.name_en or unit.name_vi if language() == "en" else unit.name_vi


def wave_name(wave: Wave) -> str:
    return wave.name_en or wave.name_vi if language() == "en" else wave.name_vi


def day(moment: date | None) -> str:
    """A day as this reader writes it; a dash for none."""
    return wording.short_date(moment, language()) if moment else wording.NO_NUMBER


def explain(error: OperationError) -> str:
    """The error's sentence, with states and days as this reader says them."""
    shown: dict[str, Any] = dict(error.parameters)
    if shown.get("state") in staff_wording.WAVE_STATES:
        shown["state"] = str(staff_wording.WAVE_STATES[shown["state"]]).lower()
    for name in _DAYS:
        if shown.get(name):
            shown[name] = day(date.fromisoformat(str(shown[name])))
    return say(type(error)(error.code, **shown))


def refused(error: OperationError) -> ResponseReturnValue:
    """A step that makes no sense: nothing is stored, and the wave's page says why."""
    current_session().rollback()
    flash(explain(error), "danger")
    code = (request.view_args or {}).get("wave_code")
    return redirect(url_for("waves.wave", wave_code=code) if code else url_for("waves.index"), 303)


def source_for_all(paths: tuple[str, ...]) -> Source:
    """Exact figures for whoever may see those of all these units, else the released ones."""
    return "exact" if paths and all(can("results.exact", path) for path in paths) else "released"
