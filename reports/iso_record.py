"""The record of customer satisfaction of a unit and year that ISO 9001:2015 asks for in clause 9.1.2: what was
measured and how, results by survey, opinions, dialogues, remedies with their judgement, and room for conclusions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from reports.catalogue import gettext, gettext_noop
from reports.counter_score_figures import UnitScore
from reports.counter_score_wording import grade_name, left_out_sentence, on_time_sentence, total
from reports.data_table import data_table
from reports.figures import Figure, Language, Movement, Place, Text
from reports.handwriting import RuledLines
from reports.issuer import unit_as_issuer
from reports.page import CONTENT_WIDTH, Head, Issuer, build, paragraph, styles_for, title_block
from reports.petition_figures import Handling
from reports.wording import (
    NO_NUMBER,
    capitalised,
    count,
    figure_percent,
    interval,
    movement_word,
    percent,
    period,
    short_date,
    verdict_word,
)

REMEDY_STATES = {
    "planned": gettext_noop("In planning"),
    "running": gettext_noop("Under way"),
    "done": gettext_noop("Done"),
    "dropped": gettext_noop("Dropped"),
}
ROOM = 64.0  # points left for a signature
WRITING_LINES = 3  # below a question


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A survey of the year that the unit took part in, with its headline."""

    name: Text
    start: date
    end: date
    index: Figure


@dataclass(frozen=True, slots=True)
class DialogueLine:
    name: Text
    held_on: date
    questions: int
    answered: int


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """A remedy due in the year; `movement` is what the next survey showed, None where it is still to come."""

    figure: Text
    action: str
    deadline_on: date
    state: str
    movement: Movement | None


@dataclass(frozen=True, slots=True)
class IsoRecord:
    """Everything the record of a unit and year tells."""

    place: Place
    year: int
    surveys: tuple[SurveyLine, ...]
    opinions: Handling
    entered: Handling
    dialogues: tuple[DialogueLine, ...]
    remedies: tuple[RemedyLine, ...]
    score: UnitScore


def iso_record_pdf(
    record: IsoRecord, language: Language = "vi", *, moment: datetime, issuer: Issuer | None = None
) -> bytes:
    """The record to be concluded and signed by hand; the same record, issuer and moment give the same bytes."""
    issuer = issuer or unit_as_issuer(record.place, language)
    title = gettext("Record of customer satisfaction {year}", language, year=record.year)
    content = [*_Document(record, language, issuer).content()]
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


