"""Exports: the page that offers files, and the addresses that stream them. Each is noted in the audit log first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.export import ExportForm, RowOptions
from reports import wording
from reports.codebook import codebook_json, codebook_xlsx
from reports.delimited import Separator
from reports.figure_rows import TABLE_FORMATS, TableStyle, table_chunks
from reports.figures import Language
from reports.row_files import MEDIA_TYPES, ROW_FORMATS, Style, estimated_size, row_chunks
from survey import staff_wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope, source_for, unit_path
from survey.analysis.codebook import read_codebook
from survey.analysis.exportable import TABLES, bounds, exportable_waves, half_months
from survey.analysis.published import unit_of_wave
from survey.analysis.row_layout import Extract, read_layout
from survey.analysis.rows import read_rows, tally_rows
from survey.analysis.unit_search import named_unit
from survey.database import current_session, engine, snapshot
from survey.language import chosen_language
from survey.models import Unit, Wave
from survey.operations.exports import note_export
from survey.operations.poll_waves import IS_SURVEY

blueprint = staff_blueprint("exports", __name__, url_prefix="/staff/xuat")

WHATS = {
    "unit": _l("Figures of the unit: index, factors, items, parts and earlier waves"),
    "overview": _l("The index of every unit below it"),
    "items": _l("Every item of every unit below it"),
    "codebook": _l("The codebook: questions, answers and their codes"),
    "rows": _l("Single responses, one a row"),
}
FILE_NAMES = {"unit": "so-lieu", "overview": "cac-don-vi", "items": "tieu-chi"}
CODEBOOK_FORMATS = ("xlsx", "json")
FORM_NAMES = {"csv": "CSV", "xlsx": "Excel (XLSX)", "sav": "SPSS (SAV)", "jsonl": "JSON Lines", "json": "JSON"}
Form = TypeVar("Form", bound=str)
ROW_ARGUMENTS = ("first", "last", "trust", "flagged", "identifying", "values", "separator")


@dataclass(frozen=True, slots=True)
class File:
    """A file on offer; its address can be kept. `size` in bytes, where it can be told beforehand."""

    form: str
    url: str
    size: int | None = None


@blueprint.get("/")
@may("exports.figures")
def index() -> ResponseReturnValue:
    """What may be exported; with a wave, a unit and a kind chosen, the files."""
    session, within = current_session(), scope("exports.figures").covers(Unit.path)
    waves = {wave.code: wave for wave in exportable_waves(session, within)}
    chosen = waves.get(request.args.get("wave", "")) or next(iter(waves.values()), None)
    if chosen is None:
        return render_template("exports/index.html", form=None)
    # A link may name a wave, a unit and a kind to begin with; the form sends its fields whole, and then the files come.
    sent = "unit" in request.args and "what" in request.args
    begun = {name: request.args[name] for name in ("unit", "what") if request.args.get(name)}
    form = ExportForm(request.args) if sent else ExportForm(None, data={"wave": chosen.code, **begun})
    labels = {code: f"{wave.code} – {wave.name_vi}" for code, wave in waves.items()}
    form.offer_all(labels, whats(), half_month_labels(chosen), staff_wording.TRUST_LEVELS)
    unit: Unit | None = None
    others: Sequence[Unit] = ()
    files: list[File] = []
    number: int | None = None
    if sent and form.validate():
        unit, others = unit_in_reach(chosen, form)
    if unit is not None:
        files, number = files_on_offer(chosen, unit, form)
    elif not sent and not form.unit.data:
        form.unit.data = session.scalar(select(Unit.code).where(within).order_by(Unit.path).limit(1))
    return render_template(
        "exports/index.html", form=form, wave=chosen, unit=unit, others=others, files=files, number=number,
        with_rows=can("exports.rows"), form_names=FORM_NAMES, size=size,
    )  # fmt: skip


@blueprint.get("/<wave_code>/<unit_code>/phieu-tra-loi")
@may("exports.rows", unit_path)
def rows(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """Single responses, read from one snapshot while they are sent; `?form=` csv, xlsx, sav or jsonl."""
    form = asked_form(ROW_FORMATS)
    with ExitStack() as stack:
        session = stack.enter_context(snapshot(engine()))
        wave, unit = asked_for(session, wave_code, unit_code)
        options = row_options(wave)
        extract = extract_of(wave, unit, options, words=options.words and form != "sav")
        dataset = read_rows(session, extract, datetime.now(UTC), with_widths=form == "sav")
        note(wave, unit, "rows", form, {**chosen_arguments(), "rows": dataset.count})
        chunks = row_chunks(dataset, form, Style(language(), extract.words is not None, separator()))
        name = f"{file_name(wave, unit, 'phieu-tra-loi')}-{dataset.count}-dong"
        return streamed(chunks, form, name, dataset.count, stack.pop_all().close)


@blueprint.get("/<wave_code>/<unit_code>/bang-ma")
@may("exports.figures", unit_path)
def codebook(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """The codebook, with counts for whoever may have the rows; `?form=` xlsx or json."""
    form = asked_form(CODEBOOK_FORMATS)
    wave, unit = asked_for(current_session(), wave_code, unit_code)
    book = read_codebook(current_session(), Extract(wave=wave, unit=unit), with_counts=can("exports.rows", unit.path))
    note(wave, unit, "codebook", form, {})
    chunks = iter([codebook_json(book)]) if form == "json" else codebook_xlsx(book, language(), datetime.now(UTC))
    return streamed(chunks, form, file_name(wave, unit, "bang-ma"), len(book.entries))


@blueprint.get("/<wave_code>/<unit_code>/so-lieu")
@may("exports.figures", unit_path)
def figures(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """A table of percentages as its reader may see them; `?table=` unit, overview, items; `?form=` csv, xlsx, json."""
    form, table = asked_form(TABLE_FORMATS), request.args.get("table", "unit")
    if table not in TABLES:
        abort(404)
    wave, unit = asked_for(current_session(), wave_code, unit_code)
    found = list(TABLES[table](current_session(), wave, unit, source_for(unit.path)))
    note(wave, unit, table, form, {"rows": len(found)})
    style = TableStyle(datetime.now(UTC), language(), separator())
    return streamed(table_chunks(found, form, style), form, file_name(wave, unit, FILE_NAMES[table]), len(found))


def streamed(
    chunks: Iterator[bytes], form: str, name: str, number: int, finally_: Callable[[], object] | None = None
) -> Response:
    """The file as a download, sent as it is made. Whatever fails on the way breaks the connection off: a browser shows
    a failed download, never a short file. The number of rows stands in a header."""
    response = Response(chunks, mimetype=MEDIA_TYPES[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    response.headers["X-Rows"] = str(number)
    if finally_ is not None:
        response.call_on_close(finally_)
    return response


def note(wave: Wave, unit: Unit, what: str, form: str, terms: Mapping[str, object]) -> None:
    """Nothing leaves unless it is written down who took it."""
    note_export(current_session(), wave, unit, what=what, form=form, terms=terms)
    commit()


def asked_for(session: Session, wave_code: str, unit_code: str) -> tuple[Wave, Unit]:
    """The wave, once it has opened, and the unit, where it or a unit below took part; 404 otherwise."""
    wave = session.scalar(select(Wave).where(Wave.code == wave_code, Wave.state != "draft", IS_SURVEY))
    unit = unit_of_wave(session, wave, unit_code) if wave is not None else None
    if wave is None or unit is None:
        abort(404)
    return wave, unit


def asked_form(known: Sequence[Form]) -> Form:
    """The form of the file, the first one where none is named; 404 for one that is not made."""
    wanted = request.args.get("form", known[0])
    return next((form for form in known if form == wanted), None) or abort(404)


def row_options(wave: Wave) -> RowOptions:
    """How the address narrows and writes the rows; 400 where it contradicts itself."""
    options = RowOptions(request.args)
    options.offer(half_month_labels(wave), staff_wording.TRUST_LEVELS)
    return options if options.validate() else abort(400)


def extract_of(wave: Wave, unit: Unit, options: RowOptions, *, words: bool) -> Extract:
    return Extract(
        wave=wave,
        unit=unit,
        half_months=bounds(wave, options.first.data, options.last.data),
        trust=tuple(options.trust.data) if options.trust.data else None,
        flagged=bool(options.flagged.data),
        identifying=bool(options.identifying.data),
        words=language() if words else None,
    )


def unit_in_reach(wave: Wave, form: ExportForm) -> tuple[Unit | None, Sequence[Unit]]:
    """The unit the form names by its code or by words only one unit has, else the units it may mean."""
    session, within = current_session(), scope("exports.figures").covers(Unit.path)
    named = named_unit(session, within, form.unit.data or "")
    unit, others = named.unit, named.others
    if unit is None:
        missing = gettext("No unit within your reach is called so. Type its code or a part of its name.")
        form.unit.errors = [gettext("Several units are called so: choose one below.") if others else missing]
    elif unit_of_wave(session, wave, unit.code) is None:
        form.unit.errors, unit = [gettext("This unit and the units below it took no part in the wave.")], None
    return unit, others


def files_on_offer(wave: Wave, unit: Unit, form: ExportForm) -> tuple[list[File], int | None]:
    """The files of what was chosen, and the number of rows where they are single responses."""
    what = form.what.data
    place: dict[str, Any] = {"wave_code": wave.code, "unit_code": unit.code, "lang": language()}
    if what == "rows":
        extract = extract_of(wave, unit, form, words=form.words)
        number = tally_rows(current_session(), extract)
        variables = len(read_layout(current_session(), extract).variables)
        place |= chosen_arguments()
        return [
            File(
                name,
                url_for(".rows", **place, form=name),
                estimated_size(name, number, variables, form.words),
            )
            for name in ROW_FORMATS
        ], number
    if what == "codebook":
        return [File(name, url_for(".codebook", **place, form=name)) for name in CODEBOOK_FORMATS], None
    place |= {"table": what, "separator": form.separator.data}
    return [File(name, url_for(".figures", **place, form=name)) for name in TABLE_FORMATS], None


def whats() -> dict[str, Any]:
    """What the signed-in person may take."""
    return {what: label for what, label in WHATS.items() if what != "rows" or can("exports.rows")}


def half_month_labels(wave: Wave) -> dict[str, str]:
    return {code: label[language()] for code, (_, label) in half_months(wave).items()}


def chosen_arguments() -> dict[str, list[str]]:
    """The filters of the address, for the links and for the audit log."""
    return {name: values for name in ROW_ARGUMENTS if (values := [each for each in request.args.getlist(name) if each])}


def separator() -> Separator:
    return "," if request.args.get("separator") == "comma" else ";"


def size(number: int) -> str:
    """A size as people say it: 12 kB, 3,4 MB."""
    if number < 10**6:
        return f"{wording.number(max(1, number // 1000), language(), 0)} kB"
    return f"{wording.number(number / 10**6, language(), 1)} MB"


def language() -> Language:
    return "en" if chosen_language() == "en" else "vi"


def file_name(wave: Wave, unit: Unit, what: str) -> str:
    return f"sipas-{wave.code}-{unit.code}-{what}"
