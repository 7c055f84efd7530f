"""From form data to typed answers: what is kept, what is discarded, what is an error."""

from __future__ import annotations

import timeit
from datetime import date

import pytest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from forms import library
from forms.ballot import ERROR_WORDS, clean_text
from forms.citizen import Ballot, BallotError, citizen_form, read_ballot
from forms.definition import Choice, Condition, Question, Questionnaire, Section, Wording

COUNTER = library.standard("counter")
ONE_TAP = library.standard("one-tap")


def error(question: str | None, code: str) -> tuple[BallotError, ...]:
    return (BallotError(question, code),)  # type: ignore[arg-type]


def test_full_ballot_is_typed() -> None:
    ballot = read_ballot(
        COUNTER,
        {
            "token": "abc",
            "q_access_signs": "5",
            "q_access_seats": "0",
            "q_comment": " Cảm ơn ",
            "q_procedure_field": "9",
        },
    )
    assert ballot == Ballot({"access_signs": 5, "access_seats": 0, "procedure_field": 9}, {}, {"comment": "Cảm ơn"}, ())


def test_several_answers_are_sorted_and_distinct() -> None:
    data = MultiDict([("q_overall_satisfaction", "2")] + [("q_reasons", value) for value in ("9", "1", "9", "4")])
    assert read_ballot(ONE_TAP, data) == Ballot({"overall_satisfaction": 2}, {"reasons": (1, 4, 9)}, {})
    assert read_ballot(ONE_TAP, {"q_overall_satisfaction": "2", "q_reasons": ["9", "1", "9", "4"]}).errors == ()


@pytest.mark.parametrize("data", [{}, {"token": "abc"}, {"q_comment": " \r\n\t\u3000"}, {"q_access_signs": ""}])
def test_empty_ballot_is_an_error(data: dict[str, str]) -> None:
    assert read_ballot(COUNTER, data) == Ballot({}, {}, {}, error(None, "empty"))


def test_text_alone_is_a_ballot() -> None:
    assert read_ballot(COUNTER, {"q_comment": "Tốt"}).errors == ()


def test_no_opinion_alone_is_a_ballot() -> None:
    assert read_ballot(COUNTER, {"q_access_signs": "0"}).errors == ()


@pytest.mark.parametrize(
    "value", ["6", "-1", "05", " 5", "5 ", "5.0", "+5", "٥", "５", "5\n", "5\x00", "on", "None", "true"]
)
def test_value_that_is_not_offered_is_an_error(value: str) -> None:
    assert read_ballot(COUNTER, {"q_access_signs": value}).errors == error("access_signs", "impossible_value")


def test_no_opinion_counts_only_where_it_is_offered() -> None:
    assert read_ballot(COUNTER, {"q_overall_satisfaction": "0"}).errors == error(
        "overall_satisfaction", "impossible_value"
    )


def test_second_answer_is_an_error_even_when_it_is_the_same() -> None:
    assert read_ballot(COUNTER, {"q_access_signs": ["5", "5"]}).errors == error("access_signs", "twice")
    assert read_ballot(COUNTER, {"q_comment": ["a", "b"]}).errors == error("comment", "twice")


def test_one_bad_reason_spoils_the_question() -> None:
    ballot = read_ballot(ONE_TAP, {"q_overall_satisfaction": "1", "q_reasons": ["1", "10"]})
    assert ballot.errors == error("reasons", "impossible_value")
    assert ballot.several == {}


def test_question_that_is_not_asked_anywhere_is_an_error() -> None:
    assert read_ballot(COUNTER, {"q_access_signs": "5", "q_ghost": "1"}).errors == error(None, "impossible_value")


def test_text_is_bounded_after_cleaning() -> None:
    assert read_ballot(COUNTER, {"q_comment": "  " + "x" * 1000}).errors == ()
    assert read_ballot(COUNTER, {"q_comment": "x" * 1001}).errors == error("comment", "too_long")
    assert read_ballot(COUNTER, {"q_comment": "a\r\n" * 500}).errors == ()


def test_every_error_is_found_at_once() -> None:
    ballot = read_ballot(COUNTER, {"q_access_signs": "7", "q_access_seats": ["1", "2"], "q_comment": "x" * 2000})
    assert [(found.question_code, found.code) for found in ballot.errors] == [
        ("access_signs", "impossible_value"),
        ("access_seats", "twice"),
        ("comment", "too_long"),
    ]


@pytest.mark.parametrize("reasons", [["1"], ["99"], ["1", "1"]])
def test_answer_under_a_condition_not_met_is_discarded_unread(reasons: list[str]) -> None:
    for overall in ("4", "5"):
        assert read_ballot(ONE_TAP, {"q_overall_satisfaction": overall, "q_reasons": reasons}) == Ballot(
            {"overall_satisfaction": int(overall)}, {}, {}
        )
    assert read_ballot(ONE_TAP, {"q_reasons": reasons}).errors == error(None, "empty")


def chain(*codes: str) -> Questionnaire:
    """Yes/no questions, each asked when the one before it was answered by yes; the first by several choices."""
    row = tuple(Choice(value, Wording(f"c{value}", f"d{value}")) for value in (1, 2))
    questions = [
        Question(
            code=code,
            kind="yes_no" if place else "several",
            label=Wording("a", "b"),
            wording=Wording("a", "b"),
            choices=row,
            condition=Condition(codes[place - 1], (1,)) if place else None,
        )
        for place, code in enumerate(codes)
    ]
    words = Wording("a", "b")
    return Questionnaire(
        code="chain",
        version="1.0",
        title=words,
        introduction=words,
        legal_reference=words,
        valid_from=date(2026, 1, 1),
        sections=(Section("general", words, tuple(questions)),),
    )


