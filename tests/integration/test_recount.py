"""Tampering: an edited, removed or rewritten row is found and named; an untouched database gives no difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from survey.models import TRIGGERS, Seal, Unit
from survey.operations import ledger
from survey.operations.hash_tree import leaf_hash, tree_root
from survey.operations.ledger import chained_head, entries, entry, flag_response, seal_all
from survey.operations.recount import Difference, recount
from survey.operations.submission import canonical, digest
from tests.ballots import make_collectors, some_ballots, store


@dataclass
class Ledger:
    """A sealed database whose triggers are gone: what somebody with the files in hand can write to."""

    session: Session
    ids: list[int]
    heads: dict[int, bytes]

    def write(self, statement: str, **parameters: object) -> int:
        changed = self.session.execute(text(statement), parameters).rowcount  # type: ignore[attr-defined]
        self.session.commit()
        assert changed, "the tampering itself must do something"
        return int(changed)

    def kinds(self, **options: dict[int, bytes]) -> set[str]:
        self.session.expire_all()
        return {difference.kind for difference in recount(self.session, **options)}


@pytest.fixture
def sealed(session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(ledger, "BATCH", {"sqlite": 20, "postgresql": 20})
    ids = store(session, some_ballots(make_collectors(session), 70))
    assert seal_all(engine) == 70
    heads = dict(session.execute(select(Seal.sequence, Seal.head)).all())
    session.rollback()
    for name, trigger in TRIGGERS[engine.dialect.name].items():
        on = f" ON {trigger.table}" if engine.dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER {name}{on}"))
    session.commit()
    return Ledger(session, ids, heads)


def test_an_untouched_ledger_has_no_difference(sealed: Ledger) -> None:
    """The control of all the tests below."""
    told: list[int] = []
    assert recount(sealed.session, sealed.heads, told.append) == []
    assert sum(told) == 70
    flag_response(sealed.session, sealed.ids[3], "manual")
    sealed.session.commit()
    assert recount(sealed.session, sealed.heads) == []


def test_an_empty_database_has_no_difference(session: Session) -> None:
    assert recount(session) == []


def test_unsealed_responses_are_no_difference(session: Session) -> None:
    store(session, some_ballots(make_collectors(session), 5))
    assert recount(session) == []


def test_an_edited_answer_is_found_and_its_place_named(sealed: Ledger) -> None:
    sealed.write(
        "UPDATE answer SET choice = 5 WHERE choice = 1 AND response_id = (SELECT min(response_id) FROM answer WHERE"
        " choice = 1 AND response_id IN (SELECT id FROM response WHERE NOT is_test))"
    )
    found = recount(sealed.session, sealed.heads)
    assert {difference.kind for difference in found} == {"content", "tally"}
    unit = sealed.session.scalars(select(Unit.name_vi)).one()
    assert all(unit in difference.place and "wave w" in difference.place for difference in found)
    (content,) = (difference for difference in found if difference.kind == "content")
    assert "response " in content.place
    assert any("n1 1 instead of 0" in each.detail or "n1" in each.detail for each in found if each.kind == "tally")


def test_an_edited_tick_or_text_is_found(sealed: Ledger) -> None:
    sealed.write("DELETE FROM several_answer WHERE response_id = (SELECT max(response_id) FROM several_answer)")
    assert "content" in sealed.kinds()


@pytest.mark.parametrize(
    "change", ["collector_id = 3 - collector_id", "received_at = received_at + 86400", "is_test = NOT is_test"]
)
def test_an_edited_response_is_found(sealed: Ledger, change: str) -> None:
    first, second = sealed.session.scalars(text("SELECT id FROM collector ORDER BY id")).all()
    sealed.session.rollback()
    sealed.write(f"UPDATE response SET {change.replace('3', str(first + second))} WHERE id = :id", id=sealed.ids[30])
    assert "seal" in sealed.kinds()


@pytest.mark.parametrize("at", [0, 33, 69])
def test_a_deleted_response_is_found(sealed: Ledger, at: int) -> None:
    for table in ("answer", "several_answer", "response_flag"):
        sealed.session.execute(text(f"DELETE FROM {table} WHERE response_id = :id"), {"id": sealed.ids[at]})
    sealed.write("DELETE FROM response WHERE id = :id", id=sealed.ids[at])
    found = recount(sealed.session)
    assert any(
        (each.kind == "seal" and each.detail.endswith("19 are there")) or "9 are there" in each.detail for each in found
    )


def test_a_response_that_was_slipped_in_is_found(sealed: Ledger) -> None:
    sealed.write(
        "INSERT INTO response"
        " (id, submission_id, collector_id, received_at, half_month, language, digest, salt, is_test)"
        " SELECT 0, :id, collector_id, received_at, half_month, language, :digest, salt, FALSE FROM response"
        " WHERE id = :model",
        id=bytes([7] * 16),
        digest=digest(canonical({})),
        model=sealed.ids[0],
    )
    assert sealed.kinds() == {"seal", "tally"}


@pytest.mark.parametrize("table", ["response_tally", "item_tally", "scope_tally"])
def test_a_changed_tally_is_found_with_both_numbers(sealed: Ledger, table: str) -> None:
    column = {"response_tally": "responses", "item_tally": "n5", "scope_tally": "s"}[table]
    keys = sealed.session.execute(
        text(f"SELECT collector_id, half_month, {column} FROM {table} WHERE {column} > 0")
    ).first()
    assert keys is not None
    sealed.session.rollback()
    sealed.write(
        f"UPDATE {table} SET {column} = {column} + 3 WHERE collector_id = {keys[0]} AND half_month = {keys[1]}"
    )
    found = recount(sealed.session, sealed.heads)
    assert {each.kind for each in found} == {"tally"}
    assert any(f"{column} {keys[2] + 3} instead of {keys[2]}" in each.detail for each in found)


def test_a_removed_tally_row_is_found(sealed: Ledger) -> None:
    sealed.write("DELETE FROM response_tally WHERE flagged")
    assert sealed.kinds() == {"tally"}


def test_a_removed_flag_is_found(sealed: Ledger) -> None:
    sealed.write("DELETE FROM response_flag")
    assert sealed.kinds() == {"tally"}


def test_a_removed_seal_is_found(sealed: Ledger) -> None:
    sealed.write("DELETE FROM seal WHERE sequence = 2")
    assert "chain" in sealed.kinds()


def test_a_removed_last_seal_is_found(sealed: Ledger) -> None:
    """Its responses look like an unsealed tail, but the tallies have counted them."""
    sealed.write("DELETE FROM seal WHERE sequence = 4")
    assert sealed.kinds() == {"tally"}
    assert sealed.kinds(published_heads=sealed.heads) == {"tally", "chain"}


def rewrite(sealed: Ledger, through: Callable[[Seal], bool]) -> None:
    """Change an answer of the third batch, and make the digest, the root and the chosen seals fit again."""
    session = sealed.session
    response = sealed.ids[45]
    session.execute(text("UPDATE answer SET choice = 3 WHERE response_id = :id"), {"id": response})
    choices = dict(
        session.execute(text("SELECT question_id, choice FROM answer WHERE response_id = :id"), {"id": response}).all()
    )
    ticked: dict[int, list[int]] = {}
    ticks = text("SELECT question_id, choice FROM several_answer WHERE response_id = :id")
    for question, choice in session.execute(ticks, {"id": response}):
        ticked.setdefault(question, []).append(choice)
    session.execute(
        text("UPDATE response SET digest = :digest WHERE id = :id"),
        {"digest": digest(canonical(choices, ticked)), "id": response},
    )
    seals = session.scalars(select(Seal).order_by(Seal.sequence)).all()
    previous = seals[1].head
    for seal in seals[2:]:
        if not through(seal):
            break
        span = (seal.first_response_id, seal.last_response_id)
        leaves = [leaf_hash(entry(row)) for row in session.execute(entries(span[0] - 1, span[1]))]
        seal.root, seal.previous_head = tree_root(leaves), previous
        seal.head = chained_head(previous, seal.sequence, *span, seal.leaves, seal.root)
        previous = seal.head
    for table in ("response_tally", "item_tally", "scope_tally"):
        session.execute(text(f"DELETE FROM {table}"))
    ledger.add_range(session.connection(), 0, sealed.ids[-1])
    session.commit()


def test_a_tail_rewritten_in_part_breaks_the_chain(sealed: Ledger) -> None:
    rewrite(sealed, lambda seal: seal.sequence == 3)
    found = recount(sealed.session)
    assert found == [Difference("chain", "seal 4", "it is not chained to the seal before it")]


def test_a_tail_rewritten_to_the_end_is_found_by_what_was_published(sealed: Ledger) -> None:
    """Whoever can write everything can make everything fit: only a head kept elsewhere tells."""
    rewrite(sealed, lambda _seal: True)
    assert recount(sealed.session) == []
    found = recount(sealed.session, {2: sealed.heads[2], 4: sealed.heads[4]})
    assert found == [Difference("chain", "seal 4", "its head is not the one that was published")]


def test_an_old_copy_is_found_by_what_was_published(sealed: Ledger) -> None:
    assert recount(sealed.session, {5: bytes(32)}) == [Difference("chain", "seal 5", "it was published and is missing")]
