"""Public results: published waves, their units with verdicts, a unit's page, and its PDF and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_compress import Compress
from werkzeug.exceptions import NotFound

from reports import charts, names, notes, wording
from reports.choice_table import choice_base
from reports.compilation_figures import GroupFigures, YearTrend
from reports.figures import Language
from reports.line_chart import line_svgs
from reports.quality_table import quality_rows
from reports.report_figures import UnitLine, UnitReport, WaveOverview
from reports.trend_chart import trend_svg
from reports.unit_report import unit_report_pdf
from reports.workbook import unit_report_xlsx
from reports.year_chart import year_svg
from survey import remembered_figures
from survey.analysis import filings, published_documents
from survey.analysis.compilation import compile_wave
from survey.analysis.corrections import last_corrections, wave_corrections
from survey.analysis.export_reading import report_from
from survey.analysis.frozen_figures import unpacked
from survey.analysis.petition_tracking import count_published
from survey.analysis.published import (
    ancestors,
    published_wave,
    published_waves,
    root_of_wave,
    unit_of_wave,
    waves_of_unit,
)
from survey.analysis.remedies import public_remedies
from survey.analysis.summary import unit_report, wave_overview
from survey.analysis.themes import public_themes
from survey.analysis.unit_groups import groups_stamp
from survey.analysis.unit_years import year_of
from survey.analysis.year_trend import year_trend
from survey.blueprints.verification import published_pdf
from survey.database import current_session
from survey.language import chosen_language
from survey.models import UNIT_KINDS, Unit, Wave
from survey.operations.folding import folded

blueprint = Blueprint("results", __name__, url_prefix="/ket-qua")

# The citizen's pages compress themselves; only these are left to the library.
compress = Compress()
blueprint.record_once(lambda state: compress.init_app(cast("Flask", state.app)))
blueprint.after_request(compress.after_request)

# A province of 200 units takes a while to read, and what is published rarely changes.
blueprint.record_once(lambda state: remembered_figures.init_app(cast("Flask", state.app)))

R = TypeVar("R")
V = TypeVar("V")
FILTERS = ("q", "kind", "verdict")
ADDRESS = (*FILTERS, "nam", "sau")  # what the other language keeps of an address
WAVES, LINES = 6, 50  # on a page
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def language() -> Language:
    return "en" if chosen_language() == "en" else "vi"


@blueprint.after_request
def say_language(response: Response) -> Response:
    """A cache between us and the readers must not give one the other's language; who has a page is told so by 304."""
    response.vary.add("Accept-Language")
    response.headers.setdefault("Content-Language", language())
    response.headers.setdefault("Cache-Control", "no-cache")  # published figures may be corrected
    if response.status_code == 200 and not response.is_streamed:
        response.add_etag(weak=True)  # weak: compressed it has other bytes
        response.make_conditional(request)
    return response


@blueprint.context_processor
def renderers() -> dict[str, Any]:
    """What the templates word and draw figures with: the same functions as the PDF's."""
    return {
        "say": wording,
        "names": names,
        "notes": notes,
        "charts": charts,
        "trend_svg": trend_svg,
        "line_svgs": line_svgs,
        "year_svg": year_svg,
        "zip": zip,
        "quality_rows": quality_rows,
        "choice_base": choice_base,
        "language": language(),
        "link": link,
        "other_language": other_language(),
        "kind_name": kind_name,
    }


def link(endpoint: str, **values: Any) -> str:
    """A link that keeps the language the reader chose by hand."""
    return url_for(endpoint, **values, lang=request.args.get("lang"))


def other_language() -> str:
    """This very page, with its filters, in the other language; nothing else of the query is carried on."""
    kept = {name: request.args[name] for name in ADDRESS if name in request.args}
    return f"{request.path}?{urlencode({**kept, 'lang': 'vi' if language() == 'en' else 'en'})}"


def kind_name(code: str) -> str:
    return {
        "province": gettext("Province"),
        "department": gettext("Department"),
        "commune": gettext("Commune or ward"),
        "room": gettext("Room or subordinate office"),
    }[code]


