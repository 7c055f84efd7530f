"""A workbook sent as its rows come: XlsxWriter keeps all on the disk until the last row.

A ZIP archive of the few parts a spreadsheet needs, in the order of writing and without going back. Fractions are shown
as percentages; text is never taken for a formula or an address. A file that breaks off lacks the archive's directory
at its end, so no program opens it. docs/decisions/0013-own-writers-of-rows.md.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import RawIOBase
from xml.sax.saxutils import escape

from reports.dataset import Row, batches

MOST_ROWS = 1_048_576  # of a sheet, its head included
MOST_BYTES = 1_800_000_000  # of a part: beyond 2 GiB archives need an extension that Excel complains of
LONGEST_CELL = 32_767

_LEVEL = 1  # of compression: higher ones take three times as long for a tenth less
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_TOP = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
# Cell formats: 0 plain, 1 head, 2 day, 3 percentage.
_STYLES = (
    f'{_XML}<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFECEFF2"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf fontId="1" fillId="2" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="10" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_HEAD, _DAY, _PERCENT = 1, 2, 3
_FIRST_DAY = date(1899, 12, 30).toordinal()  # day 0 of a spreadsheet that takes 1900 for a leap year
# What XML cannot hold, and what a spreadsheet would read as the code of a character.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CODED = re.compile("_(?=x[0-9a-fA-F]{4}_)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, the head, the widths of the columns in letters, and the rows."""

    name: str
    head: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Row]


def workbook_chunks(sheets: Iterable[Sheet], made: datetime) -> Iterator[bytes]:
    """The file in chunks. A table too long for a sheet goes on in another one with the same head."""
    pipe, names = _Pipe(), list[str]()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr(_info("[Content_Types].xml", made), _CONTENT_TYPES)
        archive.writestr(_info("_rels/.rels", made), _TOP)
        archive.writestr(_info("xl/styles.xml", made), _STYLES)
        for sheet in sheets:
            for name, lines in _parts(sheet):
                names.append(name)
                with archive.open(_info(f"xl/worksheets/sheet{len(names)}.xml", made), "w") as part:
                    for piece in lines:
                        part.write(piece)
                        yield pipe.taken()
        archive.writestr(_info("xl/workbook.xml", made), _workbook(names))
        archive.writestr(_info("xl/_rels/workbook.xml.rels", made), _relations(len(names)))
    yield pipe.taken()


class _Pipe(RawIOBase):
    """Where the archive is written: one direction, emptied between the rows."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # the interface's own type is any buffer
        self._kept += piece
        return len(piece)

    def taken(self) -> bytes:
        piece = bytes(self._kept)
        self._kept.clear()
        return piece


def _info(name: str, made: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, made.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _parts(sheet: Sheet) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The name and the text of each part a table needs: most need one. Each text must be read before the next."""
    waiting = _Waiting(batches(sheet.rows))
    yield sheet.name, _sheet(sheet, waiting)
    number = 1
    while waiting.batch:
        number += 1
        yield f"{sheet.name} {number}", _sheet(sheet, waiting)


class _Waiting:
    """Batches of rows, the next of them in sight."""

    def __init__(self, source: Iterator[list[Row]]) -> None:
        self._source = source
        self.batch = next(source, [])

    def take(self) -> list[Row]:
        taken, self.batch = self.batch, next(self._source, [])
        return taken


def _sheet(sheet: Sheet, waiting: _Waiting) -> Iterator[bytes]:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(sheet.widths, 1)
    )
    letters = [_letters(at) for at in range(len(sheet.head))]
    head = "".join(_text(letter, 1, name, _HEAD) for letter, name in zip(letters, sheet.head, strict=True))
    start = (
        f'{_XML}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1">{head}</row>'
    ).encode()
    yield start
    row, size = 1, len(start)
    while waiting.batch and row + len(waiting.batch) <= MOST_ROWS and size < MOST_BYTES:
        batch = waiting.take()
        piece = "".join(_row(letters, row + at, cells) for at, cells in enumerate(batch, 1)).encode()
        row, size = row + len(batch), size + len(piece)
        yield piece
    yield b"</sheetData></worksheet>"


def _row(letters: Sequence[str], number: int, cells: Row) -> str:
    parts = [f'<row r="{number}">']
    for letter, cell in zip(letters, cells, strict=True):
        if cell is None:
            continue
        if isinstance(cell, str):
            parts.append(_text(letter, number, cell))
        elif isinstance(cell, date):
            parts.append(f'<c r="{letter}{number}" s="{_DAY}"><v>{cell.toordinal() - _FIRST_DAY}</v></c>')
        elif isinstance(cell, float):
            parts.append(f'<c r="{letter}{number}" s="{_PERCENT}"><v>{cell!r}</v></c>')
        else:
            parts.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
    parts.append("</row>")
    return "".join(parts)


def _text(letter: str, number: int, text: str, style: int = 0) -> str:
    shown = escape(_CODED.sub("_x005F_", _IMPOSSIBLE.sub("", text))[:LONGEST_CELL])
    kept = ' xml:space="preserve"' if shown.strip() != shown else ""
    styled = f' s="{style}"' if style else ""
    return f'<c r="{letter}{number}"{styled} t="inlineStr"><is><t{kept}>{shown}</t></is></c>'


def _letters(at: int) -> str:
    """The name of a column counted from 0: A … Z, AA …"""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
    )
    return f'{_XML}<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _relations(sheets: int) -> str:
    parts = [
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, sheets + 1)
    ]
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(parts)}{styles}</Relationships>'
