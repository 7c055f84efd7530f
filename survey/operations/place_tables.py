"""Tables of places as offices keep them, CSV or XLSX: columns known by our codes or by their Vietnamese names.

An import looks at every row first and says all that is wrong with it; what it writes, it writes whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from forms.fault import Fault
from reports.sheets import plain_cell
from survey.operations.bounded import Limits, run_bounded
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LIMITS = Limits(size=5 * 1024 * 1024)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S")

What = Literal["add", "change", "close", "same"]


class TableError(OperationError):
    """The file cannot be imported; `faults` say where and why."""

    SENTENCES: ClassVar[dict[str, str]] = {"faults": _n("The file has %(count)s errors; nothing was imported.")}

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__("faults", count=len(faults))


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row does: `details` are column, value before and value after."""

    row: int
    what: What
    kind: str
    code: str
    name: str
    details: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Outcome:
    """What an import did, row by row; `notes` are sentences to translate with what fills them."""

    changes: list[RowChange] = field(default_factory=list)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def count(self, what: What) -> int:
        return sum(change.what == what for change in self.changes)

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing that is not so already."""
        return all(change.what == "same" for change in self.changes)

    def shown(self) -> list[RowChange]:
        return [change for change in self.changes if change.what != "same"]


class TableRow:
    """One row: its cells by column, and a place for what is wrong with them."""

    def __init__(self, number: int, cells: Mapping[str, str], heads: Mapping[str, str], faults: list[Fault]) -> None:
        self.number, self.cells, self._heads, self._faults = number, cells, heads, faults
        self.sound = True

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def has(self, column: str) -> bool:
        """Whether the file has the column, so that an empty cell says something."""
        return column in self.cells

    def flag(self, column: str, sentence: str, **parameters: Any) -> None:
        self.sound = False
        self._faults.append(Fault(self.number, self._heads.get(column, column), sentence, parameters))

    def refuse(self, column: str, error: OperationError) -> None:
        self.flag(column, error.sentence, **error.parameters)

    def require(self, *columns: str) -> None:
        for column in columns:
            if not self[column]:
                self.flag(column, _n("This cell may not be empty."))

    def limit(self, most: int, *columns: str) -> None:
        for column in columns:
            if len(self[column]) > most:
                self.flag(
                    column, _n("%(length)s characters; at most %(most)s fit."), length=len(self[column]), most=most
                )

    def day(self, column: str) -> date | None:
        """The day in the cell, written 2026-01-31 or 31/01/2026; None, and a fault, for anything else."""
        text = self[column]
        for pattern in _DAYS:
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 a day has no zone
            except ValueError:
                continue
        if text:
            self.flag(column, _n("%(value)s is no day; write it as 2026-01-31 or 31/01/2026."), value=text)
        return None

    def number_of(self, column: str) -> int | None:
        """The whole number in the cell, thousands parted by full stops or blanks; None, and a fault, for others."""
        found = whole_number(self[column])
        if found is None and self[column]:
            self.flag(column, _n("%(value)s is no whole number."), value=self[column])
        return found


def whole_number(text: str) -> int | None:
    """The number of "12500", "12.500" or "12 500"; None for anything else."""
    typed = "".join(text.split())
    parts = typed.split(".")
    grouped = len(parts) > 1 and all(len(part) == 3 for part in parts[1:])
    digits = "".join(parts) if grouped else typed
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 9 else None


def read_rows(
    content: bytes, columns: Mapping[str, str], required: Iterable[str], faults: list[Fault]
) -> list[TableRow]:
    """The rows of the first sheet. `columns` are our codes with their Vietnamese names; others are passed over.

    Raises :class:`~survey.operations.bounded.BoundedError` for a file that cannot be read, and :class:`TableError`
    where a required column is missing.
    """
    table = run_bounded("forms.tables:read_table", content, limits=LIMITS)
    known = {name.casefold(): code for code, vi in columns.items() for name in (code, vi)}
    found = {at: known[name.casefold()] for at, name in enumerate(table["header"]) if name.casefold() in known}
    heads = {**columns, **{code: table["header"][at] for at, code in found.items()}}
    if missing := [column for column in required if column not in found.values()]:
        sentence = _n("The column %(column)s is missing.")
        raise TableError([Fault(1, column, sentence, {"column": columns[column]}) for column in missing])
    as_written: Callable[[str], str] = plain_cell if table["encoding"] else str
    return [
        TableRow(number, {code: as_written(cells[at]) for at, code in found.items()}, heads, faults)
        for number, cells in table["rows"]
    ]


def refuse(faults: Sequence[Fault]) -> None:
    """Raise :class:`TableError` if there is any fault."""
    if faults:
        raise TableError(faults)
