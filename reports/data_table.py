"""Tables of a document: head repeated on every page, thin rules, numbers set right."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.colors import HexColor, black
from reportlab.platypus import Flowable, Table, TableStyle

from reports.page import CONTENT_WIDTH, Styles, paragraph

_THIN = HexColor("#7a858f")


def data_table(
    head: Sequence[str],
    rows: Sequence[Sequence[Flowable | str]],
    widths: Sequence[float],
    style: Styles,
    *,
    numbers: set[int],
) -> Table:
    """A table with its head repeated on every page, thin rules, no split row, and `numbers` columns set right.

    `widths` are parts of the content width. Strings are literal text; numbers in a column carry equal decimals, so
    that right alignment stands them on the comma.
    """
    whole = sum(widths)
    heads = [paragraph(text, style.head_number if k in numbers else style.head) for k, text in enumerate(head)]
    body = [
        [
            paragraph(cell, style.number if k in numbers else style.cell) if isinstance(cell, str) else cell
            for k, cell in enumerate(row)
        ]
        for row in rows
    ]
    return Table(
        [heads, *body],
        colWidths=[CONTENT_WIDTH * width / whole for width in widths],
        repeatRows=1,
        splitInRow=0,
        spaceAfter=8,
        style=_TABLE,
    )


_TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, _THIN),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("NOSPLIT", (0, 0), (-1, 1)),  # the head never stands alone at the foot of a page
    ]
)
