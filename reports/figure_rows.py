"""Figures as a plain table: a row for each percentage, with all it stands on, as CSV, XLSX and JSON.

Every row carries its count, base, interval, rule, period and trust levels, so that it means the same wherever it is
pasted. A hidden figure keeps its row and has no number.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from reports.dataset import Cell, Row
from reports.delimited import Separator, csv_chunks
from reports.figures import ChoiceFigures, Estimate, Figure, Language, Place, Text, WaveLabel
from reports.heat_figures import HeatCell, HeatTable
from reports.names import aggregation_name, rule_name, trust_name, weighting_name
from reports.report_figures import Method, UnitReport, WaveOverview
from reports.streamed_workbook import Sheet, workbook_chunks
from reports.wording import verdict_word

TableFormat = Literal["csv", "xlsx", "json"]
TABLE_FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)
SCHEMA = "sipas-figures/1"
LANGUAGES: tuple[Language, ...] = get_args(Language)

Value = str | int | float | bool | date | Text | None
FigureRow = Mapping[str, Value]

_PARTS = {
    "index": Text("Chỉ số", "Index"),
    "other_weighting": Text("Chỉ số theo cách tính kia", "Index by the other weighting"),
    "overall": Text("Hài lòng chung", "Overall question"),
    "all_satisfied": Text("Hài lòng toàn diện", "Satisfied throughout"),
    "content": Text("Nội dung", "Content"),
    "factor": Text("Yếu tố", "Factor"),
    "item": Text("Tiêu chí", "Item"),
    "choice": Text("Lựa chọn", "Choice"),
    "channel": Text("Theo kênh thu phiếu", "By channel"),
    "trust": Text("Theo mức tin cậy", "By trust level"),
    "group": Text("Theo nhóm người trả lời", "By respondent group"),
    "half_month": Text("Theo nửa tháng", "By half-month"),
    "trend": Text("Các đợt trước", "Series of waves"),
}
_YES = Text("có", "yes")
_SHEET = Text("Số liệu", "Figures")


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How a table is written: the language of its words, what parts the cells of CSV, and when it was made."""

    made: datetime
    language: Language = "vi"
    separator: Separator = ";"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: its name in JSON, its head elsewhere, its width, and how a code of it is worded."""

    name: str
    head: Text
    width: int = 12
    worded: Callable[[str, Language], str] | None = None


def _trust_names(codes: str, language: Language) -> str:
    return ", ".join(trust_name(code, language) for code in codes.split())


_COLUMNS = (
    _Column("wave", Text("Mã đợt", "Wave code"), 14),
    _Column("wave_name", Text("Đợt khảo sát", "Wave"), 30),
    _Column("period_start", Text("Từ ngày", "From")),
    _Column("period_end", Text("Đến ngày", "Until")),
    _Column("unit", Text("Mã đơn vị", "Unit code"), 14),
    _Column("unit_name", Text("Đơn vị", "Unit"), 36),
    _Column("part", Text("Loại số liệu", "Kind of figure"), 20, lambda code, language: part_name(code, language)),
    _Column("code", Text("Mã", "Code"), 24),
    _Column("label", Text("Tên", "Name"), 44),
    _Column("people", Text("Số người (cơ sở tính)", "People (base)")),
    _Column("answers", Text("Số câu trả lời", "Answers")),
    _Column("satisfied", Text("Số câu trả lời hài lòng", "Satisfied answers")),
    *(_Column(f"n{k}", Text(f"Mức {k}", f"Level {k}"), 9) for k in range(1, 6)),
    _Column("no_opinion", Text("Không có ý kiến", "No opinion")),
    _Column("skipped", Text("Bỏ trống", "Skipped")),
    _Column("estimate", Text("Tỷ lệ", "Share")),
    _Column("lower", Text("Cận dưới 95%", "Lower bound 95%")),
    _Column("upper", Text("Cận trên 95%", "Upper bound 95%")),
    _Column("interval_method", Text("Cách tính khoảng", "Method of the interval")),
    _Column("rule", Text("Cách tính", "Rule"), 24, rule_name),  # type: ignore[arg-type]  # the code is a rule's
    _Column("aggregation", Text("Cách gộp", "Aggregation"), 24, aggregation_name),  # type: ignore[arg-type]  # own words
    _Column("weighting", Text("Trọng số", "Weighting"), 24, weighting_name),  # type: ignore[arg-type]  # own words
    _Column("trust", Text("Mức tin cậy được tính", "Trust levels counted"), 30, _trust_names),
    _Column("target", Text("Chỉ tiêu", "Target")),
    _Column("verdict", Text("Đánh giá", "Verdict"), 24, verdict_word),  # type: ignore[arg-type]  # own words
    _Column("hidden", Text("Không hiển thị vì quá ít người", "Hidden: too few people")),
    _Column("corrected_on", Text("Ngày đính chính", "Corrected on"), 14),
    _Column("correction_reason", Text("Lý do đính chính", "Reason of the correction"), 44),
    _Column("version_before", Text("Phiên bản trước đính chính", "Version before the correction")),
)


def part_name(code: str, language: Language) -> str:
    """The word for a kind of figure."""
    return _PARTS[code][language]


def unit_rows(report: UnitReport) -> Iterator[FigureRow]:
    """The whole result of a unit: its headline, factors, items, choices, the units below, breakdowns and series."""
    source = _Source(report.wave, report.method, report.place)
    yield source.row("index", report.index)
    singles = (("other_weighting", report.beside), ("overall", report.overall), ("all_satisfied", report.all_satisfied))
    for part, figure in singles:
        if figure is not None:
            yield source.row(part, figure)
    for part, figures in (("content", report.contents), ("factor", report.factors), ("item", report.items)):
        for figure in figures:
            yield source.row(part, figure)
    for question in report.choices:
        yield from source.choices(question)
    for line in report.children:
        yield _Source(report.wave, report.method, line.place).row("index", line.index)
    for part, figures in report.breakdowns:
        for figure in figures:
            more: dict[str, Value] = {"trust": figure.code} if part == "trust" else {}
            if part == "half_month":
                more["period_start"], more["period_end"] = _half_month(figure.code)
            yield source.row(part, figure) | more
    for point in report.trend:
        period: dict[str, Value] = {"period_start": point.start, "period_end": point.end}
        yield source.row("trend", point.figure) | period | {"code": point.code, "label": point.label}


def overview_rows(overview: WaveOverview) -> Iterator[FigureRow]:
    """The headline of the root and of every unit below it."""
    for line in (overview.root, *overview.units):
        yield _Source(overview.wave, overview.method, line.place).row("index", line.index)


def heat_rows(table: HeatTable) -> Iterator[FigureRow]:
    """A row for each item of each unit."""
    for row in table.rows:
        source = _Source(table.wave, table.method, row.line.place)
        for (code, label), cell in zip(table.items, row.cells, strict=True):
            yield source.cell(code, label, cell)


class _Source:
    """What a row says of where its figure comes from: wave, unit, terms."""

    def __init__(self, wave: WaveLabel, method: Method, place: Place) -> None:
        self._common: dict[str, Value] = {
            "wave": wave.code,
            "wave_name": wave.name,
            "period_start": wave.start,
            "period_end": wave.end,
            "unit": place.code,
            "unit_name": place.name,
            "rule": method.rule,
            "aggregation": method.aggregation,
            "weighting": method.weighting,
            "trust": " ".join(method.trust_levels),
            "target": float(method.target),
        }

    def row(self, part: str, figure: Figure) -> dict[str, Value]:
        row: dict[str, Value] = {
            **self._common,
            "part": part,
            "code": figure.code,
            "label": figure.label,
            "rule": figure.rule,
            "aggregation": figure.aggregation,
            "weighting": figure.weighting,
            "target": float(figure.verdict.target),
            "verdict": figure.verdict.state,
            "hidden": figure.suppressed,
        }
        if not figure.suppressed:
            row |= {"people": figure.people, "answers": figure.answers} | _estimate(figure.estimate)
            if (counts := figure.counts) is not None:
                row |= {"satisfied": counts.satisfied, "no_opinion": counts.no_opinion, "skipped": counts.skipped}
                row |= {f"n{position}": number for position, number in enumerate(counts.n, 1)}
        return row

    def choices(self, question: ChoiceFigures) -> Iterator[FigureRow]:
        """A row for each offered answer: how many of the people who answered chose it."""
        named = self._common | {"part": "choice", "rule": None, "aggregation": None, "weighting": None, "target": None}
        if question.suppressed:
            yield named | {"code": question.code, "label": question.label, "hidden": True}
        for option in question.options:
            share = question.share(option)
            label = Text(*(f"{question.label[language]}: {option.label[language]}" for language in LANGUAGES))
            yield named | {
                "code": f"{question.code}={option.value}",
                "label": label,
                "people": question.people,
                "answers": option.people,
                "estimate": None if share is None else float(share),
                "hidden": False,
            }

    def cell(self, code: str, label: Text, cell: HeatCell) -> FigureRow:
        """An item of a unit in the table of all units, which counts people and not answers."""
        row = self._common | {"part": "item", "code": code, "label": label, "hidden": cell.suppressed}
        return row if cell.suppressed else row | {"people": cell.people} | _estimate(cell.estimate)


def _estimate(estimate: Estimate) -> dict[str, Value]:
    value = estimate.value
    return {
        "estimate": None if value is None else float(value),
        "lower": estimate.lower,
        "upper": estimate.upper,
        "interval_method": estimate.method,
    }


def _half_month(code: str) -> tuple[date, date]:
    """First and last day of "2026-03-1" (1–14) and "2026-03-2" (15–end)."""
    year, month, half = map(int, code.split("-"))
    last = 14 if half == 1 else monthrange(year, month)[1]
    return date(year, month, 1 if half == 1 else 15), date(year, month, last)


def table_chunks(rows: Iterable[FigureRow], form: TableFormat, style: TableStyle) -> Iterator[bytes]:
    """The table as a file, in chunks, numbers unrounded. In CSV and XLSX codes are worded, in JSON they stay."""
    if form == "json":
        return _json_chunks(rows)
    head = [column.head[style.language] for column in _COLUMNS]
    worded = (_worded(row, style.language) for row in rows)
    if form == "csv":
        return csv_chunks(head, worded, style.separator)
    sheet = Sheet(_SHEET[style.language], head, [column.width for column in _COLUMNS], worded)
    return workbook_chunks([sheet], style.made)


def _json_chunks(rows: Iterable[FigureRow]) -> Iterator[bytes]:
    """One object with a list, a row a line: it is not JSON until its end has come."""
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    yield f'{{"schema": "{SCHEMA}", "rows": ['.encode()
    comma = "\n"
    for row in rows:
        yield (comma + encode(_plain(row))).encode()
        comma = ",\n"
    yield b"\n]}\n"


def _plain(row: FigureRow) -> dict[str, object]:
    found = {column.name: row.get(column.name) for column in _COLUMNS}
    return {
        name: {"vi": value.vi, "en": value["en"]} if isinstance(value, Text) else value for name, value in found.items()
    }


def _worded(row: FigureRow, language: Language) -> Row:
    return [_cell(column, row.get(column.name), language) for column in _COLUMNS]


def _cell(column: _Column, value: Value, language: Language) -> Cell:
    if isinstance(value, Text):
        return value[language]
    if isinstance(value, bool):
        return _YES[language] if value else None
    if isinstance(value, str) and column.worded is not None:
        return column.worded(value, language)
    return value
