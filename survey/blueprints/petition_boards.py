"""Boards of opinions for who answers for them: lateness with its causes, statistics of Decision 766, the report."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from reports.petition_figures import LatenessReport
from reports.petition_lateness import petition_lateness_pdf
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import scope
from survey.analysis import labels
from survey.analysis import petition_boards as reading
from survey.blueprints.petitions import wordings
from survey.database import current_session
from survey.models import Unit
from survey.operations import audit
from survey.operations.periods import half_year, previous_half_year, province_today
from survey.operations.writing import begin_write
from survey.staff_waves import language

blueprint = staff_blueprint("petition_boards", __name__, url_prefix="/staff/y-kien")
blueprint.context_processor(wordings)

PERIODS = 4  # half-years on offer
PAGE = 60  # units on a page
DRAWN = 12  # units in the picture


def periods() -> dict[str, tuple[date, date]]:
    """The half-years on offer by their code, the present one first."""
    found, period = {}, half_year(province_today())
    for _ in range(PERIODS):
        found[f"{period[0].year}-H{1 if period[0].month == 1 else 2}"] = period
        period = previous_half_year(period)
    return found


def chosen() -> tuple[str, tuple[date, date]]:
    """The half-year the address asks for, by default the present one; 404 for another."""
    offered = periods()
    code = request.args.get("ky") or next(iter(offered))
    return (code, offered[code]) if code in offered else abort(404)


def period_name(code: str) -> str:
    year, half = code.split("-H")
    return (
        gettext("First half of %(year)s", year=year) if half == "1" else gettext("Second half of %(year)s", year=year)
    )


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"periods": {code: period_name(code) for code in periods()}}


def within() -> ColumnElement[bool]:
    return scope("petitions.board").covers(Unit.path)


@blueprint.get("/bang")
@may("petitions.board")
def lateness() -> ResponseReturnValue:
    """Who is late: units with their open and late cases, days late, causes, and their share on time."""
    code, period = chosen()
    board = reading.read_lateness(current_session(), within(), period, province_today())
    rows, following = page_of(board)
    return render_template(
        "petition_boards/lateness.html",
        board=board,
        rows=rows,
        following=following,
        drawn=[row for row in board.units if row.open][:DRAWN],
        period=code,
    )


def page_of(board: LatenessReport) -> tuple[tuple[Any, ...], str | None]:
    """The units after the one whose code the address names, and the code after which the next page begins."""
    after = request.args.get("sau")
    start = next((place + 1 for place, row in enumerate(board.units) if row.code == after), 0) if after else 0
    rows = board.units[start : start + PAGE]
    return rows, rows[-1].code if start + PAGE < len(board.units) else None


@blueprint.get("/thong-ke")
@may("petitions.board")
def statistics() -> ResponseReturnValue:
    """The two indicators of Decision 766 with counts and bases, by unit, by kind and by month."""
    code, period = chosen()
    figures = reading.read_handling(current_session(), within(), period, province_today())
    return render_template("petition_boards/statistics.html", figures=figures, period=code)


@blueprint.get("/bang/bao-cao-tre-han.pdf")
@may("petitions.board", writes=False)
def report() -> ResponseReturnValue:
    """The lateness report to the Chairman, of all units within reach."""
    session = current_session()
    code, period = chosen()
    board = reading.read_lateness(session, within(), period, province_today(), cases=reading.MOST_CASES)
    top = session.scalars(select(Unit).where(within()).order_by(func.length(Unit.path), Unit.path).limit(1)).one()
    moment = datetime.now(UTC)
    document = petition_lateness_pdf(board, language(), place=labels.place(top), moment=moment)
    session.commit()  # SQLite refuses a writer whose transaction began by reading
    begin_write(session)
    audit.record(session, "petition.export", subject=code, unit_path=top.path, after={"rows": board.total.late})
    commit()
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"bao-cao-tre-han-{board.day}.pdf")
    return response
