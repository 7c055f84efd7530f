"""Importing responses from a file: all or nothing, and the same file twice adds nothing.

A response's identity is made of wave, collector, content and occurrence number: people do give identical answers, so
the second identical row of a file is another response, but the same row of the same file read again is not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Collector, ImportRun, Question, Response, Unit, Wave, WaveUnit
from survey.operations.batches import store_submissions
from survey.operations.collectors import make_collector
from survey.operations.identifiers import is_code
from survey.operations.response_files import Faults, ResponseRow
from survey.operations.responses import Submission
from survey.operations.transactions import TransactionsError, confirm_transactions
from survey.operations.units import create_unit
from survey.operations.waves import WaveError, add_units, open_wave
from survey.operations.webhooks import emit
from survey.operations.writing import begin_write

_ID_QUERY = 500


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: rows of the file, responses that are new, units it made."""

    rows_read: int
    rows_added: int
    units_created: int


def import_responses(
    session: Session,
    wave: Wave,
    rows: Sequence[ResponseRow],
    *,
    at: datetime,
    received_at: datetime,
    file_name: str,
    file_digest: str,
    trust: str = "paper",
    channel: str = "import",
    create: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ImportResult:
    """Store the rows as responses of the wave received at `received_at`; the caller commits, and seals afterwards.

    Each unit's rows come in through its own collector of that channel and trust level, no counter's. With `create`,
    unknown units are made and a draft wave is opened. Transactions are recorded for the wave's period. Raises
    :class:`~survey.operations.response_files.ResponseFileError` with the lines that do not fit the database, and
    :class:`~survey.operations.waves.WaveError` where the wave takes no responses.
    """
    connection = begin_write(session)
    # One import of a wave at a time: two would each make the import collectors, and with them other identities.
    session.refresh(wave, with_for_update={"key_share": True})
    units, created = _units(session, wave, rows, create=create)
    _record_transactions(session, wave, rows, units)
    if create and wave.state == "draft":
        open_wave(session, wave, at)
    collectors = _collectors(session, wave, units, channel, trust, at)
    submissions = list(_submissions(wave, rows, collectors, int(received_at.timestamp())))
    if wave.state != "open" and not _all_known(session, submissions):
        raise WaveError("accepts_nothing", wave=wave.code, state=wave.state)
    added = store_submissions(connection, submissions, progress) if wave.state == "open" else 0
    session.add(
        ImportRun(
            wave_id=wave.id,
            file_name=file_name,
            file_digest=file_digest,
            rows_read=len(rows),
            rows_added=added,
            imported_at=at,
        )
    )
    session.flush()
    told = {"wave": wave.code, "file_name": file_name, "rows_read": len(rows), "rows_added": added}
    emit(session, "import.finished", told, paths=[unit.path for unit in units.values()], at=at, whole=True)
    return ImportResult(len(rows), added, created)


def question_ids(session: Session, wave: Wave) -> dict[str, int]:
    """The rows of the wave's questions by code."""
    query = select(Question.code, Question.id).where(Question.questionnaire_id == wave.questionnaire_id)
    return {row.code: row.id for row in session.execute(query)}


def import_id(wave: str, collector: str, content: bytes, occurrence: int) -> bytes:
    """The id of an imported response: SHA-256 of what identifies it, as a UUIDv8 (RFC 9562 § 5.8)."""
    named = f"sipas-import\0{wave}\0{collector}\0{occurrence}\0".encode() + content
    value = bytearray(hashlib.sha256(named).digest()[:16])
    value[6] = 0x80 | value[6] & 0x0F
    value[8] = 0x80 | value[8] & 0x3F
    return bytes(value)


def _units(session: Session, wave: Wave, rows: Sequence[ResponseRow], *, create: bool) -> tuple[dict[str, Unit], int]:
    """The units the rows name, by code; those that do not exist are made or refused."""
    first_line: dict[str, int] = {}
    for row in rows:
        first_line.setdefault(row.unit, row.line)
    units = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(first_line)))}
    taking_part = set(session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)))
    missing = [code for code in first_line if code not in units]
    faults = Faults()
    if create:
        for code in missing:
            if not is_code(code):
                faults.add(first_line[code], "", "unit_code", unit=code[:60])
        faults.refuse()
        for code in missing:
            units[code] = create_unit(session, code=code, kind="commune", name_vi=code, valid_from=wave.period_start)
        new = [unit for unit in units.values() if unit.id not in taking_part]
        if new:
            add_units(session, wave, new)
        return units, len(missing)
    for code, line in first_line.items():
        if code not in units:
            faults.add(line, "", "unit_unknown", unit=code)
        elif units[code].id not in taking_part:
            faults.add(line, "", "unit_not_in_wave", unit=code, wave=wave.code)
    faults.refuse()
    return units, 0


def _record_transactions(session: Session, wave: Wave, rows: Sequence[ResponseRow], units: Mapping[str, Unit]) -> None:
    """Record each unit's N for the wave's period; a number that contradicts another is a fault of its line."""
    faults = Faults()
    stated: dict[str, int] = {}
    for row in rows:
        if row.transactions is None:
            continue
        known = stated.setdefault(row.unit, row.transactions)
        if known != row.transactions:
            faults.add(row.line, "", "transactions_contradict", unit=row.unit, known=known, value=row.transactions)
    faults.refuse()
    for row in rows:
        number = stated.pop(row.unit, None)
        if number is None:
            continue
        try:
            confirm_transactions(session, units[row.unit], wave.period_start, wave.period_end, number)
        except TransactionsError as error:
            faults.add(
                row.line, "", "transactions_contradict", unit=row.unit, known=error.parameters["known"], value=number
            )
    faults.refuse()


def _collectors(
    session: Session, wave: Wave, units: Mapping[str, Unit], channel: str, trust: str, at: datetime
) -> dict[str, Collector]:
    """The collector of each unit as a whole, by the unit's code; made where there is none."""
    query = select(Collector).where(
        Collector.wave_id == wave.id,
        Collector.channel == channel,
        Collector.trust == trust,
        Collector.respondent_group == "citizen",
        Collector.counter_id.is_(None),
        Collector.state == "active",
    )
    by_unit = {collector.unit_id: collector for collector in session.scalars(query.order_by(Collector.id.desc()))}
    return {
        code: by_unit.get(unit.id) or make_collector(session, wave, unit, channel=channel, trust=trust, at=at)
        for code, unit in units.items()
    }


def _submissions(
    wave: Wave, rows: Sequence[ResponseRow], collectors: Mapping[str, Collector], received_at: int
) -> Iterator[Submission]:
    occurrences: Counter[tuple[str, bytes]] = Counter()
    keys = {unit: (collector.id, collector.code) for unit, collector in collectors.items()}
    for row in rows:
        collector_id, collector_code = keys[row.unit]
        occurrences[row.unit, row.content] += 1
        yield Submission(
            submission_id=import_id(wave.code, collector_code, row.content, occurrences[row.unit, row.content]),
            collector_id=collector_id,
            received_at=received_at,
            seconds=None,
            language="vi",
            choices=row.choices,
            several=row.several,
            texts=row.texts,
        )


def _all_known(session: Session, submissions: Sequence[Submission]) -> bool:
    for start in range(0, len(submissions), _ID_QUERY):
        ids = [submission.submission_id for submission in submissions[start : start + _ID_QUERY]]
        known = session.scalars(select(Response.id).where(Response.submission_id.in_(ids))).all()
        if len(known) < len(ids):
            return False
    return True
