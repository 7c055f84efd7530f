"""No group of one to four people can be worked out from what is published, not even by adding and subtracting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import chain, combinations, product
from time import perf_counter

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from survey.analysis.disclosure import (
    complement_is_safe,
    hidden_cells,
    hidden_figures,
    hidden_siblings,
    is_small,
    may_replace,
)

People = Mapping[str, int]
Cells = Mapping[str, Collection[str]]

UNITS = {"P": None, **dict.fromkeys("ABC", "P")}
QUESTIONS = {"index": None, **dict.fromkeys(("q1", "q2", "q3"), "index")}


def rank(rows: list[list[int]]) -> int:
    """Rank of a matrix over the rationals, by plain elimination."""
    matrix, found = [[Fraction(value) for value in row] for row in rows], 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((r for r in range(found, len(matrix)) if matrix[r][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        for r in range(found + 1, len(matrix)):
            factor = matrix[r][column] / matrix[found][column]
            matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[found], strict=True)]
        found += 1
    return found


def attack(people: People, cells: Cells, hidden: Collection[str]) -> list[tuple[str, ...]]:
    """Brute force: every small group of people that is some combination of the published cells.

    The attacker knows which groups are empty, so they are no unknowns to him.
    """
    atoms = [atom for atom in people if people[atom]]
    published = [[int(atom in cells[code]) for atom in atoms] for code in cells if code not in hidden]
    known = rank(published)
    groups = chain.from_iterable(combinations(atoms, size) for size in range(1, len(atoms) + 1))
    return [
        group
        for group in groups
        if 0 < sum(people[atom] for atom in group) < 5
        and rank([*published, [int(atom in group) for atom in atoms]]) == known
    ]


def only_small_hidden(people: People, cells: Cells) -> set[str]:
    """The faulty variant: hides what is small and thinks no further."""
    return {code for code, atoms in cells.items() if is_small(sum(people[atom] for atom in atoms))}


def as_cells(siblings: People) -> dict[str, Collection[str]]:
    return {"total": list(siblings), **{code: [code] for code in siblings}}


def test_a_single_small_sibling_takes_the_next_smallest_along() -> None:
    siblings = {"A": 40, "B": 3, "C": 9, "D": 12, "E": 0}
    assert hidden_siblings(siblings, 64) == {"B", "C"}
    assert hidden_cells(siblings, as_cells(siblings)) == {"B", "C"}
    assert attack(siblings, as_cells(siblings), {"B"}) == [("B",)]
    assert attack(siblings, as_cells(siblings), {"B", "C"}) == []


@pytest.mark.parametrize(
    ("siblings", "total", "hidden"),
    [
        ({"A": 40, "B": 30}, 70, set()),
        ({"A": 40, "B": 3, "C": 2}, 45, {"B", "C"}),  # together five
        ({"A": 40, "B": 2, "C": 2}, 44, {"A", "B", "C"}),  # together four
        ({"A": 9, "B": 9, "C": 1}, 19, {"A", "C"}),  # ties by code
        ({"A": 3, "B": 1}, 4, {"A", "B"}),  # the total itself is hidden
        ({"A": 3, "B": 0}, 3, {"A"}),
        ({"A": 40, "B": 0}, 40, set()),  # empty cells hide nothing
        ({"A": 40, "B": 7}, 50, {"B"}),  # three people belong to no sibling: 50 − 40 − 7
        ({"A": 40, "B": 3}, 53, {"B"}),  # ten belong to no sibling, so B cannot be worked out
        ({}, 3, set()),
    ],
)
def test_siblings_by_hand(siblings: People, total: int, hidden: set[str]) -> None:
    assert hidden_siblings(siblings, total) == hidden


def test_siblings_cannot_hold_more_than_their_total() -> None:
    with pytest.raises(ValueError, match="5 people more than their total of 10"):
        hidden_siblings({"A": 15}, 10)


def test_in_a_tree_a_hidden_unit_hides_what_is_below() -> None:
    counters = {"A1": 30, "A2": 12, "B1": 3, "C1": 6, "C2": 5, "D1": 2, "D2": 7, "D3": 20}
    cells = {
        "province": list(counters),
        "A": ["A1", "A2"],
        "B": ["B1"],
        "C": ["C1", "C2"],
        "D": ["D1", "D2", "D3"],
        **{code: [code] for code in counters},
    }
    hidden = hidden_cells(counters, cells)
    assert hidden == {"B", "B1", "C", "C1", "C2", "D1", "D2"}
    assert attack(counters, cells, hidden) == []
    assert attack(counters, cells, only_small_hidden(counters, cells)) != []


def test_one_breakdown_does_not_give_another_away() -> None:
    # Each breakdown is safe alone; but kiosk = present, so "present" = total − open − paper.
    people = {"qr": 20, "link": 9, "kiosk": 3, "paper": 6}
    cells = {
        "total": list(people),
        **{f"channel {code}": [code] for code in people},
        "trust open": ["qr", "link"],
        "trust present": ["kiosk"],
        "trust paper": ["paper"],
    }
    each_alone = {"channel kiosk", "channel link", "trust present", "trust paper"}
    assert ("kiosk",) in attack(people, cells, each_alone)
    hidden = hidden_cells(people, cells)
    assert attack(people, cells, hidden) == []
    assert {"channel kiosk", "trust present"} < hidden
    assert "total" not in hidden


def test_the_difference_of_two_overlapping_views_is_protected() -> None:
    # open − qr = link: four people who appear in no cell of their own
    people = {"qr": 20, "link": 4, "kiosk": 30}
    cells = {"total": list(people), "channel qr": ["qr"], "trust open": ["qr", "link"], "public": ["qr", "kiosk"]}
    assert ("link",) in attack(people, cells, only_small_hidden(people, cells))
    assert attack(people, cells, hidden_cells(people, cells)) == []


def test_sums_that_count_somebody_twice_hide_nothing() -> None:
    # first + second − between = 2a + b + c is all that can be formed besides the three views themselves
    people = {"a": 1, "b": 1, "c": 1, "d": 5, "e": 5}
    cells = {"first": ["a", "b", "d"], "second": ["a", "c", "e"], "between": ["d", "e"]}
    assert attack(people, cells, ()) == []
    assert hidden_cells(people, cells) == frozenset()


def test_two_versions_of_a_filing_are_one_more_breakdown() -> None:
    people = {"before": 60, "added": 3}
    versions = {"version 1": ["before"], "version 2": ["before", "added"]}
    assert attack(people, versions, ()) == [("added",)]
    assert attack(people, versions, hidden_cells(people, versions)) == []
    assert hidden_cells({**people, "added": 5}, versions) == frozenset()


trees = st.recursive(
    st.integers(0, 12), lambda child: st.lists(child, min_size=1, max_size=3), max_leaves=7
)  # a number is a counter with its people


def laid_out(tree: object, code: str, people: dict[str, int], cells: dict[str, Collection[str]]) -> list[str]:
    if isinstance(tree, int):
        people[code] = tree
        cells[code] = [code]
    else:
        assert isinstance(tree, list)
        cells[code] = [atom for n, child in enumerate(tree) for atom in laid_out(child, f"{code}.{n}", people, cells)]
    return list(cells[code])


@given(trees)
def test_nothing_small_follows_from_a_published_tree(tree: object) -> None:
    people: dict[str, int] = {}
    cells: dict[str, Collection[str]] = {}
    laid_out(tree, "U", people, cells)
    hidden = hidden_cells(people, cells)
    assert attack(people, cells, hidden) == []
    assert only_small_hidden(people, cells) <= hidden
    assert ("U" in hidden) == is_small(sum(people.values()))
    assert not any(sum(people[atom] for atom in cells[code]) == 0 for code in hidden)


breakdowns = st.lists(st.tuples(st.integers(0, 9), *[st.integers(0, 2)] * 3), min_size=1, max_size=7)


def crossed(collectors: list[tuple[int, int, int, int]]) -> tuple[dict[str, int], dict[str, Collection[str]]]:
    """Collectors with their people, broken down three ways at once under one total."""
    people = {f"c{n}": collector[0] for n, collector in enumerate(collectors)}
    cells: dict[str, Collection[str]] = {"total": list(people)}
    for way in (1, 2, 3):
        for value in range(3):
            cells[f"{way}={value}"] = [f"c{n}" for n, collector in enumerate(collectors) if collector[way] == value]
    return people, cells


@given(breakdowns)
def test_nothing_small_follows_from_overlapping_breakdowns(collectors: list[tuple[int, int, int, int]]) -> None:
    people, cells = crossed(collectors)
    hidden = hidden_cells(people, cells)
    assert attack(people, cells, hidden) == []
    assert only_small_hidden(people, cells) <= hidden
    assert ("total" in hidden) == is_small(sum(people.values()))
    assert hidden == hidden_cells(people, dict(reversed(list(cells.items()))))


def test_the_attacker_catches_suppression_without_complement() -> None:
    def leaks(collectors: list[tuple[int, int, int, int]]) -> bool:
        people, cells = crossed(collectors)
        return bool(attack(people, cells, only_small_hidden(people, cells)))

    assert len(find(breakdowns, leaks)) == 2


def test_the_attacker_catches_each_breakdown_protected_alone() -> None:
    def leaks(collectors: list[tuple[int, int, int, int]]) -> bool:
        people, cells = crossed(collectors)
        total = sum(people.values())
        hidden = set(only_small_hidden(people, cells))
        for way in (1, 2, 3):
            siblings = {c: sum(people[a] for a in cells[c]) for c in cells if c.startswith(f"{way}=")}
            hidden |= hidden_siblings(siblings, total)
        return total >= 5 and bool(attack(people, cells, hidden))

    assert find(breakdowns, leaks)


def test_hidden_items_count_as_the_people_of_the_largest() -> None:
    # three people answered both q1 and q2: six answers, but still three people
    people = {("A", "index"): 50, ("A", "q1"): 3, ("A", "q2"): 3, ("A", "q3"): 40, ("A", "q4"): 44}
    questions = {"index": None, "q1": "index", "q2": "index", "q3": "index", "q4": "index"}
    assert hidden_figures(people, {"A": None}, questions) == {("A", "q1"), ("A", "q2"), ("A", "q3")}


def test_a_figure_hidden_for_its_siblings_needs_company_in_the_other_direction() -> None:
    questions = {"index": None, "q1": "index", "q2": "index"}
    leaves = {("A", "q1"): 3, ("A", "q2"): 20, ("B", "q1"): 10, ("B", "q2"): 11, ("C", "q1"): 30, ("C", "q2"): 30}
    people, cells = wave_table(leaves)
    hidden = hidden_figures(people, UNITS, questions)
    assert hidden == set(product("AB", ("q1", "q2")))
    assert shared_attack(leaves, cells, hidden) == []
    # along one direction only, the other one gives the figure away
    assert (("A", "q1"),) in shared_attack(leaves, cells, {("A", "q1"), ("A", "q2")})
    assert (("A", "q1"),) in shared_attack(leaves, cells, {("A", "q1"), ("B", "q1")})


def test_a_wave_without_small_bases_hides_nothing() -> None:
    people = wave_table({(unit, item): 30 for unit in "ABC" for item in ("q1", "q2")})[0]
    questions = {"index": None, "q1": "index", "q2": "index"}
    assert hidden_figures(people, UNITS, questions) == frozenset()


def wave_table(leaves):
    units, items = sorted({unit for unit, _ in leaves}), sorted({item for _, item in leaves})
    cells = {leaf: [leaf] for leaf in leaves}
    cells |= {("P", item): [(unit, item) for unit in units] for item in items}
    cells |= {(unit, "index"): [(unit, item) for item in items] for unit in units}
    cells[("P", "index")] = list(leaves)
    people = {code: same_people(leaves, group) for code, group in cells.items()}
    return people, cells


def same_people(leaves, group) -> int:
    """People behind a group of answers when those of a unit answered as many items as they could."""
    return sum(max(leaves[leaf] for leaf in group if leaf[0] == unit) for unit in {unit for unit, _ in group})


def shared_attack(leaves, cells, hidden):
    atoms = [leaf for leaf in leaves if leaves[leaf]]
    published = [[int(atom in cells[code]) for atom in atoms] for code in cells if code not in hidden]
    known = rank(published)
    groups = chain.from_iterable(combinations(atoms, size) for size in range(1, len(atoms) + 1))
    return [
        group
        for group in groups
        if 0 < same_people(leaves, group) < 5 and rank([*published, [int(atom in group) for atom in atoms]]) == known
    ]


def lines_given_away(people, hidden, units, questions) -> list[tuple[tuple[str, str], ...]]:
    """What a reader finds who subtracts, in any one direction, the visible parts from a visible total."""
    found = []
    for unit, question in product(units, questions):
        if (unit, question) in hidden:
            continue
        below = [(part, question) for part in units if units[part] == unit]
        beside = [(unit, part) for part in questions if questions[part] == question]
        for line, combine in ((below, sum), (beside, max)):
            unknown = [key for key in line if people[key] and key in hidden]
            small = is_small(combine([0, *(people[key] for key in unknown)]))
            # parts that are all hidden add up to the visible total itself, which may be seen
            if len(unknown) == 1 or (small and len(unknown) < sum(people[key] > 0 for key in line)):
                found.append(tuple(unknown))
    return found


waves = st.fixed_dictionaries({(unit, item): st.integers(0, 9) for unit in "ABC" for item in ("q1", "q2", "q3")})


@given(waves)
def test_no_line_of_a_wave_gives_a_hidden_figure_away(leaves) -> None:
    people = wave_table(leaves)[0]
    hidden = hidden_figures(people, UNITS, QUESTIONS)
    assert lines_given_away(people, hidden, UNITS, QUESTIONS) == []
    assert {key for key, count in people.items() if is_small(count)} <= hidden


def test_protecting_units_and_items_apart_gives_figures_away() -> None:
    def leaks(leaves) -> bool:
        people = wave_table(leaves)[0]
        hidden = set()
        for question in QUESTIONS:
            counts = {unit: people[unit, question] for unit in "ABC"}
            hidden |= {(unit, question) for unit in hidden_siblings(counts, people["P", question])}
        return people["P", "index"] >= 5 and bool(lines_given_away(people, hidden, UNITS, QUESTIONS))

    assert find(waves, leaks)


@pytest.mark.parametrize(
    ("added", "removed", "allowed"),
    [(0, 0, True), (1, 0, False), (4, 0, False), (5, 0, True), (2, 2, False), (3, 2, True)],
)
def test_two_versions_differ_by_nobody_or_by_five(added: int, removed: int, allowed: bool) -> None:
    assert may_replace(added, removed) is allowed


@pytest.mark.parametrize(
    ("view", "total", "safe"), [(20, 30, True), (27, 30, False), (30, 30, True), (3, 30, False), (0, 9, True)]
)
def test_complement_of_a_trust_level_view(view: int, total: int, safe: bool) -> None:
    assert complement_is_safe(view, total) is safe


def test_a_province_is_protected_in_milliseconds() -> None:
    people = {f"U{unit:03}-{counter}": (unit * 7 + counter * 11) % 60 for unit in range(200) for counter in range(3)}
    cells: dict[str, Collection[str]] = {"P": list(people), **{code: [code] for code in people}}
    for unit in range(200):
        cells[f"U{unit:03}"] = [f"U{unit:03}-{counter}" for counter in range(3)]
    start = perf_counter()
    hidden = hidden_cells(people, cells)
    assert perf_counter() - start < 0.1
    assert hidden
