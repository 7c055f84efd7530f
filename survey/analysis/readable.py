"""What the offices may look up of a wave: waves that have begun, their units in reach, and what narrows a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import Session, joinedload

from survey.analysis import half_month
from survey.models import UNIT_KINDS, Collector, Unit, Wave, WaveUnit
from survey.operations.poll_waves import IS_SURVEY

NEIGHBOURS = 60  # offered in each direction


@dataclass(frozen=True, slots=True)
class Origins:
    """The channels, trust levels and respondent groups of a wave's collectors."""

    channels: tuple[str, ...]
    trust: tuple[str, ...]
    groups: tuple[str, ...]


def begun_waves(session: Session, within: ColumnElement[bool], limit: int | None = None) -> Sequence[Wave]:
    """Waves that are open or finished and in which a unit within reach takes part, the newest period first."""
    return session.scalars(
        select(Wave)
        .where(Wave.state != "draft", IS_SURVEY, Wave.id.in_(_asking(within)))
        .options(joinedload(Wave.questionnaire), joinedload(Wave.target))
        .order_by(Wave.period_end.desc(), Wave.period_start.desc(), Wave.code)
        .limit(limit)
    ).all()


def running_waves(session: Session, within: ColumnElement[bool]) -> Sequence[Wave]:
    """Waves that are open and in which a unit within reach takes part, the newest period first."""
    query = select(Wave).where(Wave.state == "open", IS_SURVEY, Wave.id.in_(_asking(within)))
    return session.scalars(query.order_by(Wave.period_start.desc(), Wave.code)).all()


def _asking(within: ColumnElement[bool]) -> Select[int]:
    """The ids of the waves that ask a unit within reach."""
    return select(WaveUnit.wave_id).join(Unit, Unit.id == WaveUnit.unit_id).where(within)


def begun_wave(session: Session, code: str, *, with_polls: bool = False) -> Wave | None:
    """A survey that has begun, by its code; `with_polls` the poll of a dialogue, too."""
    query = select(Wave).where(Wave.code == code, Wave.state != "draft")
    return session.scalar(query if with_polls else query.where(IS_SURVEY))


def units_of(
    session: Session, waves: Sequence[Wave], within: ColumnElement[bool], after: str, size: int
) -> tuple[Sequence[Unit], str | None]:
    """The units within reach that take part in one of the waves or hold its collectors, provinces first and rooms last,
    after the key `after`; and the key of the next page. Raises ValueError for what cannot be a key."""
    ids = [wave.id for wave in waves]
    rank = case({kind: at for at, kind in enumerate(UNIT_KINDS)}, value=Unit.kind)
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id.in_(ids))
    holding = select(Collector.unit_id).where(Collector.wave_id.in_(ids))
    tops = select(Unit.parent_id).where(Unit.id.in_(taking_part))
    query = select(Unit).where(within, Unit.id.in_(taking_part) | Unit.id.in_(holding) | Unit.id.in_(tops))
    query = query.options(joinedload(Unit.parent)).order_by(rank, Unit.id)
    if after:
        kind, unit_id = (int(part) for part in after.split("-"))
        query = query.where((rank > kind) | ((rank == kind) & (Unit.id > unit_id)))
    found = session.scalars(query.limit(size + 1)).all()
    last = found[size - 1] if len(found) > size else None
    return found[:size], f"{UNIT_KINDS.index(last.kind)}-{last.id}" if last is not None else None


def units_around(session: Session, wave: Wave, unit: Unit, within: ColumnElement[bool]) -> list[Unit]:
    """The units above, beside and directly below `unit` that are within reach and take part (or hold one that does),
    in the order of the tree; where they are many, those next to it."""
    above = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)
    holding = select(Unit.parent_id).join(WaveUnit, WaveUnit.unit_id == Unit.id).where(WaveUnit.wave_id == wave.id)
    listed = select(Unit).where(within, Unit.id.in_(taking_part) | Unit.id.in_(holding)).limit(NEIGHBOURS)
    found = {each.id: each for each in session.scalars(select(Unit).where(within, Unit.id.in_(above)))}
    found[unit.id] = unit
    nearby = [listed.where(Unit.parent_id == unit.id).order_by(Unit.path)]
    if unit.parent_id is not None:
        siblings = listed.where(Unit.parent_id == unit.parent_id)
        nearby.append(siblings.where(Unit.path > unit.path).order_by(Unit.path))
        nearby.append(siblings.where(Unit.path < unit.path).order_by(Unit.path.desc()))
    for query in nearby:
        found |= {each.id: each for each in session.scalars(query)}
    return sorted(found.values(), key=lambda each: each.path)


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
