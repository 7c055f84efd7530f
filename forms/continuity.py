"""What became of each question of a version in the next one, as far as the two texts tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from forms.definition import Question, Questionnaire

Change = Literal["unchanged", "wording", "scale", "meaning", "new", "dropped"]
CHANGES: Final[tuple[Change, ...]] = ("unchanged", "wording", "scale", "meaning", "new", "dropped")
DECLARED: Final = ("wording", "meaning")
# Under these an answer of now and one of then are answers to the same thing.
COMPARABLE: Final[frozenset[Change]] = frozenset({"unchanged", "wording"})


def computed(older: Questionnaire, newer: Questionnaire) -> dict[str, Change | None]:
    """The change of each question of either, by code: those of `newer` in order, then the dropped ones.

    None where the text, the remark or the condition differs: whether that touches the meaning only a person can say.
    """
    before = {question.code: question for question in older.questions}
    found: dict[str, Change | None] = {}
    for question in newer.questions:
        found[question.code] = _change(before[question.code], question) if question.code in before else "new"
    for code in before:
        found.setdefault(code, "dropped")
    return found


def changes(older: Questionnaire, newer: Questionnaire, declared: Mapping[str, str]) -> dict[str, Change | None]:
    """As :func:`computed`, with what the editor declared where the text differs; None where he has not yet."""
    found = computed(older, newer)
    for code, change in found.items():
        if change is None and declared.get(code) in DECLARED:
            found[code] = "meaning" if declared[code] == "meaning" else "wording"
    return found


def _change(before: Question, after: Question) -> Change | None:
    if _scale(before) != _scale(after):
        return "scale"
    same = (before.wording, before.help, before.condition) == (after.wording, after.help, after.condition)
    return "unchanged" if same else None


def _scale(question: Question) -> tuple[object, ...]:
    """What an answer can be; how a face looks and how "no opinion" is worded change nothing."""
    choices = tuple((choice.value, choice.wording) for choice in question.scale_choices)
    return (question.kind, choices, question.no_opinion)
