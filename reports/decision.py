"""The decision by which a province publishes the results of a wave; number, date and grounds stay to be filled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Spacer

from reports.figures import Language
from reports.issuer import unit_as_issuer
from reports.official_texts import figures_of, text_of, texts_of
from reports.page import Head, build, closing, paragraph, styles_for, title_block
from reports.province_figures import ProvinceReport
from reports.verification_mark import Verification, VerificationMark
from reports.wording import count


def decision_pdf(
    report: ProvinceReport, language: Language = "vi", *, verification: Verification | None = None
) -> bytes:
    """The same report gives the same bytes."""
    whole, values = report.whole, _values(report, language)
    recipients = texts_of("decision", "recipients", language, values)
    issuer = replace(
        unit_as_issuer(whole.place, language), number_suffix="/QĐ-UBND", capacity="", recipients=recipients
    )
    style = styles_for(issuer)
    mark = VerificationMark(verification, language, style) if verification else None
    ground = ParagraphStyle("ground", parent=style.body, fontName=style.fonts.italic)
    *articles, last = texts_of("decision", "articles", language, values)
    content = [
        Head(issuer, language),
        *title_block(text_of("decision", "kind", language, values), [decision_title(report, language)], style),
        paragraph(text_of("decision", "authority", language, values).upper(), style.title),
        Spacer(1, 10),
        *(paragraph(text, ground) for text in texts_of("decision", "grounds", language, values)),
        Spacer(1, 6),
        paragraph(text_of("decision", "decides", language, values).upper(), style.title),
        Spacer(1, 6),
        *(paragraph(text, style.body) for text in articles),
        closing(issuer, language, style, last, mark),
    ]
    moment = whole.compiled_at or datetime.combine(whole.wave.end, time(), UTC)
    return build(content, title=decision_title(report, language), language=language, issuer=issuer, moment=moment)


def decision_title(report: ProvinceReport, language: Language) -> str:
    return text_of("decision", "about", language, _values(report, language))


def _values(report: ProvinceReport, language: Language) -> dict[str, str]:
    standing = report.compilation.whole.standing
    return figures_of(report.whole, language) | {
        "province": report.whole.place.name[language],
        "units": count(standing.units, language),
        "met": count(standing.met, language),
        "not_met": count(standing.not_met, language),
        "open": count(standing.inconclusive, language),
    }
