"""Units × factors or items of a wave, for the Interior Department: where the province is weak, and in what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.figures import Text
from reports.heat_figures import HeatCell, HeatRow, HeatTable
from reports.heat_workbook import heat_csv, heat_xlsx
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import scope, source_for
from survey.analysis import readable, summary
from survey.blueprints.result_filters import clock, language, own_name
from survey.blueprints.unit_results import XLSX
from survey.database import current_session
from survey.models import UNIT_KINDS, Unit, Wave
from survey.operations.exports import note_export
from survey.operations.folding import folded
from survey.remembered_figures import Remembered, remembered

blueprint = staff_blueprint("heat", __name__, url_prefix="/staff/ket-qua/bang-nhiet")

ROWS_SHOWN = 100
VERDICTS = ("met", "not_met", "inconclusive")
Tint = Literal["met", "up", "down", "not_met", "none"]
SIGNS: dict[Tint, str] = {"met": "✓", "up": "+", "down": "−", "not_met": "✕", "none": ""}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `cell` finds its estimate in a row."""

    code: str
    label: Text
    cell: Callable[[HeatRow], HeatCell]


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"tint": tint, "SIGNS": SIGNS, "clock": clock, "own_name": own_name}


def tint(cell: HeatCell, table: HeatTable) -> Tint:
    """By the whole interval where it lies on one side of the target, else by the point alone."""
    estimate, target = cell.estimate, table.method.target
    if estimate.estimate is None:
        return "none"
    if cell.people >= table.method.minimum_people and estimate.lower is not None and estimate.upper is not None:
        if estimate.lower >= target:
            return "met"
        if estimate.upper < target:
            return "not_met"
    return "up" if estimate.estimate >= target else "down"


@blueprint.get("/")
@blueprint.get("/<wave_code>")
@may("results.compare")
def index(wave_code: str | None = None) -> ResponseReturnValue:
    """Sorted and filtered by the address, so that it can be sent; a hundred units at a time."""
    waves = readable.begun_waves(current_session(), scope("results.compare").covers(Unit.path))
    if wave_code is None and waves:
        wave_code = waves[0].code
    if wave_code is None:
        return render_template("unit_results/heat.html", waves=[], table=None)
    wave = next((wave for wave in waves if wave.code == wave_code), None) or abort(404)
    found = table_of(wave)
    columns = columns_of(found.value)
    rows = ordered(chosen(found.value.rows), columns)
    after = request.args.get("after", "")
    start = next((at + 1 for at, row in enumerate(rows) if row.line.place.code == after), 0)
    more = rows[start + ROWS_SHOWN - 1].line.place.code if len(rows) > start + ROWS_SHOWN else None
    kinds = [kind for kind in UNIT_KINDS if any(row.line.place.kind == kind for row in found.value.rows)]
    return render_template(
        "unit_results/heat.html",
        waves=waves,
        wave=wave,
        table=found.value,
        as_of=found.at,
        columns=columns,
        rows=rows[start : start + ROWS_SHOWN],
        total=len(rows),
        more=more,
        kinds=kinds,
        download=lambda form: url_for(".download", wave_code=wave.code, form=form, **arguments()),
    )


@blueprint.get("/<wave_code>/bang-nhiet.<any(csv, xlsx):form>")
@may("results.compare")
def download(wave_code: str, form: str) -> ResponseReturnValue:
    """The table with its filters and order, whole."""
    waves = readable.begun_waves(current_session(), scope("results.compare").covers(Unit.path))
    wave = next((wave for wave in waves if wave.code == wave_code), None) or abort(404)
    table = table_of(wave).value
    columns = columns_of(table)
    rows = ordered(chosen(table.rows), columns)
    head = [column.label for column in columns]
    cells = [(row.line, [column.cell(row) for column in columns]) for row in rows]
    document = heat_csv(head, cells, language()) if form == "csv" else heat_xlsx(table, head, cells, language())
    note_export(current_session(), wave, None, what="heat table", form=form, terms={"rows": len(rows), **arguments()})
    commit()
    response = Response(document, mimetype="text/csv" if form == "csv" else XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"sipas-{wave.code}-bang-nhiet.{form}")
    return response


def arguments() -> dict[str, Any]:
    return {name: request.args[name] for name in ("by", "sort", "kind", "verdict", "q") if request.args.get(name)}


def table_of(wave: Wave) -> Remembered[HeatTable]:
    """All units within reach; those of several granted subtrees one after the other."""
    session = current_session()
    paths = scope("results.compare").paths
    roots = session.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.path)).all()
    source = source_for(roots[0].path)

    def load() -> HeatTable:
        tables = [summary.heat_table(session, wave, root, source=source) for root in roots]
        rows = tuple(row for table in tables for row in table.rows)
        first = tables[0]
        return HeatTable(first.wave, first.method, first.factors, first.items, rows)

    return remembered(session, wave, source, ("heat", *paths), load)


def columns_of(table: HeatTable) -> list[Column]:
    """The index and every factor, or with `?by=items` every item."""
    if request.args.get("by") == "items":
        return [
            Column(code, label, lambda row, at=at: row.cells[at])  # type: ignore[misc]  # a lambda's default
            for at, (code, label) in enumerate(table.items)
        ]
    index = Column("index", Text("Chỉ số", "Index"), _index)
    return [
        index,
        *(
            Column(code, label, lambda row, at=at: row.factors[at])  # type: ignore[misc]  # a lambda's default
            for at, (code, label) in enumerate(table.factors)
        ),
    ]


def _index(row: HeatRow) -> HeatCell:
    figure = row.line.index
    return HeatCell(figure.estimate, figure.people, figure.suppressed)


def chosen(rows: Sequence[HeatRow]) -> list[HeatRow]:
    kind, verdict = request.args.get("kind"), request.args.get("verdict")
    words = folded(request.args.get("q", "")).split()
    return [
        row
        for row in rows
        if (not kind or row.line.place.kind == kind)
        and (not verdict or row.line.index.verdict.state == verdict)
        and all(word in folded(f"{row.line.place.name.vi} {row.line.place.code}") for word in words)
    ]


def ordered(rows: list[HeatRow], columns: Sequence[Column]) -> list[HeatRow]:
    """By a column, the weakest first (with "-" before its code the strongest); else by the names."""
    sort = request.args.get("sort", "")
    column = next((each for each in columns if each.code == sort.removeprefix("-")), None)
    rows = sorted(rows, key=lambda row: (UNIT_KINDS.index(row.line.place.kind), folded(row.line.place.name.vi)))
    if column is None:
        return rows
    known = [row for row in rows if column.cell(row).estimate.estimate is not None]
    empty = [row for row in rows if column.cell(row).estimate.estimate is None]
    known.sort(key=lambda row: cast("float", column.cell(row).estimate.estimate), reverse=sort.startswith("-"))
    return known + empty
