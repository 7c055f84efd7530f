"""The standard questionnaires ask what domain.md says, in both languages, under stable codes."""

from __future__ import annotations

import re
from datetime import date

import pytest

from forms import library
from forms.definition import TEXT_KINDS, Question, Questionnaire, Wording
from forms.question import repeated

DIGESTS = {
    "counter": "f4edfa41291b0d8e3be61930e12410515266d482758db3c0a723dab9c6df2aeb",
    "delegates": "8c674b7025b876b6232ef5c44d31d311b237df0697805f1029064f70b0d201d5",
    "dialogue-exit": "f8154e52705e4adb0dae5cd50979511b32730685c8c0f312e1f10b1108bbd568",
    "dialogue-follow-up": "3cd7524bf2eb466230e2f178141d14e2031e2ce20e2bada0b46e95978dc87020",
    "one-tap": "80177341b51999ed4bb449e4b423fee57c82fce2ea8e58fdbf4fccb9b594e7d2",
    "online-3": "59a98bc8683b8e70a2fd5fd82cf0546e6a97cabaa57aaa0e97340d560347c68b",
    "sipas-2017": "d67b7cb5d936068842ded220f8765a7e5f52d99a649f144bd7de0c3a18dbc54b",
    "sipas-2023": "89bc8fb33aa1aa6b3a9a5d46cf022bbd7b2410e432513aa6af75e8ccc0e924af",
}
CODES = tuple(DIGESTS)
SATISFACTION = ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"]
VIETNAMESE = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
SPELT_ALIKE = {"Kinh", "18–24", "25–34", "35–49", "50–60"}


def factor_sizes(questionnaire: Questionnaire) -> dict[str, int]:
    return {scope.code: len(scope.items) for scope in questionnaire.scopes if scope.level == "factor"}


def contents(questionnaire: Questionnaire) -> dict[str, int]:
    return {scope.code: len(scope.items) for scope in questionnaire.scopes if scope.level == "content"}


def index(questionnaire: Questionnaire) -> tuple[str, ...]:
    return next((scope.items for scope in questionnaire.scopes if scope.level == "index"), ())


def wordings(questionnaire: Questionnaire) -> list[Wording]:
    found = [questionnaire.title, questionnaire.introduction, questionnaire.legal_reference]
    found += [content.title for content in questionnaire.contents]
    for section in questionnaire.sections:
        found.append(section.title)
        for question in section.questions:
            found += [question.label, question.wording, *(choice.wording for choice in question.choices)]
            found += [question.help] if question.help else []
    return found


def kinds(questionnaire: Questionnaire, kind: str, prefix: str = "") -> list[Question]:
    return [asked for asked in questionnaire.questions if asked.kind == kind and asked.code.startswith(prefix)]


def test_codes() -> None:
    assert library.codes() == CODES


@pytest.mark.parametrize("code", CODES)
def test_published_wording_is_never_edited(code: str) -> None:
    """Answers refer to these words: another wording is another version, in a file of its own."""
    assert library.standard(code).digest == DIGESTS[code]


@pytest.mark.parametrize("code", CODES)
def test_no_two_questions_share_a_label(code: str) -> None:
    for language in ("vi", "en"):
        assert not repeated(question.label[language] for question in library.standard(code).questions)


def test_unknown_code_is_refused_with_those_that_exist() -> None:
    with pytest.raises(LookupError, match="no standard questionnaire 'sipas-1999'; there are counter, delegates"):
        library.standard("sipas-1999")
    with pytest.raises(LookupError):
        library.standard("../library/counter")


def test_reading_twice_gives_the_same_object() -> None:
    assert library.standard("counter") is library.standard("counter")


@pytest.mark.parametrize("code", CODES)
def test_file_is_named_like_its_questionnaire(code: str) -> None:
    assert library.standard(code).code == code


@pytest.mark.parametrize("code", CODES)
def test_every_wording_is_translated(code: str) -> None:
    for wording in wordings(library.standard(code)):
        assert not VIETNAMESE.search(wording.en.replace("QĐ-BNV", "")), wording
        assert wording.vi != wording.en or wording.vi in SPELT_ALIKE, wording


@pytest.mark.parametrize("code", CODES)
def test_ratings_use_the_scale_of_the_field(code: str) -> None:
    for question in kinds(library.standard(code), "rating"):
        assert [choice.wording.vi for choice in question.scale_choices] == SATISFACTION
        assert all(choice.face for choice in question.scale_choices)


@pytest.mark.parametrize("code", CODES)
def test_overall_question_stands_outside_the_pool(code: str) -> None:
    questionnaire = library.standard(code)
    assert "overall_satisfaction" not in index(questionnaire)
    asked = [question.code for question in questionnaire.questions]
    assert ("overall_satisfaction" in asked) == (code != "online-3")


@pytest.mark.parametrize("code", CODES)
def test_nobody_is_asked_for_a_name(code: str) -> None:
    for question in library.standard(code).questions:
        assert not re.search("họ tên|số điện thoại|căn cước số", question.wording.vi)
        if question.kind in TEXT_KINDS:
            assert question.help
            assert "không ghi tên" in question.help.vi


def test_sipas_2017_has_22_items_in_five_factors() -> None:
    questionnaire = library.standard("sipas-2017")
    assert factor_sizes(questionnaire) == {"access": 4, "procedures": 5, "officials": 6, "results": 3, "feedback": 4}
    assert len(index(questionnaire)) == 22
    assert (questionnaire.valid_from.year, questionnaire.valid_until) == (2017, date(2020, 12, 31))
    assert "2640/QĐ-BNV" in questionnaire.legal_reference.vi


