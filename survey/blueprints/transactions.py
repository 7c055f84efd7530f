"""Numbers of transactions: typed for a page of units at once, in and out as files, with how many people to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms.fields import SelectChoice

from forms.transaction import GridForm, PeriodForm
from reports.sheets import Cell
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import scope
from survey.analysis import places as reading
from survey.analysis.places import Line
from survey.analysis.population import sums_inside
from survey.analysis.population import transactions as population_of
from survey.blueprints.place_imports import BODY_LIMIT, import_page, table_file
from survey.blueprints.places import TOOLS, kinds, today, tools
from survey.database import current_session
from survey.models import TransactionCount, Unit, Wave, WaveUnit
from survey.numbers import a_key
from survey.operations.periods import half_year, previous_half_year
from survey.operations.place_tables import TableError, whole_number
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.quotas import sample_size
from survey.operations.transaction_files import COLUMNS, REQUIRED, import_transactions
from survey.operations.transactions import TransactionRow, record_transactions
from survey.staff_pages import here

blueprint = staff_blueprint("transactions", __name__, url_prefix="/staff/giao-dich")
blueprint.context_processor(tools)

_PREFIX = "n-"
MOST_IN_A_FILE = 20_000


@dataclass(slots=True)
class GridRow:
    """A unit's cell: what is typed in it or known, its error, N (also from shorter periods) and how many to ask."""

    line: Line
    typed: str
    population: int | None
    sample: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `e` is the margin of error as a fraction."""

    form: PeriodForm
    start: date
    end: date
    e: Decimal


def asked() -> Asked:
    """Period, units and margin of error; :func:`first_period` where the address names no sound one."""
    start, end = first_period()
    given = {"start": start.isoformat(), "end": end.isoformat(), "error": "5", **request.args.to_dict()}
    form = PeriodForm(MultiDict(given))
    form.kind.choices = [SelectChoice("", gettext("All kinds")), *kinds()]
    if form.validate():
        return Asked(form, form.start.data, form.end.data, form.error.data / 100)
    return Asked(form, start, end, Decimal("0.05"))


def first_period() -> tuple[date, date]:
    """The period of the open wave within reach, the latest of several; else the half-year that ended last."""
    within = scope("transactions.read").covers(Unit.path)
    query = select(Wave.period_start, Wave.period_end).join(WaveUnit, WaveUnit.wave_id == Wave.id)
    query = query.join(Unit, Unit.id == WaveUnit.unit_id).where(Wave.state == "open", IS_SURVEY, within)
    row = current_session().execute(query.order_by(Wave.period_start.desc(), Wave.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row is not None else previous_half_year(half_year(today()))


def lines_of(wanted: Asked, after: str = "") -> list[Line]:
    """The units of the grid: within reach, narrowed by the filter."""
    session, within = current_session(), scope("transactions.read").covers(Unit.path)
    if kind := wanted.form.kind.data:
        within &= Unit.kind == kind
    if words := (wanted.form.q.data or "").strip():
        return reading.search(session, within, words, after=after)
    return reading.lines(session, within, after=after)


def rows_of(wanted: Asked, lines: list[Line]) -> list[GridRow]:
    session, ids = current_session(), [line.id for line in lines]
    of_period = select(TransactionCount).where(
        TransactionCount.unit_id.in_(ids),
        TransactionCount.period_start == wanted.start,
        TransactionCount.period_end == wanted.end,
    )
    exact = {count.unit_id: count.transactions for count in session.scalars(of_period)}
    known = population_of(session, wanted.start, wanted.end, ids)
    return [
        GridRow(
            line,
            str(exact.get(line.id, "")),
            number := known.get(line.id),
            None if number is None else sample_size(number, wanted.e),
        )
        for line in lines
    ]


@blueprint.get("/")
@may("transactions.read")
def index() -> ResponseReturnValue:
    """The grid of a period, a page of units at a time."""
    wanted = asked()
    lines = lines_of(wanted, request.args.get("sau", ""))
    return grid_page(wanted, GridForm(), rows_of(wanted, lines[: reading.LEVEL]), more=len(lines) > reading.LEVEL)


@blueprint.post("/")
@may("transactions.edit")
def save() -> ResponseReturnValue:
    """Store the numbers typed on one page of the grid, all of them or none."""
    wanted, form = asked(), GridForm()
    lines = lines_of(wanted, request.args.get("sau", ""))
    rows = rows_of(wanted, lines[: reading.LEVEL])
    if form.validate_on_submit() and saved(wanted, rows, form):
        flash(gettext("The numbers were stored."), "success")
        return redirect(here())
    return grid_page(wanted, form, rows, more=len(lines) > reading.LEVEL)


def grid_page(wanted: Asked, form: GridForm, rows: list[GridRow], *, more: bool) -> ResponseReturnValue:
    within = scope("transactions.read").covers(Unit.path)
    return render_template(
        "transactions/index.html",
        asked=wanted,
        form=form,
        rows=rows,
        prefix=_PREFIX,
        editable=scope("transactions.edit"),
        known=sum(row.population or 0 for row in rows),
        people=sum(row.sample or 0 for row in rows),
        corrections=reading.corrections(current_session(), within, most=5)[:5],
        next_url=here(sau=rows[-1].line.code) if more else None,
        first_url=here(sau=None) if "sau" in request.args else None,
    )


def saved(wanted: Asked, rows: list[GridRow], form: GridForm) -> bool:
    """Store what was typed; where a cell is wrong nothing is, and each says why."""
    given: list[TransactionRow] = []
    for place, row in enumerate(rows):
        typed = request.form.get(f"{_PREFIX}{row.line.code}", row.typed).strip()
        before, row.typed = row.typed, typed
        number = whole_number(typed)
        if typed == before:
            continue
        if number is None:
            row.error = gettext("Not a whole number") if typed else gettext("A number cannot be taken away: type 0")
        else:
            reason = form.reason.data or ""
            given.append(TransactionRow(place, row.line.code, wanted.start, wanted.end, number, reason))
    if not any(row.error for row in rows):
        try:
            record_transactions(current_session(), given, scope("transactions.edit").paths)
        except TableError as error:
            for fault in error.faults:
                rows[fault.row].error = gettext(fault.sentence) % fault.parameters
        else:
            remark_sums(wanted, given)
            commit()
            return True
    current_session().rollback()
    link = Markup('{}: “{}” – <a href="#cell-{}">{}</a>')
    form.form_errors += [link.format(row.line.code, row.typed, row.line.id, row.error) for row in rows if row.error]
    return False


def remark_sums(wanted: Asked, typed: list[TransactionRow]) -> None:
    """Say of which units the number just stored is not the sum of their numbers inside the same period."""
    session = current_session()
    units = {unit.id: unit.code for unit in session.scalars(select(Unit).where(Unit.code.in_([r.unit for r in typed])))}
    numbers = {row.unit: row.transactions for row in typed}
    for unit_id, total in sums_inside(session, wanted.start, wanted.end, units).items():
        if total != numbers[units[unit_id]]:
            flash(
                gettext(
                    "%(unit)s: %(number)s was stored, but its numbers of shorter periods add up to %(total)s.",
                    unit=units[unit_id],
                    number=numbers[units[unit_id]],
                    total=total,
                ),
                "warning",
            )


@blueprint.route(f"{TOOLS}/nhap", methods=["GET", "POST"])
@may("transactions.edit", writes=False, body_limit=BODY_LIMIT)
def load() -> ResponseReturnValue:
    """A file of numbers: what it would do, then doing it."""
    paths = scope("transactions.edit").paths
    return import_page(
        "transactions",
        lambda content: import_transactions(current_session(), content, paths),
        "transactions.index",
        template="transactions.export",
        columns=COLUMNS,
        required=REQUIRED,
    )


@blueprint.get(f"{TOOLS}/ho-so.<any(xlsx, csv):suffix>")
@may("transactions.read")
def export(suffix: str) -> Response:
    """The grid's period for every unit within reach, a number or none, with the sample size: to fill in and import."""
    wanted = asked()
    lines = reading.lines(current_session(), scope("transactions.read").covers(Unit.path), limit=MOST_IN_A_FILE)
    rows: list[list[Cell]] = [[*COLUMNS.values(), gettext("N"), gettext("Sample size")]]
    for row in rows_of(wanted, lines):
        number = int(row.typed) if row.typed else None
        place: list[Cell] = [row.line.code, row.line.name_vi, wanted.start, wanted.end]
        rows.append([*place, number, "", row.population, row.sample])
    return table_file("transactions", "ho-so", rows, suffix)


@blueprint.get(f"{TOOLS}/dieu-chinh")
@may("transactions.read")
def corrections() -> ResponseReturnValue:
    """Every correction of a number that a published wave counts."""
    before = request.args.get("truoc", type=a_key)
    found = reading.corrections(current_session(), scope("transactions.read").covers(Unit.path), before)
    shown = found[: reading.LEVEL]
    return render_template(
        "transactions/corrections.html",
        corrections=shown,
        next_url=here(truoc=shown[-1].id) if len(found) > reading.LEVEL else None,
        first_url=here(truoc=None) if before else None,
    )
