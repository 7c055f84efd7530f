"""Which column is which question: exports of Google Forms and LimeSurvey as they are, and tables people made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from forms import answer_files
from forms.answer_columns import Column, guess_columns
from forms.answer_files import Plan
from forms.answer_words import plain
from forms.library import standard

EXPORTS = Path(__file__).parents[1] / "data" / "exports"
UNITS = {plain("UBND phường Trần Phú"), plain("UBND xã Sông Trà")}
COUNTER = standard("counter")
ONE_TAP = standard("one-tap")
ITEMS = [question.code for question in COUNTER.questions if question.in_index]


def guess(content: bytes, questionnaire: Any = COUNTER) -> list[str]:
    found = answer_files.describe(content)
    columns = [
        Column(column["name"], tuple(word for word, _ in column["words"]), column["filled"])
        for column in found["columns"]
    ]
    return guess_columns(columns, questionnaire, UNITS, {plain("Quầy 1")})


def guess_header(*names: str, words: Sequence[str] = ()) -> list[str]:
    return guess_columns([Column(name, tuple(words), 9) for name in names], COUNTER, UNITS, set())


@pytest.mark.parametrize("name", ["google_forms.csv", "google_forms.xlsx"])
def test_google_forms(name: str) -> None:
    assert guess((EXPORTS / name).read_bytes()) == [
        ":date",
        "",
        ":unit",
        *ITEMS,
        "overall_satisfaction",
        "comment",
        "respondent_kind",
        "procedure_field",
    ]


@pytest.mark.parametrize("name", ["limesurvey_codes.csv", "limesurvey_texts.csv"])
def test_limesurvey(name: str) -> None:
    assert guess((EXPORTS / name).read_bytes(), ONE_TAP) == [
        *("", ":submitted", "", "", "", "", ""),
        ":unit",
        "overall_satisfaction",
        *(f"reasons={value}" for value in range(1, 10)),
        ":duration",
    ]


def test_both_ways_of_exporting_a_limesurvey_say_the_same() -> None:
    read = []
    for name in ("limesurvey_codes.csv", "limesurvey_texts.csv"):
        content = (EXPORTS / name).read_bytes()
        plan = Plan(columns=tuple(guess(content, ONE_TAP)))
        read.append(answer_files.read_answers(content, ONE_TAP.to_yaml(), plan.to_json()))
    assert read[0] == read[1]
    assert (len(read[0]["rows"]), read[0]["unsent"], read[0]["fault_count"]) == (19, 1, 0)
    assert any(row[6] for row in read[0]["rows"])


def test_both_files_of_a_google_form_say_the_same() -> None:
    read = []
    for name in ("google_forms.csv", "google_forms.xlsx"):
        content = (EXPORTS / name).read_bytes()
        read.append(
            answer_files.read_answers(content, COUNTER.to_yaml(), Plan(columns=tuple(guess(content))).to_json())
        )
    assert read[0] == read[1]
    assert (len(read[0]["rows"]), read[0]["fault_count"]) == (24, 0)


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("access_signs", "access_signs"),
        ("accesssigns", "access_signs"),
        ("q01", "access_signs"),
        ("Q16", "feedback_reply"),
        ("q17", ""),
        ("access_signs. Biển báo của trung tâm", "access_signs"),
        ("1. Biển hiệu, bảng chỉ dẫn dễ nhìn, dễ tìm", "access_signs"),
        ("Câu 1: BIỂN HIỆU, BẢNG CHỈ DẪN DỄ NHÌN, DỄ TÌM", "access_signs"),
        ("I.1. Biển hiệu, bảng chỉ dẫn", "access_signs"),
        ("bien hieu bang chi dan", "access_signs"),
        ("Signs and directions", "access_signs"),
        ("Ông/bà thấy biển hiệu, bảng chỉ dẫn dễ nhìn, dễ tìm không?", "access_signs"),
        ("Đánh giá [Kết quả bảo đảm công bằng]", "results_fair"),
        ("access[SQ002]", "access_seats"),
        ("Tiếp cận dịch vụ [SQ003]", "access_equipment"),
        ("Số hài lòng", ""),
        ("Email", ""),
        ("Họ và tên", ""),
    ],
)
def test_headers_people_write(header: str, target: str) -> None:
    assert guess_header(header, words=["5", "4", "x"]) == [target]


def test_a_header_that_is_only_alike_must_hold_answers() -> None:
    header = "Ông/bà thấy biển hiệu, bảng chỉ dẫn dễ nhìn, dễ tìm không?"
    assert guess_header(header, words=["vì sao", "bởi thế"]) == [""]


def test_no_two_columns_are_the_same_question() -> None:
    alike = "Về biển hiệu, bảng chỉ dẫn dễ nhìn, dễ tìm"
    assert guess_header(alike, "access_signs", words=["5"]) == ["", "access_signs"]


def test_a_column_is_a_unit_s_by_what_stands_in_it() -> None:
    columns = [Column("Nơi làm thủ tục", ("UBND xã Sông Trà", "phường Trần Phú"), 2), Column("Bàn", ("Quầy 1",), 2)]
    assert guess_columns(columns[:1], COUNTER, UNITS, set()) == [""]
    columns = [Column("Nơi làm thủ tục", ("UBND xã Sông Trà", "UBND phường Trần Phú", "?"), 3), columns[1]]
    assert guess_columns(columns, COUNTER, UNITS, {plain("Quầy 1")}) == [":unit", ":counter"]


def test_a_column_called_date_that_holds_none_is_left_out() -> None:
    assert guess_header("Ngày", words=["thứ hai"]) == [""]
    assert guess_header("Ngày", words=["03/04/2026"]) == [":date"]
    assert guess_header("submitdate", "Timestamp", words=["2026-04-03"]) == [":submitted", ""]


def test_a_description_is_bounded() -> None:
    rows = "\n".join(f"{number},{'x' * 300},5" for number in range(200))
    found = answer_files.describe(f"a,b,c\n{rows}\n".encode())
    assert found["rows"] == 200
    assert [(column["filled"], len(column["words"]), column["more"]) for column in found["columns"]] == [
        (200, 60, 140),
        (200, 0, 0),
        (200, 1, 0),
    ]
    assert found["columns"][2]["words"] == [["5", 200]]


def read(text: str, **plan: Any) -> dict[str, Any]:
    return answer_files.read_answers(text.encode(), ONE_TAP.to_yaml(), Plan(**plan).to_json())


def test_answers_under_a_condition_that_was_not_met_are_discarded() -> None:
    found = read("a,b\n5,Phải chờ lâu\n2,Phải chờ lâu\n", columns=("overall_satisfaction", "reasons"))
    assert [row[5:7] for row in found["rows"]] == [
        [{"overall_satisfaction": 5}, {}],
        [{"overall_satisfaction": 2}, {"reasons": [1]}],
    ]


def test_every_fault_is_named_by_row_and_column() -> None:
    text = "d,o,r,s\n03/04/2026,7,Phải chờ lâu,9\nhôm qua,5,,\n03/04/2025,5,,\n,2,trời mưa,lâu\n,,,\n03/04/2026,,,\n"
    found = read(
        text,
        columns=(":date", "overall_satisfaction", "reasons", ":duration"),
        not_before=1767200400,  # 2026-01-01 in the province
        not_after=1782838800,
    )
    assert [fault[:3] for fault in found["faults"]] == [
        [2, 1, "word"],
        [3, 0, "date"],
        [4, 0, "outside_period"],
        [5, 2, "word"],
        [5, 3, "duration"],
    ]
    assert (found["rows"], found["read"], found["blank"], found["fault_count"]) == ([], 5, 1, 5)


def test_faults_are_bounded_and_counted() -> None:
    found = read("o\n" + "7\n" * 300, columns=("overall_satisfaction",))
    assert (len(found["faults"]), found["fault_count"]) == (answer_files.FAULTS_KEPT, 300)
