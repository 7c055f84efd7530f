"""The report on a unit's scorecard: its points in sentences, how computed points came about, the card as an annex."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from reportlab.platypus import Flowable, Paragraph, Spacer

from reports.catalogue import gettext, gettext_noop
from reports.data_table import data_table
from reports.figures import Language
from reports.issuer import unit_as_issuer
from reports.page import (
    LANDSCAPE_WIDTH,
    Head,
    Issuer,
    build,
    closing,
    markup,
    on_pages_across,
    paragraph,
    styles_for,
    title_block,
)
from reports.scorecard_figures import Card, CardLine, Stage
from reports.scorecard_wording import formula, group_sentence, points, stage_word, uncounted
from reports.wording import percent

LONGEST_TEXT = 1500  # characters of a cell: reason with what the council wrote


def scorecard_pdf(card: Card, language: Language = "vi", *, moment: datetime, issuer: Issuer | None = None) -> bytes:
    """The signed-to-be report of the unit with its card as an annex on pages across.

    The same card, issuer and moment give the same bytes.
    """
    issuer = issuer or card_issuer(card, language)
    title = gettext("Report on the scorecard of administrative reform {year}", language, year=card.year)
    content = [*_Document(card, language, issuer).content()]
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


def card_issuer(card: Card, language: Language) -> Issuer:
    """The unit itself, to the council that appraises."""
    own = unit_as_issuer(card.place, language)
    if not card.council:
        return own
    return replace(own, recipients=(card.council, gettext("File: registry", language)))


class _Document:
    """The parts of the report in reading order."""

    def __init__(self, card: Card, language: Language, issuer: Issuer) -> None:
        self.card, self.language, self.issuer = card, language, issuer
        self.style = styles_for(issuer)

    def content(self) -> Iterator[Flowable]:
        language, card = self.language, self.card
        yield Head(self.issuer, language)
        subject = (
            gettext("Result of scoring administrative reform in {year}", language, year=card.year),
            card.place.name[language],
        )
        yield from title_block(gettext("Report", language), subject, self.style)
        if card.reference[language]:
            ground = gettext("On the grounds of {reference};", language, reference=card.reference[language])
            yield Paragraph(f"<i>{markup(ground)}</i>", self.style.body)
        yield from self.result()
        yield from self.lost()
        yield from self.computed()
        last = gettext(
            "The scorecard with reasons and remedies for each criterion is annexed to this report./.", language
        )
        yield closing(self.issuer, language, self.style, last)
        yield from self.annex()

    def result(self) -> Iterator[Flowable]:
        language, card = self.language, self.card
        yield paragraph(gettext("1. Result", language), self.style.heading)
        for stage in card.stages:
            total = card.sum(stage)
            sentence = gettext(
                "{stage}: {points} of {maximum} ({share}).",
                language,
                stage=stage_word(stage, language),
                points=points(total.points, language),
                maximum=points(total.counted, language),
                share=percent(total.share, language),
            )
            if outside := uncounted(total, language):
                sentence = f"{sentence} {outside[:1].upper()}{outside[1:]}."
            yield paragraph(sentence, self.style.body)

    def lost(self) -> Iterator[Flowable]:
        """What did not get all points, with reason and remedy, the largest loss first."""
        language, stage = self.language, self.card.stage
        lines = [line for line in self.card.criteria() if line.lost(stage)]
        if not lines:
            return
        yield paragraph(gettext("2. Criteria without all points", language), self.style.heading)
        lines.sort(key=lambda line: (line.points[stage] or 0) - line.maximum)
        for line in lines:
            yield paragraph(" ".join((self.got(line), *self.said(line))), self.style.body)

    def got(self, line: CardLine) -> str:
        language, found = self.language, line.points[self.card.stage]
        said = {
            "number": line.number,
            "name": line.name[language].rstrip("."),
            "maximum": points(line.maximum, language),
        }
        if found is None:
            return gettext("{number}. {name}: no points yet, maximum {maximum}.", language, **said)
        sentence = gettext_noop("{number}. {name}: {points} of {maximum}.")
        return gettext(sentence, language, points=points(found, language), **said)

    def said(self, line: CardLine) -> Iterator[str]:
        language = self.language
        if line.reason:
            yield gettext("Reason: {text}.", language, text=line.reason.rstrip(" .;"))
        if line.remedy:
            yield gettext("Remedy: {text}.", language, text=line.remedy.rstrip(" .;"))

    def computed(self) -> Iterator[Flowable]:
        language, card = self.language, self.card
        lines = [line for line in card.criteria() if line.basis is not None and line.is_computed]
        if not lines:
            return
        number = 3 if any(line.lost(card.stage) for line in card.criteria()) else 2
        heading = gettext("{number}. Points computed by the platform", language, number=number)
        yield paragraph(heading, self.style.heading)
        for line in lines:
            assert line.basis is not None
            told = formula(line.basis, line.maximum, line.points["self"], language)
            told = told.rstrip(".").replace(" × ", "\u00a0×\u00a0").replace(" = ", "\u00a0=\u00a0")
            yield paragraph(f"{line.number}. {line.name[language].rstrip('.')}: {told}.", self.style.body)
            for group in line.basis.groups:
                yield paragraph(f"– {group_sentence(group, language)}.", self.style.body)

    def annex(self) -> Iterator[Flowable]:
        language, card = self.language, self.card
        yield from on_pages_across()
        yield paragraph(gettext("Annex", language).upper(), self.style.title)
        yield paragraph(card.name[language], self.style.subject)
        yield paragraph(f"{card.place.name[language]}, {card.year}", self.style.centred)
        yield Spacer(1, 8)
        head = [
            gettext("Serial no.", language),
            gettext("Criterion", language),
            gettext("Maximum points", language),
            *(stage_word(stage, language) for stage in card.stages),
            "",  # room between numbers and words
            gettext("Reason", language),
            gettext("Remedy", language),
        ]
        stages = len(card.stages)
        widths = (6, 30 - 2 * stages, 8, *([8] * stages), 1, 27 - 2 * stages, 27 - 2 * stages)
        rows = [self.row(line) for line in card.lines]
        rows.append(self.row(card.total, gettext("Total", language)))
        headings = [place for place, line in enumerate(card.lines) if line.is_heading]
        numbers = {*range(2, 3 + stages)}
        yield data_table(head, rows, widths, self.style, numbers=numbers, width=LANDSCAPE_WIDTH, headings=headings)

    def row(self, line: CardLine, name: str = "") -> list[Flowable | str]:
        language = self.language
        figures = [points(line.maximum, language), *(self.shown(line, stage) for stage in self.card.stages)]
        title = name or line.name[language]
        if line.is_heading:
            bold = [Paragraph(f"<b>{markup(text)}</b>", self.style.cell) for text in (line.number, title)]
            numbers = [Paragraph(f"<b>{markup(text)}</b>", self.style.number) for text in figures]
            return [*bold, *numbers, "", "", ""]
        reasons = [line.reason]
        if line.explanation:
            reasons.append(gettext("Explanation: {text}", language, text=line.explanation))
        if council := line.final_reason or line.council_reason:
            reasons.append(gettext("Council: {text}", language, text=council))
        return [line.number, title, *figures, "", _cut(" ".join(filter(None, reasons))), _cut(line.remedy)]

    def shown(self, line: CardLine, stage: Stage) -> str:
        return points(line.points[stage], self.language)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()}…"
