"""The submission that proposes rewards, with the list of units behind it; the list as a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from io import BytesIO

import xlsxwriter
from reportlab.platypus import Flowable, Spacer

from reports.catalogue import gettext, ngettext
from reports.data_table import data_table
from reports.emulation_figures import ProposalList, UnitPoints
from reports.emulation_wording import formula, origin_words, part_name, points, sample_note
from reports.figures import Language
from reports.issuer import committee_of, numbered_as
from reports.page import (
    LANDSCAPE_WIDTH,
    Head,
    Issuer,
    Styles,
    build,
    closing,
    on_pages_across,
    paragraph,
    styles_for,
    title_block,
)
from reports.verification_mark import Verification, VerificationMark
from reports.wording import NO_NUMBER, count, short_date

_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001 XlsxWriter takes no zone; the clock would change the bytes
_TEXT = 45  # characters: the width of a column of text


def proposal_pdf(
    figures: ProposalList,
    language: Language = "vi",
    *,
    digest: str = "",
    issuer: Issuer | None = None,
    verification: Verification | None = None,
) -> bytes:
    """The document the Interior Department, or another `issuer`, sends to the chairperson; the same list gives the same
    bytes.

    `digest` is the SHA-256 of a fixed list, printed below it; without one it is marked as a draft.
    """
    committee = committee_of(figures.owner.name[language], language)
    chair = gettext("Chairman of the {committee}", language, committee=committee)
    issuer = issuer or Issuer(
        gettext("Interior Department", language),
        committee,
        number_suffix="/BC-SNV",
        office=gettext("Director", language),
    )
    recipients = (gettext("As above", language), gettext("File: registry", language))
    issuer = replace(issuer, number_suffix=numbered_as(issuer, "TTr"), recipients=recipients)
    style = styles_for(issuer)
    mark = VerificationMark(verification, language, style) if verification else None
    subject = proposal_title(figures, language)
    content: list[Flowable] = [Head(issuer, language)]
    content += title_block(gettext("Submission", language), [subject], style)
    content.append(paragraph(gettext("To: {receiver}", language, receiver=chair), style.centred))
    content.append(Spacer(1, 8))
    content += [paragraph(text, style.body) for text in _sentences(figures, language, draft=not digest)]
    last = gettext("The Interior Department submits this for consideration and decision./.", language)
    content.append(closing(issuer, language, style, last, mark))
    content += on_pages_across()
    content += _annex(figures, language, style, digest)
    moment = datetime.combine(figures.computed_on, time(), UTC)
    return build(content, title=subject, language=language, issuer=issuer, moment=moment)


def proposal_title(figures: ProposalList, language: Language) -> str:
    return gettext("On rewards to units in the emulation of {year}", language, year=figures.year)


def _sentences(figures: ProposalList, language: Language, *, draft: bool) -> Iterator[str]:
    if draft:
        yield gettext("DRAFT: the list is not fixed yet; it may still change.", language)
    if figures.reference:
        yield gettext("Pursuant to {reference};", language, reference=figures.reference.rstrip(".;"))
    entered = (*figures.ranked, *figures.incomplete)
    yield gettext(
        "Of {all} units that take part in “{name}”, {entered} submitted their report, {late} of them after the "
        "deadline of {day}. {ranked} units have all the data of the formula and are ranked.",
        language,
        all=count(len(entered) + len(figures.silent), language),
        name=figures.name[language],
        entered=count(len(entered), language),
        late=count(sum(unit.is_late for unit in entered), language),
        day=short_date(figures.deadline_on, language),
        ranked=count(len(figures.ranked), language),
    )
    awards = Counter(unit.award for unit in entered if unit.award)
    if not awards:
        yield gettext("No reward is proposed.", language)
        return
    yield gettext("The Interior Department proposes, as the attached list shows:", language)
    for award, units in sorted(awards.items()):
        yield ngettext(
            "- {award}: {n} unit.",
            "- {award}: {n} units.",
            units,
            language,
            award=award,
            n=count(units, language),
        )


def _annex(figures: ProposalList, language: Language, style: Styles, digest: str) -> Iterator[Flowable]:
    day = gettext("(as of {day})", language, day=short_date(figures.computed_on, language))
    yield from title_block(gettext("Appendix", language), [gettext("List of units ranked", language), day], style)
    if digest:
        yield paragraph(gettext("SHA-256 of the fixed list: {digest}", language, digest=digest), style.ragged_note)
    names = [
        f"{part_name(part, language)} ({points(part.weight, language).rstrip('0').rstrip(',.')})"
        for part in figures.parts
    ]
    heads = [gettext("Rank", language), gettext("Unit", language), *names]
    heads += [gettext("Points", language), gettext("Reward proposed", language), gettext("Note", language)]
    widths = (5, 20, *(9.0 for _ in names), 8, 18, 8)
    numbers = {*range(2, len(names) + 3)}
    if figures.ranked:
        rows = [_row(unit, figures, language) for unit in figures.ranked]
        yield data_table(heads, rows, widths, style, numbers=numbers, width=LANDSCAPE_WIDTH)
    if figures.incomplete:
        yield paragraph(gettext("Units without all data, not ranked", language), style.heading)
        rows = [_row(unit, figures, language) for unit in figures.incomplete]
        yield data_table(heads, rows, widths, style, numbers=numbers, width=LANDSCAPE_WIDTH)
    if figures.silent:
        names = [place.name[language] for place in figures.silent]
        told = gettext("Units that have not submitted a report: {names}.", language, names="; ".join(names))
        yield paragraph(told, style.body)
    yield paragraph(formula(figures.parts, language), style.body)
    if any(part.source in ("sipas", "sipas_target") for part in figures.parts):
        yield paragraph(sample_note(language), style.body)


def _row(unit: UnitPoints, figures: ProposalList, language: Language) -> list[str]:
    scored = [points(each, language) for each in unit.points(figures.parts)]
    total = points(unit.total(figures.parts), language)
    late = gettext("late", language) if unit.is_late else ""
    rank = str(unit.rank or NO_NUMBER)
    return [rank, unit.place.name[language], *scored, total, unit.award or NO_NUMBER, late]


def proposal_xlsx(figures: ProposalList, language: Language = "vi") -> bytes:
    """The list with every part's points and origin; no text is taken for a formula, a link or a number."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"author": "sipas", "created": _UNDATED})
        sheet = book.add_worksheet(gettext("Emulation", language))
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eceff2", "text_wrap": True})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        number = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        for x, label in enumerate(_workbook_heads(figures, language)):
            sheet.write_string(0, x, label, head)
        sheet.freeze_panes(1, 3)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        origins = [width for _ in figures.parts for width in (12, _TEXT)]
        for x, width in enumerate((9, 14, 40, 10, 16, *origins, 30, 30)):
            sheet.set_column(x, x, width)
        y = 1
        for unit in (*figures.ranked, *figures.incomplete):
            for x, cell in enumerate(_workbook_row(unit, figures, language)):
                if isinstance(cell, str):
                    sheet.write_string(y, x, cell, text)
                elif cell is not None:
                    sheet.write_number(y, x, cell, number if isinstance(cell, float) else text)
            y += 1
        for place in figures.silent:
            sheet.write_string(y, 1, place.code, text)
            sheet.write_string(y, 2, place.name[language], text)
            sheet.write_string(y, 4, gettext("has not reported", language), text)
            y += 1
        sheet.write_string(y + 1, 1, formula(figures.parts, language))
    return target.getvalue()


def _workbook_heads(figures: ProposalList, language: Language) -> Iterator[str]:
    yield gettext("Rank", language)
    yield gettext("Code", language)
    yield gettext("Unit", language)
    yield gettext("Points", language)
    yield gettext("Note", language)
    for part in figures.parts:
        yield part_name(part, language)
        yield gettext("Origin", language)
    yield gettext("Reward asked for", language)
    yield gettext("Reward proposed", language)


def _workbook_row(unit: UnitPoints, figures: ProposalList, language: Language) -> Iterator[str | int | float | None]:
    total = unit.total(figures.parts)
    yield unit.rank
    yield unit.place.code
    yield unit.place.name[language]
    yield None if total is None else float(total)
    yield gettext("late", language) if unit.is_late else ""
    for part, origin, scored in zip(figures.parts, unit.origins, unit.points(figures.parts), strict=True):
        yield None if scored is None else float(scored)
        yield origin_words(part, origin, language)
    yield unit.award_asked
    yield unit.award
