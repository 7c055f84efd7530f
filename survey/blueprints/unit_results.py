"""The dashboards: waves × units, the whole result of one unit with its filters, and its files."""

from __future__ import annotations

from collections import Counter as Multiset
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.choice_table import choice_base
from reports.correction_notes import correction_sentence
from reports.figures import Figure, VerdictState
from reports.line_chart import line_svgs
from reports.quality_table import quality_rows
from reports.report_figures import UnitLine, UnitReport
from reports.sibling_chart import sibling_svg
from reports.trend_chart import trend_svg
from reports.unit_report import unit_report_pdf
from reports.workbook import unit_report_xlsx
from survey import remembered_figures
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope, source_for, unit_path
from survey.analysis import readable, summary
from survey.analysis.corrections import last_corrections
from survey.analysis.published import ancestors
from survey.analysis.remedies import of_figure, weak_figures
from survey.blueprints.result_filters import (
    FILTERS,
    Asked,
    asked_or_404,
    clock,
    filter_words,
    language,
    own_name,
    view_form,
    without_filters,
)
from survey.database import current_session
from survey.models import Filing, Unit, Wave
from survey.operations.exports import note_export
from survey.operations.folding import folded
from survey.remembered_figures import Remembered, fresh, is_large, remembered

blueprint = staff_blueprint("unit_results", __name__, url_prefix="/staff/ket-qua")
blueprint.record_once(lambda state: remembered_figures.init_app(state.app))  # type: ignore[arg-type]  # a Flask

WAVES_SHOWN, LINES_SHOWN, SIBLINGS_SHOWN, WEAK_SHOWN = 4, 50, 60, 8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.context_processor
def renderers() -> dict[str, Any]:
    """What the templates draw figures with: the same functions as the public pages and the PDF."""
    return {
        "trend_svg": trend_svg,
        "line_svgs": line_svgs,
        "sibling_svg": sibling_svg,
        "quality_rows": quality_rows,
        "correction_sentence": correction_sentence,
        "choice_base": choice_base,
        "zip": zip,
        "link": url_for,
        "own_name": own_name,
        "clock": clock,
    }


@blueprint.get("/")
@may("results.read")
def index() -> ResponseReturnValue:
    """Waves × units within reach, the newest period with answers first; those nobody has answered yet come last."""
    session, within = current_session(), scope("results.read").covers(Unit.path)
    waves = readable.begun_waves(session, within, WAVES_SHOWN)
    after = request.args.get("after", "")
    try:
        units, more = readable.units_of(session, waves, within, after, LINES_SHOWN)
    except ValueError:
        abort(404)
    grid = {wave.code: headlines(wave) for wave in waves}
    waves = sorted(waves, key=lambda wave: not any(answered(line.index) for line in grid[wave.code].values()))
    return render_template(
        "unit_results/index.html",
        waves=waves,
        units=units,
        grid=grid,
        corrected=last_corrections(session, waves),
        more=more,
        after=after,
    )


def answered(index: Figure) -> bool:
    """Whether there is anything to show or to hide."""
    return index.people > 0 or index.suppressed


def headlines(wave: Wave) -> dict[str, UnitLine]:
    """The lines of the units within reach that take part in the wave, by code."""
    session = current_session()
    found: dict[str, UnitLine] = {}
    for root in session.scalars(select(Unit).where(Unit.path.in_(scope("results.read").paths))):
        found |= {line.place.code: line for line in overview(wave, root)}
    return found


def overview(wave: Wave, root: Unit) -> tuple[UnitLine, ...]:
    session, source = current_session(), source_for(root.path)

    def load() -> tuple[UnitLine, ...]:
        found = summary.wave_overview(session, wave, root, source=source)
        return (found.root, *found.units)

    return remembered(session, wave, source, ("overview", root.id), load).value


@blueprint.get("/xem")
@may("results.read")
def choose() -> ResponseReturnValue:
    """From the row of filters to the address of the dashboard they name, which can be sent."""
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    wave, place = request.args.get("wave", "?"), request.args.get("unit", "?")
    return redirect(url_for(".unit", wave_code=wave, unit_code=place, **kept))


