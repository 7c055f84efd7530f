"""The years of the indices as a table, in and out: one row an index and year, what was published and what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from forms.decimal_notation import parsed, written
from forms.fault import Fault
from reports.index_figures import IndexSeries
from reports.sheets import Cell
from survey.models import IndexTarget, ProvinceIndex
from survey.operations.errors import noop as _n
from survey.operations.index_series import IndexSeriesError, Published, find_index, record_point, set_target
from survey.operations.place_tables import Outcome, RowChange, TableRow, What, read_rows, refuse
from survey.operations.writing import begin_write

COLUMNS: Final = {
    "index": "Mã chỉ số",
    "name": "Tên chỉ số",
    "year": "Năm",
    "value": "Giá trị",
    "rank": "Xếp hạng",
    "ranked": "Số tỉnh được xếp hạng",
    "method": "Phương pháp",
    "source": "Nguồn",
    "note": "Ghi chú",
    "target_value": "Chỉ tiêu giá trị",
    "target_from": "Chỉ tiêu hạng từ",
    "target_to": "Chỉ tiêu hạng đến",
    "reference": "Văn bản giao chỉ tiêu",
    "reason": "Lý do đính chính",
}
REQUIRED = ("index", "year")
_PUBLISHED = ("value", "rank", "ranked", "source")
_ASKED = ("target_value", "target_from", "target_to")
# Where in the row an error of an operation stands.
_COLUMN = {
    "value": "value",
    "negative": "value",
    "nothing": "value",
    "ranked": "ranked",
    "ranks": "target_from",
    "source": "source",
    "reason": "reason",
    "year": "year",
}


def import_indices(session: Session, content: bytes, *, at: datetime, account_id: int | None = None) -> Outcome:
    """Record every row of the file, or none. Raises :class:`~survey.operations.place_tables.TableError` and
    :class:`~survey.operations.bounded.BoundedError`."""
    faults: list[Fault] = []
    rows = read_rows(content, COLUMNS, REQUIRED, faults)
    begin_write(session)
    outcome = Outcome()
    seen: set[tuple[str, int]] = set()
    for row in rows:
        row.require(*REQUIRED)
        row.limit(500, "source", "note", "reference", "reason")
        row.limit(200, "method")
        year = row.number_of("year")
        try:
            index = find_index(session, row["index"])
        except IndexSeriesError as error:
            row.refuse("index", error)
            continue
        if not row.sound or year is None:
            continue
        if (index.code, year) in seen:
            row.flag("year", _n("This index and year stand in the file twice."))
            continue
        seen.add((index.code, year))
        found = [_published(session, index, year, row, at, account_id), _asked(session, index, year, row)]
        what: What = "add" if "add" in found else "change" if "change" in found else "same"
        outcome.changes.append(RowChange(row.number, what, "indices", index.code, index.name_vi, _details(row)))
    refuse(faults)
    return outcome


def _published(
    session: Session, index: ProvinceIndex, year: int, row: TableRow, at: datetime, account_id: int | None
) -> What:
    if not any(row[column] for column in _PUBLISHED):
        return "same"
    value, rank, ranked = _decimal(row, "value"), row.number_of("rank"), row.number_of("ranked")
    if not row.sound:
        return "same"
    published = Published(year, value, rank, ranked, row["source"], row["method"], row["note"])
    try:
        point = record_point(session, index, published, at=at, account_id=account_id, reason=row["reason"])
    except IndexSeriesError as error:
        if error.code != "same":
            row.refuse(_COLUMN.get(error.code, "value"), error)
        return "same"
    return "add" if point.version == 1 else "change"


def _asked(session: Session, index: ProvinceIndex, year: int, row: TableRow) -> What:
    if not any(row[column] for column in _ASKED):
        return "same"
    value, best, worst = _decimal(row, "target_value"), row.number_of("target_from"), row.number_of("target_to")
    row.require("reference")
    if not row.sound:
        return "same"
    before = next((target for target in index.targets if target.year == year), None)
    stood = _as_tuple(before)
    ranks = (best or worst or 0, worst or best or 0) if best or worst else None
    try:
        after = set_target(session, index, year, value=value, ranks=ranks, reference=row["reference"])
    except IndexSeriesError as error:
        row.refuse({"value": "target_value", "negative": "target_value"}.get(error.code, "target_from"), error)
        return "same"
    return "add" if stood is None else "same" if stood == _as_tuple(after) else "change"


def _as_tuple(target: IndexTarget | None) -> tuple[object, ...] | None:
    if target is None:
        return None
    return (target.value, target.best_rank, target.worst_rank, target.reference)


def _decimal(row: TableRow, column: str) -> Decimal | None:
    try:
        return parsed(row[column])
    except ValueError:
        row.flag(column, _n("%(value)s is no number; write it as 86,43."), value=row[column])
        return None


def _details(row: TableRow) -> tuple[tuple[str, str, str], ...]:
    return tuple((column, "", row[column]) for column in ("year", "value", "rank", *_ASKED) if row[column])


def index_rows(indices: Iterable[IndexSeries]) -> Iterator[list[Cell]]:
    """Head and rows as they can be imported again."""
    yield list(COLUMNS.values())
    for series in indices:
        for year in series.years:
            aim = year.aim
            asked: list[Cell] = [None, None, None, ""]
            if aim is not None:
                asked = [_written(aim.value), aim.best_rank, aim.worst_rank, aim.reference]
            published: list[Cell] = [_written(year.value), year.rank, year.ranked, year.method, year.source, year.note]
            yield [series.code, series.name.vi, year.year, *published, *asked, ""]


def _written(value: Decimal | None) -> str | None:
    return None if value is None else written(value)
