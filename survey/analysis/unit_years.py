"""A unit over the years: its index in every published wave it took part in, beside the targets then in force."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.compilation_figures import YearTrend
from survey.analysis.year_trend import beside_targets, own_points
from survey.models import Unit, Wave, WaveUnit


def year_of(wave: Wave) -> int:
    """The year a wave is counted to: that of the middle of its period, as charts over the years place it."""
    return (wave.period_start + (wave.period_end - wave.period_start) / 2).year


def took_part(session: Session, waves: Sequence[Wave]) -> frozenset[int]:
    """The ids of the units that took part in any of the waves, and of those above them."""
    query = select(Unit.path).join(WaveUnit, WaveUnit.unit_id == Unit.id)
    paths = session.scalars(query.where(WaveUnit.wave_id.in_([wave.id for wave in waves])).distinct())
    return frozenset(int(part) for path in paths for part in path.strip("/").split("/"))


def unit_years(session: Session, unit: Unit, waves: Sequence[Wave]) -> list[YearTrend]:
    """The unit's published `waves` (the newest first) as series, each of waves that ask the same group
    about the same; the series with
    the newest wave first. Every wave is in exactly one."""
    found: list[YearTrend] = []
    told: set[str] = set()
    for wave in waves:
        if wave.code in told:
            continue
        points = own_points(session, wave, unit, source="sealed")
        fresh = tuple(point for point in points if point.code not in told)
        told.update(point.code for point in fresh)
        found.append(beside_targets(session, fresh, wave.respondents))
    return found
