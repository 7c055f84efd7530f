"""XLSForm: ours comes back whole, pyxform reads in it what we mean, foreign forms are read or refused by the cell."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from unicodedata import normalize

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from forms import library
from forms.definition import Choice, Condition, Question, Questionnaire, Section, Wording
from forms.xlsform import sheets
from forms.xlsform_reading import XLSFormFaults, questionnaire
from reports.sheets import sheets_xlsx
from survey.operations.xlsforms import XLSFormError, read_xlsform, to_xlsform

DAY = date(2026, 1, 1)
VI, EN = "label::Vietnamese (vi)", "label::English (en)"
TYPES = {"select one": ("rating", "single", "yes_no", "levels"), "select all that apply": ("several",)}


def elements(children: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What pyxform read, groups before what stands in them."""
    return [
        element
        for child in children
        for element in [child, *elements(child.get("children", []) if child["type"] == "group" else [])]
    ]


def both(words: dict[str, str]) -> Wording:
    return Wording(words["Tiếng Việt (vi)"], words["English (en)"])


@pytest.mark.parametrize("code", library.codes())
def test_pyxform_reads_what_we_mean_and_we_read_it_back(code: str) -> None:
    asked = library.standard(code)
    workbook = to_xlsform(asked)
    warnings: list[str] = []
    read = convert(workbook, warnings=warnings, file_type=".xlsx")._pyxform
    assert warnings == []
    assert (read["id_string"], read["version"], read["title"]) == (asked.code, asked.version, asked.title.vi)
    found = elements(read["children"])
    groups = [element for element in found if element["type"] == "group" and element["name"] != "meta"]
    assert [both(group["label"]) for group in groups] == [section.title for section in asked.sections]
    questions = [element for element in found if element["type"] in ("text", *TYPES)]
    assert [element["name"] for element in questions] == [question.code for question in asked.questions]
    for element, question in zip(questions, asked.questions, strict=True):
        assert question.kind in TYPES.get(element["type"], ("short_text", "long_text"))
        assert both(element["label"]) == question.wording
        offered = [(choice["name"], both(choice["label"])) for choice in element.get("choices", [])]
        assert offered == [(str(choice.value), choice.wording) for choice in question.choices]
        relevant = element["bind"].get("relevant", "")
        assert relevant.count("=") + relevant.count("selected(") == (
            len(question.condition.values) if question.condition else 0
        )
        assert question.condition is None or f"${{{question.condition.question}}}" in relevant
    back = read_xlsform(workbook)
    assert back.digest == asked.digest
    assert back.to_yaml() == asked.to_yaml()


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()) or "x"
)
composed = texts.map(lambda text: normalize("NFC", text))
wordings = st.builds(Wording, composed, composed)


@given(st.lists(wordings, min_size=4, max_size=4), st.sampled_from([(1,), (2, 3), (1, 2, 3)]))
@settings(max_examples=60, deadline=None)
def test_any_wording_and_condition_comes_back(words: list[Wording], values: tuple[int, ...]) -> None:
    choices = tuple(Choice(value, Wording(f"{value} {words[3].vi}"[:60], f"{value} en")) for value in (1, 2, 3))
    first = Question(code="a", kind="several", label=words[0], wording=words[1], choices=choices)
    other = Question(
        code="general",
        kind="short_text",
        label=words[2],
        wording=words[3],
        help=words[0],
        max_length=77,
        condition=Condition("a", values),
    )
    asked = Questionnaire(
        code="trial",
        version="3.1",
        title=words[0],
        introduction=words[1],
        legal_reference=words[2],
        valid_from=date(2026, 2, 3),
        valid_until=date(2027, 2, 3),
        minutes=7,
        thanks=words[3],
        sections=(Section("general", words[3], (first, other)),),
    )
    assert questionnaire(sheets(asked), DAY).digest == asked.digest


def test_text_that_looks_like_a_formula_is_text_in_the_workbook() -> None:
    hostile = Wording('=HYPERLINK("http://x","y") _x0041_ \'', "@SUM(1)")
    question = Question(code="a", kind="short_text", label=Wording("+1", "-1"), wording=hostile, max_length=9)
    asked = Questionnaire(
        code="trial",
        version="1.0",
        title=hostile,
        introduction=hostile,
        legal_reference=hostile,
        valid_from=DAY,
        sections=(Section("one", hostile, (question,)),),
    )
    workbook = to_xlsform(asked)
    cells = python_calamine.CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_name("survey").to_python()
    assert hostile.vi in cells[3]
    assert read_xlsform(workbook).digest == asked.digest


def form(survey: list[tuple[str, ...]], choices: list[tuple[str, ...]] = ()) -> bytes:
    """A workbook as an office makes it with KoBo."""
    return sheets_xlsx(
        {
            "survey": [("type", "name", VI, EN, "relevant", "appearance", "required"), *survey],
            "choices": [("list_name", "name", VI, EN), *choices],
            "settings": [("form_title", "form_id", "version"), ("Phiếu của xã", "Phieu_Xa", "vG7x")],
        }
    )


