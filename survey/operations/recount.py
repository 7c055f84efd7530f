"""Recounting: everything the ledger says, computed again from the rows, and every difference named with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Answer, Collector, Counter, Response, Seal, SeveralAnswer, TextAnswer, Unit, Wave
from survey.operations.hash_tree import leaf_hash, tree_root
from survey.operations.ledger import FIRST_HEAD, chained_head, entries, entry
from survey.operations.submission import canonical, digest
from survey.operations.tallies import KEYS, TALLIES, count_range

_DIGEST_BATCH = 2000
_BEFORE_ALL = -(2**63)  # a row slipped in may have any number

Kind = Literal["chain", "seal", "content", "tally"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was sealed.

    `kind`: "chain" (the heads do not follow from each other or from what was published), "seal" (a batch's rows are
    not those that were sealed), "content" (a response's answers do not have its digest), "tally" (a tally does not say
    what the rows say). `place` is where, in names; `detail` what.
    """

    kind: Kind
    place: str
    detail: str


def recount(
    session: Session,
    published_heads: Mapping[int, bytes] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Difference]:
    """Compare seals, answers and tallies with the rows; an untouched database gives none.

    `published_heads` are heads by sequence as witnesses keep them: whoever rewrites the whole ledger consistently is
    found by these alone. `progress` is told how many more responses were checked. Reads every row of every sealed
    response: minutes for millions.
    """
    places = _Places(session)
    seals = list(session.scalars(select(Seal).order_by(Seal.sequence)))
    last = seals[-1].last_response_id if seals else 0
    return [
        *_chain_differences(seals, published_heads or {}),
        *_seal_differences(session, seals),
        *_content_differences(session, places, progress),
        *_tally_differences(session, places, last),
    ]


def _chain_differences(seals: list[Seal], published_heads: Mapping[int, bytes]) -> Iterator[Difference]:
    previous, ended = FIRST_HEAD, 0
    for expected, seal in enumerate(seals, start=1):
        place = f"seal {seal.sequence}"
        if seal.sequence != expected:
            yield Difference("chain", place, f"seal {expected} is missing")
            return
        if seal.previous_head != previous:
            yield Difference("chain", place, "it is not chained to the seal before it")
        if seal.first_response_id <= ended:
            yield Difference("chain", place, "it overlaps the seal before it")
        numbers = (seal.sequence, seal.first_response_id, seal.last_response_id, seal.leaves)
        if chained_head(seal.previous_head, *numbers, seal.root) != seal.head:
            yield Difference("chain", place, "its head does not follow from what it says")
        previous, ended = seal.head, seal.last_response_id
    heads = {seal.sequence: seal.head for seal in seals}
    for sequence, head in sorted(published_heads.items()):
        if sequence not in heads:
            yield Difference("chain", f"seal {sequence}", "it was published and is missing")
        elif heads[sequence] != head:
            yield Difference("chain", f"seal {sequence}", "its head is not the one that was published")


def _seal_differences(session: Session, seals: list[Seal]) -> Iterator[Difference]:
    ended = _BEFORE_ALL
    for seal in seals:
        leaves = [leaf_hash(entry(row)) for row in session.execute(entries(ended, seal.last_response_id))]
        place = f"seal {seal.sequence}, responses {seal.first_response_id} to {seal.last_response_id}"
        if len(leaves) != seal.leaves:
            yield Difference("seal", place, f"{seal.leaves} responses were sealed, {len(leaves)} are there")
        elif tree_root(leaves) != seal.root:
            yield Difference("seal", place, "a response is not as it was sealed")
        ended = seal.last_response_id


def _content_differences(
    session: Session, places: _Places, progress: Callable[[int], None] | None
) -> Iterator[Difference]:
    """Every response's answers against its digest, the unsealed ones too."""
    columns = (Response.id, Response.collector_id, Response.digest)
    after = _BEFORE_ALL
    while rows := session.execute(
        select(*columns).where(Response.id > after).order_by(Response.id).limit(_DIGEST_BATCH)
    ).all():
        first, after = rows[0].id, rows[-1].id
        choices: dict[int, dict[int, int]] = {row.id: {} for row in rows}
        several: dict[int, dict[int, list[int]]] = {row.id: {} for row in rows}
        texts: dict[int, dict[int, str]] = {row.id: {} for row in rows}
        one = select(Answer.response_id, Answer.question_id, Answer.choice)
        for response_id, question, choice in session.execute(one.where(Answer.response_id.between(first, after))):
            choices[response_id][question] = choice
        many = select(SeveralAnswer.response_id, SeveralAnswer.question_id, SeveralAnswer.choice)
        for response_id, question, choice in session.execute(
            many.where(SeveralAnswer.response_id.between(first, after))
        ):
            several[response_id].setdefault(question, []).append(choice)
        written = select(TextAnswer.response_id, TextAnswer.question_id, TextAnswer.text)
        for response_id, question, words in session.execute(
            written.where(TextAnswer.response_id.between(first, after))
        ):
            texts[response_id][question] = words
        for row in rows:
            if digest(canonical(choices[row.id], several[row.id], texts[row.id])) != row.digest:
                place = f"{places.name(row.collector_id)}, response {row.id}"
                yield Difference("content", place, "its answers are not those that were received")
        if progress is not None:
            progress(len(rows))


def _tally_differences(session: Session, places: _Places, last: int) -> Iterator[Difference]:
    connection = session.connection()
    for table, (keys, columns) in TALLIES.items():
        width = len(KEYS) + len(keys)
        names = ", ".join((*KEYS, *keys, *columns))
        stored = connection.exec_driver_sql(f"SELECT {names} FROM {table}")  # noqa: S608 literal names
        kept = {tuple(row[:width]): tuple(row[width:]) for row in stored}
        counted = {
            tuple(row[:width]): tuple(map(int, row[width:]))
            for row in count_range(connection, table, _BEFORE_ALL, last)
        }
        nothing = (0,) * len(columns)
        for key in sorted(kept.keys() | counted.keys()):
            said, true = kept.get(key, nothing), counted.get(key, nothing)
            if said != true:
                collector, flagged, half_month, *rest = key
                place = f"{places.name(collector)}, half-month {half_month}"
                place += "".join(
                    f", {name.removesuffix('_id')} {value}" for name, value in zip(keys, rest, strict=True)
                )
                doubted = " flagged" if flagged else ""
                wrong = "; ".join(
                    f"{column} {a} instead of {b}" for column, a, b in zip(columns, said, true, strict=True) if a != b
                )
                yield Difference("tally", place, f"{table}{doubted}: {wrong}")


class _Places:
    """Names of collectors' places, looked up once."""

    def __init__(self, session: Session) -> None:
        query = select(Collector.id, Collector.code, Wave.code, Unit.name_vi, Counter.name_vi)
        query = query.join(Wave, Wave.id == Collector.wave_id).join(Unit, Unit.id == Collector.unit_id)
        rows = session.execute(query.outerjoin(Counter, Counter.id == Collector.counter_id))
        self._names = {
            collector: f"{unit}{f', {counter}' if counter else ''}, wave {wave}, collector {code}"
            for collector, code, wave, unit, counter in rows
        }

    def name(self, collector_id: int) -> str:
        return self._names.get(collector_id, f"collector {collector_id}")
