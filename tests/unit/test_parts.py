"""No part of a unit's answers with one to four people follows from all that is published of the wave."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from random import Random
from time import perf_counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from survey.analysis.disclosure import hidden_siblings, is_small
from survey.analysis.parts import FLAGGED, HEADLINE, Atom, hidden_parts, keys
from tests.attacker import given_away

UNITS = {"0": None, "1": "0", "2": "1", "3": "1", "4": "1", "5": "2", "6": "2"}
WAYS = {1: ("0", "1"), 3: ("0", "1", "3"), 4: ("0", "1", "4"), 5: ("0", "1", "2", "5"), 6: ("0", "1", "2", "6")}
COUNTED = ("open", "present")

atoms = st.tuples(
    st.sampled_from(list(WAYS)),
    st.sampled_from(("qr", "kiosk")),
    st.sampled_from(("open", "present", "paper")),
    st.sampled_from(("citizen", "business")),
    st.sampled_from((10, 11)),
    st.booleans(),
)
waves = st.dictionaries(atoms, st.integers(1, 9), max_size=12)


def laid_out(people: dict[Atom, int]) -> dict[tuple[str, str], set[Atom]]:
    cells: dict[tuple[str, str], set[Atom]] = defaultdict(set)
    for atom in people:
        for part in keys(atom, COUNTED):
            for unit in WAYS[atom[0]]:
                cells[unit, part].add(atom)
    return cells


def recovered(people: dict[Atom, int], hidden: frozenset[tuple[str, str]]) -> list[str]:
    """The cells and the blocks, one or two of them, of fewer than five people that a reader can work out."""
    cells = laid_out(people)
    secrets = {str(name): atoms for name, atoms in cells.items() if is_small(sum(people[atom] for atom in atoms))}
    same: dict[tuple[tuple[str, str], ...], set[Atom]] = defaultdict(set)
    for atom in people:
        same[tuple(name for name in cells if atom in cells[name])].add(atom)
    blocks = [block for pattern, block in same.items() if pattern]
    for some in (*((block,) for block in blocks), *combinations(blocks, 2)):
        together = set().union(*some)
        if is_small(sum(people[atom] for atom in together)):
            secrets[str(sorted(together))] = together
    shown = [atoms for name, atoms in cells.items() if name not in hidden]
    return given_away(people, shown, secrets)


def each_unit_alone(people: dict[Atom, int]) -> frozenset[tuple[str, str]]:
    """The faulty variant: every dimension of every unit judged for itself."""
    hidden = set()
    lines: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (unit, part), found in laid_out(people).items():
        lines[unit, part.partition(":")[0]][part] = sum(people[atom] for atom in found)
    for (unit, _), line in lines.items():
        hidden |= {(unit, part) for part in hidden_siblings(line, sum(line.values()))}
    return frozenset(hidden)


# Blocks that weigh the same, of one person and of four: the smaller one gives a pair away.
ALIKE: dict[Atom, int] = {
    (1, "qr", "open", "citizen", 10, False): 1,
    (1, "qr", "open", "citizen", 10, True): 1,
    (1, "qr", "open", "citizen", 11, True): 1,
    (1, "qr", "open", "business", 10, False): 1,
    (1, "qr", "present", "citizen", 10, False): 1,
    (1, "qr", "present", "business", 11, False): 4,
    (1, "kiosk", "open", "citizen", 10, False): 1,
    (3, "qr", "open", "citizen", 10, False): 1,
    (3, "qr", "open", "citizen", 11, False): 4,
}


@settings(deadline=None, max_examples=150)
@given(waves)
@example(ALIKE)
def test_no_small_part_of_a_wave_can_be_worked_out(people: dict[Atom, int]) -> None:
    assert recovered(people, hidden_parts(people, WAYS, UNITS, COUNTED)) == []


def small_half_month() -> dict[Atom, int]:
    """3 people in the first half-month of unit 3, 60 in that of unit 4: 63 above them."""
    rows = ((3, 10, 3), (3, 11, 6), (3, 12, 50), (4, 10, 60), (4, 11, 70), (4, 12, 50))
    return {(unit, "qr", "open", "citizen", half, False): people for unit, half, people in rows}


def test_judging_each_unit_alone_gives_parts_away() -> None:
    people = small_half_month()
    assert "('3', 'half_month:10')" in recovered(people, each_unit_alone(people))
    hidden = hidden_parts(people, WAYS, UNITS, COUNTED)
    assert recovered(people, hidden) == []
    assert not {("1", f"half_month:{half}") for half in (10, 11, 12)} & hidden  # the province still shows its times
    assert ("4", "half_month:10") in hidden
    assert ("4", "half_month:12") not in hidden


def test_flagged_people_of_the_only_small_unit_take_a_sibling_along() -> None:
    people = {
        (unit, "qr", "open", "citizen", 10, flagged): number
        for unit, flagged, number in ((3, False, 40), (3, True, 2), (4, False, 50), (4, True, 5))
    }
    assert "('3', 'flagged')" in recovered(people, each_unit_alone(people))
    assert hidden_parts(people, WAYS, UNITS, COUNTED) == {("3", FLAGGED), ("4", FLAGGED)}


def test_large_parts_are_shown_and_a_hidden_headline_takes_its_parts() -> None:
    people = {(unit, "qr", "open", "citizen", 10, False): 40 for unit in (3, 4)}
    assert hidden_parts(people, WAYS, UNITS, COUNTED) == frozenset()
    hidden = hidden_parts(people, WAYS, UNITS, COUNTED, {("3", HEADLINE)})
    assert {part for unit, part in hidden if unit == "3"} == {part for unit, part in laid_out(people) if unit == "3"}


def test_a_province_of_200_communes_is_judged_in_seconds() -> None:
    chance = Random(4)
    people: Counter[Atom] = Counter()
    for unit in range(2, 202):
        for _ in range(chance.randrange(20, 300)):
            channel, trust = chance.choice((("qr", "open"), ("qr", "open"), ("kiosk", "present")))
            people[unit, channel, trust, "citizen", chance.randrange(12), chance.random() < 0.02] += 1
    units = {"0": None, "1": "0"} | {str(unit): "1" for unit in range(2, 202)}
    ways = {unit: ("0", "1", str(unit)) for unit in range(2, 202)}
    start = perf_counter()
    hidden = hidden_parts(people, ways, units, COUNTED)
    assert perf_counter() - start < 20
    assert 0 < len(hidden) < 200 * 18
