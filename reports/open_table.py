"""Open data as tables: a row for each published figure and one for each unit, with codes instead of words; beside them
the tables of opinions and dialogues, a row a unit and half-year.

A file of an edition is a function of the figures frozen in it alone, so that the same edition always has the same
bytes. The names of columns and codes are explained by :mod:`reports.open_codebook`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reports.dataset import Cell
from reports.delimited import csv_chunks
from reports.figure_rows import unit_rows
from reports.figures import Text
from reports.open_columns import TABLES, TableName, WaveTable
from reports.report_figures import UnitReport

SCHEMA = "sipas-open-data/1"  # another layout of the files has another number
OpenRow = Mapping[str, Cell | bool]


@dataclass(frozen=True, slots=True)
class Filed:
    """The figures of a unit as an edition holds them: `version` of its filing and the digest of their bytes."""

    report: UnitReport
    version: int
    digest: str


def table_rows(table: WaveTable, filed: Iterable[Filed]) -> Iterator[OpenRow]:
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