def test_conditions_chain() -> None:
    questionnaire = chain("first", "second", "third")
    everything = {"q_second": "1", "q_third": "2"}
    assert read_ballot(questionnaire, {"q_first": ["1", "2"], **everything}).choices == {"second": 1, "third": 2}
    assert read_ballot(questionnaire, {"q_first": "2", **everything}) == Ballot({}, {"first": (2,)}, {})
    assert read_ballot(questionnaire, {"q_first": "1", "q_second": "2", "q_third": "2"}).choices == {"second": 2}
    assert read_ballot(questionnaire, everything).errors == error(None, "empty")


HOSTILE = (
    "validate",
    "data",
    "errors",
    "meta",
    "process",
    "answers",
    "questionnaire",
    "csrf_token",
    "q_validate",
    "populate_obj",
)


def test_hostile_codes_hide_nothing_of_the_form() -> None:
    questionnaire = chain(*HOSTILE)
    form = citizen_form(questionnaire, "vi")(MultiDict())
    assert not form.validate()
    assert form.answers().errors == error(None, "empty")
    filled = MultiDict({f"q_{code}": "1" for code in HOSTILE})
    assert citizen_form(questionnaire, "vi")(filled).validate()
    assert read_ballot(questionnaire, filled) == citizen_form(questionnaire, "vi")(filled).answers()
    assert len(read_ballot(questionnaire, filled).choices) == len(HOSTILE) - 1


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd", "a b c d"),
        ("Co\u0301", "Có", "Có"),
        ("a\x00b\x07c\x1bd", "abcd", "abcd"),
        ("a\tb", "a b", "a b"),
        ("abc\u202edef", "abcdef", "abcdef"),
        ("a\u200bb\ufeff", "ab", "ab"),
        ("a\u2028b\x0bc", "a\nb\nc", "a b c"),
        ("\ud800x\uffff", "x", "x"),
        ("\u200b\u200d\u2060", "", ""),
        ("o\u200b\u0301", "ó", "ó"),
        ("  \u00a0x\n\n", "x", "x"),
        ("👩‍🌾 tốt", "👩‍🌾 tốt", "👩‍🌾 tốt"),
        ("<b>&amp;'\"", "<b>&amp;'\"", "<b>&amp;'\""),
    ],
)
def test_text_is_cleaned(text: str, long: str, short: str) -> None:
    assert clean_text(text, lines=True) == long
    assert clean_text(text, lines=False) == short


def test_form_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    form = citizen_form(COUNTER, "vi")(
        MultiDict([("q_access_signs", "4"), ("q_comment", "x" * 1001), ("q_access_seats", "8")])
    )
    assert not form.validate()
    assert 'checked id="q_access_signs-3" name="q_access_signs" type="radio" value="4"' in str(form["q_access_signs"])
    assert "x" * 1001 in str(form["q_comment"])
    assert form.errors == {
        "q_access_seats": ["Câu trả lời gửi đến không có trong phiếu. Xin chọn lại."],
        "q_comment": ["Ý kiến dài quá 1000 ký tự. Xin viết ngắn lại."],
    }


def test_form_speaks_its_language() -> None:
    form = citizen_form(COUNTER, "en")(MultiDict())
    assert not form.validate()
    assert form.form_errors == [ERROR_WORDS["empty"].en]
    assert form["q_access_signs"].label.text == "Signs and directions are easy to see and follow"
    assert "Very satisfied" in str(form["q_access_signs"])
    assert form["q_comment"].description == "Please do not write names, phone numbers or document numbers."


def test_form_renders_checkboxes_for_several_and_bounds_texts() -> None:
    assert 'name="q_reasons" type="checkbox" value="9"' in str(citizen_form(ONE_TAP, "vi")(MultiDict())["q_reasons"])
    assert 'maxlength="1000"' in str(citizen_form(COUNTER, "vi")(MultiDict())["q_comment"])


def test_form_class_is_made_once() -> None:
    assert citizen_form(COUNTER, "vi") is citizen_form(COUNTER, "vi")
    assert citizen_form(COUNTER, "vi") is not citizen_form(COUNTER, "en")


def test_error_speaks_both_languages() -> None:
    too_long = BallotError("comment", "too_long")
    assert too_long.words(COUNTER, "vi") == "Ý kiến dài quá 1000 ký tự. Xin viết ngắn lại."
    assert too_long.words(COUNTER, "en") == "The text is longer than 1000 characters. Please shorten it."
    assert BallotError(None, "empty").words(COUNTER, "vi") == ERROR_WORDS["empty"].vi


def test_reading_seventeen_answers_is_quick() -> None:
    data = ImmutableMultiDict(
        [("token", "abc")] + [(asked.field, "4") for asked in COUNTER.questions if asked.kind == "rating"]
    )
    assert len(read_ballot(COUNTER, data).choices) == 17
    best = min(timeit.repeat(lambda: read_ballot(COUNTER, data), number=200, repeat=20)) / 200
    assert best < 60e-6
