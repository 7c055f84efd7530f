"""Results out: the same figures, with the same keys, as `sipas analyse --json`; see docs/analysis-json.md.

What needs a pass over the rows (alpha, median time, valid forms) is there once the wave is closed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from reports.figures import Language
from reports.report_figures import UnitReport
from survey.analysis.corrections import wave_corrections
from survey.analysis.export import (
    SCHEMA,
    as_json,
    coverage_json,
    line_json,
    method_json,
    wave_correction_json,
    wave_json,
)
from survey.analysis.published import root_of_wave, unit_of_wave
from survey.analysis.summary import unit_report, wave_overview
from survey.blueprints.api.door import may, require, scope, source_for, unit_for
from survey.blueprints.api.fields import MOST_ROWS, Code, Day, WaveState
from survey.blueprints.api.paging import Listing, Page, cut, page_of
from survey.blueprints.api.route import RESULTS, route
from survey.blueprints.api.wire import ApiError, Given, Words, invalid, reply
from survey.database import current_session
from survey.models import Unit, Wave
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.units import UnitError
from survey.remembered_figures import is_large, remembered

_CHOOSE_UNIT = _n("The key reaches several units: say which one by “unit”.")
_OBJECT: dict[str, Any] = {"type": "object"}
_MAYBE: dict[str, Any] = {"type": ["object", "null"]}
_LIST: dict[str, Any] = {"type": "array", "items": _OBJECT}
_HEAD: dict[str, Any] = {
    "schema": {"const": SCHEMA},
    "language": {"enum": ["vi", "en"]},
    "wave": _OBJECT,
    "method": _OBJECT,
    "coverage": _MAYBE,
}
_REPORT_PARTS: dict[str, Any] = {
    **_HEAD,
    "place": _OBJECT,
    "index": _OBJECT,
    "beside": _MAYBE,
    "overall": _MAYBE,
    "all_satisfied": _MAYBE,
    "contents": _LIST,
    "factors": _LIST,
    "items": _LIST,
    "tipping_point": {"type": ["number", "null"]},
    "quality": _MAYBE,
    "changes": _LIST,
    "trend": _LIST,
    "children": _LIST,
    "breakdowns": _OBJECT,
    "choices": _LIST,
    "compiled_at": {"type": ["string", "null"]},
    "ledger_head": {"type": ["string", "null"]},
    "corrections": _LIST,
}
_OVERVIEW_PARTS: dict[str, Any] = {
    **_HEAD,
    "total": _OBJECT,
    "items": _LIST,
    "corrections": _LIST,
    "next": {"type": ["string", "null"]},
}


def _schema(title: str, description: str, parts: dict[str, Any]) -> dict[str, Any]:
    """An object all of whose parts are always there; what they hold is written in docs/analysis-json.md."""
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": parts,
        "required": sorted(parts),
    }


REPORT = _schema("Report", _n("A unit's result; docs/analysis-json.md names every key."), _REPORT_PARTS)
OVERVIEW = _schema("Overview", _n("The headline of each unit; docs/analysis-json.md names every key."), _OVERVIEW_PARTS)


class ResultsQuery(Listing):
    state: Literal["open", "closed", "published"] | None = None
    since: Day | None = Field(None, description=_n("Only periods that end on this day or later."))
    until: Day | None = Field(None, description=_n("Only periods that begin on this day or earlier."))


class OverviewQuery(Given):
    after: Code | None = Field(None, description=_n("Go on behind the row with this code; see “next”."))
    limit: int = Field(MOST_ROWS, ge=1, le=MOST_ROWS, description=_n("At most so many rows."))
    unit: Code | None = Field(None, description=_n("The top of the list. Default: the only unit the key reaches."))
    lang: Literal["vi", "en"] = Field("vi", description=_n("Language of the printed strings."))


class ReportQuery(Given):
    lang: Literal["vi", "en"] = Field("vi", description=_n("Language of the printed strings."))


class ResultLine(BaseModel):
    wave: str
    name: Words
    state: WaveState
    period_start: str
    period_end: str
    interim: bool = Field(description=_n("The wave is open: its figures still move."))
    results: str = Field(description=_n("The address of its results."))


class ResultPage(Page[ResultLine]):
    pass


@route(
    "GET",
    "/results",
    tag=RESULTS,
    action="results.read",
    summary=_n("Waves that have results, by code"),
    query=ResultsQuery,
    answer=ResultPage,
)
def list_results(query: ResultsQuery) -> ResponseReturnValue:
    rows = select(Wave).outerjoin(Wave.owner).where(Wave.state != "draft", IS_SURVEY)
    rows = rows.where(scope("waves.read").covers(func.coalesce(Unit.path, "/")))
    if query.state is not None:
        rows = rows.where(Wave.state == query.state)
    if query.since is not None:
        rows = rows.where(Wave.period_end >= query.since)
    if query.until is not None:
        rows = rows.where(Wave.period_start <= query.until)
    found, following = page_of(rows, query, Wave.code, lambda wave: wave.code)
    return reply(ResultPage(items=[_line(wave) for wave in found], next=following))


@route(
    "GET",
    "/results/<wave_code>",
    tag=RESULTS,
    action="results.read",
    summary=_n("The headline of each unit in a wave, by code"),
    text=_n(
        "While a wave is open, keys without the role of compiler or auditor see the figures released once a day in "
        "steps of at least five people. Figures of fewer than five people are hidden everywhere."
    ),
    query=OverviewQuery,
    answer=OVERVIEW,
    also=(304,),
)
def show_overview(wave_code: str, query: OverviewQuery) -> ResponseReturnValue:
    wave = _wave(wave_code)
    root = _root(wave, query.unit)
    path = root.path if root is not None else "/"
    session, source = current_session(), source_for(path)
    key = ("api overview", path)
    overview = remembered(session, wave, source, key, lambda: wave_overview(session, wave, root, source=source)).value
    lines = [line for line in overview.units if query.after is None or line.place.code > query.after]
    lines.sort(key=lambda line: line.place.code)
    found, following = cut(lines, query.limit, lambda line: line.place.code)
    language: Language = query.lang
    corrections = wave_corrections(session, (wave,)).get(wave.id, ())
    answer = {
        "schema": SCHEMA,
        "language": language,
        "wave": wave_json(overview.wave),
        "method": method_json(overview.method, language),
        "total": line_json(overview.root, language),
        "coverage": coverage_json(overview.coverage) if overview.coverage else None,
        "items": [line_json(line, language) for line in found],
        "corrections": [wave_correction_json(each) for each in corrections],
        "next": following,
    }
    return reply(answer, conditional=True)


@route(
    "GET",
    "/results/<wave_code>/<unit_code>",
    tag=RESULTS,
    action="results.read",
    summary=_n("The whole result of a unit, with everything below it, in a wave"),
    text=_n(
        "While a wave is open, keys without the role of compiler or auditor see the figures released once a day in "
        "steps of at least five people. Figures of fewer than five people are hidden everywhere."
    ),
    query=ReportQuery,
    answer=REPORT,
    also=(304,),
)
def show_report(wave_code: str, unit_code: str, query: ReportQuery) -> ResponseReturnValue:
    wave = _wave(wave_code)
    unit = unit_for("results.read", unit_code)
    session = current_session()
    if unit_of_wave(session, wave, unit.code) is None:
        raise ApiError(404)
    return reply(as_json(_report(wave, unit), query.lang), conditional=True)


def _report(wave: Wave, unit: Unit) -> UnitReport:
    """The figures as the key may see them; those of large subtrees as they were a moment ago."""
    session, source = current_session(), source_for(unit.path)
    sees_others = wave.state == "published" or may("results.read", f"/{unit.path.split('/')[1]}/")

    def load() -> UnitReport:
        report = unit_report(session, wave, unit, source=source, with_scan=False)
        if sees_others:
            return report
        # Before publication nobody learns from his own result how the others moved.
        return replace(report, changes=tuple(replace(change, others_difference=None) for change in report.changes))

    if is_large(session, wave, unit):
        return remembered(session, wave, source, ("api report", unit.id, sees_others), load).value
    return load()


def _wave(code: str) -> Wave:
    """The wave, whoever runs it: what is shown of it is decided by the unit. A draft has no results: 404."""
    found = current_session().scalar(select(Wave).where(Wave.code == code, IS_SURVEY)) if is_code(code) else None
    if found is None or found.state == "draft":
        raise ApiError(404)
    return found


def _root(wave: Wave, code: str | None) -> Unit | None:
    """The unit whose list is wanted; None is the whole wave, where its units stand in several trees."""
    session = current_session()
    if code is not None:
        unit = session.scalar(select(Unit).where(Unit.code == code))
        if unit is None:
            raise invalid(("query", "unit"), "unknown", UnitError.SENTENCES["unknown"], unit=code)
        require("results.read", unit.path)
        return unit
    root = root_of_wave(session, wave)
    if may("results.read", root.path if root else "/"):
        return root
    paths = scope("results.read").paths
    if len(paths) != 1:
        raise invalid(("query", "unit"), "missing", _CHOOSE_UNIT)
    return session.scalar(select(Unit).where(Unit.path == paths[0]))


def _line(wave: Wave) -> ResultLine:
    return ResultLine(
        wave=wave.code,
        name=Words(vi=wave.name_vi, en=wave.name_en or wave.name_vi),
        state=wave.state,
        period_start=wave.period_start.isoformat(),
        period_end=wave.period_end.isoformat(),
        interim=wave.state == "open",
        results=f"/api/v1/results/{wave.code}",
    )
