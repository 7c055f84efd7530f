"""The ledger: seals the unsealed tail of responses into a chained hash tree and adds it to the tallies, as one act."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.models import Collector, Response, ResponseFlag, Seal
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.hash_tree import audit_path, leaf_hash, root_of_path, tree_root
from survey.operations.submission import PROVINCE_OFFSET
from survey.operations.tallies import add_range, move_to_flagged
from survey.operations.writing import begin_write

FIRST_HEAD = bytes(32)  # what the first seal is chained to
BATCH = {"sqlite": 500, "postgresql": 5000}  # SQLite's writers wait for each other: short batches there

_ENTRY_VERSION = 1
_LOCK = 0x5349504153  # "SIPAS": the sealers' advisory lock
# How long ballots may have to queue behind the sealer's lock; the long wait outlasts deadlock_timeout (1 s), after
# which autovacuum gives way.
_SHORT_WAIT_MS, _LONG_WAIT_MS = 200, 1500
_PAUSE = 0.2
_FLAG_QUERY = 500


class LedgerBusy(OperationError):
    """The ledger could not be sure of the tail's end: a transaction that writes responses is still under way."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "busy": _n("Responses are being written right now; nothing was done. Try again in a moment.")
    }


def entry(row: Row[int, bytes, int, bytes, bytes, bool, str]) -> bytes:
    """What a leaf commits to, in canonical bytes.

    Version, submission id, collector code, day of receipt (days since 1970 in the province's time, never the second),
    digest of the content, salt, test or not.
    """
    code: bytes = row.code.encode()
    day = (row.received_at + PROVINCE_OFFSET) // 86400
    return b"".join(
        (
            bytes((_ENTRY_VERSION,)),
            row.submission_id,
            bytes((len(code),)),
            code,
            day.to_bytes(4, signed=True),
            row.digest,
            row.salt,
            b"\x01" if row.is_test else b"\x00",
        )
    )


def entries(after: int, last: int | None) -> Select[int, bytes, int, bytes, bytes, bool, str]:
    """The columns :func:`entry` needs of the responses with after < id ≤ last (None: no end), in order."""
    columns = (Response.id, Response.submission_id, Response.received_at, Response.digest, Response.salt)
    query = select(*columns, Response.is_test, Collector.code).join(Collector, Collector.id == Response.collector_id)
    query = query.where(Response.id > after).order_by(Response.id)
    return query if last is None else query.where(Response.id <= last)


def chained_head(previous: bytes, sequence: int, first: int, last: int, leaves: int, root: bytes) -> bytes:
    """SHA-256(previous head ‖ sequence ‖ first ‖ last ‖ leaves ‖ root), the numbers as 8 bytes, big-endian."""
    numbers = b"".join(number.to_bytes(8) for number in (sequence, first, last, leaves))
    return hashlib.sha256(previous + numbers + root).digest()


def seal_batch(session: Session, limit: int, *, wait_ms: int = _SHORT_WAIT_MS) -> Seal | None:
    """Seal up to `limit` responses of the tail, in order of id, and tally them; None where none is left.

    All in the session's transaction, which the caller commits soon: other sealers wait for it, on SQLite every writer
    does. Raises :class:`LedgerBusy` on PostgreSQL where a writer of responses does not finish within `wait_ms`.
    """
    connection = begin_write(session)
    last = None
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        last = _end_of_tail(connection, wait_ms)
    before = session.execute(
        select(Seal.sequence, Seal.last_response_id, Seal.head).order_by(Seal.sequence.desc()).limit(1)
    ).first()
    sequence, sealed, previous = (0, 0, FIRST_HEAD) if before is None else before
    rows = connection.execute(entries(sealed, last).limit(limit)).all()
    if not rows:
        return None
    first, last, leaves = rows[0].id, rows[-1].id, len(rows)
    root = tree_root([leaf_hash(entry(row)) for row in rows])
    add_range(connection, sealed, last)
    seal = Seal(
        sequence=sequence + 1,
        first_response_id=first,
        last_response_id=last,
        leaves=leaves,
        root=root,
        previous_head=previous,
        head=chained_head(previous, sequence + 1, first, last, leaves, root),
        sealed_at=datetime.now(UTC),
    )
    session.add(seal)
    session.flush()
    return seal


def _end_of_tail(connection: Connection, wait_ms: int) -> int:
    """The highest id below which no response can still appear.

    A lower id may be committed after a higher one and would be stepped over. A SHARE lock waits for every writer under
    way, and an INSERT draws its id only under a lock this one excludes. Rolling back to the savepoint gives the lock
    back at once: ballots wait no longer than `wait_ms`.
    """
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms:d}")
        connection.exec_driver_sql("LOCK TABLE response IN SHARE MODE")
        end: int = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM response").scalar_one()
    except OperationalError as error:
        raise LedgerBusy("busy") from error
    finally:
        savepoint.rollback()
    return end


