"""Reading a CSV of units and counters, parents before children, all or nothing."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import UNIT_KINDS, Counter, Unit
from survey.operations.errors import OperationError
from survey.operations.units import UnitError, add_counter, create_unit, find_unit

REQUIRED = ("code", "parent", "kind", "name_vi")
NAMES = ("name_vi", "name_en", "one_stop_vi", "one_stop_en")
COUNTER = "counter"


class UnitFileError(OperationError):
    """The file cannot be imported; `errors` are pairs of line (the header is 1) and sentence."""

    SENTENCES: ClassVar[dict[str, str]] = {"faults": "The file has %(count)s errors; nothing was imported."}

    def __init__(self, errors: list[tuple[int, str]]) -> None:
        self.errors = errors
        super().__init__("faults", count=len(errors))


def import_units(session: Session, content: bytes, valid_from: date) -> tuple[int, int]:
    """Add what is new, valid from that day; returns how many were added and how many were there already.

    Raises :class:`UnitFileError` naming every line that cannot be used.
    """
    rows = _rows(content)
    errors: list[tuple[int, str]] = []
    added = 0
    for line, row in rows:
        try:
            added += _add(session, row, valid_from)
        except (UnitError, ValueError) as error:
            errors.append((line, str(error)))
    if errors:
        raise UnitFileError(errors)
    return added, len(rows) - added


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnitFileError([(content.count(b"\n", 0, error.start) + 1, "the file is not UTF-8")]) from error
    first_line = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first_line.count), restval="")
    missing = [name for name in REQUIRED if name not in (table.fieldnames or ())]
    if missing:
        raise UnitFileError([(1, f"the column {name} is missing") for name in missing])
    return [
        (table.line_num, {name: (row.get(name) or "").strip() for name in (*REQUIRED, *NAMES)})
        for row in table
        if any(row.values())
    ]


def _add(session: Session, row: dict[str, str], valid_from: date) -> bool:
    code, kind = row["code"], row["kind"]
    if not code or not row["name_vi"]:
        raise ValueError("code and name_vi may not be empty")
    parent = find_unit(session, row["parent"]) if row["parent"] else None
    names = {name: row[name] for name in NAMES}
    if kind == COUNTER:
        if parent is None:
            raise ValueError(f"the counter {code} names no unit as its parent")
        if session.scalar(select(Counter.id).where(Counter.unit_id == parent.id, Counter.code == code)) is not None:
            return False
        add_counter(
            session, parent, code=code, name_vi=names["name_vi"], name_en=names["name_en"], valid_from=valid_from
        )
        return True
    if kind not in UNIT_KINDS:
        raise ValueError(f"{kind!r} is no kind of unit; there are {', '.join((*UNIT_KINDS, COUNTER))}")
    known = session.scalar(select(Unit).where(Unit.code == code))
    if known is not None:
        if known.parent_id != (parent.id if parent else None):
            raise ValueError(f"the unit {code} hangs elsewhere already; moving it is another operation")
        return False
    create_unit(session, code=code, kind=kind, parent=parent, valid_from=valid_from, **names)
    return True
