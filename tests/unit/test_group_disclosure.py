"""Groups of units printed one after the other: no reader who adds and subtracts learns what is hidden."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.analysis import disclosure
from survey.analysis.group_disclosure import EVERYTHING, KnownCells, withheld
from tests.attacker import given_away

KEY = "index"


def known_cells(people: dict[int, int]) -> KnownCells:
    """Communes that are all hidden, and their sum, which follows from the province and the visible ones."""
    cells = {EVERYTHING: frozenset(people)} | {f"/1/{site}/": frozenset({site}) for site in people}
    secret = frozenset(f"/1/{site}/" for site in people)
    bases = {site: {KEY: number} for site, number in people.items()}
    return KnownCells({KEY: dict(people)}, {KEY: cells}, {KEY: secret}, {KEY: None}, bases)


def printed(people: dict[int, int], groups: list[set[int]]) -> list[bool]:
    """Whether each group's figure is printed, in the order in which they became public."""
    known = known_cells(people)
    return [not withheld(known, str(number), group, keep=True) for number, group in enumerate(groups)]


@pytest.mark.parametrize(
    ("people", "groups", "shown"),
    [
        # The two island communes of the sample: six people are what the province less its visible communes leaves.
        ({1: 2, 2: 4}, [{1, 2}], [True]),
        ({1: 6, 2: 4}, [{1}], [False]),  # one hidden commune under another name
        ({1: 2, 2: 3, 3: 2, 4: 6, 5: 1}, [{1, 2, 3}, {1, 2}], [True, False]),  # the first less the second: the third
        ({1: 3, 2: 3, 3: 3, 4: 3}, [{1, 2}, {3, 4}, {2, 3}], [True, True, True]),
        ({1: 6, 2: 6, 3: 1, 4: 6, 5: 6}, [{1, 2, 3}, {3, 4, 5}, {4, 5}], [True, False, True]),
    ],
)
def test_groups_by_hand(people: dict[int, int], groups: list[set[int]], shown: list[bool]) -> None:
    assert printed(people, groups) == shown


def small_groups(people: dict[int, int]) -> dict[str, set[int]]:
    """Every set of sites that holds fewer than five people."""
    sets = (set(chosen) for size in range(1, 5) for chosen in combinations(people, size))
    return {str(sorted(chosen)): chosen for chosen in sets if sum(people[each] for each in chosen) < 5}


SITES = range(1, 8)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 7), min_size=len(SITES), max_size=len(SITES)),
    st.lists(st.sets(st.sampled_from(SITES), min_size=1), max_size=8),
)
def test_no_group_of_few_people_follows_from_any_groups(sizes: list[int], groups: list[set[int]]) -> None:
    people = dict(zip(SITES, sizes, strict=True))
    shown = [group for group, is_shown in zip(groups, printed(people, groups), strict=True) if is_shown]
    hidden = {f"unit {site}": {site} for site in SITES}
    assert given_away(people, [set(SITES), *shown], small_groups(people) | hidden) == []


def test_a_search_for_one_or_two_blocks_misses_three() -> None:
    """Three single people, each in a group of his own: nobody alone and no two follow, but all three do."""
    people = dict.fromkeys((1, 2, 3), 1) | dict.fromkeys(range(4, 10), 6)
    groups = [{1, 4, 5}, {2, 6, 7}, {3, 8, 9}, set(range(4, 10))]
    assert printed(people, groups) == [True, True, True, False]
    assert given_away(people, [set(people), *groups], small_groups(people)) == ["[1, 2, 3]"]
    secret = {f"/1/{site}/" for site in people}
    cells = known_cells(people).cells[KEY] | {str(number): group for number, group in enumerate(groups)}
    assert disclosure.givers(people, cells, secret, secret, lambda _: False) == frozenset()


def test_where_too_many_are_small_to_be_searched_the_group_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {1: 3, 2: 3, 3: 3, 4: 3}
    assert printed(people, [{1, 2}]) == [True]
    monkeypatch.setattr(disclosure, "MOST_SMALL_BLOCKS", 3)
    assert printed(people, [{1, 2}]) == [False]
