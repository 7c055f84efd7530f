"""The catalogue of procedures as a table, in and out: fields and the procedures that belong to them, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from forms.fault import Fault
from survey.models import ProcedureField, Service
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.place_tables import Outcome, RowChange, TableRow, What, read_rows, refuse
from survey.operations.services import ServiceError, close_service
from survey.operations.units import UnitError
from survey.operations.writing import begin_write

COLUMNS: Final = {
    "code": "Mã",
    "field": "Mã lĩnh vực",
    "name_vi": "Tên",
    "name_en": "Tên tiếng Anh",
    "valid_from": "Từ ngày",
    "valid_until": "Đến ngày",
}
REQUIRED = ("code", "field", "name_vi")
NAMES = ("name_vi", "name_en")
LONGEST_NAME = {"field": 300, "procedure": 500}


def service_rows(fields: Iterable[ProcedureField], services: Iterable[Service]) -> Iterator[list[str | date | None]]:
    """The table of the fields, which have no field of their own, and then of the procedures; its head first."""
    yield list(COLUMNS.values())
    for field in fields:
        yield [field.code, "", field.name_vi, field.name_en, None, None]
    for service in services:
        names = [service.name_vi, service.name_en]
        yield [service.code, service.field.code, *names, service.valid_from, service.valid_until]


def import_services(session: Session, content: bytes, valid_from: date) -> Outcome:
    """Add, change and close as the file says; procedures without a day of their own begin `valid_from`.

    A row without a field is itself a field of procedures, one with it a procedure of that field, which stands above it
    or is known. After an error the caller rolls back. Raises :class:`~survey.operations.place_tables.TableError` and
    :class:`~survey.operations.bounded.BoundedError`.
    """
    faults: list[Fault] = []
    rows = read_rows(content, COLUMNS, REQUIRED, faults)
    begin_write(session)  # and not before: a child process reads the file as long as it needs
    run = _Import(session, valid_from)
    for row in rows:
        run.take(row)
    if not faults:
        session.flush()
    refuse(faults)
    return run.outcome


class _Import:
    def __init__(self, session: Session, valid_from: date) -> None:
        self.session, self.valid_from = session, valid_from
        self.fields = {field.code: field for field in session.scalars(select(ProcedureField))}
        self.services = {service.code: service for service in session.scalars(select(Service))}
        self.seen: set[tuple[bool, str]] = set()
        self.outcome = Outcome()

    def take(self, row: TableRow) -> None:
        row.require("code", "name_vi")
        kind = "procedure" if row["field"] else "field"
        row.limit(LONGEST_NAME[kind], *NAMES)
        if row["code"] and not is_code(row["code"]):
            row.flag("code", UnitError.SENTENCES["code_form"], unit=row["code"])
        if row["field"] and row["field"] not in self.fields:
            row.flag("field", _n("There is no field %(field)s above this row or in the catalogue."), field=row["field"])
        start, end = row.day("valid_from"), row.day("valid_until")
        if (bool(row["field"]), row["code"]) in self.seen:
            row.flag("code", _n("%(code)s stands twice in the file."), code=row["code"])
        self.seen.add((bool(row["field"]), row["code"]))
        if not row.sound:
            return
        if row["field"]:
            self._service(row, self.fields[row["field"]], start, end)
        else:
            self._field(row)

    def _field(self, row: TableRow) -> None:
        known = self.fields.get(row["code"])
        if known is None:
            known = ProcedureField(code=row["code"], **_names(row))
            self.session.add(known)
            self.fields[known.code] = known
            self._note(row, "add", "field")
        else:
            details = _renamed(row, known)
            self._note(row, "change" if details else "same", "field", details)

    def _service(self, row: TableRow, field: ProcedureField, start: date | None, end: date | None) -> None:
        known = self.services.get(row["code"])
        if known is None:
            begins = start or self.valid_from
            if end is not None and end < begins:
                row.flag("valid_until", _n("It would end before it begins."))
                return
            known = Service(field=field, code=row["code"], valid_from=begins, valid_until=end, **_names(row))
            self.session.add(known)
            self.services[known.code] = known
            self._note(row, "add", "procedure")
            return
        if known.field is not field:
            sentence = _n("The procedure %(service)s belongs to the field %(field)s already.")
            row.flag("field", sentence, service=known.code, field=known.field.code)
            return
        if start is not None and start != known.valid_from:
            row.flag("valid_from", _n("It began on %(date)s; a file does not change that."), date=known.valid_from)
        if row.has("valid_until") and known.valid_until not in (None, end):
            row.flag("valid_until", _n("It ended on %(date)s; a file does not change that."), date=known.valid_until)
        details = _renamed(row, known)
        closing = end is not None and known.valid_until is None
        self._note(row, "close" if closing else "change" if details else "same", "procedure", details)
        if closing and end is not None:
            try:
                close_service(self.session, known, end)
            except ServiceError as error:
                row.refuse("valid_until", error)

    def _note(self, row: TableRow, what: What, kind: str, details: tuple[tuple[str, str, str], ...] = ()) -> None:
        self.outcome.changes.append(RowChange(row.number, what, kind, row["code"], row["name_vi"], details))


def _names(row: TableRow) -> dict[str, str]:
    return {name: clean_text(row[name], lines=False) for name in NAMES}


def _renamed(row: TableRow, known: ProcedureField | Service) -> tuple[tuple[str, str, str], ...]:
    """Give it the names of the file; what differed."""
    details = []
    for name, after in _names(row).items():
        before = getattr(known, name)
        if row.has(name) and before != after:
            setattr(known, name, after)
            details.append((name, before, after))
    return tuple(details)
