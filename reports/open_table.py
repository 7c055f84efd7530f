"""Open data as tables: a row for each published figure and one for each unit, with codes instead of words.

A file of an edition is a function of the figures frozen in it alone, so that the same edition always has the same
bytes. The names of columns and codes are explained by :mod:`reports.open_codebook`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from reports.dataset import Cell
from reports.delimited import csv_chunks
from reports.figure_rows import unit_rows
from reports.figures import Text, UnitReport

SCHEMA = "sipas-open-data/1"  # another layout of the files has another number
TableName = Literal["figures", "units"]
Datatype = Literal["string", "integer", "number", "date", "boolean"]
OpenRow = Mapping[str, Cell | bool]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `codes` names the list of codes that its values are from."""

    name: str
    datatype: Datatype
    about: Text
    codes: str = ""
    required: bool = False


_WAVE = (
    Column("wave", "string", Text("Mã đợt khảo sát", "Code of the survey wave"), required=True),
    Column("period_start", "date", Text("Ngày đầu của kỳ", "First day of the period"), required=True),
    Column("period_end", "date", Text("Ngày cuối của kỳ", "Last day of the period"), required=True),
    Column("unit", "string", Text("Mã đơn vị", "Code of the unit"), required=True),
    Column("unit_name_vi", "string", Text("Tên đơn vị", "Name of the unit in Vietnamese"), required=True),
    Column("unit_name_en", "string", Text("Tên đơn vị bằng tiếng Anh, nếu có", "Name of the unit in English, if any")),
    Column("unit_kind", "string", Text("Loại đơn vị", "Kind of unit"), "kind", required=True),
)
_FIGURE = (
    Column("estimate", "number", Text("Tỷ lệ hài lòng, từ 0 đến 1, không làm tròn", "Satisfaction, 0 to 1, unrounded")),
    Column("lower", "number", Text("Cận dưới của khoảng tin cậy 95%", "Lower bound of the 95% interval")),
    Column("upper", "number", Text("Cận trên của khoảng tin cậy 95%", "Upper bound of the 95% interval")),
    Column("interval_method", "string", Text("Cách tính khoảng tin cậy", "Method of the interval"), "interval_method"),
    Column("rule", "string", Text("Cách tính tỷ lệ", "Rule of the percentage"), "rule"),
    Column("aggregation", "string", Text("Cách gộp các tiêu chí", "How items are aggregated"), "aggregation"),
    Column("weighting", "string", Text("Có tính trọng số hay không", "Whether weighted"), "weighting"),
    Column(
        "trust_levels",
        "string",
        Text("Các mức tin cậy được tính, cách nhau bằng dấu cách", "Trust levels counted, separated by blanks"),
        "trust",
    ),
    Column("target", "number", Text("Chỉ tiêu, từ 0 đến 1", "Target, 0 to 1")),
    Column("verdict", "string", Text("Kết luận so với chỉ tiêu", "Verdict against the target"), "verdict"),
    Column(
        "hidden",
        "boolean",
        Text(
            "true: ẩn vì quá ít người trả lời; khi đó không có số nào",
            "true: hidden, too few people answered; there is no number then",
        ),
        required=True,
    ),
)
FIGURES = (
    *_WAVE,
    Column("part", "string", Text("Loại số liệu", "Kind of figure"), "part", required=True),
    Column("code", "string", Text("Mã chỉ số, yếu tố, tiêu chí", "Code of the index, factor or item"), required=True),
    Column("label_vi", "string", Text("Tên hoặc câu hỏi", "Name or wording in Vietnamese"), required=True),
    Column("label_en", "string", Text("Tên hoặc câu hỏi bằng tiếng Anh, nếu có", "Name or wording in English, if any")),
    Column("people", "integer", Text("Số người có ít nhất một câu trả lời", "People with at least one answer")),
    Column(
        "answers",
        "integer",
        Text("Số câu trả lời từ mức 1 đến mức 5 (cơ sở tính)", "Answers from level 1 to level 5 (the base)"),
    ),
    *(Column(f"n{k}", "integer", Text(f"Số câu trả lời ở mức {k}", f"Answers of level {k}")) for k in range(1, 6)),
    Column("no_opinion", "integer", Text("Số lượt “không có ý kiến”", "How often “no opinion” was chosen")),
    Column("skipped", "integer", Text("Số lượt bỏ trống", "How often it was left blank")),
    *_FIGURE,
)
UNITS = (
    *_WAVE,
    Column("superior_vi", "string", Text("Đơn vị cấp trên", "Unit above, in Vietnamese")),
    Column("version", "integer", Text("Lần công bố số liệu của đơn vị", "Version of its figures"), required=True),
    Column("people", "integer", Text("Số người trả lời", "People who answered")),
    Column("responses", "integer", Text("Số phiếu được tính", "Forms counted")),
    Column("flagged", "integer", Text("Số phiếu nghi ngờ, không tính", "Doubtful forms, not counted")),
    Column("transactions", "integer", Text("Số hồ sơ của kỳ (N)", "Transactions of the period (N)")),
    Column("issued", "integer", Text("Số phiếu giấy phát ra", "Paper forms handed out")),
    Column("rate", "number", Text("Tỷ lệ phiếu, từ 0 đến 1", "Rate of forms, 0 to 1")),
    Column("rate_kind", "string", Text("Tỷ lệ phiếu tính trên gì", "What the rate of forms stands on"), "rate_kind"),
    Column("covered", "integer", Text("Số hồ sơ của các đơn vị có phiếu", "Transactions of units that have forms")),
    Column("covered_of", "integer", Text("Số hồ sơ của mọi đơn vị", "Transactions of all units")),
    Column("design", "string", Text("Cách chọn người trả lời", "How people came to answer"), "design"),
    Column(
        "minimum_people",
        "integer",
        Text("Số người ít nhất để kết luận", "The fewest people that a verdict needs"),
    ),
    Column("questionnaire", "string", Text("Bộ câu hỏi và phiên bản", "Questionnaire and its version")),
    *_FIGURE,
    Column(
        "figures_sha256",
        "string",
        Text("SHA-256 của số liệu đã khóa (tệp JSON của đơn vị)", "SHA-256 of the unit's JSON file"),
        required=True,
    ),
    Column("ledger_head", "string", Text("Niêm phong của dữ liệu gốc", "Seal of the underlying data")),
)
TABLES: dict[TableName, tuple[Column, ...]] = {"figures": FIGURES, "units": UNITS}


