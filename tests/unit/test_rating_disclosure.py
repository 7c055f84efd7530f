"""Public rows, boards of parts of the tree and agencies' sums together: what they tell of ratings is of no few."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from random import Random

from survey.analysis import disclosure
from survey.analysis.rating_disclosure import RatingDisclosure, disclosed

Raters = Mapping[int, int]
Paths = Mapping[int, str]
Rules = Callable[[Collection[int]], RatingDisclosure]


def trees(number: int) -> Iterator[tuple[Raters, Paths]]:
    """Agencies below one another, any of which holds cases itself, with few raters or many."""
    rng = Random(51)
    for _ in range(number):
        paths = {1: "/1/"}
        for key in range(2, rng.randint(3, 12)):
            paths[key] = f"{paths[rng.choice(list(paths))]}{key}/"
        yield {key: rng.choice((0, 0, 1, 2, 3, 4, 5, 6, 9, 40)) for key in paths}, paths


def one_for_all(raters: Raters, paths: Paths) -> Rules:
    found = disclosed(raters, paths)
    return lambda _reach: found


def each_reach_alone(raters: Raters, paths: Paths) -> Rules:
    """The negative control: a board hides what its own total would tell, and knows of no other."""
    return lambda reach: disclosed({key: raters[key] for key in reach}, dict.fromkeys(reach, "/1/"))


def printed(paths: Paths, rules: Rules) -> dict[str, Collection[int]]:
    """Every cell that anybody may read, of which holders it is: the board of each subtree with its total (the whole
    one's is public), and the sum of a unit and its own rooms, where none of these is hidden (Decision 766)."""
    cells: dict[str, Collection[int]] = {}
    for unit, path in paths.items():
        reach = [key for key, below in paths.items() if below.startswith(path)]
        found = rules(reach)
        if found.tells_total(reach):
            cells[f"total of {unit}"] = reach
        cells |= {f"{key} on the board of {unit}": [key] for key in reach if key not in found.hidden}
        rooms = [key for key in reach if paths[key].count("/") <= path.count("/") + 1]
        if found.hidden.isdisjoint(rooms):
            cells[f"agency {unit}"] = rooms
    return cells


def learned(rules: Callable[[Raters, Paths], Rules], number: int) -> Iterator[str]:
    """The cells with which the ones before them give a group of fewer than five raters."""
    for raters, paths in trees(number):
        known: dict[str, Collection[int]] = {}
        for name, cell in printed(paths, rules(raters, paths)).items():
            known[name] = [key for key in cell if raters[key]]
            if disclosure.tells(raters, known, (), name):
                yield name


def test_all_outputs_together_tell_of_nobody() -> None:
    assert list(learned(one_for_all, 600)) == []


def test_the_attack_finds_what_boards_give_away_that_know_only_themselves() -> None:
    assert len(list(learned(each_reach_alone, 300))) > 100


def test_a_part_of_the_tree_is_told_as_a_sum_where_enough_rated() -> None:
    paths = {1: "/1/", 2: "/1/2/", 3: "/1/2/3/", 4: "/1/2/4/", 5: "/1/5/", 6: "/1/6/"}
    found = disclosed({3: 3, 4: 2, 5: 4, 6: 1}, paths)
    assert found.hidden == {3, 4, 5, 6}
    assert found.tells_total([2, 3, 4]), "five people, and five in the rest"
    assert found.tells_total([1, 2, 3, 4, 5, 6])
    assert not found.tells_total([3])
    assert not found.tells_total([2, 3, 4, 5]), "one person is left"
    nothing = disclosed({3: 3, 5: 1}, paths)
    assert not nothing.tells_total([3, 5])
    assert nothing.tells_total([2])
