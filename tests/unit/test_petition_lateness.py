"""The lateness report: addressed by who issues it, every number in it, long lists over pages, nothing unprintable."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pypdfium2
import pytest

from reports.figures import Language, Place, Text
from reports.petition_figures import Cause, Handling, LateCase, LatenessReport, UnitLateness
from reports.petition_lateness import petition_lateness_pdf

PROVINCE = Place("T", Text("Tỉnh Sông Trà", "Sông Trà Province"), "province")
COMMUNE = Place("A", Text("Xã An", "An Commune"), "commune", superior=Text("Tỉnh Sông Trà", "Sông Trà Province"))
MOMENT = datetime(2026, 4, 1, tzinfo=UTC)
HANDLING = Handling(
    received=1204, rejected=3, on_time=900, late_answered=89, late_open=10, late_rejected=1, waiting=201
)
ENTERED = Handling(received=40, on_time=30, late_open=2, waiting=8)


def make_report(cases: int, cause: str = "Chờ ý kiến của sở") -> LatenessReport:
    units = tuple(
        UnitLateness(f"X{number}", Text(f"Xã số {number}"), 9, 3, 17, 8, (Cause(cause, 2), Cause("", 1)), HANDLING)
        for number in range(cases)
    )
    total = UnitLateness("", Text(""), 9 * cases, 3 * cases, 17 * cases, 8, (), HANDLING, ENTERED)
    listed = tuple(
        LateCase(f"Q{number:06}", "difficulty", Text("Xã số 1"), date(2026, 3, 2), date(2026, 3, 16), 8, cause)
        for number in range(cases)
    )
    return LatenessReport(date(2026, 4, 1), date(2026, 1, 1), date(2026, 6, 30), units, total, listed, 2 * cases)


def text_of(document: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(document)
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    pdf.close()
    return [" ".join(text.split()) for text in pages]


def test_the_interior_department_reports_to_the_chairman() -> None:
    document = petition_lateness_pdf(make_report(2), place=PROVINCE, moment=MOMENT)
    text = " ".join(text_of(document))
    for expected in (
        "SỞ NỘI VỤ",
        "/BC-SNV",
        "Kính gửi: Chủ tịch Ủy ban nhân dân tỉnh Sông Trà",
        "6 trên 18 vụ việc đang xử lý đã quá hạn, tại 2 đơn vị; cộng lại quá hạn 34 ngày làm việc",
        "900 trên 1.000 ý kiến đã đến hạn (90,00%)",
        "Trong số quá hạn có 1 ý kiến đến khi quá hạn mới không tiếp nhận.",
        "Thống kê riêng 40 ý kiến do cán bộ nhập: 30 trên 32 ý kiến đã đến hạn được xử lý đúng hạn.",
        "Chờ ý kiến của sở (2 vụ việc); chưa nêu nguyên nhân (1 vụ việc)",
        "Q000001",
        "Còn 4 vụ việc quá hạn",
        "GIÁM ĐỐC",
    ):
        assert expected in text, expected
    assert document == petition_lateness_pdf(make_report(2), place=PROVINCE, moment=MOMENT)


def test_a_commune_reports_to_the_province() -> None:
    text = text_of(petition_lateness_pdf(make_report(1), place=COMMUNE, moment=MOMENT))[0]
    assert "Kính gửi: Ủy ban nhân dân tỉnh Sông Trà" in text


def test_nothing_late_says_so_and_lists_nothing() -> None:
    total = UnitLateness("", Text(""), 7, 0, 0, 0, (), HANDLING)
    report = LatenessReport(date(2026, 4, 1), date(2026, 1, 1), date(2026, 6, 30), (), total)
    text = text_of(petition_lateness_pdf(report, place=PROVINCE, moment=MOMENT))
    assert len(text) == 1
    assert "Trong 7 vụ việc đang xử lý, không có vụ việc nào quá hạn." in text[0]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_long_list_repeats_its_head_and_hostile_causes_are_literal(language: Language) -> None:
    cause = "<b>Trễ</b> & <img src='/etc/passwd'> " + "vì chờ đo đạc lại " * 40
    pages = text_of(petition_lateness_pdf(make_report(60, cause), language, place=PROVINCE, moment=MOMENT))
    head = "Nguyên nhân" if language == "vi" else "Cause"
    assert len(pages) > 10
    assert all(head in page for page in pages[-5:-1])
    assert "<b>Trễ</b> & <img" in " ".join(pages)
    assert "…" in pages[-2]  # a row is never split: a long cause is cut there, and told in full above


@pytest.mark.parametrize("cases", [1, 4, 7, 8, 9, 10, 11, 12, 18])
def test_two_lines_of_text_stand_above_the_signature_behind_a_table(cases: int) -> None:
    pdf = pypdfium2.PdfDocument(petition_lateness_pdf(make_report(cases, "Chờ"), place=PROVINCE, moment=MOMENT))
    pages = [page.get_textpage().get_text_bounded().splitlines() for page in pdf]
    signed = next(lines for lines in pages if "Nơi nhận:" in lines)
    text = signed[: signed.index("Nơi nhận:")]
    assert "Kính đề nghị xem xét" in text[-2]
    assert text[-1].endswith("./.")
