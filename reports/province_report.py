"""The official report of a province's survey as PDF: cover, the blocks of the report, annexes across where wide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, NextPageTemplate, PageBreak, Spacer, Table

from reports.block_page import flowables
from reports.catalogue import gettext
from reports.editable_copy import editable_docx
from reports.figures import Language
from reports.fonts import balanced
from reports.issuer import unit_as_issuer
from reports.names import subject_of
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, paragraph, styles_for, title_block
from reports.province_figures import ProvinceReport
from reports.province_parts import province_blocks
from reports.unit_report import report_subject
from reports.verification_mark import Verification, VerificationMark
from reports.wording import period

COVER_SIDE = 8 * mm  # between the frame of the cover and its lines


def province_report_pdf(
    report: ProvinceReport,
    language: Language = "vi",
    *,
    issuer: Issuer | None = None,
    verification: Verification | None = None,
) -> bytes:
    """The signed-to-be report; without an `issuer` the province itself issues it. Same data, same bytes."""
    whole = report.whole
    issuer = issuer or unit_as_issuer(whole.place, language)
    style = styles_for(issuer)
    mark = VerificationMark(verification, language, style) if verification else None
    subject = report_title(report, language)
    content: list[Flowable] = [
        *_cover(report, language, issuer, style),
        Head(issuer, language),
        *title_block(gettext("Report", language), _subject(report, language), style),
        *flowables(province_blocks(report, language), language, issuer, style, mark),
    ]
    return build(content, title=subject, language=language, issuer=issuer, moment=_moment(report))


def province_report_docx(report: ProvinceReport, language: Language = "vi", *, issuer: Issuer | None = None) -> bytes:
    """The same report to be worked on before it is issued, with the same digits."""
    whole = report.whole
    issuer = issuer or unit_as_issuer(whole.place, language)
    return editable_docx(
        province_blocks(report, language),
        kind=gettext("Report", language),
        subject=_subject(report, language),
        language=language,
        issuer=issuer,
        moment=_moment(report),
    )


def _subject(report: ProvinceReport, language: Language) -> list[str]:
    wave = report.whole.wave
    when = f"{wave.name[language]}, {period(wave.start, wave.end, language)}"
    return [report_subject(report.whole, language), when]


def _moment(report: ProvinceReport) -> datetime:
    return report.whole.compiled_at or datetime.combine(report.whole.wave.end, time(), UTC)


def report_title(report: ProvinceReport, language: Language) -> str:
    """What the report is about, with its wave."""
    return f"{report_subject(report.whole, language)}, {report.whole.wave.name[language]}"


def _cover(report: ProvinceReport, language: Language, issuer: Issuer, style: Styles) -> Iterator[Flowable]:
    """Who issues it, what it is, of which time: a page to bind."""
    wave, place = report.whole.wave, report.whole.place
    big = ParagraphStyle("cover", parent=style.title, fontSize=24, leading=32)
    middle = ParagraphStyle("cover-line", parent=style.title, fontSize=15, leading=24)
    quiet = ParagraphStyle("cover-quiet", parent=style.centred, fontSize=14, leading=20)
    lines: list[Flowable] = [Spacer(1, 12 * mm)]
    if issuer.superior:
        lines.append(paragraph(issuer.superior.upper(), quiet))
    lines += [paragraph(issuer.name.upper(), middle), Spacer(1, 52 * mm)]
    lines += [paragraph(gettext("Report", language).upper(), big), Spacer(1, 6 * mm)]
    about = subject_of(wave.respondents, language)
    for text in (about.upper(), place.name[language]):
        broken = balanced(text, middle.fontName, middle.fontSize, CONTENT_WIDTH - 2 * COVER_SIDE)
        lines += [paragraph(line, middle) for line in broken]
    lines.append(Spacer(1, 8 * mm))
    lines += [paragraph(wave.name[language], quiet), paragraph(period(wave.start, wave.end, language), quiet)]
    frame = Table(
        [[lines], [paragraph(str(wave.end.year), quiet)]],
        colWidths=[CONTENT_WIDTH],
        rowHeights=[230 * mm, 16 * mm],
        style=[("BOX", (0, 0), (-1, -1), 1.2, "#0b3d6b"), ("VALIGN", (0, 0), (-1, 0), "TOP")],
    )
    yield frame
    yield NextPageTemplate("official")
    yield PageBreak()
