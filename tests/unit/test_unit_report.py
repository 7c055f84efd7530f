"""The official report as PDF: what it says, in which order, and that it is the same for the same data."""

from __future__ import annotations

import io
import re
import time
import unicodedata
from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from reports.figures import Text
from reports.fonts import plex
from reports.page import Head, Issuer
from reports.report_figures import UnitReport
from reports.unit_report import unit_report_pdf
from reports.wording import figure_percent, interval
from tests.report_factory import empty_report, figure, hidden_report, unit_report

ISSUER = Issuer(
    name="Sở Nội vụ",
    superior="Ủy ban nhân dân tỉnh Quảng Ngãi",
    number_suffix="/BC-SNV",
    place="Quảng Ngãi",
    date=date(2026, 2, 5),
    capacity="KT. Giám đốc",
    office="Phó Giám đốc",
    signatory="Nguyễn Thị Hồng",
    recipients=("UBND tỉnh (b/c)", "Lưu: VT"),
)


def pages(document: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    reader = PdfReader(io.BytesIO(document))
    return [unicodedata.normalize("NFC", " ".join(page.extract_text().split())) for page in reader.pages]


def text(report: UnitReport, **options: Any) -> str:
    return " ".join(pages(unit_report_pdf(report, **options)))


def test_the_page_is_that_of_the_decree() -> None:
    first, *others = pages(unit_report_pdf(unit_report(), issuer=ISSUER))
    for part in (
        "ỦY BAN NHÂN DÂN TỈNH",
        "SỞ NỘI VỤ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "/BC-SNV",
        "Quảng Ngãi, ngày 05 tháng 02 năm 2026",
        "BÁO CÁO",
    ):
        assert part in first
    assert [re.match(r"\d+\b", page) is not None for page in others] == [True] * len(others)
    assert others[0].startswith("2 ")
    last = others[-1]
    assert "./." in last
    assert last.index("./.") < last.index("Nơi nhận:")
    for part in ("- UBND tỉnh (b/c);", "- Lưu: VT.", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Thị Hồng"):
        assert part in last


def test_the_verdict_sentence_stands_before_every_table_and_chart() -> None:
    printed = text(unit_report())
    order = [
        printed.index(part)
        for part in (
            "là 78,70% so với chỉ tiêu 80%. Kết luận: Chưa đủ căn cứ kết luận. Chỉ tiêu 80% nằm trong khoảng",
            "Điểm số: thấp hơn chỉ tiêu 1,30 điểm phần trăm",
            "Thay đổi so với các kỳ trước",
            "Kết quả theo yếu tố",
            "Kết quả theo tiêu chí",
            "Phân bố câu trả lời",
            "Chất lượng số liệu",
            "Ghi chú phương pháp",
        )
    ]
    assert order == sorted(order)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_figure_prints_the_digits_of_the_wording(language: Any) -> None:
    report = unit_report()
    printed = text(report, language=language)
    for shown in (report.index, *report.factors, *report.items):
        assert figure_percent(shown, language) in printed
    for shown in (report.index, *report.items):
        assert interval(shown.estimate, language, shown.verdict.target) in printed


def test_the_method_note_says_how_the_figures_came_about() -> None:
    printed = text(unit_report(), public_url="https://example.vn/ket-qua/w/u")
    for part in (
        "Kết quả của 292 người tự nguyện trả lời, không phải mẫu ngẫu nhiên",
        "nếu trong số người không trả lời có 80,12% hài lòng",
        "Tỷ lệ phiếu trên hồ sơ 15,87%",
        "Hệ số Cronbach’s alpha (trên 240 phiếu trả lời đủ) 0,912",
        "dựa trên dưới 5 người",
        "từ ngày 01/01/2026",
        "9f2c4f7be1a0d3c5",
        "https://example.vn/ket-qua/w/u",
    ):
        assert part in printed


def test_the_same_data_give_the_same_bytes_at_any_time() -> None:
    first = unit_report_pdf(unit_report(), issuer=ISSUER)
    time.sleep(1.1)
    assert unit_report_pdf(unit_report(), issuer=ISSUER) == first
    assert unit_report_pdf(unit_report(index=figure()), issuer=ISSUER) != first


def test_the_metadata_are_dated_by_the_data() -> None:
    reader = PdfReader(io.BytesIO(unit_report_pdf(unit_report(), issuer=ISSUER)))
    assert reader.metadata is not None
    assert reader.metadata.creation_date_raw is not None
    assert reader.metadata.creation_date_raw.startswith("D:20260702093000")
    assert "phường Trần Phú" in (reader.metadata.title or "")
    assert reader.metadata.author == "Sở Nội vụ"
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"


def test_hostile_text_appears_literally() -> None:
    hostile = '<b>Ủy ban</b> <img src="file:///etc/hosts"/> &amp; {target} %s'
    place = replace(unit_report().place, name=Text(hostile))
    report = unit_report(place=place, items=(figure(label=hostile, level="item"),), factors=(figure(label=hostile),))
    issuer = replace(ISSUER, signatory=hostile, recipients=(hostile,))
    printed = text(report, issuer=issuer)
    assert printed.replace(" ", "").count(hostile.replace(" ", "")) >= 4


def test_decomposed_letters_are_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Ủy ban nhân dân phường Nguyễn Trãi")
    place = replace(unit_report().place, name=Text(decomposed))
    raw = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(unit_report_pdf(unit_report(place=place)))).pages
    )
    assert "phường Nguyễn Trãi" in " ".join(raw.split())


