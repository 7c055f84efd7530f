"""Which column of somebody's table is which question: guessed from codes, wordings, numbering and the words in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from forms.answer_words import AnswerWords, guess_date_order, is_nothing, plain, read_duration, read_moment
from forms.definition import TEXT_KINDS, Question, Questionnaire, Section

UNIT, COUNTER, DATE, SUBMITTED, DURATION = ":unit", ":counter", ":date", ":submitted", ":duration"
SPECIAL = (UNIT, COUNTER, DATE, SUBMITTED, DURATION)
"""What a column may be besides a question ("code") or one choice of a question with several ("code=3").

SUBMITTED is a day too; a row without it was never sent off and is not imported.
"""

_NAMES: dict[str, tuple[str, ...]] = {
    SUBMITTED: ("submitdate", "date submitted", "ngay gui", "ngay nop"),
    DATE: (
        "timestamp",
        "dau thoi gian",
        "thoi gian",
        "date",
        "day",
        "ngay",
        "ngay tra loi",
        "ngay thu",
        "ngay thu phieu",
    ),
    DURATION: ("interviewtime", "total time", "duration", "seconds", "thoi gian tra loi", "tong thoi gian", "so giay"),
    UNIT: ("unit", "unit code", "don vi", "ma don vi", "ten don vi", "co quan", "co quan don vi", "xa phuong"),
    COUNTER: ("counter", "quay", "ma quay", "ten quay", "quay so"),
}
# What other tools add and nobody answers; personal data among them stay out.
_NEVER = frozenset(
    {
        *("id", "response id", "lastpage", "last page", "startlanguage", "start language", "seed", "token"),
        *("startdate", "date started", "datestamp", "date last action", "ipaddr", "ip address", "refurl"),
        *("referrer url", "email", "email address", "dia chi email", "ten nguoi dung", "username", "ho va ten"),
        *("ho ten", "so dien thoai", "stt", "so thu tu", "ma phieu", "score", "diem so", "so giao dich"),
        "transactions",
    }
)
_NUMBERING = re.compile(
    r"^\s*(?:(?:câu|cau|question|q)\s*)?(?:[0-9]{1,2}|[IVX]{1,4}|[A-Ha-h])(?:[.)][0-9]{1,2})*[.):]\s*", re.I
)
_BRACKET = re.compile(r"(?P<outer>.*?)\s*\[(?P<inner>[^\[\]]+)\]\s*(?:\[[^\[\]]*\]\s*)?$", re.DOTALL)
_SUBQUESTION = re.compile(r"(?:SQ|S)?0*([0-9]{1,2})", re.IGNORECASE)
_POSITION = re.compile(r"q0*([0-9]{1,2})", re.IGNORECASE)
_CODE_AND_TEXT = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*[.:]\s+(\S.*)", re.DOTALL)

_EXACT, _ALIKE, _LIKELY = 3, 2, 1
_LONG_ENOUGH = 12  # letters a phrase needs before its being part of another says anything
_SHARED = 0.7


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its name, the distinct words found in it (bounded), how many cells hold something."""

    name: str
    words: tuple[str, ...]
    filled: int


@dataclass(frozen=True, slots=True)
class Guess:
    """The target of a column ("" where it is left out), and how sure that is: 3 says the same, 1 is only likely."""

    target: str
    sureness: int


