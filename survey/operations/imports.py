"""Importing responses from a file: all or nothing, and the same file twice adds nothing.

A response's identity is made of wave, collector, content and occurrence number: people do give identical answers, so
the second identical row of a file is another response, but the same row of the same file read again is not. A row
whose import was withdrawn begins a new generation: read again, from whatever file, it is new.
"""

from __future__ import annotations

import collections
import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, case, func, select
from sqlalchemy.orm import Session

from survey.models import (
    Collector,
    Counter,
    ImportRun,
    Question,
    Response,
    ResponseFlag,
    Unit,
    Wave,
    WaveUnit,
)
from survey.operations.batch_collectors import lock_wave
from survey.operations.batches import Stored, store_submissions
from survey.operations.collectors import make_collector
from survey.operations.identifiers import is_code
from survey.operations.import_runs import withdrawn_ids
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


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do: rows that are new, rows that are there already, and those of them that are flagged."""

    new: int
    known: int
    known_flagged: int


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
    account_id: int | None = None,
    unit: Unit | None = None,
) -> ImportResult:
    """Store the rows as responses of the wave received at `received_at`; the caller commits, and seals afterwards.

    Each unit's rows come in through its own collector of that channel and trust level, or its counter's where the row
    names one. With `create`, unknown units are made and a draft wave is opened. Transactions are recorded for the
    wave's period. `account_id` and `unit` say who imported for which unit, where that is known. Raises
    :class:`~survey.operations.response_files.ResponseFileError` with the lines that do not fit the database, and
    :class:`~survey.operations.waves.WaveError` where the wave takes no responses.
    """
    connection = begin_write(session)
    # One import of a wave at a time: two would each make the import collectors, and with them other identities.
    lock_wave(session, wave)
    units, created = _units(session, wave, rows, create=create)
    counters = _counters(session, rows, units)
    _record_transactions(session, wave, rows, units)
    if create and wave.state == "draft":
        open_wave(session, wave, at)
    collectors = _collectors(session, wave, channel, trust)
    for key in dict.fromkeys((row.unit, row.counter) for row in rows):
        place = units[key[0]]
        counter = counters.get(key)
        if (place.id, counter.id if counter else None) not in collectors:
            made = make_collector(session, wave, place, counter=counter, channel=channel, trust=trust, at=at)
            collectors[place.id, made.counter_id] = made
    withdrawn = withdrawn_ids(session, wave)
    places = _places(units, counters)
    submissions = list(_submissions(wave, rows, collectors, places, int(received_at.timestamp()), withdrawn))
    if wave.state != "open" and not _all_known(session, submissions):
        raise WaveError("accepts_nothing", wave=wave.code, state=wave.state)
    run = ImportRun(
        wave_id=wave.id,
        file_name=file_name,
        file_digest=file_digest,
        rows_read=len(rows),
        rows_added=0,
        imported_at=at,
        account_id=account_id,
        unit_id=unit.id if unit else None,
        channel=channel,
        trust=trust,
    )
    session.add(run)
    session.flush()

    if wave.state == "open":
        link = partial(_link, connection, run.id)
        run.rows_added = store_submissions(connection, submissions, progress, link)
        session.flush()
    told = {"wave": wave.code, "file_name": file_name, "rows_read": len(rows), "rows_added": run.rows_added}
    emit(session, "import.finished", told, paths=[unit.path for unit in units.values()], at=at, whole=True)
    return ImportResult(len(rows), run.rows_added, created)


def preview_import(
    session: Session, wave: Wave, rows: Sequence[ResponseRow], *, channel: str, trust: str
) -> ImportPreview:
    """What :func:`import_responses` would do with the rows, without writing; raises ResponseFileError as it does."""
    units, _ = _units(session, wave, rows, create=False)
    counters = _counters(session, rows, units)
    collectors = _collectors(session, wave, channel, trust)
    places = _places(units, counters)
    withdrawn = withdrawn_ids(session, wave)
    there = [row for row in rows if places[row.unit, row.counter] in collectors]
    ids = [submission.submission_id for submission in _submissions(wave, there, collectors, places, 0, withdrawn)]
    known = flagged = 0
    for start in range(0, len(ids), _ID_QUERY):
        doubted = select(ResponseFlag.response_id).where(ResponseFlag.response_id == Response.id).exists()
        query = select(func.count(), func.coalesce(func.sum(case((doubted, 1), else_=0)), 0)).select_from(Response)
        found = session.execute(query.where(Response.submission_id.in_(ids[start : start + _ID_QUERY]))).one()
        known += found[0]
        flagged += found[1]
    return ImportPreview(len(rows) - known, known, flagged)


def question_ids(session: Session, wave: Wave) -> dict[str, int]:
    """The rows of the wave's questions by code."""
    query = select(Question.code, Question.id).where(Question.questionnaire_id == wave.questionnaire_id)
    return {row.code: row.id for row in session.execute(query)}


