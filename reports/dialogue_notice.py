"""The notice of a dialogue: when and where, who is invited, what is talked about, and the code of the question box."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from reports.catalogue import gettext
from reports.dialogue_parts import body_of, heading, issuer_of, listed
from reports.dialogue_record import DialogueRecord, group_inside, half_year, time_of_day
from reports.figures import Language
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, closing, paragraph, styles_for, title_block
from reports.poster import QUIET_ZONE, modules
from reports.wording import count, official_date, short_date

CODE_SIDE = 38 * mm


class QrCode(Flowable):
    """The QR code of an address as vectors, with its quiet zone, `side` points square."""

    def __init__(self, url: str, side: float) -> None:
        super().__init__()
        self.rows, self.side = modules(url), side

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return self.side, self.side

    def draw(self) -> None:
        size = self.side / (len(self.rows) + 2 * QUIET_ZONE)
        self.canv.setFillColor(black)
        for k, row in enumerate(self.rows):
            y = self.side - (k + 1 + QUIET_ZONE) * size
            for j, dark in enumerate(row):
                if dark:  # a hair larger, so that no viewer draws a line between two modules
                    self.canv.rect((j + QUIET_ZONE) * size, y, size + 0.05, size + 0.05, stroke=0, fill=1)


def dialogue_notice_pdf(record: DialogueRecord, language: Language = "vi", *, issuer: Issuer | None = None) -> bytes:
    """The notice, to be signed by the unit's head; the same record gives the same bytes."""
    issuer = issuer or issuer_of(
        record.place,
        "TB",
        language,
        (
            gettext("As invited", language),
            gettext("Interior Department", language),
            gettext("To be posted", language),
            gettext("File: registry", language),
        ),
    )
    subject = gettext("On the dialogue of {period}", language, period=half_year(record.period, language))
    content = [*_content(record, language, issuer, styles_for(issuer), subject)]
    return build(content, title=subject, language=language, issuer=issuer, moment=record.starts_at)


def _content(
    record: DialogueRecord, language: Language, issuer: Issuer, style: Styles, subject: str
) -> Iterator[Flowable]:
    yield Head(issuer, language)
    yield from title_block(gettext("Notice", language), [subject, record.name[language]], style)
    yield paragraph(
        gettext(
            "{place} announces the dialogue between its leaders and citizens and organisations on administrative "
            "procedures and on the attitude of officials, as follows:",
            language,
            place=body_of(record.place, language),
        ),
        style.body,
    )
    yield heading(gettext("1. Time and place", language), style)
    when = gettext(
        "- Time: {time}, {day}.",
        language,
        time=time_of_day(record.starts_at, language),
        day=official_date(record.starts_at.date(), language),
    )
    yield paragraph(when, style.body)
    yield paragraph(gettext("- Place: {venue}.", language, venue=record.venue.rstrip(".")), style.body)
    yield heading(gettext("2. Chair and participants", language), style)
    yield paragraph(gettext("- Chair: {chair}.", language, chair=chair_of(record)), style.body)
    groups = "; ".join(
        gettext(
            "{group} ({number})",
            language,
            group=group_inside(line.group, language),
            number=count(line.invited, language),
        )
        for line in record.groups
        if line.invited
    )
    yield paragraph(gettext("- Invited: {groups}.", language, groups=groups), style.body)
    yield from listed(record.invited.splitlines(), style)
    if record.agenda:
        yield heading(gettext("3. Agenda", language), style)
        yield from listed(record.agenda, style)
    yield from _box(record, language, style)
    last = gettext(
        "{place} invites citizens and organisations to take part and to hand in their questions beforehand, so that "
        "they are answered in full at the dialogue./.",
        language,
        place=body_of(record.place, language),
    )
    yield closing(issuer, language, style, last)


def _box(record: DialogueRecord, language: Language, style: Styles) -> Iterator[Flowable]:
    """How to hand a question in, beside the code that leads to the box."""
    number = 4 if record.agenda else 3
    title = gettext("{number}. Questions beforehand", language, number=number)
    words = [
        paragraph(
            gettext(
                "From {day} until the end of the dialogue, questions and recommendations can be handed in without "
                "giving a name: scan the code, or open the address",
                language,
                day=short_date(record.box_opens_on, language),
            ),
            style.plain,
        ),
        Spacer(1, 4),
        paragraph(record.url, style.ragged_note),
        Spacer(1, 4),
        paragraph(gettext("Code of the dialogue: {code}", language, code=record.code), style.plain),
    ]
    yield paragraph(title, style.heading)
    yield Table(
        [[words, QrCode(record.url, CODE_SIDE)]],
        colWidths=[CONTENT_WIDTH - CODE_SIDE - 4, CODE_SIDE + 4],
        style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
    )
    yield Spacer(1, 6)


def chair_of(record: DialogueRecord) -> str:
    """The chair with his office."""
    return ", ".join(part for part in (record.chair, record.chair_office) if part)
