"""Recording a ballot: once, whole, and only while its collector and wave are open (a test: before that too).

The statements go to the driver as they are: this is the one place every citizen passes, and the layers between cost
more than the database does (bench/submission.py).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from typing import Any, ClassVar, Literal

import psycopg
from sqlalchemy.orm import Session

from survey.operations.errors import OperationError
from survey.operations.submission import canonical, digest, half_month, receipt_number
from survey.operations.writing import begin_write


class CollectorClosed(OperationError):
    """The collector is unknown or revoked, or its wave is not open (for a test: neither open nor a draft)."""

    SENTENCES: ClassVar[dict[str, str]] = {"closed": "This collector takes no answers now."}


class ImpossibleAnswer(OperationError):
    """The database refused a value: a choice that was never offered, a text too long, an unknown language or flag.

    The transaction is spoilt: roll it back.
    """

    SENTENCES: ClassVar[dict[str, str]] = {"refused": "The database refused the ballot: %(reason)s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A ballot as it came in. Keys of the answers are question ids; a skipped question has no key.

    `submission_id` is a UUID's 16 bytes, `received_at` Unix time in seconds, `seconds` how long it took (None: not
    measured), `choices` the one choice of a question (0: no opinion), `several` those of a question that takes several.
    A test is stored and sealed like any other, and counted nowhere.
    """

    submission_id: bytes
    collector_id: int
    received_at: int
    seconds: int | None
    language: str
    choices: Mapping[int, int]
    several: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    texts: Mapping[int, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission; `number` depends on its id alone, so a repetition gets the same one."""

    outcome: Literal["recorded", "repeated", "conflict"]
    response_id: int | None
    number: str


# The collector is looked up by the statement that writes, so that none can close in between.
_RESPONSE = """
INSERT INTO response (submission_id, collector_id, received_at, half_month, seconds, language, digest, salt, is_test)
SELECT {}, collector.id, {}, {}, {}, {}, {}, {}, {}
FROM collector JOIN wave ON wave.id = collector.wave_id
WHERE collector.id = {} AND collector.state = 'active' AND wave.state {}
ON CONFLICT (submission_id) DO NOTHING RETURNING id
"""
# By whether the ballot is a test: a draft takes those too, for it is before a wave opens that its form is tried.
_STATES = {False: "= 'open'", True: "IN ('draft', 'open')"}
_RESPONSE_SQLITE = {is_test: _RESPONSE.format(*"?" * 9, states) for is_test, states in _STATES.items()}
_TYPES = ("bytea", "bigint", "int", "int", "text", "bytea", "bytea", "bool", "int")
_RESPONSE_POSTGRESQL = {
    is_test: _RESPONSE.format(*(f"%s::{name}" for name in _TYPES), states) for is_test, states in _STATES.items()
}


@cache
def _statement_postgresql(is_test: bool, several: bool, texts: bool, flags: bool) -> str:
    """One statement for the whole ballot, with the parts it has."""
    parts = [f"new AS ({_RESPONSE_POSTGRESQL[is_test]})"]
    chosen = "FROM new, unnest(%s::int[], %s::smallint[]) AS given (question_id, choice)"
    columns = "(response_id, question_id, choice)"
    parts.append(f"answers AS (INSERT INTO answer {columns} SELECT id, question_id, choice {chosen})")
    if several:
        parts.append(f"ticks AS (INSERT INTO several_answer {columns} SELECT id, question_id, choice {chosen})")
    if texts:
        written = "FROM new, unnest(%s::int[], %s::text[]) AS given (question_id, words)"
        target = "text_answer (response_id, question_id, text)"
        parts.append(f"texts AS (INSERT INTO {target} SELECT id, question_id, words {written})")
    if flags:
        doubts = "FROM new, unnest(%s::text[]) AS given (kind)"
        parts.append(f"flags AS (INSERT INTO response_flag (response_id, kind) SELECT id, kind {doubts})")
    return f"WITH {', '.join(parts)} SELECT id FROM new"  # noqa: S608 literal names


def record_response(session: Session, submission: Submission) -> Receipt:
    """Store a ballot, once: the id decides, and the database decides on the id.

    The same id with the same content is "repeated"; with other content it is kept as a conflict, once per distinct
    content, and counts nowhere. Does not commit; the receipt may be shown after the caller has. Raises CollectorClosed
    (unless the ballot had been stored before) and ImpossibleAnswer.
    """
    return record_by_driver(begin_write(session).connection.dbapi_connection, submission)


def record_by_driver(driver: Any, submission: Submission) -> Receipt:
    """The same by a connection of sqlite3 or psycopg that is in a transaction of its own, see
    :func:`survey.operations.writing.begin_by_driver`."""
    content = canonical(submission.choices, submission.several, submission.texts)
    fingerprint = digest(content)
    number = receipt_number(submission.submission_id)
    on_sqlite = isinstance(driver, sqlite3.Connection)
    try:
        response_id = (_insert_sqlite if on_sqlite else _insert_postgresql)(driver, submission, fingerprint)
        if response_id is not None:
            return Receipt("recorded", response_id, number)
        mark = "?" if on_sqlite else "%s"
        query = f"SELECT id, digest FROM response WHERE submission_id = {mark}"  # noqa: S608 mark
        first = driver.execute(query, (submission.submission_id,)).fetchone()
        if first is None:
            raise CollectorClosed("closed")
        if bytes(first[1]) == fingerprint:
            return Receipt("repeated", first[0], number)
        _keep_conflict(driver, mark, submission, content.decode())
        return Receipt("conflict", first[0], number)
    except (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.DataError) as error:
        raise ImpossibleAnswer("refused", reason=str(error)) from error


def _response_row(submission: Submission, fingerprint: bytes) -> tuple[Any, ...]:
    return (
        submission.submission_id,
        submission.received_at,
        half_month(submission.received_at),
        submission.seconds,
        submission.language,
        fingerprint,
        os.urandom(16),
        submission.is_test,
        submission.collector_id,
    )


def _insert_sqlite(driver: Any, submission: Submission, fingerprint: bytes) -> int | None:
    row = driver.execute(_RESPONSE_SQLITE[submission.is_test], _response_row(submission, fingerprint)).fetchone()
    if row is None:
        return None
    response_id: int = row[0]
    driver.executemany(
        "INSERT INTO answer (response_id, question_id, choice) VALUES (?, ?, ?)",
        zip(repeat(response_id), submission.choices.keys(), submission.choices.values()),
    )
    if submission.several:
        driver.executemany(
            "INSERT INTO several_answer (response_id, question_id, choice) VALUES (?, ?, ?)",
            [(response_id, question, value) for question, values in submission.several.items() for value in values],
        )
    if submission.texts:
        driver.executemany(
            "INSERT INTO text_answer (response_id, question_id, text) VALUES (?, ?, ?)",
            [(response_id, question, text) for question, text in submission.texts.items()],
        )
    if submission.flags:
        driver.executemany(
            "INSERT INTO response_flag (response_id, kind) VALUES (?, ?)",
            [(response_id, kind) for kind in submission.flags],
        )
    return response_id


def _insert_postgresql(driver: Any, submission: Submission, fingerprint: bytes) -> int | None:
    ticked = [(question, value) for question, values in submission.several.items() for value in values]
    parameters = [
        *_response_row(submission, fingerprint),
        list(submission.choices.keys()),
        list(submission.choices.values()),
    ]
    if ticked:
        parameters += map(list, zip(*ticked, strict=True))
    if submission.texts:
        parameters += (list(submission.texts.keys()), list(submission.texts.values()))
    if submission.flags:
        parameters.append(list(submission.flags))
    statement = _statement_postgresql(submission.is_test, bool(ticked), bool(submission.texts), bool(submission.flags))
    row = driver.execute(statement, parameters).fetchone()
    return None if row is None else row[0]


def _keep_conflict(driver: Any, mark: str, submission: Submission, content: str) -> None:
    """Keep a second content under a taken id; the same one again adds nothing."""
    if mark != "?":  # two of them at once: SQLite's writers queue anyhow
        lock = int.from_bytes(submission.submission_id[-8:], signed=True)
        driver.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
    known = f"SELECT 1 FROM response_conflict WHERE submission_id = {mark} AND content = {mark}"  # noqa: S608 marks
    if driver.execute(known, (submission.submission_id, content)).fetchone() is None:
        driver.execute(
            "INSERT INTO response_conflict (submission_id, collector_id, received_at, content)"  # noqa: S608 marks
            f" VALUES ({mark}, {mark}, {mark}, {mark})",
            (submission.submission_id, submission.collector_id, submission.received_at, content),
        )
