"""A table of answers from another tool, read by a plan: which column is which question, which word which answer.

Both functions are readers for the bounded child process: they take bytes and return what JSON can say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from forms.answer_columns import COUNTER, DATE, DURATION, SUBMITTED, UNIT, scale_of
from forms.answer_words import AnswerWords, DateOrder, is_nothing, plain, read_duration, read_moment
from forms.ballot import clean_text
from forms.definition import TEXT_KINDS, Question, Questionnaire
from forms.tables import table

WORDS_KEPT = 60
SAMPLES = 3
FAULTS_KEPT = 200
SHOWN = 60  # characters of a cell that an error repeats


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is to be read.

    `columns` gives each column its target (see :mod:`forms.answer_columns`), "" leaves it out. `words` maps a scale to
    plain word → value, "" for blank; `places` a plain word of the unit's column to the unit's code. Moments must lie in
    `not_before` ≤ moment < `not_after` (Unix time).
    """

    columns: tuple[str, ...] = ()
    encoding: str = ""
    sheet: str = ""
    date_order: DateOrder = "dmy"
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    not_before: int = 0
    not_after: int = 1 << 40

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Plan:
        return cls(**{**content, "columns": tuple(content["columns"])})


def describe(content: bytes, encoding: str = "", sheet: str = "") -> dict[str, Any]:
    """What the table holds: `encoding`, `sheet`, `sheets`, `rows` (their number) and `columns`.

    A column has its `name`, the first `samples` in it, how many cells are `filled`, its distinct `words` with how often
    each occurs (the first :data:`WORDS_KEPT`) and how many `more` there are.
    """
    found = table(content, encoding, sheet)
    columns = []
    for at, name in enumerate(found.header):
        words = Counter(cells[at] for _, cells in found.rows if cells[at])
        columns.append(
            {
                "name": name,
                "samples": [word[:SHOWN] for word in list(words)[:SAMPLES]],
                "filled": words.total(),
                "words": [[word, times] for word, times in list(words.items())[:WORDS_KEPT] if len(word) <= 200],
                "more": max(len(words) - WORDS_KEPT, 0),
            }
        )
    return {
        "encoding": found.encoding,
        "sheet": found.sheet,
        "sheets": found.sheets,
        "rows": len(found.rows),
        "columns": columns,
    }


