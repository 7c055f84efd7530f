"""What the one-stop counter's score is computed from: dossiers as the one-stop system tells them, quarterly records."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import CounterRecord, Dossier, Unit
from survey.models.counter_score import COMPLAINTS, PUBLICATIONS
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.place_tables import What

MOST_NUMBER = 99
_CHUNK = 500
_INVOLVED = re.compile(r"(?P<agency>[^;]{1,80}?)\s+(?P<taken>\d{1,3})/(?P<allowed>\d{1,3})")
_PAIRS = (
    ("on_the_spot", "listed_procedures"),
    ("online_procedures", "eligible_procedures"),
    ("online_dossiers", "dossiers_received"),
    ("online_late", "online_dossiers"),
)


class CounterRecordError(OperationError):
    """A dossier or a quarterly record that makes no sense; the code names the column."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unit": _n("The dossiers of a room are recorded for its department or commune."),
        "code": _n("A dossier has a code of at most 60 letters, digits, full stops, hyphens and slashes."),
        "official": _n("Give the official's code, not a name: at most 40 letters, digits, hyphens and full stops."),
        "received_on": _n("Give the day the dossier was received."),
        "due_on": _n("The dossier cannot be due before it was received."),
        "returned_on": _n("The dossier cannot be returned before it was received."),
        "extra_contacts": _n("The number of further contacts lies between 0 and 99."),
        "agencies": _n("The number of agencies lies between 0 and 99."),
        "agency_days": _n("Write each agency with days taken and allowed, such as: SXD 3/5; STC 2/2."),
        "publication": _n("Say both, one or none."),
        "complaint": _n("Say none, stands or false."),
        "on_the_spot": _n("No more procedures can be handled on the spot than are listed."),
        "online_procedures": _n("No more procedures can be online than are eligible."),
        "online_dossiers": _n("No more dossiers can come online than were received."),
        "online_late": _n("No more online dossiers can be late than there were."),
    }


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier as it was told; what is empty or None was not."""

    code: str
    received_on: date
    due_on: date
    returned_on: date | None = None
    official: str = ""
    field: str = ""
    extra_contacts: int | None = None
    agencies: int | None = None
    agency_days: str = ""
    publication: str = ""
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class QuarterRecord:
    """What a unit reports of a quarter, as :class:`~survey.models.CounterRecord` keeps it."""

    listed_procedures: int | None = None
    on_the_spot: int | None = None
    all_at_counter: bool | None = None
    publication: str = ""
    eligible_procedures: int | None = None
    online_procedures: int | None = None
    dossiers_received: int | None = None
    online_dossiers: int | None = None
    online_late: int | None = None
    dossiers_total: int | None = None


def check_dossier(unit: Unit, row: DossierRow) -> None:
    """Raise :class:`CounterRecordError` for a dossier that cannot be."""
    if unit.kind == "room":
        raise CounterRecordError("unit")
    if not re.fullmatch(r"[\w./-]{1,60}", row.code):
        raise CounterRecordError("code")
    if row.official and not is_code(row.official):
        raise CounterRecordError("official")
    if row.due_on < row.received_on:
        raise CounterRecordError("due_on")
    if row.returned_on is not None and row.returned_on < row.received_on:
        raise CounterRecordError("returned_on")
    for name in ("extra_contacts", "agencies"):
        number = getattr(row, name)
        if number is not None and not 0 <= number <= MOST_NUMBER:
            raise CounterRecordError(name)
    agency_pace(row.agency_days)
    if row.publication not in ("", *PUBLICATIONS):
        raise CounterRecordError("publication")
    if row.complaint not in ("", *COMPLAINTS):
        raise CounterRecordError("complaint")


def agency_pace(agency_days: str) -> str:
    """The pace of the slowest agency involved, of "SXD 3/5; STC 2/2"; "" without any. Raises
    :class:`CounterRecordError`."""
    paces = set()
    for part in filter(None, (part.strip() for part in agency_days.split(";"))):
        found = _INVOLVED.fullmatch(part)
        if found is None or len(agency_days) > 500:
            raise CounterRecordError("agency_days")
        taken, allowed = int(found["taken"]), int(found["allowed"])
        paces.add("late" if taken > allowed else "on_time" if taken == allowed else "early")
    return next((pace for pace in ("late", "on_time", "early") if pace in paces), "")


def record_dossiers(session: Session, rows: Sequence[tuple[Unit, DossierRow]]) -> list[What]:
    """Record dossiers that were checked; one known by unit and code is brought up to what is told now. Returns what
    each did: add, change or same."""
    known = _known(session, rows)
    done: list[What] = []
    for unit, row in rows:
        values = _values(row)
        dossier = known.get((unit.id, row.code))
        if dossier is None:
            dossier = Dossier(unit_id=unit.id, **values)
            session.add(dossier)
            known[unit.id, row.code] = dossier
            done.append("add")
            continue
        changed = {name: value for name, value in values.items() if getattr(dossier, name) != value}
        for name, value in changed.items():
            setattr(dossier, name, value)
        done.append("change" if changed else "same")
    session.flush()
    return done


def counted_on(row: DossierRow) -> date:
    """The day whose period the dossier is counted in: when it was returned or, late, when it was due."""
    return row.due_on if row.returned_on is None else min(row.returned_on, row.due_on)


def _values(row: DossierRow) -> dict[str, Any]:
    texts = {name: clean_text(getattr(row, name), lines=False) for name in ("field", "agency_days")}
    return {**asdict(row), **texts, "counted_on": counted_on(row), "agency_pace": agency_pace(row.agency_days)}


def _known(session: Session, rows: Iterable[tuple[Unit, DossierRow]]) -> dict[tuple[int, str], Dossier]:
    codes: dict[int, list[str]] = defaultdict(list)
    for unit, row in rows:
        codes[unit.id].append(row.code)
    found: dict[tuple[int, str], Dossier] = {}
    for unit_id, own in codes.items():
        for start in range(0, len(own), _CHUNK):
            part = own[start : start + _CHUNK]
            for dossier in session.scalars(select(Dossier).where(Dossier.unit_id == unit_id, Dossier.code.in_(part))):
                found[unit_id, dossier.code] = dossier
    return found


def find_record(session: Session, unit: Unit, year: int, quarter: int) -> CounterRecord | None:
    """What the unit reported of a quarter."""
    query = select(CounterRecord).where(CounterRecord.unit_id == unit.id)
    return session.scalar(query.where(CounterRecord.year == year, CounterRecord.quarter == quarter))


def record_quarter(session: Session, unit: Unit, year: int, quarter: int, told: QuarterRecord) -> CounterRecord:
    """Keep what a unit reports of a quarter, in place of what it reported before (the audit log keeps that). Raises
    :class:`CounterRecordError`."""
    if unit.kind == "room":
        raise CounterRecordError("unit")
    for part, whole in _PAIRS:
        few, many = getattr(told, part), getattr(told, whole)
        if few is not None and many is not None and few > many:
            raise CounterRecordError(part)
    record = find_record(session, unit, year, quarter)
    if record is None:
        record = CounterRecord(unit_id=unit.id, year=year, quarter=quarter)
        session.add(record)
    for name, value in asdict(told).items():
        setattr(record, name, value)
    session.flush()
    return record
