"""Blocks of a document as flowables of the official page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, NextPageTemplate, PageBreak, Spacer

from reports.blocks import Block, Cell, Drawn, Grid, Heading, Headline, NewPage, Prose, Sign, Signatures, TextKind
from reports.data_table import data_table
from reports.figures import Language
from reports.page import CONTENT_WIDTH, LANDSCAPE_WIDTH, Issuer, Styles, closing, on_pages_across, paragraph
from reports.verdict_card import mark, verdict_card
from reports.verification_mark import VerificationMark

SMALL_CHART = 100.0  # points across


def flowables(
    blocks: Iterable[Block], language: Language, issuer: Issuer, style: Styles, seal: VerificationMark | None
) -> Iterator[Flowable]:
    """In order. `seal` stands beside the signature."""
    upright = True
    for block in blocks:
        match block:
            case Heading(text, level):
                yield paragraph(text, _headings(style)[level - 1])
            case Prose(text, kind):
                yield _prose(text, kind, style)
            case Headline(figure):
                yield verdict_card(figure, language, style)
            case Drawn(chart):
                yield chart.flowable(CONTENT_WIDTH)
                yield Spacer(1, 8)
            case Grid():
                yield _table(block, style, CONTENT_WIDTH if upright else LANDSCAPE_WIDTH)
            case NewPage(across):
                yield from on_pages_across() if across else (NextPageTemplate("official"), PageBreak())
                upright = not across
            case Signatures():
                yield closing(issuer, language, style, mark=seal)


@cache
def _headings(style: Styles) -> tuple[ParagraphStyle, ParagraphStyle]:
    flush = ParagraphStyle("part", parent=style.heading, firstLineIndent=0)
    return ParagraphStyle("chapter", parent=flush, fontSize=14, leading=18, spaceBefore=12), flush


def _prose(text: str, kind: TextKind, style: Styles) -> Flowable:
    if kind == "body":
        return paragraph(text, style.body)
    return paragraph(f"- {text}", style.ragged_note if kind == "note" else style.body)


def _table(grid: Grid, style: Styles, width: float) -> Flowable:
    bold = ParagraphStyle("row-heading", parent=style.cell, fontName=style.fonts.bold)
    rows: list[list[Flowable | str]] = []
    for number, row in enumerate(grid.rows):
        cells = [_cell(cell) for cell in row]
        if number in grid.headings:
            cells[0] = paragraph(str(row[0]), bold)
        rows.append(cells)
    return data_table(
        grid.head, rows, grid.widths, style, numbers=set(grid.numbers), width=width, headings=grid.headings
    )


def _cell(cell: Cell) -> Flowable | str:
    if isinstance(cell, str):
        return cell
    return mark(cell.state, 11) if isinstance(cell, Sign) else cell.chart.flowable(SMALL_CHART)
