"""The report of a province: a summary that stands alone, tables that break well, the same bytes, hostile names."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from fractions import Fraction

from docx import Document
from docx.enum.section import WD_ORIENT
from pypdf import PdfReader

from reports.figures import Estimate, Language
from reports.province_figures import ProvinceReport
from reports.province_report import province_report_docx, province_report_pdf
from reports.verification_mark import Verification
from reports.wording import answers, people, point_score
from tests.hostile_texts import ATTACK
from tests.province_reports import province_report


def told_by(document: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    reader = PdfReader(io.BytesIO(document))
    return [unicodedata.normalize("NFC", " ".join(page.extract_text().split())) for page in reader.pages]


def pages(report: ProvinceReport, language: Language = "vi") -> list[str]:
    return told_by(province_report_pdf(report, language))


def test_units_of_different_ranks_never_print_alike_in_pdf_and_docx() -> None:
    report = province_report(4)
    (ranking,) = report.rankings
    values = (Fraction(89996, 100000), Fraction(89995, 100000))
    lines = [
        replace(
            line, unit=replace(unit, line=replace(unit.line, index=replace(index, estimate=Estimate(0.9, exact=value))))
        )
        for line, value in zip(ranking.table.lines, values, strict=False)
        for unit, index in [(line.unit, line.unit.line.index)]
    ]
    table = replace(ranking.table, lines=(*lines, *ranking.table.lines[2:]))
    report = replace(report, rankings=(replace(ranking, table=table),))
    copy = Document(io.BytesIO(province_report_docx(report)))
    cells = {cell.text for each in copy.tables for row in each.rows for cell in row.cells}
    printed = next(page for page in pages(report) if "Khoảng thứ hạng" in page)
    for percentage in ("89,996%", "89,995%"):
        assert percentage in cells
        assert percentage in printed


def test_the_summary_stands_on_one_page_and_long_tables_repeat_their_heads() -> None:
    report = province_report(90)
    mark = Verification("https://sipas.example.vn/xac-thuc/ABCDEFGHJKLM", "ABCD-EFGH-JKLM")
    document = province_report_pdf(report, verification=mark)
    told = told_by(document)
    cover, summary, method, *others = told
    assert "TỈNH QUẢNG NGÃI" in cover
    assert "Tóm tắt" in summary
    assert "Chỉ số hài lòng (SIPAS)" in summary
    assert "/90 đơn vị đạt chỉ tiêu" in summary
    assert "Yếu tố thấp nhất" in summary
    assert method.removeprefix("3 ").startswith("II. Phương pháp")
    numbers = [re.match(r"\d+", page) for page in told[1:]]
    assert [int(found[0]) for found in numbers if found] == list(range(2, len(told) + 1))
    annex = [page for page in others if "Xã Số" in page]
    assert len(annex) >= 8
    assert all("Đơn vị" in page for page in annex)
    assert sum("ABCD-EFGH-JKLM" in page for page in told) == 1
    signed = next(at for at, page in enumerate(told) if "Nơi nhận" in page)
    assert signed < next(at for at, page in enumerate(told) if "Phụ lục 1." in page)
    drawn = PdfReader(io.BytesIO(document)).pages
    assert {page.mediabox.width > page.mediabox.height for page in drawn} == {True, False}
    text = " ".join(told)
    for line in report.rankings[0].table.lines[:3]:
        assert line.unit.line.place.name.vi in text
    assert "không xếp hạng" in text


def test_the_same_figures_give_the_same_bytes_and_every_language_is_whole() -> None:
    report = province_report(6)
    assert province_report_pdf(report) == province_report_pdf(report)
    english = " ".join(pages(report, "en"))
    assert "What the numbers cannot say" in english
    assert "Annex 1. Results of all units" in english


def test_units_that_count_twice_are_told_and_upright_annexes_follow_on_a_page() -> None:
    report = province_report(6)
    note = "cộng các cột sẽ không ra"
    assert note not in " ".join(pages(report))
    first, *others = report.compilation.units
    units = (replace(first, above=("U002",)), *others)
    told = pages(replace(report, compilation=replace(report.compilation, units=units)))
    assert note in next(page for page in told if "Phụ lục 1." in page)
    assert any(len(re.findall(r"Phụ lục \d\.", page)) > 1 for page in told)


def test_hostile_names_are_printed_as_they_are() -> None:
    attack = f"{ATTACK} <b>&amp; ‮{'x' * 400}"
    told = "".join("".join(pages(province_report(4, attack))).split())
    assert "<b>&amp;" in told


def test_the_editable_copy_says_the_digits_of_the_pdf_and_that_it_is_a_copy() -> None:
    report = province_report(12)
    content = province_report_docx(report)
    assert content == province_report_docx(report)
    document = Document(io.BytesIO(content))
    assert "bản PDF" in document.paragraphs[0].text
    cells = [cell.text for table in document.tables for cell in table._cells]
    told = " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    printed = " ".join(pages(report)[1:])
    percentages = set(re.findall(r"\d+,\d+%", told))
    assert len(percentages) > 40
    assert percentages <= set(re.findall(r"\d+,\d+%", printed))
    wide = [table for table in document.tables if len(table.columns) == 7]
    assert len(wide[0].rows) == 14
    assert wide[0].rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert {style.font.name for style in document.styles if style.name in ("Normal", "Heading 1", "Cell")} == {
        "Times New Roman"
    }
    assert "PAGE" in document.sections[0].header._element.xml
    assert len(document.inline_shapes) >= 7
    assert {section.orientation for section in document.sections} == {WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE}


def test_the_editable_copy_breaks_as_the_record_does() -> None:
    report = province_report(12)
    document = Document(io.BytesIO(province_report_docx(report)))
    assert all(paragraph.text for paragraph in document.paragraphs if paragraph.paragraph_format.page_break_before)
    method = next(each for each in document.paragraphs if each.text == "II. Phương pháp")
    assert method.paragraph_format.page_break_before
    above_the_signature = next(each for each in document.paragraphs if each.text.endswith("./."))
    assert above_the_signature.paragraph_format.keep_with_next
    indent = document.styles["Body Text"].paragraph_format.first_line_indent
    assert indent is not None
    assert round(indent.mm) == 10
    (signed,) = (table for table in document.tables if table.cell(0, 0).text.startswith("Nơi nhận:"))
    assert signed.cell(0, 0).text.endswith(".")
    index = report.whole.index
    told = " ".join(paragraph.text for paragraph in document.paragraphs)
    assert f"{people(index.people, 'vi')}, {answers(index.answers, 'vi')}." in told
    assert point_score(index, "vi") in told
    head = document.tables[0]
    motto = next(
        run for cell in head._cells for run in cell.paragraphs[0].runs if run.text == "Độc lập - Tự do - Hạnh phúc"
    )
    assert motto.underline


def test_hostile_names_make_a_copy_that_opens() -> None:
    attack = f"{ATTACK} <w:p>&amp; \x00\x1f‮"
    document = Document(io.BytesIO(province_report_docx(province_report(4, attack))))
    assert any("<w:p>&amp;" in paragraph.text for paragraph in document.paragraphs)
