"""Waves at the size of a country: 4,000 units, a million responses; the board, the lists, the first page's card."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result
from bench.pages import analyse, answer_time, application, asking
from forms import library
from survey.analysis.progress import open_waves, read_board
from survey.models import Collector, CollectorScan, Counter, ResponseTally, Unit, Wave, WaveUnit
from survey.operations import questionnaires, targets, units, waves
from survey.operations.codes import new_code
from survey.operations.writing import begin_write
from tests.staff import make_account, sign_in

UNITS, DEPARTMENTS, HALF_MONTHS, RESPONSES = 4000, 40, 12, 1_000_000
PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST_HALF_MONTH = 2026 * 24
PAGES = {
    "the first page": "/staff/",
    "the board": "/staff/dot/W/tien-do",
    "the board, one department unfolded": "/staff/dot/W/tien-do?mo=S07",
    "the board as a list, sorted": "/staff/dot/W/tien-do?sort=share&down=1",
    "the wave": "/staff/dot/W",
    "its collectors": "/staff/dot/W/diem-thu/",
    "its units to choose from": "/staff/dot/D/don-vi",
    "its quotas": "/staff/dot/D/so-phieu",
}


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url, application(url) as (app, engine):
            client = app.test_client()
            with Session(engine, expire_on_commit=False) as session:
                wave, root = build(session)
                sign_in(client, make_account(session, "compiler", root))
                analyse(engine)
                where = f"{kind}, {UNITS} units"
                yield answer_time(f"board read, {where}", board_of(session, wave), session.rollback)
                yield answer_time(f"card of the first page, {where}", cards(session), session.rollback)
                for name, path in PAGES.items():
                    yield answer_time(f"{name}, {where}", asking(client, path), session.rollback)


def board_of(session: Session, wave: Wave) -> Callable[[], object]:
    return lambda: read_board(session, wave, ["/"], PERIOD[1])


def cards(session: Session) -> Callable[[], object]:
    return lambda: open_waves(session, ["/"])


def build(session: Session) -> tuple[Wave, Unit]:
    """A province of 40 departments with 25 rooms each and 3,000 communes, each with a counter, a poster and a quota."""
    chance = random.Random(1)
    begin_write(session)
    root = units.create_unit(session, code="T", kind="province", name_vi="Tỉnh đo", valid_from=PERIOD[0])
    departments = [
        units.create_unit(
            session, code=f"S{k:02}", kind="department", name_vi=f"Sở {k}", parent=root, valid_from=PERIOD[0]
        )
        for k in range(DEPARTMENTS)
    ]
    first = session.query(Unit.id).order_by(Unit.id.desc()).limit(1).scalar() + 1
    rows = []
    for k in range(UNITS):
        above, kind = (departments[k % DEPARTMENTS], "room") if k < 1000 else (root, "commune")
        name = {"code": f"U{k:04}", "kind": kind, "name_vi": f"Đơn vị số {k}", "name_en": ""}
        place = {"id": first + k, "parent_id": above.id, "path": f"{above.path}{first + k}/", "valid_from": PERIOD[0]}
        rows.append({**name, **place, "one_stop_vi": "", "one_stop_en": ""})
    session.execute(insert(Unit), rows)
    desks = [
        {"id": k + 1, "unit_id": first + k, "code": "1", "name_vi": "Quầy 1", "name_en": "", "valid_from": PERIOD[0]}
        for k in range(UNITS)
    ]
    session.execute(insert(Counter), desks)
    wave = _wave(session, "W", root)
    _wave(session, "D", root)
    session.execute(insert(WaveUnit), [{"wave_id": wave.id, "unit_id": first + k, "quota": 300} for k in range(UNITS)])
    draft_id = wave.id + 1
    session.execute(insert(WaveUnit), [{"wave_id": draft_id, "unit_id": first + k, "quota": 300} for k in range(UNITS)])
    session.expire_all()
    waves.open_wave(session, wave, NOW)
    made, codes = [], set[str]()
    while len(codes) < UNITS:
        codes.add(new_code(chance))
    for k, code in enumerate(sorted(codes)):
        way = {
            "id": k + 1,
            "code": code,
            "wave_id": wave.id,
            "unit_id": first + k,
            "counter_id": k + 1,
            "channel": "qr",
        }
        made.append({**way, "trust": "open", "respondent_group": "citizen", "state": "active", "created_at": NOW})
    session.execute(insert(Collector), made)
    each = RESPONSES // UNITS // HALF_MONTHS
    tallies = [
        {
            "collector_id": k + 1,
            "flagged": False,
            "half_month": FIRST_HALF_MONTH + at,
            "responses": chance.randint(0, 2 * each),
        }
        for k in range(UNITS)
        for at in range(HALF_MONTHS)
    ]
    session.execute(insert(ResponseTally), tallies)
    scans = [
        {"collector_id": k + 1, "day": PERIOD[0] + timedelta(day), "scans": chance.randint(1, 9)}
        for k in range(UNITS)
        for day in range(60)
    ]
    session.execute(insert(CollectorScan), scans)
    session.commit()
    return wave, root


def _wave(session: Session, code: str, root: Unit) -> Wave:
    target = targets.create_target(
        session, code=f"T-{code}", value=Decimal("0.8"), reference_vi="Kế hoạch", valid_from=date(2020, 1, 1)
    )
    return waves.create_wave(
        session,
        code=code,
        name_vi="Đợt đo",
        questionnaire=questionnaires.publish_questionnaire(session, library.standard("counter"), NOW),
        target=target,
        period_start=PERIOD[0],
        period_end=PERIOD[1],
        design="self_selected",
        headline_weighting="unweighted",
        trust_levels=("open",),
        owner=root,
    )
