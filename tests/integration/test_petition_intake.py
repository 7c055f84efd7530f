"""Taking an opinion: once, however often it is sent at once, and with nothing that leads to the ballot before it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, Table, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.models import Base, MailMessage, Petition, PetitionStep, Unit
from survey.operations.contacts import Contact
from survey.operations.periods import province_day
from survey.operations.petition_intake import Drawn, Photo, receive
from survey.operations.submission import new_submission_id
from survey.operations.writing import begin_write
from tests.factories import NOW, make_collector, make_response, make_unit, make_wave
from tests.petitioning import make_contact_key

PEOPLE = 40
Row = Mapping[str, object]


def take(session: Session, unit: Unit, number: bytes, words: str = "Thiếu ghế ngồi", **more: object) -> Petition:
    given = {"counter": None, "kind": "difficulty", "consents": {}, "language": "vi", "today": NOW.date(), **more}
    return receive(session, unit=unit, text=words, form_number=number, **given)  # type: ignore[arg-type]


def test_twenty_sendings_of_one_form_at_once_are_one_case(session: Session, engine: Engine) -> None:
    make_unit(session, code="X1")
    session.commit()
    number, together = new_submission_id(1), threading.Barrier(20)

    def send(_time: int) -> tuple[int, str]:
        with Session(engine) as own:
            together.wait()
            begin_write(own)
            case = take(own, own.scalars(select(Unit)).one(), number, photos=[Photo(1, 1, b"jpeg")])
            found = case.id, case.code
            own.commit()
            return found

    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(send, range(20)))
    assert len(found) == 1
    assert session.scalar(select(func.count()).select_from(Petition)) == 1
    assert session.scalar(select(func.count()).select_from(PetitionStep)) == 1


def test_other_content_is_another_case(session: Session) -> None:
    unit, number = make_unit(session, code="X1"), new_submission_id(1)
    one = take(session, unit, number)
    assert take(session, unit, number).id == one.id
    others = [
        take(session, unit, number, words="Khác"),
        take(session, unit, number, kind="praise"),
        take(session, unit, number, photos=[Photo(1, 1, b"jpeg")]),
        take(session, unit, new_submission_id(1)),
    ]
    assert len({one.id, *(other.id for other in others)}) == 5
    assert len({case.code for case in (one, *others)}) == 5


def test_what_is_drawn_repeats_itself_and_is_spread_evenly() -> None:
    assert [Drawn(b"x").choice("0123456789") for _ in range(3)] == [Drawn(b"x").choice("0123456789")] * 3
    drawn = Drawn(b"seed")
    counts = [0] * 10
    for _ in range(10_000):
        counts[int(drawn.choice("0123456789"))] += 1
    assert all(850 < count < 1150 for count in counts)


class Day:
    """A day at one counter: each person gives a ballot, and half a minute later an opinion; `truth` knows whose."""

    def __init__(self, session: Session, engine: Engine, folder: object) -> None:
        unit = make_unit(session, code="X1")
        collector = make_collector(session, make_wave(session, code="W", units=[unit], state="open"), unit)
        make_contact_key(session, folder)  # type: ignore[arg-type]
        self.truth: dict[int, int] = {}  # petition id → response id
        moment, chance = NOW, Random(7)
        for person in range(PEOPLE):
            moment += timedelta(seconds=chance.randint(40, 400))
            ballot = make_response(session, collector, answers={"access_1": 1 + person % 5}, received_at=moment)
            session.commit()
            case = self.opinion(session, unit, person, moment)
            session.commit()
            self.truth[case.id] = ballot.id

    def opinion(self, session: Session, unit: Unit, person: int, moment: datetime) -> Petition:
        return take(
            session,
            unit,
            new_submission_id(int(moment.timestamp() * 1000)),
            f"Ý kiến của người thứ {Random(person).random()}",
            photos=[Photo(1, 1, b"jpeg")],
            contact=Contact("Lê Thị Hòa", "", f"{person}@example.vn"),
            consents={"answer": "2026-11"},
            today=province_day(moment),
        )


def best_guess(day: Day, petitions: Mapping[str, Mapping[int, object]], ballots: list[Row]) -> int:
    """How many pairs the best of an attacker's joins finds: a column's order against the ballots', an equal value.

    He reads every column of every table, but not in which order the database keeps its rows.
    """
    order = [row["id"] for row in sorted(ballots, key=lambda row: str(row["received_at"]))]
    ballot = {row["id"]: row for row in ballots}
    best = 0
    for values in petitions.values():
        if len(values) < PEOPLE or len(set(values.values())) < PEOPLE:
            continue
        ranked = sorted(values, key=lambda key: values[key])  # type: ignore[arg-type,return-value]  # of one type
        guesses = [zip(ranked, order, strict=True), zip(ranked, reversed(order), strict=True)]
        found = [sum(day.truth[petition] == guessed for petition, guessed in guess) for guess in guesses]
        found += [
            sum(value == ballot[day.truth[key]][column] for key, value in values.items()) for column in ballots[0]
        ]
        best = max(best, *found)
    return best


def columns_of(session: Session) -> dict[str, dict[int, object]]:
    """All that is stored of each petition, by table and column."""
    found: dict[str, dict[int, object]] = {}
    for table in Base.metadata.sorted_tables:
        key = "id" if table.name == "petition" else "petition_id"
        if key not in table.c or not table.name.startswith(("petition", "mail")):
            continue
        for row in session.execute(select(table)).mappings():
            for column in table.c:
                if column.name != key or table.name == "petition":
                    found.setdefault(f"{table.name}.{column.name}", {})[row[key]] = row[column.name]
    return found


def rows(session: Session, table: Table) -> list[Row]:
    return [dict(row) for row in session.execute(select(table)).mappings()]


@pytest.fixture
def day(session: Session, engine: Engine, tmp_path: object) -> Day:
    return Day(session, engine, tmp_path)


def test_no_join_leads_from_an_opinion_to_its_ballot(session: Session, day: Day) -> None:
    stored, ballots = columns_of(session), rows(session, Base.metadata.tables["response"])
    assert len(stored["petition.text"]) == PEOPLE
    assert best_guess(day, stored, ballots) <= 9, "forty drawn by chance agree in one place on average"
    assert {stored["petition_step.at"][key] for key in day.truth} == {None}
    assert session.scalar(select(func.count()).select_from(MailMessage)) == 0, "a message would keep its moment"


def leaky(name: str, leak: Callable[[Day], dict[int, object]]) -> object:
    return pytest.param(leak, id=name)


@pytest.mark.parametrize(
    "leak",
    [
        leaky("numbers that count up", lambda day: dict(zip(day.truth, range(PEOPLE), strict=True))),
        leaky("a moment", lambda day: {key: NOW + timedelta(minutes=k) for k, key in enumerate(day.truth)}),
        leaky("the ballot's number", lambda day: dict(day.truth.items())),
    ],
)
def test_the_attacker_of_the_last_test_finds_what_leaks(
    session: Session, day: Day, leak: Callable[[Day], dict[int, object]]
) -> None:
    stored = columns_of(session) | {"petition.leak": leak(day)}
    assert best_guess(day, stored, rows(session, Base.metadata.tables["response"])) == PEOPLE


def test_sqlite_keeps_no_order_of_its_own(session: Session, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    session.execute(text("SELECT rowid FROM wave"))
    for table in ("petition", "petition_step", "petition_photo", "petition_contact", "petition_consent"):
        with pytest.raises(DBAPIError, match="no such column"):
            session.execute(text(f"SELECT rowid FROM {table}"))
