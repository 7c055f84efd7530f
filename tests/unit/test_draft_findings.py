"""Drafts may be unfinished, say where, and become the questionnaire they describe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import draft_notation, library, notation
from forms.citizen import citizen_form
from forms.continuity import changes, computed
from forms.definition import DefinitionError, Questionnaire
from forms.draft import Draft, DraftChoice, DraftQuestion, DraftSection, Words
from forms.draft_findings import findings
from forms.draft_notation import DraftFaults
from forms.draft_preview import showable
from forms.draft_words import reworded, slots

W = Words("Chữ", "Words")
SCALE = [DraftChoice(value, Words(f"Mức {value}", f"Level {value}")) for value in range(1, 6)]


def counter() -> Draft:
    draft = draft_notation.of(library.standard("counter"))
    draft.minutes = 3
    return draft


def question(draft: Draft, code: str) -> DraftQuestion:
    return next(asked for asked in draft.questions if asked.code == code)


def codes(draft: Draft, severity: str = "error") -> list[str]:
    return [finding.code for finding in findings(draft) if finding.severity == severity]


@pytest.mark.parametrize("code", library.codes())
def test_standard_questionnaires_go_through_a_draft_unchanged(code: str) -> None:
    asked = library.standard(code)
    draft = draft_notation.of(asked)
    assert draft_notation.read(draft_notation.write(draft)) == draft
    assert draft_notation.read_kept(draft_notation.write(draft)) == draft
    assert Questionnaire(**notation.arguments_of(draft_notation.plain_form(draft))) == asked
    assert codes(draft) == []


def _forget(name: str) -> Callable[[Draft], None]:
    return lambda draft: setattr(draft, name, type(getattr(draft, name))() if name != "valid_from" else None)


def _question(of: str, **values: object) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        changed = question(draft, of)
        for name, value in values.items():
            setattr(changed, name, value)

    return change


def _later(draft: Draft) -> None:
    question(draft, "access_signs").asked_when = "overall_satisfaction"
    question(draft, "access_signs").asked_values = (1,)


def _few(draft: Draft) -> None:
    draft.scales["satisfaction"] = draft.scales["satisfaction"][:1]


def _gap(draft: Draft) -> None:
    del draft.scales["satisfaction"][1]


def _parts(draft: Draft) -> None:
    choices = [DraftChoice(value, Words(f"{value}", f"{value}")) for value in range(1, 10)]
    for number in range(22):
        key = draft.new_key()
        draft.sections[-1].questions.append(DraftQuestion(key, f"many_{number}", "several", W, W, choices=choices))


WRONG: dict[str, Callable[[Draft], None]] = {
    "both_missing": _forget("title"),
    "valid_from_missing": _forget("valid_from"),
    "no_section": _forget("sections"),
    "questionnaire_code": lambda draft: setattr(draft, "code", "Mã-số"),
    "version_form": lambda draft: setattr(draft, "version", "2"),
    "validity_backwards": lambda draft: setattr(draft, "valid_until", date(2001, 1, 1)),
    "minutes_range": lambda draft: setattr(draft, "minutes", 500),
    "no_opinion_unworded": _forget("no_opinion"),
    "en_missing": _question("access_signs", wording=Words("Biển hiệu", "")),
    "vi_missing": _question("access_signs", label=Words("", "Signs")),
    "too_long": _question("access_signs", label=Words("a" * 61, "b")),
    "code_missing": _question("access_signs", code=""),
    "code_form": _question("access_signs", code="Access"),
    "code_twice": _question("access_signs", code="access_seats"),
    "kind_unknown": _question("comment", kind="matrix"),
    "text_choices": _question("comment", choices=SCALE),
    "text_length": _question("comment", max_length=None),
    "index_rating": _question("respondent_kind", in_index=True),
    "choices_few": _question("respondent_kind", choices=[]),
    "choices_count": _question("access_signs", scale="", choices=SCALE[:4]),
    "choice_twice": _question("respondent_kind", choices=[DraftChoice(1, W), DraftChoice(2, W)]),
    "face_unknown": _question("respondent_kind", choices=[DraftChoice(1, W, "angry"), DraftChoice(2, SCALE[0].words)]),
    "no_opinion_several": _question("respondent_kind", kind="several", no_opinion=True),
    "condition_unknown": _question("comment", asked_when="nothing", asked_values=(1,)),
    "condition_later": _later,
    "condition_text": _question("respondent_kind", asked_when="comment", asked_values=(1,)),
    "condition_values": _question("comment", asked_when="overall_satisfaction"),
    "condition_never": _question("procedure_field", asked_when="respondent_kind", asked_values=(7,)),
    "scale_unknown": _question("access_signs", scale="none_such"),
    "scale_empty": _few,
    "choice_values": _gap,
    "section_empty": lambda draft: draft.sections[5].questions.clear(),
    "factor_without_items": lambda draft: draft.sections[0].questions.clear(),
    "factor_twice": lambda draft: setattr(draft.sections[0], "factor", "results"),
    "factor_form": lambda draft: setattr(draft.sections[0], "factor", "Ngoài"),
    "content_unknown": lambda draft: draft.contents.clear(),
    "too_many_parts": _parts,
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_found_where_it_is(code: str) -> None:
    draft = counter()
    WRONG[code](draft)
    assert code in codes(draft)
    assert all(finding.sentence % {**finding.parameters} for finding in findings(draft))
    with pytest.raises(DefinitionError):
        Questionnaire(**notation.arguments_of(draft_notation.plain_form(draft)))
    showable(draft)  # never fails, whatever is missing


def test_warnings_ask_and_do_not_block() -> None:
    draft = counter()
    draft.minutes = None
    draft.sections[0].factor = "premises"
    draft.scales["spare"] = []
    draft.contents["spare"] = Words()
    assert codes(draft) == []
    assert set(codes(draft, "warning")) == {"minutes_missing", "factor_unknown", "scale_unused", "content_unused"}
    asked = Questionnaire(**notation.arguments_of(draft_notation.plain_form(draft)))
    assert [scale.code for scale in asked.scales] == ["satisfaction"]
    one_tap = draft_notation.of(library.standard("online-3"))
    assert "no_index" in codes(one_tap, "warning")


texts = st.sampled_from(["", "a", "Chữ", "x" * 70])
pairs = st.builds(Words, texts, texts)
choice_lists = st.lists(
    st.builds(DraftChoice, st.integers(0, 9), pairs, st.sampled_from(["", "sad", "odd"])), max_size=5
)
questions = st.builds(
    DraftQuestion,
    key=st.just(""),
    code=st.sampled_from(["", "a", "b", "Ơ", "c_1"]),
    kind=st.sampled_from(["rating", "single", "several", "yes_no", "levels", "short_text", "matrix"]),
    label=pairs,
    wording=pairs,
    help=pairs,
    scale=st.sampled_from(["", "s", "five", "gone"]),
    choices=choice_lists,
    no_opinion=st.booleans(),
    in_index=st.booleans(),
    max_length=st.sampled_from([None, 0, 10, 9000]),
    asked_when=st.sampled_from(["", "a", "b", "c_1"]),
    asked_values=st.sampled_from([(), (1,), (1, 8), (0,)]),
)
sections = st.builds(
    DraftSection,
    key=st.just(""),
    code=st.sampled_from(["", "s1", "s2", "s3"]),
    title=pairs,
    factor=st.sampled_from(["", "access", "index", "c"]),
    content=st.sampled_from(["", "c", "index", "d"]),
    questions=st.lists(questions, max_size=4),
)
drafts = st.builds(
    Draft,
    code=st.sampled_from(["sample", "", "A", "a--b"]),
    version=st.sampled_from(["1.0", "1", ""]),
    title=pairs,
    introduction=pairs,
    thanks=pairs,
    legal_reference=pairs,
    valid_from=st.sampled_from([None, date(2026, 1, 1)]),
    valid_until=st.sampled_from([None, date(2025, 1, 1)]),
    minutes=st.sampled_from([None, 3, 0, 500]),
    no_opinion=pairs,
    scales=st.fixed_dictionaries({"s": choice_lists, "five": st.just(SCALE)}),
    contents=st.dictionaries(st.sampled_from(["c", "index", "Ơ"]), pairs, max_size=2),
    sections=st.lists(sections, max_size=3),
)


def check_one_verdict(draft: Draft) -> bool:
    """Whether the draft has no error; what is found and what a questionnaire refuses must agree."""
    problems: tuple[str, ...] = ()
    try:
        Questionnaire(**notation.arguments_of(draft_notation.plain_form(draft)))
    except DefinitionError as error:
        problems = error.problems
    found = codes(draft)
    assert bool(found) == bool(problems), (found, problems)
    shown, left_out = showable(draft)
    if shown is not None:
        citizen_form(shown, "vi")(formdata=None)
    assert len(left_out) <= len(list(draft.questions))
    return not found


@settings(max_examples=150, deadline=None)
@given(drafts)
def test_without_an_error_found_the_questionnaire_is_taken(draft: Draft) -> None:
    """And the other way round: what the questionnaire refuses has been found."""
    check_one_verdict(draft)


FIELDS = sorted(set(DraftQuestion.__slots__) - {"key"})


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 19), questions, st.sets(st.sampled_from(FIELDS), min_size=1, max_size=2))
def test_nearly_finished_drafts_have_one_verdict_too(at: int, other: DraftQuestion, names: set[str]) -> None:
    draft = counter()
    changed = list(draft.questions)[at]
    for name in names:
        setattr(changed, name, getattr(other, name))
    check_one_verdict(draft)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["access_signs", "comment", "sections"]), max_size=6), st.integers(-2, 2))
def test_moving_loses_nothing(names: list[str], step: int) -> None:
    draft = counter()
    before = sorted(asked.code for asked in draft.questions)
    for name in names:
        key = draft.sections[0].key if name == "sections" else question(draft, name).key
        draft.move(key, step or 1)
    assert sorted(asked.code for asked in draft.questions) == before


def test_a_new_code_is_followed_by_the_conditions_on_it() -> None:
    draft = draft_notation.of(library.standard("one-tap"))
    first = next(draft.questions)
    draft.replace_question(first.key, replace(first, code="satisfaction_now"))
    assert question(draft, "reasons").asked_when == "satisfaction_now"


def test_a_file_is_refused_line_by_line() -> None:
    text = library.standard("one-tap").to_yaml()
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "kind:" in line)
    with pytest.raises(DraftFaults) as caught:
        draft_notation.read(text.replace("kind:", "sort:", 1))
    assert [(fault.row, fault.parameters["key"]) for fault in caught.value.faults] == [(at - 1, "sort")]
    for wrong in ("a: [", "- 1", "code: a\ncode: b", "a: &x 1\nb: *x", "sections: 3", "x" * 600_000):
        with pytest.raises(DraftFaults):
            draft_notation.read(wrong)
    assert draft_notation.read("code: a\n").sections == []  # unfinished is no fault


def test_both_languages_are_written_side_by_side() -> None:
    draft = counter()
    found = list(slots(draft))
    assert len({slot.address for slot in found}) == len(found)
    typed = {slot.address: Words(f"{slot.address} vi", f"{slot.address} en") for slot in found}
    changed = reworded(draft, typed)
    assert {slot.address: slot.words for slot in slots(changed)} == typed
    assert reworded(draft, {"gone": W}) == draft


def test_what_became_of_each_question() -> None:
    older, newer = counter(), counter()
    question(newer, "access_signs").wording = W
    question(newer, "access_seats").label = W  # reports alone say it
    newer.scales["satisfaction"] = [replace(choice, face="") for choice in newer.scales["satisfaction"]]
    question(newer, "access_equipment").no_opinion = False
    question(newer, "comment").asked_when, question(newer, "comment").asked_values = "respondent_kind", (1,)
    newer.remove(question(newer, "results_fair").key)
    newer.sections[0].questions.append(DraftQuestion("900", "extra", "short_text", W, W, max_length=10))
    found = computed(older, newer)
    told = {code: change for code, change in found.items() if change != "unchanged"}
    assert told == {
        "access_signs": None,
        "access_equipment": "scale",
        "comment": None,
        "results_fair": "dropped",
        "extra": "new",
    }
    newer.declared = {"access_signs": "wording", "comment": "meaning", "access_seats": "meaning"}
    settled = changes(older, newer)
    assert (settled["access_signs"], settled["comment"], settled["access_seats"]) == ("wording", "meaning", "unchanged")


def test_a_long_name_is_cut_and_keeps_its_words() -> None:
    draft = draft_notation.of(library.standard("counter"))
    draft.contents = {"n" * 50: Words("Nội dung", "Content")}
    kept = draft_notation.read_kept(draft_notation.write(draft))
    assert kept.contents == {"n" * draft_notation.LONGEST_NAME: Words("Nội dung", "Content")}
