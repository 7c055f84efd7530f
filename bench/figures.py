"""Figures from tallies: one unit, and 200 units × 16 items, at 100 thousand and at a million responses, with a tail.

The responses are real rows; their answers are not stored (16 million rows take minutes and no figure reads a sealed
answer). The tallies are those that sealing them would have made: sums over people drawn from a few fixed profiles.
The tail of 500 responses is complete, and counted from its answers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle
from statistics import median

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import Session

from bench.harness import DATABASES, ROOT, Result, measured
from forms.definition import Questionnaire as Definition
from survey import database
from survey.analysis.statistics import PersonSums
from survey.analysis.summary import heat_table, unit_report, wave_overview
from survey.models import (
    Collector,
    ItemTally,
    Question,
    Questionnaire,
    ResponseTally,
    ScopeItem,
    ScopeTally,
    Seal,
    Unit,
    Wave,
)
from survey.operations import collectors, questionnaires, targets, transactions, units, waves
from survey.operations.batches import store_submissions
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.responses import Submission
from survey.operations.submission import half_month, new_submission_id
from survey.operations.writing import begin_write

UNITS, TAIL, PROFILES = 200, 500, 6
AMOUNTS = (100_000, 1_000_000)
PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST_HALF_MONTH, HALF_MONTHS = 2026 * 24, 12
COUNTER = ROOT / "forms" / "library" / "counter.yaml"
ONE_UNIT_MS, ALL_UNITS_MS = 10, 60
# The floor: what a program reads that adds up half-months in the database, knows no tail and computes nothing.
BARE = (
    "SELECT collector_id, flagged, question_id, sum(n0), sum(n1), sum(n2), sum(n3), sum(n4), sum(n5) FROM item_tally "
    "WHERE {} GROUP BY collector_id, flagged, question_id"
)


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        for amount in AMOUNTS:
            with make_url() as url:
                engine = database.make_engine(url)
                with Session(engine, expire_on_commit=False) as session:
                    open_wave = build(session, amount)
                    yield from _measure(session, open_wave, f"{kind}, {amount // 1000} thousand responses")
                engine.dispose()


def _measure(session: Session, wave: Wave, where: str) -> Iterator[Result]:
    units = session.scalars(select(Unit).where(Unit.kind == "commune").order_by(Unit.code)).all()
    chosen = cycle(units)
    root = session.scalars(select(Unit).where(Unit.kind == "province")).one()
    collectors = session.scalars(select(Collector.id).where(Collector.unit_id == units[0].id)).all()

    def one_unit() -> None:
        unit_report(session, wave, next(chosen), with_history=False, with_scan=False)

    def bare(condition: str) -> Callable[[], object]:
        return lambda: session.connection().exec_driver_sql(BARE.format(condition)).all()

    of_one, of_all = bare(f"collector_id IN ({', '.join(map(str, collectors))})"), bare("1 = 1")
    for name, work, floor, repetitions, goal in (
        ("figures of one unit", one_unit, of_one, 50, ONE_UNIT_MS),
        ("200 units × 16 items", lambda: heat_table(session, wave, root), of_all, 20, ALL_UNITS_MS),
        ("index of 200 units", lambda: wave_overview(session, wave, root), of_all, 10, None),
        ("report of the province", lambda: _report(session, wave, root), of_all, 10, None),
    ):
        work()
        ours, lowest = _in_turn(session, work, floor, repetitions)
        yield Result(f"{name}, {where}", 1000 * ours, "ms", goal, at_most=True)
        yield Result("  its tallies by a bare SELECT", 1000 * lowest, "ms", ratio=ours / lowest)


def _report(session: Session, wave: Wave, root: Unit) -> None:
    unit_report(session, wave, root, with_history=False, with_scan=False)


def _in_turn(
    session: Session, work: Callable[[], object], floor: Callable[[], object], repetitions: int
) -> tuple[float, float]:
    """Median seconds of both; they take turns, so that whatever else the machine does hits both."""
    pairs = [
        (measured(work, 1, before=session.rollback), measured(floor, 1, before=session.rollback))
        for _ in range(repetitions)
    ]
    return median(ours for ours, _ in pairs), median(lowest for _, lowest in pairs)


def build(session: Session, amount: int, unit_count: int = UNITS) -> Wave:
    """A wave of communes (200) with a counter and two collectors each, `amount` sealed responses and the tail."""
    begin_write(session)
    questionnaire = questionnaires.publish_questionnaire(session, Definition.from_yaml(COUNTER.read_text()), NOW)
    target = targets.create_target(
        session, code="T", value=Decimal("0.8"), reference_vi="Kế hoạch", valid_from=date(2020, 1, 1)
    )
    root = units.create_unit(session, code="P", kind="province", name_vi="Tỉnh", valid_from=PERIOD[0])
    communes = [
        units.create_unit(
            session, code=f"X{number:03}", kind="commune", name_vi=f"Xã {number}", parent=root, valid_from=PERIOD[0]
        )
        for number in range(unit_count)
    ]
    wave = waves.create_wave(
        session,
        code="W",
        name_vi="Đợt đo",
        questionnaire=questionnaire,
        target=target,
        period_start=PERIOD[0],
        period_end=PERIOD[1],
        design="self_selected",
        headline_weighting="weighted",
        trust_levels=("open", "present"),
    )
    waves.add_units(session, wave, communes)
    waves.open_wave(session, wave, NOW)
    for unit in communes:
        counter = units.add_counter(session, unit, code="1", name_vi="Quầy 1", valid_from=PERIOD[0])
        for channel, trust in (("qr", "open"), ("kiosk", "present")):
            collectors.make_collector(session, wave, unit, counter=counter, channel=channel, trust=trust, at=NOW)
        transactions.set_transactions(session, unit, *PERIOD, 3 * amount // unit_count)
    session.flush()
    _tally(session, questionnaire, amount)
    _responses(session.connection(), amount, unit_count)
    session.add(
        Seal(
            sequence=1,
            first_response_id=1,
            last_response_id=amount,
            leaves=amount,
            root=bytes(32),
            previous_head=bytes(32),
            head=bytes(32),
            sealed_at=NOW,
        )
    )
    session.flush()
    _tail(session, questionnaire)
    keep_disclosure(session, wave)
    session.commit()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))
        session.commit()
    return wave


def _tally(session: Session, questionnaire: Questionnaire, amount: int) -> None:
    chance = random.Random(1)
    items = [question.id for question in questionnaire.questions if question.kind == "rating"]
    scopes: dict[int, list[int]] = {}
    for link in session.scalars(select(ScopeItem)):
        scopes.setdefault(link.scope_id, []).append(link.question_id)
    profiles = [{item: chance.choice((0, 2, 3, 4, 4, 4, 5, 5)) for item in items} for _ in range(PROFILES)]
    sums = [
        {scope: PersonSums.of_person(p[item] for item in of if p[item]) for scope, of in scopes.items()}
        for p in profiles
    ]
    ways = session.scalars(select(Collector.id)).all()
    mean = amount / len(ways) / HALF_MONTHS
    responses, item_rows, scope_rows = [], [], []
    for way in ways:
        for period in range(FIRST_HALF_MONTH, FIRST_HALF_MONTH + HALF_MONTHS):
            times = [round(mean / PROFILES * chance.uniform(0.5, 1.5)) for _ in profiles]
            key = {"collector_id": way, "flagged": False, "half_month": period}
            responses.append({**key, "responses": sum(times)})
            for item in items:
                row = {"people": sum(times), **{f"n{value}": 0 for value in range(10)}}
                for profile, number in zip(profiles, times, strict=True):
                    row[f"n{profile[item]}"] += number
                item_rows.append({**key, "question_id": item, **row})
            for scope in scopes:
                columns = PersonSums.__slots__
                totals = {
                    name: sum(number * getattr(one[scope], name) for one, number in zip(sums, times, strict=True))
                    for name in columns
                }
                scope_rows.append({**key, "scope_id": scope, **totals})
    for model, rows in ((ResponseTally, responses), (ItemTally, item_rows), (ScopeTally, scope_rows)):
        session.execute(insert(model), rows)


def _responses(connection: Connection, amount: int, unit_count: int) -> None:
    """Rows of sealed responses, spread over the collectors in turn; made by the database itself."""
    columns = "(id, submission_id, collector_id, received_at, half_month, seconds, language, digest, salt, is_test)"
    values = "i, {id}, 1 + i - {ways} * (i / {ways}), 1770000000, {period}, 90, 'vi', {digest}, {salt}, {false}"
    if connection.dialect.name == "postgresql":
        source = "FROM generate_series(1, {amount}) AS i"
        blobs = {"id": "decode(md5(i::text), 'hex')", "digest": "decode(repeat('00', 32), 'hex')"}
        blobs |= {"salt": "decode(repeat('00', 16), 'hex')", "false": "false"}
    else:
        source = (
            "FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {amount}) SELECT i FROM n)"
        )
        blobs = {"id": "randomblob(16)", "digest": "zeroblob(32)", "salt": "zeroblob(16)", "false": "0"}
    statement = f"INSERT INTO response {columns} SELECT {values} {source}"
    connection.exec_driver_sql(statement.format(amount=amount, ways=2 * unit_count, period=FIRST_HALF_MONTH, **blobs))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('response', 'id'), {amount})")


def _tail(session: Session, questionnaire: Questionnaire) -> None:
    chance = random.Random(2)
    moment = int(NOW.timestamp())
    items = session.scalars(
        select(Question.id).where(Question.questionnaire_id == questionnaire.id, Question.kind == "rating")
    ).all()
    ways = session.scalars(select(Collector.id)).all()
    tail = (
        Submission(
            submission_id=new_submission_id(moment * 1000),
            collector_id=chance.choice(ways),
            received_at=moment,
            seconds=90,
            language="vi",
            choices={item: chance.randint(1, 5) for item in items},
        )
        for _ in range(TAIL)
    )
    store_submissions(session.connection(), tail)
    assert FIRST_HALF_MONTH <= half_month(moment) < FIRST_HALF_MONTH + HALF_MONTHS
