"""What the documents of a dialogue have in common: issuer, texts of several lines, tables of people and promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer, Table

from reports.catalogue import gettext
from reports.data_table import data_table
from reports.dialogue_record import CommitmentLine, GroupLine, attendee_group, commitment_state
from reports.figures import Language, Place
from reports.issuer import committee_of, unit_as_issuer
from reports.page import Issuer, Styles, paragraph
from reports.wording import count, short_date


def issuer_of(place: Place, kind: str, language: Language, recipients: tuple[str, ...] = ()) -> Issuer:
    """The unit as issuer of a kind of document, such as TB (notice), BB (minutes), BC (report)."""
    issuer = unit_as_issuer(place, language)
    suffix = issuer.number_suffix.replace("/BC", f"/{kind}")
    return replace(issuer, number_suffix=suffix, recipients=recipients or issuer.recipients)


def heading(text: str, style: Styles) -> Flowable:
    return paragraph(text, style.heading)


def lines(text: str, style: Styles) -> Iterator[Flowable]:
    """A text of several lines, a paragraph a line."""
    for line in text.splitlines():
        if line.strip():
            yield paragraph(line.strip(), style.body)


def listed(points: Iterable[str], style: Styles) -> Iterator[Flowable]:
    """Points one below the other, each with its hyphen, closer than paragraphs are."""
    close = ParagraphStyle("listed", parent=style.body, spaceAfter=1)
    told = [point.strip() for point in points if point.strip()]
    for point in told:
        yield paragraph(point if point.startswith(("-", "+")) or point[0].isdigit() else f"- {point}", close)
    if told:
        yield Spacer(1, 5)


def body_of(place: Place, language: Language) -> str:
    """The body that speaks for a place: the people's committee of a province or commune, a department itself."""
    name = place.name[language]
    if place.kind not in ("province", "commune"):
        return name
    return committee_of(name, language)


def people_table(groups: Sequence[GroupLine], language: Language, style: Styles) -> Table:
    """Invited and present by group, and in all."""
    rows = [
        (attendee_group(line.group, language), count(line.invited, language), count(line.present, language))
        for line in groups
    ]
    whole = (
        gettext("Total", language),
        count(sum(line.invited for line in groups), language),
        count(sum(line.present for line in groups), language),
    )
    head = (gettext("Group", language), gettext("Invited", language), gettext("Present", language))
    return data_table(head, [*rows, whole], (80, 40, 40), style, numbers={1, 2}, totals={len(rows)})


def promises_table(
    commitments: Sequence[CommitmentLine], language: Language, style: Styles, *, with_state: bool = False
) -> Table:
    """Number, promise, who is in charge, deadline; and where it stands."""
    head = ["", gettext("Commitment", language), gettext("In charge", language), gettext("To be done by", language)]
    rows: list[list[str]] = []
    for number, line in enumerate(commitments, 1):
        owner = "; ".join(part for part in (line.owner[language], line.owner_name) if part)
        row = [str(number), line.text, owner, short_date(line.deadline_on, language)]
        if with_state:
            told = line.ended or line.progress
            state = commitment_state(line, language)
            row.append(f"{state}. {told}" if told else state)
        rows.append(row)
    if with_state:
        return data_table([*head, gettext("State", language)], rows, (7, 50, 35, 25, 46), style, numbers=set())
    return data_table(head, rows, (7, 78, 49, 28), style, numbers=set())
