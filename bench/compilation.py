"""Compiling a wave: a province of 200 units and 34 provinces of 100 communes, against the bare reading of the tallies.

Tallies of twelve half-months are written straight into their tables, a collector a unit. Measured is everything a page
shows of all units: the whole, groups, every unit with its factors, and joint ranks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result, measured
from forms import library
from survey import database
from survey.analysis.compilation import compile_wave, outermost
from survey.analysis.instrument import read_instrument
from survey.analysis.ranking import joint_ranks
from survey.garbage import spare_loaded
from survey.models import (
    Collector,
    ItemTally,
    ResponseTally,
    ScopeTally,
    TransactionCount,
    Unit,
    UnitGroup,
    UnitGroupMember,
    Wave,
    WaveUnit,
)
from survey.operations import questionnaires, targets, units, waves
from survey.operations.codes import new_code
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.writing import begin_write

SIZES = ((1, 200, 200.0), (34, 100, 2000.0))  # provinces, communes in each, milliseconds at most
PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST_HALF_MONTH, HALF_MONTHS = 2026 * 24, 12
ROUNDS = 7


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        for provinces, communes, goal in SIZES:
            with make_url() as url:
                engine = database.make_engine(url)
                with Session(engine, expire_on_commit=False) as session:
                    wave = build(session, provinces, communes)
                    if kind == "postgresql":
                        session.execute(text("ANALYZE"))
                        session.commit()
                    session.expunge_all()
                    wave = session.scalars(select(Wave)).one()
                    spare_loaded()
                    where = f"{provinces} × {communes}, {kind}"
                    floor = measured(lambda session=session, wave=wave: bare(session, wave), ROUNDS, session.rollback)
                    yield Result(f"bare SELECT of the tallies, {where}", 1000 * floor, "ms")
                    whole = measured(
                        lambda session=session, wave=wave: compiled(session, wave), ROUNDS, session.rollback
                    )
                    yield Result(f"compilation with ranks, {where}", 1000 * whole, "ms", goal, at_most=True)
                    yield Result("  to the bare SELECT", 1000 * whole, "ms", ratio=whole / floor)
                engine.dispose()


def compiled(session: Session, wave: Wave) -> None:
    found = compile_wave(session, wave)
    assert found.whole.index.headline.estimate.estimate is not None
    assert joint_ranks([unit.line.index for unit in outermost(found.units)])


def bare(session: Session, wave: Wave) -> None:
    """The sums the compilation needs, of every collector, fetched and thrown away."""
    names = ("people", "all_satisfied", "s", "v", "ss", "sv", "vv", "x", "xx", "xv")
    of_wave = ScopeTally.collector_id.in_(select(Collector.id).where(Collector.wave_id == wave.id))
    sums = [func.sum(getattr(ScopeTally, name)) for name in names]
    keys = (ScopeTally.collector_id, ScopeTally.scope_id)
    assert session.execute(select(*keys, *sums).where(of_wave).group_by(*keys)).all()


def build(session: Session, provinces: int, communes: int) -> Wave:
    chance = random.Random(1)
    begin_write(session)
    roots = [
        units.create_unit(session, code=f"P{k:02}", kind="province", name_vi=f"Tỉnh {k}", valid_from=PERIOD[0])
        for k in range(provinces)
    ]
    first = (session.scalar(select(func.max(Unit.id))) or 0) + 1
    number = provinces * communes
    names = {"name_en": "", "one_stop_vi": "", "one_stop_en": "", "valid_from": PERIOD[0]}
    rows = []
    for k in range(number):
        above, department = roots[k // communes], k % 10 == 0
        own = {"id": first + k, "code": f"U{k:04}", "kind": "department" if department else "commune"}
        place = {"parent_id": above.id, "path": f"{above.path}{first + k}/", "name_vi": f"Đơn vị số {k}"}
        rows.append({**own, **place, **names})
    session.execute(insert(Unit), rows)
    wave = _wave(session, roots[0])
    ids = range(first, first + number)
    session.execute(insert(WaveUnit), [{"wave_id": wave.id, "unit_id": key} for key in ids])
    session.expire_all()
    waves.open_wave(session, wave, NOW)
    codes: set[str] = set()
    while len(codes) < number:
        codes.add(new_code(chance))
    way = {"wave_id": wave.id, "channel": "qr", "trust": "open", "respondent_group": "citizen", "state": "active"}
    collectors = [
        {**way, "id": k + 1, "code": code, "unit_id": first + k, "counter_id": None, "created_at": NOW}
        for k, code in enumerate(sorted(codes))
    ]
    session.execute(insert(Collector), collectors)
    known = {"period_start": PERIOD[0], "period_end": PERIOD[1]}
    counts = [
        {**known, "id": k + 1, "unit_id": key, "transactions": chance.randint(800, 9000)} for k, key in enumerate(ids)
    ]
    session.execute(insert(TransactionCount), counts)
    _tallies(session, wave, number, chance)
    group = UnitGroup(code="mien-nui", name_vi="Miền núi", owner=roots[0], public_since=NOW)
    session.add(group)
    session.flush()
    members = [{"group_id": group.id, "unit_id": key} for key in ids[::4]]
    session.execute(insert(UnitGroupMember), members)
    keep_disclosure(session, wave)
    session.commit()
    return wave


def _tallies(session: Session, wave: Wave, collectors: int, chance: random.Random) -> None:
    """Some ten people a half-month at each collector, who answer everything and mostly alike."""
    instrument = read_instrument(session, wave.questionnaire)
    pools = [*([instrument.index] if instrument.index else []), *instrument.contents, *instrument.factors]
    for collector in range(1, collectors + 1):
        share = chance.uniform(0.65, 0.95)
        responses, items, scopes = [], [], []
        for half_month in range(FIRST_HALF_MONTH, FIRST_HALF_MONTH + HALF_MONTHS):
            key = {"collector_id": collector, "flagged": False, "half_month": half_month}
            people = chance.randint(5, 15)
            happy = round(share * people)
            responses.append({**key, "responses": people})
            rest = dict.fromkeys((f"n{value}" for value in range(10)), 0)
            for item in instrument.items:
                counted = {**rest, "n3": people - happy, "n4": happy, "people": people}
                items.append({**key, "question_id": item.id, **counted})
            for pool in pools:
                k = len(pool.items)
                x, xx = 3 * (people - happy) + 4 * happy, 9 * (people - happy) + 16 * happy
                sums = {"s": k * happy, "v": k * people, "ss": k * k * happy, "sv": k * k * happy, "vv": k * k * people}
                scores = {"x": k * x, "xx": k * k * xx, "xv": k * k * x}
                scopes.append({**key, "scope_id": pool.id, "people": people, "all_satisfied": happy, **sums, **scores})
        for model, written in ((ResponseTally, responses), (ItemTally, items), (ScopeTally, scopes)):
            session.execute(insert(model), written)


def _wave(session: Session, owner: Unit) -> Wave:
    target = targets.create_target(
        session, code="T", value=Decimal("0.8"), reference_vi="Kế hoạch", valid_from=date(2020, 1, 1)
    )
    return waves.create_wave(
        session,
        code="W",
        name_vi="Đợt đo",
        questionnaire=questionnaires.publish_questionnaire(session, library.standard("counter"), NOW),
        target=target,
        period_start=PERIOD[0],
        period_end=PERIOD[1],
        design="self_selected",
        headline_weighting="weighted",
        trust_levels=("open",),
        owner=owner,
    )