@blueprint.app_template_filter("capitalize_first")
def capitalize_first(text: str) -> str:
    """The first letter upper case, the rest as it is (names keep theirs)."""
    return text[:1].upper() + text[1:]


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Published waves, each with the whole province's verdict, and the index over the years; `?nam=` is a year."""
    published = published_waves(current_session())
    year = request.args.get("nam", "")
    chosen = [each for each in published if year in ("", f"{year_of(each)}")]
    shown, after = page_of(chosen, WAVES, lambda each: each.code)
    corrected = wave_corrections(current_session(), shown)
    of_citizens = next((each for each in published if each.respondents == "citizen"), None)
    return render_template(
        "results/index.html",
        waves=[(overview_of(each), corrected.get(each.id, ())) for each in shown],
        after=after,
        newest=published[0] if published else None,
        year=year,
        every_year=sorted({year_of(each) for each in published}, reverse=True),
        years=years_of(of_citizens) if of_citizens and not year and not request.args.get("sau") else None,
    )


@blueprint.get("/<wave_code>")
def wave(wave_code: str) -> ResponseReturnValue:
    """The units of one wave; `?q=` searches their names, diacritics or not; `?verdict=` and `?kind=` filter."""
    found = wave_or_404(wave_code)
    overview = overview_of(found)
    query, kind, verdict = (request.args.get(name, "").strip() for name in FILTERS)
    shown = sorted((line for line in overview.units if matches(line, query, verdict, kind)), key=place_in_list)
    kinds = [known for known in UNIT_KINDS if any(line.place.kind == known for line in overview.units)]
    lines, after = page_of(shown, LINES, lambda line: line.place.code)
    groups = [] if any((query, kind, verdict, request.args.get("sau"))) else groups_of(found)
    return render_template(
        "results/wave.html",
        overview=overview,
        lines=lines,
        fitting=len(shown),
        after=after,
        query=query,
        verdict=verdict,
        kind=kind,
        kinds=kinds,
        groups=groups,
        corrections=wave_corrections(current_session(), (found,)).get(found.id, ()),
        corrected=last_corrections(current_session(), (found,)),
    )


@blueprint.get("/<wave_code>/<unit_code>")
def unit(wave_code: str, unit_code: str) -> ResponseReturnValue:
    found, place, report = report_or_404(wave_code, unit_code)
    others = [other for other in published_waves(current_session()) if other.id != found.id]
    compared = {change.wave_code for change in report.changes}
    below, after = page_of(report.children, LINES, lambda line: line.place.code)
    return render_template(
        "results/unit.html",
        report=report,
        below=below,
        after=after,
        versions=filings.public_versions(current_session(), found, place),
        corrected=last_corrections(current_session(), [found, *(each for each in others if each.code in compared)]),
        above=ancestors(current_session(), place),
        other_waves=waves_of_unit(current_session(), place, others),
        themes=(None, []) if report.index.suppressed else public_themes(current_session(), found, place),
        responded=public_remedies(current_session(), place),
        opinions=count_published(current_session(), place),
    )


@blueprint.get("/<wave_code>/<unit_code>/phien-ban/<int:version_number>")
def version(wave_code: str, unit_code: str, version_number: int) -> ResponseReturnValue:
    """The figures as they were published, whatever was corrected since."""
    session, found = current_session(), wave_or_404(wave_code)
    place = unit_of_wave(session, found, unit_code) or abort(404)
    versions = {each.number: each for each in filings.public_versions(session, found, place)}
    figures = filings.public_figures(session, found, place, version_number)
    if figures is None:
        abort(404)
    report = report_from(unpacked(figures), found.state, found.respondents)
    return render_template("results/version.html", report=report, version=versions[version_number])


