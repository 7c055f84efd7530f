"""The profile of a unit stands on one page, whatever its names, and says the province's percentages beside its own."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import date

from pypdf import PdfReader

from reports.compilation_figures import Rank, RankLine
from reports.figures import Text
from reports.profile_figures import UnitProfile, WorkInNumbers
from reports.report_figures import UnitReport
from reports.unit_profile import unit_profile_pdf
from reports.verification_mark import Verification
from reports.wording import figure_percent
from tests.hostile_texts import ATTACK
from tests.province_reports import unit
from tests.report_factory import hidden_report, unit_report

WORK = WorkInNumbers(date(2026, 7, 1), 1204, 7, 5, 3, 1)
MARK = Verification("https://sipas.example.vn/xac-thuc/ABCDEFGHJKLM", "ABCD-EFGH-JKLM")


def profile(report: UnitReport) -> UnitProfile:
    line = RankLine(unit(3, report.place.name, 5), Rank(3, 1, 9, 12), Rank(4, 2, 10, 12), "cannot_tell")
    return UnitProfile(report, unit_report().factors, Text("Các xã, phường", "Communes"), line, WORK)


def told(subject: UnitProfile) -> str:
    content = unit_profile_pdf(subject, verification=MARK)
    assert content == unit_profile_pdf(subject, verification=MARK)
    (page,) = PdfReader(io.BytesIO(content)).pages
    return unicodedata.normalize("NFC", " ".join(page.extract_text().split()))


def test_one_page_says_it_all() -> None:
    report = unit_report()
    page = told(profile(report))
    assert "hạng 1 đến 9 trên 12" in page
    assert "1.204; cam kết đưa ra: 7; đã thực hiện: 5" in page
    assert "Phản ánh" not in page, "everybody may read it: few opinions are told of nowhere"
    assert "ABCD-EFGH-JKLM" in page
    for factor in report.factors:
        assert page.count(figure_percent(factor, "vi")) >= 2, "the unit's own and the province's"


def test_one_page_for_hostile_names_and_for_a_hidden_unit() -> None:
    report = unit_report()
    long = Text(f"{ATTACK} {'x' * 600}")
    attacked = replace(
        report,
        place=replace(report.place, name=long),
        factors=tuple(replace(factor, label=long) for factor in report.factors),
        items=tuple(replace(item, label=long) for item in report.items),
    )
    assert "<script>" in told(profile(attacked))
    page = told(replace(profile(hidden_report()), rank=None))
    assert "Không hiển thị" in page
