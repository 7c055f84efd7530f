"""What the public may look up: published surveys, the units that took part in them, and a unit's way up the tree."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.models import Collector, Unit, Wave, WaveUnit
from survey.operations.poll_waves import IS_SURVEY


def published_waves(session: Session) -> Sequence[Wave]:
    """Published waves, the newest period first."""
    return session.scalars(
        select(Wave)
        .where(Wave.state == "published", IS_SURVEY)
        .options(joinedload(Wave.questionnaire), joinedload(Wave.target))
        .order_by(Wave.period_end.desc(), Wave.period_start.desc(), Wave.code)
    ).all()


def published_wave(session: Session, code: str) -> Wave | None:
    return session.scalar(select(Wave).where(Wave.code == code, Wave.state == "published", IS_SURVEY))


def unit_of_wave(session: Session, wave: Wave, code: str) -> Unit | None:
    """The unit with that code, where it or a unit below it took part in the wave."""
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        return None
    below = (
        select(WaveUnit.unit_id)
        .join(Unit, Unit.id == WaveUnit.unit_id)
        .where(WaveUnit.wave_id == wave.id, Unit.path.startswith(unit.path, autoescape=True))
    )
    return unit if session.scalar(below.limit(1)) is not None else None


def waves_of_unit(session: Session, unit: Unit, waves: Sequence[Wave]) -> list[Wave]:
    """Those of the waves in which the unit or a unit below it took part, in their order."""
    query = (
        select(WaveUnit.wave_id)
        .join(Unit, Unit.id == WaveUnit.unit_id)
        .where(Unit.path.startswith(unit.path, autoescape=True))
    )
    taken = set(session.scalars(query.distinct()))
    return [wave for wave in waves if wave.id in taken]


def root_of_wave(session: Session, wave: Wave) -> Unit | None:
    """The top of the tree the wave's units stand in; `None` where they hang under no one top (an imported wave's)."""
    paths = session.scalars(
        select(Unit.path).join(WaveUnit, WaveUnit.unit_id == Unit.id).where(WaveUnit.wave_id == wave.id)
    ).all()
    tops = {path.split("/")[1] for path in paths}
    has_units_below = any(path.count("/") > 2 for path in paths)
    return session.get(Unit, int(tops.pop())) if len(tops) == 1 and has_units_below else None


def counted_units(session: Session, wave: Wave) -> frozenset[str]:
    """The codes of the units that pages count when they say how many a wave has: those that take part or hold a
    collector. The top of the tree is their total, and units between only sum up those below: neither counts."""
    root = root_of_wave(session, wave)
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)
    holding = select(Collector.unit_id).where(Collector.wave_id == wave.id)
    query = select(Unit.code).where(Unit.id.in_(taking_part) | Unit.id.in_(holding))
    return frozenset(session.scalars(query)) - {root.code if root is not None else ""}


def ancestors(session: Session, unit: Unit) -> Sequence[Unit]:
    """The units above, the root first."""
    ids = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    found = {ancestor.id: ancestor for ancestor in session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return [found[key] for key in ids]
