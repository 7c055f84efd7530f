"""What people and other survey tools write in a cell, read as values: words, numbers, days, durations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from forms.definition import NO_OPINION, Question

DateOrder = Literal["dmy", "mdy"]

PROVINCE_TIME = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh has kept UTC+7 without daylight saving since 1975

_NO_OPINION_WORDS = (
    "x",
    "kyk",
    "khong co y kien",
    "khong y kien",
    "khong biet",
    "chua su dung",
    "no opinion",
    "not used",
    "don t know",
    "n a",
)
_YES = ("co", "yes", "y", "true", "dung", "x", "checked", "1")
_NO = ("khong", "no", "n", "false", "sai", "0")
_NOTHING = frozenset({"", "-", "–", "—", ".", "_"})

_LETTERS_OR_DIGITS = re.compile(r"[^a-z0-9]+")
_NUMBER_FIRST = re.compile(r"\(?([0-9])\)?\s*[-–—.:)=]\s*(\D.*)", re.DOTALL)
_NUMBER_LAST = re.compile(r"(.*\D)\s*[\[(]\s*([0-9])\s*[\])]", re.DOTALL)
_NUMBER = re.compile(r"([0-9])(?:[.,]0+)?")
_ANSWER_CODE = re.compile(r"[A-Za-z]{1,3}0*([0-9])")  # LimeSurvey's A1, AO02
_SEPARATORS = re.compile(r"[;|\n]+")

_TAIL = (
    r"(?:[T ]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?)?"
    r"\s*(?P<half>AM|PM|SA|CH)?\s*(?P<zone>Z|ICT|(?:GMT|UTC)?[+-][0-9]{1,2}(?::?[0-9]{2})?|GMT|UTC)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})[-/.](?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})" + _TAIL, re.IGNORECASE)
_YEAR_LAST = re.compile(r"(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<year>[0-9]{4})" + _TAIL, re.IGNORECASE)
_SPREADSHEET_DAY = re.compile(r"[3-6][0-9]{4}(?:\.[0-9]+)?")
_SPREADSHEET_EPOCH = datetime(1899, 12, 30, tzinfo=PROVINCE_TIME)
_ZONE = re.compile(r"(?:GMT|UTC)?([+-])([0-9]{1,2}):?([0-9]{2})?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-9]{2})")


def plain(text: str) -> str:
    """Small letters without diacritics, digits, single blanks: the spelling in which words are compared."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _LETTERS_OR_DIGITS.sub(" ", bare).strip()


def is_nothing(cell: str) -> bool:
    """Whether a cell is as good as blank."""
    return cell in _NOTHING


