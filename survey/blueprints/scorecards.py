"""PAR INDEX scorecards: the list, a unit's card as its table, the board of all units, other years, documents."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from reports import scorecard_wording
from reports.scorecard import scorecard_pdf
from reports.scorecard_figures import Card
from reports.scorecard_workbook import scorecard_xlsx
from reports.wording import number
from survey.accounts import directory
from survey.accounts.guard import account, may, staff_blueprint
from survey.accounts.scope import can, scope, scorecard_path, scorecard_template_path, unit_path
from survey.analysis import scorecard_cards as reading
from survey.analysis import scorecard_tasks
from survey.analysis.scorecard_cards import Filters
from survey.blueprints.result_filters import own_name
from survey.database import current_session
from survey.models import (
    SCORECARD_STATES,
    Scorecard,
    ScorecardEvidence,
    ScorecardStep,
    ScorecardTemplate,
    Unit,
)
from survey.operations import scorecards
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.staff_files import handed_out
from survey.staff_waves import language

blueprint = staff_blueprint("scorecards", __name__, url_prefix="/staff/bang-cham-diem")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TASKS = {"to_appraise": _l("Waiting for me: to appraise"), "to_finish": _l("Waiting for me: final points")}


def worded(error: OperationError) -> str:
    """The error's sentence in the reader's language, its points as he writes them."""
    sentence: str = gettext(error.sentence)
    return sentence % {
        name: number(value, language()) if isinstance(value, Decimal) else value
        for name, value in error.parameters.items()
    }


def wording_tools() -> dict[str, Any]:
    """What the room's templates read."""
    return {
        "own_name": own_name,
        "spoken": scorecard_wording,
        "states": {state: scorecard_wording.state_word(state, language()) for state in SCORECARD_STATES},
        "is_overdue": lambda card: scorecards.is_overdue(card, province_today()),
        "kilobytes": lambda size: max(1, round(size / 1024)),
    }


blueprint.context_processor(wording_tools)


@blueprint.get("/")
@may("scorecards.read")
def index() -> ResponseReturnValue:
    """Cards by year, filtered by state, year and unit."""
    session, within = current_session(), scope("scorecards.read").covers(Unit.path)
    filters = filters_or_404()
    task = tasks().get(request.args.get("state", ""))
    try:
        found, more = reading.page(session, within if task is None else within & task, filters, after=after_or_404())
    except ValueError:
        abort(404)
    return render_template(
        "scorecards/index.html",
        cards=list(zip(found, reading.board_lines(session, found), strict=True)),
        more=more,
        filters=filters,
        state=request.args.get("state", ""),
        tasks={name: TASKS[name] for name in tasks()},
        years=reading.years(session, within),
        filtered=any(request.args.get(name) for name in ("state", "year", "unit")),
    )


def tasks() -> dict[str, ColumnElement[bool]]:
    """What waits for the person as a council, by the name that the list's address gives it."""
    if not can("scorecards.appraise"):
        return {}
    covers, own = scope("scorecards.appraise").covers, account().id
    return {
        "to_appraise": scorecard_tasks.to_appraise(covers, own),
        "to_finish": scorecard_tasks.to_finish(covers, own, province_today()),
    }


def after_or_404() -> int | None:
    text = request.args.get("after", "")
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 10 else abort(404)


def filters_or_404() -> Filters:
    state, year = request.args.get("state", ""), request.args.get("year", "")
    state = "" if state in tasks() else state
    if state not in ("", *SCORECARD_STATES) or (year and not (year.isdecimal() and len(year) == 4)):
        abort(404)
    unit = None
    if code := request.args.get("unit", "").strip():
        within = scope("scorecards.read").covers(Unit.path)
        unit = current_session().scalar(select(Unit).where(Unit.code == code, within)) or abort(404)
    return Filters(state, int(year) if year else None, unit)


@blueprint.get("/<int:scorecard_id>")
@may("scorecards.read", scorecard_path)
def show(scorecard_id: int) -> ResponseReturnValue:
    return card_page(card_or_404(scorecard_id))


