"""A correction of published figures stands in every document: day, reason, and the version before."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from reports.correction_figures import CorrectedUnit, WaveCorrection
from reports.figures import Text
from reports.letters import unit_letter_pdf
from reports.report_figures import Correction, UnitReport
from reports.unit_report import unit_report_pdf
from reports.workbook import unit_report_xlsx
from survey.analysis.export import as_json, wave_correction_json
from survey.analysis.frozen_figures import canonical
from tests.report_factory import hidden_report, unit_report

CORRECTION = Correction(date(2026, 7, 12), "Báo lại <số> hồ sơ.", 2, 1, date(2026, 7, 1))
SAID = (
    "Đã đính chính ngày 12/07/2026, lý do: Báo lại <số> hồ sơ. Số liệu trước đính chính (phiên bản 1, công bố ngày "
    "01/07/2026) vẫn xem được trên trang kết quả công khai của đơn vị."
)


def printed(document: bytes) -> str:
    pages = PdfReader(io.BytesIO(document)).pages
    return unicodedata.normalize("NFC", " ".join(" ".join(page.extract_text() for page in pages).split()))


@pytest.mark.parametrize("report", [unit_report(), hidden_report()], ids=["shown", "hidden"])
def test_documents_and_the_workbook_say_the_correction(report: UnitReport) -> None:
    corrected = replace(report, corrections=(CORRECTION,))
    for made in (unit_report_pdf, lambda report: unit_letter_pdf(report, report.place)):
        assert SAID in printed(made(corrected))
        assert "đính chính" not in printed(made(report))
    summary = CalamineWorkbook.from_filelike(io.BytesIO(unit_report_xlsx(corrected))).get_sheet_by_index(0).to_python()
    assert dict(row[:2] for row in summary)["Đính chính"] == SAID


def test_the_json_tells_the_correction_and_the_frozen_figures_do_not() -> None:
    report = unit_report()
    corrected = replace(report, corrections=(CORRECTION,))
    (told,) = as_json(corrected)["corrections"]
    assert (told["day"], told["version"], told["before"]) == (
        "2026-07-12", 2, {"version": 1, "day": "2026-07-01"},
    )  # fmt: skip
    assert canonical(corrected) == canonical(report)
    together = WaveCorrection(date(2026, 7, 12), "Báo lại số hồ sơ", (CorrectedUnit("B", Text("Xã B"), 1),))
    assert wave_correction_json(together) == {
        "day": "2026-07-12",
        "reason": "Báo lại số hồ sơ",
        "units": [{"code": "B", "name": {"vi": "Xã B", "en": "Xã B"}, "before": 1}],
    }
