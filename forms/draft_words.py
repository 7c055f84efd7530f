"""Every wording of a draft under an address, for a page that shows both languages side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forms.draft import Draft, DraftChoice, Words


@dataclass(frozen=True, slots=True)
class Slot:
    """One wording. `address` names it in the draft, such as "5.wording"; `name` is a key of finding.FIELDS; `group`
    names the part of the page it stands in: "settings", "scales", or the key of a section; `lines`: a paragraph."""

    address: str
    name: str
    group: str
    words: Words
    lines: bool = False


def slots(draft: Draft) -> Iterator[Slot]:
    """All wordings, in the order a reader meets them; a remark or thanks that nobody wrote is none."""
    yield Slot("title", "title", "settings", draft.title)
    yield Slot("introduction", "introduction", "settings", draft.introduction, lines=True)
    yield Slot("legal_reference", "legal_reference", "settings", draft.legal_reference)
    if draft.thanks:
        yield Slot("thanks", "thanks", "settings", draft.thanks, lines=True)
    if draft.no_opinion:
        yield Slot("no_opinion", "no_opinion", "settings", draft.no_opinion)
    for code, title in draft.contents.items():
        yield Slot(f"content:{code}", "title", "settings", title)
    for code, choices in draft.scales.items():
        for choice in choices:
            yield Slot(f"scale:{code}:{choice.value}", "choice", "scales", choice.words)
    for section in draft.sections:
        yield Slot(f"{section.key}.title", "title", section.key, section.title)
        for question in section.questions:
            yield Slot(f"{question.key}.wording", "wording", section.key, question.wording)
            yield Slot(f"{question.key}.label", "label", section.key, question.label)
            if question.help:
                yield Slot(f"{question.key}.help", "help", section.key, question.help, lines=True)
            if not question.scale:
                for choice in question.choices:
                    yield Slot(f"{question.key}.choice:{choice.value}", "choice", section.key, choice.words)


def reworded(draft: Draft, typed: Mapping[str, Words]) -> Draft:
    """A copy with the words that were typed, by address; an address that is not there any more is passed over."""
    new = draft.copy()
    new.title = typed.get("title", draft.title)
    new.introduction = typed.get("introduction", draft.introduction)
    new.legal_reference = typed.get("legal_reference", draft.legal_reference)
    new.thanks = typed.get("thanks", draft.thanks)
    new.no_opinion = typed.get("no_opinion", draft.no_opinion)
    new.contents = {code: typed.get(f"content:{code}", title) for code, title in draft.contents.items()}
    new.scales = {code: _choices(choices, f"scale:{code}", typed) for code, choices in draft.scales.items()}
    for section in new.sections:
        section.title = typed.get(f"{section.key}.title", section.title)
        for question in section.questions:
            question.wording = typed.get(f"{question.key}.wording", question.wording)
            question.label = typed.get(f"{question.key}.label", question.label)
            question.help = typed.get(f"{question.key}.help", question.help)
            question.choices = _choices(question.choices, f"{question.key}.choice", typed)
    return new


def _choices(choices: list[DraftChoice], address: str, typed: Mapping[str, Words]) -> list[DraftChoice]:
    return [replace(choice, words=typed.get(f"{address}:{choice.value}", choice.words)) for choice in choices]
