"""Reading a CSV of the catalogue of procedures: fields and the procedures that belong to them, all or nothing."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from typing import ClassVar, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import ProcedureField, Service
from survey.operations.errors import OperationError
from survey.operations.identifiers import is_code
from survey.operations.services import create_field, create_service

COLUMNS = ("code", "field", "name_vi")
OPTIONAL = "name_en"
LONGEST_NAME = {"field": 300, "procedure": 500}


class Fault(NamedTuple):
    """What is wrong in one line (the header is line 1) and column ("" for the line as a whole)."""

    line: int
    column: str
    sentence: str


class ServiceFileError(OperationError):
    """The file cannot be imported; `faults` say where and why."""

    SENTENCES: ClassVar[dict[str, str]] = {"faults": "The file has %(count)s errors; nothing was imported."}

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("faults", count=len(faults))


def import_services(session: Session, content: bytes, valid_from: date) -> tuple[int, int]:
    """Add what is new, procedures valid from that day; returns how many were added and how many were there already.

    A row without `field` is a field of procedures, one with it a procedure of that field, which stands above it or is
    known. Raises :class:`ServiceFileError` naming every cell that cannot be used.
    """
    rows = _rows(content)
    fields = {field.code: field for field in session.scalars(select(ProcedureField))}
    services = {service.code: service for service in session.scalars(select(Service))}
    faults: list[Fault] = []
    added = 0
    for line, row in rows:
        found = [Fault(line, column, sentence) for column, sentence in _faults(row, fields, services)]
        faults += found
        code, names = row["code"], {"name_vi": row["name_vi"], "name_en": row[OPTIONAL]}
        if found or code in (services if row["field"] else fields):
            continue
        if row["field"]:
            services[code] = create_service(session, fields[row["field"]], code=code, valid_from=valid_from, **names)
        else:
            fields[code] = create_field(session, code=code, **names)
        added += 1
    if faults:
        raise ServiceFileError(faults)
    return added, len(rows) - added


def _faults(
    row: dict[str, str], fields: dict[str, ProcedureField], services: dict[str, Service]
) -> list[tuple[str, str]]:
    """Column and sentence of everything that is wrong with the row."""
    code, field = row["code"], row["field"]
    found = []
    if not is_code(code):
        found.append(("code", f"{code!r} cannot be a code: at most 40 letters, digits, hyphens and full stops"))
    if field and field not in fields:
        found.append(("field", f"there is no field of procedures with the code {field} above this line"))
    elif field and code in services and services[code].field.code != field:
        found.append(("field", f"the procedure {code} belongs to the field {services[code].field.code} already"))
    if not row["name_vi"]:
        found.append(("name_vi", "the Vietnamese name may not be empty"))
    longest = LONGEST_NAME["procedure" if field else "field"]
    found += [
        (column, f"{len(row[column])} characters, at most {longest} are kept")
        for column in ("name_vi", OPTIONAL)
        if len(row[column]) > longest
    ]
    return found


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ServiceFileError(
            [Fault(content.count(b"\n", 0, error.start) + 1, "", "the file is not UTF-8")]
        ) from error
    first_line = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first_line.count), restval="")
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise ServiceFileError([Fault(1, name, "the column is missing") for name in missing])
    return [
        (table.line_num, {name: (row.get(name) or "").strip() for name in (*COLUMNS, OPTIONAL)})
        for row in table
        if any(row.values())
    ]
