"""Field progress of a wave: quota, forms issued, returned and valid, scans, of each unit and of all below it.

Read from the tallies alone, so that it costs the same at a hundred ballots and at a million. Readers below the compiler
see an open wave's released tallies, which move daily in steps of at least five people, and the scans of past days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from survey.analysis.quality import PAPER
from survey.analysis.tally_statement import Source
from survey.analysis.view import headline_trust
from survey.models import (
    Collector,
    CollectorScan,
    Release,
    ReleasedResponseTally,
    ResponseTally,
    Seal,
    Unit,
    Wave,
    WaveUnit,
)
from survey.operations.poll_waves import IS_SURVEY


@dataclass(slots=True)
class Counts:
    """Sums over one unit or several. `with_quota` are units with a quota and `toward` their valid responses, `paper`
    the returned ones on paper of units that say how many forms they issued; `silent` are units without any response."""

    units: int = 0
    silent: int = 0
    with_quota: int = 0
    quota: int | None = None
    toward: int = 0
    issued: int | None = None
    paper: int = 0
    returned: int = 0
    valid: int = 0
    scans: int = 0

    def add(self, other: Counts) -> None:
        self.units += other.units
        self.silent += other.silent
        self.with_quota += other.with_quota
        self.quota = _sum(self.quota, other.quota)
        self.toward += other.toward
        self.issued = _sum(self.issued, other.issued)
        self.paper += other.paper
        self.returned += other.returned
        self.valid += other.valid
        self.scans += other.scans

    @property
    def share(self) -> Fraction | None:
        """Valid responses over the quota, of units that have one; None where there is no quota above 0."""
        return Fraction(self.toward, self.quota) if self.quota else None

    @property
    def partial(self) -> bool:
        """Whether only some of the units have a quota, so that the share says nothing about all of them."""
        return 0 < self.with_quota < self.units

    @property
    def return_rate(self) -> Fraction | None:
        """Paper forms returned over paper forms issued; None where none are known to be issued."""
        return Fraction(self.paper, self.issued) if self.issued else None


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


@dataclass(slots=True)
class Row:
    """A unit of the board with everything below it, `below` rows; it takes part or stands above those that do."""

    unit_id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    path: str
    takes_part: bool
    counts: Counts = field(default_factory=Counts)
    below: int = 0

    @property
    def depth(self) -> int:
        return self.path.count("/") - 2

    @property
    def parent_path(self) -> str:
        return self.path[: self.path.rstrip("/").rfind("/") + 1]


@dataclass(frozen=True, slots=True)
class Board:
    """Rows by path, parents before children; `total` is the sum of all that takes part. `as_of` is when the newest
    counted response was sealed, for released figures the day they were released; None while there is neither."""

    rows: dict[str, Row]
    total: Counts
    source: Source
    as_of: datetime | date | None


def read_board(session: Session, wave: Wave, paths: Iterable[str], today: date, *, source: Source = "exact") -> Board:
    """The board of the units at or below `paths`; figures are exact once the wave is closed, whatever `source`."""
    if wave.state != "open":
        source = "exact"
    below = _below(paths)
    rows = {row.path: row for row in _sites(session, wave, below)}
    by_id = {row.unit_id: row for row in rows.values()}
    for unit_id, returned, valid, paper in session.execute(_tallied(wave, source)):
        if unit_id in by_id:
            counts = by_id[unit_id].counts
            counts.returned, counts.valid = returned, valid
            counts.toward = valid if counts.quota else 0
            counts.paper = paper if counts.issued else 0
    for unit_id, scans in session.execute(_scanned(wave, today if source == "released" else None)):
        if unit_id in by_id:
            by_id[unit_id].counts.scans = scans
    total = Counts()
    for row in rows.values():
        row.counts.silent = int(not row.counts.returned)
        total.add(row.counts)
    return Board(_with_ancestors(session, rows, below), total, source, _as_of(session, wave, source))


def _below(paths: Iterable[str]) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def _sites(session: Session, wave: Wave, below: ColumnElement[bool]) -> Iterator[Row]:
    columns = (Unit.id, Unit.code, Unit.name_vi, Unit.name_en, Unit.kind, Unit.path)
    sites = select(*columns, WaveUnit.quota, WaveUnit.forms_issued).join(WaveUnit, WaveUnit.unit_id == Unit.id)
    for key, code, name_vi, name_en, kind, path, quota, issued in session.execute(
        sites.where(WaveUnit.wave_id == wave.id, below)
    ):
        yield Row(
            key,
            code,
            name_vi,
            name_en,
            kind,
            path,
            True,
            Counts(units=1, with_quota=int(quota is not None), quota=quota, issued=issued),
        )


def _tallied(wave: Wave, source: Source) -> Select[int, int, int, int]:
    """Of each unit: responses, the valid ones (not doubted, of a trust level that counts), those on paper."""
    tally = ReleasedResponseTally if source == "released" else ResponseTally
    counted = and_(~tally.flagged, Collector.trust.in_(headline_trust(wave)))
    return (
        select(
            Collector.unit_id,
            func.sum(tally.responses).label("returned"),
            func.sum(case((counted, tally.responses), else_=0)).label("valid"),
            func.sum(case((Collector.channel == PAPER, tally.responses), else_=0)).label("paper"),
        )
        .join(tally, tally.collector_id == Collector.id)
        .where(Collector.wave_id == wave.id)
        .group_by(Collector.unit_id)
    )


def _scanned(wave: Wave, before: date | None) -> Select[int, int]:
    scans = (
        select(Collector.unit_id, func.sum(CollectorScan.scans))
        .join(CollectorScan, CollectorScan.collector_id == Collector.id)
        .where(Collector.wave_id == wave.id)
        .group_by(Collector.unit_id)
    )
    return scans if before is None else scans.where(CollectorScan.day < before)


def _with_ancestors(session: Session, sites: dict[str, Row], below: ColumnElement[bool]) -> dict[str, Row]:
    """The sites and, within reach, the units above them, each with the sum of what is at or below it."""
    sums: dict[str, Counts] = defaultdict(Counts)
    lines: dict[str, int] = defaultdict(int)
    for path, row in sites.items():
        end = path.find("/", 1)
        while end != -1:
            above = path[: end + 1]
            sums[above].add(row.counts)
            lines[above] += above != path
            end = path.find("/", end + 1)
    higher = [int(path.rstrip("/").rpartition("/")[2]) for path in sums if path not in sites]
    columns = (Unit.id, Unit.code, Unit.name_vi, Unit.name_en, Unit.kind, Unit.path)
    found = [Row(*unit, False) for unit in session.execute(select(*columns).where(Unit.id.in_(higher), below))]
    rows = {row.path: row for row in (*sites.values(), *found)}
    for path, row in rows.items():
        row.counts, row.below = sums[path], lines[path]
    return {path: rows[path] for path in sorted(rows)}


def _as_of(session: Session, wave: Wave, source: Source) -> datetime | date | None:
    if source == "released":
        return session.scalar(select(func.max(Release.released_on)).where(Release.wave_id == wave.id))
    return session.scalar(select(Seal.sealed_at).order_by(Seal.sequence.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class OpenWave:
    """An open wave as the first page of the back office shows it, for the units within reach; scans are not counted."""

    wave: Wave
    total: Counts
    as_of: datetime | date | None


def open_waves(session: Session, paths: Sequence[str], *, source: Source = "released") -> list[OpenWave]:
    """The open waves in which units at or below `paths` take part, those that close first in front."""
    part = (
        select(WaveUnit.wave_id)
        .join(Unit, Unit.id == WaveUnit.unit_id)
        .where(WaveUnit.wave_id == Wave.id, _below(paths))
        .exists()
    )
    waves = session.scalars(
        select(Wave)
        .where(Wave.state == "open", IS_SURVEY, part)
        .order_by(Wave.closes_on.is_(None), Wave.closes_on, Wave.code)
    )
    below = _below(paths)
    return [OpenWave(wave, _total(session, wave, below, source), _as_of(session, wave, source)) for wave in waves.all()]


def _total(session: Session, wave: Wave, below: ColumnElement[bool], source: Source) -> Counts:
    """The sum of the units below as the board has it, added up by the database."""
    units = select(WaveUnit.unit_id, WaveUnit.quota, WaveUnit.forms_issued).join(Unit, Unit.id == WaveUnit.unit_id)
    part = units.where(WaveUnit.wave_id == wave.id, below).subquery()
    tallied = _tallied(wave, source).where(Collector.unit_id.in_(select(part.c.unit_id))).subquery()
    _, returned, valid, paper = tallied.c
    row = session.execute(
        select(
            func.count(),
            func.count().filter(func.coalesce(returned, 0) == 0),
            func.count(part.c.quota),
            func.sum(part.c.quota),
            func.sum(valid).filter(part.c.quota > 0),
            func.sum(part.c.forms_issued),
            func.sum(paper).filter(part.c.forms_issued > 0),
            func.sum(returned),
            func.sum(valid),
        ).select_from(part.outerjoin(tallied, tallied.c.unit_id == part.c.unit_id))
    ).one()
    units_, silent, with_quota, quota, *sums = row
    toward, issued, on_paper, responses, counted = (int(number or 0) for number in sums)  # PostgreSQL's are decimal
    return Counts(
        units_, silent, with_quota, quota, toward, None if row[5] is None else issued, on_paper, responses, counted
    )
