"""A unit's scorecard as every page and document shows it: lines with points by stage, how they came about, and sums.

Points are exact decimals; shares and satisfaction are fractions 0…1. A line without points has `None`, and says why
where the points were to be computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from reports.figures import Place, Text

Stage = Literal["self", "appraisal", "final"]
STAGES: tuple[Stage, ...] = ("self", "appraisal", "final")
BasisKind = Literal["ratio", "measure", "survey"]
Gap = Literal[
    "wave_missing",  # there is no such wave
    "wave_running",  # a wave gives points once it is closed
    "no_part",  # the unit took no part in the wave
    "not_asked",  # the wave's questionnaire has no such factor or item
    "no_answers",  # nobody of the group answered
    "hidden",  # fewer than five people stand behind the figure
    "no_cases",  # a measure without cases in the year
]


@dataclass(frozen=True, slots=True)
class GroupShare:
    """One respondent group in a survey-fed criterion: its satisfaction with interval, people and waves behind it, or
    why there is none."""

    group: str
    weight: Fraction
    waves: tuple[Text, ...]
    figure: str
    code: str
    value: Fraction | float | None = None
    lower: float | None = None
    upper: float | None = None
    people: int = 0
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """How computed points came about: from `counted` of `base`, or from the groups."""

    kind: BasisKind
    groups: tuple[GroupShare, ...] = ()
    counted: Decimal | None = None
    base: Decimal | None = None
    measure: str = ""
    gap: Gap | None = None

    @property
    def share(self) -> Fraction | None:
        if self.counted is None or not self.base:
            return None
        return Fraction(self.counted) / Fraction(self.base)


@dataclass(frozen=True, slots=True)
class Evidence:
    key: int
    file_name: str
    size: int


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a card. A heading (`rule` "group") carries the sums of what stands below it."""

    key: int
    number: str
    level: int
    name: Text
    rule: str
    maximum: Decimal
    points: dict[Stage, Decimal | None]
    reason: str = ""
    remedy: str = ""
    explanation: str = ""
    council_reason: str = ""
    final_reason: str = ""
    basis: Basis | None = None
    evidence: tuple[Evidence, ...] = ()
    said: int = 0  # the last line of the log of this criterion, by which a save knows what it began from

    @property
    def is_heading(self) -> bool:
        return self.rule == "group"

    @property
    def is_computed(self) -> bool:
        """Whether the platform works the points out, and nobody types them."""
        return self.rule in ("measure", "survey")

    def lost(self, stage: Stage) -> bool:
        """Whether points are missing to the maximum."""
        found = self.points[stage]
        return found is None or found < self.maximum


@dataclass(frozen=True, slots=True)
class Sum:
    """The points of a card's criteria at one stage, None without any: of `counted`, the maxima of the criteria that
    have points. The `open` criteria without points stand outside; `maximum` is that of all."""

    points: Decimal | None
    counted: Decimal
    maximum: Decimal
    open: int

    @classmethod
    def of(cls, criteria: Iterable[tuple[Decimal, Decimal | None]]) -> Sum:
        """Of criteria by their maximum and their points."""
        every = list(criteria)
        known = [(maximum, points) for maximum, points in every if points is not None]
        return cls(
            sum((points for _, points in known), Decimal(0)) if known else None,
            sum((maximum for maximum, _ in known), Decimal(0)),
            sum((maximum for maximum, _ in every), Decimal(0)),
            len(every) - len(known),
        )

    @property
    def share(self) -> Fraction | None:
        """Of the maxima that are counted; None where nothing is."""
        return Fraction(self.points) / Fraction(self.counted) if self.points is not None and self.counted else None

    @property
    def uncounted(self) -> Decimal:
        """The maxima of the criteria without points."""
        return self.maximum - self.counted


@dataclass(frozen=True, slots=True)
class Card:
    """A unit's card by one template; `total` is its last line."""

    key: int
    place: Place
    name: Text
    code: str
    version: int
    year: int
    reference: Text
    council: str
    state: str
    self_due_on: date
    explanation_due_on: date
    final_due_on: date
    lines: tuple[CardLine, ...]
    total: CardLine
    steps: tuple[tuple[str, date], ...] = ()  # the step and its day, the oldest first

    @property
    def stage(self) -> Stage:
        """The furthest stage that has been handed over."""
        if self.state == "final":
            return "final"
        return "appraisal" if self.state in ("appraised", "explained") else "self"

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages up to that one."""
        return STAGES[: STAGES.index(self.stage) + 1]

    def open_lines(self, stage: Stage) -> tuple[CardLine, ...]:
        """The criteria that have no points at a stage."""
        return tuple(line for line in self.lines if not line.is_heading and line.points[stage] is None)

    def criteria(self) -> Iterator[CardLine]:
        return (line for line in self.lines if not line.is_heading)

    def sum(self, stage: Stage) -> Sum:
        """All criteria at a stage."""
        return Sum.of((line.maximum, line.points[stage]) for line in self.criteria())


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A unit on the board: its sum by the furthest stage it has handed over; a rank once that is final."""

    key: int
    place: Place
    state: str
    stage: Stage
    sum: Sum
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class YearLine:
    """A unit's card of one year beside those of other years."""

    key: int
    year: int
    name: Text
    state: str
    stage: Stage
    sum: Sum


def ranked(lines: Sequence[BoardLine]) -> dict[int, int]:
    """Ranks by key, the highest share first; ties share a rank and the next one counts them (1, 2, 2, 4)."""
    shares = {line.key: line.sum.share or Fraction(0) for line in lines}
    ranks: dict[Fraction, int] = {}
    for place, share in enumerate(sorted(shares.values(), reverse=True), 1):
        ranks.setdefault(share, place)
    return {key: ranks[share] for key, share in shares.items()}
