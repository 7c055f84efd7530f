"""The units behind a wave's figures, its strata, and N, the transactions each of them handled in the wave's period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Collector, FrozenTransaction, TransactionCount, Unit, Wave, WaveUnit

Period = tuple[date, date, int]


@dataclass(frozen=True, slots=True)
class Above:
    """A unit above sites for which an N is known that its sites may be without; `members` are all sites below it."""

    code: str
    path: str
    population: int
    members: frozenset[int]


@dataclass(frozen=True, slots=True)
class Site:
    """A unit that holds collectors of the wave, or takes part without any. `population` is N if known.

    `above` are the units above it with an N of their own, the nearest first.
    """

    unit_id: int
    code: str
    path: str
    population: int | None
    forms_issued: int | None
    above: tuple[Above, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A stratum: a site, or all sites below a unit for which alone N is known."""

    code: str
    path: str
    population: int | None
    members: frozenset[int]

    @property
    def parent_path(self) -> str:
        return self.path[: self.path.rstrip("/").rfind("/") + 1]


def strata(sites: Sequence[Site], responding: Collection[int], within: str = "/") -> tuple[Group, ...]:
    """The strata of `sites`: each for itself, unless N is known only for a unit above it.

    Such a unit, at or under the path `within` and with all of its sites here, becomes one stratum where somebody
    answered at a site without N, or no site below it has an N; its N covers everything below it. `responding` are the
    ids of the sites where somebody answered.
    """
    groups = [Group(site.code, site.path, site.population, frozenset((site.unit_id,))) for site in sites]
    present = {site.unit_id for site in sites}
    found = {above.path: above for site in sites for above in site.above}
    for above in sorted(found.values(), key=lambda above: -above.path.count("/")):
        if not above.path.startswith(within) or not above.members <= present:
            continue
        below = [group for group in groups if group.members <= above.members]
        unknown = [group for group in below if group.population is None]
        if len(unknown) == len(below) or any(not group.members.isdisjoint(responding) for group in unknown):
            groups = [group for group in groups if group not in below]
            groups.append(Group(above.code, above.path, above.population, above.members))
    return tuple(sorted(groups, key=lambda group: group.code)) if found else tuple(groups)


def read_sites(session: Session, wave: Wave, path: str = "/", *, frozen: bool = True) -> tuple[Site, ...]:
    """The sites of the wave at or under the unit with `path`, in the order of their codes.

    A participating unit whose collectors all stand in rooms below it is no site itself: its rooms are. N is as it was
    frozen when the wave closed; `frozen` False takes the numbers recorded now. Dossiers are citizens': they say nothing
    of how many officials or delegates stand behind an answer, so that a wave of others has no N.
    """
    chosen = _chosen(session, wave, path)
    ids = {own: key for key, _, own, _ in chosen}
    higher = {above: _own_id(above) for own in ids for above in _ancestors(own) if above.startswith(path)}
    counted = {*ids.values(), *higher.values()}
    known = frozen_transactions(session, wave, counted) if frozen else None
    if known is None:
        known = transactions(session, wave.period_start, wave.period_end, counted)
    if known and wave.respondents != "citizen":
        known = {}
    above = _above(session, ids, {at: known[key] for at, key in (higher | ids).items() if key in known})
    return tuple(Site(key, code, own, known.get(key), issued, above.get(own, ())) for key, code, own, issued in chosen)


def counted_units(session: Session, wave: Wave) -> frozenset[int]:
    """The ids of the units whose N the wave's figures may count: its sites, and every unit above one; none where the
    wave asks others than citizens."""
    if wave.respondents != "citizen":
        return frozenset()
    paths = [own for _, _, own, _ in _chosen(session, wave, "/")]
    return frozenset(_own_id(at) for own in paths for at in (own, *_ancestors(own)))


