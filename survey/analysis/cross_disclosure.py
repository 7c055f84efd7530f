"""Which cells of the cross-tables of a wave stay hidden, judged over all units, groups and figures together.

Three sums could give a hidden cell away: the same group and figure over a unit's sub-units, the groups of a unit and
those who did not say against the unit's own figure, and the items of a factor within one group. All three are walked
until nothing is added; then everything published of one figure is solved as linear equations over the whole wave, and
the index of each unit against its own channels, trust levels, groups and half-months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from survey.analysis import disclosure

SILENT = -1  # in the place of a choice: those who did not say
Cell = tuple[str, int, str]  # unit, choice, figure
Name = tuple[str, str]  # in the equations: a unit and one of its groups, or its own figure, or a part of it
TOTAL = "*"
Atom = TypeVar("Atom", bound=Hashable)


@dataclass(frozen=True)
class Group:
    """Where people stand of whom the equations of the index are made: unit, part of the answers, choice."""

    unit_id: int
    choice: int
    parts: tuple[str, ...]  # keys as in survey.analysis.parts


@dataclass(frozen=True)
class CrossPeople:
    """What the judge knows of one question about oneself.

    `sites` are the people with a valid answer by unit (without its subtree), choice (`SILENT` too) and figure; `index`
    those behind the headline, by where they stand; `ways` lead from each unit up to its top, itself included; `units`
    and `pools` map each to the one above, parents first; `closed` are figures hidden in the unit's own report, and
    `shown_parts` the parts that are shown there.
    """

    sites: Mapping[tuple[int, int, str], int]
    index: Mapping[Group, int]
    headline: str | None
    ways: Mapping[int, Sequence[str]]
    units: Mapping[str, str | None]
    pools: Mapping[str, str | None]
    closed: Collection[tuple[str, str]]
    shown_parts: Mapping[str, Collection[str]]


def hidden_cells(known: CrossPeople) -> frozenset[Cell]:
    """The cells to hide. Deterministic; empty cells hide nothing and stay visible."""
    sizes: dict[Cell, int] = defaultdict(int)
    for (unit_id, choice, figure), people in known.sites.items():
        for unit in known.ways[unit_id] if people else ():
            sizes[unit, choice, figure] += people
    cells = {cell: size for cell, size in sizes.items() if cell[1] != SILENT}
    hidden = {cell for cell, size in cells.items() if disclosure.is_small(size)}
    hidden |= {cell for cell in cells if (cell[0], cell[2]) in known.closed}
    while True:
        _close_lines(known, sizes, cells, hidden)
        more = {*_given_away(known, cells, hidden), *_given_away_by_parts(known, cells, hidden)}
        if not more - hidden:
            return frozenset(hidden)
        hidden |= more


def _close_lines(known: CrossPeople, sizes: Mapping[Cell, int], cells: Mapping[Cell, int], hidden: set[Cell]) -> None:
    """Walk the three directions, in place, until nothing is added."""
    by_line: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    by_total: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    by_group: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for (unit, choice, figure), size in cells.items():
        by_line[choice, figure][unit] = size
        by_total[unit, figure][str(choice)] = size
        by_group[unit, choice][figure] = size
    before = -1
    while len(hidden) > before:
        before = len(hidden)
        for (choice, figure), of_units in by_line.items():
            already = {unit for unit in of_units if (unit, choice, figure) in hidden}
            if already:
                found = disclosure.hidden_in_tree(known.units, of_units, already)
                hidden.update((unit, choice, figure) for unit in found)
        for (unit, figure), of_choices in by_total.items():
            if (unit, figure) not in known.closed:
                already = {choice for choice in of_choices if (unit, int(choice), figure) in hidden}
                rest = sizes.get((unit, SILENT, figure), 0)
                found = disclosure.hidden_in_line(of_choices, already, rest=rest)
                hidden.update((unit, int(choice), figure) for choice in found)
        for (unit, choice), of_figures in by_group.items():
            already = {figure for figure in of_figures if (unit, choice, figure) in hidden}
            if already:
                found = disclosure.hidden_in_pools(known.pools, of_figures, already)
                hidden.update((unit, choice, figure) for figure in found)


def _given_away(known: CrossPeople, cells: Mapping[Cell, int], hidden: Collection[Cell]) -> Iterator[Cell]:
    """What all units' tables of one figure give away together."""
    for figure in known.pools:
        people: dict[tuple[int, int], int] = {}
        atoms: dict[Name, set[tuple[int, int]]] = defaultdict(set)
        touched = {unit for unit, _, of in hidden if of == figure}
        if not touched:
            continue
        for (unit_id, choice, of), number in known.sites.items():
            if of == figure and number:
                people[unit_id, choice] = number
                for unit in known.ways[unit_id]:
                    atoms[unit, TOTAL].add((unit_id, choice))
                    if choice != SILENT:
                        atoms[unit, str(choice)].add((unit_id, choice))
        above = set(known.units.values())
        apart = {unit for unit, _ in atoms if unit not in above and unit not in touched}
        left_out = {atom for unit, name in atoms if unit in apart and name == TOTAL for atom in atoms[unit, name]}
        rest = {name: of - left_out for name, of in atoms.items() if of - left_out}
        yield from _solved(known, rest, people, cells, hidden, figure)


def _given_away_by_parts(known: CrossPeople, cells: Mapping[Cell, int], hidden: Collection[Cell]) -> Iterator[Cell]:
    """What a unit's groups give away held against its own channels, trust levels, respondent groups and half-months."""
    figure = known.headline
    if figure is None:
        return
    by_unit: dict[str, dict[Group, int]] = defaultdict(dict)
    for group, number in known.index.items():
        for unit in known.ways[group.unit_id]:
            place = Group(0, group.choice, group.parts)
            by_unit[unit][place] = by_unit[unit].get(place, 0) + number
    for unit, people in by_unit.items():
        if (unit, figure) in known.closed:
            continue
        shown = known.shown_parts.get(unit, ())
        atoms: dict[Name, set[Group]] = defaultdict(set)
        for group in people:
            atoms[unit, TOTAL].add(group)
            if group.choice != SILENT:
                atoms[unit, str(group.choice)].add(group)
            for part in group.parts:
                if part in shown:
                    atoms[unit, part].add(group)
        yield from _solved(known, atoms, people, cells, hidden, figure)


def _solved(
    known: CrossPeople,
    atoms: Mapping[Name, Collection[Atom]],
    people: Mapping[Atom, int],
    cells: Mapping[Cell, int],
    hidden: Collection[Cell],
    figure: str,
) -> Iterator[Cell]:
    def is_group(name: Name) -> bool:
        return name[1].isdecimal()

    def cell_of(name: Name) -> Cell:
        return name[0], int(name[1]), figure

    unseen = {name for name in atoms if is_group(name) and cell_of(name) in hidden}
    unseen |= {name for name in atoms if name[1] == TOTAL and (name[0], figure) in known.closed}
    secret = [name for name in sorted(unseen) if is_group(name) and disclosure.is_small(cells[cell_of(name)])]
    order = {unit: position for position, unit in enumerate(known.units)}
    from_below = dict(sorted(atoms.items(), key=lambda item: (-order[item[0][0]], item[0])))
    found = disclosure.givers(people, from_below, unseen, secret, fixed=lambda name: not is_group(name))
    yield from (cell_of(name) for name in found if is_group(name))
