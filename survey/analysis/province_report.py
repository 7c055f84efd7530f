"""Reading what the report of a province shows of a closed wave: as it may be printed, from sealed figures."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reports.compilation_figures import Compilation
from reports.figures import Text
from reports.province_figures import FactorItems, GroupRanking, ProvinceReport
from survey.analysis.compilation import compile_wave
from survey.analysis.frozen_figures import filing_units
from survey.analysis.instrument import read_instrument
from survey.analysis.rank_table import rank_table, ranked_before
from survey.analysis.summary import unit_report
from survey.analysis.year_trend import year_trend
from survey.models import Unit, Wave


def reporting_units(session: Session, wave: Wave) -> list[Unit]:
    """The unit that reports on the whole wave: the topmost of those that file. Empty for a wave of one unit alone."""
    units = filing_units(session, wave)
    return units[:1] if len(units) > 1 else []


def province_report(session: Session, wave: Wave, unit: Unit) -> ProvinceReport:
    """All of a closed wave at or under `unit`, as it may be printed."""
    whole = unit_report(session, wave, unit, source="sealed", with_scan=False)
    compilation, previous = compiled_with_previous(session, wave, unit)
    instrument = read_instrument(session, wave.questionnaire)
    items = tuple(FactorItems(pool.code, tuple(item.code for item in pool.items)) for pool in instrument.factors)
    years = year_trend(session, wave, unit, source="sealed")
    return ProvinceReport(whole, compilation, items, group_rankings(compilation, previous), years)


def compiled_with_previous(session: Session, wave: Wave, unit: Unit) -> tuple[Compilation, Compilation | None]:
    """The wave under the unit as it may be printed, and the published one before it that it is ranked beside."""
    before = ranked_before(session, wave, unit.path, published_only=True)
    previous = compile_wave(session, before, unit, public=True, source="sealed") if before is not None else None
    return compile_wave(session, wave, unit, public=True, source="sealed"), previous


def group_rankings(compilation: Compilation, previous: Compilation | None) -> tuple[GroupRanking, ...]:
    """A ranking for each kind of unit; of all units where there is one kind alone."""
    kinds = [group for group in compilation.groups if group.kind == "kind"]
    if not kinds:
        return (GroupRanking(Text(""), rank_table(compilation, "", previous)),)
    return tuple(GroupRanking(group.name, rank_table(compilation, group.code, previous)) for group in kinds)
