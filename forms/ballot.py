"""The typed answers of one citizen, how free text is cleaned, and the words that say what is wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from forms.definition import Language, Questionnaire, Wording
from forms.question import CONTROL

ErrorCode = Literal["empty", "impossible_value", "too_long", "twice"]

ERROR_WORDS: dict[ErrorCode, Wording] = {
    "empty": Wording(
        "Ông/bà chưa trả lời câu nào. Xin trả lời ít nhất một câu rồi gửi lại.",
        "You have not answered anything yet. Please answer at least one question and send again.",
    ),
    "impossible_value": Wording(
        "Câu trả lời gửi đến không có trong phiếu. Xin chọn lại.",
        "The answer that arrived is not on the form. Please choose again.",
    ),
    "too_long": Wording(
        "Ý kiến dài quá {limit} ký tự. Xin viết ngắn lại.",
        "The text is longer than {limit} characters. Please shorten it.",
    ),
    "twice": Wording(
        "Câu này nhận được nhiều câu trả lời. Xin chỉ chọn một.",
        "More than one answer arrived for this question. Please choose only one.",
    ),
}

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class BallotError:
    """What is wrong with the answer to a question; without a question code, with the ballot as a whole."""

    question_code: str | None
    code: ErrorCode

    def words(self, questionnaire: Questionnaire, language: Language) -> str:
        """The sentence that says what happened and what to do."""
        question = None if self.question_code is None else questionnaire.question(self.question_code)
        return ERROR_WORDS[self.code][language].format(limit=question and question.max_length)


@dataclass(frozen=True, slots=True)
class Ballot:
    """What was answered, keyed by question code; only to be kept when `errors` is empty.

    `choices` holds the value of questions with one answer (0 is "no opinion"), `several` the ascending values of
    those with any number, `texts` cleaned texts. A skipped question, or one whose condition is not met, is absent.
    """

    choices: dict[str, int]
    several: dict[str, tuple[int, ...]]
    texts: dict[str, str]
    errors: tuple[BallotError, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.choices or self.several or self.texts)


def clean_text(text: str, *, lines: bool) -> str:
    """`text` in NFC, stripped, without control and invisible characters; empty when nothing can be seen in it.

    Line ends become "\\n", or blanks if not `lines`.
    """
    if not text.isprintable():
        text = CONTROL.sub("", _LINE_END.sub("\n", text).replace("\t", " "))
        if not lines:
            text = " ".join(text.split("\n"))
        if not any(character.isprintable() and not character.isspace() for character in text):
            return ""
    return unicodedata.normalize("NFC", text).strip()
