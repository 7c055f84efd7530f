"""What two waves allow to say about each other."""

from __future__ import annotations

from math import sqrt

import pytest

from reports.figures import NO_ESTIMATE, Estimate
from survey.analysis.change import Difference, Side, movement
from survey.analysis.change import compare as compare_sides
from survey.analysis.statistics import PersonSums, proportion, unweighted


def compare(older: Estimate, newer: Estimate, *, common_items: int, people: tuple[int, int] = (96, 96)) -> Difference:
    """Both waves with the thirty people that a verdict asks for, unless said otherwise."""
    sides = (Side(older, people[0], 30), Side(newer, people[1], 30))
    return compare_sides(*sides, common_items=common_items)


def test_mover_reproduces_newcombe() -> None:
    # Newcombe 1998 (II), table II, method 10: 56/70 − 48/80 → 0.0524 … 0.3339
    change = compare(proportion(48, 80), proportion(56, 70), common_items=1)
    assert change.difference == pytest.approx(0.2)
    assert (round(change.lower, 4), round(change.upper, 4)) == (0.0524, 0.3339)
    assert change.movement == "moved_up"


def test_mover_by_hand_keeps_the_asymmetry() -> None:
    older = Estimate(0.80, 0.02, 0.75, 0.83, 99, "logit")
    newer = Estimate(0.82, 0.02, 0.79, 0.84, 99, "logit")
    change = compare(older, newer, common_items=16)
    assert change.lower == pytest.approx(0.02 - sqrt(0.03**2 + 0.03**2))
    assert change.upper == pytest.approx(0.02 + sqrt(0.02**2 + 0.05**2))
    assert change.movement == "cannot_tell"
    back = compare(newer, older, common_items=16)
    assert (back.lower, back.upper) == (pytest.approx(-change.upper), pytest.approx(-change.lower))


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        (0.001, 0.2, "moved_up"),
        (-0.2, -0.001, "moved_down"),
        (0.0, 0.2, "cannot_tell"),
        (-0.03, 0.03, "not_moved"),
        (-0.0301, 0.01, "cannot_tell"),
        (0.001, 0.002, "moved_up"),
        (0.0, 0.0, "not_moved"),
    ],
)
def test_movement_needs_evidence_in_both_directions(lower: float, upper: float, said: str) -> None:
    assert movement(lower, upper) == said


def test_the_margin_is_a_setting() -> None:
    assert movement(-0.04, 0.04) == "cannot_tell"
    assert movement(-0.04, 0.04, margin=0.05) == "not_moved"


def test_without_common_items_the_series_breaks() -> None:
    full = unweighted(PersonSums.of_counts((1, 2, 3, 40, 50)), 96)
    broken = compare(full, full, common_items=0)
    assert (broken.movement, broken.difference) == ("broken", None)


def test_without_two_intervals_nothing_can_be_told() -> None:
    full = proportion(80, 100)
    assert compare(NO_ESTIMATE, full, common_items=3).movement == "cannot_tell"
    assert compare(full, NO_ESTIMATE, common_items=3).difference is None
    point_only = compare(Estimate(0.7), full, common_items=3)
    assert (point_only.movement, point_only.lower) == ("cannot_tell", None)
    assert point_only.difference == pytest.approx(0.1)


def test_two_censuses_differ_or_do_not() -> None:
    older, newer = (Estimate(p, 0.0, p, p, None, "census") for p in (0.8, 0.801))
    assert compare(older, newer, common_items=1).movement == "moved_up"
    assert compare(older, older, common_items=1).movement == "not_moved"


@pytest.mark.parametrize("people", [(29, 96), (96, 29), (20, 20)])
def test_nothing_is_concluded_from_fewer_people_than_a_verdict_needs(people: tuple[int, int]) -> None:
    change = compare(proportion(10, 100), proportion(90, 100), common_items=1, people=people)
    assert (change.movement, change.needed) == ("cannot_tell", 30)
    assert change.lower is not None
    assert change.lower > 0


def test_a_census_needs_no_minimum() -> None:
    older, newer = (Estimate(p, 0.0, p, p, None, "census") for p in (0.5, 0.9))
    assert compare(older, newer, common_items=1, people=(8, 8)).movement == "moved_up"
