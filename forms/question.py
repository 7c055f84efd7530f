"""The parts a questionnaire is made of: wordings, choices, conditions, questions and sections, each checking itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

T = TypeVar("T")

Language = Literal["vi", "en"]
Kind = Literal["rating", "single", "several", "yes_no", "levels", "short_text", "long_text"]
Face = Literal["very_sad", "sad", "neutral", "happy", "very_happy"]

TEXT_KINDS: frozenset[str] = frozenset({"short_text", "long_text"})
CHOICE_KINDS: frozenset[str] = frozenset(get_args(Kind)) - TEXT_KINDS
NO_OPINION = 0

CODE_LENGTH = 40
LABEL_LENGTH = 60
CHOICE_LENGTH = 120
TITLE_LENGTH = 200
WORDING_LENGTH = 400
INTRODUCTION_LENGTH = 1500
TEXT_ANSWER_LENGTH = 5000

# Everything invisible that could hide or turn around text, or that no document can hold; "\n" is allowed.
CONTROL = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_SCALES: dict[str, tuple[tuple[int, ...], ...]] = {
    "rating": ((1, 2, 3, 4, 5),),
    "yes_no": ((1, 2),),
    "levels": ((1, 2, 3), (1, 2, 3, 4)),
}


class DefinitionError(ValueError):
    """A questionnaire that contradicts itself; the message lists every problem found, `problems` holds them apart."""

    def __init__(self, subject: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{subject} cannot be used: {'; '.join(self.problems)}.")


def refuse(subject: str, problems: Iterable[str]) -> None:
    """Raise :class:`DefinitionError` when there is any problem."""
    found = tuple(problems)
    if found:
        raise DefinitionError(subject, found)


def code_problems(name: str, code: str) -> Iterator[str]:
    """A code names form fields, columns of exports and keys of tallies: small ASCII letters, digits, underscores."""
    if not _CODE.fullmatch(code):
        yield f"{name} {code!r} is not of small letters, digits and underscores, beginning with a letter"
    elif len(code) > CODE_LENGTH:
        yield f"{name} {code!r} is longer than {CODE_LENGTH} characters"


def repeated(values: Iterable[T]) -> list[T]:
    """The values that occur more than once, in the order of their second occurrence."""
    seen: set[T] = set()
    again: dict[T, None] = {}
    for value in values:
        if value in seen:
            again[value] = None
        seen.add(value)
    return list(again)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the reader sees, complete in both languages, NFC-normalised; lines are parted by "\\n"."""

    vi: str
    en: str

    def __post_init__(self) -> None:
        refuse(f"The wording {self.vi or self.en!r}", self._problems())

    def _problems(self) -> Iterator[str]:
        for language, text in (("Vietnamese", self.vi), ("English", self.en)):
            if not text.strip():
                yield f"its {language} text is missing"
            elif text != text.strip():
                yield f"its {language} text begins or ends with a blank"
            if not unicodedata.is_normalized("NFC", text):
                yield f"its {language} text is not NFC-normalised"
            if CONTROL.search(text):
                yield f"its {language} text holds a control character"

    def __getitem__(self, language: Language) -> str:
        return self.en if language == "en" else self.vi

    def length_problems(self, name: str, limit: int, *, lines: bool = False) -> Iterator[str]:
        """Whether it fits where `name` is printed: at most `limit` characters, on one line unless `lines`."""
        for language, text in (("Vietnamese", self.vi), ("English", self.en)):
            if len(text) > limit:
                yield f"the {language} {name} is longer than {limit} characters"
            if not lines and "\n" in text:
                yield f"the {language} {name} has more than one line"


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer; `value` is what is stored: 1…9, or 0 for "no opinion". `face` names a drawn face."""

    value: int
    wording: Wording
    face: Face | None = None

    def __post_init__(self) -> None:
        refuse(f"The choice {self.wording.vi!r}", self._problems())

    def _problems(self) -> Iterator[str]:
        if not 0 <= self.value <= 9:
            yield f"its value {self.value} is not between 0 and 9"
        if self.face is not None and self.face not in get_args(Face):
            yield f"no face is called {self.face!r}"
        yield from self.wording.length_problems("wording", CHOICE_LENGTH)


@dataclass(frozen=True, slots=True)
class Scale:
    """A named row of choices that several questions of a questionnaire share; "no opinion" is not part of it."""

    code: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        refuse(f"The scale {self.code!r}", self._problems())

    def _problems(self) -> Iterator[str]:
        yield from code_problems("the code", self.code)
        if [choice.value for choice in self.choices] != list(range(1, len(self.choices) + 1)):
            yield "its values do not count up from 1"
        if len(self.choices) < 2:
            yield "it has fewer than two choices"


@dataclass(frozen=True, slots=True)
class Condition:
    """The question is asked when the answer to the earlier `question` is, or includes, one of `values`."""

    question: str
    values: tuple[int, ...]

    def __post_init__(self) -> None:
        refuse(f"The condition on {self.question!r}", self._problems())

    def _problems(self) -> Iterator[str]:
        if not self.values:
            yield "it names no value"
        if list(self.values) != sorted(set(self.values)):
            yield "its values are not ascending and distinct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    `choices` is everything offered, in ascending order of value, "no opinion" (0) last; empty for texts. `label` is
    the criterion's short name in reports. `in_index` items (ratings only) are pooled into factor, content and index.
    `criterion` is the SIPAS criterion it is bound to, such as "2023.II.A.1", or empty. `scale` is the code of the
    shared scale its choices come from, or empty. `max_length` bounds a text answer, in characters.
    """

    code: str
    kind: Kind
    label: Wording
    wording: Wording
    choices: tuple[Choice, ...] = ()
    scale: str = ""
    condition: Condition | None = None
    in_index: bool = False
    criterion: str = ""
    help: Wording | None = None
    max_length: int | None = None

    def __post_init__(self) -> None:
        refuse(f"The question {self.code!r}", self._problems())

    @property
    def field(self) -> str:
        """Name of its form field; the prefix keeps a question coded `validate` from hiding a form's method."""
        return f"q_{self.code}"

    @property
    def no_opinion(self) -> bool:
        """Whether "no opinion" (0) is among the choices."""
        return bool(self.choices) and self.choices[-1].value == NO_OPINION

    @property
    def values(self) -> tuple[int, ...]:
        """Every value that may be stored for it, as in `choices`; empty for texts."""
        return tuple(choice.value for choice in self.choices)

    @property
    def scale_choices(self) -> tuple[Choice, ...]:
        """The choices without "no opinion"."""
        return self.choices[:-1] if self.no_opinion else self.choices

    def _problems(self) -> Iterator[str]:
        yield from code_problems("its code", self.code)
        yield from self.label.length_problems("label", LABEL_LENGTH)
        yield from self.wording.length_problems("wording", WORDING_LENGTH)
        if self.help is not None:
            yield from self.help.length_problems("help", WORDING_LENGTH, lines=True)
        if self.scale:
            yield from code_problems("its scale", self.scale)
        if self.in_index and self.kind != "rating":
            yield "only a rating can be pooled into the index"
        if self.kind in TEXT_KINDS:
            yield from self._text_problems()
        elif self.kind in CHOICE_KINDS:
            yield from self._choice_problems()
        else:
            yield f"no kind of question is called {self.kind!r}"

    def _text_problems(self) -> Iterator[str]:
        if self.choices or self.scale:
            yield "a text offers no choices"
        if self.max_length is None or not 1 <= self.max_length <= TEXT_ANSWER_LENGTH:
            yield f"a text needs a maximum length between 1 and {TEXT_ANSWER_LENGTH}"

    def _choice_problems(self) -> Iterator[str]:
        values = tuple(choice.value for choice in self.scale_choices)
        if self.max_length is not None:
            yield "only a text has a maximum length"
        if self.kind in _SCALES:
            if values not in _SCALES[self.kind]:
                allowed = " or ".join(f"1 to {scale[-1]}" for scale in _SCALES[self.kind])
                yield f"the choices of {self.kind} are {allowed}, not {list(values)}"
        elif len(values) < 2:
            yield "it offers fewer than two choices"
        if list(values) != sorted(set(values)) or NO_OPINION in values:
            yield 'its values are not distinct and ascending with "no opinion" last'
        if self.kind == "several" and self.no_opinion:
            yield '"no opinion" cannot stand among choices that may be combined'
        for language in ("vi", "en"):
            for text in repeated(getattr(choice.wording, language) for choice in self.choices):
                yield f"two choices read {text!r}"


@dataclass(frozen=True, slots=True)
class Content:
    """A content of SIPAS ("nội dung") that sections belong to, such as the delivery of administrative services."""

    code: str
    title: Wording

    def __post_init__(self) -> None:
        problems = (*code_problems("its code", self.code), *self.title.length_problems("title", TITLE_LENGTH))
        refuse(f"The content {self.code!r}", problems)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one title; `factor` names the SIPAS factor they measure, `content` the content it belongs to."""

    code: str
    title: Wording
    questions: tuple[Question, ...]
    factor: str | None = None
    content: str | None = None

    def __post_init__(self) -> None:
        refuse(f"The section {self.code!r}", self._problems())

    @property
    def index_items(self) -> tuple[str, ...]:
        """Codes of its questions that are pooled."""
        return tuple(question.code for question in self.questions if question.in_index)

    def _problems(self) -> Iterator[str]:
        yield from code_problems("its code", self.code)
        yield from self.title.length_problems("title", TITLE_LENGTH)
        if not self.questions:
            yield "it asks nothing"
        if self.factor is not None:
            yield from code_problems("its factor", self.factor)
        if (self.factor or self.content) and not self.index_items:
            yield "it measures a factor or content without a single rating in the index"
