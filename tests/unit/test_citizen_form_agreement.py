"""The compiled reader and the WTForms form make the same ballot of any data, for every standard questionnaire."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms import library
from forms.citizen import citizen_form, read_ballot
from forms.definition import TEXT_KINDS, Question, Questionnaire

ODD_VALUES = ["", "05", " 5", "5 ", "+1", "-1", "10", "٥", "５", "1.0", "on", "None", "\x00", "1\n"]
ODD_NAMES = ["q_ghost", "q_", "q_validate", "token", "Q_comment", "website", "csrf_token", "submit"]


def submitted(question: Question) -> st.SearchStrategy[list[tuple[str, str]]]:
    """What arrives for one question: mostly nothing or one offered value, sometimes anything."""
    if question.kind in TEXT_KINDS:
        limit = question.max_length or 0
        value = st.one_of(
            st.text(max_size=30),
            st.sampled_from(["", " \r\n ", "Co\u0301 \u200b", "x" * limit, " " + "x" * limit, "x" * (limit + 1)]),
        )
    else:
        offered = st.sampled_from([str(choice) for choice in question.values])
        value = st.one_of(offered, offered, offered, st.sampled_from(ODD_VALUES), st.text(max_size=3))
    many = st.lists(value, max_size=4)
    usual = many if question.kind == "several" else st.lists(value, max_size=1)
    return st.one_of(usual, usual, usual, many).map(lambda values: [(question.field, value) for value in values])


@st.composite
def form_data(draw: st.DrawFn, questionnaire: Questionnaire) -> MultiDict[str, str]:
    conditions = {asked.condition.question for asked in questionnaire.questions if asked.condition}
    conditional = [asked for asked in questionnaire.questions if asked.condition or asked.code in conditions]
    others = draw(st.lists(st.sampled_from(questionnaire.questions), max_size=6, unique_by=lambda asked: asked.code))
    fields = {asked.code: asked for asked in (*conditional, *others)}
    pairs = [pair for asked in fields.values() for pair in draw(submitted(asked))]
    pairs += draw(st.lists(st.tuples(st.sampled_from(ODD_NAMES), st.text(max_size=3)), max_size=1))
    return MultiDict(draw(st.permutations(pairs)))


@pytest.mark.parametrize("code", library.codes())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_both_roads_agree(code: str, data: st.DataObject) -> None:
    questionnaire = library.standard(code)
    submitted_data = data.draw(form_data(questionnaire))
    ballot = read_ballot(questionnaire, submitted_data)
    form = citizen_form(questionnaire, "vi")(submitted_data)
    assert form.validate() is not bool(ballot.errors)
    assert form.answers() == ballot
    plain = {name: list(values) for name, values in submitted_data.lists()}
    assert read_ballot(questionnaire, plain) == ballot
    fields_with_errors = {f"q_{found.question_code}" for found in ballot.errors if found.question_code}
    assert {field.name for field in form if field.errors} == fields_with_errors


@pytest.mark.parametrize("code", library.codes())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_accepted_was_offered_and_asked(code: str, data: st.DataObject) -> None:
    questionnaire = library.standard(code)
    ballot = read_ballot(questionnaire, data.draw(form_data(questionnaire)))
    for asked, value in ballot.choices.items():
        assert value in questionnaire.question(asked).values
    for asked, values in ballot.several.items():
        assert set(values) <= set(questionnaire.question(asked).values)
        assert list(values) == sorted(set(values))
        assert values
    for asked, text in ballot.texts.items():
        assert 0 < len(text) <= (questionnaire.question(asked).max_length or 0)
    for asked in (*ballot.choices, *ballot.several, *ballot.texts):
        condition = questionnaire.question(asked).condition
        if condition:
            before = (*ballot.several.get(condition.question, ()), ballot.choices.get(condition.question))
            assert set(before) & set(condition.values)
