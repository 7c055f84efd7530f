"""Reading a CSV of responses: every faulty cell is named by line and column, and a file is good only as a whole.

One row is one response. A cell holds the value of a choice (1…9), "x" for no opinion, nothing for a skipped question,
several values separated by blanks, or a text. UTF-8 with or without a byte order mark; comma, semicolon or tab; any
line ends. Columns are named by question code, or q01, q02 … by the position of the index items.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from forms.definition import NO_OPINION, TEXT_KINDS, Question, Questionnaire
from survey.operations.errors import OperationError
from survey.operations.submission import canonical

ERRORS_KEPT = 100
NO_OPINION_MARK = "x"

_BY_POSITION = re.compile(r"q([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one line (the header is line 1) and column ("" for the line as a whole)."""

    line: int
    column: str
    code: str
    parameters: Mapping[str, object]


class ResponseFileError(OperationError):
    """The file cannot be imported; `errors` are the first of them, `count` says how many there are."""

    SENTENCES: ClassVar[dict[str, str]] = {"faults": "The file has %(count)s errors; nothing was imported."}

    def __init__(self, errors: Sequence[CellError], count: int) -> None:
        self.errors = tuple(errors)
        self.count = count
        super().__init__("faults", count=count)


@dataclass(slots=True)
class Faults:
    """Collects errors, up to a bound, and counts the rest."""

    errors: list[CellError] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, column: str, code: str, **parameters: object) -> None:
        self.count += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(CellError(line, column, code, parameters))

    def refuse(self) -> None:
        """Raise :class:`ResponseFileError` if there is any."""
        if self.count:
            raise ResponseFileError(sorted(self.errors, key=lambda error: error.line), self.count)