def test_hidden_reports_give_no_figure_away() -> None:
    printed = text(hidden_report())
    assert "Không hiển thị, để không suy ra được" in printed
    assert len(pages(unit_report_pdf(hidden_report()))) <= 2
    assert not re.findall(r"\d+,\d+%", printed)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_empty_wave_prints(language: Any) -> None:
    printed = text(empty_report(), language=language)
    assert {"vi": "Chưa có câu trả lời hợp lệ", "en": "There are no valid answers yet"}[language] in printed
    assert not re.findall(r"\d+[,.]\d+%", printed)


def test_very_long_names_and_many_rows_print_with_repeated_heads() -> None:
    name = Text("Trung tâm phục vụ hành chính công liên xã phường " * 6, "x" * 300)
    place = replace(unit_report().place, name=name)
    items = tuple(figure(f"i{k}", Text(f"Tiêu chí {k} " + "dài " * 30), level="item") for k in range(60))
    for language in ("vi", "en"):
        printed = pages(unit_report_pdf(unit_report(place=place, items=items), language))
        assert len(printed) > 6
    vi = pages(unit_report_pdf(unit_report(items=items)))
    with_rows = [page for page in vi if re.search(r"Tiêu chí \d+ dài", page)]
    assert len([page for page in with_rows if "Khoảng tin cậy 95%" in page]) >= len(with_rows) - 1


def test_more_factors_than_a_page_holds_go_on_over_several_charts() -> None:
    factors = tuple(figure(f"f{k}", Text(f"Yếu tố số {k} " + "rất dài " * 12)) for k in range(40))
    printed = text(unit_report(factors=factors))
    assert all(printed.count(f"Yếu tố số {k} rất") == 2 for k in range(40))


def test_no_heading_is_the_last_line_of_a_page() -> None:
    for rows in range(1, 25):
        report = unit_report()
        report = replace(report, items=(*report.items, *report.items)[:rows])
        document = pypdfium2.PdfDocument(unit_report_pdf(report))
        for number in range(len(document) - 1):
            last_line = document[number].get_textpage().get_text_bounded().split("\n")[-1].strip()
            assert not re.match(r"\d+\. ", last_line), (rows, number, last_line)
            assert not last_line.endswith("Kết luận"), (rows, number)


def test_the_typeface_is_a_setting() -> None:
    document = unit_report_pdf(unit_report(), issuer=replace(ISSUER, fonts=plex()))
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(io.BytesIO(document)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("IBMPlexSerif" in font for font in fonts)
    assert not any("Liberation" in font for font in fonts)
    assert "81,49%" in " ".join(pages(document))


def test_a_report_takes_less_than_three_tenths_of_a_second() -> None:
    unit_report_pdf(unit_report())
    started = time.process_time()
    unit_report_pdf(unit_report())
    assert time.process_time() - started < 0.3


def test_the_head_of_a_unit_without_superior_stands_clear() -> None:
    """Motto, its rule, and the line of place and date keep apart even where the left side is short."""
    issuer = Issuer(name="Tỉnh Sông Trà")
    canvas = RecordingCanvas()
    head = Head(issuer, "vi")
    head.canv = canvas  # type: ignore[assignment]  records instead of drawing
    head.draw()
    heights = dict(canvas.words)
    motto = heights["Độc lập - Tự do - Hạnh phúc"]
    words, date_line = next((words, y) for words, y in canvas.words if "ngày" in words)
    assert words.startswith("…………, ngày")  # dots for the place, which is not known
    assert motto - date_line >= 18
    assert min(heights.values()) > 0


class RecordingCanvas:
    """Takes what a head draws and keeps the words with their height."""

    def __init__(self) -> None:
        self.words: list[tuple[str, float]] = []

    def setLineWidth(self, width: float) -> None: ...  # noqa: N802 ReportLab's name

    def setFont(self, name: str, size: float) -> None: ...  # noqa: N802 ReportLab's name

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None: ...

    def drawCentredString(self, x: float, y: float, text: str) -> None:  # noqa: N802 ReportLab's name
        self.words.append((text, y))


def replaced_kind(kind: str) -> UnitReport:
    report = unit_report()
    return replace(report, place=replace(report.place, kind=kind))


def test_a_unit_signs_its_own_report_in_the_name_of_its_kind() -> None:
    assert "THỦ TRƯỞNG ĐƠN VỊ" in text(replaced_kind("room"))
    assert "ỦY BAN NHÂN DÂN" in text(replaced_kind("commune"))
    assert "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH" in text(replaced_kind("commune"))
    assert "GIÁM ĐỐC" in text(replaced_kind("department"))
    printed = text(unit_report())
    assert "Nơi nhận:" in printed
    assert "Lưu: VT." in printed


def test_questions_that_changed_between_versions_are_named() -> None:
    report = unit_report()
    codes = [item.code for item in report.items[:2]]
    change = replace(report.changes[0], changed_items=(codes[0],), reworded_items=(codes[1], "gone"))
    printed = text(replace(report, changes=(change,)), issuer=ISSUER)
    assert f"đổi nội dung hoặc thang đo, không so sánh: {report.items[0].label.vi}" in printed
    assert f"câu chữ khác lần trước: {report.items[1].label.vi}, 1 tiêu chí của đợt kia" in printed
