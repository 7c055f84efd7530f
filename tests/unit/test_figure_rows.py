"""Figures as plain tables: the report's own numbers, each with all it stands on; hidden ones without any."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reports.figure_rows import TABLE_FORMATS, TableStyle, heat_rows, overview_rows, table_chunks, unit_rows
from reports.figures import ChoiceFigures, ChoiceOption, Estimate, Text
from reports.heat_figures import HeatCell, HeatRow, HeatTable
from reports.report_figures import UnitLine, UnitReport, WaveOverview
from tests.report_factory import empty_report, figure, hidden_report, place, unit_report

MADE = datetime(2026, 11, 21, tzinfo=UTC)
NUMBERS = (
    "people", "answers", "satisfied", "n1", "n2", "n3", "n4", "n5", "no_opinion", "skipped",
    "estimate", "lower", "upper", "interval_method",
)  # fmt: skip
TERMS = ("wave", "period_start", "period_end", "unit", "rule", "aggregation", "weighting", "trust", "target")


def in_json(report: UnitReport) -> list[dict[str, Any]]:
    data = b"".join(table_chunks(unit_rows(report), "json", TableStyle(MADE)))
    return list(json.loads(data)["rows"])


def test_every_figure_of_the_report_is_a_row_with_its_terms() -> None:
    report = unit_report()
    rows = in_json(report)
    assert [row["code"] for row in rows if row["part"] == "item"] == [item.code for item in report.items]
    for row, item in zip((row for row in rows if row["part"] == "item"), report.items, strict=True):
        assert (row["people"], row["answers"]) == (item.people, item.answers)
        assert row["estimate"] == pytest.approx(float(item.estimate.value or 0))
        assert (row["lower"], row["upper"], row["interval_method"]) == (
            item.estimate.lower, item.estimate.upper, item.estimate.method,
        )  # fmt: skip
        assert item.counts is not None
        assert [row[f"n{k}"] for k in range(1, 6)] == list(item.counts.n)
        assert row["satisfied"] == item.counts.n[3] + item.counts.n[4]
    for row in rows:
        assert all(row[name] is not None for name in TERMS), row
    assert rows[0]["part"] == "index"
    assert {"factor", "item", "overall", "trend"} <= {row["part"] for row in rows}


def test_a_hidden_report_has_rows_and_no_number() -> None:
    rows = in_json(hidden_report())
    assert len(rows) > 5
    for row in rows:
        if row["hidden"]:
            assert [row[name] for name in NUMBERS] == [None] * len(NUMBERS), row
    assert rows[0]["hidden"] is True


def test_an_empty_report_has_no_percentage() -> None:
    assert {row["estimate"] for row in in_json(empty_report())} == {None}


def test_breakdowns_say_their_own_trust_level_and_period() -> None:
    parts = (
        ("trust", (figure("open", "Truy cập tự do"),)),
        ("half_month", (figure("2026-02-1", "1–14/2/2026"), figure("2026-02-2", "15–28/2/2026"))),
    )
    rows = {row["code"]: row for row in in_json(unit_report(breakdowns=parts))}
    assert rows["open"]["trust"] == "open"
    assert (rows["2026-02-1"]["period_start"], rows["2026-02-1"]["period_end"]) == ("2026-02-01", "2026-02-14")
    assert (rows["2026-02-2"]["period_start"], rows["2026-02-2"]["period_end"]) == ("2026-02-15", "2026-02-28")


def test_choices_are_counted_among_those_who_answered() -> None:
    options = (ChoiceOption(1, Text("Trực tiếp", "In person"), 30), ChoiceOption(2, Text("Trực tuyến", "Online"), 10))
    asked = ChoiceFigures("channels", Text("Kênh", "Channels"), 32, options, several=True)
    unseen = ChoiceFigures("age", Text("Tuổi", "Age"), 0, (), several=False, suppressed=True)
    rows = [row for row in in_json(unit_report(choices=(asked, unseen))) if row["part"] == "choice"]
    assert [(row["code"], row["people"], row["answers"], row["estimate"]) for row in rows] == [
        ("channels=1", 32, 30, 30 / 32),
        ("channels=2", 32, 10, 10 / 32),
        ("age", None, None, None),
    ]
    assert rows[0]["label"] == {"vi": "Kênh: Trực tiếp", "en": "Channels: In person"}


def test_all_units_and_all_items_of_them() -> None:
    report = unit_report()
    lines = (UnitLine(place("X1", "Xã Một"), report.index), UnitLine(place("X2", "Xã Hai"), report.index))
    overview = WaveOverview(report.wave, report.method, UnitLine(report.place, report.index), lines)
    assert [row["unit"] for row in overview_rows(overview)] == [report.place.code, "X1", "X2"]
    seen = HeatCell(Estimate(0.8, lower=0.7, upper=0.9, method="wilson", exact=Fraction(4, 5)), 40)
    items = (("a", Text("Một")), ("b", Text("Hai")))
    rows = tuple(HeatRow(line, (), (seen, replace(seen, people=0, suppressed=True))) for line in lines)
    table = HeatTable(report.wave, report.method, (), items, rows)
    found = list(heat_rows(table))
    assert [(row["unit"], row["code"]) for row in found] == [("X1", "a"), ("X1", "b"), ("X2", "a"), ("X2", "b")]
    assert (found[0]["people"], found[0]["estimate"], found[0]["hidden"]) == (40, 0.8, False)
    assert (found[1].get("people"), found[1].get("estimate"), found[1]["hidden"]) == (None, None, True)


@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_the_formats_say_the_same(form: Any) -> None:
    report = unit_report()
    data = b"".join(table_chunks(unit_rows(report), form, TableStyle(MADE, "en")))
    index = float(report.index.estimate.value or 0)
    match form:
        case "json":
            assert json.loads(data)["rows"][0]["estimate"] == index
        case "csv":
            row = next(csv.DictReader(StringIO(data.decode("utf-8-sig")), delimiter=";"))
            assert float(row["Share"].replace(",", ".")) == index
            assert row["Kind of figure"] == "Index"
        case "xlsx":
            head, row, *_ = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
            assert dict(zip(head, row, strict=True))["Share"] == pytest.approx(index)


def test_hostile_names_are_texts_in_every_table() -> None:
    attack = '=HYPERLINK("https://evil.example")'
    report = unit_report(items=(figure("x", attack, level="item"),))
    written = b"".join(table_chunks(unit_rows(report), "csv", TableStyle(MADE))).decode()
    assert "'=HYPERLINK" in written
    assert ";=HYPERLINK" not in written
    assert ';"=HYPERLINK' not in written
