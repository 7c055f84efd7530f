"""The semiannual review of a unit's dialogues: people, themes, answers, commitments kept, the poll, the change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from reportlab.platypus import Flowable

from reports.catalogue import gettext, ngettext
from reports.data_table import data_table
from reports.dialogue_parts import heading, issuer_of, people_table, promises_table
from reports.dialogue_record import DialogueReview, HalfYearFigures, half_year
from reports.figures import Language
from reports.page import Head, Issuer, Styles, build, closing, paragraph, styles_for, title_block
from reports.verdict_card import verdict_card
from reports.wording import NO_NUMBER, count, figure_percent, percent, short_date


def dialogue_review_pdf(review: DialogueReview, language: Language = "vi", *, issuer: Issuer | None = None) -> bytes:
    """The report, to be signed by the unit's head; the same review gives the same bytes."""
    issuer = issuer or issuer_of(review.place, "BC", language)
    subject = gettext("Result of the dialogues of {period}", language, period=half_year(review.now.period, language))
    moment = datetime.combine(review.as_of, time(), UTC)
    content = [*_Review(review, language, issuer).content(subject)]
    return build(content, title=subject, language=language, issuer=issuer, moment=moment)


class _Review:
    """The parts in reading order; a part without anything to show says so or leaves itself out."""

    def __init__(self, review: DialogueReview, language: Language, issuer: Issuer) -> None:
        self.review, self.language, self.issuer = review, language, issuer
        self.style: Styles = styles_for(issuer)
        self.number = 0

    def content(self, subject: str) -> Iterator[Flowable]:
        place = self.review.place.name[self.language]
        yield Head(self.issuer, self.language)
        yield from title_block(gettext("Report", self.language), [subject, place], self.style)
        yield paragraph(self.opening(), self.style.body)
        for part in (self.comparison, self.people, self.themes, self.poll, self.commitments):
            yield from part()
        last = gettext(
            "The figures of this report are as of {day}, compiled from the dialogues held in the half-year and the "
            "commitments made there./.",
            self.language,
            day=short_date(self.review.as_of, self.language),
        )
        yield closing(self.issuer, self.language, self.style, last)

    def heading(self, text: str) -> Flowable:
        self.number += 1
        return heading(f"{self.number}. {text}", self.style)

    def opening(self) -> str:
        now, language = self.review.now, self.language
        if not now.dialogues:
            return gettext("No dialogue was held in {period}.", language, period=half_year(now.period, language))
        return gettext(
            "{dialogues} with {people} and {questions}; {share} of the questions that were taken up are answered.",
            language,
            dialogues=ngettext(
                "{n} dialogue was held", "{n} dialogues were held", now.dialogues, language, n=now.dialogues
            ),
            people=ngettext("{n} person", "{n} people", now.present, language, n=count(now.present, language)),
            questions=ngettext(
                "{n} question", "{n} questions", now.questions, language, n=count(now.questions, language)
            ),
            share=percent(now.answered_share, language),
        )

    def comparison(self) -> Iterator[Flowable]:
        """Every number of the half-year, beside the half-year before where that had a dialogue."""
        language, before = self.language, self.review.before
        yield self.heading(gettext("The half-year in numbers", language))
        halves = [self.review.now, before] if before else [self.review.now]
        polled = any(half.poll for half in halves)
        columns = [_numbers(half, language, polled=polled) for half in halves]
        labels = [label for label, _value in columns[0]]
        rows = [[label, *(column[at][1] for column in columns)] for at, label in enumerate(labels)]
        head = [gettext("Measure", language), half_year(self.review.now.period, language)]
        if before is not None:
            head.append(half_year(before.period, language))
        widths = (80, 42, 42) if before is not None else (110, 50)
        yield data_table(head, rows, widths, self.style, numbers=set(range(1, len(head))))
        if before is None:
            text = gettext("There was no dialogue in the half-year before to compare with.", language)
            yield paragraph(text, self.style.body)

    def people(self) -> Iterator[Flowable]:
        if self.review.now.groups:
            yield self.heading(gettext("Participants by group", self.language))
            yield people_table(self.review.now.groups, self.language, self.style)

    def themes(self) -> Iterator[Flowable]:
        language = self.language
        if not self.review.now.themes:
            return
        yield self.heading(gettext("Themes of the questions", language))
        rows = [
            (theme or gettext("Other matters", language), count(number, language))
            for theme, number in self.review.now.themes
        ]
        head = (gettext("Theme", language), gettext("Questions", language))
        yield data_table(head, rows, (120, 40), self.style, numbers={1})

    def poll(self) -> Iterator[Flowable]:
        now, before, language = self.review.now.poll, self.review.before, self.language
        if now is None:
            return
        yield self.heading(gettext("How those present rated the dialogue", language))
        yield verdict_card(now, language, self.style)
        if before is not None and before.poll is not None:
            text = gettext(
                "In {period} it was {percent}.",
                language,
                period=half_year(before.period, language),
                percent=figure_percent(before.poll, language),
            )
            yield paragraph(text, self.style.body)

    def commitments(self) -> Iterator[Flowable]:
        language = self.language
        yield self.heading(gettext("Commitments", language))
        if self.review.commitments:
            yield promises_table(self.review.commitments, language, self.style, with_state=True)
            if left := self.review.not_listed:
                text = ngettext(
                    "{n} more commitment is counted above and not listed.",
                    "{n} more commitments are counted above and not listed.",
                    left,
                    language,
                    n=count(left, language),
                )
                yield paragraph(text, self.style.body)
        else:
            yield paragraph(gettext("No commitment was open in this half-year.", language), self.style.body)


def _numbers(figures: HalfYearFigures, language: Language, *, polled: bool) -> list[tuple[str, str]]:
    """Label and printed value of each number, that of the poll where one of the half-years has one."""
    counts = (
        (gettext("Dialogues held", language), figures.dialogues),
        (gettext("People invited", language), figures.invited),
        (gettext("People present", language), figures.present),
        (gettext("Questions asked", language), figures.questions),
        (gettext("– answered", language), figures.answered),
        (gettext("– answer still to come", language), figures.later),
        (gettext("– of these, past their day", language), figures.overdue),
        (gettext("– not taken up, with a reason", language), figures.declined),
        (gettext("Commitments made", language), figures.promises),
        (gettext("– done by their deadline", language), figures.kept),
        (gettext("– done later", language), figures.kept_late),
        (gettext("– in progress", language), figures.open),
        (gettext("– of these, past their deadline", language), figures.late),
        (gettext("– dropped, with a reason", language), figures.dropped),
    )
    printed = [(label, count(value, language)) for label, value in counts]
    printed.insert(
        5, (gettext("– share answered of those taken up", language), percent(figures.answered_share, language))
    )
    printed.append((gettext("– share kept of those due or ended", language), percent(figures.kept_share, language)))
    if polled:
        poll = figure_percent(figures.poll, language) if figures.poll is not None else NO_NUMBER
        printed.append((gettext("Satisfied among those present", language), poll))
    return printed