class _Asked:
    """A question with everything a header is compared with, made once."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.code = _squashed(question.code)
        wordings = (question.wording, question.label)
        self.phrases = tuple({plain(text): None for each in wordings for text in (each.vi, each.en)})
        self.words = AnswerWords(question, {})

    def likeness(self, text: str) -> int:
        """How like the question a header is."""
        header = plain(text)
        if _squashed(text) == self.code or header in self.phrases:
            return _EXACT
        likeness = 0
        for phrase in self.phrases:
            shorter, longer = sorted((header, phrase), key=len)
            if len(shorter) >= _LONG_ENOUGH and shorter in longer:
                return _ALIKE
            if _shared(header, phrase) >= _SHARED:
                likeness = _LIKELY
        return likeness

    def speaks_in(self, column: Column) -> bool:
        """Whether the column holds answers to the question."""
        if self.question.kind in TEXT_KINDS or not column.words:
            return True
        if self.question.kind == "several":
            return any(value is not None for word in column.words for _, value in self.words.values(word))
        return any(self.words.value(word) is not None for word in column.words)

    def choice(self, text: str) -> int | None:
        """The value of the choice that a subquestion is: by its words, or by its number as in SQ003."""
        number = _SUBQUESTION.fullmatch(text.strip())
        if number is None:
            return self.words.value(text.strip())
        return dict(enumerate(self.question.values, start=1)).get(int(number[1]))


def guess_columns(
    columns: Sequence[Column], questionnaire: Questionnaire, units: Collection[str], counters: Collection[str]
) -> list[str]:
    """The likely target of each column, "" where it is left out; no two share one.

    `units`, `counters`: plain codes and names of the places that may stand in a column.
    """
    asked = [_Asked(question) for question in questionnaire.questions]
    guesses = [_guess(column, questionnaire, asked, units, counters) for column in columns]
    targets = [""] * len(columns)
    taken: set[str] = set()
    for at in sorted(range(len(columns)), key=lambda at: (-guesses[at].sureness, at)):
        target = guesses[at].target
        if target and target not in taken:
            targets[at] = target
            taken.add(target)
    if SUBMITTED in taken and DATE in taken:
        targets[targets.index(DATE)] = ""
    return targets


def scale_of(question: Question) -> str:
    """Questions with the same scale share what somebody assigned to a word; others have their own."""
    return question.scale or question.code


def _guess(
    column: Column,
    questionnaire: Questionnaire,
    asked: Sequence[_Asked],
    units: Collection[str],
    counters: Collection[str],
) -> Guess:
    name = plain(_NUMBERING.sub("", column.name)) or plain(column.name)
    question = _question(column, questionnaire, asked)
    if question.sureness == _EXACT:
        return question
    if name in _NEVER:
        return Guess("", _EXACT)
    for target, names in _NAMES.items():
        if name in names and _fits(column, target):
            return Guess(target, _EXACT)
    for target, known in ((UNIT, units), (COUNTER, counters)):
        if known and column.words and sum(plain(word) in known for word in column.words) * 2 > len(column.words):
            return Guess(target, _ALIKE)
    return question


def _fits(column: Column, target: str) -> bool:
    """Whether most of what stands in the column reads as what its name says."""
    words = [word for word in column.words if not is_nothing(word)]
    if target in (DATE, SUBMITTED):
        order = guess_date_order(words)
        return sum(read_moment(word, order) is not None for word in words) * 2 >= len(words)
    if target == DURATION:
        return sum(read_duration(word) is not None for word in words) * 2 >= len(words)
    return True


def _question(column: Column, questionnaire: Questionnaire, asked: Sequence[_Asked]) -> Guess:
    bracket = _BRACKET.fullmatch(column.name)
    if bracket is not None:
        found = _inside_brackets(bracket["outer"], bracket["inner"], questionnaire, asked)
        if found is not None:
            return found
    best = Guess("", 0)
    for text in _readings(column.name):
        for each in asked:
            sureness = each.likeness(text)
            # a header that is only alike must hold the question's answers
            if sureness > best.sureness and (sureness == _EXACT or each.speaks_in(column)):
                best = Guess(each.question.code, sureness)
    position = _POSITION.fullmatch(column.name.strip())
    index_items = [question for question in questionnaire.questions if question.in_index]
    if not best.target and position is not None and 1 <= int(position[1]) <= len(index_items):
        return Guess(index_items[int(position[1]) - 1].code, _ALIKE)
    return best


def _readings(name: str) -> list[str]:
    """The header as it stands, without its numbering, and without a code before the text."""
    readings = {name: None, _NUMBERING.sub("", name): None}
    both = _CODE_AND_TEXT.fullmatch(name)
    if both is not None:
        readings |= {both[1]: None, both[2]: None}
    return list(readings)


def _shared(one: str, other: str) -> float:
    """Words in both as a share of the words in either."""
    left, right = set(one.split()), set(other.split())
    return len(left & right) / len(left | right) if len(left | right) > 2 else 0.0


def _squashed(code: str) -> str:
    """LimeSurvey's codes have no underscores."""
    return re.sub(r"[^a-z0-9]", "", code.lower())


def _inside_brackets(outer: str, inner: str, questionnaire: Questionnaire, asked: Sequence[_Asked]) -> Guess | None:
    """`A [B]`: B is a question of the grid A, or a choice of the question A; by words, codes, or LimeSurvey's SQ003."""
    whole = _named(outer, asked)
    if whole is not None and whole.question.kind == "several":
        value = whole.choice(inner)
        return None if value is None else Guess(f"{whole.question.code}={value}", _EXACT)
    item = _named(inner, asked)
    if item is not None:
        return Guess(item.question.code, _EXACT)
    section = next((one for one in questionnaire.sections if _names_section(outer, one)), None)
    number = _SUBQUESTION.fullmatch(inner.strip())
    if section is not None and number is not None and 1 <= int(number[1]) <= len(section.questions):
        return Guess(section.questions[int(number[1]) - 1].code, _ALIKE)
    return None


def _named(text: str, asked: Sequence[_Asked]) -> _Asked | None:
    exactly = (each for reading in _readings(text) for each in asked if each.likeness(reading) == _EXACT)
    return next(exactly, None)


def _names_section(text: str, section: Section) -> bool:
    readings = {spelling for reading in _readings(text) for spelling in (_squashed(reading), plain(reading))}
    return bool(readings & {_squashed(section.code), plain(section.title.vi), plain(section.title.en)})
