"""Comments as a file: XLSX, and CSV for Excel in which nothing a citizen wrote is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

import xlsxwriter

from reports.catalogue import gettext
from reports.figures import Language

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment; `time` is its day or only its month, `satisfaction` the answer beside it where it may be told."""

    wave: str
    unit_code: str
    unit: str
    time: str
    text: str
    tags: str
    satisfaction: int | None
    hidden_reason: str

    def cells(self) -> tuple[str | int, ...]:
        level = "" if self.satisfaction is None else self.satisfaction
        return (self.wave, self.unit_code, self.unit, self.time, self.text, self.tags, level, self.hidden_reason)


def _heads(language: Language) -> tuple[str, ...]:
    return (
        gettext("Wave", language),
        gettext("Code", language),
        gettext("Unit", language),
        gettext("Time", language),
        gettext("Comment", language),
        gettext("Tags", language),
        gettext("Overall satisfaction (1–5)", language),
        gettext("Hidden because", language),
    )


def comments_csv(rows: Sequence[CommentRow], language: Language) -> bytes:
    written = StringIO(newline="")
    writer = csv.writer(written, delimiter=";")
    writer.writerow(_heads(language))
    for row in rows:
        writer.writerow([_safe(cell) for cell in row.cells()])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def comments_xlsx(rows: Sequence[CommentRow], language: Language) -> bytes:
    target = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eceff2"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(gettext("Comments", language))
    sheet.freeze_panes(1, 0)
    for at, width in enumerate((34, 12, 30, 14, 80, 28, 14, 30)):
        sheet.set_column(at, at, width)
    for at, head in enumerate(_heads(language)):
        sheet.write_string(0, at, head, bold)
    for y, row in enumerate(rows, 1):
        for x, cell in enumerate(row.cells()):
            if isinstance(cell, int):
                sheet.write_number(y, x, cell, text)
            elif cell:
                sheet.write_string(y, x, cell, text)
    book.close()
    return target.getvalue()


def _safe(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
