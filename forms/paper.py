"""The typing page's fields read as a typed form, by the citizen's own rules."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from forms.citizen import FormData, read_ballot
from forms.definition import Questionnaire
from forms.typed_form import SPOILT, TypedForm, can_be_spoilt, is_met


def read_typed_form(questionnaire: Questionnaire, data: FormData) -> TypedForm:
    """The form as typed: fields as in the citizen's form, with the value SPOILT where an item is spoilt.

    A blank form is no error here. The other rules are those of :func:`forms.citizen.read_ballot`.
    """
    fields: dict[str, Any] = dict(data.lists()) if isinstance(data, MultiDict) else dict(data)
    spoilt = [
        question
        for question in questionnaire.questions
        if can_be_spoilt(question) and list(fields.get(question.field, ())) == [SPOILT]
    ]
    for question in spoilt:
        del fields[question.field]
    ballot = read_ballot(questionnaire, fields)
    errors = tuple(error for error in ballot.errors if error.code != "empty")
    asked = tuple(each.code for each in spoilt if is_met(each.condition, ballot.choices, ballot.several))
    return TypedForm(ballot.choices, ballot.several, ballot.texts, asked, errors)
