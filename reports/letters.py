"""The official letter to a unit: its result, and what is asked of it by the verdict; number and date stay blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Literal, get_args

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, PageBreak, Spacer, Table

from reports.correction_notes import correction_sentences
from reports.figures import Language, Place
from reports.issuer import numbered_as, unit_as_issuer
from reports.official_texts import OfficialText, figures_of, specimen_figures, standard_text
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, closing, paragraph, styles_for
from reports.report_figures import UnitReport
from reports.verification_mark import Verification, VerificationMark

Case = Literal["met", "not_met", "inconclusive", "hidden"]
CASES: tuple[Case, ...] = get_args(Case)


def unit_letter_pdf(
    report: UnitReport,
    sender: Place,
    language: Language = "vi",
    *,
    issuer: Issuer | None = None,
    text: OfficialText | None = None,
    verification: Verification | None = None,
) -> bytes:
    """To the unit of `report`: from `issuer`, by default `sender` (the province); without a `text` in the standard
    words. The same data give the same bytes."""
    title = letter_title(report, sender, language, issuer=issuer, text=text)
    issuer = issuer or unit_as_issuer(sender, language)
    text = text or standard_text("letter", language)
    values = figures_of(report, issuer, language)
    case: Case = "hidden" if report.index.estimate.estimate is None else report.index.verdict.state
    lines = _lines(text, case, values, correction_sentences(report, language))
    content = _letter(issuer, text, lines, values, language, verification)
    moment = report.compiled_at or datetime.combine(report.wave.end, time(), UTC)
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


def letter_specimen_pdf(
    issuer: Issuer,
    text: OfficialText,
    language: Language,
    *,
    moment: datetime,
    verification: Verification | None = None,
) -> bytes:
    """A letter of each case, a page each, with an example's figures: to look at a wording before it is used."""
    values, content = specimen_figures(issuer, language), list[Flowable]()
    for case in CASES:
        content += [PageBreak()] if content else []
        content += _letter(issuer, text, _lines(text, case, values), values, language, verification)
    return build(content, title=text.text("about", values), language=language, issuer=issuer, moment=moment)


def _letter(
    issuer: Issuer,
    text: OfficialText,
    lines: Iterable[str],
    values: Mapping[str, str],
    language: Language,
    verification: Verification | None = None,
) -> list[Flowable]:
    recipients = text.paragraphs("recipients", values)
    issuer = replace(issuer, number_suffix=numbered_as(issuer, ""), recipients=recipients)
    style = styles_for(issuer)
    mark = VerificationMark(verification, language, style) if verification else None
    return [
        Head(issuer, language),
        _about(text.text("about", values), style),
        Spacer(1, 14),
        paragraph(text.text("to", values), style.centred),
        Spacer(1, 12),
        *(paragraph(line, style.body) for line in lines),
        closing(issuer, language, style, text.text("last", values), mark),
    ]


def letter_title(
    report: UnitReport,
    sender: Place,
    language: Language,
    *,
    issuer: Issuer | None = None,
    text: OfficialText | None = None,
) -> str:
    """What the letter is about, and to whom; `issuer` and `text` as in :func:`unit_letter_pdf`."""
    values = figures_of(report, issuer or unit_as_issuer(sender, language), language)
    return f"{(text or standard_text('letter', language)).text('about', values)} – {values['place']}"


def _about(text: str, style: Styles) -> Flowable:
    """What the letter is about stands below its number."""
    widths = [0.40 * CONTENT_WIDTH, 0.60 * CONTENT_WIDTH]
    quiet = ParagraphStyle("about", parent=style.note, alignment=TA_CENTER)
    return Table([[paragraph(text, quiet), ""]], colWidths=widths, style=[("LEFTPADDING", (0, 0), (-1, -1), 0)])


def _lines(text: OfficialText, case: Case, values: Mapping[str, str], corrected: Iterable[str] = ()) -> Iterator[str]:
    """What is told of the result, that it was corrected, and what is asked for."""
    yield text.text("hidden" if case == "hidden" else "result", values)
    yield from corrected
    if case == "hidden":
        return
    if values["weakest"]:
        yield text.text("weakest", values)
    yield from text.paragraphs(case, values)
