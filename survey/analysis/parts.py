"""Which parts of a unit's answers (channels, trust levels, groups, half-months, flagged ones) stay hidden in a wave.

The parts of a parent and of all its sub-units but one give those of the last, and so do a unit's headline and all its
channels but one. Like the figures of a report they are therefore judged over all units together, and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from survey.analysis import disclosure
from survey.analysis.tally import Cell

HEADLINE = "headline"
FLAGGED = "flagged"
CHANNEL, TRUST, GROUP, HALF_MONTH = "channel", "trust", "group", "half_month"

Atom = tuple[int, str, str, str, int, bool]  # unit id, channel, trust level, group, half-month, flagged
Published = tuple[str, str]  # a unit and one of its parts, or its headline


def key(dimension: str, code: str | int) -> str:
    """The key of a part, "channel:qr"."""
    return f"{dimension}:{code}"


def atom(cell: Cell) -> Atom:
    origin = cell.origin
    return (origin.unit_id, origin.channel, origin.trust, origin.group, cell.half_month, cell.flagged)


def keys(of: Atom, counted: Collection[str]) -> tuple[str, ...]:
    """The headline and the parts in which an atom is counted, where the trust levels `counted` make the headline."""
    _, channel, trust, group, half_month, flagged = of
    if flagged:
        return (FLAGGED,) if trust in counted else ()
    if trust not in counted:
        return (key(TRUST, trust),)
    return (HEADLINE, key(CHANNEL, channel), key(TRUST, trust), key(GROUP, group), key(HALF_MONTH, half_month))


def hidden_parts(
    people: Mapping[Atom, int],
    ways: Mapping[int, Sequence[str]],
    units: Mapping[str, str | None],
    counted: Collection[str],
    already: Collection[Published] = (),
) -> frozenset[Published]:
    """The parts to hide in a whole wave, by unit and key, with those hidden `already`: a headline takes all its parts.

    `people` of each atom; `ways` from each unit up to the top, itself included; `units` as in
    :func:`disclosure.hidden_figures`.

    First small parts and what gives them away along one line: in a tree, in a unit, between its overlapping
    breakdowns. Then everything published of the wave is solved together, and what still gives a small part, or one
    or two atoms of fewer than five people, is hidden too, until nothing does.
    """
    cells: dict[Published, set[Atom]] = defaultdict(set)
    for of, number in people.items():
        for part in keys(of, counted) if number else ():
            for unit in ways[of[0]]:
                cells[unit, part].add(of)
    sizes = {published: sum(people[of] for of in atoms) for published, atoms in cells.items()}
    hidden = {published for published, size in sizes.items() if disclosure.is_small(size)}
    hidden |= {published for published in already if published in sizes}
    by_unit: dict[str, list[str]] = defaultdict(list)
    for unit, part in sorted(cells):
        by_unit[unit].append(part)
    for unit, parts in by_unit.items():
        hidden |= _overlapping(unit, parts, cells, people, hidden)
    while True:
        _close_lines(sizes, cells, units, by_unit, hidden)
        more = _given_away(people, cells, sizes, units, by_unit, hidden)
        if not more:
            return frozenset(hidden).union(already)
        hidden |= more


def _overlapping(
    unit: str,
    parts: Iterable[str],
    cells: Mapping[Published, set[Atom]],
    people: Mapping[Atom, int],
    hidden: Collection[Published],
) -> set[Published]:
    """Channels, trust levels and groups of one unit, held against each other."""
    taken: dict[Hashable, int] = defaultdict(int)
    shown: dict[str, set[Hashable]] = {}
    everybody: set[Atom] = set()
    for part in parts:
        if not part.startswith(HALF_MONTH) and part != FLAGGED:
            everybody |= cells[unit, part]
            if (unit, part) not in hidden:
                shown[part] = {of[1:4] for of in cells[unit, part]}
    for of in everybody:
        taken[of[1:4]] += people[of]
    return {(unit, part) for part in disclosure.hidden_cells(taken, shown)}


def _close_lines(
    sizes: Mapping[Published, int],
    cells: Mapping[Published, set[Atom]],
    units: Mapping[str, str | None],
    by_unit: Mapping[str, Sequence[str]],
    hidden: set[Published],
) -> None:
    """Hide company for each hidden part, in place: the same part of other units, and other parts of the same unit."""

    def in_tree(of: Iterable[str]) -> None:
        for part in of:
            of_part = {unit: sizes[unit, part] for unit in units if (unit, part) in sizes}
            already = {unit for unit in of_part if (unit, part) in hidden}
            hidden.update((unit, part) for unit in disclosure.hidden_in_tree(units, of_part, already))

    before = -1
    while len(hidden) > before:
        before = len(hidden)
        in_tree(sorted({part for _, part in hidden} - {HEADLINE}))
        for unit in sorted({unit for unit, _ in hidden}):
            lines: dict[str, dict[str, int]] = defaultdict(dict)
            for part in by_unit[unit]:
                if part != HEADLINE and cells[unit, part] <= cells.get((unit, HEADLINE), set()):
                    lines[part.partition(":")[0]][part] = sizes[unit, part]
            every = set(by_unit[unit]) if (unit, HEADLINE) in hidden else set()
            already = {part for part in by_unit[unit] if (unit, part) in hidden}
            company = every.union(*(disclosure.hidden_in_line(line, already & line.keys()) for line in lines.values()))
            hidden |= {(unit, part) for part in company}
            in_tree(sorted(company - already - {HEADLINE}))  # at once: the next unit then takes the same company


def _given_away(
    people: Mapping[Atom, int],
    cells: Mapping[Published, set[Atom]],
    sizes: Mapping[Published, int],
    units: Mapping[str, str | None],
    by_unit: Mapping[str, Sequence[str]],
    hidden: Collection[Published],
) -> frozenset[Published]:
    """More parts to hide, as all that is published gives something small. Units without sub-units and without anything
    hidden can be left out: they can be taken off every total."""
    above = set(units.values())
    touched = {unit for unit, _ in hidden}
    apart = {unit for unit in by_unit if unit not in above and unit not in touched}
    left_out = {of for unit in apart for part in by_unit[unit] for of in cells[unit, part]}
    order = {unit: position for position, unit in enumerate(units)}  # parents first; solved from below
    names = sorted((unit, part) for unit in by_unit if unit not in apart for part in by_unit[unit])
    names.sort(key=lambda name: -order[name[0]])
    rest = {name: atoms for name in names if (atoms := cells[name] - left_out)}
    secret = [name for name in rest if name in hidden and disclosure.is_small(sizes[name])]
    return disclosure.givers(people, rest, hidden, secret, fixed=lambda name: name[1] == HEADLINE)
