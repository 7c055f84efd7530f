"""The compilation of a wave: the board of waves, and all units of one together with their groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.compilation_figures import Compilation, CompiledUnit
from reports.compilation_workbook import compilation_xlsx
from reports.line_chart import line_svgs
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths, scope, source_for
from survey.analysis import readable
from survey.analysis.compilation import compile_wave
from survey.analysis.published import unit_of_wave
from survey.analysis.rank_table import rank_table, ranked_before
from survey.analysis.unit_groups import groups_stamp
from survey.blueprints.heat import SIGNS, tint
from survey.blueprints.result_filters import clock, language, own_name
from survey.blueprints.unit_results import XLSX
from survey.database import current_session
from survey.models import UNIT_KINDS, Unit, Wave
from survey.operations.document_copies import editable_report
from survey.operations.exports import note_export
from survey.operations.folding import folded
from survey.remembered_figures import Remembered, remembered

blueprint = staff_blueprint("compilation", __name__, url_prefix="/staff/tong-hop")

WAVES_COMPILED, ROWS_SHOWN = 6, 50
FINISHED = ("closed", "published")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
VERDICTS = ("met", "not_met", "inconclusive")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A wave, the unit under which it is compiled, and what was found."""

    wave: Wave
    root: Unit
    found: Remembered[Compilation]

    @property
    def compilation(self) -> Compilation:
        return self.found.value


def room_tools() -> dict[str, Any]:
    """What the templates of the room read."""
    return {
        "clock": clock,
        "own_name": own_name,
        "tint": tint,
        "SIGNS": SIGNS,
        "line_svgs": line_svgs,
        "zip": zip,
        "edits": lambda: can("compilation.edit"),
        "edits_all": lambda: can("compilation.edit", root_paths()),
    }


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return room_tools()


@blueprint.get("/")
@may("compilation.read")
def index() -> ResponseReturnValue:
    """The waves within reach, the newest first, each with its figure and how the units stand."""
    waves = waves_within()
    board = [compiled(wave) for wave in waves[:WAVES_COMPILED]]
    return render_template("compilation/index.html", board=board, older=waves[WAVES_COMPILED:])


@blueprint.get("/<wave_code>")
@may("compilation.read")
def show(wave_code: str) -> ResponseReturnValue:
    """The whole, its groups and all units, filtered and sorted by the address."""
    chosen = chosen_or_404(wave_code)
    compilation = chosen.compilation
    units = ordered(filtered(compilation))
    after = request.args.get("after", "")
    start = next((at + 1 for at, unit in enumerate(units) if unit.line.place.code == after), 0)
    shown = units[start : start + ROWS_SHOWN]
    kinds = [kind for kind in UNIT_KINDS if any(unit.line.place.kind == kind for unit in compilation.units)]
    return render_template(
        "compilation/show.html",
        chosen=chosen,
        compilation=compilation,
        units=shown,
        total=len(units),
        more=shown[-1].line.place.code if len(units) > start + ROWS_SHOWN else None,
        kinds=kinds,
        verdicts=VERDICTS,
        unit_names=names_in(compilation),
        narrowed=any(request.args.get(name) for name in ("kind", "verdict", "group", "q")),
    )


@blueprint.get("/<wave_code>/tong-hop.xlsx")
@may("compilation.read")
def download(wave_code: str) -> ResponseReturnValue:
    """The whole compilation with the ranking of all units, noted in the audit log before it leaves."""
    chosen = chosen_or_404(wave_code)
    ranking = rank_table(chosen.compilation, "", previous_of(chosen))
    document = compilation_xlsx(chosen.compilation, ranking, language())
    terms = {"rows": len(chosen.compilation.units)}
    note_export(current_session(), chosen.wave, chosen.root, what="compilation", form="xlsx", terms=terms)
    commit()
    response = Response(document, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"tong-hop-{wave_code}.xlsx")
    return response