def import_id(wave: str, collector: str, content: bytes, occurrence: int, generation: int = 0) -> bytes:
    """The id of an imported response: SHA-256 of what identifies it, as a UUIDv8 (RFC 9562 § 5.8)."""
    again = f"{generation}\0" if generation else ""
    named = f"sipas-import\0{wave}\0{collector}\0{occurrence}\0{again}".encode() + content
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


def _link(connection: Connection, run_id: int, stored: Stored) -> None:
    """Note which run brought the responses, as quickly as they were stored."""
    ids = [response_id for response_id, _ in stored]
    if connection.dialect.name == "postgresql":
        statement = "INSERT INTO imported_response (response_id, import_run_id) SELECT unnest(%s::bigint[]), %s"
        connection.exec_driver_sql(statement, (ids, run_id))
    else:
        statement = "INSERT INTO imported_response (response_id, import_run_id) VALUES (?, ?)"
        connection.exec_driver_sql(statement, [(response_id, run_id) for response_id in ids])


_Place = tuple[int, int | None]
"""Unit id and counter id; no counter: the unit as a whole."""


def _counters(
    session: Session, rows: Sequence[ResponseRow], units: Mapping[str, Unit]
) -> dict[tuple[str, str], Counter]:
    """The counters the rows name, by unit code and counter code; unknown ones are faults of their lines."""
    first_line: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.counter:
            first_line.setdefault((row.unit, row.counter), row.line)
    found: dict[tuple[str, str], Counter] = {}
    faults = Faults()
    for (unit, code), line in first_line.items():
        query = select(Counter).where(Counter.unit_id == units[unit].id, Counter.code == code)
        counter = session.scalar(query)
        if counter is None:
            faults.add(line, "", "counter_unknown", unit=unit, counter=code)
        else:
            found[unit, code] = counter
    faults.refuse()
    return found


def _places(units: Mapping[str, Unit], counters: Mapping[tuple[str, str], Counter]) -> dict[tuple[str, str], _Place]:
    """Where the answers of a row with that unit code and counter code belong."""
    places: dict[tuple[str, str], _Place] = {(code, ""): (unit.id, None) for code, unit in units.items()}
    return places | {key: (units[key[0]].id, counter.id) for key, counter in counters.items()}


def _collectors(session: Session, wave: Wave, channel: str, trust: str) -> dict[_Place, Collector]:
    """The active collectors of that kind by unit and counter; the oldest where there are several."""
    query = select(Collector).where(
        Collector.wave_id == wave.id,
        Collector.channel == channel,
        Collector.trust == trust,
        Collector.respondent_group == "citizen",
        Collector.state == "active",
    )
    found = session.scalars(query.order_by(Collector.id.desc()))
    return {(collector.unit_id, collector.counter_id): collector for collector in found}


def _submissions(
    wave: Wave,
    rows: Sequence[ResponseRow],
    collectors: Mapping[_Place, Collector],
    places: Mapping[tuple[str, str], _Place],
    received_at: int,
    withdrawn: frozenset[bytes],
) -> Iterator[Submission]:
    occurrences: collections.Counter[tuple[str, str, bytes]] = collections.Counter()
    keys = {key: (collectors[place].id, collectors[place].code) for key, place in places.items() if place in collectors}
    for row in rows:
        collector_id, collector_code = keys[row.unit, row.counter]
        identity = row.unit, row.counter, row.content
        occurrences[identity] += 1
        named = partial(import_id, wave.code, collector_code, row.content, occurrences[identity])
        ids = (named(generation) for generation in itertools.count())
        yield Submission(
            submission_id=next(each for each in ids if each not in withdrawn),
            collector_id=collector_id,
            received_at=received_at if row.received_at is None else row.received_at,
            seconds=row.seconds,
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
