"""Sealing: the tail becomes leaves, a chained head and tallies as one act, in order, and nothing is stepped over."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.models import Collector, ItemTally, Response, ResponseTally, ScopeTally, Seal
from survey.operations import ledger
from survey.operations.hash_tree import leaf_hash, tree_root
from survey.operations.ledger import (
    FIRST_HEAD,
    chained_head,
    flag_response,
    inclusion_proof,
    seal_all,
    seal_batch,
    verify_inclusion,
)
from survey.operations.responses import Submission
from tests.ballots import ballot, make_collectors, some_ballots, store


@pytest.fixture
def collectors(session: Session) -> list[Collector]:
    return make_collectors(session)


def rows(session: Session, model: type) -> dict[tuple[Any, ...], tuple[int, ...]]:
    table = model.__table__  # type: ignore[attr-defined]
    width = len(table.primary_key.columns)
    return {
        tuple(row[:width]): tuple(row[width:])
        for row in session.execute(select(table))
        if any(row[width:])  # what was moved away leaves zeros
    }


def tallied_by_hand(session: Session, ballots: list[Submission], flagged: set[int]) -> tuple[dict[Any, Any], ...]:
    """The three tallies, counted in plain Python from what was sent."""
    scopes: dict[int, list[int]] = defaultdict(list)
    for scope, question in session.execute(text("SELECT scope_id, question_id FROM scope_item")):
        scopes[scope].append(question)
    halves = dict(session.execute(select(Response.submission_id, Response.half_month)).all())
    responses: Counter[Any] = Counter()
    items: dict[Any, list[int]] = defaultdict(lambda: [0] * 11)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0] * 10)
    for each in ballots:
        if each.is_test:
            continue
        doubted = bool(each.flags) or int.from_bytes(each.submission_id) in flagged
        key = (each.collector_id, doubted, halves[each.submission_id])
        responses[key] += 1
        for question, choice in each.choices.items():
            item = items[*key, question]
            item[0] += 1
            item[1 + choice] += 1
        for question, ticked in each.several.items():
            for choice in ticked:
                items[*key, question][1 + choice] += 1
            if ticked:
                items[*key, question][0] += 1
        for scope, questions in scopes.items():
            valid = [each.choices[question] for question in questions if each.choices.get(question, 0) > 0]
            if valid:
                s, v, x = sum(choice >= 4 for choice in valid), len(valid), sum(valid)
                values = (1, s == v, s, v, s * s, s * v, v * v, x, x * x, x * v)
                sums[*key, scope] = [a + b for a, b in zip(sums[*key, scope], values, strict=True)]
    return (
        {key: (count,) for key, count in responses.items()},
        {(key[0], key[1], key[3], key[2]): tuple(item) for key, item in items.items()},
        {(key[0], key[1], key[3], key[2]): tuple(values) for key, values in sums.items()},
    )


def named(session: Session, model: type) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """The tally's rows keyed (collector, flagged[, question or scope], half-month)."""
    return {(key[0], bool(key[1]), *key[2:]): values for key, values in rows(session, model).items()}


def assert_tallies(session: Session, ballots: list[Submission], flagged: set[int] | None = None) -> None:
    responses, items, scopes = tallied_by_hand(session, ballots, flagged or set())
    assert named(session, ResponseTally) == responses
    assert named(session, ItemTally) == items
    assert named(session, ScopeTally) == scopes
    assert responses
    assert items
    assert scopes


def test_sums_of_one_person_worked_by_hand(session: Session, collectors: list[Collector], engine: Engine) -> None:
    answers = {"access_1": 5, "access_2": 3, "procedures_1": 0, "overall": 2}
    store(session, [ballot(1, collectors[0], answers, several={"channels": (1, 3)})])
    assert seal_all(engine) == 1
    codes = dict(session.execute(text("SELECT id, code FROM scope")).all())
    found = {codes[key[2]]: values for key, values in rows(session, ScopeTally).items()}
    # s = 1 satisfied, v = 2 valid, x = 8: ss 1, sv 2, vv 4, xx 64, xv 16; nobody has a valid answer in "procedures"
    assert found == dict.fromkeys(("access", "index"), (1, 0, 1, 2, 1, 2, 4, 8, 64, 16))
    questions = dict(session.execute(text("SELECT id, code FROM question")).all())
    items = {questions[key[2]]: values for key, values in rows(session, ItemTally).items()}
    assert items["procedures_1"] == (1, 1, *[0] * 9)
    assert items["overall"] == (1, 0, 0, 1, *[0] * 7)
    assert items["channels"] == (1, 0, 1, 0, 1, *[0] * 6)
    assert "procedures_2" not in items


def test_tallies_are_what_was_sent_whatever_the_batches(
    session: Session, collectors: list[Collector], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "BATCH", {"sqlite": 40, "postgresql": 40})
    ballots = some_ballots(collectors, 130)
    store(session, ballots)
    told: list[int] = []
    assert seal_all(engine, told.append) == sum(told) == 130
    assert told == [40, 40, 40, 10]
    assert_tallies(session, ballots)
    assert seal_all(engine) == 0
    more = some_ballots(collectors, 20, first=1000)
    store(session, more)
    assert seal_all(engine) == 20
    assert_tallies(session, [*ballots, *more])


