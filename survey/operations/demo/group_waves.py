"""The sample province's surveys of people's-council delegates and of officials, which feed its scorecards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import Filing, Unit, Wave
from survey.operations import closing, filings
from survey.operations.batches import store_submissions
from survey.operations.collectors import make_collector
from survey.operations.demo.month_wave import ballot, open_month_wave
from survey.operations.demo.places import PLACES, PROVINCE
from survey.operations.periods import PROVINCE_TIME, half_year, noon, previous_half_year
from survey.operations.writing import begin_write

_EXPLAINED = "Đơn vị tiếp thu ý kiến, đưa vào kế hoạch cải cách hành chính của năm."


class Group(NamedTuple):
    """A respondent group: how many `people` answer of every commune, and which share of their answers at a place of
    level 0 is satisfied."""

    name: str
    code: str
    name_vi: str
    name_en: str
    people: int
    satisfied: float


GROUPS = (
    Group("delegate", "DB", "Khảo sát đại biểu Hội đồng nhân dân", "Survey of people's-council delegates", 16, 0.82),
    Group("official", "CC", "Khảo sát công chức", "Survey of officials", 12, 0.76),
)


def group_wave_codes(today: date) -> dict[str, str]:
    """The code of each group's wave as loaded on a day, by the group's name."""
    start = _month(today)[0]
    return {group.name: f"{start:%Y-%m}-{group.code}" for group in GROUPS}


def load_group_waves(engine: Engine, today: date, people: Mapping[str, int]) -> None:
    """A closed wave of each group about the communes, a month before the last half-year's end, its reports approved;
    `people` are ids of accounts ("asks", "unit"). Loaded ones are left alone. In transactions of its own."""
    codes = group_wave_codes(today)
    with Session(engine) as session:
        if session.scalar(select(Wave.id).where(Wave.code.in_(codes.values())).limit(1)) is not None:
            return
    start, end = _month(today)
    for group in GROUPS:
        with Session(engine) as session:
            begin_write(session)
            wave_id = _wave(session, group, codes[group.name], (start, end)).id
            session.commit()
        closing.finish_wave(engine, wave_id, noon(end + timedelta(days=1)))
        with Session(engine) as session:
            begin_write(session)
            _approve(session, session.get_one(Wave, wave_id), people)
            session.commit()


def _month(today: date) -> tuple[date, date]:
    """The last but one month of the half-year before: so that the citizens' waves of its end stay the newest."""
    _first, last = previous_half_year(half_year(today))
    end = date(last.year, last.month, 1) - timedelta(days=1)
    return date(end.year, end.month, 1), end


def _wave(session: Session, group: Group, code: str, period: tuple[date, date]) -> Wave:
    """Everybody of the group is sent the same link; what they answer of a commune lies around its level."""
    start, _end = period
    rng = Random(f"{group.name} {start}")  # noqa: S311 sample data
    opened = datetime.combine(start, time(8), PROVINCE_TIME)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    communes = [place for place in PLACES if place.kind == "commune"]
    wave = open_month_wave(
        session,
        "delegates",
        period,
        opened,
        code=code,
        name_vi=f"{group.name_vi} về cải cách hành chính, tháng {start:%m/%Y}",
        name_en=f"{group.name_en} on administrative reform, {start:%m/%Y}",
        owner=units[PROVINCE],
        units=[units[place.code] for place in communes],
    )
    items = [question.id for question in wave.questionnaire.questions if question.kind == "rating"]
    ballots = []
    for place in communes:
        way = make_collector(
            session, wave, units[place.code], channel="link", trust="open", respondent_group=group.name, at=opened,
            rng=rng,
        )  # fmt: skip
        satisfied = group.satisfied + place.level / 4
        for _ in range(group.people):
            at = opened + timedelta(days=rng.randint(0, 24), minutes=rng.randint(0, 560))
            seconds = rng.randint(70, 260)
            ballots.append(ballot(way, at, seconds, {item: _mark(rng, satisfied) for item in items}))
    store_submissions(session.connection(), sorted(ballots, key=lambda ballot: ballot.received_at))
    return wave


def _mark(rng: Random, satisfied: float) -> int:
    return rng.choice((4, 4, 5)) if rng.random() < satisfied else rng.choice((3, 3, 3, 2))


def _approve(session: Session, wave: Wave, people: Mapping[str, int]) -> None:
    query = select(Filing).where(Filing.wave_id == wave.id).join(Filing.unit).order_by(Unit.code)
    for place, filing in enumerate(session.scalars(query).all()):
        at = noon(wave.period_end + timedelta(days=3 + place % 4))
        filings.explain(session, filing, _EXPLAINED, {}, ())
        filings.submit(session, filing, account_id=people["unit"], at=at)
        filings.approve(session, filing, account_id=people["asks"], at=at + timedelta(days=1))
