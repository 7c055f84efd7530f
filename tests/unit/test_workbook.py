"""The workbook read back: numbers are numbers, text is text, and what is hidden is blank."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reports.figures import Text
from reports.report_figures import UnitReport
from reports.workbook import unit_report_xlsx
from tests.report_factory import empty_report, figure, hidden_report, unit_report

SUMMARY, ITEMS, DISTRIBUTION, TREND, UNITS, METHOD = range(6)


def sheets(report: UnitReport, language: Any = "vi") -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(unit_report_xlsx(report, language)))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_figures_are_unrounded_numbers_beside_what_is_printed() -> None:
    report = unit_report()
    rows = {row[0]: row for row in sheets(report)[ITEMS]}
    for shown in (*report.factors, *report.items):
        _, label, people, answers, value, lower, upper, target, verdict, printed = rows[shown.code]
        assert (label, people, answers) == (shown.label.vi, shown.people, shown.answers)
        assert value == float(shown.estimate.exact or 0)
        assert (lower, upper, target) == (shown.estimate.lower, shown.estimate.upper, 0.8)
        assert verdict in {"Đạt", "Chưa đạt", "Chưa đủ căn cứ kết luận"}
        assert printed.endswith("%")


def test_the_summary_begins_with_the_verdict_and_holds_quality_as_numbers() -> None:
    summary = dict(row[:2] for row in sheets(unit_report())[SUMMARY])
    assert summary["Kết luận"] == "Chưa đủ căn cứ kết luận"
    assert summary["Như bản in"] == "78,70%"
    assert summary["Số phiếu thu về được tính"] == 292
    assert summary["Tỷ lệ phiếu trên hồ sơ"] == pytest.approx(292 / 1840)
    assert summary["Hệ số Cronbach’s alpha (trên 240 phiếu trả lời đủ)"] == 0.912
    assert summary["Thời gian trả lời (trung vị)"].total_seconds() == 95


def test_counts_trend_units_and_method_have_their_sheets() -> None:
    report = unit_report()
    found = sheets(report)
    assert len(found) == 6
    assert found[DISTRIBUTION][1][2:7] == list(report.factors[0].counts.n)
    assert [row[0] for row in found[TREND][1:]] == [point.code for point in report.trend]
    assert found[TREND][2][-1] == "có"
    assert found[UNITS][1][-1] == 700
    assert any("tự nguyện trả lời" in row[0] for row in found[METHOD])


def test_hidden_figures_leave_their_cells_blank() -> None:
    for row in sheets(hidden_report())[ITEMS][1:]:
        assert row[2:7] == [""] * 5
        assert row[9] == "không hiển thị"
    for row in sheets(hidden_report())[DISTRIBUTION][1:]:
        assert row[2:] == [""] * 7


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_empty_wave_makes_a_workbook(language: Any) -> None:
    rows = sheets(empty_report(), language)[ITEMS]
    assert len(rows) > 10
    assert all(row[4] == "" for row in rows[1:])


@pytest.mark.parametrize(
    "hostile", ["=1+1", '=HYPERLINK("http://x","y")', "https://example.vn", "@SUM(A1)", "<b>&amp;", "0123"]
)
def test_hostile_text_stays_text(hostile: str) -> None:
    report = unit_report(items=(figure("x", hostile, level="item"),))
    report = replace(report, place=replace(report.place, name=Text(hostile)))
    found = sheets(report)
    assert found[SUMMARY][0][0] == hostile
    assert found[ITEMS][-3][1] == hostile
    with zipfile.ZipFile(io.BytesIO(unit_report_xlsx(report))) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode()
            assert "<f>" not in content
            assert "<hyperlink" not in content


def test_the_same_data_give_the_same_bytes_at_any_time() -> None:
    first = unit_report_xlsx(unit_report())
    time.sleep(2.1)  # a zip archive counts time in steps of two seconds
    assert unit_report_xlsx(unit_report()) == first


def test_sheets_are_named_in_the_language() -> None:
    names = [
        CalamineWorkbook.from_filelike(io.BytesIO(unit_report_xlsx(unit_report(), language))).sheet_names
        for language in ("vi", "en")
    ]
    assert names[0] == ["Tóm tắt", "Kết quả theo tiêu chí", "Phân bố", "Diễn biến", "Đơn vị", "Phương pháp"]
    assert names[1] == ["Summary", "Items", "Distribution", "Trend", "Units", "Method"]