def frozen_transactions(session: Session, wave: Wave, units: Collection[int]) -> dict[int, int] | None:
    """N of the units as the closed wave counts them, those without a number left out; None where nothing was frozen,
    since the wave is open still."""
    if wave.state not in ("closed", "published"):
        return None
    rows = session.execute(
        select(FrozenTransaction.unit_id, FrozenTransaction.transactions)
        .where(FrozenTransaction.wave_id == wave.id)
        .order_by(FrozenTransaction.revision)
    ).all()
    held = dict(rows)  # of several revisions the last one holds
    return {key: number for key, number in held.items() if number is not None and key in units} if rows else None


def _chosen(session: Session, wave: Wave, path: str) -> list[tuple[int, str, str, int | None]]:
    """Id, code, path and forms issued of each site, in the order of their codes."""
    holds = select(Collector.unit_id).where(Collector.wave_id == wave.id)
    takes_part = WaveUnit.wave_id == wave.id
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.path, WaveUnit.forms_issued, Unit.id.in_(holds))
        .outerjoin(WaveUnit, (WaveUnit.unit_id == Unit.id) & takes_part)
        .where(Unit.path.like(f"{path}%"), Unit.id.in_(holds) | WaveUnit.unit_id.is_not(None))
        .order_by(Unit.code)
    ).all()
    served = {ancestor for _, _, own, _, holding in rows if holding for ancestor in _ancestors(own)}
    return [(key, code, own, issued) for key, code, own, issued, holding in rows if holding or own not in served]


def _above(session: Session, ids: Mapping[str, int], known: Mapping[str, int]) -> dict[str, tuple[Above, ...]]:
    """Of each site's path, the units above it with an N, the nearest first; a site above another one is such a unit.

    `ids` are those of the sites and `known` the N's, both by path.
    """
    members: dict[str, set[int]] = defaultdict(set)
    for own, key in ids.items():
        for at in _ancestors(own):
            if at in known:
                members[at] |= {key, ids.get(at, key)}
    if not members:
        return {}
    wanted = select(Unit.path, Unit.code).where(Unit.id.in_([_own_id(at) for at in members]))
    units = {at: Above(code, at, known[at], frozenset(members[at])) for at, code in session.execute(wanted)}
    return {own: tuple(units[at] for at in reversed(list(_ancestors(own))) if at in units) for own in ids}


def _own_id(path: str) -> int:
    return int(path.rstrip("/").rpartition("/")[2])


def _ancestors(path: str) -> Iterable[str]:
    """ "/1/4/9/" → "/1/4/", "/1/"."""
    parts = path.strip("/").split("/")
    return (f"/{'/'.join(parts[:length])}/" for length in range(1, len(parts)))


def by_ancestor(sites: Iterable[Site]) -> dict[str, list[Site]]:
    """The sites at or under each unit, by the unit's path."""
    below: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        below[site.path].append(site)
        for path in _ancestors(site.path):
            below[path].append(site)
    return below


def transactions(session: Session, start: date, end: date, units: Iterable[int]) -> dict[int, int]:
    """N per unit from `start` to `end`, both included: the number for exactly that period, else the sum of numbers
    of shorter periods that follow one another without gap or overlap; units without either are missing."""
    totals = ((unit_id, tile(found, start, end)) for unit_id, found in _inside(session, start, end, units).items())
    return {unit_id: total for unit_id, total in totals if total is not None}


def sums_inside(session: Session, start: date, end: date, units: Iterable[int]) -> dict[int, int]:
    """Per unit the sum of numbers of shorter periods that cover `start` to `end`, whatever is known of the whole."""
    shorter = {
        unit_id: [period for period in found if period[:2] != (start, end)]
        for unit_id, found in _inside(session, start, end, units).items()
    }
    totals = ((unit_id, tile(found, start, end)) for unit_id, found in shorter.items())
    return {unit_id: total for unit_id, total in totals if total is not None}


def _inside(session: Session, start: date, end: date, units: Iterable[int]) -> dict[int, list[Period]]:
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
    return periods


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
