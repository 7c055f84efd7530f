"""A typed paper form: blank or spoilt where a ballot may not be, corrected item by item, kept as one text."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from forms.paper import read_typed_form
from forms.typed_form import SPOILT, TypedForm, can_be_spoilt, is_compared
from tests.paper_batches import ASKED, typed


def test_a_form_is_read_as_a_ballot_is_but_may_be_blank() -> None:
    form = read_typed_form(
        ASKED, MultiDict([("q_access_1", "5"), ("q_overall", "2"), ("q_reasons", "1"), ("q_reasons", "3")])
    )
    assert (form.choices, form.several, form.errors) == ({"access_1": 5, "overall": 2}, {"reasons": (1, 3)}, ())
    blank = read_typed_form(ASKED, {"q_access_1": [""], "csrf_token": ["x"]})
    assert (blank.is_blank, blank.errors) == (True, ())


def test_more_than_one_mark_is_no_answer_and_is_noted() -> None:
    form = typed({"access_1": SPOILT, "access_2": 4})
    assert (form.choices, form.spoilt, form.is_blank) == ({"access_2": 4}, ("access_1",), False)
    assert [form.value(code) for code in ("access_1", "access_2", "results_1")] == [SPOILT, 4, None]
    assert typed({"access_1": SPOILT}).is_blank
    assert not can_be_spoilt(ASKED.question("reasons"))
    assert not is_compared(ASKED.question("comment"))


@pytest.mark.parametrize("field", ["q_reasons", "q_comment"])
def test_what_cannot_be_spoilt_is_not(field: str) -> None:
    form = read_typed_form(ASKED, {"q_overall": ["1"], field: [SPOILT]})
    assert form.spoilt == ()
    assert bool(form.errors) == (field == "q_reasons")


def test_impossible_values_are_errors() -> None:
    form = read_typed_form(ASKED, {"q_access_1": ["6"], "q_overall": ["5", "4"], "q_nonsense": ["1"]})
    assert {error.question_code for error in form.errors} == {"access_1", "overall", None}


def test_what_is_not_asked_is_discarded_spoilt_or_not() -> None:
    assert typed({"overall": 5, "reasons": (1,)}).several == {}
    assert typed({"overall": 2, "reasons": (1,)}).several == {"reasons": (1,)}


def test_a_correction_discards_what_is_no_longer_asked() -> None:
    form = typed({"access_1": SPOILT, "access_2": 3, "overall": 2, "reasons": (1, 2), "comment": "Chậm"})
    same = form.corrected({}, ASKED)
    assert same == form
    corrected = form.corrected({"overall": 4, "access_1": 5, "access_2": None}, ASKED)
    assert (corrected.choices, corrected.several, corrected.spoilt) == ({"access_1": 5, "overall": 4}, {}, ())
    assert corrected.texts == {"comment": "Chậm"}
    assert form.corrected({"access_2": SPOILT}, ASKED).spoilt == ("access_1", "access_2")
    assert form.corrected({"reasons": (3,)}, ASKED).several == {"reasons": (3,)}


def test_a_form_is_one_text_and_back() -> None:
    form = typed({"access_1": SPOILT, "overall": 2, "reasons": (3, 1), "comment": 'Được "lắm"'})
    assert TypedForm.from_json(form.to_json()) == form
    assert (
        form.to_json()
        == typed({"comment": 'Được "lắm"', "reasons": (1, 3), "overall": 2, "access_1": SPOILT}).to_json()
    )
    assert "Được" in form.to_json()
    assert form.without_texts().texts == {}