@blueprint.get("/<wave_code>/bao-cao.docx")
@may("compilation.read")
def editable(wave_code: str) -> ResponseReturnValue:
    """The editable copy of the report on a wave that has closed, noted in the audit log before it leaves."""
    wave = next((each for each in waves_within() if each.code == wave_code and each.state in FINISHED), None)
    chosen = compiled(wave or abort(404))
    document = editable_report(current_session(), chosen.wave, chosen.root, language(), datetime.now(UTC))
    terms = {"rows": len(chosen.compilation.units)}
    note_export(current_session(), chosen.wave, chosen.root, what="compilation", form="docx", terms=terms)
    commit()
    response = Response(document, mimetype=DOCX)
    response.headers.set("Content-Disposition", "attachment", filename=f"bao-cao-tong-hop-{wave_code}.docx")
    return response


def waves_within() -> Sequence[Wave]:
    return readable.begun_waves(current_session(), scope("compilation.read").covers(Unit.path))


def chosen_or_404(wave_code: str) -> Chosen:
    wave = next((wave for wave in waves_within() if wave.code == wave_code), None) or abort(404)
    return compiled(wave)


def compiled(wave: Wave) -> Chosen:
    """The wave under the reader's own unit, as it was compiled a moment ago; of several units under the first one that
    it asks."""
    session = current_session()
    paths = scope("compilation.read").paths
    roots = session.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.path))
    root = next((each for each in roots if unit_of_wave(session, wave, each.code)), None) or abort(404)
    source = source_for(root.path)
    key = ("compilation", root.id, groups_stamp(session))
    found = remembered(session, wave, source, key, lambda: compile_wave(session, wave, root, source=source))
    return Chosen(wave, root, found)


def previous_of(chosen: Chosen) -> Compilation | None:
    """The wave that it is ranked beside, compiled under the same unit."""
    before = ranked_before(current_session(), chosen.wave, chosen.root.path)
    return compiled(before).compilation if before is not None else None


def names_in(compilation: Compilation) -> dict[str, str]:
    """The names, by code, of the units that the notes on weighting can name."""
    places = (compilation.place, *(unit.line.place for unit in compilation.units))
    return {place.code: place.name[language()] for place in places}


def filtered(compilation: Compilation) -> list[CompiledUnit]:
    kind, verdict, code = (request.args.get(name, "") for name in ("kind", "verdict", "group"))
    group = compilation.group(code) if code else None
    if code and group is None:
        abort(404)
    words = folded(request.args.get("q", "")).split()
    return [
        unit
        for unit in compilation.units
        if (not kind or unit.line.place.kind == kind)
        and (not verdict or unit.line.index.verdict.state == verdict)
        and (group is None or unit.line.place.code in group.members)
        and all(word in folded(f"{unit.line.place.name.vi} {unit.line.place.code}") for word in words)
    ]


def ordered(units: list[CompiledUnit]) -> list[CompiledUnit]:
    """By the index, the rate or a factor, the lowest first (with "-" before it the highest); else by the names."""
    units = sorted(units, key=lambda unit: (UNIT_KINDS.index(unit.line.place.kind), folded(unit.line.place.name.vi)))
    sort = request.args.get("sort", "")
    values = {unit.line.place.code: value_of(unit, sort.removeprefix("-")) for unit in units}
    if not any(value is not None for value in values.values()):
        return units
    known = [unit for unit in units if values[unit.line.place.code] is not None]
    empty = [unit for unit in units if values[unit.line.place.code] is None]
    known.sort(key=lambda unit: values[unit.line.place.code] or 0.0, reverse=sort.startswith("-"))
    return known + empty


def value_of(unit: CompiledUnit, column: str) -> float | None:
    """What a column is sorted by; None where the unit has nothing there."""
    if column == "index":
        return unit.line.index.estimate.estimate
    if column == "people":
        return None if unit.line.index.suppressed else float(unit.line.index.people)
    if column == "rate":
        return float(unit.returns.rate) if unit.returns and unit.returns.rate is not None else None
    if column.startswith("f") and column[1:].isdecimal() and int(column[1:]) < len(unit.factors):
        return unit.factors[int(column[1:])].estimate.estimate
    return None
