"""The headline of a document: one big number with its interval and base, beside its verdict and the reason."""

from __future__ import annotations

from functools import cache

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Table

from reports.catalogue import gettext
from reports.drawing import INK, MET, MUTED, NOT_MET, Chart, verdict_mark
from reports.figures import Figure, Language, VerdictState
from reports.page import CONTENT_WIDTH, Styles, paragraph
from reports.wording import (
    answers,
    capitalised,
    figure_percent,
    interval,
    people,
    point_score,
    verdict_sentence,
    verdict_word,
)

_GROUNDS: dict[VerdictState, str] = {"met": "#e2f2e8", "not_met": "#f9e7e3", "inconclusive": "#eceff2"}
_INKS: dict[VerdictState, str] = {"met": MET, "not_met": NOT_MET, "inconclusive": MUTED}


def verdict_card(index: Figure, language: Language, style: Styles) -> Flowable:
    """The headline on the tint of its verdict: number, interval and base at the left, verdict and why at the right."""
    state = index.verdict.state
    sizes = _card_styles(style, state)
    left = [paragraph(capitalised(figure_percent(index, language)), sizes[0])]
    if index.estimate.estimate is not None:
        bounds = interval(index.estimate, language, index.verdict.target).replace(" ", "\u00a0")
        base = f"{people(index.people, language)}, {answers(index.answers, language)}"
        left.append(paragraph(gettext("95% confidence interval: {bounds}", language, bounds=bounds), sizes[1]))
        left.append(paragraph(base, sizes[1]))
    title = Table(
        [[mark(state, 17), paragraph(verdict_word(state, language), sizes[2])]],
        colWidths=[24, None],
        style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
    )
    right: list[Flowable] = [title]
    right.append(paragraph(verdict_sentence(index.verdict, language, index.people), sizes[1]))
    if score := point_score(index, language):
        right.append(paragraph(f"{score}.", sizes[1]))
    card = Table([[left, right]], colWidths=[0.46 * CONTENT_WIDTH, 0.54 * CONTENT_WIDTH], spaceAfter=9, spaceBefore=3)
    card.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(_GROUNDS[state])),
            ("LINEBEFORE", (0, 0), (0, -1), 3, HexColor(_INKS[state])),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 11),
            ("TOPPADDING", (0, 0), (-1, -1), 8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 10),
        ]
    )
    return card


def mark(state: VerdictState, size: float) -> Flowable:
    """The drawn sign of a verdict, `size` points square."""
    return Chart("mark", 18, 18, "", "", tuple(verdict_mark(9, 9, state))).flowable(size)


@cache
def _card_styles(style: Styles, state: VerdictState) -> tuple[ParagraphStyle, ParagraphStyle, ParagraphStyle]:
    """The big number, the lines under it and the verdict's word."""
    big = ParagraphStyle(
        "big", parent=style.plain, fontName=style.fonts.bold, fontSize=30, leading=36, textColor=HexColor(INK)
    )
    line = ParagraphStyle("line", parent=style.cell, fontSize=11.5, leading=15)
    word = ParagraphStyle(
        "word", parent=style.plain, fontName=style.fonts.bold, fontSize=15, leading=18, textColor=HexColor(_INKS[state])
    )
    return big, line, word
