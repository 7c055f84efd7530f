"""Plain tables as XLSX and CSV that a spreadsheet opens without taking any text for a formula, a link or a number."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter

Cell = str | int | Decimal | date | None
Rows = Iterable[Sequence[Cell]]

_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001 XlsxWriter takes no zone; the clock would change the bytes
_WIDEST = 60  # characters; a longer text is wrapped by whoever opens the file
_WIDEST_HEAD = 24  # a longer head is wrapped
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheets_xlsx(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook of the sheets; the first row of each is its head, which stays in view. Same rows, same bytes."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, {**options, "in_memory": True}) as book:
        book.set_properties({"author": "sipas", "created": _UNDATED})
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eceff2", "text_wrap": True, "valign": "top"})
        decimals = book.add_format({"num_format": "0.0##"})
        days = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            widths: dict[int, int] = {}
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    if isinstance(cell, str):
                        if cell:
                            sheet.write_string(y, x, cell, None if y else head)
                    elif isinstance(cell, date):
                        sheet.write_datetime(y, x, cell, days)
                    elif isinstance(cell, Decimal):
                        sheet.write_number(y, x, cell, decimals)
                    elif cell is not None:
                        sheet.write_number(y, x, cell)
                    told = len(str(cell or "").partition("\n")[0])
                    widths[x] = max(widths.get(x, 0), told if y else min(told, _WIDEST_HEAD))
            for x, width in widths.items():
                sheet.set_column(x, x, min(max(width + 2, 8), _WIDEST))
    return target.getvalue()


def table_csv(rows: Rows) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; text that would be a formula gets an apostrophe in front.

    :func:`plain_cell` takes the apostrophe away again.
    """
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_guarded(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return target.getvalue().encode("utf-8-sig")


def plain_cell(text: str) -> str:
    """The text that :func:`table_csv` was given, from what it wrote."""
    return text[1:] if text.startswith("'") and _dangerous(text[1:]) else text


def _guarded(text: str) -> str:
    return f"'{text}" if _dangerous(text) else text


def _dangerous(text: str) -> bool:
    """With any number of apostrophes in front as well, so that taking one away is exact."""
    return text.lstrip("'").startswith(_FORMULA)
