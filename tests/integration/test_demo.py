"""The sample province: the same for the same day, loaded once, with the edges a report must survive."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import survey.accounts.models  # noqa: F401 - commitments name who reports on them
from survey import database
from survey.models import (
    Answer,
    Collector,
    CollectorScan,
    Question,
    Response,
    ResponseFlag,
    TextAnswer,
    TransactionCount,
    Unit,
    Wave,
)
from survey.operations import ledger
from survey.operations.demo import find_demo, load_demo
from survey.operations.demo.places import PLACES

TODAY = date(2026, 11, 21)
FEW = 900
# What the generator chooses does not depend on the kind of database; that it loads on both, the other tests show.
on_sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def counts(session: Session, wave: str) -> Counter[str]:
    """Responses per unit."""
    query = (
        select(Unit.code, func.count())
        .select_from(Response)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .join(Wave, Wave.id == Collector.wave_id)
        .where(Wave.code == wave)
        .group_by(Unit.code)
    )
    return Counter(dict(session.execute(query).all()))


def fingerprint(session: Session) -> list[tuple[object, ...]]:
    query = select(Response.submission_id, Response.received_at, Response.digest, Response.seconds)
    return [tuple(row) for row in session.execute(query.order_by(Response.id))]


def test_three_waves_over_two_half_years(session: Session) -> None:
    demo = load_demo(session, TODAY, responses=FEW)
    assert [(wave.code, wave.state) for wave in demo.waves] == [
        ("2026-Q1", "published"),
        ("2026-Q2", "published"),
        ("2026-H2", "open"),
    ]
    assert (demo.waves[0].period_start, demo.waves[2].period_end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert demo.collector.wave_id == demo.waves[2].id
    assert demo.created


def test_forms_on_screens_were_opened_somewhat_more_often_than_sent(session: Session) -> None:
    load_demo(session, TODAY, responses=FEW)
    sent = select(Response.collector_id, func.count().label("number")).group_by(Response.collector_id).subquery()
    scans = select(func.sum(CollectorScan.scans)).where(CollectorScan.collector_id == Collector.id).scalar_subquery()
    query = select(Collector.channel, sent.c.number, scans).join(sent, sent.c.collector_id == Collector.id)
    rows = session.execute(query).all()
    assert {channel for channel, _number, opened in rows if opened is None} == {"paper", "link"}, "polls count no scans"
    screens = [(number, opened) for channel, number, opened in rows if channel in ("qr", "kiosk")]
    assert all(number <= opened <= 3 * number for number, opened in screens)
    assert 1.3 < sum(opened for _number, opened in screens) / sum(number for number, _opened in screens) < 2


@on_sqlite_alone
@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 7, 1), ["2026-Q1", "2026-Q2", "2026-H2"]),
        (date(2027, 1, 1), ["2026-Q3", "2026-Q4", "2027-H1"]),
        (date(2027, 6, 30), ["2026-Q3", "2026-Q4", "2027-H1"]),
    ],
)
def test_the_waves_follow_the_day(session: Session, today: date, codes: list[str]) -> None:
    demo = load_demo(session, today, responses=200)
    assert [wave.code for wave in demo.waves] == codes
    for wave in demo.waves:
        assert counts(session, wave.code).total() > 0
        assert wave.opened_at is not None
        assert wave.opened_at.date() <= today


def test_a_second_load_changes_nothing(session: Session) -> None:
    first = load_demo(session, TODAY, responses=FEW)
    session.commit()
    before = fingerprint(session)
    session.commit()
    again = load_demo(session, date(2027, 3, 1), responses=FEW)
    assert not again.created
    assert [wave.code for wave in again.waves] == [wave.code for wave in first.waves]
    assert again.collector.wave_id == first.waves[-1].id
    assert fingerprint(session) == before


def test_no_demo_is_found_in_an_empty_database(session: Session) -> None:
    assert find_demo(session) is None


def test_the_same_day_gives_the_same_ballots(sqlite_url: str) -> None:
    found = []
    for name in ("a", "b"):
        url = sqlite_url.replace("sipas.sqlite", f"{name}.sqlite")
        database.upgrade(url)
        engine = database.make_engine(url)
        with Session(engine) as session:
            load_demo(session, TODAY, responses=FEW)
            found.append(fingerprint(session))
        engine.dispose()
    assert found[0] == found[1]


def test_it_holds_the_edges(session: Session) -> None:
    demo = load_demo(session, TODAY, responses=FEW)
    for wave in demo.waves:
        people = counts(session, wave.code)
        assert 5 <= people["NUINGANG"] < 30
        assert people["DAOYEN"] < 5
        assert people["HONNGHE"] < 5
        assert people["DAOYEN"] + people["HONNGHE"] >= 5
        known = dict(
            session.execute(
                select(Unit.code, TransactionCount.transactions)
                .join(Unit, Unit.id == TransactionCount.unit_id)
                .where(TransactionCount.period_start == wave.period_start)
            ).all()
        )
        assert all(people[code] < number for code, number in known.items())
        missing = {place.code for place in PLACES if place.counters} - known.keys()
        assert len(missing) == (1 if wave.state == "open" else 0)
    assert {row.channel for row in session.scalars(select(Collector))} == {"qr", "kiosk", "paper", "link"}


@on_sqlite_alone
def test_answers_look_like_peoples(session: Session) -> None:
    load_demo(session, TODAY, responses=3000)
    citizens = select(Response.id).join(Collector, Collector.id == Response.collector_id)
    citizens = citizens.where(Collector.respondent_group == "citizen")
    responses = session.scalar(select(func.count()).select_from(citizens.subquery())) or 0
    assert 2700 < responses < 3400
    index = select(Answer.choice, func.count()).join(Question, Question.id == Answer.question_id)
    index = index.where(Answer.response_id.in_(citizens))
    given = Counter(dict(session.execute(index.where(Question.in_index).group_by(Answer.choice)).all()))
    valid = given.total() - given[0]
    assert set(given) == {0, 1, 2, 3, 4, 5}
    assert 0.72 < (given[4] + given[5]) / valid < 0.86
    assert 0.04 < given[0] / given.total() < 0.12
    assert 0.9 < given.total() / (16 * responses) < 0.99
    texts = session.scalars(select(TextAnswer.text).where(TextAnswer.response_id.in_(citizens))).all()
    assert 0.07 < len(texts) / responses < 0.16
    assert len(set(texts)) > 0.5 * len(texts)
    assert 0 < (session.scalar(select(func.count()).select_from(ResponseFlag)) or 0) < 0.05 * responses
    assert session.scalar(select(func.max(Response.received_at))) < time.mktime((2026, 11, 22, 0, 0, 0, 0, 0, 0))


@on_sqlite_alone
def test_units_differ(session: Session) -> None:
    load_demo(session, TODAY, responses=6000)
    satisfied = func.avg(func.floor(Answer.choice / 4.0))
    query = (
        select(Unit.code, satisfied)
        .select_from(Answer)
        .join(Question, (Question.id == Answer.question_id) & Question.in_index)
        .join(Response, Response.id == Answer.response_id)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .where(Answer.choice > 0, Collector.respondent_group == "citizen")
        .group_by(Unit.code)
    )
    share = {code: float(value) for code, value in session.execute(query)}
    assert share["SNNMT-DKDD"] < 0.7 < 0.85 < share["TANLOC"]


@pytest.mark.slow
def test_the_whole_sample_loads_and_is_sealed_in_forty_seconds(sqlite_url: str) -> None:
    engine = database.make_engine(sqlite_url)
    begin = time.perf_counter()
    with Session(engine) as session:
        load_demo(session, TODAY)
        session.commit()
    sealed = ledger.seal_all(engine)
    taken = time.perf_counter() - begin
    engine.dispose()
    assert 19_000 < sealed < 21_500
    assert taken < 40
