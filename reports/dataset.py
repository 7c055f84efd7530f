"""A table of rows as statistics software knows it: variables with labels, and rows that come one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Literal, TypeVar

from reports.figures import Language, Text

Cell = int | float | str | date | None
Row = Sequence[Cell]
Form = Literal["number", "text", "date"]
Measure = Literal["nominal", "ordinal", "scale"]
T = TypeVar("T")

ROWS_AT_A_TIME = 1000


class Incomplete(Exception):
    """There came other rows than were announced: what was written so far must not pass for the whole."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A column. `name` is the same in every format: small ASCII letters, digits, underscores, no word of SPSS's own.

    `values` are the labels of a coded number, `missing` those codes that are no answer; `width` is the length of the
    longest text in bytes of UTF-8.
    """

    name: str
    label: Text
    form: Form = "number"
    values: tuple[tuple[int, Text], ...] = ()
    missing: tuple[int, ...] = ()
    measure: Measure = "nominal"
    width: int = 1


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows that come once, in the order of the variables, `count` of them; `title` and `made` stand in the file."""

    title: str
    made: datetime
    variables: tuple[Variable, ...]
    count: int
    rows: Iterable[Row]


def counted(rows: Iterable[Row], announced: int) -> Iterator[Row]:
    """The rows as they come; raises :class:`Incomplete` at the end unless they are as many as announced."""
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 how many there were
        yield row
    if number != announced:
        raise Incomplete(f"{number} rows came, {announced} were announced")


def worded(variables: Sequence[Variable], rows: Iterable[Row], language: Language) -> Iterator[Row]:
    """The rows with the labels of coded numbers in place of the codes."""
    labels = [{code: label[language] for code, label in variable.values} for variable in variables]
    coded = [(at, words) for at, words in enumerate(labels) if words]
    for row in rows:
        cells = list(row)
        for at, words in coded:
            code = cells[at]
            if isinstance(code, int):
                cells[at] = words.get(code, code)
        yield cells


def batches(items: Iterable[T], size: int = ROWS_AT_A_TIME) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