def test_seals_are_chained_and_cover_every_response(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    ids = store(session, some_ballots(collectors, 7))
    for limit, expected in ((3, ids[:3]), (3, ids[3:6]), (3, ids[6:])):
        seal = seal_batch(session, limit)
        session.commit()
        assert seal is not None
        assert (seal.first_response_id, seal.last_response_id, seal.leaves) == (
            expected[0],
            expected[-1],
            len(expected),
        )
    assert seal_batch(session, 3) is None
    session.rollback()
    previous = FIRST_HEAD
    for sequence, seal in enumerate(session.scalars(select(Seal).order_by(Seal.sequence)), start=1):
        span = (seal.first_response_id, seal.last_response_id)
        leaves = [leaf_hash(ledger.entry(row)) for row in session.execute(ledger.entries(span[0] - 1, span[1]))]
        assert (seal.sequence, seal.previous_head) == (sequence, previous)
        assert seal.root == tree_root(leaves)
        assert seal.head == chained_head(previous, sequence, *span, seal.leaves, seal.root)
        previous = seal.head


def test_a_sealing_that_does_not_commit_leaves_nothing(session: Session, collectors: list[Collector]) -> None:
    ballots = some_ballots(collectors, 5)
    store(session, ballots)
    assert seal_batch(session, 100) is not None
    session.rollback()
    assert session.scalars(select(Seal)).all() == []
    assert rows(session, ResponseTally) == rows(session, ItemTally) == rows(session, ScopeTally) == {}
    assert seal_batch(session, 100) is not None
    session.commit()
    assert_tallies(session, ballots)


def test_leaves_tell_the_day_and_never_the_second(session: Session, collectors: list[Collector]) -> None:
    store(session, [ballot(1, collectors[0], {"overall": 4}, at=datetime(2026, 1, 9, 17, 0, tzinfo=UTC))])
    row = session.execute(ledger.entries(0, None)).one()

    def at(moment: datetime) -> bytes:
        return ledger.entry(SimpleNamespace(**{**row._mapping, "received_at": int(moment.timestamp())}))

    midnight = datetime(2026, 1, 9, 17, 0, tzinfo=UTC)  # 10 January, 00:00 in the province
    assert ledger.entry(row) == at(midnight + timedelta(hours=23, minutes=59))
    assert ledger.entry(row) != at(midnight - timedelta(seconds=1))


def test_several_sealers_at_once_seal_each_response_once(
    session: Session, collectors: list[Collector], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "BATCH", {"sqlite": 10, "postgresql": 10})
    ballots = some_ballots(collectors, 100)
    store(session, ballots)
    sealed: list[int] = []
    threads = [Thread(target=lambda: sealed.append(seal_all(engine))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sealed) == 100
    assert_tallies(session, ballots)
    spans = session.execute(select(Seal.first_response_id, Seal.last_response_id).order_by(Seal.sequence)).all()
    assert all(later[0] > earlier[1] for earlier, later in pairwise(spans))


def test_a_flag_after_sealing_moves_the_ballot_between_the_tallies(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    ballots = some_ballots(collectors, 60)
    ids = store(session, ballots)
    seal_all(engine)
    chosen = [at for at, each in enumerate(ballots) if not each.flags][:9]
    for at in chosen:
        assert flag_response(session, ids[at], "manual")
        assert not flag_response(session, ids[at], "manual")
        session.commit()
        assert flag_response(session, ids[at], "duplicate")  # a second doubt moves nothing again
        session.commit()
    assert_tallies(session, ballots, flagged={at + 1 for at in chosen})


def test_a_flag_before_sealing_is_counted_by_the_sealing(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    ballots = some_ballots(collectors, 12)
    ids = store(session, ballots)
    at = next(at for at, each in enumerate(ballots) if not each.flags and not each.is_test)
    flag_response(session, ids[at], "manual")
    session.commit()
    assert rows(session, ResponseTally) == {}
    session.rollback()  # what follows is another snapshot
    seal_all(engine)
    assert_tallies(session, ballots, flagged={at + 1})


def test_an_unknown_response_or_doubt_is_refused(session: Session, collectors: list[Collector]) -> None:
    ids = store(session, some_ballots(collectors, 1))
    for response_id, kind in ((ids[0] + 5, "manual"), (ids[0], "nonsense")):
        with pytest.raises(IntegrityError):
            flag_response(session, response_id, kind)
        session.rollback()


def test_a_receipt_proves_that_its_ballot_is_in(session: Session, collectors: list[Collector], engine: Engine) -> None:
    ballots = some_ballots(collectors, 11)
    store(session, ballots)
    assert inclusion_proof(session, ballots[0].submission_id) is None  # not sealed yet
    session.rollback()  # what follows is another snapshot
    seal_all(engine)
    heads = dict(session.execute(select(Seal.sequence, Seal.head)).all())
    for each in ballots:
        proof = inclusion_proof(session, each.submission_id)
        assert proof is not None
        assert verify_inclusion(proof, heads[proof.sequence])
        for bent in (
            {"leaf": bytes(32)},
            {"index": (proof.index + 1) % proof.leaves},
            {"path": proof.path[:-1]},
            {"root": bytes(32)},
            {"sequence": proof.sequence + 1},
            {"previous_head": bytes([1] * 32)},
            {"head": bytes(32)},
            {"leaves": proof.leaves + 1},
        ):
            changed = ledger.InclusionProof(**{**{name: getattr(proof, name) for name in proof.__slots__}, **bent})
            assert not verify_inclusion(changed, heads[proof.sequence]), bent
        assert not verify_inclusion(proof, bytes(32))
    assert inclusion_proof(session, bytes([255] * 16)) is None
