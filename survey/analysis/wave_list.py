"""Lists of waves and of their collectors, paged by key, within the reach of whoever reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.analysis.tally_statement import Source
from survey.models import (
    AuditEntry,
    Collector,
    CollectorScan,
    Counter,
    ReleasedResponseTally,
    ResponseTally,
    Unit,
    Wave,
    WaveUnit,
)
from survey.operations.codes import normalise
from survey.operations.poll_waves import IS_SURVEY

PAGE = 50
COLLECTORS_PAGE = 100


@dataclass(frozen=True, slots=True)
class Parts:
    """What of every wave is counted, as conditions on the unit: those that take part, and those whose collectors."""

    units: ColumnElement[bool]
    collectors: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class WaveLine:
    """A wave with how many units take part and how many collectors are active, of those that the reader reaches."""

    wave: Wave
    units: int
    collectors: int


def waves_page(
    session: Session, within: ColumnElement[bool], *, state: str = "", words: str = "", after: str = ""
) -> tuple[Sequence[Wave], str | None]:
    """A page of the waves whose owner is `within`, the newest period first, and the code after which the next begins;
    `after` is such a code."""
    query = select(Wave).join(Wave.owner).where(within, IS_SURVEY).options(contains_eager(Wave.owner))
    if state:
        query = query.where(Wave.state == state)
    for word in words.split():
        query = query.where(
            or_(Wave.code.icontains(word, autoescape=True), Wave.name_vi.icontains(word, autoescape=True))
        )
    if after:
        key = session.execute(select(Wave.period_start, Wave.id).where(Wave.code == after)).first()
        if key is not None:
            query = query.where(tuple_(Wave.period_start, Wave.id) < tuple_(*key))
    found = session.scalars(query.order_by(Wave.period_start.desc(), Wave.id.desc()).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    return shown, shown[-1].code if len(found) > PAGE else None


def with_parts(session: Session, waves: Sequence[Wave], parts: Parts) -> list[WaveLine]:
    """The waves in their order, each with its units and active collectors counted."""
    ids = [wave.id for wave in waves]
    taking_part = select(WaveUnit.wave_id, func.count()).join(Unit, Unit.id == WaveUnit.unit_id)
    units = _counted(session, taking_part.where(WaveUnit.wave_id.in_(ids), parts.units), WaveUnit.wave_id)
    active = select(Collector.wave_id, func.count()).join(Unit, Unit.id == Collector.unit_id)
    active = active.where(Collector.wave_id.in_(ids), Collector.state == "active", parts.collectors)
    collectors = _counted(session, active, Collector.wave_id)
    return [WaveLine(wave, units.get(wave.id, 0), collectors.get(wave.id, 0)) for wave in waves]


def _counted(session: Session, query: Select[int, int], key: ColumnElement[int] | object) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(query.group_by(key))}  # type: ignore[arg-type]  # a row of two


@dataclass(frozen=True, slots=True)
class CollectorFilter:
    """What of a wave's collectors is listed; empty: all. `path` is the unit at whose subtree they stand."""

    path: str = ""
    channel: str = ""
    state: str = ""
    trust: str = ""
    words: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        chosen: list[ColumnElement[bool]] = []
        if self.path:
            chosen.append(Unit.path.startswith(self.path, autoescape=True))
        for column, value in ((Collector.channel, self.channel), (Collector.state, self.state)):
            if value:
                chosen.append(column == value)
        if self.trust:
            chosen.append(Collector.trust == self.trust)
        if self.words:
            code = normalise(self.words)
            named = and_(*(Unit.name_vi.icontains(word, autoescape=True) for word in self.words.split()))
            chosen.append(or_(Collector.code == code, Unit.code == self.words, named))
        return chosen


def collectors_query(wave: Wave, within: ColumnElement[bool], chosen: CollectorFilter) -> Select[Collector]:
    """The wave's collectors within reach in the order of the tree, with their unit and counter."""
    return (
        select(Collector)
        .join(Collector.unit)
        .outerjoin(Counter, Counter.id == Collector.counter_id)
        .where(Collector.wave_id == wave.id, within, *chosen.conditions())
        .options(contains_eager(Collector.unit), joinedload(Collector.counter))
        .order_by(Unit.path, Collector.id)
    )


def count_of(session: Session, query: Select[Collector]) -> int:
    """How many rows a query of collectors finds."""
    rows = query.with_only_columns(Collector.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


@dataclass(frozen=True, slots=True)
class CollectorLine:
    """A collector in the list: how often its form was opened, and how many responses came through it."""

    collector: Collector
    scans: int
    responses: int


def collectors_page(
    session: Session,
    wave: Wave,
    within: ColumnElement[bool],
    chosen: CollectorFilter,
    *,
    today: date,
    source: Source = "exact",
    after: str = "",
) -> tuple[list[CollectorLine], str | None]:
    """A page of collectors and the code after which the next begins; `after` is such a code."""
    query = collectors_query(wave, within, chosen)
    if after:
        last = select(Unit.path, Collector.id).join(Unit, Unit.id == Collector.unit_id).where(Collector.code == after)
        key = session.execute(last).first()
        if key is not None:
            query = query.where(tuple_(Unit.path, Collector.id) > tuple_(*key))
    found = session.scalars(query.limit(COLLECTORS_PAGE + 1)).all()
    shown = found[:COLLECTORS_PAGE]
    lines = with_counts(session, wave, shown, today=today, source=source)
    return lines, shown[-1].code if len(found) > COLLECTORS_PAGE else None


def with_counts(
    session: Session, wave: Wave, collectors: Sequence[Collector], *, today: date, source: Source = "exact"
) -> list[CollectorLine]:
    """The collectors with their scans and responses; of an open wave, released ones and those of past days only."""
    released = source == "released" and wave.state == "open"
    tally = ReleasedResponseTally if released else ResponseTally
    ids = [collector.id for collector in collectors]
    scanned = select(CollectorScan.collector_id, func.sum(CollectorScan.scans))
    scanned = scanned.where(CollectorScan.collector_id.in_(ids))
    if released:
        scanned = scanned.where(CollectorScan.day < today)
    scans = _counted(session, scanned, CollectorScan.collector_id)
    answered = select(tally.collector_id, func.sum(tally.responses)).where(tally.collector_id.in_(ids))
    responses = _counted(session, answered, tally.collector_id)
    return [CollectorLine(each, scans.get(each.id, 0), responses.get(each.id, 0)) for each in collectors]


def scans_by_day(session: Session, collector: Collector, before: date | None = None) -> list[tuple[date, int]]:
    """The last thirty days on which the collector's form was opened, the newest first."""
    query = select(CollectorScan.day, CollectorScan.scans).where(CollectorScan.collector_id == collector.id)
    if before is not None:
        query = query.where(CollectorScan.day < before)
    return [(day, scans) for day, scans in session.execute(query.order_by(CollectorScan.day.desc()).limit(30))]


def deeds(session: Session, kind: str, subjects: Collection[str]) -> list[AuditEntry]:
    """What the audit log knows about the things of that kind called so, the oldest first; at most the last hundred."""
    query = select(AuditEntry).where(AuditEntry.subject_kind == kind, AuditEntry.subject.in_(list(subjects)))
    return list(reversed(session.scalars(query.order_by(AuditEntry.id.desc()).limit(100)).all()))