@dataclass(frozen=True, slots=True)
class Filed:
    """The figures of a unit as an edition holds them: `version` of its filing and the digest of their bytes."""

    report: UnitReport
    version: int
    digest: str


def table_rows(table: TableName, filed: Iterable[Filed]) -> Iterator[OpenRow]:
    """The rows of the table, the units in the order given."""
    for each in filed:
        if table == "units":
            yield _unit_row(each)
        else:
            yield from figure_rows(each.report)


def figure_rows(report: UnitReport) -> Iterator[OpenRow]:
    """Index, factors, items, choices, counters and breakdowns of a unit; the units below have rows of their own."""
    common = _common(report)
    for row in unit_rows(replace(report, children=(), trend=())):
        yield {**common, **_plain(row)}
    for line in report.children:
        if line.place.kind != "counter":
            continue
        (row, *_) = unit_rows(replace(report, place=line.place, index=line.index, children=(), trend=()))
        name = line.place.name
        named = {"part": "counter", "code": line.place.code, "label_vi": name.vi, "label_en": name.en}
        yield {**_plain(row), **common, **named}


def _common(report: UnitReport) -> dict[str, Cell | bool]:
    place, wave = report.place, report.wave
    return {
        "wave": wave.code,
        "period_start": wave.start,
        "period_end": wave.end,
        "unit": place.code,
        "unit_name_vi": place.name.vi,
        "unit_name_en": _english(place.name),
        "unit_kind": place.kind,
    }


def _plain(row: Mapping[str, object]) -> dict[str, Cell | bool]:
    """A figure's row with its two languages in columns of their own."""
    found: dict[str, Cell | bool] = {}
    for name, value in row.items():
        if name == "label" and isinstance(value, Text):
            found["label_vi"], found["label_en"] = value.vi, _english(value)
        elif name == "trust":
            found["trust_levels"] = value  # type: ignore[assignment]  # codes
        elif not isinstance(value, Text):
            found[name] = value  # type: ignore[assignment]  # a number, a day or a code
    return found


def _english(text: Text) -> str | None:
    return text.en if text.en and text.en != text.vi else None


def _unit_row(filed: Filed) -> OpenRow:
    report = filed.report
    (headline, *_) = unit_rows(replace(report, children=(), trend=()))
    row = {**_plain(headline), **_common(report)}
    row |= {
        "superior_vi": report.place.superior.vi or None,
        "version": filed.version,
        "design": report.method.design,
        "minimum_people": report.method.minimum_people,
        "questionnaire": report.method.questionnaire,
        "figures_sha256": filed.digest,
        "ledger_head": report.ledger_head or None,
    }
    if report.index.suppressed:
        return row
    quality, coverage = report.quality, report.coverage
    row |= {
        "responses": quality.responses,
        "flagged": quality.flagged,
        "transactions": quality.transactions,
        "issued": quality.issued,
        "rate": None if quality.rate is None else float(quality.rate),
        "rate_kind": None if quality.rate is None else quality.rate_kind,
    }
    if coverage is not None:
        row |= {"covered": coverage.covered, "covered_of": coverage.total}
    return row


def open_csv(table: TableName, rows: Iterable[OpenRow]) -> Iterator[bytes]:
    """The table as CSV in chunks: UTF-8 with its mark, commas, decimal points, `true` and `false`."""
    names = [column.name for column in TABLES[table]]
    cells = ([_cell(row.get(name)) for name in names] for row in rows)
    return csv_chunks(names, cells, ",")


def _cell(value: Cell | bool) -> Cell:
    return str(value).lower() if isinstance(value, bool) else value


def open_json(table: TableName, about: Mapping[str, object], rows: Iterable[OpenRow]) -> Iterator[bytes]:
    """The same rows as one object in chunks, a row a line, after what `about` says; not JSON until its end has come."""
    names = [column.name for column in TABLES[table]]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
    head = encode({"schema": SCHEMA, "table": table, **about})
    yield f'{head[:-1]},"rows":['.encode()
    comma = "\n"
    for row in rows:
        yield (comma + encode({name: row.get(name) for name in names})).encode()
        comma = ",\n"
    yield b"\n]}\n"
