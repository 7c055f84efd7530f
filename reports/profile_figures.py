"""What the one-page profile of a unit shows: its result beside the province's, its rank, and its work in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.compilation_figures import RankLine
from reports.figures import Figure, Text
from reports.report_figures import UnitReport


@dataclass(frozen=True, slots=True)
class WorkInNumbers:
    """Dialogues held in the wave's period with what was promised there, and the remedies decided after the wave; as
    they stood on `counted_on`. None of opinions: a profile is public, and few opinions are told of nowhere."""

    counted_on: date
    dialogues: int
    promises: int
    promises_kept: int
    remedies: int
    remedies_done: int


@dataclass(frozen=True, slots=True)
class UnitProfile:
    """`province` are the index and the factors of all units together, as they may be printed; `rank` is the unit's
    among those called `ranked_among`, None where it is not among them."""

    report: UnitReport
    province: tuple[Figure, ...]
    ranked_among: Text
    rank: RankLine | None
    work: WorkInNumbers
