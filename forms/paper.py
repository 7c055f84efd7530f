"""A paper form as it is typed: like a citizen's ballot, but it may be blank, and items may be spoilt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.ballot import BallotError
from forms.citizen import FormData, read_ballot
from forms.definition import TEXT_KINDS, Question, Questionnaire

SPOILT = "m"  # in a field: more marks than the item takes

ItemValue = int | tuple[int, ...] | str | None
"""What a form says in an item: a choice, several of them, SPOILT, or None where it is blank."""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """The answers of one paper form by question code; `spoilt` are items with more marks than they take.

    A spoilt item is no answer. Only to be kept when `errors` is empty.
    """

    choices: Mapping[str, int] = field(default_factory=dict)
    several: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    spoilt: tuple[str, ...] = ()
    errors: tuple[BallotError, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing on it counts as an answer."""
        return not (self.choices or self.several or self.texts)

    def value(self, item: str) -> ItemValue:
        """What the form says in an item that offers choices."""
        if item in self.spoilt:
            return SPOILT
        return self.choices.get(item, self.several.get(item))

    def corrected(self, values: Mapping[str, ItemValue], questionnaire: Questionnaire) -> TypedForm:
        """The form with other values in some items; answers under a condition no longer met are discarded."""
        given: dict[str, ItemValue] = {**self.choices, **self.several, **dict.fromkeys(self.spoilt, SPOILT), **values}
        data: dict[str, list[str]] = {f"q_{code}": [text] for code, text in self.texts.items()}
        for code, value in given.items():
            if value is not None:
                values_of_item = value if isinstance(value, tuple) else (value,)
                data[f"q_{code}"] = [str(one) for one in values_of_item]
        return read_typed_form(questionnaire, data)

    def to_json(self) -> str:
        """One spelling for each content."""
        content = {
            "choices": dict(sorted(self.choices.items())),
            "several": {code: list(values) for code, values in sorted(self.several.items())},
            "texts": dict(sorted(self.texts.items())),
            "spoilt": sorted(self.spoilt),
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> TypedForm:
        content = json.loads(text)
        several = {code: tuple(values) for code, values in content["several"].items()}
        return cls(content["choices"], several, content["texts"], tuple(content["spoilt"]))


def is_compared(question: Question) -> bool:
    """Whether a second pass types the question again: choices, not texts, which nobody types alike twice."""
    return question.kind not in TEXT_KINDS


def can_be_spoilt(question: Question) -> bool:
    """Whether more than one mark makes no answer of it."""
    return is_compared(question) and question.kind != "several"


def read_typed_form(questionnaire: Questionnaire, data: FormData) -> TypedForm:
    """The form as typed: fields as in the citizen's form, with the value SPOILT where an item is spoilt.

    A blank form is no error here. The other rules are those of :func:`forms.citizen.read_ballot`.
    """
    fields: dict[str, Any] = dict(data.lists()) if isinstance(data, MultiDict) else dict(data)
    spoilt = [
        question.code
        for question in questionnaire.questions
        if can_be_spoilt(question) and list(fields.get(question.field, ())) == [SPOILT]
    ]
    for code in spoilt:
        del fields[questionnaire.question(code).field]
    ballot = read_ballot(questionnaire, fields)
    errors = tuple(error for error in ballot.errors if error.code != "empty")
    asked = tuple(code for code in spoilt if _is_asked(questionnaire, code, ballot.choices, ballot.several))
    return TypedForm(ballot.choices, ballot.several, ballot.texts, asked, errors)


def _is_asked(
    questionnaire: Questionnaire, code: str, choices: Mapping[str, int], several: Mapping[str, tuple[int, ...]]
) -> bool:
    condition = questionnaire.question(code).condition
    if condition is None:
        return True
    given = several.get(condition.question) or (choices.get(condition.question, -1),)
    return not set(condition.values).isdisjoint(given)


def without_texts(form: TypedForm) -> TypedForm:
    """What a second pass keeps of a form."""
    return replace(form, texts={})
