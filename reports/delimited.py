"""Rows as CSV that Excel opens by a double click: UTF-8 with its mark, and no text that could pass for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Literal

from reports.dataset import Cell, Row, batches

Separator = Literal[";", ","]
FIRST_ROWS = 50  # so that who asked sees the file begin
BYTE_ORDER_MARK = "\ufeff"
# What makes a spreadsheet calculate or call a program, the wide forms of East Asian keyboards included.
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
GUARD = "'"


def csv_chunks(head: Sequence[str], rows: Iterable[Row], separator: Separator = ";") -> Iterator[bytes]:
    """The file in chunks; lines end in CR LF (RFC 4180), dates are ISO 8601, a missing value is an empty cell.

    Beside semicolons fractions have a decimal comma, as where people write so. A text that begins like a formula gets
    an apostrophe in front of it, as OWASP advises.
    """
    page = StringIO(newline="")
    writer = csv.writer(page, delimiter=separator, lineterminator="\r\n")
    page.write(BYTE_ORDER_MARK)
    writer.writerow([harmless(name) for name in head])
    lines = iter(rows)
    for batch in chain(batches(islice(lines, FIRST_ROWS), FIRST_ROWS), batches(lines)):
        # Most cells are numbers: these need no call.
        writer.writerows([cell if type(cell) is int else _written(cell, separator) for cell in row] for row in batch)
        yield _emptied(page)
    if rest := _emptied(page):
        yield rest


def _written(cell: Cell, separator: Separator) -> Cell:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, float) and separator == ";":
        return repr(cell).replace(".", ",")
    return cell


def harmless(text: str) -> str:
    """The text, told to be one where a spreadsheet would take it for a formula."""
    return GUARD + text if text[:1] in FORMULA_STARTS else text


def _emptied(page: StringIO) -> bytes:
    written = page.getvalue().encode()
    page.seek(0)
    page.truncate()
    return written
