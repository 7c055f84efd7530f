"""YAML in and out: nothing is lost, nothing is guessed, and a bad document names its faults."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import library
from forms.definition import Condition, DefinitionError, Questionnaire, Wording

TEXT = dedent("""\
    code: trial
    version: '1.0'
    title: {vi: Thử, en: Trial}
    introduction: {vi: Xin chào, en: Hello}
    legal_reference: {vi: Quyết định, en: Decision}
    valid_from: 2026-01-01
    valid_until: 2026-12-31
    no_opinion: {vi: Không có ý kiến, en: No opinion}
    scales:
      agreement:
      - {value: 1, vi: Có, en: 'Yes', face: happy}
      - {value: 2, vi: Không, en: 'No', face: sad}
    sections:
    - code: general
      title: {vi: Chung, en: General}
      questions:
      - code: open
        kind: yes_no
        label: {vi: Mở cửa, en: Open}
        wording: {vi: 'Quầy có mở cửa không?', en: 'Was the counter open?'}
        scale: agreement
        no_opinion: true
      - code: why
        kind: long_text
        label: {vi: Vì sao, en: Why}
        wording: {vi: 'Vì sao?', en: 'Why?'}
        max_length: 100
        asked_when:
          question: open
          is: [2]
    """)


def problems(text: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        Questionnaire.from_yaml(text)
    return str(caught.value)


def test_document_is_read() -> None:
    made = Questionnaire.from_yaml(TEXT)
    assert made.question("open").values == (1, 2, 0)
    assert made.question("open").choices[0].face == "happy"
    assert made.question("why").condition == Condition("open", (2,))
    assert made.title == Wording("Thử", "Trial")
    assert str(made.valid_until) == "2026-12-31"


def test_written_as_it_was_read() -> None:
    assert Questionnaire.from_yaml(TEXT).to_yaml() == TEXT


@pytest.mark.parametrize("code", library.codes())
def test_round_trip_is_identity(code: str) -> None:
    first = library.standard(code)
    second = Questionnaire.from_yaml(first.to_yaml())
    assert second.digest == first.digest
    assert second.sections == first.sections
    assert second.contents == first.contents
    assert second.to_yaml() == first.to_yaml()


@given(st.text(min_size=1, max_size=60))
def test_any_wording_survives(text: str) -> None:
    try:
        wording = Wording(text, "x")
    except DefinitionError:
        return
    if "\n" in text:
        return
    made = Questionnaire.from_yaml(TEXT)
    changed = Questionnaire(
        code=made.code,
        version=made.version,
        title=wording,
        introduction=made.introduction,
        legal_reference=made.legal_reference,
        valid_from=made.valid_from,
        sections=made.sections,
    )
    assert Questionnaire.from_yaml(changed.to_yaml()).title == wording


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("code: trial\n", "", "the questionnaire has no code"),
        ("code: trial\n", "code: 7\n", "the code of the questionnaire is not a str: 7"),
        ("version: '1.0'", "version: 1.0", "the version of the questionnaire is not a str: 1.0"),
        ("valid_from: 2026-01-01", "valid_from: soon", "the valid_from of the questionnaire is not a date: 'soon'"),
        ("valid_from: 2026-01-01", "valid_from: 2026-01-01 08:00:00", "is not a date"),
        ("valid_from: 2026-01-01", "valid_from: 2026-02-31", "it is not YAML"),
        ("title: {vi: Thử, en: Trial}", "title: {vi: Thử}", "the title of the questionnaire has no en"),
        ("title: {vi: Thử, en: Trial}", "title: Trial", "the title of the questionnaire is not a dict: 'Trial'"),
        ("title: {vi: Thử, en: Trial}", "title: {vi: Thử, en: Trial, fr: Essai}", "has an unknown key 'fr'"),
        ("valid_until:", "valid_till:", "the questionnaire has an unknown key 'valid_till'"),
        (
            "    max_length: 100",
            "    max_lenght: 100",
            "question 'why' of section 'general' of the questionnaire has an",
        ),
        ("max_length: 100", "max_length: true", "is not a int: True"),
        ("scale: agreement", "scale: accord", "names the unknown scale 'accord'"),
        (
            "scale: agreement",
            "scale: agreement\n    choices:\n    - {value: 1, vi: a, en: a}",
            "both a scale and choices",
        ),
        ("no_opinion: {vi: Không có ý kiến, en: No opinion}\n", "", "which the questionnaire does not word"),
        ("is: [2]", "is: [two]", "are not numbers: ['two']"),
        ("is: [2]", "is: [3]", "'why' depends on 'open' being 3, never offered"),
        ("kind: yes_no", "kind: rating", "the choices of rating are 1 to 5, not [1, 2]"),
        ("{value: 2,", "{value: two,", "the value of agreement 2 of the scales is not a int: 'two'"),
        ("scales:\n", "scales:\n  spare:\n  - {value: 1, vi: a, en: a}\n", "no question uses the scale 'spare'"),
        ("code: trial\n", "code: trial\ncode: other\n", "'code' is written twice"),
        ("code: trial\n", "code: &it trial\nother: *it\n", "an alias (*) is not accepted"),
        ("code: trial\n", "code: !!python/object/apply:os.getcwd []\n", "it is not YAML"),
        ("code: trial\n", "? [a]\n: b\n", "it is not YAML"),
        ("sections:\n", "sections: []\nothers:\n", "the questionnaire has an unknown key 'others'"),
    ],
)
def test_slip_is_named(old: str, new: str, problem: str) -> None:
    assert TEXT.count(old) >= 1
    assert problem in problems(TEXT.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "- a", "just words", "{", "\x00", "[" * 5000, "a" * 500_001])
def test_what_is_no_questionnaire_is_refused(text: str) -> None:
    assert problems(text).startswith("The questionnaire's text cannot be used")


def test_every_slip_is_named_at_once() -> None:
    found = problems(
        TEXT.replace("version: '1.0'\n", "").replace("kind: yes_no", "kind: rating").replace("'Vì sao?'", "''")
    )
    assert "has no version" in found
    assert "the choices of rating" in found
    assert "the wording of question 'why' of section 'general' of the questionnaire has no vi" in found
