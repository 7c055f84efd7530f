"""Heat tables and cross-tables as sheets: XLSX, and CSV as Excel in Vietnamese reads it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO

import xlsxwriter

from reports.catalogue import gettext
from reports.cross_figures import CrossTable
from reports.figures import Language, Text
from reports.heat_figures import HeatCell, HeatTable
from reports.report_figures import UnitLine
from reports.wording import verdict_word

Line = tuple[UnitLine, Sequence[HeatCell]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def heat_xlsx(table: HeatTable, columns: Sequence[Text], lines: Sequence[Line], language: Language) -> bytes:
    """Percentages as fractions with a percent format, unrounded; hidden and empty cells stay blank."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#eceff2"})
    share = book.add_format({"num_format": "0.00%"})
    sheet = book.add_worksheet(gettext("Units", language))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 38)
    sheet.set_column(2, 3 + len(columns), 13)
    for at, label in enumerate(_head(columns, language)):
        sheet.write_string(0, at, label, bold)
    for y, (line, cells) in enumerate(lines, 1):
        sheet.write_string(y, 0, line.place.code)
        sheet.write_string(y, 1, line.place.name[language])
        sheet.write_string(y, 2, verdict_word(line.index.verdict.state, language))
        if not line.index.suppressed:
            sheet.write_number(y, 3, line.index.people)
        for x, cell in enumerate(cells, 4):
            if cell.estimate.estimate is not None:
                sheet.write_number(y, x, cell.estimate.estimate, share)
    book.set_properties({"title": table.wave.name[language], "author": "sipas"})
    book.close()
    return target.getvalue()


def heat_csv(columns: Sequence[Text], lines: Sequence[Line], language: Language) -> bytes:
    """With a byte order mark and semicolons, as Excel in Vietnamese reads it; no cell is taken for a formula."""
    written = StringIO(newline="")
    writer = csv.writer(written, delimiter=";")
    writer.writerow(_head(columns, language))
    for line, cells in lines:
        people = "" if line.index.suppressed else line.index.people
        verdict = verdict_word(line.index.verdict.state, language)
        shares = (_share(cell) for cell in cells)
        writer.writerow([_text(line.place.code), _text(line.place.name[language]), verdict, people, *shares])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _head(columns: Sequence[Text], language: Language) -> Iterator[str]:
    yield gettext("Code", language)
    yield gettext("Unit", language)
    yield gettext("Verdict", language)
    yield gettext("People", language)
    yield from (column[language] for column in columns)


def _share(cell: HeatCell) -> str:
    estimate = cell.estimate.estimate
    return "" if estimate is None else f"{100 * estimate:.4f}".replace(".", ",") + "%"


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def cross_xlsx(table: CrossTable, language: Language) -> bytes:
    """A cross-table: a row for everybody and for each group by figure, with its interval and people; hidden ones stay
    blank. Last the number of people in no group."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(target, options)
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eceff2"})
    share = book.add_format({"num_format": "0.00%"})
    sheet = book.add_worksheet(gettext("Groups", language))
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for at, width in enumerate((34, 40, 14, 16, 16, 10)):
        sheet.set_column(at, at, width)
    heads = (
        table.label[language],
        gettext("Factor or item", language),
        gettext("Satisfaction", language),
        gettext("Lower bound 95%", language),
        gettext("Upper bound 95%", language),
        gettext("People", language),
    )
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
    y = 1
    for row in (table.everybody, *table.rows):
        for column, cell in zip(table.columns, row.cells, strict=True):
            sheet.write_string(y, 0, row.label[language])
            sheet.write_string(y, 1, column.label[language])
            estimate = cell.estimate
            for at, value in enumerate((estimate.estimate, estimate.lower, estimate.upper), 2):
                if value is not None:
                    sheet.write_number(y, at, value, share)
            if not cell.suppressed:
                sheet.write_number(y, 5, cell.people)
            y += 1
    sheet.write_string(y, 0, gettext("No answer to this question", language))
    if table.silent is not None:
        sheet.write_number(y, 5, table.silent)
    book.set_properties({"title": f"{table.place.name[language]} – {table.label[language]}", "author": "sipas"})
    book.close()
    return target.getvalue()
