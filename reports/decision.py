"""The decision by which a province publishes the results of a wave; number, date and grounds stay to be filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from reports.figures import Language
from reports.issuer import as_decider, unit_as_issuer
from reports.official_texts import OfficialText, figures_of, specimen_figures, standard_text
from reports.page import Head, Issuer, build, closing, paragraph, styles_for, title_block
from reports.province_figures import ProvinceReport
from reports.verification_mark import Verification, VerificationMark
from reports.wording import count


def decision_pdf(
    report: ProvinceReport,
    language: Language = "vi",
    *,
    issuer: Issuer | None = None,
    text: OfficialText | None = None,
    verification: Verification | None = None,
) -> bytes:
    """Without an `issuer` the province itself decides, without a `text` in the standard words. The same report, issuer
    and text give the same bytes."""
    whole, title = report.whole, decision_title(report, language, issuer=issuer, text=text)
    issuer = issuer or unit_as_issuer(whole.place, language)
    text = text or standard_text("decision", language)
    content = _decision(issuer, text, _values(report, issuer, language), language, verification)
    moment = whole.compiled_at or datetime.combine(whole.wave.end, time(), UTC)
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


def decision_specimen_pdf(
    issuer: Issuer,
    text: OfficialText,
    language: Language,
    *,
    moment: datetime,
    verification: Verification | None = None,
) -> bytes:
    """The decision with an example's figures: to look at a wording before it is used."""
    values = specimen_figures(issuer, language)
    content = _decision(issuer, text, values, language, verification)
    return build(content, title=text.text("about", values), language=language, issuer=issuer, moment=moment)


def _decision(
    issuer: Issuer,
    text: OfficialText,
    values: Mapping[str, str],
    language: Language,
    verification: Verification | None = None,
) -> list[Flowable]:
    issuer = replace(as_decider(issuer, language), recipients=text.paragraphs("recipients", values))
    style = styles_for(issuer)
    mark = VerificationMark(verification, language, style) if verification else None
    ground = ParagraphStyle("ground", parent=style.body, fontName=style.fonts.italic)
    *articles, last = text.paragraphs("articles", values)
    return [
        Head(issuer, language),
        *title_block(text.text("kind", values), [text.text("about", values)], style),
        paragraph(text.text("authority", values).upper(), style.title),
        Spacer(1, 10),
        *(paragraph(line, ground) for line in text.paragraphs("grounds", values)),
        Spacer(1, 6),
        paragraph(text.text("decides", values).upper(), style.title),
        Spacer(1, 6),
        *(paragraph(line, style.body) for line in articles),
        closing(issuer, language, style, last, mark),
    ]


def decision_title(
    report: ProvinceReport, language: Language, *, issuer: Issuer | None = None, text: OfficialText | None = None
) -> str:
    """What the decision is about; `issuer` and `text` as in :func:`decision_pdf`."""
    issuer = issuer or unit_as_issuer(report.whole.place, language)
    return (text or standard_text("decision", language)).text("about", _values(report, issuer, language))


def _values(report: ProvinceReport, issuer: Issuer, language: Language) -> dict[str, str]:
    standing = report.compilation.whole.standing
    return figures_of(report.whole, issuer, language) | {
        "province": report.whole.place.name[language],
        "units": count(standing.units, language),
        "met": count(standing.met, language),
        "not_met": count(standing.not_met, language),
        "open": count(standing.inconclusive, language),
    }
