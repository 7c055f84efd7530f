"""Reading what a unit's profile shows: its report, how it stands among its kind, and its work in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from reports.compilation_figures import RankLine
from reports.figures import Figure, Text
from reports.profile_figures import UnitProfile, WorkInNumbers
from reports.report_figures import UnitReport
from survey.analysis.province_report import compiled_with_previous, group_rankings
from survey.models import Commitment, Dialogue, Remedy, Unit, Wave
from survey.operations.periods import PROVINCE_TIME


@dataclass(frozen=True, slots=True)
class Standings:
    """What the profiles of a wave have in common: the whole's index and factors, and each unit's rank by its code."""

    province: tuple[Figure, ...]
    ranks: dict[str, tuple[Text, RankLine]]


def read_standings(session: Session, wave: Wave, top: Unit) -> Standings:
    """Of all units under `top`, as they may be printed."""
    compilation, previous = compiled_with_previous(session, wave, top)
    ranks = {
        line.unit.line.place.code: (ranking.name, line)
        for ranking in group_rankings(compilation, previous)
        for line in ranking.table.lines
    }
    whole = compilation.whole
    return Standings((whole.index.headline, *(factor.headline for factor in whole.factors)), ranks)


def unit_profile(
    session: Session, wave: Wave, unit: Unit, report: UnitReport, standings: Standings, today: date
) -> UnitProfile:
    among, rank = standings.ranks.get(unit.code, (Text(""), None))
    return UnitProfile(report, standings.province, among, rank, work_in_numbers(session, wave, unit, today))


def work_in_numbers(session: Session, wave: Wave, unit: Unit, today: date) -> WorkInNumbers:
    """Of the unit and those below it, on the day."""
    below = Unit.path.startswith(unit.path)
    start = datetime.combine(wave.period_start, time.min, PROVINCE_TIME)
    end = datetime.combine(wave.period_end, time.max, PROVINCE_TIME)
    held = (
        select(Dialogue.id)
        .join(Unit, Unit.id == Dialogue.unit_id)
        .where(below, Dialogue.state.in_(("held", "concluded")), Dialogue.starts_at.between(start, end))
    )
    promised = _counted(session, Commitment.state, Commitment.dialogue_id.in_(held))
    decided = select(Remedy.id).join(Unit, Unit.id == Remedy.unit_id).where(below, Remedy.wave_id == wave.id)
    remedies = _counted(session, Remedy.state, Remedy.id.in_(decided))
    return WorkInNumbers(
        today,
        session.scalar(select(func.count()).select_from(held.subquery())) or 0,
        sum(promised.values()),
        promised.get("done", 0),
        sum(remedies.values()),
        remedies.get("done", 0),
    )


def _counted(session: Session, state: InstrumentedAttribute[str], chosen: ColumnElement[bool]) -> dict[str, int]:
    """How many of the chosen rows are in each state."""
    return {row[0]: row[1] for row in session.execute(select(state, func.count()).where(chosen).group_by(state))}
