"""The report on late opinions and recommendations to the Chairman: units, cases, working days late, causes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from reportlab.platypus import Flowable, Spacer

from reports.catalogue import gettext, ngettext
from reports.data_table import data_table
from reports.figures import Language, Place, Text
from reports.issuer import committee_of, unit_as_issuer
from reports.page import Head, Issuer, Styles, build, closing, paragraph, styles_for, title_block
from reports.petition_figures import Cause, LatenessReport, UnitLateness
from reports.wording import capitalised, count, percent, period, short_date

LONGEST_CAUSE = 300  # characters of a cause in a table


def petition_lateness_pdf(
    report: LatenessReport, language: Language = "vi", *, place: Place, moment: datetime, issuer: Issuer | None = None
) -> bytes:
    """The signed-to-be document on what is late at `place` and below; for a province the Interior Department issues it.

    The same report, place, issuer and moment give the same bytes.
    """
    issuer = issuer or lateness_issuer(place, language)
    content = [*_Document(report, language, issuer, place).content()]
    title = gettext("Late handling of opinions and recommendations", language)
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


def lateness_issuer(place: Place, language: Language) -> Issuer:
    """Who reports: of a province its Interior Department, to the Chairman; elsewhere the unit, to its superior."""
    registry = gettext("File: registry", language)
    if place.kind != "province":
        return replace(unit_as_issuer(place, language), recipients=(_receiver(place, language), registry))
    return Issuer(
        gettext("Interior Department", language),
        committee_of(place.name[language], language),
        number_suffix="/BC-SNV",
        office=gettext("Director", language),
        recipients=(
            _receiver(place, language),
            gettext("The units named in this report", language),
            registry,
        ),
    )


def _receiver(place: Place, language: Language) -> str:
    if place.kind == "province":
        committee = committee_of(place.name[language], language)
        return gettext("Chairman of the {committee}", language, committee=committee)
    superior = place.superior[language]
    if not superior:
        return gettext("The superior unit", language)
    return committee_of(superior, language) if place.kind in ("department", "commune") else superior


class _Document:
    """The parts of the report in reading order."""

    def __init__(self, report: LatenessReport, language: Language, issuer: Issuer, place: Place) -> None:
        self.report, self.language, self.issuer, self.place = report, language, issuer, place
        self.style: Styles = styles_for(issuer)
        self.late_units = [unit for unit in report.units if unit.late]

    def content(self) -> Iterator[Flowable]:
        language = self.language
        yield Head(self.issuer, language)
        as_of = gettext("(as of {day})", language, day=short_date(self.report.day, language))
        subject = gettext("Late handling of opinions and recommendations of citizens and organisations", language)
        yield from title_block(gettext("Report", language), [subject, as_of], self.style)
        to = gettext("To: {receiver}", language, receiver=_receiver(self.place, language))
        yield paragraph(to, self.style.centred)
        yield Spacer(1, 8)
        yield from self.summary()
        last = gettext("Reported for consideration and directions./.", language)
        if self.late_units:
            yield from self.units()
            yield from self.causes()
            yield from self.cases()
            last = gettext(
                "Submitted for consideration and for directions to the units named in this report to close the late "
                "cases and to answer citizens and organisations without further delay./.",
                language,
            )
        yield closing(self.issuer, language, self.style, last)

    def summary(self) -> Iterator[Flowable]:
        total, language = self.report.total, self.language
        if total.late:
            text = gettext(
                "{late} of {open} open cases are late, at {units}; together by {days}, the longest by {longest}.",
                language,
                late=count(total.late, language),
                open=count(total.open, language),
                units=self.number_of_units(len(self.late_units)),
                days=self.working_days(total.days),
                longest=self.working_days(total.longest),
            )
        else:
            text = gettext("None of the {open} open cases is late.", language, open=count(total.open, language))
        yield paragraph(text, self.style.body)
        handled = total.handling
        when = period(self.report.start, self.report.end, language)
        received = gettext(
            "Of the {received} cases that citizens sent {period}, {rejected} were not accepted, {waiting} are not due "
            "yet.",
            language,
            received=count(handled.received, language),
            period=when,
            rejected=count(handled.rejected, language),
            waiting=count(handled.waiting, language),
        )
        yield paragraph(received, self.style.body)
        if handled.due:
            text = gettext(
                "Handled on time: {on_time} of {due} cases that were due ({share}); late: {late}.",
                language,
                on_time=count(handled.on_time, language),
                due=count(handled.due, language),
                share=percent(handled.on_time_share, language),
                late=count(handled.late, language),
            )
            yield paragraph(text, self.style.body)
        if handled.late_rejected:
            text = gettext(
                "Among the late: {n} that were not accepted only after their deadline.",
                language,
                n=count(handled.late_rejected, language),
            )
            yield paragraph(text, self.style.body)
        entered = self.report.total.entered
        if entered.received:
            text = gettext(
                "Counted apart, since officials entered them: {received} cases; {on_time} of the {due} that were due "
                "were handled on time.",
                language,
                received=count(entered.received, language),
                on_time=count(entered.on_time, language),
                due=count(entered.due, language),
            )
            yield paragraph(text, self.style.body)

    def units(self) -> Iterator[Flowable]:
        language = self.language
        yield paragraph(gettext("1. Units with late cases", language), self.style.heading)
        head = [
            gettext("Serial no.", language),
            gettext("Unit", language),
            gettext("Open cases", language),
            gettext("Late", language),
            gettext("Working days late, all", language),
            gettext("Longest", language),
            gettext("Handled on time in the period", language),
        ]
        rows = [self.unit_row(str(number), unit) for number, unit in enumerate(self.late_units, 1)]
        rows.append(self.unit_row("", replace(self.report.total, name=Text(gettext("All units", language)))))
        yield data_table(
            head, rows, (6, 29, 10, 8, 17, 9, 21), self.style, numbers={0, 2, 3, 4, 5, 6}, totals={len(self.late_units)}
        )
        note = gettext(
            "Working days: without Saturdays, Sundays and public holidays. On time: of the cases that citizens "
            "sent in the period and that were due, those answered by their deadline.",
            language,
        )
        yield paragraph(note, self.style.note)

    def unit_row(self, number: str, unit: UnitLateness) -> list[str]:
        language, handled = self.language, unit.handling
        share = "–"
        if handled.due:
            on_time, due = count(handled.on_time, language), count(handled.due, language)
            share = f"{on_time}/{due} ({percent(handled.on_time_share, language)})"
        figures = (unit.open, unit.late, unit.days, unit.longest)
        return [number, unit.name[language], *(count(figure, language) for figure in figures), share]

    def causes(self) -> Iterator[Flowable]:
        language = self.language
        yield paragraph(gettext("2. Causes, as the units state them", language), self.style.heading)
        for unit in self.late_units:
            told = "; ".join(self.cause(cause) for cause in unit.causes)
            yield paragraph(f"- {unit.name[language]}: {told}.", self.style.body)

    def cause(self, cause: Cause) -> str:
        number = ngettext("{n} case", "{n} cases", cause.cases, self.language, n=count(cause.cases, self.language))
        text = cause.text.rstrip(" .;") if cause.text else gettext("no cause stated", self.language)
        return f"{text} ({number})"

    def cases(self) -> Iterator[Flowable]:
        language = self.language
        yield paragraph(gettext("3. Late cases, the longest first", language), self.style.heading)
        head = [
            gettext("Serial no.", language),
            gettext("Number", language),
            gettext("Unit in charge", language),
            gettext("Day of receipt", language),
            gettext("Deadline", language),
            gettext("Days late", language),
            gettext("Cause", language),
        ]
        rows = [
            [
                str(number),
                case.reference,
                case.unit[language],
                short_date(case.received_on, language),
                short_date(case.deadline_on, language),
                count(case.days, language),
                capitalised(_shortened(case.cause) or gettext("no cause stated", language)),
            ]
            for number, case in enumerate(self.report.cases, 1)
        ]
        day = 13 if language == "vi" else 16  # months in words need more
        yield data_table(head, rows, (6, 14, 20, day, day, 10, 52 - 2 * day), self.style, numbers={5})
        if self.report.more:
            more = ngettext(
                "{n} more late case is counted above and not listed.",
                "{n} more late cases are counted above and not listed.",
                self.report.more,
                language,
                n=count(self.report.more, language),
            )
            yield paragraph(more, self.style.note)

    def number_of_units(self, number: int) -> str:
        return ngettext("{n} unit", "{n} units", number, self.language, n=count(number, self.language))

    def working_days(self, number: int) -> str:
        n = count(number, self.language)
        return ngettext("{n} working day", "{n} working days", number, self.language, n=n)


def _shortened(text: str) -> str:
    """A cause as a table takes it: a row is never split over two pages."""
    return text if len(text) <= LONGEST_CAUSE else f"{text[:LONGEST_CAUSE].rstrip()}…"
