"""What stands between a draft and its publication: errors that block, warnings that ask, each at its part.

An empty list of errors means that :class:`forms.definition.Questionnaire` takes the draft; a property test holds the
two to one verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, get_args

from forms import library
from forms.definition import FORM_PARTS, LONGEST_MINUTES, Face, Kind
from forms.draft import Draft, DraftChoice, DraftQuestion, DraftSection, Words
from forms.finding import SETTINGS, STRUCTURE, Finding
from forms.question import (
    CHOICE_LENGTH,
    CODE_LENGTH,
    INTRODUCTION_LENGTH,
    LABEL_LENGTH,
    TEXT_ANSWER_LENGTH,
    TITLE_LENGTH,
    WORDING_LENGTH,
    repeated,
)

OVERALL = "overall_satisfaction"

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")
# How many answers a kind offers, where it is fixed.
SIZES: Final[Mapping[str, tuple[int, ...]]] = {"rating": (5,), "yes_no": (2,), "levels": (3, 4)}


def known_factors() -> dict[str, Words]:
    """The factors of the standard questionnaires with their titles, in order."""
    found: dict[str, Words] = {}
    for code in library.codes():
        for section in library.standard(code).sections:
            if section.factor:
                found.setdefault(section.factor, Words(section.title.vi, section.title.en))
    return found


def findings(draft: Draft) -> list[Finding]:
    """Everything found in the draft by itself, in the order of its parts."""
    return [
        *_settings(draft),
        *_contents(draft),
        *_scales(draft),
        *(found for section in draft.sections for found in _section(draft, section)),
        *_structure(draft),
    ]


def _words(element: str, name: str, words: Words, limit: int, *, required: bool = True) -> Iterator[Finding]:
    if not words:
        if required:
            yield Finding("both_missing", element, parameters={"field": name})
        return
    for language, text in (("vi", words.vi), ("en", words.en)):
        if not text:
            yield Finding(f"{language}_missing", element, parameters={"field": name})
        elif len(text) > limit:
            yield Finding("too_long", element, parameters={"field": name, "limit": limit})


def _code(element: str, code: str) -> Iterator[Finding]:
    if not code:
        yield Finding("code_missing", element)
    elif not _CODE.fullmatch(code) or len(code) > CODE_LENGTH:
        yield Finding("code_form", element)


def _settings(draft: Draft) -> Iterator[Finding]:
    if not _NAME.fullmatch(draft.code) or len(draft.code) > CODE_LENGTH:
        yield Finding("questionnaire_code", SETTINGS)
    if not _VERSION.fullmatch(draft.version):
        yield Finding("version_form", SETTINGS)
    yield from _words(SETTINGS, "title", draft.title, TITLE_LENGTH)
    yield from _words(SETTINGS, "introduction", draft.introduction, INTRODUCTION_LENGTH)
    yield from _words(SETTINGS, "thanks", draft.thanks, WORDING_LENGTH, required=False)
    yield from _words(SETTINGS, "legal_reference", draft.legal_reference, WORDING_LENGTH)
    if draft.valid_from is None:
        yield Finding("valid_from_missing", SETTINGS)
    elif draft.valid_until is not None and draft.valid_until < draft.valid_from:
        yield Finding("validity_backwards", SETTINGS)
    if draft.minutes is None:
        yield Finding("minutes_missing", SETTINGS, "warning")
    elif not 1 <= draft.minutes <= LONGEST_MINUTES:
        yield Finding("minutes_range", SETTINGS, parameters={"limit": LONGEST_MINUTES})
    if any(question.no_opinion for question in draft.questions):
        if not draft.no_opinion:
            yield Finding("no_opinion_unworded", SETTINGS)
        yield from _words(SETTINGS, "no_opinion", draft.no_opinion, CHOICE_LENGTH, required=False)


def _contents(draft: Draft) -> Iterator[Finding]:
    used = {section.content for section in draft.sections}
    for code, title in draft.contents.items():
        element = f"content:{code}"
        if not _CODE.fullmatch(code) or len(code) > CODE_LENGTH:
            yield Finding("content_code", element, parameters={"code": code})
        if code in used:
            yield from _words(element, "title", title, TITLE_LENGTH)
        else:
            yield Finding("content_unused", element, "warning", {"code": code})


def _scales(draft: Draft) -> Iterator[Finding]:
    used = {question.scale for question in draft.questions}
    for code, choices in draft.scales.items():
        element = f"scale:{code}"
        if code not in used:
            yield Finding("scale_unused", element, "warning", {"code": code})
            continue
        if not _CODE.fullmatch(code) or len(code) > CODE_LENGTH:
            yield Finding("scale_code", element, parameters={"code": code})
        if len(choices) < 2:
            yield Finding("scale_empty", element, parameters={"code": code})
        elif [choice.value for choice in choices] != list(range(1, len(choices) + 1)):
            yield Finding("choice_values", element)
        yield from _choices(element, choices)


def _choices(element: str, choices: list[DraftChoice]) -> Iterator[Finding]:
    for choice in choices:
        yield from _words(element, "choice", choice.words, CHOICE_LENGTH)
        if choice.face and choice.face not in get_args(Face):
            yield Finding("face_unknown", element, parameters={"face": choice.face})


def _section(draft: Draft, section: DraftSection) -> Iterator[Finding]:
    key = section.key
    yield from _code(key, section.code)
    if section.code and sum(other.code == section.code for other in draft.sections) > 1:
        yield Finding("code_twice", key, parameters={"code": section.code})
    yield from _words(key, "title", section.title, TITLE_LENGTH)
    if not section.questions:
        yield Finding("section_empty", key)
    yield from _membership(draft, section)
    for question in section.questions:
        yield from _question(draft, question)


def _membership(draft: Draft, section: DraftSection) -> Iterator[Finding]:
    key, factor = section.key, section.factor
    if factor:
        others = Counter([other.factor for other in draft.sections if other.factor])
        used = {other.content for other in draft.sections}
        others.update(["index", *(code for code in draft.contents if code in used)])
        if not _CODE.fullmatch(factor) or len(factor) > CODE_LENGTH:
            yield Finding("factor_form", key)
        elif others[factor] > 1:
            yield Finding("factor_twice", key, parameters={"code": factor})
        elif factor not in known_factors():
            yield Finding("factor_unknown", key, "warning", {"code": factor})
    if section.content and section.content not in draft.contents:
        yield Finding("content_unknown", key, parameters={"code": section.content})
    elif section.content == "index":
        yield Finding("factor_twice", key, parameters={"code": "index"})
    if (factor or section.content) and not any(question.in_index for question in section.questions):
        yield Finding("factor_without_items", key)


def _question(draft: Draft, question: DraftQuestion) -> Iterator[Finding]:
    key = question.key
    yield from _code(key, question.code)
    if question.code and sum(other.code == question.code for other in draft.questions) > 1:
        yield Finding("code_twice", key, parameters={"code": question.code})
    yield from _words(key, "label", question.label, LABEL_LENGTH)
    yield from _words(key, "wording", question.wording, WORDING_LENGTH)
    yield from _words(key, "help", question.help, WORDING_LENGTH, required=False)
    if question.in_index and question.kind != "rating":
        yield Finding("index_rating", key)
    if question.kind not in get_args(Kind):
        yield Finding("kind_unknown", key, parameters={"kind": question.kind})
    elif question.is_text:
        yield from _text(question)
    else:
        yield from _answers(draft, question)
    yield from _condition(draft, question)


def _text(question: DraftQuestion) -> Iterator[Finding]:
    if question.scale or question.choices or question.no_opinion:
        yield Finding("text_choices", question.key)
    if question.max_length is None or not 1 <= question.max_length <= TEXT_ANSWER_LENGTH:
        yield Finding("text_length", question.key, parameters={"limit": TEXT_ANSWER_LENGTH})


def _answers(draft: Draft, question: DraftQuestion) -> Iterator[Finding]:
    key, choices = question.key, draft.choices_of(question)
    if question.scale and question.scale not in draft.scales:
        yield Finding("scale_unknown", key, parameters={"code": question.scale})
        return
    sizes = SIZES.get(question.kind)
    values = [choice.value for choice in choices]
    if len(choices) < 2:
        yield Finding("choices_few", key)
    elif sizes and len(choices) not in sizes:
        allowed = "–".join(str(size) for size in sizes)
        yield Finding("choices_count", key, parameters={"allowed": allowed, "number": len(choices)})
    elif sizes and values != list(range(1, len(values) + 1)):
        yield Finding("choice_values", key)
    if not question.scale:
        yield from _choices(key, choices)
        if values != sorted(set(values)) or any(not 1 <= value <= 9 for value in values):
            yield Finding("choice_values", key)
    offered = [*(choice.words for choice in choices), *([draft.no_opinion] if question.no_opinion else [])]
    for language in ("vi", "en"):
        for text in repeated(getattr(words, language) for words in offered if getattr(words, language)):
            yield Finding("choice_twice", key, parameters={"text": text})
    if question.no_opinion and question.kind == "several":
        yield Finding("no_opinion_several", key)


def _condition(draft: Draft, question: DraftQuestion) -> Iterator[Finding]:
    code = question.asked_when
    if not code:
        return
    asked = next((earlier for earlier in draft.before(question.key) if earlier.code == code), None)
    about = {"code": code}
    if asked is None:
        later = any(other.code == code for other in draft.questions)
        yield Finding("condition_later" if later else "condition_unknown", question.key, parameters=about)
    elif asked.is_text:
        yield Finding("condition_text", question.key, parameters=about)
    elif not question.asked_values:
        yield Finding("condition_values", question.key, parameters=about)
    else:
        offered = {choice.value for choice in draft.choices_of(asked)} | ({0} if asked.no_opinion else set())
        if not offered.issuperset(question.asked_values):
            yield Finding("condition_never", question.key, parameters=about)


def _structure(draft: Draft) -> Iterator[Finding]:
    if not draft.sections:
        yield Finding("no_section", STRUCTURE)
    questions = list(draft.questions)
    if questions and not any(question.in_index or question.code == OVERALL for question in questions):
        yield Finding("no_index", STRUCTURE, "warning")
    parts = sum(len(draft.choices_of(question)) if question.kind == "several" else 1 for question in questions)
    if parts > FORM_PARTS:
        yield Finding("too_many_parts", STRUCTURE, parameters={"parts": parts, "limit": FORM_PARTS})
