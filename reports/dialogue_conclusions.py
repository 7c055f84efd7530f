"""The notice of conclusions of a dialogue (thông báo kết luận): what was concluded, and who does what until when."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.platypus import Flowable

from reports.catalogue import gettext, ngettext
from reports.data_table import data_table
from reports.dialogue_notice import chair_of
from reports.dialogue_parts import body_of, heading, issuer_of, lines, promises_table
from reports.dialogue_record import DialogueRecord, half_year
from reports.figures import Language
from reports.page import Head, Issuer, Styles, build, closing, paragraph, styles_for, title_block
from reports.wording import count, official_date, short_date


def dialogue_conclusions_pdf(
    record: DialogueRecord, language: Language = "vi", *, issuer: Issuer | None = None
) -> bytes:
    """The notice, to be signed by the unit's head; the same record gives the same bytes."""
    issuer = issuer or issuer_of(
        record.place,
        "TB",
        language,
        (
            gettext("Units in charge", language),
            gettext("Interior Department", language),
            gettext("To be posted", language),
            gettext("File: registry", language),
        ),
    )
    subject = gettext("Conclusions of the dialogue of {period}", language, period=half_year(record.period, language))
    content = [*_content(record, language, issuer, styles_for(issuer), subject)]
    return build(content, title=subject, language=language, issuer=issuer, moment=record.ended_at or record.starts_at)


def _content(
    record: DialogueRecord, language: Language, issuer: Issuer, style: Styles, subject: str
) -> Iterator[Flowable]:
    yield Head(issuer, language)
    yield from title_block(gettext("Notice", language), [subject], style)
    yield paragraph(_opening(record, language), style.body)
    yield heading(gettext("1. Conclusions", language), style)
    if record.conclusion.strip():
        yield from lines(record.conclusion, style)
    else:
        yield paragraph(gettext("The chair has not concluded yet.", language), style.body)
    number = 2
    if record.promises:
        yield heading(gettext("{number}. Commitments", language, number=number), style)
        yield promises_table(record.promises, language, style)
        number += 1
    later = [question for question in record.questions if question.state == "later" and question.due_on is not None]
    if later:
        yield heading(gettext("{number}. Questions answered in writing", language, number=number), style)
        rows = [
            (
                str(k),
                " ".join(question.text.split()),
                question.unit[language] or record.place.name[language],
                short_date(question.due_on, language) if question.due_on else "",
            )
            for k, question in enumerate(later, 1)
        ]
        head = ("", gettext("Question", language), gettext("In charge", language), gettext("Until", language))
        yield data_table(head, rows, (7, 80, 50, 25), style, numbers=set())
        number += 1
    if record.carried_over:
        yield heading(gettext("{number}. Commitments of earlier dialogues", language, number=number), style)
        yield promises_table(record.carried_over, language, style, with_state=True)
    last = gettext(
        "The units in charge carry this out, report their progress, and it is examined at the next dialogue./.",
        language,
    )
    yield closing(issuer, language, style, last)


def _opening(record: DialogueRecord, language: Language) -> str:
    """When the dialogue was, who chaired it, how many came and how much was asked."""
    present = sum(line.present for line in record.groups)
    asked = record.came_before_the_meeting
    day = (record.started_at or record.starts_at).date()
    return gettext(
        "On {day}, {place} held its dialogue with citizens and organisations at {venue}, chaired by {chair}, with "
        "{people} present and {questions}. The chair concluded as follows:",
        language,
        day=official_date(day, language),
        place=body_of(record.place, language),
        venue=record.venue.rstrip("."),
        chair=chair_of(record),
        people=ngettext("{n} person", "{n} people", present, language, n=count(present, language)),
        questions=ngettext("{n} question", "{n} questions", asked, language, n=count(asked, language)),
    )