def seal_all(engine: Engine, progress: Callable[[int], None] | None = None, *, patience: float = 30) -> int:
    """Seal whatever was recorded before the call, batch by batch, each in a transaction of its own; returns how many.

    `progress` is told how many more are sealed. A busy ledger is tried again for `patience` seconds, then
    :class:`LedgerBusy` is raised; whoever seals every few seconds anyway gives 0.
    """
    limit = BATCH[engine.dialect.name]
    sealed = 0
    while True:
        leaves = _seal_patiently(engine, limit, patience)
        sealed += leaves
        if progress is not None and leaves:
            progress(leaves)
        if leaves < limit:
            return sealed


def _seal_patiently(engine: Engine, limit: int, patience: float) -> int:
    """One committed batch: how many responses. The pauses let the ballots pass that queued behind the lock."""
    deadline = time.monotonic() + patience
    wait_ms = _SHORT_WAIT_MS
    while True:
        with Session(engine, expire_on_commit=False) as session:
            try:
                seal = seal_batch(session, limit, wait_ms=wait_ms)
                session.commit()
            except LedgerBusy:
                if time.monotonic() >= deadline:
                    raise
            else:
                return 0 if seal is None else seal.leaves
        time.sleep(_PAUSE)
        if wait_ms < _LONG_WAIT_MS:
            wait_ms *= 2


def flag_response(session: Session, response_id: int, kind: str) -> bool:
    """Doubt a stored response: it is counted apart from now on, tallies included. False where it had that flag.

    In the session's transaction, under the sealers' lock. Raises IntegrityError for an unknown response or kind.
    """
    return bool(flag_responses(session, (response_id,), kind))


def flag_responses(session: Session, response_ids: Iterable[int], kind: str) -> list[int]:
    """As :func:`flag_response`, many at once: the ids, ascending, of those that had not that flag yet."""
    connection = begin_write(session)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    ids = sorted(set(response_ids))
    doubted: set[int] = set()
    known: set[int] = set()
    for chunk in (ids[at : at + _FLAG_QUERY] for at in range(0, len(ids), _FLAG_QUERY)):
        query = select(ResponseFlag.response_id, ResponseFlag.kind).where(ResponseFlag.response_id.in_(chunk))
        for row in session.execute(query):
            doubted.add(row.response_id)
            if row.kind == kind:
                known.add(row.response_id)
    new = [response_id for response_id in ids if response_id not in known]
    if new:
        connection.execute(insert(ResponseFlag), [{"response_id": each, "kind": kind} for each in new])
    sealed = session.scalar(select(func.max(Seal.last_response_id))) or 0
    for first, last in _runs(each for each in new if each not in doubted and each <= sealed):
        move_to_flagged(connection, first, last)
    return new


def _runs(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of ascending ids without a gap."""
    first = last = None
    for each in ids:
        if first is None or last is None:
            first = each
        elif each != last + 1:
            yield first, last
            first = each
        last = each
    if first is not None and last is not None:
        yield first, last


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf is the `index`-th of a seal: its path to the root, and what the head was computed from.

    The leaf is a salted hash: a proof shows neither the answers nor the place.
    """

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    sequence: int
    first_response_id: int
    last_response_id: int
    leaves: int
    root: bytes
    previous_head: bytes
    head: bytes


def inclusion_proof(session: Session, submission_id: bytes) -> InclusionProof | None:
    """The proof for a receipt; None while the response is unknown or not sealed yet."""
    response_id = session.scalar(select(Response.id).where(Response.submission_id == submission_id))
    if response_id is None:
        return None
    covering = select(Seal).where(Seal.last_response_id >= response_id).order_by(Seal.last_response_id).limit(1)
    seal = session.scalar(covering)
    if seal is None:
        return None
    rows = session.execute(entries(seal.first_response_id - 1, seal.last_response_id)).all()
    leaves: Sequence[bytes] = [leaf_hash(entry(row)) for row in rows]
    index = next(at for at, row in enumerate(rows) if row.id == response_id)
    return InclusionProof(
        leaf=leaves[index],
        index=index,
        path=tuple(audit_path(leaves, index)),
        sequence=seal.sequence,
        first_response_id=seal.first_response_id,
        last_response_id=seal.last_response_id,
        leaves=seal.leaves,
        root=seal.root,
        previous_head=seal.previous_head,
        head=seal.head,
    )


def verify_inclusion(proof: InclusionProof, head: bytes) -> bool:
    """Whether the proof leads from its leaf to `head`, as it was published; needs no database."""
    root = root_of_path(proof.leaf, proof.index, proof.leaves, proof.path)
    if root is None:
        return False
    numbers = (proof.sequence, proof.first_response_id, proof.last_response_id, proof.leaves)
    return root == proof.root and chained_head(proof.previous_head, *numbers, root) == head == proof.head
