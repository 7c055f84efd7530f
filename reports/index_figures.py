"""An index over the years as pages, charts and documents show it: what was published, and what a plan asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.figures import Text
from reports.wording import round_half_up


@dataclass(frozen=True, slots=True)
class IndexAim:
    """What the plan `reference` asks of a year: at least `value`, or a rank no worse than `worst_rank`."""

    value: Decimal | None
    best_rank: int | None
    worst_rank: int | None
    reference: str


@dataclass(frozen=True, slots=True)
class IndexCorrection:
    """What stood for a year before it was corrected, and why it was."""

    value: Decimal | None
    rank: int | None
    ranked: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class IndexYear:
    """A year of an index. Without a publication `value` and `rank` are None and only the aim stands there; `breaks`
    marks another method than in the year published before."""

    year: int
    value: Decimal | None = None
    rank: int | None = None
    ranked: int | None = None
    method: str = ""
    source: str = ""
    note: str = ""
    aim: IndexAim | None = None
    breaks: bool = False
    corrections: tuple[IndexCorrection, ...] = ()

    @property
    def is_published(self) -> bool:
        return self.value is not None or self.rank is not None

    @property
    def reached(self) -> bool | None:
        """Whether everything the plan asked of the year was reached; None where nothing was asked, or what was asked
        is not published."""
        if self.aim is None:
            return None
        answers = []
        if self.aim.value is not None:
            answers.append(None if self.value is None else self.value >= self.aim.value)
        if self.aim.worst_rank is not None:
            answers.append(None if self.rank is None else self.rank <= self.aim.worst_rank)
        if False in answers:
            return False
        return None if None in answers else True


@dataclass(frozen=True, slots=True)
class IndexSeries:
    """An index with its years, the oldest first; `decimals` are those its publisher gives."""

    code: str
    name: Text
    publisher: Text
    maximum: Decimal | None
    decimals: int
    years: tuple[IndexYear, ...]

    @property
    def published(self) -> tuple[IndexYear, ...]:
        return tuple(year for year in self.years if year.is_published)

    @property
    def latest(self) -> IndexYear | None:
        return self.published[-1] if self.published else None

    @property
    def before(self) -> IndexYear | None:
        """The year published before the latest one."""
        return self.published[-2] if len(self.published) > 1 else None

    @property
    def value_change(self) -> Decimal | None:
        """Latest minus the value before, of both as they are printed; None where one is missing or the method
        changed."""
        latest, before = self.latest, self.before
        if latest is None or before is None or latest.breaks or latest.value is None or before.value is None:
            return None
        return round_half_up(latest.value, self.decimals) - round_half_up(before.value, self.decimals)

    @property
    def rank_change(self) -> int | None:
        """How many ranks better (positive) than before; None where one is missing or the number of provinces ranked
        changed, which a merger does."""
        latest, before = self.latest, self.before
        if latest is None or before is None or latest.rank is None or before.rank is None:
            return None
        return before.rank - latest.rank if latest.ranked == before.ranked else None

    @property
    def next_aim(self) -> IndexYear | None:
        """The first year after the latest publication for which a plan asks something."""
        after = self.latest.year if self.latest else 0
        return next((year for year in self.years if year.aim and year.year > after), None)
