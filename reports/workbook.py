"""The figures of a unit report as an XLSX workbook, with real numbers for those who calculate on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.catalogue import gettext, gettext_noop
from reports.correction_notes import correction_sentences
from reports.figures import Change, Figure, Language
from reports.names import SCALE, breakdown_name, index_name, weighting_name
from reports.notes import method_note
from reports.quality_table import quality_rows
from reports.report_figures import UnitReport
from reports.wording import (
    against_word,
    figure_percent,
    movement_word,
    period,
    point_score,
    points_between,
    verdict_sentence,
    verdict_word,
)

Cell = str | int | float | None
PERCENT, POINTS, COUNT, DECIMAL, SECONDS = "percent", "points", "count", "decimal", "seconds"
_NUMBER_FORMATS = {PERCENT: "0.00%", POINTS: "+0.00;-0.00;0.00", COUNT: "#,##0", DECIMAL: "0.000", SECONDS: "[m]:ss"}
SECONDS_A_DAY = 24 * 60 * 60  # a spreadsheet counts time in days
_FIGURE_COLUMNS = (
    (gettext_noop("Code"), 24, None),
    (gettext_noop("Name"), 52, None),
    (gettext_noop("People"), 10, COUNT),
    (gettext_noop("Answers"), 11, COUNT),
    (gettext_noop("Satisfaction"), 13, PERCENT),
    (gettext_noop("Lower bound 95%"), 13, PERCENT),
    (gettext_noop("Upper bound 95%"), 13, PERCENT),
    (gettext_noop("Target"), 10, PERCENT),
    (gettext_noop("Verdict"), 26, None),
    (gettext_noop("As printed"), 14, None),
)
Column = tuple[str, int, str | None]


def unit_report_xlsx(report: UnitReport, language: Language = "vi") -> bytes:
    """Sheets: summary, items, distribution, trend, units, method. The same report gives the same bytes.

    Percentages are fractions with a percent format, unrounded; hidden and empty figures leave their cells blank.
    Text is never taken for a formula or an address.
    """
    target = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    moment = report.compiled_at or datetime.combine(report.wave.end, time(), UTC)
    book.set_properties(
        {
            "title": report.place.name[language],
            "author": "sipas",
            "created": moment.astimezone(UTC).replace(tzinfo=None),
        }
    )
    sheets = _Sheets(book, report, language)
    sheets.summary()
    sheets.items()
    sheets.distribution()
    sheets.trend()
    sheets.choices()
    sheets.units()
    sheets.method()
    book.close()
    return target.getvalue()


class _Sheets:
    """Writes the sheets row by row from the top, as constant memory demands."""

    def __init__(self, book: xlsxwriter.Workbook, report: UnitReport, language: Language) -> None:
        self.book, self.report, self.language = book, report, language
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#eceff2"}
        )
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats: dict[str | None, Format] = {None: self.text}
        for kind, pattern in _NUMBER_FORMATS.items():
            self.formats[kind] = book.add_format({"num_format": pattern, "valign": "top"})

    def table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """A sheet with a frozen head; a column's kind sets how its numbers are shown."""
        sheet: Worksheet = self.book.add_worksheet(name)
        for k, (_, width, _) in enumerate(columns):
            sheet.set_column(k, k, width)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for k, (label, _, _) in enumerate(columns):
            sheet.write_string(0, k, gettext(label, self.language), self.head)
        for y, row in enumerate(rows, 1):
            for x, ((_, _, kind), cell) in enumerate(zip(columns, row, strict=True)):
                self._write(sheet, y, x, cell, kind)

    def _write(self, sheet: Worksheet, y: int, x: int, cell: Cell, kind: str | None) -> None:
        if isinstance(cell, str):
            sheet.write_string(y, x, cell, self.text)
        elif cell is not None:
            sheet.write_number(y, x, cell, self.formats[kind])

    def summary(self) -> None:
        report, language = self.report, self.language
        sheet = self.book.add_worksheet(gettext("Summary", self.language))
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 60)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, report.place.name[language], self.title)
        for y, (label, cell, kind) in enumerate(self._summary_rows(), 1):
            sheet.write_string(y, 0, label, self.text)
            self._write(sheet, y, 1, cell, kind)

    def _summary_rows(self) -> Iterable[tuple[str, Cell, str | None]]:
        report, language, index = self.report, self.language, self.report.index
        wave = report.wave
        yield gettext("Wave", self.language), f"{wave.name[language]}, {period(wave.start, wave.end, language)}", None
        for sentence in correction_sentences(report, language):
            yield gettext("Correction", language), sentence, None
        name = index.label[language] if index.level == "item" else index_name(wave.respondents, language)
        yield name, _value(index), PERCENT
        yield gettext("As printed", self.language), figure_percent(index, language), None
        yield gettext("Lower bound 95%", self.language), index.estimate.lower, PERCENT
        yield gettext("Upper bound 95%", self.language), index.estimate.upper, PERCENT
        yield gettext("Target", self.language), float(index.verdict.target), PERCENT
        yield gettext("Verdict", self.language), verdict_word(index.verdict.state, language), None
        yield gettext("Why", self.language), verdict_sentence(index.verdict, language, index.people), None
        yield gettext("Plain comparison", self.language), point_score(index, language), None
        yield gettext("People", self.language), None if index.suppressed else index.people, COUNT
        yield gettext("Answers", self.language), None if index.suppressed else index.answers, COUNT
        for figure in (report.beside, report.overall, report.all_satisfied):
            if figure:
                yield (
                    f"{figure.label[language]} ({weighting_name(figure.weighting, language)})",
                    _value(figure),
                    PERCENT,
                )
        for change in report.changes:
            label = f"{against_word(change, language)} ({change.wave_name[language]})"
            unit = gettext("percentage points", language)
            yield f"{label}, {unit}", _between(change), POINTS
            yield label, movement_word(change.movement, language), None
        for row in quality_rows(report, language):
            value = row.value / SECONDS_A_DAY if row.unit == SECONDS and row.value is not None else row.value
            yield row.label, row.printed if value is None else value, row.unit

    def items(self) -> None:
        """Contents, factors and items, and the breakdowns below them."""
        report = self.report
        rows = [self._figure(figure) for figure in (*report.contents, *report.factors, *report.items)]
        for code, figures in report.breakdowns:
            name = breakdown_name(code, self.language)
            rows += [self._figure(figure, prefix=f"{name}: ") for figure in figures]
        self.table(gettext("Items", self.language), _FIGURE_COLUMNS, rows)

    def _figure(self, figure: Figure, prefix: str = "") -> tuple[Cell, ...]:
        return (figure.code, prefix + figure.label[self.language], *self._numbers(figure))

    def _numbers(self, figure: Figure) -> tuple[Cell, ...]:
        return (
            None if figure.suppressed else figure.people,
            None if figure.suppressed else figure.answers,
            _value(figure),
            figure.estimate.lower,
            figure.estimate.upper,
            float(figure.verdict.target),
            verdict_word(figure.verdict.state, self.language),
            figure_percent(figure, self.language),
        )

    def distribution(self) -> None:
        report = self.report
        scale: list[Column] = [(word, 12, COUNT) for word in SCALE]
        unsure: list[Column] = [(gettext_noop("No opinion"), 12, COUNT), (gettext_noop("Skipped"), 12, COUNT)]
        figures = [*report.factors, *report.items, *([report.overall] if report.overall else [])]
        rows: list[tuple[Cell, ...]] = []
        for figure in figures:
            cells: tuple[Cell, ...] = (None,) * 7
            if figure.counts is not None and not figure.suppressed:
                cells = (*figure.counts.n, figure.counts.no_opinion, figure.counts.skipped)
            rows.append((figure.code, figure.label[self.language], *cells))
        self.table(gettext("Distribution", self.language), [*_FIGURE_COLUMNS[:2], *scale, *unsure], rows)

    def trend(self) -> None:
        breaks: Column = (gettext_noop("Questions changed before"), 16, None)
        rows = [
            (
                point.code,
                point.label[self.language],
                *self._numbers(point.figure),
                gettext("yes", self.language)
                if point.breaks_before
                else gettext("only worded otherwise", self.language)
                if point.reworded_before
                else "",
            )
            for point in self.report.trend
        ]
        self.table(gettext("Trend", self.language), [*_FIGURE_COLUMNS, breaks], rows)

    def choices(self) -> None:
        """A row per offered answer of every question of choices; no sheet where none was asked."""
        columns: list[Column] = [
            *_FIGURE_COLUMNS[:2],
            (gettext_noop("Answer"), 40, None),
            (gettext_noop("People"), 10, COUNT),
            (gettext_noop("Share"), 10, PERCENT),
            (gettext_noop("People who answered"), 12, COUNT),
        ]
        rows: list[tuple[Cell, ...]] = []
        for question in self.report.choices:
            names = (question.code, question.label[self.language])
            if question.suppressed:
                rows.append((*names, gettext("hidden", self.language), None, None, None))
            for option in question.options:
                share = question.share(option)
                number = None if share is None else float(share)
                rows.append((*names, option.label[self.language], option.people, number, question.people))
        if rows:
            self.table(gettext("Choices", self.language), columns, rows)

    def units(self) -> None:
        dossiers: Column = (gettext_noop("Dossiers"), 11, COUNT)
        rows = [
            (line.place.code, line.place.name[self.language], *self._numbers(line.index), line.transactions)
            for line in self.report.children
        ]
        self.table(gettext("Units", self.language), [*_FIGURE_COLUMNS, dossiers], rows)

    def method(self) -> None:
        rows = [(sentence,) for sentence in method_note(self.report, self.language)]
        self.table(gettext("Method", self.language), [(gettext_noop("Method note"), 120, None)], rows)


def _value(figure: Figure) -> float | None:
    value = figure.estimate.value
    return None if value is None else float(value)


def _between(change: Change) -> float | None:
    points = None if change.difference is None else points_between(change.older, change.newer)
    return None if points is None else float(points)
