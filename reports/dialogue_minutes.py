"""The minutes of a dialogue (biên bản): who was there, every question with its answer, what was promised, who signs."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from reports.catalogue import gettext, ngettext
from reports.dialogue_notice import chair_of
from reports.dialogue_parts import heading, issuer_of, lines, listed, people_table, promises_table
from reports.dialogue_record import DialogueRecord, QuestionLine, group_inside, half_year, time_of_day
from reports.figures import Language
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, markup, paragraph, styles_for, title_block
from reports.page_breaks import Signature
from reports.wording import count, official_date, short_date


def dialogue_minutes_pdf(record: DialogueRecord, language: Language = "vi", *, issuer: Issuer | None = None) -> bytes:
    """The minutes, with places for the secretary's and the chair's signatures; the same record gives the same bytes."""
    issuer = issuer or issuer_of(record.place, "BB", language)
    subject = gettext("Of the dialogue of {period}", language, period=half_year(record.period, language))
    content = [*_Minutes(record, language, issuer).content(subject)]
    return build(content, title=subject, language=language, issuer=issuer, moment=record.ended_at or record.starts_at)


class _Minutes:
    """The parts in the order of the meeting."""

    def __init__(self, record: DialogueRecord, language: Language, issuer: Issuer) -> None:
        self.record, self.language, self.issuer = record, language, issuer
        self.style: Styles = styles_for(issuer)
        self.number = 0

    def content(self, subject: str) -> Iterator[Flowable]:
        yield Head(self.issuer, self.language)
        yield from title_block(
            gettext("Minutes of the meeting", self.language), [subject, self.record.name[self.language]], self.style
        )
        for part in (self.opening, self.people, self.carried_over, self.questions, self.declined, self.promises):
            yield from part()
        yield from self.conclusion()
        yield self.signatures()

    def heading(self, text: str) -> Flowable:
        self.number += 1
        return heading(f"{self.number}. {text}", self.style)

    def opening(self) -> Iterator[Flowable]:
        record, language = self.record, self.language
        begun = record.started_at or record.starts_at
        yield self.heading(gettext("Time and place", language))
        text = gettext(
            "The dialogue began at {time}, {day}, at {venue}.",
            language,
            time=time_of_day(begun, language),
            day=official_date(begun.date(), language),
            venue=record.venue.rstrip("."),
        )
        yield paragraph(text, self.style.body)

    def people(self) -> Iterator[Flowable]:
        record, language = self.record, self.language
        yield self.heading(gettext("Participants", language))
        yield paragraph(gettext("- Chair: {chair}.", language, chair=chair_of(record)), self.style.body)
        if record.secretary:
            yield paragraph(gettext("- Secretary: {name}.", language, name=record.secretary), self.style.body)
        yield from listed(record.invited.splitlines(), self.style)
        if record.groups:
            yield people_table(record.groups, language, self.style)

    def carried_over(self) -> Iterator[Flowable]:
        language = self.language
        yield self.heading(gettext("Commitments of earlier dialogues", language))
        if self.record.carried_over:
            yield promises_table(self.record.carried_over, language, self.style, with_state=True)
        else:
            yield paragraph(gettext("None was open.", language), self.style.body)

    def questions(self) -> Iterator[Flowable]:
        record, language = self.record, self.language
        yield self.heading(gettext("Questions and answers", language))
        asked = record.came_before_the_meeting
        sources = ngettext(
            "{n} question came before the meeting.",
            "{n} questions came before the meeting.",
            asked,
            language,
            n=count(asked, language),
        )
        yield paragraph(sources, self.style.body)
        number = 0
        for theme, questions in record.by_theme():
            if theme or len(dict(record.by_theme())) > 1:
                yield heading(theme or gettext("Other matters", language), self.style)
            for question in questions:
                number += 1
                yield from self.question(number, question)
        yield from lines(record.notes, self.style)

    def question(self, number: int, question: QuestionLine) -> Iterator[Flowable]:
        language, style = self.language, self.style
        who = group_inside(question.asker_group, language)
        if question.same:
            others = ngettext(
                "and {n} other question of the same matter",
                "and {n} other questions of the same matter",
                question.same,
                language,
                n=count(question.same, language),
            )
            who = f"{who}, {others}"
        asked = gettext("Question {number} ({who}):", language, number=number, who=who)
        bold, italic = style.fonts.bold, style.fonts.italic
        yield self.marked(
            f'<font name="{bold}">{markup(asked)}</font> {self.inline(question.text)}',
            ParagraphStyle("question", parent=style.body),
        )
        if question.answer:
            word = gettext("Reply", language)
            if question.unit[language]:
                word = gettext("Answer of {unit}", language, unit=question.unit[language])
            yield self.marked(f'<font name="{italic}">{markup(word)}:</font> {self.inline(question.answer)}')
        if question.state == "later" and question.due_on is not None:
            unit = question.unit[language] or self.record.place.name[language]
            day = short_date(question.due_on, language)
            yield paragraph(gettext("{unit} answers in writing until {day}.", language, unit=unit, day=day), style.body)

    @staticmethod
    def inline(text: str) -> str:
        return "<br/>".join(markup(line) for line in text.splitlines())

    def marked(self, text: str, style: ParagraphStyle | None = None) -> Flowable:
        return Paragraph(text, style or self.style.body)

    def declined(self) -> Iterator[Flowable]:
        if not self.record.declined:
            return
        yield self.heading(gettext("Questions that were not taken up", self.language))
        for question in self.record.declined:
            asked, why = _flat(question.text), question.declined_reason.rstrip(".")
            text = gettext("- {question} Reason: {reason}.", self.language, question=asked, reason=why)
            yield paragraph(text, self.style.body)

    def promises(self) -> Iterator[Flowable]:
        yield self.heading(gettext("Commitments", self.language))
        if self.record.promises:
            yield promises_table(self.record.promises, self.language, self.style)
        else:
            yield paragraph(gettext("No commitment was made.", self.language), self.style.body)

    def conclusion(self) -> Iterator[Flowable]:
        record, language = self.record, self.language
        if record.conclusion:
            yield self.heading(gettext("Conclusions of the chair", language))
            yield from lines(record.conclusion, self.style)
        if record.ended_at is not None:
            text = gettext(
                "The dialogue ended at {time}, {day}. These minutes were read to those present and adopted./.",
                language,
                time=time_of_day(record.ended_at, language),
                day=official_date(record.ended_at.date(), language),
            )
            yield paragraph(text, self.style.body)

    def signatures(self) -> Flowable:
        """The secretary at the left, the chair at the right, on one page."""
        bold = ParagraphStyle("signature", parent=self.style.centred, fontName=self.style.fonts.bold)
        block = [
            [
                [paragraph(office.upper(), bold), Spacer(1, 62), paragraph(name, bold)]
                for office, name in (
                    (gettext("Secretary", self.language), self.record.secretary),
                    (gettext("Chair", self.language), self.record.chair),
                )
            ]
        ]
        half = CONTENT_WIDTH / 2
        return Signature([], [Spacer(1, 10), Table(block, colWidths=[half, half])])


def _flat(text: str) -> str:
    """A text on one line that ends as a sentence."""
    line = " ".join(text.split())
    return line if line.endswith((".", "?", "!")) else f"{line}."
