"""Many submissions at once, from a file or a sample: the rows that recording them one by one makes, in bulk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection

from survey.operations.responses import Submission
from survey.operations.submission import canonical, digest, half_month

CHUNK = 2000
_SALT = 16


Stored = Sequence[tuple[int, Submission]]
"""Submissions that became responses, with the responses' ids."""


def store_submissions(
    connection: Connection,
    submissions: Iterable[Submission],
    progress: Callable[[int], None] | None = None,
    on_stored: Callable[[Stored], None] | None = None,
) -> int:
    """Store the submissions whose id is new, in the caller's write transaction; returns how many.

    Whether their collectors are open is the caller's to know. `progress` is told how many more were handled,
    `on_stored` each chunk of those that were new. On SQLite the transaction must have begun as a writer: ids are given
    by counting on, which only the holder of the write lock may do.
    """
    store = _store_postgresql if connection.dialect.name == "postgresql" else _store_sqlite
    added = 0
    for chunk in _chunks(submissions):
        stored = store(connection, chunk)
        added += len(stored)
        if on_stored is not None and stored:
            on_stored(stored)
        if progress is not None:
            progress(len(chunk))
    return added


def _chunks(submissions: Iterable[Submission]) -> Iterator[list[Submission]]:
    source = iter(submissions)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _response_rows(ids: Iterable[int], submissions: Sequence[Submission]) -> list[tuple[object, ...]]:
    salts = os.urandom(_SALT * len(submissions))
    return [
        (
            response_id,
            submission.submission_id,
            submission.collector_id,
            submission.received_at,
            half_month(submission.received_at),
            submission.seconds,
            submission.language,
            digest(canonical(submission.choices, submission.several, submission.texts)),
            salts[at : at + _SALT],
            submission.is_test,
        )
        for response_id, submission, at in zip(ids, submissions, range(0, len(salts), _SALT), strict=True)
    ]


def _parts(stored: Stored) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table that hangs on the stored responses."""
    return {
        "answer (response_id, question_id, choice)": [
            (response_id, question, choice)
            for response_id, submission in stored
            for question, choice in submission.choices.items()
        ],
        "several_answer (response_id, question_id, choice)": [
            (response_id, question, choice)
            for response_id, submission in stored
            for question, choices in submission.several.items()
            for choice in choices
        ],
        "text_answer (response_id, question_id, text)": [
            (response_id, question, text)
            for response_id, submission in stored
            for question, text in submission.texts.items()
        ],
        "response_flag (response_id, kind)": [
            (response_id, kind) for response_id, submission in stored for kind in submission.flags
        ],
    }


_RESPONSE = (
    "response (id, submission_id, collector_id, received_at, half_month, seconds, language, digest, salt, is_test)"
)


def _store_sqlite(connection: Connection, submissions: Sequence[Submission]) -> Stored:
    known: set[bytes] = set()
    for start in range(0, len(submissions), 500):
        ids = tuple(submission.submission_id for submission in submissions[start : start + 500])
        marks = ",".join("?" * len(ids))
        known.update(
            connection.exec_driver_sql(
                f"SELECT submission_id FROM response WHERE submission_id IN ({marks})",  # noqa: S608 question marks
                ids,
            ).scalars()
        )
    new = {submission.submission_id: submission for submission in submissions if submission.submission_id not in known}
    if not new:
        return ()
    last = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM response").scalar_one()
    stored = list(enumerate(new.values(), last + 1))
    rows = _response_rows((response_id for response_id, _ in stored), [submission for _, submission in stored])
    for table, values in {_RESPONSE: rows, **_parts(stored)}.items():
        if values:
            marks = ",".join("?" * len(values[0]))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 literal names
    return stored


_POSTGRESQL_RESPONSES = f"""
INSERT INTO {_RESPONSE}
SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::integer[], %s::bigint[], %s::integer[], %s::integer[], %s::text[],
                     %s::bytea[], %s::bytea[], %s::boolean[])
ON CONFLICT (submission_id) DO NOTHING RETURNING id
"""  # noqa: S608 literal names


def _store_postgresql(connection: Connection, submissions: Sequence[Submission]) -> Stored:
    # The sealer must not step over ids that are drawn but not inserted yet: its lock waits for this one.
    connection.exec_driver_sql("LOCK TABLE response IN ROW EXCLUSIVE MODE")
    ids = connection.exec_driver_sql(
        "SELECT nextval(pg_get_serial_sequence('response', 'id')) FROM generate_series(1, %s)", (len(submissions),)
    ).scalars()
    by_id = dict(zip(ids, submissions, strict=True))
    columns = tuple(map(list, zip(*_response_rows(by_id, submissions), strict=True)))
    accepted = connection.exec_driver_sql(_POSTGRESQL_RESPONSES, columns).scalars()
    stored = [(response_id, by_id[response_id]) for response_id in accepted]
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        for table, values in _parts(stored).items():
            if values:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)
    return stored
