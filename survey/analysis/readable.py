"""What the offices may look up of a wave: waves that have begun, their units in reach, and what narrows a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from survey.analysis import half_month
from survey.models import Collector, Unit, Wave, WaveUnit

NEIGHBOURS = 150  # of a unit offered beside it


@dataclass(frozen=True, slots=True)
class Origins:
    """The channels, trust levels and respondent groups of a wave's collectors."""

    channels: tuple[str, ...]
    trust: tuple[str, ...]
    groups: tuple[str, ...]


def begun_waves(session: Session, within: ColumnElement[bool], limit: int | None = None) -> Sequence[Wave]:
    """Waves that are open or finished and in which a unit within reach takes part, the newest period first."""
    taking_part = select(WaveUnit.wave_id).join(Unit, Unit.id == WaveUnit.unit_id).where(within)
    return session.scalars(
        select(Wave)
        .where(Wave.state != "draft", Wave.id.in_(taking_part))
        .options(joinedload(Wave.questionnaire), joinedload(Wave.target))
        .order_by(Wave.period_end.desc(), Wave.period_start.desc(), Wave.code)
        .limit(limit)
    ).all()


def begun_wave(session: Session, code: str) -> Wave | None:
    return session.scalar(select(Wave).where(Wave.code == code, Wave.state != "draft"))


def units_around(session: Session, wave: Wave, unit: Unit, within: ColumnElement[bool]) -> list[Unit]:
    """The units above, beside and directly below `unit` that are within reach and take part (or hold one that does)."""
    above = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    near = Unit.id.in_([*above, unit.id]) | (Unit.parent_id == unit.id)
    if unit.parent_id is not None:
        near |= Unit.parent_id == unit.parent_id
    taking_part = (
        select(Unit.path).join(WaveUnit, WaveUnit.unit_id == Unit.id).where(WaveUnit.wave_id == wave.id).subquery()
    )
    listed = select(taking_part.c.path).where(taking_part.c.path.startswith(Unit.path)).exists()
    found = session.scalars(select(Unit).where(within, near).order_by(Unit.path).limit(2 * NEIGHBOURS)).all()
    ids = set(session.scalars(select(Unit.id).where(Unit.id.in_([each.id for each in found]), listed)))
    return [each for each in found if each.id in ids or each.id == unit.id]


def origins(session: Session, wave: Wave) -> Origins:
    rows = session.execute(
        select(Collector.channel, Collector.trust, Collector.respondent_group)
        .where(Collector.wave_id == wave.id)
        .distinct()
    ).all()
    channels, trust, groups = (tuple(sorted({row[at] for row in rows})) for at in range(3))
    return Origins(channels, trust, groups)


def periods(wave: Wave) -> dict[str, tuple[int, int]]:
    """The fixed grid of months and half-months a view may be narrowed to, by code, in order of time."""
    first, last = half_month.number(wave.period_start), half_month.number(wave.period_end)
    found: dict[str, tuple[int, int]] = {}
    for month in range(first // 2, last // 2 + 1):
        found[half_month.month_code(month)] = (2 * month, 2 * month + 1)
        found |= {half_month.code(number): (number, number) for number in (2 * month, 2 * month + 1)}
    return {code: period for code, period in found.items() if period[1] >= first and period[0] <= last}