class _Document:
    """The parts of the record in reading order."""

    def __init__(self, record: IsoRecord, language: Language, issuer: Issuer) -> None:
        self.record, self.language, self.issuer = record, language, issuer
        self.style = styles_for(issuer)

    def content(self) -> Iterator[Flowable]:
        language, record = self.language, self.record
        yield Head(self.issuer, language)
        subject = [
            gettext("Monitoring the satisfaction of citizens and organisations in {year}", language, year=record.year),
            gettext("(ISO 9001:2015, clause 9.1.2) – {unit}", language, unit=record.place.name[language]),
        ]
        yield from title_block(gettext("Quality record", language), subject, self.style)
        yield from self.method()
        yield from self.surveys()
        yield from self.counter()
        yield from self.opinions()
        yield from self.dialogues()
        yield from self.remedies()
        yield from self.conclusions()

    def heading(self, text: str) -> Flowable:
        return paragraph(text, self.style.heading)

    def body(self, text: str) -> Flowable:
        return paragraph(text, self.style.body)

    def method(self) -> Iterator[Flowable]:
        language = self.language
        yield self.heading(gettext("1. What was measured, and how", language))
        yield self.body(
            gettext(
                "Satisfaction of citizens and organisations by surveys (SIPAS): the share of answers “satisfied” or "
                "“very satisfied”, with a 95% confidence interval and a verdict against the target of each survey; "
                "the one-stop counter's score ({reference}); opinions and recommendations with their deadlines; "
                "dialogues; remedies, judged by the next survey.",
                language,
                reference=self.record.score.rules.reference,
            )
        )

    def surveys(self) -> Iterator[Flowable]:
        language = self.language
        yield self.heading(gettext("2. Results of surveys", language))
        if not self.record.surveys:
            yield self.body(gettext("No survey with this unit was published for this year.", language))
            return
        head = [
            gettext("Wave", language),
            gettext("Verdict", language),
            gettext("People", language),
            gettext("Satisfied", language),
            gettext("95% confidence interval", language),
        ]
        rows = [self._survey(line) for line in self.record.surveys]
        yield data_table(head, rows, (34, 19, 11, 13, 23), self.style, numbers={2, 3, 4})

    def _survey(self, line: SurveyLine) -> list[str]:
        language, index = self.language, line.index
        name = f"{line.name[language]} ({period(line.start, line.end, language)})"
        verdict, shown = verdict_word(index.verdict.state, language), figure_percent(index, language)
        if index.estimate.estimate is None:
            return [name, verdict, NO_NUMBER, shown, NO_NUMBER]
        bounds = interval(index.estimate, language, index.verdict.target)
        return [name, verdict, count(index.people, language), shown, bounds]

    def counter(self) -> Iterator[Flowable]:
        language, score = self.language, self.record.score
        yield self.heading(gettext("3. One-stop counter", language))
        if not score.on_time.dossiers:
            yield self.body(gettext("No dossier was recorded.", language))
            return
        said = gettext(
            "Total: {total} points. Grade: {grade}.",
            language,
            total=total(score.score, language),
            grade=grade_name(score.score, language),
        )
        left_out = left_out_sentence(score.score, score.rules.left_out, language)
        yield self.body(" ".join(filter(None, (said, left_out, on_time_sentence(score.on_time, language)))))

    def opinions(self) -> Iterator[Flowable]:
        language, told, entered = self.language, self.record.opinions, self.record.entered
        yield self.heading(gettext("4. Opinions and recommendations", language))
        text = gettext(
            "Received: {received}, of which {entered} were entered by officials. Answered on time: {on_time} of {due} "
            "that were due ({share}). Sent back by citizens: {back}.",
            language,
            received=count(told.received + entered.received, language),
            entered=count(entered.received, language),
            on_time=count(told.on_time + entered.on_time, language),
            due=count(told.due + entered.due, language),
            share=percent(_share(told, entered), language),
            back=count(told.sent_back + entered.sent_back, language),
        )
        yield self.body(text)

    def dialogues(self) -> Iterator[Flowable]:
        language = self.language
        yield self.heading(gettext("5. Dialogues", language))
        if not self.record.dialogues:
            yield self.body(gettext("No dialogue was held in this year.", language))
            return
        head = [
            gettext("Dialogue", language),
            gettext("Day", language),
            gettext("Questions", language),
            gettext("Answered", language),
        ]
        rows = [
            [line.name[language], short_date(line.held_on, language), str(line.questions), str(line.answered)]
            for line in self.record.dialogues
        ]
        yield data_table(head, rows, (55, 17, 14, 14), self.style, numbers={2, 3})

    def remedies(self) -> Iterator[Flowable]:
        language = self.language
        yield self.heading(gettext("6. Remedies and what they brought", language))
        if not self.record.remedies:
            yield self.body(gettext("No remedy was due in this year.", language))
            return
        head = [
            gettext("Figure", language),
            gettext("Remedy", language),
            gettext("To be done by", language),
            gettext("State", language),
            gettext("Next survey", language),
        ]
        rows = [self._remedy(line) for line in self.record.remedies]
        yield data_table(head, rows, (24, 31, 13, 14, 18), self.style, numbers=set())

    def _remedy(self, line: RemedyLine) -> list[str]:
        language = self.language
        judged = movement_word(line.movement, language) if line.movement else gettext("not judged yet", language)
        state = gettext(REMEDY_STATES[line.state], language)
        return [line.figure[language], line.action, short_date(line.deadline_on, language), state, capitalised(judged)]

    def conclusions(self) -> Iterator[Flowable]:
        """Room to write, and the places of three signatures."""
        language = self.language
        asked = (
            gettext("Are the results sufficient against the targets?", language),
            gettext("What is improved next, by whom and until when?", language),
        )
        lines: list[Flowable] = [Spacer(1, 8), self.heading(gettext("7. Conclusions", language))]
        for text in asked:
            lines += [paragraph(text, self.style.plain), RuledLines(WRITING_LINES, CONTENT_WIDTH), Spacer(1, 8)]
        offices = (
            gettext("Written by", language),
            gettext("Quality manager", language),
            gettext("Head of the unit", language),
        )
        cells = [[paragraph(office.upper(), self.style.head), Spacer(1, ROOM)] for office in offices]
        signatures = Table([cells], colWidths=[CONTENT_WIDTH / 3] * 3)
        yield KeepTogether([*lines, signatures])


def _share(told: Handling, entered: Handling) -> float | None:
    due = told.due + entered.due
    return (told.on_time + entered.on_time) / due if due else None
