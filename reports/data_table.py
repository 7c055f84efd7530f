"""Tables of a document: head repeated on every page, thin rules, numbers set right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise, zip_longest
from textwrap import wrap

from reportlab.lib.colors import HexColor, black
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, TableStyle

from reports.fonts import text_width
from reports.page import CONTENT_WIDTH, Styles, paragraph
from reports.page_breaks import RowTable

TALLEST = 400  # points that a row takes of a page of 723, so that it fits below a head of several lines
TOGETHER = 240  # points of a group of rows that stays on one page
WHOLE = 150  # points of a table that does

LONGEST_WHOLE = 14  # letters of a word, date or number for which a column is widened

_PADDING = 3
_BESIDE, _APART = 5.5, 9.0  # left of words behind words, and behind a number that is set right
_THIN = HexColor("#7a858f")

_Row = list[Flowable | str]


def data_table(
    head: Sequence[str],
    rows: Sequence[Sequence[Flowable | str]],
    widths: Sequence[float],
    style: Styles,
    *,
    numbers: set[int],
    width: float = CONTENT_WIDTH,
    headings: Collection[int] = (),
    totals: Collection[int] = (),
) -> RowTable:
    """A table with its head repeated on every page, thin rules, no split row, and `numbers` columns set right.

    `widths` are parts of the table's `width` in points; a column gets more where a word, date or number needs it.
    Strings are literal text; numbers in a column carry equal decimals, so that right alignment stands them on the
    comma. `headings` are rows that name those below them, `totals` are set bold. No row stands alone at the foot or the
    top of a page, no heading without its rows, and what is short stays whole. What is too tall for a page goes on in
    rows of its own: somebody's long text would otherwise keep the document from being drawn.
    """
    heads = [paragraph(text, style.head_number if k in numbers else style.head) for k, text in enumerate(head)]
    worded = (k for k in range(1, len(head)) if head[k] and k not in numbers)
    told = (k for k in worded if all(isinstance(row[k], str) for row in rows))
    apart = {k: _APART if k - 1 in numbers else _BESIDE for k in told}
    gaps = [_PADDING + apart.get(k, _PADDING) for k in range(len(head))]
    needed = [_longest_word(k, head, rows, style) + gap + 0.1 for k, gap in enumerate(gaps)]
    columns = _columns(widths, needed, width)
    insides = [column - gap for column, gap in zip(columns, gaps, strict=True)]
    body: list[_Row] = []
    starts: list[int] = []  # of groups of rows
    names: list[int] = []  # of groups, across all columns
    for number, row in enumerate(rows):
        if number in headings:
            starts.append(len(body))
            names += [] if any(row[1:]) else starts[-1:]
        looks = (_bold(style), style.head_number) if number in totals else (style.cell, style.number)
        cells: list[_Row] = [
            _pieces(cell, insides[k], looks[k in numbers]) if isinstance(cell, str) else [cell]
            for k, cell in enumerate(row)
        ]
        body += [list(line) for line in zip_longest(*cells, fillvalue="")]
    table = RowTable(
        [heads, *body],
        colWidths=columns,
        repeatRows=1,
        splitInRow=0,
        spaceAfter=8,
        style=_TABLE,
    )
    first, *others = _merged([(0, 0), *_together(body, insides, starts)])
    table.first_rows = first[1] + 1
    kept = [("NOSPLIT", (0, start + 1), (-1, last + 1)) for start, last in others]
    kept.append(("NOSPLIT", (0, 0), (-1, table.first_rows)))  # the head never stands alone at the foot of a page
    kept += [("SPAN", (0, at + 1), (-1, at + 1)) for at in names]
    table.setStyle(TableStyle([*kept, *(("LEFTPADDING", (k, 0), (k, -1), gap) for k, gap in apart.items())]))
    return table


@cache
def _bold(style: Styles) -> ParagraphStyle:
    return ParagraphStyle("total", parent=style.cell, fontName=style.fonts.bold)


def _longest_word(column: int, head: Sequence[str], rows: Sequence[Sequence[Flowable | str]], style: Styles) -> float:
    """Points, in bold, of the longest word in a column's head, and of those in its cells that are short enough to be
    kept whole."""
    cells = (row[column] for row in rows)
    words = {word for cell in cells if isinstance(cell, str) for word in cell.split() if len(word) <= LONGEST_WHOLE}
    words.update(head[column].split())
    return max((text_width(word, style.head.fontName, style.head.fontSize) for word in words), default=0.0)


def _columns(widths: Sequence[float], needed: Sequence[float], width: float) -> list[float]:
    """`width` shared by the parts `widths`, but to each column what it needs, as far as all can have it."""
    fixed: dict[int, float] = {}
    while True:
        parts = sum(part for k, part in enumerate(widths) if k not in fixed)
        left = width - sum(fixed.values())
        columns = [fixed.get(k, left * part / parts if parts else 0.0) for k, part in enumerate(widths)]
        narrow = {k: need for k, need in enumerate(needed) if k not in fixed and columns[k] < need}
        if not narrow:
            return columns
        fixed |= narrow
        if sum(fixed.values()) > 0.8 * width:
            return [width * part / sum(widths) for part in widths]


def _together(body: Sequence[_Row], insides: Sequence[float], starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last row of what stays on one page: the first two and the last two rows of the table and of every
    group, its heading not counted, or all of what is short."""
    for first, end in pairwise(sorted({0, *starts, len(body)})):
        named = first in starts
        most = TOGETHER if starts else WHOLE
        for start, last in ((first, end - 1), (first, first + 1 + named), (end - 2, end - 1)):
            if first <= start < last < end and _height(body[start : last + 1], insides) <= most:
                yield start, last
        if named and first + 1 < end:
            yield first, first + 1


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of rows without overlap, of which ReportLab would heed the last only."""
    found: list[tuple[int, int]] = []
    for start, last in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((start, last))
    return found


def _height(rows: Sequence[_Row], insides: Sequence[float]) -> float:
    heights = [
        max(
            cell.wrap(inside, TALLEST)[1]
            for cell, inside in zip(row, insides, strict=True)
            if not isinstance(cell, str)
        )
        for row in rows
    ]
    return sum(heights) + 6 * len(rows)


def _pieces(text: str, inside: float, style: ParagraphStyle) -> _Row:
    """The text as one cell, or as several below each other where one would be taller than :data:`TALLEST`."""
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
    ]
)
