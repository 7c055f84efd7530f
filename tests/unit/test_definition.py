"""A questionnaire refuses to exist when it contradicts itself, and says everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from typing import Any

import pytest

from forms.definition import (
    Choice,
    Condition,
    Content,
    DefinitionError,
    Question,
    Questionnaire,
    Scale,
    Scope,
    Section,
    Wording,
)


def words(text: str) -> Wording:
    return Wording(f"{text} (vi)", f"{text} (en)")


def row(*values: int) -> tuple[Choice, ...]:
    return tuple(Choice(value, words(f"choice {value}")) for value in values)


def question(code: str = "access_signs", **changes: Any) -> Question:
    settings: dict[str, Any] = {"kind": "rating", "choices": row(1, 2, 3, 4, 5), "in_index": True}
    return Question(**{"code": code, "label": words(code), "wording": words(code), **settings, **changes})


def section(*questions: Question, **changes: Any) -> Section:
    settings: dict[str, Any] = {"code": "access", "title": words("Access"), "factor": "access"}
    return Section(questions=questions or (question(),), **{**settings, **changes})


def questionnaire(*sections: Section, **changes: Any) -> Questionnaire:
    settings: dict[str, Any] = {
        "code": "trial",
        "version": "1.0",
        "title": words("Trial"),
        "introduction": words("Two\nlines"),
        "legal_reference": words("Decision"),
        "valid_from": date(2026, 1, 1),
    }
    return Questionnaire(sections=sections or (section(),), **{**settings, **changes})


FAILURES: dict[str, tuple[Callable[[], object], str]] = {
    "Vietnamese missing": (lambda: Wording("", "Yes"), "its Vietnamese text is missing"),
    "English missing": (lambda: Wording("Có", " "), "its English text is missing"),
    "blank at the end": (lambda: Wording("Có ", "Yes"), "its Vietnamese text begins or ends with a blank"),
    "decomposed": (lambda: Wording("Co\u0301", "Yes"), "its Vietnamese text is not NFC-normalised"),
    "control character": (lambda: Wording("Có", "Y\x00es"), "its English text holds a control character"),
    "text turned around": (lambda: Wording("Có", "Y\u202ees"), "its English text holds a control character"),
    "choice too large": (lambda: Choice(10, words("ten")), "its value 10 is not between 0 and 9"),
    "unknown face": (lambda: Choice(1, words("one"), "grim"), "no face is called 'grim'"),  # type: ignore[arg-type]
    "long choice": (lambda: Choice(1, Wording("x" * 121, "x")), "the Vietnamese wording is longer than 120 characters"),
    "scale with a gap": (lambda: Scale("gap", row(1, 3)), "its values do not count up from 1"),
    "scale of one": (lambda: Scale("one", row(1)), "it has fewer than two choices"),
    "condition without value": (lambda: Condition("access", ()), "it names no value"),
    "condition in disorder": (lambda: Condition("access", (2, 1)), "its values are not ascending and distinct"),
    "capital code": (lambda: question("Access"), "its code 'Access' is not of small letters"),
    "code with a hyphen": (lambda: question("access-signs"), "is not of small letters, digits and underscores"),
    "code with a line end": (lambda: question("access\n"), "is not of small letters, digits and underscores"),
    "long code": (lambda: question("a" * 41), "is longer than 40 characters"),
    "long label": (lambda: question(label=Wording("Có", "x" * 61)), "the English label is longer than 60 characters"),
    "label of two lines": (lambda: question(label=Wording("a\nb", "a")), "the Vietnamese label has more than one line"),
    "long wording": (lambda: question(wording=Wording("x" * 401, "x")), "Vietnamese wording is longer than 400"),
    "rating of four": (lambda: question(choices=row(1, 2, 3, 4)), "the choices of rating are 1 to 5, not [1, 2, 3, 4]"),
    "yes, no, perhaps": (lambda: question(kind="yes_no", choices=row(1, 2, 3), in_index=False), "yes_no are 1 to 2"),
    "five levels": (
        lambda: question(kind="levels", in_index=False),
        "the choices of levels are 1 to 3 or 1 to 4, not [1, 2, 3, 4, 5]",
    ),
    "single choice of one": (
        lambda: question(kind="single", choices=row(1), in_index=False),
        "it offers fewer than two choices",
    ),
    "no opinion first": (
        lambda: question(kind="single", choices=row(0, 1, 2), in_index=False),
        'its values are not distinct and ascending with "no opinion" last',
    ),
    "value twice": (
        lambda: question(kind="single", choices=row(1, 1, 2), in_index=False),
        "its values are not distinct and ascending",
    ),
    "no opinion among several": (
        lambda: question(kind="several", choices=row(1, 2, 0), in_index=False),
        '"no opinion" cannot stand among choices that may be combined',
    ),
    "two choices alike": (
        lambda: question(kind="yes_no", choices=(Choice(1, words("a")), Choice(2, words("a"))), in_index=False),
        "two choices read 'a (vi)'; two choices read 'a (en)'",
    ),
    "unknown kind": (lambda: question(kind="slider", in_index=False), "no kind of question is called 'slider'"),
    "text in the index": (
        lambda: question(kind="long_text", choices=(), max_length=10),
        "only a rating can be pooled into the index",
    ),
    "text with choices": (
        lambda: question(kind="long_text", in_index=False, max_length=10),
        "a text offers no choices",
    ),
    "text without length": (
        lambda: question(kind="short_text", choices=(), in_index=False),
        "a text needs a maximum length between 1 and 5000",
    ),
    "rating with a length": (lambda: question(max_length=10), "only a text has a maximum length"),
    "empty section": (lambda: Section("access", words("Access"), ()), "it asks nothing"),
    "factor without item": (
        lambda: section(question(in_index=False)),
        "it measures a factor or content without a single rating in the index",
    ),
    "content with a bad code": (lambda: Content("II", words("Services")), "its code 'II' is not of small letters"),
    "questionnaire code": (lambda: questionnaire(code="Trial_1"), "its code is not of at most 40 small letters"),
    "version": (lambda: questionnaire(version="1"), "its version '1' is not of the form 1.0"),
    "validity": (
        lambda: questionnaire(valid_until=date(2025, 12, 31)),
        "it is valid until 2025-12-31, before it begins on 2026-01-01",
    ),
    "title of two lines": (lambda: questionnaire(title=words("a\nb")), "the Vietnamese title has more than one line"),
    "long introduction": (
        lambda: questionnaire(introduction=words("x" * 1500)),
        "the English introduction is longer than 1500 characters",
    ),
    "no section": (
        lambda: Questionnaire(
            code="trial",
            version="1.0",
            title=words("a"),
            introduction=words("a"),
            legal_reference=words("a"),
            valid_from=date(2026, 1, 1),
            sections=(),
        ),
        "it has no section",
    ),
    "section twice": (
        lambda: questionnaire(section(), section(question("other"), factor="other")),
        "two sections have the code 'access'",
    ),
    "question twice": (
        lambda: questionnaire(section(), section(code="other", factor="other")),
        "two questions have the code 'access_signs'",
    ),
    "factor twice": (
        lambda: questionnaire(section(), section(question("other"), code="other")),
        "two factors or contents have the code 'access'",
    ),
    "factor called index": (
        lambda: questionnaire(section(factor="index")),
        "two factors or contents have the code 'index'",
    ),
    "unknown content": (lambda: questionnaire(section(content="services")), "the unknown content 'services'"),
    "content nobody belongs to": (
        lambda: questionnaire(contents=(Content("services", words("Services")),)),
        "no section belongs to the content 'services'",
    ),
    "scale with two meanings": (
        lambda: questionnaire(
            section(
                question(scale="agreement"),
                question("b", scale="agreement", choices=(*row(1, 2, 3, 4), Choice(5, words("other")))),
            )
        ),
        "'b' and 'access_signs' name the scale 'agreement' but offer other choices",
    ),
    "two wordings of no opinion": (
        lambda: questionnaire(
            section(
                question(choices=row(1, 2, 3, 4, 5, 0)),
                question("b", choices=(*row(1, 2, 3, 4, 5), Choice(0, words("unused")))),
            )
        ),
        '"no opinion" is worded in more than one way',
    ),
    "condition on a later question": (
        lambda: questionnaire(section(question(condition=Condition("b", (1,))), question("b"))),
        "'access_signs' depends on 'b', which is not asked before it",
    ),
    "condition on itself": (
        lambda: questionnaire(section(question(condition=Condition("access_signs", (1,))))),
        "'access_signs' depends on 'access_signs', which is not asked before it",
    ),
    "condition on a text": (
        lambda: questionnaire(
            section(
                question("a", kind="long_text", choices=(), in_index=False, max_length=9),
                question("b", condition=Condition("a", (1,))),
            )
        ),
        "'b' depends on 'a', which is a text",
    ),
    "condition on a value never offered": (
        lambda: questionnaire(section(question("a"), question("b", condition=Condition("a", (0, 1))))),
        "'b' depends on 'a' being 0, never offered",
    ),
    "too many form parts": (
        lambda: questionnaire(section(*(question(f"q{number}") for number in range(191)))),
        "a full ballot has 191 parts, more than the 190 that are accepted",
    ),
}


@pytest.mark.parametrize(("make", "problem"), FAILURES.values(), ids=FAILURES)
def test_contradiction_is_refused_by_name(make: Callable[[], object], problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        make()
    assert problem in str(caught.value)


def test_the_parts_of_the_failing_examples_are_sound_without_their_fault() -> None:
    made = questionnaire(section(question(scale="agreement"), question("b", condition=Condition("access_signs", (1,)))))
    assert [asked.code for asked in made.questions] == ["access_signs", "b"]


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        questionnaire(section(), section(), code="No", version="one")
    assert len(caught.value.problems) == 5
    assert str(caught.value).startswith("The questionnaire 'No' cannot be used: its code is not")


def test_definitions_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        questionnaire().code = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        question().in_index = False  # type: ignore[misc]


def test_scopes_pool_only_ratings_of_the_index() -> None:
    made = questionnaire(
        section(question("a"), question("b", in_index=False), content="services"),
        section(question("c"), code="results", title=words("Results"), factor="results", content="services"),
        section(question("d", in_index=True), code="free", factor=None),
        contents=(Content("services", words("Services")),),
    )
    assert made.scopes == (
        Scope("access", "factor", words("Access"), ("a",)),
        Scope("results", "factor", words("Results"), ("c",)),
        Scope("services", "content", words("Services"), ("a", "c")),
        Scope("index", "index", Wording("Chỉ số hài lòng", "Satisfaction index"), ("a", "c", "d")),
    )


def test_without_index_items_there_is_no_scope() -> None:
    assert questionnaire(section(question(in_index=False), factor=None)).scopes == ()


def test_question_knows_what_it_offers() -> None:
    with_no_opinion = question("validate", choices=row(1, 2, 3, 4, 5, 0))
    assert with_no_opinion.field == "q_validate"
    assert with_no_opinion.no_opinion
    assert with_no_opinion.values == (1, 2, 3, 4, 5, 0)
    assert [choice.value for choice in with_no_opinion.scale_choices] == [1, 2, 3, 4, 5]
    assert not question().no_opinion
    assert question().scale_choices == question().choices


def test_digest_changes_with_every_word_and_decides_equality() -> None:
    assert questionnaire() == questionnaire()
    assert hash(questionnaire()) == hash(questionnaire())
    other = questionnaire(section(question(help=words("help"))))
    assert other.digest != questionnaire().digest
    assert other != questionnaire()
    assert questionnaire() != "trial"


def test_digest_of_today_is_the_digest_of_tomorrow() -> None:
    """Published questionnaires are known by it: a key added to the notation must not change it."""
    assert questionnaire().digest == "f00abcc5c47a917e100bb413914984cf850437c11f2f41ccc5e946c028e2e9f9"


def test_question_is_found_by_code() -> None:
    assert questionnaire().question("access_signs").label == words("access_signs")
    with pytest.raises(KeyError):
        questionnaire().question("none")
