"""Figures of opinions and recommendations: how they were handled, what is late, why; counts and bases together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from reports.figures import Text


@dataclass(frozen=True, slots=True)
class Handling:
    """What became of the cases received in a period.

    `late` ones were answered after the deadline (`late_answered`), wait beyond it (`late_open`), or were not accepted
    only then (`late_rejected`, which are among the `rejected`); `waiting` are open and not due yet. Displeased is who
    rated the handling 1 or 2 or sent the case back; where the ratings are of fewer than five people, or not told yet,
    they are hidden (`displeased` None), and only those sent back are told.
    """

    received: int = 0
    rejected: int = 0
    on_time: int = 0
    late_answered: int = 0
    late_open: int = 0
    late_rejected: int = 0
    waiting: int = 0
    sent_back: int = 0
    rated: int | None = 0
    displeased: int | None = 0

    @property
    def late(self) -> int:
        return self.late_answered + self.late_open + self.late_rejected

    @property
    def due(self) -> int:
        """The base of the first indicator: answered, or to be answered by now, or not accepted too late."""
        return self.on_time + self.late

    @property
    def counted(self) -> int:
        """All that are, or will be, in the base of the first indicator."""
        return self.due + self.waiting

    @property
    def accepted(self) -> int:
        """The base of the second indicator: all but those not accepted."""
        return self.received - self.rejected

    @property
    def on_time_share(self) -> Fraction | None:
        """Handled on time / all that were due (Decision 766/QĐ-TTg)."""
        return Fraction(self.on_time, self.due) if self.due else None

    @property
    def content_share(self) -> Fraction | None:
        """(All − those displeased) / all (Decision 766/QĐ-TTg); None where the ratings are hidden."""
        if not self.accepted or self.displeased is None:
            return None
        return Fraction(self.accepted - self.displeased, self.accepted)


@dataclass(frozen=True, slots=True)
class UnitHandling:
    """A unit's handling of what citizens sent themselves, and of what officials entered."""

    code: str
    name: Text
    handling: Handling
    entered: Handling


@dataclass(frozen=True, slots=True)
class HandlingReport:
    """All cases of a reach received from `start` to `end`, and the same by unit, kind and month: what citizens sent
    themselves (`total`, the headline) and, counted apart, what officials `entered`.

    `told_on` is the day from which ratings are told, None where that has come.
    """

    start: date
    end: date
    told_on: date | None
    total: Handling
    entered: Handling
    units: tuple[UnitHandling, ...]
    kinds: tuple[tuple[str, Handling, Handling], ...]
    months: tuple[tuple[date, Handling, Handling], ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of lateness as a unit stated it, and of how many cases; empty: nothing was stated."""

    text: str
    cases: int


@dataclass(frozen=True, slots=True)
class UnitLateness:
    """A unit's open cases now: how many, how many of them late, by how many working days in all and at most, and why;
    beside it how it handled those received in the period: citizens' own, and what officials `entered`."""

    code: str
    name: Text
    open: int
    late: int
    days: int
    longest: int
    causes: tuple[Cause, ...]
    handling: Handling
    entered: Handling = Handling()


@dataclass(frozen=True, slots=True)
class LateCase:
    """One case that waits beyond its deadline."""

    reference: str
    kind: str
    unit: Text
    received_on: date
    deadline_on: date
    days: int
    cause: str


@dataclass(frozen=True, slots=True)
class LatenessReport:
    """What is late on `day`, unit by unit and case by case; `more` cases are counted but not listed.

    `start` and `end` bound the receipt of the cases whose handling stands beside it.
    """

    day: date
    start: date
    end: date
    units: tuple[UnitLateness, ...]
    total: UnitLateness
    cases: tuple[LateCase, ...] = ()
    more: int = 0
