"""A unit's scorecard as every page and document shows it: lines with points by stage, how they came about, and sums.

Points are exact decimals; shares and satisfaction are fractions 0…1. A line without points has `None`, and says why
where the points were to be computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """One line of a card. A heading (`rule` "group") carries the sums of what stands below it.

    `open` are the criteria at or below it that have no points at the card's stage.
    """

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


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A unit on the board: points so far, by the furthest stage it has reached; a rank once there are points."""

    key: int
    place: Place
    state: str
    stage: Stage
    points: Decimal
    maximum: Decimal
    open: int  # criteria without points
    rank: int | None = None

    @property
    def share(self) -> Fraction:
        return Fraction(self.points) / Fraction(self.maximum) if self.maximum else Fraction(0)


@dataclass(frozen=True, slots=True)
class YearLine:
    """A unit's card of one year beside those of other years."""

    key: int
    year: int
    name: Text
    state: str
    stage: Stage
    points: Decimal
    maximum: Decimal
    open: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.points) / Fraction(self.maximum) if self.maximum else Fraction(0)


def ranked(lines: Sequence[BoardLine]) -> dict[int, int]:
    """Ranks by key, the most points first; ties share a rank and the next one counts them (1, 2, 2, 4)."""
    order = sorted((line.share for line in lines), reverse=True)
    return {line.key: order.index(line.share) + 1 for line in lines}
