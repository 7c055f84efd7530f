"""Rows as files, one function for every format: what the page and the command line hand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from reports.dataset import Dataset, Row, Variable, counted, worded
from reports.delimited import Separator, csv_chunks
from reports.figures import Language, Text
from reports.json_lines import json_line_chunks
from reports.sav import sav_chunks
from reports.streamed_workbook import Sheet, workbook_chunks

RowFormat = Literal["csv", "xlsx", "sav", "jsonl"]
ROW_FORMATS: tuple[RowFormat, ...] = get_args(RowFormat)
MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "sav": "application/x-spss-sav",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a row takes, in bytes: a part of its own, one for each variable with codes or with words; measured.
_SIZES: dict[RowFormat, tuple[int, int, int]] = {
    "csv": (50, 2, 14),
    "xlsx": (12, 3, 4),
    "sav": (60, 2, 2),
    "jsonl": (30, 20, 32),
}

_ROWS, _VARIABLES = Text("Phiếu trả lời", "Responses"), Text("Biến", "Variables")
_HEAD = (Text("Tên biến", "Variable"), Text("Nhãn", "Label"), Text("Mã và ý nghĩa", "Codes and meanings"))


@dataclass(frozen=True, slots=True)
class Style:
    """How rows are written: the language of labels, codes or words, and what parts the cells of CSV.

    With words the head of CSV and XLSX shows the labels; SPSS files hold codes, whatever is asked.
    """

    language: Language = "vi"
    words: bool = False
    separator: Separator = ";"


def row_chunks(dataset: Dataset, form: RowFormat, style: Style) -> Iterator[bytes]:
    """The file in chunks, each row as it comes. Raises :class:`~reports.dataset.Incomplete` after the last row if they
    were not as many as the dataset says: whoever sends the file must then break off."""
    variables, language = dataset.variables, style.language
    if form == "sav":
        return sav_chunks(
            variables, dataset.rows, dataset.count, title=dataset.title, made=dataset.made, language=language
        )
    rows = counted(dataset.rows, dataset.count)
    if style.words:
        rows = worded(variables, rows, language)
    names = [variable.name for variable in variables]
    if form == "jsonl":
        return json_line_chunks(names, rows)
    head = [variable.label[language] for variable in variables] if style.words else names
    if form == "csv":
        return csv_chunks(head, rows, style.separator)
    widths = [max(8, min(24, len(name) + 2)) for name in head]
    sheets = [
        Sheet(_ROWS[language], head, widths, rows),
        Sheet(
            _VARIABLES[language], [label[language] for label in _HEAD], (24, 60, 90), _described(variables, language)
        ),
    ]
    return workbook_chunks(sheets, dataset.made)


def estimated_size(form: RowFormat, rows: int, variables: int, words: bool) -> int:
    """Bytes, roughly; long comments come on top."""
    own, code, wording = _SIZES[form]
    return rows * (own + variables * (wording if words else code))


def _described(variables: tuple[Variable, ...], language: Language) -> Iterator[Row]:
    for variable in variables:
        meanings = "; ".join(f"{code} = {label[language]}" for code, label in variable.values)
        yield variable.name, variable.label[language], meanings
