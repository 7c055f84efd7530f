"""The questionnaire: frozen, self-checking, written as YAML and read back without loss."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from forms import notation
from forms.question import (
    CHOICE_KINDS,
    INTRODUCTION_LENGTH,
    NO_OPINION,
    TEXT_KINDS,
    TITLE_LENGTH,
    WORDING_LENGTH,
    Choice,
    Condition,
    Content,
    DefinitionError,
    Face,
    Kind,
    Language,
    Question,
    Scale,
    Section,
    Wording,
    refuse,
    repeated,
)

__all__ = [
    "CHOICE_KINDS",
    "NO_OPINION",
    "TEXT_KINDS",
    "Choice",
    "Condition",
    "Content",
    "DefinitionError",
    "Face",
    "Kind",
    "Language",
    "Question",
    "Questionnaire",
    "Scale",
    "Scope",
    "Section",
    "Wording",
]

LONGEST_MINUTES = 120
FORM_PARTS = 190  # public routes take 200 parts; token, honeypot and language need a few

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of items that one pooled figure is made of: a factor, a content, or "index" with all of them."""

    code: str
    level: Literal["factor", "content", "index"]
    title: Wording
    items: tuple[str, ...]


INDEX_TITLE = Wording("Chỉ số hài lòng", "Satisfaction index")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Questionnaire:
    """What is asked, in which order and words; immutable once published, equal when the digest is equal.

    `code` and `version` ("2.1") name it; `valid_until` is the last day of its validity, `None` without end.
    `minutes` is how long answering takes, where somebody measured it; `thanks` is said when the answers have arrived.
    `questions` (all, in order) and `digest` (SHA-256 in hex of the canonical form) are derived.
    Raises :class:`DefinitionError` naming every contradiction.
    """

    code: str
    version: str
    title: Wording
    introduction: Wording
    legal_reference: Wording
    valid_from: date
    sections: tuple[Section, ...]
    valid_until: date | None = None
    contents: tuple[Content, ...] = ()
    minutes: int | None = None
    thanks: Wording | None = None
    questions: tuple[Question, ...] = field(init=False, repr=False)
    digest: str = field(init=False, repr=False)
    _by_code: dict[str, Question] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        questions = tuple(question for section in self.sections for question in section.questions)
        object.__setattr__(self, "questions", questions)
        object.__setattr__(self, "_by_code", {question.code: question for question in questions})
        refuse(f"The questionnaire {self.code!r}", self._problems())
        object.__setattr__(self, "digest", hashlib.sha256(notation.canonical(self)).hexdigest())

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Questionnaire) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def question(self, code: str) -> Question:
        """The question of that code; raises KeyError."""
        return self._by_code[code]

    @property
    def no_opinion(self) -> Wording | None:
        """How "no opinion" reads, the same for every question that offers it."""
        return next((question.choices[-1].wording for question in self.questions if question.no_opinion), None)

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The shared scales, in order of first use."""
        used = {question.scale: question.scale_choices for question in self.questions if question.scale}
        return tuple(Scale(code, choices) for code, choices in used.items())

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Factors in order, then contents, then the index; empty when nothing is in the index."""
        return (*self._factors(), *self._contents(), *self._index())

    def to_yaml(self) -> str:
        """The questionnaire as a YAML document that :meth:`from_yaml` reads back to an equal one."""
        return notation.write(self)

    @classmethod
    def from_yaml(cls, text: str) -> Questionnaire:
        """Read a YAML document; raises :class:`DefinitionError` naming every problem found in it."""
        return cls(**notation.read(text))

    def _factors(self) -> Iterator[Scope]:
        for section in self.sections:
            if section.factor:
                yield Scope(section.factor, "factor", section.title, section.index_items)

    def _contents(self) -> Iterator[Scope]:
        for content in self.contents:
            sections = (section for section in self.sections if section.content == content.code)
            items = tuple(code for section in sections for code in section.index_items)
            yield Scope(content.code, "content", content.title, items)

    def _index(self) -> Iterator[Scope]:
        items = tuple(question.code for question in self.questions if question.in_index)
        if items:
            yield Scope("index", "index", INDEX_TITLE, items)

    def _problems(self) -> Iterator[str]:
        if not _CODE.fullmatch(self.code) or len(self.code) > 40:
            yield "its code is not of at most 40 small letters, digits and single hyphens, beginning with a letter"
        if not _VERSION.fullmatch(self.version):
            yield f"its version {self.version!r} is not of the form 1.0"
        if self.valid_until is not None and self.valid_until < self.valid_from:
            yield f"it is valid until {self.valid_until}, before it begins on {self.valid_from}"
        yield from self.title.length_problems("title", TITLE_LENGTH)
        yield from self.introduction.length_problems("introduction", INTRODUCTION_LENGTH, lines=True)
        yield from self.legal_reference.length_problems("legal reference", WORDING_LENGTH)
        if self.minutes is not None and not 1 <= self.minutes <= LONGEST_MINUTES:
            yield f"it takes {self.minutes} minutes, not between 1 and {LONGEST_MINUTES}"
        if self.thanks is not None:
            yield from self.thanks.length_problems("thanks", WORDING_LENGTH, lines=True)
        if not self.sections:
            yield "it has no section"
        yield from self._code_problems()
        yield from self._scale_problems()
        yield from self._condition_problems()
        parts = sum(len(question.choices) if question.kind == "several" else 1 for question in self.questions)
        if parts > FORM_PARTS:
            yield f"a full ballot has {parts} parts, more than the {FORM_PARTS} that are accepted"

    def _code_problems(self) -> Iterator[str]:
        for code in repeated(section.code for section in self.sections):
            yield f"two sections have the code {code!r}"
        for code in repeated(question.code for question in self.questions):
            yield f"two questions have the code {code!r}"
        factors = [section.factor for section in self.sections if section.factor]
        contents = [content.code for content in self.contents]
        for code in repeated([*factors, *contents, "index"]):
            yield f"two factors or contents have the code {code!r}"
        used = {section.content for section in self.sections if section.content}
        for code in sorted(used.difference(contents)):
            yield f"a section belongs to the unknown content {code!r}"
        for code in contents:
            if code not in used:
                yield f"no section belongs to the content {code!r}"

    def _scale_problems(self) -> Iterator[str]:
        first: dict[str, Question] = {}
        for question in self.questions:
            model = first.setdefault(question.scale, question)
            if question.scale and question.scale_choices != model.scale_choices:
                yield f"{question.code!r} and {model.code!r} name the scale {question.scale!r} but offer other choices"
        words = {question.choices[-1] for question in self.questions if question.no_opinion}
        if len(words) > 1:
            yield '"no opinion" is worded in more than one way'

    def _condition_problems(self) -> Iterator[str]:
        earlier: dict[str, Question] = {}
        for question in self.questions:
            condition = question.condition
            if condition is not None:
                asked = earlier.get(condition.question)
                if asked is None:
                    yield f"{question.code!r} depends on {condition.question!r}, which is not asked before it"
                elif asked.kind in TEXT_KINDS:
                    yield f"{question.code!r} depends on {condition.question!r}, which is a text"
                else:
                    for value in condition.values:
                        if value not in asked.values:
                            yield f"{question.code!r} depends on {condition.question!r} being {value}, never offered"
            earlier[question.code] = question
