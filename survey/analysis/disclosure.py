"""Which figures must stay hidden so that no reader can work out a group of fewer than five people.

The threshold counts people with a valid answer in the base. A hidden cell can be recovered where published cells add
up around it (total minus the others; one breakdown against another; this version minus the last), so more cells are
hidden until everything a reader can form by adding and subtracting holds no people or at least the threshold.

Cells are given as sets of *atoms*: the smallest disjoint groups of people known to the caller (a collector, a
collector in a half-month, the people added since the last version). A reader is taken to know which atoms make up
which cell and which atoms are empty; the same sums protect every count inside a base.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from survey.analysis.elimination import PRIME, add, blocks_of, group_of_weight_zero, reduce_by, solve, weigh

Atom = TypeVar("Atom", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)

THRESHOLD = 5  # people; the default of the dated setting
MOST_SMALL_BLOCKS = 300  # that are searched for groups of few people: some 50,000 pairs, a tenth of a second


def is_small(people: int, threshold: int = THRESHOLD) -> bool:
    """A base that must not be seen: somebody, but fewer than `threshold`."""
    return 0 < people < threshold


def hidden_cells(
    people: Mapping[Atom, int], cells: Mapping[str, Collection[Atom]], threshold: int = THRESHOLD
) -> frozenset[str]:
    """The codes among `cells` to hide, for any output: siblings with their total, trees, overlapping breakdowns.

    `people` are the atoms with their number of people, `cells` what would be published, totals included. Empty cells
    hide nothing and stay visible. Deterministic: of the cells that would do, the smallest is hidden, ties by code.
    """
    occupied = {code: frozenset(atom for atom in cells[code] if people[atom]) for code in sorted(cells)}
    occupied = {code: atoms for code, atoms in occupied.items() if atoms}
    sizes = {code: sum(people[atom] for atom in atoms) for code, atoms in occupied.items()}
    parents = _nesting(occupied)
    if parents is None:
        return _hidden_overlapping(people, occupied, sizes, threshold)
    return _hidden_nested(parents, sizes, (), threshold)


def hidden_siblings(siblings: Mapping[str, int], total: int, threshold: int = THRESHOLD) -> frozenset[str]:
    """The siblings to hide under a published `total`; people of the total outside all siblings are one hidden rest.

    A hidden total hides all of them. Raises ValueError where the siblings hold more than the total.
    """
    rest = total - sum(siblings.values())
    if rest < 0:
        raise ValueError(f"siblings hold {-rest} people more than their total of {total}")
    if is_small(total, threshold):
        return frozenset(code for code, count in siblings.items() if count)
    return frozenset(_hidden_group(siblings, frozenset(), rest, threshold))


def hidden_figures(
    people: Mapping[tuple[str, str], int],
    units: Mapping[str, str | None],
    questions: Mapping[str, str | None],
    threshold: int = THRESHOLD,
    *,
    already: Collection[tuple[str, str]] = (),
) -> frozenset[tuple[str, str]]:
    """The (unit, question) figures to hide in a whole wave, where both units and questions add up, with those hidden
    `already`.

    `people` are the bases; `units` and `questions` map each code to the one it is pooled into (None at the top),
    parents first; a unit above others holds their people and nobody else. Different units hold different people, but
    the items of a factor the same ones: hidden items count together only as many people as the largest of them. A
    figure hidden for the sake of its siblings in one direction needs company in the other one too, so both directions
    are walked until nothing is added. This stops every subtraction along totals of one direction, however often
    repeated; it does not search for sums across several lines of both directions at once, as `hidden_cells` does.
    """
    hidden = {key for key, count in people.items() if is_small(count, threshold)}.union(already)
    before = -1
    while len(hidden) > before:
        before = len(hidden)
        touched = {question for _, question in hidden}
        for question in (question for question in questions if question in touched):
            sizes = {unit: count for unit in units if (count := people.get((unit, question), 0))}
            before_here = {unit for unit in sizes if (unit, question) in hidden}
            hidden |= {(unit, question) for unit in _hidden_nested(units, sizes, before_here, threshold)}
        touched = {unit for unit, _ in hidden}
        for unit in (unit for unit in units if unit in touched):
            sizes = {question: count for question in questions if (count := people.get((unit, question), 0))}
            before_here = {question for question in sizes if (unit, question) in hidden}
            found = _hidden_nested(questions, sizes, before_here, threshold, shared=True)
            hidden |= {(unit, question) for question in found}
    return frozenset(hidden)


def hidden_in_tree(
    units: Mapping[str, str | None], sizes: Mapping[str, int], already: Collection[str], threshold: int = THRESHOLD
) -> frozenset[str]:
    """The units at which one part is to hide, with those hidden `already`; `units` as in :func:`hidden_figures`."""
    return _hidden_nested(units, sizes, already, threshold)


def hidden_in_line(
    parts: Mapping[str, int], already: Collection[str], threshold: int = THRESHOLD, *, rest: int = 0
) -> frozenset[str]:
    """The parts to hide that add up, with a `rest` that is never shown, to a visible total; some hidden `already`."""
    return frozenset(_hidden_group(parts, already, rest, threshold))


def hidden_in_pools(
    pools: Mapping[str, str | None], sizes: Mapping[str, int], already: Collection[str], threshold: int = THRESHOLD
) -> frozenset[str]:
    """The figures of one group of people to hide, where items are pooled into factors; `pools` parents first."""
    return _hidden_nested(pools, sizes, already, threshold, shared=True)


def givers(
    people: Mapping[Atom, int],
    cells: Mapping[Name, Collection[Atom]],
    hidden: Collection[Name],
    secret: Iterable[Name],
    fixed: Callable[[Name], bool],
    threshold: int = THRESHOLD,
) -> frozenset[Name]:
    """Cells to hide besides `hidden`, since adding and subtracting the others gives something small; empty if nothing.

    Small are the `secret` cells, and one or two blocks (atoms of the same cells) of fewer than `threshold` people. Of
    the cells that give one, the smallest is named, of those that are not `fixed`. Linear algebra over all visible
    cells at once, hence exact for what is looked for; larger combinations of blocks are not searched.
    """
    blocks, members = blocks_of(people, cells)
    pivots = solve({name: row for name, row in members.items() if name not in hidden})
    weights = weigh(pivots, len(blocks))
    found = [members[name] for name in secret if not sum(weights[block] for block in members[name]) % PRIME]
    opposite: dict[int, int] = {}
    for block, size in enumerate(blocks):
        if size < threshold:
            other = opposite.get(-weights[block] % PRIME)
            if not weights[block]:
                found.append([block])
            elif other is not None and size + blocks[other] < threshold:
                found.append([block, other])
            else:  # of blocks that weigh the same the smallest, which goes together with most
                alike = opposite.get(weights[block])
                if alike is None or size < blocks[alike]:
                    opposite[weights[block]] = block
    more: set[Name] = set()
    for group in found:
        recipe: dict[Name, int] = {}
        reduce_by(dict.fromkeys(group, 1), recipe, pivots)
        used = [name for name in recipe if not fixed(name)] or list(recipe)
        if used and more.isdisjoint(used):
            more.add(min(used, key=lambda name: (sum(blocks[block] for block in members[name]), str(name))))
    return frozenset(more)


def tells(
    people: Mapping[Atom, int],
    cells: Mapping[Name, Collection[Atom]],
    secret: Collection[Name],
    name: Name,
    threshold: int = THRESHOLD,
) -> bool:
    """Whether the cell `name`, beside the other `cells`, gives a `secret` one or any group of fewer than `threshold`
    people by adding and subtracting. What is printed are all cells but the secret ones.

    Exact: a cell that follows from the others tells nothing new, and all sets of blocks are searched that hold so few
    people. Where more than :data:`MOST_SMALL_BLOCKS` are small it is taken to tell, as where the others do already.
    """
    blocks, members = blocks_of(people, cells)
    pivots = solve({each: row for each, row in members.items() if each != name and each not in secret})
    if not add(pivots, name, members[name]):
        return False
    weights = weigh(pivots, len(blocks))
    if any(not sum(weights[block] for block in members[each]) % PRIME for each in secret):
        return True
    small = [block for block, size in enumerate(blocks) if size < threshold]
    if len(small) > MOST_SMALL_BLOCKS:
        return True
    return group_of_weight_zero(small, weights, blocks, threshold - 1) is not None


def may_replace(added: int, removed: int = 0, threshold: int = THRESHOLD) -> bool:
    """Whether a figure may be replaced by one with `added` people more and `removed` people less.

    Holds for two versions of a filing and for consecutive snapshots: whoever kept the old one sees the difference.
    """
    return not is_small(added + removed, threshold)


def complement_is_safe(view: int, total: int, threshold: int = THRESHOLD) -> bool:
    """Whether a view on some trust levels may stand beside the `total`: itself and the rest hold 0 or ≥ `threshold`."""
    return not is_small(view, threshold) and not is_small(total - view, threshold)


def _nesting(cells: Mapping[str, frozenset[Atom]]) -> dict[str, str | None] | None:
    """The parent of each cell, parents first, where any two cells are nested or apart; None where some overlap."""
    parents: dict[str, str | None] = {}
    innermost: dict[Atom, str | None] = {}
    for code in sorted(cells, key=lambda code: (-len(cells[code]), code)):
        around = {innermost.get(atom) for atom in cells[code]}
        if len(around) > 1:
            return None
        parents[code] = around.pop()
        innermost.update(dict.fromkeys(cells[code], code))
    return parents


def _hidden_nested(
    parents: Mapping[str, str | None],
    sizes: Mapping[str, int],
    already: Collection[str],
    threshold: int,
    *,
    shared: bool = False,
) -> frozenset[str]:
    """From the roots down: under a visible cell its children as a group, under a hidden one everything.

    Safe, since the only sums a reader can form are those of the hidden children of one visible cell. `sizes` holds
    the cells with people, `already` those hidden beforehand; `shared` as in `_hidden_group`.
    """
    hidden = set(already)
    children: dict[str, dict[str, int]] = {}
    for code, size in sizes.items():
        parent = parents[code]
        if parent is not None:
            children.setdefault(parent, {})[code] = size
        elif is_small(size, threshold):
            hidden.add(code)
    for code in parents:
        if below := children.get(code):
            rest = 0 if shared else sizes[code] - sum(below.values())
            if len(below) == 1 and not rest:  # parent and only child are one figure under two names
                hidden |= {code} if below.keys() <= hidden else set()
            hidden |= below.keys() if code in hidden else _hidden_group(below, hidden, rest, threshold, shared=shared)
    return frozenset(hidden)


def _hidden_group(
    siblings: Mapping[str, int], already: Collection[str], rest: int, threshold: int, *, shared: bool = False
) -> set[str]:
    """The siblings to hide under a visible total: the small ones, and the next smallest until they hold enough.

    `rest` are people of the total in no sibling, never shown. `shared`: the siblings were answered by the same people.
    """
    hidden = {code for code, count in siblings.items() if code in already or is_small(count, threshold)}
    combine = max if shared else sum
    together = combine([rest, *(siblings[code] for code in hidden)])
    for count, code in sorted((count, code) for code, count in siblings.items() if count and code not in hidden):
        if not is_small(together, threshold) and not (len(hidden) == 1 and not rest):
            break
        hidden.add(code)
        together = combine([together, count])
    return hidden


def _hidden_overlapping(
    people: Mapping[Atom, int], cells: Mapping[str, frozenset[Atom]], sizes: Mapping[str, int], threshold: int
) -> frozenset[str]:
    """Hide, one at a time, the smallest cell by which a small group could be worked out, until none can."""
    blocks, members = blocks_of(people, cells)
    hidden = {code for code, size in sizes.items() if is_small(size, threshold)}
    while used := _disclosure(blocks, {code: members[code] for code in cells if code not in hidden}, threshold):
        hidden.add(min(used, key=lambda code: (sizes[code], code)))
    return frozenset(hidden)


def _disclosure(blocks: list[int], visible: Mapping[str, list[int]], threshold: int) -> set[str]:
    """The visible cells whose sums and differences give a small group of people; empty if no such group can be formed.

    It remains to look for a set of fewer than `threshold` people whose weights add up to 0.
    """
    pivots = solve(visible)
    small = [block for block, size in enumerate(blocks) if size < threshold]
    group = group_of_weight_zero(small, weigh(pivots, len(blocks)), blocks, threshold - 1)
    recipe: dict[str, int] = {}
    reduce_by(dict.fromkeys(group or (), 1), recipe, pivots)
    return set(recipe)
