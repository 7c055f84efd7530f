"""The one-stop counter's score: the board of a period, one agency with its officials and dossiers, the files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from reports import counter_score_chart
from reports import counter_score_wording as told
from reports.counter_score_figures import CounterPeriod, UnitScore
from reports.counter_score_report import counter_score_pdf
from reports.iso_record import iso_record_pdf
from reports.sheets import Cell
from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import can, root_paths, scope, unit_path
from survey.analysis import counter_fixings as fixings
from survey.analysis import counter_readings as reading
from survey.analysis.counter_coverage import read_coverage
from survey.analysis.counter_freezing import latest_fixing
from survey.analysis.iso_record import read_iso_record
from survey.analysis.satisfaction_group import read_group
from survey.blueprints.place_imports import table_file
from survey.database import current_session
from survey.models import Unit
from survey.numbers import a_key
from survey.operations.counter_rules import rules_on
from survey.operations.periods import province_today
from survey.staff_waves import language

blueprint = staff_blueprint("counter_scores", __name__, url_prefix="/staff/diem-mot-cua")
QUARTERS, YEARS = 6, 2  # on offer
FILE_PAGES = 40  # of a workbook, each of reading.PAGE units


def periods(today: date | None = None) -> dict[str, CounterPeriod]:
    """The periods on offer by their code: quarters, the present one first, then years."""
    today = today or province_today()
    found = [CounterPeriod(today.year, (today.month + 2) // 3)]
    while len(found) < QUARTERS:
        found.append(found[-1].before)
    found += [CounterPeriod(today.year - back) for back in range(YEARS)]
    return {period.code: period for period in found}


def chosen() -> CounterPeriod:
    """The period the address asks for, by default the quarter that ended last; 404 for one not on offer."""
    offered = periods()
    asked = request.args.get("ky")
    return offered.get(asked) or abort(404) if asked else list(offered.values())[1]


def found_unit(unit_code: str) -> Unit:
    query = select(Unit).where(Unit.code == unit_code).options(joinedload(Unit.parent))
    return current_session().scalar(query) or abort(404)


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {
        "told": told,
        "draw": counter_score_chart,
        "periods": periods(),
        "today": province_today(),
        "may_fix": can("counter_scores.fix", root_paths()),
        "may_import": can("counter_scores.record"),
    }


@blueprint.get("/")
@may("counter_scores.read")
def index() -> ResponseReturnValue:
    """The agencies within reach in a period, with total, grade, indicators and dossiers on time."""
    period, session = chosen(), current_session()
    reach = scope("counter_scores.read").covers(Unit.path)
    board = reading.read_board(session, reach, period, province_today(), request.args.get("sau", "")[:40])
    coverage = read_coverage(session, reach, period, province_today())
    differing = fixings.differing(session, board.scores, period, province_today())
    _version, rules, _text = rules_on(session, period.end)
    return render_template(
        "counter_scores/index.html",
        board=board,
        coverage=coverage,
        differing=differing,
        fixed=latest_fixing(session, period),
        period=period,
        rules=rules,
    )


@blueprint.get("/don-vi/<unit_code>")
@may("counter_scores.read", unit_path)
def show(unit_code: str) -> ResponseReturnValue:
    """One agency: total and grade, its indicators drawn, the periods before, dossiers on time, the group of 766."""
    period, unit, session, today = chosen(), found_unit(unit_code), current_session(), province_today()
    trend = reading.read_trend(session, unit, period, today)
    recorded = bool(trend) and trend[-1].period == period
    score = trend[-1] if recorded else reading.read_scores(session, [unit], period, today)[0]
    return render_template(
        "counter_scores/show.html",
        unit=unit,
        period=period,
        score=score,
        recorded=recorded,
        now=fixings.differing(session, [score], period, today).get(unit.code) if recorded else None,
        trend=trend,
        group=read_group(session, unit, period, today),
        may_officials=can("counter_scores.officials", unit.path),
        may_record=can("counter_scores.record", unit.path),
    )


@blueprint.get("/don-vi/<unit_code>/ho-so")
@may("counter_scores.read", unit_path)
def dossiers(unit_code: str) -> ResponseReturnValue:
    """The dossiers of an agency in a period with their points."""
    period, unit, session = chosen(), found_unit(unit_code), current_session()
    after = request.args.get("sau", default=0, type=a_key)
    late = request.args.get("loc") == "tre"
    found = reading.read_dossiers(session, unit, period, province_today(), after, late=late)
    return render_template("counter_scores/dossiers.html", unit=unit, period=period, found=found, late=late)


@blueprint.get("/don-vi/<unit_code>/can-bo")
@may("counter_scores.officials", unit_path)
def officials(unit_code: str) -> ResponseReturnValue:
    """The officials of an agency by their codes, out of ten points, a page of them."""
    period, unit = chosen(), found_unit(unit_code)
    found = reading.read_officials(current_session(), unit, period, province_today(), request.args.get("sau", "")[:40])
    return render_template("counter_scores/officials.html", unit=unit, period=period, found=found)


@blueprint.get("/don-vi/<unit_code>/bao-cao.pdf")
@may("counter_scores.read", unit_path)
def report(unit_code: str) -> Response:
    """The agency's score of a period as an official document."""
    period, unit, session, today = chosen(), found_unit(unit_code), current_session(), province_today()
    trend = reading.read_trend(session, unit, period, today)
    score = reading.read_scores(session, [unit], period, today)[0]
    group = read_group(session, unit, period, today)
    document = counter_score_pdf(score, trend, group, language(), moment=datetime.now(UTC))
    return _pdf(document, f"diem-mot-cua-{unit.code}-{period.code}.pdf")


