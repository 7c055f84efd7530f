"""Units × factors and items of one wave, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass

from reports.figures import Estimate, Text, WaveLabel
from reports.report_figures import Method, UnitLine


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One factor or item of one unit: its estimate and the people behind it, neither of them where it is suppressed."""

    estimate: Estimate
    people: int
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One unit with its headline and a cell per factor and per item."""

    line: UnitLine
    factors: tuple[HeatCell, ...]
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Units × factors and items of one wave, for the compiler: where a province is weak, and in what."""

    wave: WaveLabel
    method: Method
    factors: tuple[tuple[str, Text], ...]
    items: tuple[tuple[str, Text], ...]  # code and label, in the order of the cells
    rows: tuple[HeatRow, ...]
