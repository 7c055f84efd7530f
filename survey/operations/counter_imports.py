"""Dossiers of the one-stop system as a table: looked at whole, stored whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.fault import Fault
from reports.counter_score_figures import CounterPeriod
from reports.counter_score_wording import short_period
from survey.analysis.counter_freezing import fixed_periods
from survey.models import Unit
from survey.operations.counter_records import (
    CounterRecordError,
    DossierRow,
    check_dossier,
    counted_on,
    record_dossiers,
)
from survey.operations.errors import noop as _n
from survey.operations.place_tables import Outcome, RowChange, TableRow, read_rows, refuse
from survey.operations.writing import begin_write

COLUMNS: Final = {
    "unit": "Mã đơn vị",
    "code": "Mã hồ sơ",
    "official": "Mã cán bộ",
    "field": "Lĩnh vực",
    "received_on": "Ngày tiếp nhận",
    "due_on": "Ngày hẹn trả",
    "returned_on": "Ngày trả kết quả",
    "extra_contacts": "Số lần liên hệ thêm",
    "agencies": "Số cơ quan phải liên hệ",
    "agency_days": "Cơ quan phối hợp (số ngày/hạn)",
    "publication": "Công khai thủ tục",
    "complaint": "Phản ánh, kiến nghị",
}
REQUIRED = ("unit", "code", "received_on", "due_on")
# What offices write in the cells, by what it means.
_PUBLICATION = {"cả hai": "both", "2": "both", "một": "one", "1": "one", "không": "none", "0": "none"}
_COMPLAINT = {"không": "none", "có": "stands", "sai": "false"}


def import_dossiers(session: Session, content: bytes, within: Iterable[str]) -> Outcome:
    """Record every dossier of the file, or none; `within` are the paths of the units whose dossiers may be recorded.

    Raises :class:`~survey.operations.place_tables.TableError` and :class:`~survey.operations.bounded.BoundedError`.
    """
    faults: list[Fault] = []
    table = read_rows(content, COLUMNS, REQUIRED, faults)
    begin_write(session)  # and not before: a child process reads the file as long as it needs
    codes = {row["unit"] for row in table}
    units = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    paths = tuple(within)
    found: list[tuple[TableRow, Unit, DossierRow]] = []
    seen: set[tuple[str, str]] = set()
    for row in table:
        row.require(*REQUIRED)
        unit = units.get(row["unit"])
        if row["unit"] and (unit is None or not unit.path.startswith(paths)):
            row.flag("unit", _n("There is no unit with the code %(unit)s within your reach."), unit=row["unit"])
        if (row["unit"], row["code"]) in seen:
            row.flag("code", _n("This dossier stands in the file twice."))
        seen.add((row["unit"], row["code"]))
        dossier = _read(row)
        if unit is None or dossier is None or not row.sound:
            continue
        try:
            check_dossier(unit, dossier)
        except CounterRecordError as error:
            row.refuse(error.code, error)
            continue
        found.append((row, unit, dossier))
    refuse(faults)
    done = record_dossiers(session, [(unit, dossier) for _row, unit, dossier in found])
    outcome = Outcome()
    for (row, unit, dossier), what in zip(found, done, strict=True):
        details = tuple((column, "", row[column]) for column in ("received_on", "due_on", "returned_on") if row[column])
        outcome.changes.append(RowChange(row.number, what, "dossiers", dossier.code, unit.name_vi, details))
    told = [dossier for (_row, _unit, dossier), what in zip(found, done, strict=True) if what != "same"]
    outcome.notes += _of_fixed_periods(session, told)
    return outcome


def _of_fixed_periods(session: Session, dossiers: Sequence[DossierRow]) -> Iterator[tuple[str, dict[str, object]]]:
    """That dossiers are of periods whose scores are fixed, and do not move these."""
    counted = Counter(CounterPeriod(day.year, (day.month + 2) // 3) for day in map(counted_on, dossiers))
    fixed = fixed_periods(session, {period.year for period in counted})
    found = {period: counted[period] for period in sorted(counted) if fixed & {period, CounterPeriod(period.year)}}
    if found:
        sentence = _n(
            "Dossiers of periods whose scores are fixed (%(periods)s): %(number)s. The fixed scores stay as they are; "
            "the board will say that the records differ."
        )
        yield sentence, {"periods": ", ".join(map(short_period, found)), "number": sum(found.values())}


def _read(row: TableRow) -> DossierRow | None:
    """The row's cells as they are meant; None, with faults, where they cannot be read."""
    row.limit(100, "field")
    received, due, returned = row.day("received_on"), row.day("due_on"), row.day("returned_on")
    numbers = {name: row.number_of(name) for name in ("extra_contacts", "agencies")}
    if not row.sound or received is None or due is None:
        return None
    return DossierRow(
        row["code"],
        received,
        due,
        returned,
        row["official"],
        row["field"],
        numbers["extra_contacts"],
        numbers["agencies"],
        row["agency_days"],
        _PUBLICATION.get(row["publication"].casefold(), row["publication"]),
        _COMPLAINT.get(row["complaint"].casefold(), row["complaint"]),
    )
