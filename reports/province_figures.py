"""What the report of a whole province shows: its own result, the compilation of its units, their ranks, the years."""

from __future__ import annotations

from dataclasses import dataclass

from reports.compilation_figures import Compilation, RankTable, YearTrend
from reports.figures import Text
from reports.report_figures import UnitReport


@dataclass(frozen=True, slots=True)
class FactorItems:
    """Which items a factor pools, by code."""

    factor: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRanking:
    """The ranking among the units of one kind, or among all where there is one kind alone (`name` is empty)."""

    name: Text
    table: RankTable


@dataclass(frozen=True, slots=True)
class ProvinceReport:
    """One published or closed wave of a province, as it may be printed (`compilation.public`)."""

    whole: UnitReport
    compilation: Compilation
    factor_items: tuple[FactorItems, ...]
    rankings: tuple[GroupRanking, ...]
    years: YearTrend