def card_or_404(scorecard_id: int) -> Scorecard:
    return current_session().get(Scorecard, scorecard_id) or abort(404)


def read(stored: Scorecard) -> Card:
    """The card as the signed-in person may see it: the council sees its own work before it hands it over."""
    council = can("scorecards.appraise", stored.template.owner.path)
    return reading.read_card(current_session(), stored, province_today(), for_council=council)


def card_page(stored: Scorecard, *, problem: str = "", reasons: dict[str, Any] | None = None) -> ResponseReturnValue:
    """The table with its sums, what can be done next, and the history; `problem` is why a step was refused."""
    session = current_session()
    history = session.scalars(
        select(ScorecardStep).where(ScorecardStep.scorecard_id == stored.id).order_by(ScorecardStep.id.desc())
    ).all()
    card = read(stored)
    scores = can("scorecards.score", stored.unit.path)
    appraises = can("scorecards.appraise", stored.template.owner.path)
    shown = list(card.stages)
    if appraises and stored.state in scorecards.COUNCIL_STAGES:
        shown = ["self", "appraisal"] if stored.state == "submitted" else ["self", "appraisal", "final"]
    return render_template(
        "scorecards/show.html",
        stored=stored,
        card=card,
        shown=shown,
        steps=scorecards.possible(stored),
        scores=scores,
        appraises=appraises,
        history=history,
        people=directory.names(session, [step.account_id for step in history]),
        problem=problem,
        reasons=reasons or {},
    ), 422 if problem else 200


@blueprint.get("/<int:scorecard_id>/minh-chung/<int:evidence_id>")
@may("scorecards.read", scorecard_path)
def evidence(scorecard_id: int, evidence_id: int) -> ResponseReturnValue:
    """A file of evidence, always as a download: what it holds is nobody's page."""
    found = current_session().get(ScorecardEvidence, evidence_id)
    if found is None or found.scorecard_id != scorecard_id:
        abort(404)
    response = Response(found.content, mimetype=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.get("/<int:scorecard_id>/bao-cao.pdf")
@may("scorecards.read", scorecard_path, writes=False)
def report(scorecard_id: int) -> ResponseReturnValue:
    """The unit's report with the card as its annex."""
    stored = card_or_404(scorecard_id)
    content = scorecard_pdf(read(stored), language(), moment=datetime.now(UTC))
    return exported(stored, content, "application/pdf", "pdf")


@blueprint.get("/<int:scorecard_id>/bang-diem.xlsx")
@may("scorecards.read", scorecard_path, writes=False)
def table(scorecard_id: int) -> ResponseReturnValue:
    """The card as a workbook."""
    stored = card_or_404(scorecard_id)
    return exported(stored, scorecard_xlsx(read(stored), language()), XLSX, "xlsx")


def exported(stored: Scorecard, content: bytes, media_type: str, ending: str) -> Response:
    what = "bao-cao-cham-diem" if ending == "pdf" else "bang-cham-diem"
    name = f"{what}-{stored.unit.code}-{stored.template.year}.{ending}"
    return handed_out(
        content,
        media_type,
        name,
        action="scorecard.export",
        subject=name,
        unit_path=stored.unit.path,
        disposition="inline" if ending == "pdf" else "attachment",
    )


@blueprint.get("/don-vi/<unit_code>")
@may("scorecards.read", unit_path)
def years(unit_code: str) -> ResponseReturnValue:
    """A unit's cards over the years."""
    session = current_session()
    unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
    return render_template("scorecards/years.html", unit=unit, lines=reading.other_years(session, unit))


@blueprint.get("/mau/<int:scorecard_template_id>/bang")
@may("scorecards.read", scorecard_template_path)
def board(scorecard_template_id: int) -> ResponseReturnValue:
    """All units of a template: points, share of the maximum, rank."""
    session = current_session()
    template = session.get(ScorecardTemplate, scorecard_template_id) or abort(404)
    lines = reading.board(session, template, scope("scorecards.read").covers(Unit.path))
    return render_template("scorecards/board.html", template=template, lines=lines)