@blueprint.get("/<wave_code>/<unit_code>/bao-cao.pdf")
def unit_pdf(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """The published document where there is one, so that everybody has the same bytes; else drawn anew."""
    found = wave_or_404(wave_code)
    place = unit_of_wave(current_session(), found, unit_code) or abort(404)
    published = published_documents.current(current_session(), found, place, "unit_report", language())
    if published is not None:
        return published_pdf(published)
    _, _, report = report_or_404(wave_code, unit_code)
    link = current_app.config["BASE_URL"] + url_for(".unit", wave_code=wave_code, unit_code=unit_code)
    document = unit_report_pdf(report, language(), public_url=link)
    return attachment(document, "application/pdf", report, "pdf")


@blueprint.get("/<wave_code>/<unit_code>/so-lieu.xlsx")
def unit_xlsx(wave_code: str, unit_code: str) -> ResponseReturnValue:
    _, _, report = report_or_404(wave_code, unit_code)
    return attachment(unit_report_xlsx(report, language()), XLSX, report, "xlsx")


def page_of(rows: Sequence[R], size: int, code_of: Callable[[R], str]) -> tuple[Sequence[R], str | None]:
    """The rows after the one whose code `?sau=` names, and the code after which the next page begins."""
    after = request.args.get("sau")
    start = next((place + 1 for place, row in enumerate(rows) if code_of(row) == after), 0) if after else 0
    shown = rows[start : start + size]
    return shown, code_of(shown[-1]) if start + size < len(rows) else None


def overview_of(found: Wave) -> WaveOverview:
    """Every unit's headline, with the root of their tree as the total."""
    return kept_for_large(
        found, "overview", lambda root: wave_overview(current_session(), found, root, source="sealed")
    )


def years_of(newest: Wave) -> YearTrend:
    """The whole province over the citizens' waves up to the newest, beside the national index and the targets."""
    return kept_for_large(newest, "years", lambda root: year_trend(current_session(), newest, root, source="sealed"))


def groups_of(found: Wave) -> list[GroupFigures]:
    """The kinds of units and the public groups, as far as their figures may be printed."""
    session = current_session()
    compiled = kept_for_large(
        found,
        ("groups", groups_stamp(session)),
        lambda root: compile_wave(session, found, root, public=True, source="sealed"),
    )
    return [group for group in compiled.groups if group.publishable]


def kept_for_large(found: Wave, what: Hashable, load: Callable[[Unit | None], V]) -> V:
    """What `load` makes of the root of the wave's tree; for a large tree remembered for a while under `what`."""
    session = current_session()
    root = root_of_wave(session, found)
    if not remembered_figures.is_large(session, found, root):
        return load(root)
    return remembered_figures.remembered(session, found, "sealed", ("public", what), lambda: load(root)).value


def place_in_list(line: UnitLine) -> tuple[int, str]:
    """Departments before communes, then by name: an order that says nothing about who is better."""
    return UNIT_KINDS.index(line.place.kind), folded(line.place.name.vi)


@blueprint.errorhandler(404)
def missing(_error: NotFound) -> ResponseReturnValue:
    return render_template("results/missing.html"), 404


def wave_or_404(wave_code: str) -> Wave:
    found = published_wave(current_session(), wave_code)
    if found is None:
        abort(404)
    return found


def report_or_404(wave_code: str, unit_code: str) -> tuple[Wave, Unit, UnitReport]:
    """The published wave, the unit and its figures; 404 where either is unknown, unpublished or took no part."""
    found = wave_or_404(wave_code)
    place = unit_of_wave(current_session(), found, unit_code)
    if place is None:
        abort(404)
    return found, place, unit_report(current_session(), found, place, source="sealed", with_scan=False)


def attachment(document: bytes, media_type: str, report: UnitReport, extension: str) -> Response:
    what = "bao-cao" if extension == "pdf" else "so-lieu"
    name = f"{what}-{report.wave.code}-{report.place.code}.{extension}"
    response = Response(document, mimetype=media_type)
    response.headers.set("Content-Disposition", "inline" if extension == "pdf" else "attachment", filename=name)
    return response


def matches(line: UnitLine, query: str, verdict: str, kind: str) -> bool:
    if verdict and line.index.verdict.state != verdict:
        return False
    if kind and line.place.kind != kind:
        return False
    haystack = folded(f"{line.place.name.vi} {line.place.name.en} {line.place.code}")
    return all(word in haystack for word in folded(query).split())