LIKERT = [("muc_do", str(value), f"Mức {value}", f"Level {value}") for value in range(1, 6)]
YES_NO = [("co_khong", "yes", "Có", "Yes"), ("co_khong", "no", "Không", "No")]


def test_a_form_of_kobo_becomes_a_questionnaire() -> None:
    read = read_xlsform(
        form(
            [
                ("start", "start"),
                ("note", "hello", "Xin chào ông/bà", "Hello"),
                ("begin group", "Chung", "Ý kiến chung", "In general"),
                ("select_one muc_do", "Thai_Do", "Thái độ phục vụ", "Attitude", "", "likert", "yes"),
                ("select_one co_khong", "tre_hen", "Có trễ hẹn không?", "Was it late?"),
                ("end group",),
                ("select_multiple ly_do", "ly_do", "Vì sao?", "Why?", "${Thai_Do} <= 2"),
                ("text", "gop_y", "Góp ý", "Comment", "${tre_hen} = 'yes'", "multiline"),
            ],
            [
                *LIKERT,
                ("muc_do", "0", "Không có ý kiến", "No opinion"),
                *YES_NO,
                ("ly_do", "cho_lau", "Chờ lâu", "Long wait"),
                ("ly_do", "giay_to", "Nhiều giấy tờ", "Papers"),
            ],
        ),
        valid_from=DAY,
    )
    assert (read.code, read.version, read.valid_from) == ("phieu-xa", "1.0", DAY)
    assert read.introduction == Wording("Xin chào ông/bà", "Hello")
    assert [(section.code, section.title.vi) for section in read.sections] == [
        ("chung", "Ý kiến chung"),
        ("general", "Phiếu của xã"),
    ]
    assert [(question.code, question.kind, question.values) for question in read.questions] == [
        ("thai_do", "rating", (1, 2, 3, 4, 5, 0)),
        ("tre_hen", "yes_no", (1, 2)),
        ("ly_do", "several", (1, 2)),
        ("gop_y", "long_text", ()),
    ]
    assert read.question("ly_do").condition == Condition("thai_do", (1, 2))
    assert read.question("gop_y").condition == Condition("tre_hen", (1,))


def faults(workbook: bytes) -> list[tuple[str, int, str, str]]:
    with pytest.raises(XLSFormError) as caught:
        read_xlsform(workbook)
    assert caught.value.code == "faults"
    return [(fault.sheet, fault.row, fault.column, str(fault)) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (("integer", "age", "Tuổi", "Age"), "type", "integer is not possible here"),
        (("geopoint", "where", "Ở đâu", "Where"), "type", "geopoint is not possible"),
        (("select_one nothing", "a", "A", "A"), "type", "no list of choices called nothing"),
        (("select_one muc_do or_other", "a", "A", "A"), "type", "or_other is not possible"),
        (("begin repeat", "r", "R", "R"), "type", "Repeated questions"),
        (("end group",), "type", "never begun"),
        (("begin group", "g", "G", "G"), "type", "never ended"),
        (("note", "n", "N", "N"), "type", "A note can only stand"),
        (("text", "a", "A", ""), EN, "English text is missing"),
        (("text", "first", "A", "A"), "name", "called first already"),
        (("text", "a", "A", "A", "${first} > 3 and ${first} < 5"), "relevant", "cannot be read"),
        (("text", "a", "A", "A", "${later} = '1'"), "relevant", "not asked before"),
        (("text", "a", "A", "A", "${first} = '7'"), "relevant", "offers no 7"),
        (("text", "Câu hỏi", "A", "A"), "", "not of small letters"),
        (("text", "a", "A" * 500, "A"), "", "longer than 400"),
    ],
)
def test_what_cannot_be_asked_is_named_by_its_cell(row: tuple[str, ...], column: str, said: str) -> None:
    found = faults(form([("select_one muc_do", "first", "Đầu", "First"), row], LIKERT))
    assert [(sheet, line, where) for sheet, line, where, _ in found] == [("survey", 3, column)]
    assert said in found[0][3]


def test_all_faults_come_at_once_and_a_missing_language_only_once() -> None:
    rows = [("text", f"q{k}", f"Câu {k}") for k in range(30)]
    workbook = sheets_xlsx({"survey": [("type", "name", "label"), *rows], "settings": [("form_title",), ("Thử",)]})
    assert [fault[2] for fault in faults(workbook)] == ["label::English (en)"]
    assert [fault[:2] for fault in faults(form([("date", "a", "A", "A"), ("image", "b", "B", "B")]))] == [
        ("survey", 2),
        ("survey", 3),
    ]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken", b"\x00" * 3_000_000])
def test_what_is_no_workbook_is_one_fault(content: bytes) -> None:
    assert [fault[:3] for fault in faults(content)] == [("", 0, "")]


def test_faults_read_without_a_workbook_are_the_same() -> None:
    with pytest.raises(XLSFormFaults, match="The column type is missing"):
        questionnaire({"survey": [["name"]]}, DAY)
