"""What became of each question of a version in the next one, as far as the two texts tell."""

from __future__ import annotations

from typing import Final, Literal

from forms.draft import Draft, DraftQuestion

Change = Literal["unchanged", "wording", "scale", "meaning", "new", "dropped"]
DECLARED: Final = ("wording", "meaning")
# Under these an answer of now and one of then are answers to the same thing.
COMPARABLE: Final[frozenset[str]] = frozenset({"unchanged", "wording"})


def computed(older: Draft, newer: Draft) -> dict[str, Change | None]:
    """The change of each question of either, by code: those of `newer` in order, then the dropped ones.

    None where the text, the remark or the condition differs: whether that touches the meaning only a person can say.
    """
    before = {question.code: question for question in older.questions}
    found: dict[str, Change | None] = {}
    for question in newer.questions:
        if question.code:
            earlier = before.get(question.code)
            found[question.code] = _change(older, earlier, newer, question) if earlier else "new"
    for code in before:
        found.setdefault(code, "dropped")
    return found


def changes(older: Draft, newer: Draft) -> dict[str, Change | None]:
    """As :func:`computed`, with what the editor of `newer` declared where the text differs; None where he has not."""
    found = computed(older, newer)
    for code, change in found.items():
        if change is None and newer.declared.get(code) in DECLARED:
            found[code] = "meaning" if newer.declared[code] == "meaning" else "wording"
    return found


def _change(older: Draft, before: DraftQuestion, newer: Draft, after: DraftQuestion) -> Change | None:
    if _scale(older, before) != _scale(newer, after):
        return "scale"
    return "unchanged" if _text(before) == _text(after) else None


def _scale(draft: Draft, question: DraftQuestion) -> tuple[object, ...]:
    """What an answer can be; how a face looks and how "no opinion" is worded change nothing."""
    choices = tuple((choice.value, choice.words) for choice in draft.choices_of(question))
    return (question.kind, choices, question.no_opinion)


def _text(question: DraftQuestion) -> tuple[object, ...]:
    return (question.wording, question.help, question.asked_when, question.asked_values)
