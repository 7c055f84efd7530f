"""Tables of a document: head repeated on every page, thin rules, numbers set right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest
from textwrap import wrap

from reportlab.lib.colors import HexColor, black
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Table, TableStyle

from reports.page import CONTENT_WIDTH, Styles, paragraph

TALLEST = 400  # points that a row takes of a page of 723, so that it fits below a head of several lines

_PADDING = 2
_THIN = HexColor("#7a858f")


def data_table(
    head: Sequence[str],
    rows: Sequence[Sequence[Flowable | str]],
    widths: Sequence[float],
    style: Styles,
    *,
    numbers: set[int],
    width: float = CONTENT_WIDTH,
    headings: Collection[int] = (),
) -> Table:
    """A table with its head repeated on every page, thin rules, no split row, and `numbers` columns set right.

    `widths` are parts of the table's `width` in points. Strings are literal text; numbers in a column carry equal
    decimals, so that right alignment stands them on the comma. `headings` are rows that stay on the page of the next.
    What is too tall for a page goes on in rows of its own: somebody's long text would otherwise keep the document from
    being drawn.
    """
    whole = sum(widths)
    heads = [paragraph(text, style.head_number if k in numbers else style.head) for k, text in enumerate(head)]
    columns = [width * part / whole for part in widths]
    body: list[list[Flowable | str]] = []
    kept: list[tuple[str, tuple[int, int], tuple[int, int]]] = []
    for number, row in enumerate(rows):
        if number in headings:
            kept.append(("NOSPLIT", (0, len(body) + 1), (-1, len(body) + 2)))
        cells: list[list[Flowable | str]] = [
            _pieces(cell, columns[k], style.number if k in numbers else style.cell) if isinstance(cell, str) else [cell]
            for k, cell in enumerate(row)
        ]
        body += [list(line) for line in zip_longest(*cells, fillvalue="")]
    table = Table(
        [heads, *body],
        colWidths=columns,
        repeatRows=1,
        splitInRow=0,
        spaceAfter=8,
        style=_TABLE,
    )
    table.setStyle(TableStyle(kept))
    return table


def _pieces(text: str, width: float, style: ParagraphStyle) -> list[Flowable | str]:
    """The text as one cell, or as several below each other where one would be taller than :data:`TALLEST`."""
    inside = width - 2 * _PADDING
    most = max(1, int(inside / style.fontSize)) * int(TALLEST / style.leading)  # of the widest letters
    cell = paragraph(text, style)
    if len(text) <= most or cell.wrap(inside, TALLEST)[1] <= TALLEST:
        return [cell]
    return [paragraph(piece, style) for piece in wrap(text, most)]


_TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, _THIN),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("NOSPLIT", (0, 0), (-1, 1)),  # the head never stands alone at the foot of a page
    ]
)
