"""Tallies and tail together are exact at any moment, whatever was sealed, flagged or marked as a test in between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, insert, select
from sqlalchemy.orm import Session

from forms.definition import Choice, Condition, Question, Wording
from survey.analysis.tally import Cell, Detail, Selection, Tally, read
from survey.models import (
    Collector,
    ItemTally,
    ReleasedItemTally,
    ReleasedResponseTally,
    ReleasedScopeTally,
    Response,
    ResponseTally,
    Scope,
    ScopeTally,
    Seal,
    Unit,
    Wave,
)
from survey.operations import collectors
from survey.operations.ledger import flag_response, seal_batch
from tests.counting_by_hand import count_by_hand
from tests.factories import NOW, make_counter, make_definition, make_questionnaire, make_rating, make_unit, make_wave
from tests.sample_waves import store

WORDS = Wording("Lời", "Words")
ASKED = make_definition(
    factors={"access": 2, "results": 1},
    questions=[
        make_rating("overall_satisfaction", in_index=False),
        Question(
            code="reasons",
            kind="several",
            label=WORDS,
            wording=WORDS,
            choices=tuple(Choice(value, Wording(f"Lý do {value}", f"Reason {value}")) for value in (1, 2, 3)),
            condition=Condition("overall_satisfaction", (1, 2, 3)),
        ),
    ],
)
ITEMS = ("access_1", "access_2", "results_1", "overall_satisfaction")
MOMENTS = (datetime(2026, 2, 14, 16, 59, tzinfo=UTC), datetime(2026, 2, 14, 17, 0, tzinfo=UTC), NOW)


@pytest.fixture
def wave(session: Session) -> Wave:
    """An open wave over province → department → room with counters, and collectors of every sort."""
    province = make_unit(session, code="P", kind="province")
    department = make_unit(session, code="D", kind="department", parent=province)
    room = make_unit(session, code="R", kind="room", parent=department)
    counter = make_counter(session, room, code="Q1")
    wave = make_wave(
        session,
        code="W",
        units=[department, room],
        questionnaire=make_questionnaire(session, ASKED),
        trust_levels=("open",),
        state="open",
    )
    common: dict[str, Any] = {"at": NOW}
    make = collectors.make_collector
    make(session, wave, department, channel="qr", trust="open", **common)
    make(session, wave, room, counter=counter, channel="kiosk", trust="present", **common)
    make(session, wave, room, channel="paper", trust="paper", respondent_group="delegate", **common)
    session.commit()
    return wave


def everything(cell: Cell) -> bool:
    return True


def add(session: Session, seed: int, number: int = 1, **how: Any) -> None:
    """Store `number` responses at random, of a random collector and moment."""
    chance = random.Random(seed)
    ways = session.scalars(select(Collector).order_by(Collector.id)).all()
    for _ in range(number):
        row = {code: chance.randint(0, 5) for code in ITEMS if chance.random() < 0.8} or {"access_1": 5}
        store(session, chance.choice(ways), [row], received_at=chance.choice(MOMENTS), **how)
    session.commit()


def seal(session: Session, limit: int) -> None:
    seal_batch(session, limit)
    session.commit()


def test_a_response_is_counted_in_every_column_by_hand(session: Session, wave: Wave) -> None:
    way = session.scalars(select(Collector).where(Collector.channel == "kiosk")).one()
    store(session, way, [{"access_1": 5, "access_2": 2, "results_1": 0}])
    session.commit()
    index = session.scalars(select(Scope).where(Scope.level == "index")).one()
    found = read(session, Selection((wave.id,)), Detail(half_month_scopes=(index.id,)))
    ((summed, counts),) = found.cells
    ((cell, tally),) = found.periods
    assert (cell.origin.channel, cell.origin.trust, cell.flagged, cell.half_month) == ("kiosk", "present", False, 48629)
    assert (tally.responses, summed.half_month) == (1, -1)
    questions = {question.code: question.id for question in wave.questionnaire.questions}
    assert counts.items[questions["access_1"]] == (0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)
    assert counts.items[questions["results_1"]] == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    sums = tally.scopes[index.id]
    assert (sums.people, sums.all_satisfied) == (1, 0)
    assert (sums.s, sums.v, sums.ss, sums.sv, sums.vv, sums.x, sums.xx, sums.xv) == (1, 2, 1, 2, 4, 7, 49, 14)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 10**6)),
        st.tuples(st.just("flagged"), st.integers(0, 10**6)),
        st.tuples(st.just("test"), st.integers(0, 10**6)),
        st.tuples(st.just("seal"), st.integers(1, 4)),
        st.tuples(st.just("doubt"), st.integers(0, 10**6)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_order_of_writing_sealing_and_flagging_counts_exactly(
    session: Session, wave: Wave, steps: list[tuple[str, int]]
) -> None:
    for step, number in steps:
        if step == "seal":
            seal(session, number)
        elif step == "doubt":
            ids = session.scalars(select(Response.id).where(~Response.is_test)).all()
            session.rollback()
            if ids:
                flag_response(session, ids[number % len(ids)], "manual")
                session.commit()
        else:
            how = {"flagged": {"flags": ("too_fast",)}, "test": {"is_test": True}}.get(step, {})
            add(session, number, 2, **how)
        assert read(session, Selection((wave.id,))).total(everything) == count_by_hand(session, everything)


SELECTIONS: dict[str, tuple[Callable[[Session], dict[str, Any]], Callable[[Cell], bool]]] = {
    "channels": (lambda _: {"channels": ("qr", "paper")}, lambda cell: cell.origin.channel in ("qr", "paper")),
    "trust": (lambda _: {"trust": ("present",)}, lambda cell: cell.origin.trust == "present"),
    "groups": (lambda _: {"groups": ("delegate",)}, lambda cell: cell.origin.group == "delegate"),
    "half-months": (lambda _: {"half_months": (48626, 48626)}, lambda cell: cell.half_month == 48626),
    "flagged": (lambda _: {"flagged": True}, lambda cell: cell.flagged),
    "not flagged": (lambda _: {"flagged": False}, lambda cell: not cell.flagged),
    "subtree": (
        lambda session: {"path": session.scalars(select(Unit.path).where(Unit.code == "R")).one()},
        lambda cell: cell.origin.channel != "qr",
    ),
    "everything": (lambda _: {}, everything),
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_each_selection_reads_its_part_of_tallies_and_tail(session: Session, wave: Wave, name: str) -> None:
    arguments, keep = SELECTIONS[name]
    add(session, 1, 25)
    add(session, 2, 5, flags=("honeypot",))
    seal(session, 20)
    wanted = count_by_hand(session, keep)
    assert wanted.responses > 0
    selection = Selection((wave.id,), **arguments(session))
    assert read(session, selection).total(everything) == wanted
    assert read(session, replace(selection, waves=(wave.id + 1,))).total(everything) == Tally()


def test_detail_keeps_half_months_apart_only_where_asked(session: Session, wave: Wave) -> None:
    add(session, 3, 30)
    seal(session, 15)
    index = session.scalars(select(Scope.id).where(Scope.level == "index")).one()
    apart = read(session, Selection((wave.id,)), Detail(half_month_scopes=(index,), half_month_items=True))
    for half_month in (48626, 48627, 48629):
        part = apart.by_half_month(everything)[half_month]
        wanted = count_by_hand(session, lambda cell, number=half_month: cell.half_month == number)  # type: ignore[misc]
        assert (part.responses, part.items) == (wanted.responses, wanted.items)
        assert part.scopes == {index: wanted.scopes[index]}
    only = read(session, Selection((wave.id,)), Detail(items=False, scopes=(index,))).total(everything)
    assert (only.items, set(only.scopes)) == ({}, {index})
    assert apart.total(everything) == count_by_hand(session, everything)


@pytest.fixture
def meddler(engine: Engine) -> Iterator[list[str]]:
    """A sealer that seals two responses before each statement of anybody else; collects those statements."""
    seen: list[str] = []
    busy = False

    def interfere(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal busy
        if not busy:
            busy = True
            seen.append(statement)
            with Session(engine) as sealer:
                seal(sealer, 2)
            busy = False

    event.listen(engine, "before_cursor_execute", interfere)
    yield seen
    event.remove(engine, "before_cursor_execute", interfere)


def test_a_sealer_between_any_two_statements_changes_nothing(
    session: Session, wave: Wave, request: pytest.FixtureRequest
) -> None:
    add(session, 4, 10)
    wanted = count_by_hand(session, everything)
    session.rollback()
    statements: list[str] = request.getfixturevalue("meddler")
    for _ in range(3):
        statements.clear()
        assert read(session, Selection((wave.id,))).total(everything) == wanted
        assert sum("response" in statement for statement in statements) == 1
        session.rollback()


def test_two_statements_count_wrongly(session: Session, wave: Wave, request: pytest.FixtureRequest) -> None:
    """The control: what is sealed between a look at the tallies and a look at the tail is lost."""
    add(session, 5, 10)
    session.rollback()
    request.getfixturevalue("meddler")
    tallied = session.scalar(select(func.coalesce(func.sum(ResponseTally.responses), 0)))
    session.rollback()
    last = select(func.max(Seal.last_response_id)).scalar_subquery()
    tail = session.scalar(select(func.count()).select_from(Response).where(Response.id > last))
    assert (tallied or 0) + (tail or 0) < 10


def test_released_figures_are_the_copies_without_a_tail(session: Session, wave: Wave) -> None:
    add(session, 6, 8)
    seal(session, 100)
    pairs = ((ResponseTally, ReleasedResponseTally), (ItemTally, ReleasedItemTally), (ScopeTally, ReleasedScopeTally))
    for model, copy in pairs:
        columns = [column.name for column in model.__table__.columns]
        session.execute(insert(copy).from_select(columns, select(model)))
    session.commit()
    released = count_by_hand(session, everything)
    add(session, 7, 9)
    assert read(session, Selection((wave.id,), source="released")).total(everything) == released
    assert read(session, Selection((wave.id,))).total(everything) == count_by_hand(session, everything) != released