def read_answers(content: bytes, definition: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The responses of the table by the plan and the questionnaire's YAML.

    `rows` are [row number, unit, counter, Unix time or null, seconds or null, choices, several, texts] by question
    code; `faults` (the first :data:`FAULTS_KEPT` of `fault_count`) are [row number, column or null, code, parameters];
    `blank` rows hold no answer, `unsent` ones were never submitted: neither is a response, or a fault.
    """
    chosen = Plan.from_json(plan)
    found = table(content, chosen.encoding, chosen.sheet)
    reader = _Reader(Questionnaire.from_yaml(definition), chosen, len(found.header))
    rows = [row for number, cells in found.rows if (row := reader.read(number, cells)) is not None]
    return {
        "rows": rows,
        "read": len(found.rows),
        "blank": reader.blank,
        "unsent": reader.unsent,
        "faults": reader.faults,
        "fault_count": reader.fault_count,
    }


class _Reader:
    """Reads the rows of one table by its plan."""

    def __init__(self, questionnaire: Questionnaire, plan: Plan, width: int) -> None:
        self.questionnaire = questionnaire
        self.plan = plan
        self.blank = 0
        self.unsent = 0
        self.faults: list[list[Any]] = []
        self.fault_count = 0
        targets = dict(enumerate(plan.columns[:width]))
        at = {target: column for column, target in targets.items() if target}
        self.unit_at, self.counter_at, self.duration_at = (at.get(name) for name in (UNIT, COUNTER, DURATION))
        self.date_at = at.get(SUBMITTED, at.get(DATE))
        self.must_be_sent = SUBMITTED in at
        self.questions = {question.code: question for question in questionnaire.questions}
        self.fields = [
            (column, reader)
            for column, target in targets.items()
            if target and (reader := self._field(target)) is not None
        ]
        self.conditions = [
            (question.code, question.condition.question, frozenset(question.condition.values))
            for question in questionnaire.questions
            if question.condition is not None
        ]

    def read(self, number: int, cells: Sequence[str]) -> list[Any] | None:
        """The row's response; None for a blank row, an unsent one, and one with faults, which are noted."""
        faults_before = self.fault_count
        moment, is_sent = self._moment(number, cells)
        if not is_sent:
            self.unsent += 1
            return None
        choices: dict[str, int] = {}
        several: dict[str, list[int]] = {}
        texts: dict[str, str] = {}
        for column, take in self.fields:
            cell = cells[column]
            if cell:
                take(number, column, cell, choices, several, texts)
        for code, asked, expected in self.conditions:
            if expected.isdisjoint(several.get(asked) or (choices.get(asked, -1),)):
                choices.pop(code, None)
                several.pop(code, None)
                texts.pop(code, None)
        seconds = self._seconds(number, cells)
        if self.fault_count != faults_before:
            return None
        if not (choices or several or texts):
            self.blank += 1
            return None
        if moment is not None and not self.plan.not_before <= moment < self.plan.not_after:
            self._fault(number, self.date_at, "outside_period", value=self._shown(cells, self.date_at))
            return None
        unit = "" if self.unit_at is None else cells[self.unit_at]
        counter = "" if self.counter_at is None else cells[self.counter_at]
        sorted_several = {code: sorted(set(values)) for code, values in several.items()}
        return [
            number,
            self.plan.places.get(plain(unit), unit),
            counter,
            moment,
            seconds,
            choices,
            sorted_several,
            texts,
        ]

    def _field(self, target: str) -> Callable[..., None] | None:
        code, _, value = target.partition("=")
        question = self.questions.get(code)
        if question is None:
            return None
        if question.kind in TEXT_KINDS:
            return self._text(question)
        words = AnswerWords(question, self.plan.words.get(scale_of(question), {}))
        if value:
            return self._tick(words, int(value))
        return self._several(words) if question.kind == "several" else self._choice(words)

    def _choice(self, words: AnswerWords) -> Callable[..., None]:
        code = words.question.code

        def take(number: int, column: int, cell: str, choices: dict[str, int], *_others: Any) -> None:
            value = words.value(cell)
            if value is not None:
                choices[code] = value
            elif not words.is_blank(cell):
                self._fault(number, column, "word", value=cell[:SHOWN])

        return take

    def _several(self, words: AnswerWords) -> Callable[..., None]:
        code = words.question.code

        def take(number: int, column: int, cell: str, _choices: Any, several: dict[str, list[int]], *_: Any) -> None:
            for part, value in words.values(cell):
                if value is not None:
                    several.setdefault(code, []).append(value)
                elif not words.is_blank(part):
                    self._fault(number, column, "word", value=part[:SHOWN])

        return take

    def _tick(self, words: AnswerWords, value: int) -> Callable[..., None]:
        code = words.question.code

        def take(number: int, column: int, cell: str, _choices: Any, several: dict[str, list[int]], *_: Any) -> None:
            ticked = words.tick(value, cell)
            if ticked:
                several.setdefault(code, []).append(value)
            elif ticked is None:
                self._fault(number, column, "word", value=cell[:SHOWN])

        return take

    def _text(self, question: Question) -> Callable[..., None]:
        code, limit, lines = question.code, question.max_length or 0, question.kind == "long_text"

        def take(number: int, column: int, cell: str, _c: Any, _s: Any, texts: dict[str, str]) -> None:
            text = clean_text(cell, lines=lines)
            if len(text) > limit:
                self._fault(number, column, "text_length", limit=limit, length=len(text))
            elif text and not is_nothing(text):
                texts[code] = text

        return take

    def _moment(self, number: int, cells: Sequence[str]) -> tuple[int | None, bool]:
        """When the row was answered (None: not said, or a fault), and whether it was submitted at all."""
        if self.date_at is None:
            return None, True
        cell = cells[self.date_at]
        if not cell:
            return None, not self.must_be_sent
        moment = read_moment(cell, self.plan.date_order)
        if moment is None:
            self._fault(number, self.date_at, "date", value=cell[:SHOWN])
        return moment, True

    def _seconds(self, number: int, cells: Sequence[str]) -> int | None:
        if self.duration_at is None or not cells[self.duration_at]:
            return None
        seconds = read_duration(cells[self.duration_at])
        if seconds is None:
            self._fault(number, self.duration_at, "duration", value=self._shown(cells, self.duration_at))
        return seconds

    def _shown(self, cells: Sequence[str], column: int | None) -> str:
        return "" if column is None else cells[column][:SHOWN]

    def _fault(self, number: int, column: int | None, code: str, **parameters: str | int) -> None:
        self.fault_count += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append([number, column, code, parameters])
