"""A second way to count, for tests only: tallies worked out in Python, person by person, and stored as a seal's are."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis.statistics import PersonSums
from survey.models import (
    Answer,
    Base,
    ItemTally,
    Response,
    ResponseFlag,
    ResponseTally,
    ScopeItem,
    ScopeTally,
    Seal,
    SeveralAnswer,
)

SEALED_AT = datetime(2026, 7, 1, tzinfo=UTC)
SUMS = ("people", "all_satisfied", "s", "v", "ss", "sv", "vv", "x", "xx", "xv")


def seal_by_hand(session: Session, last: int | None = None) -> None:
    """Seal all responses up to the id `last` (default: all), adding to the tallies as they stand."""
    sealed = session.scalars(select(Seal).order_by(Seal.sequence.desc()).limit(1)).first()
    wanted = select(Response).where(Response.id > (sealed.last_response_id if sealed else 0)).order_by(Response.id)
    responses = session.scalars(wanted if last is None else wanted.where(Response.id <= last)).all()
    if not responses:
        return
    sequence = sealed.sequence + 1 if sealed else 1
    session.add(
        Seal(
            sequence=sequence,
            first_response_id=responses[0].id,
            last_response_id=responses[-1].id,
            leaves=len(responses),
            root=sha256(b"root").digest(),
            previous_head=sealed.head if sealed else bytes(32),
            head=sha256(str(sequence).encode()).digest(),
            sealed_at=SEALED_AT,
        )
    )
    add_to_tallies(session, [response for response in responses if not response.is_test])
    session.flush()


def add_to_tallies(session: Session, responses: list[Response]) -> None:
    flagged = set(session.scalars(select(ResponseFlag.response_id)))
    scopes: dict[int, list[int]] = defaultdict(list)
    for link in session.scalars(select(ScopeItem)):
        scopes[link.scope_id].append(link.question_id)
    answers: dict[int, dict[int, int]] = defaultdict(dict)
    for answer in session.scalars(select(Answer)):
        answers[answer.response_id][answer.question_id] = answer.choice
    several: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for tick in session.scalars(select(SeveralAnswer)):
        several[tick.response_id][tick.question_id].append(tick.choice)
    rows: dict[tuple[type[Base], tuple[tuple[str, int], ...]], Counter[str]] = defaultdict(Counter)

    def add(model: type[Base], key: dict[str, int], counts: dict[str, int]) -> None:
        rows[model, tuple(key.items())].update(counts)

    for response in responses:
        place = {"collector_id": response.collector_id, "flagged": response.id in flagged}
        key = {**place, "half_month": response.half_month}
        add(ResponseTally, key, {"responses": 1})
        ticked = {question: [choice] for question, choice in answers[response.id].items()} | several[response.id]
        for question, choices in ticked.items():
            counts = {"people": 1} | {f"n{value}": int(value in choices) for value in range(10)}
            add(ItemTally, {**key, "question_id": question}, counts)
        for scope, questions in scopes.items():
            given = (answers[response.id].get(question, 0) for question in questions)
            sums = PersonSums.of_person(choice for choice in given if choice)
            if sums.v:
                add(ScopeTally, {**key, "scope_id": scope}, {name: getattr(sums, name) for name in SUMS})
    for (model, where), counted in rows.items():
        row = session.get(model, dict(where))
        if row is None:
            session.add(model(**dict(where), **counted))
        else:
            for name, count in counted.items():
                setattr(row, name, getattr(row, name) + count)
