"""The field progress board: every unit's quota and returns at a glance, as a tree or a list, printed and downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from forms.wave import read_numbers
from reports import wording
from reports.dataset import Cell
from reports.delimited import csv_chunks
from reports.row_files import MEDIA_TYPES
from reports.streamed_workbook import Sheet, workbook_chunks
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope, wave_path
from survey.analysis import board_order, unit_choice
from survey.analysis.progress import Board, read_board
from survey.blueprints.waves import words_of_waves
from survey.database import current_session
from survey.models import UNIT_KINDS, Unit, Wave
from survey.operations import field
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.waves import WaveError
from survey.staff_pages import here, moment
from survey.staff_waves import day, language, now, refused, source_for_all, wave_or_404

blueprint = staff_blueprint("progress", __name__, url_prefix="/staff/dot")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)

PAGE = 200
CHOSEN = ("q", "kind", "where", "sort", "down", "mo", "lang")  # what the board's file is asked for with
SECONDS = 60  # after which an open wave's board looks again
WIDTHS = (14, 34, 10, 10, 10, 10, 14, 14, 12)


def board_of(wave: Wave) -> Board:
    """The board of the units within reach of whoever reads."""
    paths = scope("progress.read").paths
    return read_board(current_session(), wave, paths, province_today(), source=source_for_all(paths))


def as_of(board: Board) -> str:
    """When the newest counted response was counted, as a reader writes it."""
    if isinstance(board.as_of, datetime):
        return moment(board.as_of)
    return day(board.as_of)


def flat() -> bool:
    """Whether the reader sorts or filters: then the units stand in one list."""
    return any(request.args.get(name) for name in ("q", "kind", "where", "sort"))


def lines_of(board: Board) -> list[board_order.Line]:
    if not flat():
        return board_order.tree_lines(board, set(request.args.getlist("mo")))
    return board_order.flat_lines(
        board,
        words=request.args.get("q", ""),
        kind=request.args.get("kind", ""),
        where=request.args.get("where", ""),
        sort=request.args.get("sort", ""),
        descending=request.args.get("down") == "1",
    )


@blueprint.get("/<wave_code>/tien-do")
@may("progress.read", wave_path)
def board(wave_code: str) -> ResponseReturnValue:
    """The board as a page; `?mo=` unfolds units, `?sort=`, `?q=`, `?kind=` and `?where=` make it a list."""
    wave = wave_or_404(wave_code)
    if wave.state == "draft":
        raise WaveError("accepts_nothing", wave=wave.code, state=wave.state)
    found = board_of(wave)
    lines, following = board_order.page_of(lines_of(found), request.args.get("sau", ""), PAGE)
    return render_template(
        "progress/board.html",
        wave=wave,
        board=found,
        as_of=as_of(found),
        lines=lines,
        flat=flat(),
        heat=board_order.heat,
        kinds=[kind for kind in UNIT_KINDS if any(row.kind == kind and row.takes_part for row in found.rows.values())],
        unfolding=unfolding,
        sorting=sorting,
        kept={name: request.args.getlist(name) for name in CHOSEN if name in request.args},
        may_edit=can("progress.edit") and wave.state != "published",
        refresh=SECONDS if wave.state == "open" and "sau" not in request.args else None,
        next_url=here(sau=following) if following else None,
        first_url=here(sau=None) if "sau" in request.args else None,
    )


def unfolding(code: str) -> str:
    """This page with the unit unfolded, or folded again."""
    known, wave = request.args.getlist("mo"), (request.view_args or {})["wave_code"]
    wanted = [other for other in known if other != code] if code in known else [*known, code]
    kept: dict[str, Any] = {name: request.args[name] for name in ("lang",) if name in request.args}
    return url_for(".board", wave_code=wave, mo=wanted, _anchor=f"r-{code}", **kept)


def sorting(column: str) -> str:
    """This page sorted by the column: from the highest down, at the second press upwards."""
    again = request.args.get("sort") == column and request.args.get("down") == "1"
    return here(sort=column, down=None if again else "1", sau=None)


@blueprint.get("/<wave_code>/tien-do.<form>")
@may("progress.read", wave_path)
def board_file(wave_code: str, form: str) -> ResponseReturnValue:
    """All units of the board, as they are filtered and sorted, for a spreadsheet: figures of nobody."""
    if form not in ("csv", "xlsx"):
        abort(404)
    wave = wave_or_404(wave_code)
    found = board_of(wave)
    lines = lines_of(found) if flat() else board_order.flat_lines(found)
    head = [
        gettext("Unit code"), gettext("Unit"), gettext("Quota"), gettext("Issued"), gettext("Forms returned"),
        gettext("Valid responses"), gettext("Share of the quota, %"), gettext("Return rate on paper, %"),
        gettext("Scans"),
    ]  # fmt: skip
    rows = file_rows(lines)
    chunks = csv_chunks(head, rows) if form == "csv" else workbook_chunks([Sheet(wave.code, head, WIDTHS, rows)], now())
    response = Response(chunks, mimetype=MEDIA_TYPES["csv" if form == "csv" else "xlsx"])
    response.headers.set("Content-Disposition", "attachment", filename=f"tien-do-{wave.code}.{form}")
    return response


def file_rows(lines: list[board_order.Line]) -> Iterator[tuple[Cell, ...]]:
    in_language = language()
    for line in lines:
        row, counts = line.row, line.row.counts
        share, rate = (
            None if value is None else float(wording.round_half_up(100 * value, 2))
            for value in (counts.share, counts.return_rate)
        )
        name = row.name_en or row.name_vi if in_language == "en" else row.name_vi
        yield (
            row.code, name, counts.quota, counts.issued, counts.returned, counts.valid, share, rate, counts.scans,
        )  # fmt: skip


@blueprint.route("/<wave_code>/phat-phieu", methods=["GET", "POST"])
@may("progress.edit")
def issued(wave_code: str) -> ResponseReturnValue:
    """Paper forms given out, unit by unit, a page at a time."""
    wave, within = wave_or_404(wave_code), scope("progress.edit").covers(Unit.path)
    if wave.state == "published":
        raise WaveError("published", wave=wave.code)
    wrong: dict[int, str] = {}
    after, words = request.args.get("sau", ""), request.args.get("q", "").strip()
    period = wave.period_start, wave.period_end
    lines, following = unit_choice.field_numbers(current_session(), wave, within, period, after=after, words=words)
    if request.method == "POST":
        numbers, wrong = read_numbers(request.form.items(), "i-")
        if not wrong:
            shown = {line.unit.id for line in lines}  # only of units within reach
            mine = {unit_id: number for unit_id, number in numbers.items() if unit_id in shown}
            changed = field.set_forms_issued(current_session(), wave, mine)
            commit()
            flash(ngettext("%(num)d number was recorded.", "%(num)d numbers were recorded.", changed), "success")
            return redirect(here(sau=following) if following and "next" in request.form else here(), 303)
    page = render_template(
        "progress/issued.html",
        wave=wave,
        lines=lines,
        wrong=wrong,
        typed=request.form,
        query=words,
        following=following,
        first_url=here(sau=None) if after else None,
    )
    return page, 422 if wrong else 200
