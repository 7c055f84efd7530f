"""What a reader can work out by adding and subtracting published cells: linear algebra over groups of people."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from heapq import heapify, heappop, heappush
from random import Random
from typing import TypeVar

Atom = TypeVar("Atom", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)

# By column: the order in which the pivot was found, its row, and the cells it was made of.
Pivots = dict[int, tuple[int, dict[int, int], dict[Name, int]]]

PRIME = 2**61 - 1  # arithmetic modulo a large prime is exact linear algebra with small numbers


def blocks_of(
    people: Mapping[Atom, int], cells: Mapping[Name, Collection[Atom]]
) -> tuple[list[int], dict[Name, list[int]]]:
    """The people of each block, the blocks of each cell: atoms of exactly the same cells cannot be told apart."""
    patterns: dict[Atom, list[int]] = {}
    names = list(cells)
    for position, name in enumerate(names):
        for atom in cells[name]:
            patterns.setdefault(atom, []).append(position)
    together: dict[tuple[int, ...], int] = {}
    for atom, pattern in patterns.items():
        at = tuple(pattern)
        together[at] = together.get(at, 0) + people[atom]
    blocks = []
    members: dict[Name, list[int]] = {name: [] for name in names}
    for number, at in enumerate(sorted(together)):
        blocks.append(together[at])
        for position in at:
            members[names[position]].append(number)
    return blocks, members


def solve(visible: Mapping[Name, list[int]]) -> Pivots[Name]:
    """The visible cells, solved: each row is free of the columns of those before it."""
    pivots: Pivots[Name] = {}
    for name, row in visible.items():
        add(pivots, name, row)
    return pivots


def add(pivots: Pivots[Name], name: Name, row: Collection[int]) -> bool:
    """Solve one more cell, in place; False where it follows from the others."""
    vector, origin = dict.fromkeys(row, 1), {name: 1}
    reduce_by(vector, origin, pivots)
    if vector:
        column = min(vector)
        inverse = pow(vector[column], -1, PRIME)
        vector = {block: value * inverse % PRIME for block, value in vector.items()}
        origin = {code: value * inverse % PRIME for code, value in origin.items()}
        pivots[column] = (len(pivots), vector, origin)
    return bool(vector)


def weigh(pivots: Pivots[Name], blocks: int) -> list[int]:
    """A random weight for each block, so that every visible cell weighs 0.

    A set of blocks is a combination of the visible cells exactly if it is orthogonal to every weighting of the blocks
    that makes all visible cells 0. One random weighting of that kind tells them apart (a chance hit, 1 in 2⁶¹, would
    only hide more).
    """
    random = Random(0)  # noqa: S311 — no secret: fixed, so that the same data always hide the same cells
    weights = [random.randrange(PRIME) for _ in range(blocks)]
    for column, (_, vector, _) in reversed(pivots.items()):
        weights[column] = -sum(value * weights[block] for block, value in vector.items() if block != column) % PRIME
    return weights


def reduce_by(vector: dict[int, int], recipe: dict[Name, int], pivots: Pivots[Name]) -> None:
    """Take from `vector`, in place, its part along the pivot rows; `recipe` keeps which cells were used for it."""
    waiting = [(pivots[column][0], column) for column in vector if column in pivots]
    heapify(waiting)
    while waiting:
        order, column = heappop(waiting)
        if factor := vector.get(column):
            _, row, origin = pivots[column]
            _subtract(vector, row, factor)
            _subtract(recipe, origin, factor)
            for other in row:
                if other in pivots and pivots[other][0] > order:
                    heappush(waiting, (pivots[other][0], other))


def _subtract(target: dict[Key, int], source: Mapping[Key, int], factor: int) -> None:
    """target − factor · source, in place and modulo the prime, without the zeros."""
    for key, value in source.items():
        rest = (target.get(key, 0) - factor * value) % PRIME
        if rest:
            target[key] = rest
        else:
            target.pop(key, None)


def group_of_weight_zero(
    candidates: list[int], weights: list[int], sizes: list[int], most: int
) -> tuple[int, ...] | None:
    """A set of `candidates` with at most `most` people whose weights add up to 0 modulo the prime, or None.

    Every block holds somebody, so such a set has at most `most` blocks: two halves whose weights are opposite.
    """
    halves: list[tuple[tuple[int, ...], int, int]] = [((), 0, 0)]
    opposite: dict[int, list[tuple[tuple[int, ...], int]]] = {0: [((), 0)]}
    for half, weight, held in halves:  # grows while it is walked
        if len(half) == (most + 1) // 2:
            break
        for block in candidates:
            if (not half or block > half[-1]) and held + sizes[block] <= most:
                grown = ((*half, block), (weight + weights[block]) % PRIME, held + sizes[block])
                for other, people in opposite.get(-grown[1] % PRIME, ()):
                    if grown[2] + people <= most and not set(other) & set(grown[0]):
                        return (*grown[0], *other)
                halves.append(grown)
                opposite.setdefault(grown[1], []).append((grown[0], grown[2]))
    return None