class ResponseRow(NamedTuple):
    """One response of the file; answers by question id, `content` their canonical bytes.

    `counter` is "" for the unit as a whole; `received_at` is Unix time, None for that of the whole file; `seconds` is
    how long it took, where the file says so.
    """

    line: int
    unit: str
    transactions: int | None
    choices: dict[int, int]
    several: dict[int, tuple[int, ...]]
    texts: dict[int, str]
    content: bytes
    counter: str = ""
    received_at: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How columns are named: the unit's and its transactions' columns, and `questions` from column to question code.

    A column mapped to "" is left out.
    """

    unit: str = "unit"
    transactions: str = "transactions"
    questions: Mapping[str, str] = field(default_factory=dict)


def read_responses(
    content: bytes,
    questionnaire: Questionnaire,
    question_ids: Mapping[str, int],
    layout: Layout,
    *,
    unit: str = "",
) -> list[ResponseRow]:
    """Every response of the file; `unit` is the code of all of them where the file has no column for it.

    `question_ids` maps question codes to rows of the published questionnaire. Raises :class:`ResponseFileError`.
    """
    faults = Faults()
    rows = _lines(content, faults)
    _, header = next(rows, (1, []))
    reader = _RowReader([_clean(name) for name in header], questionnaire, question_ids, layout, faults, unit)
    faults.refuse()
    responses = [response for line, cells in rows if (response := reader.read(line, cells)) is not None]
    if not responses and not faults.count:
        faults.add(1, "", "no_rows")
    faults.refuse()
    return responses


def _lines(content: bytes, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every row that is not blank."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(content.count(b"\n", 0, error.start) + 1, "", "encoding")
        faults.refuse()
        raise
    first_line = text.partition("\n")[0]
    separator = max(",;\t", key=first_line.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    try:
        for cells in table:
            if any(cells):
                yield line, cells
            line = table.line_num + 1
    except csv.Error as error:
        faults.add(line, "", "csv", reason=str(error))


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


class _RowReader:
    """Reads rows under one header."""

    def __init__(
        self,
        header: list[str],
        questionnaire: Questionnaire,
        question_ids: Mapping[str, int],
        layout: Layout,
        faults: Faults,
        unit: str,
    ) -> None:
        self.header = header
        self.faults = faults
        self.unit = unit
        self.unit_at = header.index(layout.unit) if layout.unit in header else None
        self.transactions_at = header.index(layout.transactions) if layout.transactions in header else None
        self.choices: list[tuple[int, int, Mapping[str, int]]] = []
        self.others: list[tuple[int, int, Question]] = []
        self.conditions = [
            (
                question_ids[question.code],
                question_ids[question.condition.question],
                frozenset(question.condition.values),
            )
            for question in questionnaire.questions
            if question.condition is not None
        ]
        if self.unit_at is None and not unit:
            faults.add(1, layout.unit, "unit_column")
        index_items = [question for question in questionnaire.questions if question.in_index]
        codes = {question.code: question for question in questionnaire.questions}
        for name, times in Counter(header).items():
            if times > 1:
                faults.add(1, name, "column_twice")
        seen: dict[str, str] = {}
        for at, name in enumerate(header):
            if at in (self.unit_at, self.transactions_at) or layout.questions.get(name) == "":
                continue
            question = codes.get(layout.questions.get(name, name))
            by_position = _BY_POSITION.fullmatch(name)
            if question is None and name not in layout.questions and by_position is not None:
                position = int(by_position[1])
                question = index_items[position - 1] if 1 <= position <= len(index_items) else None
            if question is None:
                faults.add(1, name, "column_unknown", questionnaire=questionnaire.code)
                continue
            if question.code in seen:
                faults.add(1, name, "question_twice", question=question.code, other=seen[question.code])
            seen[question.code] = name
            question_id = question_ids[question.code]
            if question.kind in TEXT_KINDS or question.kind == "several":
                self.others.append((at, question_id, question))
            else:
                self.choices.append((at, question_id, _values(question)))
        if not seen:
            faults.add(1, "", "no_question")

    def read(self, line: int, cells: list[str]) -> ResponseRow | None:
        """The row's response, or None when it has faults, which are then noted."""
        faults_before = self.faults.count
        if len(cells) != len(self.header):
            self.faults.add(line, "", "cells", expected=len(self.header), found=len(cells))
            return None
        choices = self._choices(line, cells)
        several, texts = self._others(line, cells)
        for question_id, asked_id, expected in self.conditions:
            if expected.isdisjoint(several.get(asked_id) or (choices.get(asked_id, -1),)):
                # answers under a condition that was not met are discarded
                choices.pop(question_id, None)
                several.pop(question_id, None)
                texts.pop(question_id, None)
        unit = self.unit if self.unit_at is None else _clean(cells[self.unit_at])
        if not unit:
            self.faults.add(line, self.header[self.unit_at or 0], "unit_missing")
        transactions = self._transactions(line, cells)
        if self.faults.count != faults_before:
            return None
        if not (choices or several or texts):
            self.faults.add(line, "", "empty_ballot")
            return None
        content = canonical(choices, several, texts)
        return ResponseRow(line, unit, transactions, choices, several, texts, content)

    def _choices(self, line: int, cells: list[str]) -> dict[int, int]:
        choices: dict[int, int] = {}
        for at, question_id, values in self.choices:
            cell = cells[at]
            if not cell:
                continue
            value = values.get(cell)
            if value is None and (cell := _clean(cell).lower()):
                value = values.get(cell)
                if value is None:
                    self._refuse_value(line, at, cell, values)
            if value is not None:
                choices[question_id] = value
        return choices

    def _others(self, line: int, cells: list[str]) -> tuple[dict[int, tuple[int, ...]], dict[int, str]]:
        several: dict[int, tuple[int, ...]] = {}
        texts: dict[int, str] = {}
        for at, question_id, question in self.others:
            cell = _clean(cells[at]).replace("\x00", "")
            if cell and question.kind == "several":
                several[question_id] = self._several(line, at, cell, question)
            elif cell:
                texts[question_id] = cell.replace("\r\n", "\n")
                if question.max_length is not None and len(cell) > question.max_length:
                    self.faults.add(line, self.header[at], "text_length", limit=question.max_length, length=len(cell))
        return several, texts

    def _refuse_value(self, line: int, at: int, cell: str, values: Mapping[str, int]) -> None:
        if cell == NO_OPINION_MARK:
            self.faults.add(line, self.header[at], "no_opinion_not_offered")
        else:
            self.faults.add(line, self.header[at], "value", value=cell[:40], offered=", ".join(values))

    def _several(self, line: int, at: int, cell: str, question: Question) -> tuple[int, ...]:
        values = _values(question)
        found = []
        for part in cell.split():
            if part in values:
                found.append(values[part])
            else:
                self.faults.add(line, self.header[at], "value", value=part[:40], offered=", ".join(values))
        return tuple(sorted(set(found)))

    def _transactions(self, line: int, cells: list[str]) -> int | None:
        if self.transactions_at is None:
            return None
        cell = _clean(cells[self.transactions_at])
        if not cell:
            return None
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 9):
            self.faults.add(line, self.header[self.transactions_at], "transactions_number", value=cell[:40])
            return None
        return int(cell)


def _values(question: Question) -> dict[str, int]:
    """What may stand in a cell of the question, and what it means."""
    return {NO_OPINION_MARK if value == NO_OPINION else str(value): value for value in question.values}
