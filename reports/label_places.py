"""Where the labels of a chart stand, so that none lies on a sign or on another label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

ASCENT, DESCENT = 10.0, 3.0  # of a line of small text above and below its baseline
LEADING = 13.0


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Area) -> float:
        """The size of what two areas have in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0


@dataclass(slots=True)
class Places:
    """What is taken within `bounds`."""

    bounds: Area
    taken: list[Area] = field(default_factory=list)

    def take(self, area: Area) -> None:
        self.taken.append(area)

    def sign(self, x: float, y: float, radius: float = 8.0) -> None:
        """Take the place of a sign with its centre at (x, y)."""
        self.take(Area(x - radius, y - radius, x + radius, y + radius))

    def label(
        self, x: float, top: float, bottom: float, width: float, lines: int = 1, *, only_free: bool = False
    ) -> tuple[float, float] | None:
        """Left end and first baseline of a label `width` wide for the sign at `x` that reaches from `top` to `bottom`:
        above it, below it or beside it, further away where that is taken; the place is taken then.

        Where no place is free it is the one that hides least, or None if `only_free`.
        """
        found = [
            (left, base, self._area(left, base, width, lines)) for left, base in _spots(x, top, bottom, width, lines)
        ]
        inside = [spot for spot in found if spot[2].shared(self.bounds) >= 0.999 * spot[2].shared(spot[2])] or found
        hidden = [sum(area.shared(other) for other in self.taken) for _, _, area in inside]
        least = min(range(len(inside)), key=lambda k: hidden[k])  # the first of those that hide least
        if only_free and hidden[least]:
            return None
        left, base, area = inside[least]
        self.take(area)
        return left, base

    @staticmethod
    def _area(left: float, base: float, width: float, lines: int) -> Area:
        return Area(left - 2, base - ASCENT, left + width + 2, base + (lines - 1) * LEADING + DESCENT)


def _spots(x: float, top: float, bottom: float, width: float, lines: int) -> Iterator[tuple[float, float]]:
    more, middle = (lines - 1) * LEADING, (top + bottom) / 2
    for distance in (5.0, 5.0 + LEADING, 5.0 + 2 * LEADING):
        above, below, beside = top - distance - more, bottom + distance + ASCENT - 2, middle + 4 - more / 2
        yield x - width / 2, above
        yield x - width / 2, below
        yield x + 6 + distance, beside
        yield x - 6 - distance - width, beside
        for left in (x - 0.2 * width, x - 0.8 * width, x, x - width):
            yield left, above
            yield left, below
