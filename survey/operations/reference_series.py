"""Published figures of others as a table: added, corrected and kept beside one's own, all or nothing."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from forms.fault import Fault
from survey.models import ReferenceFigure
from survey.operations.errors import noop as _n
from survey.operations.place_tables import Outcome, RowChange, TableRow, read_rows, refuse
from survey.operations.writing import begin_write

COLUMNS: Final = {
    "index": "Chỉ số",
    "scope": "Phạm vi",
    "content": "Nội dung",
    "year": "Năm",
    "percent": "Tỷ lệ (%)",
    "minimum_province": "Tỉnh thấp nhất (%)",
    "maximum_province": "Tỉnh cao nhất (%)",
    "respondents": "Số người trả lời",
    "method": "Phương pháp",
    "source": "Nguồn",
}
REQUIRED = ("scope", "content", "year", "percent", "method")
LONGEST = {"index": 20, "scope": 60, "content": 60, "method": 120, "source": 300}
SIPAS = "SIPAS"
_NUMBER = re.compile(r"\d{1,3}([.,]\d{1,4})?%?")
_STANDARD = Path(__file__).parent / "sipas_published.csv"


@cache
def standard_file() -> bytes:
    """The national SIPAS figures published so far, as a file to import."""
    return _STANDARD.read_bytes()


def import_reference(session: Session, content: bytes) -> Outcome:
    """Add and correct as the file says. A row is known by index, scope, content and year.

    After an error the caller rolls back. Raises :class:`~survey.operations.place_tables.TableError` and
    :class:`~survey.operations.bounded.BoundedError`.
    """
    faults: list[Fault] = []
    rows = read_rows(content, COLUMNS, REQUIRED, faults)
    begin_write(session)  # and not before: a child process reads the file as long as it needs
    known = {
        (figure.index_code, figure.scope, figure.content, figure.year): figure
        for figure in session.scalars(select(ReferenceFigure))
    }
    outcome, seen = Outcome(), set()
    for row in rows:
        values = _values(row)
        if values is None:
            continue
        key = (values["index_code"], values["scope"], values["content"], values["year"])
        if key in seen:
            row.flag("year", _n("This figure stands twice in the file."))
            continue
        seen.add(key)
        _take(session, row, values, known.get(key), outcome)
    refuse(faults)
    session.flush()
    return outcome


def _take(
    session: Session, row: TableRow, values: dict[str, Any], known: ReferenceFigure | None, outcome: Outcome
) -> None:
    name = f"{values['content']} {values['year']}"
    if known is None:
        session.add(ReferenceFigure(**values))
        outcome.changes.append(RowChange(row.number, "add", "reference", str(values["scope"]), name))
        return
    changed = {column: value for column, value in values.items() if getattr(known, column) != value}
    details = tuple((column, str(getattr(known, column)), str(value)) for column, value in changed.items())
    for column, value in changed.items():
        setattr(known, column, value)
    what = RowChange(row.number, "change" if changed else "same", "reference", str(values["scope"]), name, details)
    outcome.changes.append(what)


def _values(row: TableRow) -> dict[str, Any] | None:
    """The columns of the row's figure; None, and faults, where something is wrong."""
    row.require(*REQUIRED)
    for column, most in LONGEST.items():
        row.limit(most, column)
    year, respondents = row.number_of("year"), row.number_of("respondents")
    percent, lowest, highest = (_percent(row, name) for name in ("percent", "minimum_province", "maximum_province"))
    if year is not None and not 2000 <= year <= 2100:
        row.flag("year", _n("The year lies between 2000 and 2100."))
    if percent is not None and lowest is not None and lowest > percent:
        row.flag("minimum_province", _n("The lowest province lies above the figure itself."))
    if percent is not None and highest is not None and highest < percent:
        row.flag("maximum_province", _n("The highest province lies below the figure itself."))
    if not row.sound or year is None or percent is None:
        return None
    texts = {column: clean_text(row[column], lines=False) for column in ("scope", "content", "method", "source")}
    bounds: dict[str, Any] = {"percent": percent, "minimum": lowest, "maximum": highest}
    return {"index_code": row["index"] or SIPAS, "year": year, "respondents": respondents or None, **texts, **bounds}


def _percent(row: TableRow, column: str) -> Decimal | None:
    """A percentage, "83.94", "83,94" or "83,94%"; None, and a fault, for anything else."""
    text = row[column].strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or (found := Decimal(text.rstrip("%").replace(",", "."))) > 100:
        row.flag(column, _n("%(value)s is no percentage between 0 and 100."), value=text)
        return None
    return found
