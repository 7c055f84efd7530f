"""Change between two waves: the difference with its interval, and whether the figure moved at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from reports.figures import Estimate, Movement

NO_CHANGE_MARGIN = 0.03  # percentage points as a fraction: an interval inside ± this is "not moved"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two waves: its estimate, the people behind it, and how many a conclusion needs there."""

    estimate: Estimate
    people: int
    minimum_people: int

    @property
    def has_enough(self) -> bool:
        """As with a verdict, a census needs no minimum: it has no uncertainty, however few the people."""
        return self.estimate.method == "census" or self.people >= self.minimum_people


@dataclass(frozen=True, slots=True)
class Difference:
    """newer − older as a fraction with its 95 % interval; empty where the two cannot be compared.

    `needed` is how many people a conclusion needs, where one of the two waves has fewer; else 0.
    """

    movement: Movement
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    needed: int = 0


def compare(older_side: Side, newer_side: Side, *, common_items: int, margin: float = NO_CHANGE_MARGIN) -> Difference:
    """Difference of two independent estimates over the `common_items` and common units, by MOVER.

    MOVER (Zou & Donner 2008) takes the variance near each bound from the two intervals, so it keeps their asymmetry:
    d ± √(distance of one estimate to its bound² + distance of the other to its opposite bound²). Without common items
    the series is `broken`; without two intervals nothing can be told. Where either side holds fewer people than a
    verdict asks for in its wave, the interval stands but nothing is concluded from it.
    """
    older, newer = older_side.estimate, newer_side.estimate
    if not common_items:
        return Difference("broken")
    if older.estimate is None or newer.estimate is None:
        return Difference("cannot_tell")
    difference = newer.estimate - older.estimate
    if older.lower is None or older.upper is None or newer.lower is None or newer.upper is None:
        return Difference("cannot_tell", difference)
    lower = difference - hypot(newer.estimate - newer.lower, older.upper - older.estimate)
    upper = difference + hypot(newer.upper - newer.estimate, older.estimate - older.lower)
    needed = max((side.minimum_people for side in (older_side, newer_side) if not side.has_enough), default=0)
    return Difference("cannot_tell" if needed else movement(lower, upper, margin), difference, lower, upper, needed)


def movement(lower: float, upper: float, margin: float = NO_CHANGE_MARGIN) -> Movement:
    """What an interval of a difference allows to say: moved when it excludes 0, not moved only within ±`margin`."""
    if lower > 0:
        return "moved_up"
    if upper < 0:
        return "moved_down"
    return "not_moved" if -margin <= lower and upper <= margin else "cannot_tell"
