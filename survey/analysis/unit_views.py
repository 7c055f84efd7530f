"""Views of single units cut out of one view of the whole wave, each as reading that unit alone gives it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.analysis.population import Site, by_ancestor
from survey.analysis.tally import Cell, Tallies, Tally
from survey.analysis.view import View
from survey.models import Unit

Parts = Mapping[int, Sequence[tuple[Cell, Tally]]]  # by the key of the unit


@dataclass(frozen=True)
class UnitViews:
    """The view of the `whole` wave by units: the sites at or `below` each path, the cells and periods of each unit."""

    whole: View
    below: Mapping[str, Sequence[Site]]
    cells: Parts
    periods: Parts

    @classmethod
    def of(cls, whole: View) -> UnitViews:
        return cls(whole, by_ancestor(whole.sites), _by_unit(whole.tallies.cells), _by_unit(whole.tallies.periods))

    def at(self, unit: Unit) -> View:
        """The unit with all below it."""
        sites = self.below.get(unit.path, ())
        own = tuple(
            replace(site, above=tuple(above for above in site.above if above.path.startswith(unit.path)))
            for site in sites
        )
        held = {site.unit_id for site in sites}
        tallies = Tallies(*(tuple(_in_order(part, held)) for part in (self.cells, self.periods)))
        return replace(self.whole, unit=unit, sites=own, tallies=tallies)


def _by_unit(cells: Iterable[tuple[Cell, Tally]]) -> Parts:
    found: dict[int, list[tuple[Cell, Tally]]] = defaultdict(list)
    for cell, tally in cells:
        found[cell.origin.unit_id].append((cell, tally))
    return found


def _in_order(parts: Parts, units: Iterable[int]) -> list[tuple[Cell, Tally]]:
    """By collector, as a reading gives them."""
    found = [pair for unit in units for pair in parts.get(unit, ())]
    return sorted(found, key=lambda pair: (pair[0].origin.collector_id, pair[0].flagged, pair[0].half_month))
