"""A questionnaire being written: the same parts as a published one, each of which may still be missing or wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from forms.ballot import clean_text
from forms.question import TEXT_KINDS

MOST_QUESTIONS = 200
MOST_SECTIONS = 60
MOST_CHOICES = 9
TEXT_LENGTH = 1000  # of an answer, where nobody says otherwise
KEY_DIGITS = 18  # of a part's number in a file that somebody brings


def is_key(text: str, longest: int = KEY_DIGITS) -> bool:
    """Whether a part can go by this number."""
    return text.isdecimal() and len(text) <= longest


@dataclass(frozen=True, slots=True)
class Words:
    """What the reader sees, in both languages; either may be empty. Kept as a citizen's words are, without what is
    invisible."""

    vi: str = ""
    en: str = ""

    @classmethod
    def typed(cls, vi: str | None, en: str | None, *, lines: bool = False) -> Words:
        return cls(clean_text(vi or "", lines=lines), clean_text(en or "", lines=lines))

    @property
    def either(self) -> str:
        return self.vi or self.en

    def __getitem__(self, language: str) -> str:
        """The text in that language, else the other one."""
        return (self.en or self.vi) if language == "en" else (self.vi or self.en)

    def __bool__(self) -> bool:
        return bool(self.vi or self.en)


@dataclass(frozen=True, slots=True)
class DraftChoice:
    value: int
    words: Words
    face: str = ""


@dataclass(slots=True)
class DraftQuestion:
    """`key` names it for as long as the draft lives, whatever becomes of its code and its place."""

    key: str
    code: str = ""
    kind: str = "rating"
    label: Words = Words()
    wording: Words = Words()
    help: Words = Words()
    scale: str = ""
    choices: list[DraftChoice] = field(default_factory=list)
    no_opinion: bool = False
    in_index: bool = False
    criterion: str = ""
    max_length: int | None = None
    asked_when: str = ""  # code of an earlier question
    asked_values: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What an editor knows it by."""
        return self.label.either or self.wording.either or self.code

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_KINDS


@dataclass(slots=True)
class DraftSection:
    key: str
    code: str = ""
    title: Words = Words()
    factor: str = ""
    content: str = ""
    questions: list[DraftQuestion] = field(default_factory=list)


Element = DraftSection | DraftQuestion


@dataclass(slots=True)
class Draft:
    """The whole; `declared` says of questions whose text was changed whether they still mean the same, by code."""

    code: str = ""
    version: str = "1.0"
    title: Words = Words()
    introduction: Words = Words()
    thanks: Words = Words()
    legal_reference: Words = Words()
    valid_from: date | None = None
    valid_until: date | None = None
    minutes: int | None = None
    no_opinion: Words = Words()
    scales: dict[str, list[DraftChoice]] = field(default_factory=dict)
    contents: dict[str, Words] = field(default_factory=dict)
    sections: list[DraftSection] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)

    @property
    def questions(self) -> Iterator[DraftQuestion]:
        """All, in the order they are asked."""
        return (question for section in self.sections for question in section.questions)

    def choices_of(self, question: DraftQuestion) -> list[DraftChoice]:
        """What a question offers, without "no opinion"; nothing where its scale is not there."""
        return self.scales.get(question.scale, []) if question.scale else question.choices

    def section_of(self, key: str) -> DraftSection:
        """The section that holds the question of that key; raises KeyError."""
        for section in self.sections:
            if any(question.key == key for question in section.questions):
                return section
        raise KeyError(key)

    @property
    def elements(self) -> Iterator[Element]:
        """Each section, and behind it its questions."""
        for section in self.sections:
            yield section
            yield from section.questions

    def find(self, key: str) -> Element:
        """The section or question of that key; raises KeyError."""
        for element in self.elements:
            if element.key == key:
                return element
        raise KeyError(key)

    def before(self, key: str) -> list[DraftQuestion]:
        """The questions asked before the one of that key; all of them where it is not among them yet."""
        found = []
        for question in self.questions:
            if question.key == key:
                break
            found.append(question)
        return found

    def new_key(self) -> str:
        """A key that no part has."""
        numbers = (int(element.key) for element in self.elements if is_key(element.key, KEY_DIGITS + 1))
        return str(max(numbers, default=0) + 1)

    def free_code(self, wish: str) -> str:
        """A question's code that is not taken, `wish` or `wish` with a number."""
        taken = {question.code for question in self.questions}
        number, code = 1, wish
        while code in taken:
            number += 1
            code = f"{wish[:36]}_{number}"
        return code

    def replace_question(self, key: str, question: DraftQuestion) -> None:
        """Put `question` where the one of that key stands; a new code is followed by the conditions on the old one."""
        section = self.section_of(key)
        at = [asked.key for asked in section.questions].index(key)
        old = section.questions[at]
        section.questions[at] = question
        if old.code and question.code and old.code != question.code:
            shared = any(other.code == old.code for other in self.questions)
            for other in self.questions:
                if other.asked_when == old.code and not shared:
                    other.asked_when = question.code

    def move(self, key: str, step: int) -> bool:
        """Move a section or question by one place; at the end of a section a question goes on into the next. Whether
        it moved. Raises KeyError."""
        element = self.find(key)
        if isinstance(element, DraftSection):
            return _moved(self.sections, element, step)
        section = self.section_of(key)
        if _moved(section.questions, element, step):
            return True
        at = self.sections.index(section) + step
        if not 0 <= at < len(self.sections):
            return False
        section.questions.remove(element)
        self.sections[at].questions.insert(0 if step > 0 else len(self.sections[at].questions), element)
        return True

    def move_to(self, key: str, section_key: str, at: int | None = None) -> None:
        """Move a question into a section, before its question number `at` or to its end. Raises KeyError."""
        question, target = self.find(key), self.find(section_key)
        if not isinstance(question, DraftQuestion) or not isinstance(target, DraftSection):
            raise KeyError(key)
        self.section_of(key).questions.remove(question)
        target.questions.insert(len(target.questions) if at is None else at, question)

    def duplicate(self, key: str) -> Element:
        """A copy right behind the original, under a code of its own. Raises KeyError."""
        element = self.find(key)
        if isinstance(element, DraftQuestion):
            section = self.section_of(key)
            twin = replace(element, key=self.new_key(), code=self.free_code(element.code), choices=[*element.choices])
            section.questions.insert(section.questions.index(element) + 1, twin)
            return twin
        other = replace(element, key=self.new_key(), code=_other(element.code, self.sections), factor="", questions=[])
        self.sections.insert(self.sections.index(element) + 1, other)
        for question in element.questions:
            code = self.free_code(question.code)
            other.questions.append(replace(question, key=self.new_key(), code=code, choices=[*question.choices]))
        return other

    def remove(self, key: str) -> None:
        """Take a section with its questions, or a question, away. Raises KeyError."""
        element = self.find(key)
        if isinstance(element, DraftSection):
            self.sections.remove(element)
        else:
            self.section_of(key).questions.remove(element)

    def copy(self) -> Draft:
        return copy.deepcopy(self)


def _moved(elements: list[DraftSection] | list[DraftQuestion], element: Element, step: int) -> bool:
    row: list[Element] = elements  # type: ignore[assignment]  # one list of one kind, and the element is of it
    at = row.index(element)
    if not 0 <= at + step < len(row):
        return False
    row[at], row[at + step] = row[at + step], row[at]
    return True


def _other(code: str, sections: list[DraftSection]) -> str:
    taken = {section.code for section in sections}
    number = 2
    while f"{code[:36]}_{number}" in taken:
        number += 1
    return f"{code[:36]}_{number}"