class AnswerWords:
    """What the cells of one question mean: its own words in both languages, numbers, and what somebody assigned.

    `assigned` maps a plain word to a value, or to "" where it counts as blank.
    """

    def __init__(self, question: Question, assigned: Mapping[str, str]) -> None:
        self.question = question
        self.assigned = assigned
        self.words: dict[str, int] = {}
        if question.no_opinion:
            self.words.update(dict.fromkeys(_NO_OPINION_WORDS, NO_OPINION))
        if question.kind == "yes_no":
            self.words.update(dict.fromkeys(_YES, 1))
            self.words.update(dict.fromkeys(_NO, 2))
        for choice in question.choices:
            self.words[plain(choice.wording.vi)] = self.words[plain(choice.wording.en)] = choice.value
        self._read: dict[str, int | None] = {}

    def value(self, cell: str) -> int | None:
        """The value that the cell names; None where it names none."""
        if cell not in self._read:
            self._read[cell] = self._value(cell)
        return self._read[cell]

    def is_blank(self, cell: str) -> bool:
        """Whether the cell says nothing, by itself or because somebody decided so."""
        return is_nothing(cell) or self.assigned.get(plain(cell)) == ""

    def values(self, cell: str) -> list[tuple[str, int | None]]:
        """The parts of a cell with several choices, and what each means.

        Tools part them by ; | or line ends, and Google Sheets by ", ", although choices hold commas themselves: then
        the longest run of pieces that reads as a choice is one. Our own files part values by blanks.
        """
        found: list[tuple[str, int | None]] = []
        for part in filter(None, (part.strip() for part in _SEPARATORS.split(cell))):
            if self.value(part) is None and part.replace(" ", "").isdigit():
                found += [(piece, self.value(piece)) for piece in part.split()]
            elif self.value(part) is None and "," in part:
                found += self._by_commas(part.split(","))
            else:
                found.append((part, self.value(part)))
        return found

    def tick(self, value: int, cell: str) -> bool | None:
        """Whether a column for the one choice `value` is ticked in this cell; None where it says neither."""
        word = plain(cell)
        if word in _YES or self.words.get(word) == value:
            return True
        return False if word in _NO or self.is_blank(cell) else None

    def _value(self, cell: str) -> int | None:
        word = plain(cell)
        if self.assigned.get(word):
            return int(self.assigned[word])
        if word in self.words:
            return self.words[word]
        for pattern, number_at, word_at in ((_NUMBER_FIRST, 1, 2), (_NUMBER_LAST, 2, 1)):
            both = pattern.fullmatch(cell)
            if both is not None:
                value = int(both[number_at])
                return value if self.words.get(plain(both[word_at])) == value else None
        alone = _NUMBER.fullmatch(cell) or _ANSWER_CODE.fullmatch(cell)
        if alone is not None and int(alone[1]) in self.question.values and int(alone[1]) != NO_OPINION:
            return int(alone[1])
        return None

    def _by_commas(self, pieces: list[str]) -> list[tuple[str, int | None]]:
        found: list[tuple[str, int | None]] = []
        at = 0
        while at < len(pieces):
            for end in range(len(pieces), at, -1):
                text = ",".join(pieces[at:end]).strip()
                value = self.value(text)
                if value is not None or end == at + 1:
                    if text:
                        found.append((text, value))
                    at = end
                    break
        return found


def guess_date_order(cells: list[str]) -> DateOrder:
    """Day first, as in Vietnam, unless a cell makes sense the other way only."""
    pairs = [(int(found["a"]), int(found["b"])) for cell in cells if (found := _YEAR_LAST.fullmatch(cell.strip()))]
    return "mdy" if any(b > 12 for _, b in pairs) and all(a <= 12 for a, _ in pairs) else "dmy"


def read_moment(cell: str, order: DateOrder) -> int | None:
    """Unix time of a day or a moment as Google Forms, LimeSurvey and spreadsheets write it; None where it is none.

    Without a zone it is the province's time, without an hour noon.
    """
    cell = " ".join(cell.replace("\u202f", " ").replace("\xa0", " ").split())
    if _SPREADSHEET_DAY.fullmatch(cell):
        return int((_SPREADSHEET_EPOCH + timedelta(days=float(cell))).timestamp())
    found = _YEAR_FIRST.fullmatch(cell)
    if found is not None:
        month, day = int(found["a"]), int(found["b"])
    else:
        found = _YEAR_LAST.fullmatch(cell)
        if found is None:
            return None
        day, month = int(found["a"]), int(found["b"])
        if order == "mdy":
            day, month = month, day
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if found["hour"] is None:
        hour = 12
    elif found["half"]:
        hour = hour % 12 + (12 if found["half"].upper() in ("PM", "CH") else 0)
    try:
        moment = datetime(int(found["year"]), month, day, hour, minute, second, tzinfo=_zone(found["zone"]))
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text.upper() == "ICT":
        return PROVINCE_TIME
    found = _ZONE.fullmatch(text)
    if found is None:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)


def read_duration(cell: str) -> int | None:
    """Seconds, written as a number or as "1:35" or "0:01:35"; None where it is neither or more than a day."""
    clock = _CLOCK.fullmatch(cell)
    if clock is not None:
        seconds = (int(clock[1] or 0) * 60 + int(clock[2])) * 60 + int(clock[3])
    else:
        try:
            seconds = round(float(cell.replace(",", ".")))
        except (ValueError, OverflowError):
            return None
    return seconds if 0 <= seconds <= 86400 else None