@blueprint.get("/don-vi/<unit_code>/so-hai-long-<int:year>.pdf")
@may("counter_scores.read", unit_path)
def iso_record(unit_code: str, year: int) -> Response:
    """The agency's record of customer satisfaction of a year (ISO 9001:2015, 9.1.2)."""
    if not 2000 <= year <= province_today().year:
        abort(404)
    unit = found_unit(unit_code)
    record = read_iso_record(current_session(), unit, year, province_today())
    document = iso_record_pdf(record, language(), moment=datetime.now(UTC))
    return _pdf(document, f"iso-9001-{unit.code}-{year}.pdf")


def _pdf(document: bytes, name: str) -> Response:
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


@blueprint.get("/bang.<any(csv, xlsx):suffix>")
@may("counter_scores.read")
def table(suffix: str) -> Response:
    """The whole board of a period as a table."""
    period = chosen()
    return table_file("counter_scores", f"diem-mot-cua-{period.code}", list(_rows(period)), suffix)


def _rows(period: CounterPeriod) -> Iterator[list[Cell]]:
    words = language()
    yield [
        gettext("Code"),
        gettext("Unit"),
        *(f"{number}. {told.indicator_name(number, words)}" for number in told.INDICATORS),
        gettext("Total points"),
        gettext("Points possible"),
        gettext("Grade"),
        gettext("Dossiers"),
        gettext("Returned on time"),
        gettext("From surveys"),
    ]
    reach, after = scope("counter_scores.read").covers(Unit.path), ""
    for _ in range(FILE_PAGES):
        board = reading.read_board(current_session(), reach, period, province_today(), after)
        yield from (_row(score, words) for score in board.scores)
        if board.after is None:
            return
        after = board.after


def _row(line: UnitScore, words: Any) -> list[Cell]:
    score = line.score
    return [
        line.place.code,
        line.place.name[words],
        *(each.points for each in score.indicators),
        score.total,
        score.maximum,
        told.grade_name(score, words),
        line.on_time.dossiers,
        line.on_time.on_time,
        " ".join(filter(None, (told.survey_sentence(each, words) for each in score.indicators))),
    ]
