"""Many ballots at once, from a file or a sample: the same rows as one ballot makes, some hundred times faster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from survey.operations.submission import digest, half_month

CHUNK = 2000
_SALT = 16


class Ballot(NamedTuple):
    """One ballot that is ready to be stored.

    `received_at` is Unix time in seconds; `choices`, `several` and `texts` are keyed by question id; `content` is
    their canonical form (:func:`survey.operations.submission.canonical`).
    """

    submission_id: bytes
    collector_id: int
    received_at: int
    content: bytes
    choices: Mapping[int, int]
    several: Mapping[int, Sequence[int]] = {}
    texts: Mapping[int, str] = {}
    flags: tuple[str, ...] = ()
    seconds: int | None = None
    language: str = "vi"


def store_ballots(
    connection: Connection, ballots: Iterable[Ballot], progress: Callable[[int], None] | None = None
) -> int:
    """Store the ballots whose id is new, in the caller's write transaction; returns how many.

    `progress` is told how many more ballots were handled. On SQLite the transaction must have begun as a writer:
    ids are given by counting on, which only the holder of the write lock may do.
    """
    store = _store_postgresql if connection.dialect.name == "postgresql" else _store_sqlite
    added = 0
    for chunk in _chunks(ballots):
        added += store(connection, chunk)
        if progress is not None:
            progress(len(chunk))
    return added


def _chunks(ballots: Iterable[Ballot]) -> Iterator[list[Ballot]]:
    source = iter(ballots)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _response_rows(ids: Iterable[int], ballots: Sequence[Ballot]) -> list[tuple[object, ...]]:
    salts = os.urandom(_SALT * len(ballots))
    return [
        (
            response_id,
            ballot.submission_id,
            ballot.collector_id,
            ballot.received_at,
            half_month(ballot.received_at),
            ballot.seconds,
            ballot.language,
            digest(ballot.content),
            salts[at : at + _SALT],
            False,
        )
        for response_id, ballot, at in zip(ids, ballots, range(0, len(salts), _SALT), strict=True)
    ]


def _parts(stored: Sequence[tuple[int, Ballot]]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table that hangs on the stored responses."""
    return {
        "answer (response_id, question_id, choice)": [
            (response_id, question, choice)
            for response_id, ballot in stored
            for question, choice in ballot.choices.items()
        ],
        "several_answer (response_id, question_id, choice)": [
            (response_id, question, choice)
            for response_id, ballot in stored
            for question, choices in ballot.several.items()
            for choice in choices
        ],
        "text_answer (response_id, question_id, text)": [
            (response_id, question, text) for response_id, ballot in stored for question, text in ballot.texts.items()
        ],
        "response_flag (response_id, kind)": [
            (response_id, kind) for response_id, ballot in stored for kind in ballot.flags
        ],
    }


_RESPONSE = (
    "response (id, submission_id, collector_id, received_at, half_month, seconds, language, digest, salt, is_test)"
)


def _store_sqlite(connection: Connection, ballots: Sequence[Ballot]) -> int:
    known: set[bytes] = set()
    for start in range(0, len(ballots), 500):
        ids = tuple(ballot.submission_id for ballot in ballots[start : start + 500])
        marks = ",".join("?" * len(ids))
        known.update(
            connection.exec_driver_sql(
                f"SELECT submission_id FROM response WHERE submission_id IN ({marks})",  # noqa: S608 question marks
                ids,
            ).scalars()
        )
    new = {ballot.submission_id: ballot for ballot in ballots if ballot.submission_id not in known}
    if not new:
        return 0
    last = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM response").scalar_one()
    stored = list(enumerate(new.values(), last + 1))
    rows = _response_rows((response_id for response_id, _ in stored), [ballot for _, ballot in stored])
    for table, values in {_RESPONSE: rows, **_parts(stored)}.items():
        if values:
            marks = ",".join("?" * len(values[0]))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 literal names
    return len(stored)


_POSTGRESQL_RESPONSES = f"""
INSERT INTO {_RESPONSE}
SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::integer[], %s::bigint[], %s::integer[], %s::integer[], %s::text[],
                     %s::bytea[], %s::bytea[], %s::boolean[])
ON CONFLICT (submission_id) DO NOTHING RETURNING id
"""  # noqa: S608 literal names


def _store_postgresql(connection: Connection, ballots: Sequence[Ballot]) -> int:
    ids = connection.exec_driver_sql(
        "SELECT nextval(pg_get_serial_sequence('response', 'id')) FROM generate_series(1, %s)", (len(ballots),)
    ).scalars()
    by_id = dict(zip(ids, ballots, strict=True))
    columns = tuple(map(list, zip(*_response_rows(by_id, ballots), strict=True)))
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
    return len(stored)