def test_sipas_2023_has_39_items_in_two_contents() -> None:
    questionnaire = library.standard("sipas-2023")
    assert contents(questionnaire) == {"policy": 23, "services": 16}
    assert factor_sizes(questionnaire) == {
        "accountability": 2,
        "participation": 2,
        "implementation": 9,
        "outcome": 10,
        "access": 3,
        "procedures": 4,
        "officials": 3,
        "results": 3,
        "feedback": 3,
    }
    assert len(index(questionnaire)) == 39
    assert "1001/QĐ-BNV" in questionnaire.legal_reference.vi


def test_sipas_2023_asks_its_side_questions_and_demographics() -> None:
    questionnaire = library.standard("sipas-2023")
    levels = {asked.code: len(asked.values) for asked in kinds(questionnaire, "levels")}
    assert len(kinds(questionnaire, "levels", "interest_")) == 9
    assert len(kinds(questionnaire, "levels", "need_")) == 10
    assert {levels[code] for code in levels if code.startswith(("interest_", "need_"))} == {4}
    assert (levels["channels_fit"], levels["harassment"], levels["informal_payment"]) == (4, 3, 3)
    assert len(questionnaire.question("channels_used").values) == 7
    assert len(kinds(questionnaire, "yes_no", "experience_")) == 7
    assert [(asked.code, len(asked.values)) for asked in questionnaire.sections[-1].questions] == [
        ("gender", 2),
        ("ethnicity", 2),
        ("age", 5),
        ("education", 6),
        ("occupation", 7),
    ]
    wishes = [choice.wording.vi for choice in questionnaire.question("need_online").choices]
    assert wishes == ["Không", "Khá", "Mong muốn", "Rất mong muốn"]


def test_counter_is_content_two_then_overall_text_and_two_optional_questions() -> None:
    questionnaire = library.standard("counter")
    assert factor_sizes(questionnaire) == {"access": 3, "procedures": 4, "officials": 3, "results": 3, "feedback": 3}
    assert [question.code for question in questionnaire.questions[16:]] == [
        "overall_satisfaction",
        "comment",
        "respondent_kind",
        "procedure_field",
    ]
    assert index(questionnaire) == tuple(question.code for question in questionnaire.questions[:16])
    assert [question.kind for question in questionnaire.questions[16:]] == ["rating", "long_text", "single", "single"]


def test_counter_and_sipas_2023_share_the_codes_criteria_and_scopes_of_content_two() -> None:
    counter, whole = library.standard("counter"), library.standard("sipas-2023")
    services = {scope.code: scope for scope in whole.scopes if scope.code != "policy"}
    for scope in counter.scopes:
        if scope.level != "index":
            assert services[scope.code] == scope
    for code in (*index(counter), "overall_satisfaction"):
        assert counter.question(code).criterion == whole.question(code).criterion
        assert counter.question(code).label == whole.question(code).label


@pytest.mark.parametrize("code", ["counter", "sipas-2017", "sipas-2023"])
def test_sipas_items_are_bound_to_one_criterion_each(code: str) -> None:
    questionnaire = library.standard(code)
    criteria = [questionnaire.question(item).criterion for item in index(questionnaire)]
    assert all(re.fullmatch(r"2017\.[1-5]\.[1-6]|2023\.(I\.[A-D]|II\.[A-E])\.([1-9]|10)", name) for name in criteria)
    assert len(set(criteria)) == len(criteria)


def test_criteria_count_up_in_the_order_of_asking() -> None:
    questionnaire = library.standard("counter")
    assert [questionnaire.question(item).criterion for item in index(questionnaire)] == [
        f"2023.II.{letter}.{number}"
        for letter, items in zip("ABCDE", (3, 4, 3, 3, 3), strict=True)
        for number in range(1, items + 1)
    ]


def test_same_code_means_the_same_criterion_in_every_questionnaire() -> None:
    labels: dict[str, Wording] = {}
    for code in CODES:
        questionnaire = library.standard(code)
        for item in index(questionnaire):
            label = questionnaire.question(item).label
            assert labels.setdefault(item, label) == label, item


def test_one_tap_asks_for_reasons_only_below_satisfied() -> None:
    overall, reasons = library.standard("one-tap").questions
    assert (overall.code, reasons.kind) == ("overall_satisfaction", "several")
    assert reasons.condition
    assert (reasons.condition.question, reasons.condition.values) == ("overall_satisfaction", (1, 2, 3))


def test_online_3_uses_the_three_levels_of_its_circular() -> None:
    questionnaire = library.standard("online-3")
    for question in kinds(questionnaire, "levels"):
        assert [choice.wording.vi for choice in question.choices] == ["Chưa hài lòng", "Hài lòng", "Rất hài lòng"]
    assert "32/2017/TT-BTTTT" in questionnaire.legal_reference.vi


def test_dialogue_exit_has_seven_to_nine_items() -> None:
    assert 7 <= len(kinds(library.standard("dialogue-exit"), "rating")) <= 9


def test_delegates_rate_the_seven_fields_of_reform() -> None:
    questionnaire = library.standard("delegates")
    assert list(factor_sizes(questionnaire).values()) == [2] * 7
    assert "PAR INDEX" in questionnaire.legal_reference.vi
