"""Figures of the one-stop counter's score: indicators, totals with their bands, dossiers on time, the satisfaction
group of Decision 766. An indicator or part without sufficient data is None, never 0."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from reports.figures import Estimate, Place, Text, Verdict

LeftOut = Literal["scale", "keep"]
GroupGap = Literal[
    "none_due",  # no opinion was due in the period
    "amid_half_year",  # displeasure is told by half-years: a quarter that ends none has no figure
    "not_told_yet",  # the day has not come from which the half-year's ratings are told
    "hidden",  # few people stand behind it
    "none_accepted",  # no opinion was accepted
    "no_survey",  # none of the unit's was published for the period
    "no_figure",  # the survey has none for the unit, or none that may be shown
]


@dataclass(frozen=True, slots=True, order=True)
class CounterPeriod:
    """A quarter, or with quarter 0 a whole year."""

    year: int
    quarter: int = 0

    @property
    def code(self) -> str:
        """As addresses spell it: 2026-Q1, 2026."""
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)

    @property
    def start(self) -> date:
        return date(self.year, 3 * self.quarter - 2 if self.quarter else 1, 1)

    @property
    def end(self) -> date:
        month = 3 * self.quarter or 12
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def before(self) -> CounterPeriod:
        """The quarter before a quarter, the year before a year."""
        if not self.quarter:
            return CounterPeriod(self.year - 1)
        return CounterPeriod(self.year, self.quarter - 1) if self.quarter > 1 else CounterPeriod(self.year - 1, 4)


@dataclass(frozen=True, slots=True)
class FromSurvey:
    """What `people` citizens were asked in which waves, where an indicator comes from a survey."""

    waves: tuple[Text, ...]
    asked: Text
    people: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """Points with one decimal, and how many dossiers they are the mean of (0: the agency's as a whole); or, with
    `survey`, the mean over citizens' answers."""

    number: int
    points: Decimal | None
    dossiers: int = 0
    survey: FromSurvey | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """A band: its name, and its place among `of` bands, 0 the best."""

    name: Text
    place: int
    of: int


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of the indicators that have data, out of `maximum`; `full` is the most with all of them. `grade` None:
    too few indicators have data, or none."""

    indicators: tuple[Indicator, ...]
    total: Decimal | None
    maximum: int
    full: int
    grade: Grade | None

    @property
    def left_out(self) -> tuple[int, ...]:
        return tuple(each.number for each in self.indicators if each.points is None)


@dataclass(frozen=True, slots=True)
class OnTime:
    """Dossiers returned by the day they were due, of all that were; `overdue` are not returned yet. `known` is how many
    there were in all, where more than were recorded: these are a sample then."""

    on_time: int
    dossiers: int
    overdue: int
    known: int | None
    estimate: Estimate
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GroupPart:
    """A part of the satisfaction group: `share` of its `maximum` points; None without sufficient data, and `gap` says
    why. With points and a gap it is a year's of which the half-year `half` alone is counted. `told_on` is the day from
    which ratings are told that are not yet.
    """

    code: Literal["opinions", "content", "dossiers"]
    maximum: Decimal
    share: Fraction | float | None
    points: Decimal | None
    base: int
    gap: GroupGap | None = None
    half: int = 0
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class SatisfactionFigures:
    """The satisfaction group; `wave` names the survey its third part comes from."""

    parts: tuple[GroupPart, ...]
    wave: Text | None
    reference: str

    @property
    def points(self) -> Decimal | None:
        found = [part.points for part in self.parts if part.points is not None]
        return sum(found, Decimal(0)) if found else None

    @property
    def maximum(self) -> Decimal:
        """The points of the parts that have data."""
        return sum((part.maximum for part in self.parts if part.points is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class RulesLabel:
    """The rule set something was computed by; version 0 is the one that comes with the platform."""

    version: int
    name: Text
    reference: str
    left_out: LeftOut
    on_time_reference: str
    on_time_most: Fraction


@dataclass(frozen=True, slots=True)
class Fixed:
    """Which version of the period two people fixed, and the day the second confirmed it."""

    version: int
    on: date


@dataclass(frozen=True, slots=True)
class UnitScore:
    """An agency's score of a period, by the rules in force on the period's last day; `fixed` None: as computed now."""

    place: Place
    period: CounterPeriod
    score: Score
    on_time: OnTime
    rules: RulesLabel
    fixed: Fixed | None = None


@dataclass(frozen=True, slots=True)
class OfficialScore:
    """An official, known by a code alone; without a score where too few dossiers would tell of single ones."""

    code: str
    dossiers: int | None
    score: Score | None


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier with its days and points by indicator."""

    id: int
    code: str
    field: str
    received_on: date
    due_on: date
    returned_on: date | None
    points: dict[int, int | None]
