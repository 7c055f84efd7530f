"""A scorecard as a workbook: the card with its sums and texts, and how computed points came about."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from reports.catalogue import gettext
from reports.figures import Language
from reports.scorecard_figures import Card, CardLine
from reports.scorecard_wording import formula, group_sentence, stage_word, state_word, uncounted

_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001 XlsxWriter takes no zone; the clock would change the bytes
_TEXT = 45  # characters: the width of a column of text


def scorecard_xlsx(card: Card, language: Language = "vi") -> bytes:
    """The same card gives the same bytes; no text is taken for a formula, a link or a number."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"author": "sipas", "created": _UNDATED})
        _card_sheet(book, card, language)
        lines = [line for line in card.criteria() if line.basis is not None]
        if lines:
            _basis_sheet(book, lines, language)
    return target.getvalue()


def _card_sheet(book: Any, card: Card, language: Language) -> None:
    sheet = book.add_worksheet(gettext("Scorecard", language))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#eceff2", "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    number = book.add_format({"num_format": "#,##0.00", "valign": "top"})
    bold_number = book.add_format({"num_format": "#,##0.00", "bold": True, "valign": "top"})
    sheet.write_string(0, 0, f"{card.name[language]} – {card.place.name[language]}, {card.year}", bold)
    sheet.write_string(1, 0, state_word(card.state, language))
    heads = [
        gettext("Serial no.", language),
        gettext("Criterion", language),
        gettext("Maximum points", language),
        *(stage_word(stage, language) for stage in card.stages),
        gettext("Reason", language),
        gettext("Remedy", language),
        gettext("Explanation", language),
        gettext("Council", language),
    ]
    for x, label in enumerate(heads):
        sheet.write_string(3, x, label, head)
    for y, line in enumerate((*card.lines, card.total), 4):
        name = line.name[language] or gettext("Total", language)
        sheet.write_string(y, 0, line.number, bold if line.is_heading else text)
        sheet.write_string(y, 1, name, bold if line.is_heading else text)
        figures = (line.maximum, *(line.points[stage] for stage in card.stages))
        for x, value in enumerate(figures, 2):
            if value is not None:
                sheet.write_number(y, x, float(value), bold_number if line.is_heading else number)
        council = line.final_reason or line.council_reason
        for x, words in enumerate((line.reason, line.remedy, line.explanation, council), 2 + len(figures)):
            sheet.write_string(y, x, words, text)
    formats = (number, book.add_format({"num_format": "0.00%", "valign": "top"}), text)
    _sum_rows(sheet, card, 5 + len(card.lines), language, formats)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 1, _TEXT)
    sheet.set_column(2, 2 + len(card.stages), 11)
    sheet.set_column(3 + len(card.stages), 6 + len(card.stages), _TEXT)
    sheet.freeze_panes(4, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def _sum_rows(sheet: Any, card: Card, top: int, language: Language, formats: tuple[Any, Any, Any]) -> None:
    """What the sums of each stage are of: the maxima counted, the share of them, and what is not counted yet."""
    number, percent, text = formats
    labels = (
        gettext("Maximum of the criteria that have points", language),
        gettext("Share of it", language),
        gettext("Not counted yet", language),
    )
    for y, label in enumerate(labels, top):
        sheet.write_string(y, 1, label, text)
    for x, stage in enumerate(card.stages, 3):
        total = card.sum(stage)
        sheet.write_number(top, x, float(total.counted), number)
        if total.share is not None:
            sheet.write_number(top + 1, x, float(total.share), percent)
        sheet.write_string(top + 2, x, uncounted(total, language), text)


def _basis_sheet(book: Any, lines: list[CardLine], language: Language) -> None:
    sheet = book.add_worksheet(gettext("How points came about", language))
    text = book.add_format({"text_wrap": True, "valign": "top"})
    y = 0
    for line in lines:
        assert line.basis is not None
        sheet.write_string(y, 0, line.number, text)
        sheet.write_string(y, 1, formula(line.basis, line.maximum, line.points["self"], language), text)
        for group in line.basis.groups:
            y += 1
            sheet.write_string(y, 1, group_sentence(group, language), text)
        y += 1
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 1, 110)