@blueprint.get("/<wave_code>/<unit_code>")
@may("results.read", unit_path)
def unit(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """The whole result of a unit, verdict first."""
    asked = asked_or_404(wave_code, unit_code)
    session, source = current_session(), source_for(asked.unit.path)
    found = report_of(asked)
    siblings = beside(asked)
    filtered = any(request.args.get(name) for name in FILTERS[:-1])
    plans = not filtered and can("remedies.edit", asked.unit.path)
    after = request.args.get("after", "")
    children = [line for line in found.value.children if line.place.code > after]
    compared = {asked.wave.code, *(change.wave_code for change in found.value.changes)}
    return render_template(
        "unit_results/unit.html",
        corrected=last_corrections(session, session.scalars(select(Wave).where(Wave.code.in_(compared))).all()),
        report=found.value,
        unit_names=names_of_covered(found.value),
        nobody=not answered(found.value.index) and not found.value.quality.responses,
        asked=asked,
        as_of=found.at,
        released_on=remembered_figures.released_on(session, asked.wave),
        source=source,
        form=view_form(asked),
        filtered=filtered,
        weak=weak_figures(found.value, WEAK_SHOWN) if plans else [],
        planned=of_figure(session, asked.unit, asked.wave) if plans else {},
        trail=trail(asked),
        filter_words=filter_words(asked),
        siblings=siblings,
        children=children[:LINES_SHOWN],
        more=children[LINES_SHOWN - 1].place.code if len(children) > LINES_SHOWN else None,
        crossed=asked.wave.state != "open" or can("responses.read", asked.unit.path),
        filing_id=filing_of(asked) if found.value.corrections else None,
    )


def filing_of(asked: Asked) -> int | None:
    """The filing that keeps the versions of the figures, for who may read it."""
    if not can("filings.read", asked.unit.path):
        return None
    query = select(Filing.id).where(Filing.wave_id == asked.wave.id, Filing.unit_id == asked.unit.id)
    return current_session().scalar(query)


def names_of_covered(report: UnitReport) -> dict[str, str]:
    """The names, by code, of the units that the notes on weighting can name."""
    if report.coverage is None:
        return {}
    told = report.coverage
    lists = (told.units_left_out, told.units_merged, told.units_without_transactions, told.units_over_transactions)
    codes = {code for codes in lists for code in codes}
    session = current_session()
    return {unit.code: own_name(unit) for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}


def trail(asked: Asked) -> list[tuple[str, str]]:
    """The units above that the reader may see, with their dashboards of the same wave."""
    return [
        (own_name(each), url_for("unit_results.unit", wave_code=asked.wave.code, unit_code=each.code))
        for each in ancestors(current_session(), asked.unit)
        if can("results.read", each.path)
    ]


@blueprint.get("/<wave_code>/<unit_code>/bao-cao.pdf")
@may("results.read", unit_path)
def unit_pdf(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """The unit's report as its reader may see it, without filters."""
    asked = without_filters(wave_code, unit_code)
    public = ""
    if asked.wave.state == "published" and "results.unit" in current_app.view_functions:
        public = current_app.config["BASE_URL"] + url_for("results.unit", wave_code=wave_code, unit_code=unit_code)
    document = unit_report_pdf(report_of(asked).value, language(), public_url=public)
    return attachment(asked, document, "application/pdf", "pdf")


@blueprint.get("/<wave_code>/<unit_code>/so-lieu.xlsx")
@may("results.read", unit_path)
def unit_xlsx(wave_code: str, unit_code: str) -> ResponseReturnValue:
    asked = without_filters(wave_code, unit_code)
    return attachment(asked, unit_report_xlsx(report_of(asked).value, language()), XLSX, "xlsx")


def attachment(asked: Asked, document: bytes, media_type: str, extension: str) -> Response:
    """The file, noted in the audit log before it leaves."""
    note_export(current_session(), asked.wave, asked.unit, what="report", form=extension, terms={})
    commit()
    response = Response(document, mimetype=media_type)
    what = "bao-cao" if extension == "pdf" else "so-lieu"
    name = f"{what}-{asked.wave.code}-{asked.unit.code}.{extension}"
    response.headers.set("Content-Disposition", "inline" if extension == "pdf" else "attachment", filename=name)
    return response


def report_of(asked: Asked) -> Remembered[UnitReport]:
    """The figures as their reader may see them; those of large subtrees as they were a moment ago."""
    session, source = current_session(), source_for(asked.unit.path)
    top = f"/{asked.unit.path.split('/')[1]}/"
    sees_others = asked.wave.state == "published" or can("results.read", top)

    def load() -> UnitReport:
        report = summary.unit_report(
            session,
            asked.wave,
            asked.unit,
            trust=asked.trust,
            channel=asked.channel,
            group=asked.group,
            period=asked.period,
            compared=asked.compare,
            source=source,
            with_scan=False,
            crossed=asked.crossed,
        )
        if sees_others:
            return report
        # Before publication nobody learns from his own page how the others moved.
        return replace(report, changes=tuple(replace(change, others_difference=None) for change in report.changes))

    if is_large(session, asked.wave, asked.unit):
        return remembered(session, asked.wave, source, ("report", sees_others, *asked.key), load)
    return fresh(load())


@dataclass(frozen=True, slots=True)
class Beside:
    """Units of the same level: those next to the own one by name, and of all of them how many have which verdict."""

    lines: tuple[UnitLine, ...]
    verdicts: dict[VerdictState, int]

    @property
    def total(self) -> int:
        return sum(self.verdicts.values())


def beside(asked: Asked) -> Beside | None:
    """None for who may not see the others before publication, and at the top."""
    session, parent = current_session(), asked.unit.parent
    if parent is None or (asked.wave.state != "published" and not can("results.read", parent.path)):
        return None
    source, kind = source_for(parent.path), asked.unit.kind

    def load() -> tuple[UnitLine, ...]:
        alike = (
            line for line in summary.siblings(session, asked.wave, parent, source=source) if line.place.kind == kind
        )
        return tuple(sorted(alike, key=lambda line: folded(line.place.name.vi)))

    lines = remembered(session, asked.wave, source, ("siblings", parent.id, kind), load).value
    own = next((at for at, line in enumerate(lines) if line.place.code == asked.unit.code), 0)
    start = max(0, min(own - SIBLINGS_SHOWN // 2, len(lines) - SIBLINGS_SHOWN))
    verdicts = Multiset(line.index.verdict.state for line in lines)
    return Beside(lines[start : start + SIBLINGS_SHOWN], dict(verdicts))
