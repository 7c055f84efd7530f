"""The sentences of the method note."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import get_args

from reports import names, notes
from reports.figures import Aggregation, Design, Rule, Weighting
from reports.report_figures import Coverage
from tests.report_factory import unit_report


def test_a_self_selected_wave_prints_its_caution_to_the_letter() -> None:
    assert notes.self_selected(6098, "vi") == (
        "Kết quả của 6.098 người tự nguyện trả lời, không phải mẫu ngẫu nhiên; "
        "khoảng tin cậy chưa tính sai lệch do người không trả lời"
    )


def test_the_caution_stands_only_under_self_selected_waves() -> None:
    report = unit_report()
    caution = notes.self_selected(report.index.people, "vi") + "."
    assert caution in list(notes.method_note(report, "vi"))
    sampled = replace(report, method=replace(report.method, design="probability"))
    assert caution not in list(notes.method_note(sampled, "vi"))


def test_forms_per_dossier_is_not_called_a_response_rate() -> None:
    quality = unit_report().quality
    assert notes.rate_name(quality, "vi") == "Tỷ lệ phiếu trên hồ sơ"
    assert notes.rate_name(replace(quality, rate_kind="response_rate"), "vi") == "Tỷ lệ trả lời"


def test_the_tipping_point_says_when_the_silent_cannot_change_the_result() -> None:
    report = unit_report(tipping_point=Fraction(75, 100))
    assert "trong số người không trả lời có 75,00% hài lòng" in notes.tipping_point(report, "vi")
    assert "không ai" in notes.tipping_point(replace(report, tipping_point=Fraction(-1, 10)), "vi")
    assert "vẫn không đạt" in notes.tipping_point(replace(report, tipping_point=1.01), "vi")
    assert notes.tipping_point(replace(report, tipping_point=None), "vi") == ""


def test_coverage_names_every_unit_that_was_treated_specially() -> None:
    coverage = Coverage(90, 100, ("A",), ("B",), ("C", "D"), ("E",))
    sentences = list(notes.coverage(coverage, "vi"))
    assert sentences[0].startswith(
        "Phạm vi bao phủ trong các đơn vị đã biết số hồ sơ: 90 trên tổng số 100 hồ sơ (90,00%)."
    )
    assert [sentence.rsplit(": ", 1)[1] for sentence in sentences[1:]] == ["A.", "B.", "C; D.", "E."]
    known = replace(coverage, units_without_transactions=())
    assert next(notes.coverage(known, "vi")) == "Phạm vi bao phủ: 90 trên tổng số 100 hồ sơ (90,00%)."


def test_units_are_named_and_of_many_only_the_first() -> None:
    assert notes.unit_list(("A", "B"), "vi", {"A": "Sở A"}) == "Sở A; B"
    assert notes.unit_list(tuple("ABCD"), "vi", {}, most=3) == "A; B; C; D"
    assert notes.unit_list(tuple("ABCDE"), "vi", {}, most=3) == "A; B; C; và 2 đơn vị khác"


def test_a_headline_that_cannot_be_weighted_says_why() -> None:
    report = unit_report()
    weighted = replace(
        report,
        method=replace(report.method, weighting="weighted"),
        index=replace(report.index, weighting="unweighted"),
        coverage=Coverage(90, 90, units_left_out=("B",), units_without_transactions=("A", "B")),
    )
    assert notes.unweighted_instead(weighted, "vi", {"A": "Sở A"}) == (
        "Không tính trọng số (dù đợt này quy định tính) vì thiếu số hồ sơ của Sở A."
    )
    assert notes.unweighted_instead(replace(weighted, coverage=Coverage(90, 90)), "vi") == ""
    assert notes.unweighted_instead(replace(weighted, index=replace(weighted.index, weighting="weighted")), "vi") == ""
    alone = Coverage(0, 0, units_without_transactions=(report.place.code,))
    assert notes.unweighted_instead(replace(weighted, coverage=alone), "vi") == ""


def test_the_note_names_units_as_the_report_lists_them_and_shows_no_code_of_the_catalogue() -> None:
    report = unit_report()
    unit = report.children[0].place
    sentences = list(notes.method_note(replace(report, coverage=Coverage(0, 0, units_merged=(unit.code, "X9"))), "vi"))
    assert any(sentence.endswith(f": {unit.name.vi}; X9.") for sentence in sentences)
    assert report.method.questionnaire == "counter 1.0"
    assert "phiên bản 1.0;" in sentences[0]
    assert not [sentence for sentence in sentences if "counter" in sentence]


def test_an_open_wave_says_that_its_figures_are_interim() -> None:
    report = unit_report()
    open_wave = replace(report, method=replace(report.method, interim=True))
    assert next(notes.method_note(open_wave, "vi")).startswith("Số liệu tạm thời")
    assert not next(notes.method_note(report, "vi")).startswith("Số liệu tạm thời")


def test_every_code_of_the_figures_has_a_name_in_both_languages() -> None:
    for codes, name in (
        (get_args(Rule), names.rule_name),
        (get_args(Aggregation), names.aggregation_name),
        (get_args(Weighting), names.weighting_name),
        (get_args(Design), names.design_name),
        (("qr", "link", "kiosk", "paper", "phone", "interview", "import"), names.channel_name),
        (("verified", "present", "open", "paper", "assisted"), names.trust_name),
    ):
        for code in codes:
            assert name(code, "vi") not in {code, name(code, "en")}
    assert names.channel_name("pigeon", "vi") == "pigeon"
