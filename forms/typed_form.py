"""A paper form as somebody typed it: a ballot that may be blank, and some of whose items may be spoilt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from forms.ballot import BallotError
from forms.definition import TEXT_KINDS, Condition, Question, Questionnaire

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
        choices: dict[str, int] = {}
        several: dict[str, tuple[int, ...]] = {}
        texts: dict[str, str] = {}
        spoilt: list[str] = []
        for question in questionnaire.questions:
            code = question.code
            if not is_met(question.condition, choices, several):
                continue
            value = values[code] if code in values else self.value(code)
            if value == SPOILT:
                spoilt.append(code)
            elif isinstance(value, tuple):
                several[code] = value
            elif isinstance(value, int):
                choices[code] = value
            elif code in self.texts:
                texts[code] = self.texts[code]
        return TypedForm(choices, several, texts, tuple(spoilt))

    def without_texts(self) -> TypedForm:
        """What a second pass keeps of a form."""
        return replace(self, texts={})

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


def is_met(condition: Condition | None, choices: Mapping[str, int], several: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether the answers ask for a question under that condition."""
    if condition is None:
        return True
    given = several.get(condition.question) or (choices.get(condition.question, -1),)
    return not set(condition.values).isdisjoint(given)


def is_compared(question: Question) -> bool:
    """Whether a second pass types the question again: choices, not texts, which nobody types alike twice."""
    return question.kind not in TEXT_KINDS


def can_be_spoilt(question: Question) -> bool:
    """Whether more than one mark makes no answer of it."""
    return is_compared(question) and question.kind != "several"
