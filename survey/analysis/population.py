"""The units behind a wave's figures (its strata) and N, the transactions each of them handled in the wave's period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Collector, TransactionCount, Unit, Wave, WaveUnit

Period = tuple[date, date, int]


@dataclass(frozen=True, slots=True)
class Site:
    """A stratum: a unit that holds collectors of the wave, or takes part without any. `population` is N if known."""

    unit_id: int
    code: str
    path: str
    population: int | None
    forms_issued: int | None

    @property
    def parent_path(self) -> str:
        return self.path[: self.path.rstrip("/").rfind("/") + 1]


def read_sites(session: Session, wave: Wave, path: str = "/") -> tuple[Site, ...]:
    """The strata of the wave at or under the unit with `path`, in the order of their codes.

    A participating unit whose collectors all stand in rooms below it is no stratum itself: its rooms are.
    """
    holds = select(Collector.unit_id).where(Collector.wave_id == wave.id)
    takes_part = WaveUnit.wave_id == wave.id
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.path, WaveUnit.forms_issued, Unit.id.in_(holds))
        .outerjoin(WaveUnit, (WaveUnit.unit_id == Unit.id) & takes_part)
        .where(Unit.path.like(f"{path}%"), Unit.id.in_(holds) | WaveUnit.unit_id.is_not(None))
        .order_by(Unit.code)
    ).all()
    served = {ancestor for _, _, own, _, holding in rows if holding for ancestor in _ancestors(own)}
    chosen = [row for row in rows if row[4] or row[2] not in served]
    known = transactions(session, wave.period_start, wave.period_end, (row[0] for row in chosen))
    return tuple(Site(key, code, own, known.get(key), issued) for key, code, own, issued, _ in chosen)


def _ancestors(path: str) -> Iterable[str]:
    """ "/1/4/9/" → "/1/4/", "/1/"."""
    parts = path.strip("/").split("/")
    return (f"/{'/'.join(parts[:length])}/" for length in range(1, len(parts)))


def by_ancestor(sites: Iterable[Site]) -> dict[str, list[Site]]:
    """The strata at or under each unit, by the unit's path."""
    below: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        below[site.path].append(site)
        for path in _ancestors(site.path):
            below[path].append(site)
    return below


def transactions(session: Session, start: date, end: date, units: Iterable[int]) -> dict[int, int]:
    """N per unit from `start` to `end`, both included: the number for exactly that period, else the sum of numbers
    of shorter periods that follow one another without gap or overlap; units without either are missing."""
    rows = session.execute(
        select(
            TransactionCount.unit_id,
            TransactionCount.period_start,
            TransactionCount.period_end,
            TransactionCount.transactions,
        ).where(
            TransactionCount.unit_id.in_(list(units)),
            TransactionCount.period_start >= start,
            TransactionCount.period_end <= end,
        )
    )
    periods: dict[int, list[Period]] = defaultdict(list)
    for unit_id, first, last, number in rows:
        periods[unit_id].append((first, last, number))
    totals = ((unit_id, tile(found, start, end)) for unit_id, found in periods.items())
    return {unit_id: total for unit_id, total in totals if total is not None}


def tile(periods: Sequence[Period], start: date, end: date) -> int | None:
    """The sum over periods that cover `start`…`end` day for day, each day once; None where they cannot.

    Where several coverings exist (months beside quarters), the one with the longest periods from the start on.
    """
    whole = next((number for first, last, number in periods if (first, last) == (start, end)), None)
    if whole is not None:
        return whole
    by_start: dict[date, list[Period]] = defaultdict(list)
    for period in sorted(periods, key=lambda period: period[1], reverse=True):
        by_start[period[0]].append(period)

    @cache
    def covered(day: date) -> int | None:
        if day > end:
            return 0
        for _, last, number in by_start.get(day, ()):
            rest = covered(last + timedelta(days=1)) if last <= end else None
            if rest is not None:
                return number + rest
        return None

    return covered(start)
