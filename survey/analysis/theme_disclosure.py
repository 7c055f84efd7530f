"""Which counts of themes may be shown below the compiler and in public: none of, or giving away, fewer than 5 people.

The counts of a theme add up over units and over months. Both directions are walked, as for figures, until nothing is
added: under a visible unit its sub-units are judged as a group, under the visible whole of a unit its months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from survey.analysis import disclosure
from survey.models.theme import WHOLE_WAVE


class Counted(NamedTuple):
    """Comments, and the people who wrote them."""

    comments: int
    people: int


Counts = Mapping[tuple[str, int], Counted]  # by unit and month; the whole wave under WHOLE_WAVE


def shown(counts: Counts, parents: Mapping[str, str | None]) -> dict[tuple[str, int], Counted]:
    """Of the counts of one theme those that may be shown.

    `parents` is the unit above each unit, parents first; a unit's counts hold those of everything below it.
    """
    hidden: set[tuple[str, int]] = set()
    by_period: dict[int, dict[str, int]] = defaultdict(dict)
    by_unit: dict[str, dict[int, int]] = defaultdict(dict)
    for (unit, period), counted in counts.items():
        by_period[period][unit] = counted.people
        by_unit[unit][period] = counted.people
    before = -1
    while len(hidden) > before:
        before = len(hidden)
        for period, sizes in by_period.items():
            already = {unit for unit in sizes if (unit, period) in hidden}
            hidden |= {(unit, period) for unit in disclosure.hidden_in_tree(parents, sizes, already)}
        for unit, periods in by_unit.items():
            if (unit, WHOLE_WAVE) in hidden:
                hidden |= {(unit, period) for period in periods}
                continue
            months = {str(period): people for period, people in periods.items() if period != WHOLE_WAVE}
            already = {code for code in months if (unit, int(code)) in hidden}
            hidden |= {(unit, int(code)) for code in disclosure.hidden_in_line(months, already)}
    return {cell: counted for cell, counted in counts.items() if cell not in hidden}
