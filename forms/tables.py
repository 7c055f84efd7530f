"""A table as offices send it, CSV or XLSX, read into rows of text within bounds; for the bounded child process."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from forms.bounded import Refused

ROWS = 50_000
COLUMNS = 400
CELLS = 2_000_000
CELL_LENGTH = 12_000
UNPACKED = 200 * 1024 * 1024
RATIO = 150  # sheets of repeated digits reach 60; a bomb starts at some hundreds
PARTS = 2000

ENCODINGS = ("utf-8", "utf-16", "cp1258", "cp1252")

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_QUOTED = re.compile(r'"[^"]*"')
_CHUNK = 1024 * 1024
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    """`header` names the columns; a row is its number as a spreadsheet counts (the header's is 1) and its cells.

    Every row has as many cells as the header. `encoding` is "" for a workbook, `sheets` are its sheets' names.
    """

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    encoding: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read_table(content: bytes, encoding: str = "", sheet: str = "") -> dict[str, Any]:
    """The table as JSON has it: `header`, `rows` ([number, cells]), `encoding`, `sheet`, `sheets` of :func:`table`."""
    found = table(content, encoding, sheet)
    return {
        "header": found.header,
        "rows": found.rows,
        "encoding": found.encoding,
        "sheet": found.sheet,
        "sheets": found.sheets,
    }


def table(content: bytes, encoding: str = "", sheet: str = "") -> Table:
    """The table in a CSV (in `encoding`, or a guessed one) or in one sheet of a workbook (the first, if not named).

    Blank rows are left out. Cells are stripped, NFC-normalised texts; days are "2026-03-01", moments
    "2026-03-01 10:20:30", whole numbers have no decimal point. Raises :class:`~forms.bounded.Refused`.
    """
    if content.startswith(_ZIP):
        return _workbook(content, sheet)
    if content.startswith(_OLD_EXCEL):
        raise Refused("old_excel")
    if content.startswith(_BINARY):
        raise Refused("not_a_table")
    return _csv(content, encoding)


def cell_name(row: int, column: int) -> str:
    """The address of a cell as spreadsheets write it; `column` counts from 0: (12, 1) is "B12"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _csv(content: bytes, encoding: str) -> Table:
    used, text = _decoded(content, encoding)
    head = text[:_HEAD]
    first_lines = _QUOTED.sub("", head).lstrip().partition("\n")[0]
    separator = max(",;\t", key=first_lines.count)
    csv.field_size_limit(CELL_LENGTH)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0

    def cells() -> Iterator[list[str]]:
        nonlocal number
        try:
            for row in reader:
                number += 1
                yield row
        except csv.Error as error:
            raise Refused("csv", row=number + 1, limit=CELL_LENGTH) from error

    header, rows = _bounded(cells())
    return Table(header, rows, encoding=used)


def _decoded(content: bytes, encoding: str) -> tuple[str, str]:
    """The encoding and the text. Not given: by byte order mark, else UTF-8, else what old Vietnamese Excel saves."""
    if encoding and encoding not in ENCODINGS:
        raise Refused("encoding", encoding=encoding)
    if not encoding:
        encoding = _guessed(content)
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise Refused("encoding", encoding=encoding.upper()) from error
    if "\x00" in text:
        raise Refused("not_a_table")
    return encoding, text.removeprefix("\ufeff")


def _guessed(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or content[1:200:2].count(0) > 40:
        return "utf-16"  # Excel's “Unicode text”; without a mark every other byte of Latin letters is 0
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8"


def _workbook(content: bytes, wanted: str) -> Table:
    _check_package(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            if not names or (wanted and wanted not in names):
                raise Refused("no_sheet", sheet=wanted)
            name = wanted or names[0]
            found = book.get_sheet_by_name(name)
            if found.total_width > COLUMNS:
                raise Refused("too_many_columns", columns=found.total_width, limit=COLUMNS)
            cells = ([_text(cell) for cell in row] for row in found.to_python(skip_empty_area=False))
            header, rows = _bounded(cells)
    except CalamineError as error:
        raise Refused("crashed") from error
    return Table(header, rows, sheet=name, sheets=tuple(names))


def _check_package(content: bytes) -> None:
    """Unpack every part once without keeping it: sizes that lie, that explode, and XML entities are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if "[Content_Types].xml" not in package.namelist() or len(parts) > PARTS:
                raise Refused("not_a_table")
            unpacked = sum(part.file_size for part in parts)
            if unpacked > UNPACKED or unpacked > RATIO * max(len(content), 10_000):
                raise Refused("packed_too_tightly", size=unpacked // (1024 * 1024))
            for part in parts:
                _check_part(package, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Refused("crashed") from error


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with package.open(part) as file:
        before = b""
        while chunk := file.read(_CHUNK):
            if part.filename.endswith((".xml", ".rels")) and b"<!" in chunk:
                joined = before + chunk
                if b"<!DOCTYPE" in joined or b"<!ENTITY" in joined:
                    raise Refused("forbidden_xml")
            before = chunk[-16:]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(round(cell.total_seconds()))
    return str(cell)


def _bounded(rows: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """The header and the rows below it, each as wide as the header; raises Refused beyond a bound."""
    numbered = enumerate(rows, start=1)
    header: list[str] = []
    for number, cells in numbered:
        header = _cleaned(number, cells)
        if header:
            break
    if not header:
        raise Refused("no_header")
    if len(header) > COLUMNS:
        raise Refused("too_many_columns", columns=len(header), limit=COLUMNS)
    found: list[tuple[int, list[str]]] = []
    width = len(header)
    for number, cells in numbered:
        row = _cleaned(number, cells)
        if not row:
            continue
        if len(found) == ROWS:
            raise Refused("too_many_rows", limit=ROWS)
        if len(row) > width:
            width = len(row)
            if width > COLUMNS:
                raise Refused("too_many_columns", columns=width, limit=COLUMNS)
        found.append((number, row))
        if len(found) * width > CELLS:
            raise Refused("too_many_cells", limit=CELLS)
    header += [""] * (width - len(header))
    for _number, row in found:
        row += [""] * (width - len(row))
    return tuple(" ".join(name.split()) for name in header), found


def _cleaned(number: int, cells: Sequence[str]) -> list[str]:
    """Stripped, composed texts without the blank cells at the row's end."""
    row = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
    while row and not row[-1]:
        row.pop()
    for at, cell in enumerate(row):
        if len(cell) > CELL_LENGTH:
            raise Refused("cell_too_long", cell=cell_name(number, at), limit=CELL_LENGTH)
    return row
