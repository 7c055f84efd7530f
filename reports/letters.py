"""The official letter to a unit: its result, and what is asked of it by the verdict; number and date stay blank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer, Table

from reports.correction_notes import correction_sentences
from reports.figures import Language, Place, UnitReport
from reports.issuer import unit_as_issuer
from reports.official_texts import figures_of, text_of, texts_of
from reports.page import CONTENT_WIDTH, Head, Styles, build, closing, paragraph, styles_for
from reports.verification_mark import Verification, VerificationMark


def unit_letter_pdf(
    report: UnitReport, sender: Place, language: Language = "vi", *, verification: Verification | None = None
) -> bytes:
    """From `sender` (the province) to the unit of `report`. The same data give the same bytes."""
    values = figures_of(report, language)
    recipients = texts_of("letter", "recipients", language, values)
    issuer = replace(unit_as_issuer(sender, language), number_suffix="/UBND-…", recipients=recipients)
    style = styles_for(issuer)
    mark = VerificationMark(verification, language, style) if verification else None
    last = text_of("letter", "last", language, values)
    content = [
        Head(issuer, language),
        _about(text_of("letter", "about", language, values), style),
        Spacer(1, 14),
        paragraph(text_of("letter", "to", language, values), style.centred),
        Spacer(1, 12),
        *(paragraph(text, style.body) for text in _paragraphs(report, language, values)),
        closing(issuer, language, style, last, mark),
    ]
    moment = report.compiled_at or datetime.combine(report.wave.end, time(), UTC)
    return build(content, title=letter_title(report, language), language=language, issuer=issuer, moment=moment)


def letter_title(report: UnitReport, language: Language) -> str:
    values = figures_of(report, language)
    return f"{text_of('letter', 'about', language, values)} – {values['place']}"


def _about(text: str, style: Styles) -> Flowable:
    """What the letter is about stands below its number."""
    widths = [0.40 * CONTENT_WIDTH, 0.60 * CONTENT_WIDTH]
    quiet = ParagraphStyle("about", parent=style.note, alignment=TA_CENTER)
    return Table([[paragraph(text, quiet), ""]], colWidths=widths, style=[("LEFTPADDING", (0, 0), (-1, -1), 0)])


def _paragraphs(report: UnitReport, language: Language, values: dict[str, str]) -> Iterator[str]:
    if report.index.estimate.estimate is None:
        yield text_of("letter", "hidden", language, values)
        yield from correction_sentences(report, language)
        return
    yield text_of("letter", "result", language, values)
    yield from correction_sentences(report, language)
    if values["weakest"]:
        yield text_of("letter", "weakest", language, values)
    yield from texts_of("letter", report.index.verdict.state, language, values)
