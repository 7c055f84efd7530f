"""Cross-tabulations: what each group of those who said something about themselves answered, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.figures import Level, Place, Text, WaveLabel
from reports.heat_figures import HeatCell
from reports.report_figures import Method


@dataclass(frozen=True, slots=True)
class CrossColumn:
    """A figure every group is given: the index, a factor, an item or the separate overall question."""

    code: str
    label: Text
    level: Level


@dataclass(frozen=True, slots=True)
class CrossRow:
    """One group with a cell per column."""

    label: Text
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class CrossTable:
    """A unit's result (with its subtree) by the answers to one question, unweighted, each group by itself.

    `everybody` are all people, in a group or not, unweighted too. `counted_at` is set while the wave is open: the
    moment up to which the rows were read.
    """

    place: Place
    wave: WaveLabel
    method: Method
    question: str
    label: Text
    columns: tuple[CrossColumn, ...]
    everybody: CrossRow
    rows: tuple[CrossRow, ...]
    counted_at: datetime | None = None

    @property
    def silent(self) -> int | None:
        """People behind the headline, the first column, who are in no group. None where any number of which this is
        the difference is hidden: it would give that one away."""
        headline = [row.cells[0] for row in (self.everybody, *self.rows)]
        if any(cell.suppressed for cell in headline):
            return None
        return headline[0].people - sum(cell.people for cell in headline[1:])
