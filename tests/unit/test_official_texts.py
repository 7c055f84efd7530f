"""Letters and decisions: every wording fills in both languages, says what the verdict asks for, and holds any name."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from reports.decision import decision_pdf
from reports.figures import Language, Text, VerdictState
from reports.letters import unit_letter_pdf
from reports.official_texts import FILE
from tests.hostile_texts import ATTACK
from tests.province_reports import province_report
from tests.report_factory import hidden_report, unit_report

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
