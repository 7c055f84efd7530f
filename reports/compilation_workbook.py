"""The compilation as an XLSX workbook: the whole and its groups, all units with factors, and the ranking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from io import BytesIO

import xlsxwriter

from reports.catalogue import gettext, gettext_noop
from reports.compilation_figures import Compilation, GroupFigures, RankTable, Returns, Weighed
from reports.correction_figures import WaveCorrection
from reports.figures import Figure, Language
from reports.rank_chart import rank_percents
from reports.wording import figure_percent, period, short_date, verdict_word

Cell = str | int | float | None
Column = tuple[str, int, str | None]
PERCENT, COUNT = "0.00%", "#,##0"
_FIGURE: tuple[Column, ...] = (
    (gettext_noop("People"), 10, COUNT),
    (gettext_noop("Satisfaction"), 13, PERCENT),
    (gettext_noop("Lower bound 95%"), 13, PERCENT),
    (gettext_noop("Upper bound 95%"), 13, PERCENT),
    (gettext_noop("Verdict"), 26, None),
    (gettext_noop("As printed"), 14, None),
)
_RETURNS: tuple[Column, ...] = (
    (gettext_noop("Responses"), 11, COUNT),
    (gettext_noop("Dossiers"), 11, COUNT),
    (gettext_noop("Paper forms issued"), 12, COUNT),
    (gettext_noop("Rate"), 10, PERCENT),
)


def compilation_xlsx(compilation: Compilation, ranking: RankTable, language: Language) -> bytes:
    """Percentages are fractions with a percent format, unrounded; what is hidden stays blank. Text is never taken for
    a formula. The same figures give the same bytes."""
    target = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    wave = compilation.wave
    moment = compilation.compiled_at or datetime.combine(wave.end, time(), UTC)
    title = f"{wave.name[language]}, {period(wave.start, wave.end, language)}"
    book.set_properties({"title": title, "author": "sipas", "created": moment.astimezone(UTC).replace(tzinfo=None)})
    sheets = _Sheets(book, language)
    sheets.table(gettext("Groups", language), _group_columns(), _group_rows(compilation, language))
    sheets.table(gettext("Units", language), _unit_columns(compilation, language), _unit_rows(compilation, language))
    sheets.table(gettext("Ranking", language), _rank_columns(), _rank_rows(ranking, language))
    if compilation.corrections:
        rows = _correction_rows(compilation.corrections, language)
        sheets.table(gettext("Corrected figures", language), _correction_columns(), rows)
    book.close()
    return target.getvalue()


class _Sheets:
    def __init__(self, book: xlsxwriter.Workbook, language: Language) -> None:
        self.book, self.language = book, language
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#eceff2"}
        )
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.numbers = {kind: book.add_format({"num_format": kind, "valign": "top"}) for kind in (PERCENT, COUNT)}

    def table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """A sheet with a frozen head, written from the top as constant memory demands."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for x, (label, width, _) in enumerate(columns):
            sheet.set_column(x, x, width)
            sheet.write_string(0, x, gettext(label, self.language) if label else "", self.head)
        for y, row in enumerate(rows, 1):
            for x, ((_, _, kind), cell) in enumerate(zip(columns, row, strict=True)):
                if isinstance(cell, str):
                    sheet.write_string(y, x, cell, self.text)
                elif cell is not None:
                    sheet.write_number(y, x, cell, self.numbers[kind or COUNT])


def _group_columns() -> list[Column]:
    name: tuple[Column, ...] = ((gettext_noop("Group"), 34, None), (gettext_noop("Figure"), 34, None))
    beside: Column = (gettext_noop("By the other weighting"), 13, PERCENT)
    return [*name, *_FIGURE, beside, *_RETURNS, (gettext_noop("May be printed"), 11, None)]


def _group_rows(compilation: Compilation, language: Language) -> Iterable[list[Cell]]:
    for group in (compilation.whole, *compilation.groups):
        for weighed in (group.index, *group.contents, *group.factors):
            other = weighed.beside.estimate.estimate if weighed.beside else None
            printable = gettext("yes", language) if weighed.publishable else gettext("no", language)
            returns = _returns(group.returns, compilation) if weighed is group.index else [None] * len(_RETURNS)
            yield [*_names(group, weighed, language), *_numbers(weighed.headline, language), other, *returns, printable]


def _names(group: GroupFigures, weighed: Weighed, language: Language) -> list[Cell]:
    return [group.name[language], weighed.headline.label[language]]


def _unit_columns(compilation: Compilation, language: Language) -> list[Column]:
    name: tuple[Column, ...] = ((gettext_noop("Code"), 14, None), (gettext_noop("Unit"), 38, None))
    return [*name, *_FIGURE, *_RETURNS, *((label[language], 13, PERCENT) for _, label in compilation.factors)]


def _unit_rows(compilation: Compilation, language: Language) -> Iterable[list[Cell]]:
    for unit in compilation.units:
        place = unit.line.place
        cells: list[Cell] = [cell.estimate.estimate for cell in unit.factors]
        numbers = _numbers(unit.line.index, language)
        yield [place.code, place.name[language], *numbers, *_returns(unit.returns, compilation), *cells]


def _correction_columns() -> list[Column]:
    return [
        (gettext_noop("Code"), 14, None),
        (gettext_noop("Unit"), 38, None),
        (gettext_noop("Corrected on"), 14, None),
        (gettext_noop("Reason of the correction"), 70, None),
        (gettext_noop("Version before"), 11, COUNT),
    ]


def _correction_rows(corrections: Sequence[WaveCorrection], language: Language) -> Iterable[list[Cell]]:
    for correction in corrections:
        day = short_date(correction.day, language)
        for unit in correction.units:
            yield [unit.code, unit.name[language], day, correction.reason, unit.before]


def _rank_columns() -> list[Column]:
    return [
        (gettext_noop("Code"), 14, None),
        (gettext_noop("Unit"), 38, None),
        (gettext_noop("Satisfaction"), 13, PERCENT),
        (gettext_noop("Rank of the point"), 11, COUNT),
        (gettext_noop("Best rank"), 11, COUNT),
        (gettext_noop("Worst rank"), 11, COUNT),
        (gettext_noop("Units ranked"), 11, COUNT),
        (gettext_noop("Best rank before"), 13, COUNT),
        (gettext_noop("Worst rank before"), 13, COUNT),
        (gettext_noop("As printed"), 14, None),
    ]


def _rank_rows(ranking: RankTable, language: Language) -> Iterable[list[Cell]]:
    for line, printed in zip(ranking.lines, rank_percents(ranking.lines, language), strict=True):
        place, rank, before = line.unit.line.place, line.rank, line.before
        now: list[Cell] = [rank.place, rank.best, rank.worst, rank.of] if rank else [None] * 4
        then: list[Cell] = [before.best, before.worst] if before else [None] * 2
        yield [place.code, place.name[language], line.unit.line.index.estimate.estimate, *now, *then, printed]


def _numbers(figure: Figure, language: Language) -> list[Cell]:
    estimate = figure.estimate
    return [
        None if figure.suppressed else figure.people,
        estimate.estimate,
        estimate.lower,
        estimate.upper,
        verdict_word(figure.verdict.state, language),
        figure_percent(figure, language),
    ]


def _returns(returns: Returns | None, compilation: Compilation) -> list[Cell]:
    if returns is None:
        return [None] * len(_RETURNS)
    if compilation.wave.respondents != "citizen":  # dossiers are citizens'
        return [returns.responses, None, returns.issued, None]
    rate = None if returns.rate is None else float(returns.rate)
    return [returns.responses, returns.transactions, returns.issued, rate]
