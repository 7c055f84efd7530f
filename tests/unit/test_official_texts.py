"""Letters and decisions: every wording fills in both languages, says what the verdict asks for, and holds any name."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from reports.decision import decision_pdf, decision_specimen_pdf
from reports.figures import Language, Text, VerdictState
from reports.letters import letter_specimen_pdf, unit_letter_pdf
from reports.official_texts import (
    FILE,
    PLACEHOLDERS,
    OfficialText,
    filled,
    standard_text,
    unknown_placeholders,
)
from reports.page import LEFT, Head, Issuer
from tests.hostile_texts import ATTACK
from tests.province_reports import province_report
from tests.report_factory import hidden_report, unit_report

AT = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
PROVINCE = province_report(5).whole.place


def words(document: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def shape(value: Any) -> Any:
    """Parts, the number of their paragraphs, and the placeholders in them."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [len(value), sorted(set(re.findall(r"{\w+}", " ".join(value))))]
    return sorted(set(re.findall(r"{\w+}", value)))


def test_both_languages_say_the_same_parts_of_the_same_figures() -> None:
    for document in yaml.safe_load(FILE.read_text(encoding="utf-8")).values():
        assert shape(document["vi"]) == shape(document["en"])


@pytest.mark.parametrize(
    ("state", "language", "asked"),
    [
        ("met", "vi", "tiếp tục duy trì"),
        ("not_met", "vi", "Giải trình nguyên nhân"),
        ("inconclusive", "vi", "chưa đủ căn cứ để khẳng định"),
        ("not_met", "en", "Explain the causes"),
    ],
)
def test_a_letter_asks_what_the_verdict_asks_for(state: VerdictState, language: Language, asked: str) -> None:
    report = unit_report()
    judged = replace(report.index.verdict, state=state)
    letter = unit_letter_pdf(replace(report, index=replace(report.index, verdict=judged)), PROVINCE, language)
    told = words(letter)
    assert asked in told
    assert ("78,70%" if language == "vi" else "78.70%") in told
    assert "{" not in told
    assert ("Kính gửi: Ủy ban nhân dân phường Trần Phú" if language == "vi" else "To: Trần Phú Ward") in told


def test_a_letter_about_a_hidden_result_tells_no_figure() -> None:
    told = words(unit_letter_pdf(hidden_report(), PROVINCE))
    assert "không công bố kết quả" in told
    assert "%" not in told


def test_the_decision_counts_the_units_and_leaves_its_blanks() -> None:
    report = province_report(5)
    assert decision_pdf(report) == decision_pdf(report)
    told = words(decision_pdf(report))
    standing = report.compilation.whole.standing
    assert f"Trong 5 đơn vị: {standing.met} đơn vị đạt chỉ tiêu" in told
    assert "ngày …/…/20…" in told
    assert "/QĐ-UBND" in told
    assert "Article 1." in words(decision_pdf(report, "en"))


def test_hostile_names_are_printed_as_they_are() -> None:
    report = unit_report()
    named = replace(report, place=replace(report.place, name=Text(ATTACK)))
    assert "<script>" in words(unit_letter_pdf(named, PROVINCE))
    assert "<script>" in words(decision_pdf(province_report(3, ATTACK)))


def own_issuer() -> Issuer:
    return Issuer(
        "Sở Nội vụ", "UBND tỉnh Mẫu", number_suffix="/BC-SNV", place="Sông Trà", capacity="KT. Giám đốc",
        office="Phó Giám đốc", signatory="Trần Thị Bình", authority="Giám đốc Sở Nội vụ",
    )  # fmt: skip


def test_the_issuing_body_stands_in_the_head_the_words_and_the_signature() -> None:
    letter = words(unit_letter_pdf(unit_report(), PROVINCE, issuer=own_issuer()))
    for said in ("UBND TỈNH MẪU SỞ NỘI VỤ", "/SNV-…", "Sông Trà, ngày", "Sở Nội vụ thông báo kết quả"):
        assert said in letter
    assert "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Trần Thị Bình" in letter
    decision = words(decision_pdf(province_report(3), issuer=own_issuer()))
    for said in ("/QĐ-SNV", "GIÁM ĐỐC SỞ NỘI VỤ Căn cứ", "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC"):
        assert said in decision
    by_default = words(decision_pdf(province_report(3)))
    assert "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI Căn cứ" in by_default
    assert "TM. ỦY BAN NHÂN DÂN" not in by_default  # the chairperson decides alone


def test_a_long_abbreviation_stays_clear_of_the_date() -> None:
    long = replace(own_issuer(), number_suffix="/BC-" + "W" * 20)
    with PdfDocument(unit_letter_pdf(unit_report(), PROVINCE, issuer=long)) as document:
        text = document[0].get_textpage()
        first, length = text.search("/WW").get_next()
        left, right = text.get_charbox(first)[0], text.get_charbox(first + length + 17)[2]
    assert left >= LEFT - 1
    assert right <= LEFT + Head(long, "vi").left_width + 1


def test_a_wording_of_ones_own_replaces_the_standard_text_and_names_known_values_alone() -> None:
    standard = standard_text("letter", "vi")
    own = OfficialText({**standard.parts, "result": "Tại {place}: {percent}.", "met": ("Cảm ơn {place}.",)})
    assert f"Tại {unit_report().place.name.vi}: 78,70%." in words(unit_letter_pdf(unit_report(), PROVINCE, text=own))
    assert list(unknown_placeholders("letter", "{place} {units} {place.name} {0} {place!r} {{x} }")) == [
        "{units}", "{place.name}", "{0}", "{place!r}", "{", "{x}", "}",
    ]  # fmt: skip
    assert list(unknown_placeholders("decision", "{units} {province}")) == []
    assert filled("{a} {b.c} {b}", {"a": "{b}", "b": "2"}) == "{b} {b.c} 2"  # what fills is not read again
    for document in PLACEHOLDERS:
        for language in ("vi", "en"):
            parts = standard_text(document, language).parts.values()
            lines = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
            assert [found for line in lines for found in unknown_placeholders(document, line)] == []


def test_a_specimen_shows_a_letter_of_each_case_a_page_each() -> None:
    pages = PdfReader(io.BytesIO(letter_specimen_pdf(own_issuer(), standard_text("letter", "vi"), "vi", moment=AT)))
    told = [unicodedata.normalize("NFC", " ".join(page.extract_text().split())) for page in pages.pages]
    for page, asked in zip(told, ("đạt chỉ tiêu. Đề nghị", "Giải trình", "chưa đủ căn cứ", "quá ít"), strict=True):
        assert asked in page
        assert "SỞ NỘI VỤ" in page
    for language in ("vi", "en"):
        specimen = decision_specimen_pdf(own_issuer(), standard_text("decision", language), language, moment=AT)
        assert "{" not in words(specimen)


def test_a_wave_is_written_small_within_a_sentence() -> None:
    values = {"wave": "Đợt khảo sát quý 3", "place": "Đợt Sơn"}
    assert filled("V/v kết quả, {wave}", values) == "V/v kết quả, đợt khảo sát quý 3"
    assert filled("{wave}: tại xã, {place}", values) == "Đợt khảo sát quý 3: tại xã, Đợt Sơn"
