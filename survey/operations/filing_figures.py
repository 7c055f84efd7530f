"""Freezing: what every unit's filing of a closed wave holds, made once, computed again on demand, taken over anew.

The figures are computed while nothing is locked: a closed wave gets no ballot and its N stands frozen. What was
computed is then stored in one short transaction, all of it or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Engine, case, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from reports.report_figures import UnitReport
from survey.analysis import frozen_figures
from survey.analysis.population import counted_units, frozen_transactions, transactions
from survey.models import Filing, FilingVersion, FrozenTransaction, Unit, Wave, WaveClosing
from survey.operations.audit import record
from survey.operations.filing_steps import STEPS, add_lines
from survey.operations.periods import province_day
from survey.operations.poll_waves import IS_SURVEY, is_poll
from survey.operations.waves import lock_wave
from survey.operations.working_days import calendar
from survey.operations.writing import begin_write

DEADLINE_DAYS = 10  # working days after the closing, until the compiler sets another day
RENEWAL_DAYS = 3  # working days that a unit has at least, once its filing came back to it
FROZEN_STATES = ("closed", "published")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a version is made of: a unit's figures as canonical JSON, packed, with their digest and what lists repeat of
    them. All of it is made before anything is locked."""

    unit_id: int
    figures: bytes
    digest: str
    verdict: str
    estimate: float | None
    people: int | None
    ledger_head: str

    @classmethod
    def of(cls, unit: Unit, report: UnitReport) -> Frozen:
        index, content = report.index, frozen_figures.canonical(report)
        shown = not index.suppressed
        return cls(
            unit.id,
            frozen_figures.packed(content),
            frozen_figures.digest(content),
            index.verdict.state,
            index.estimate.estimate if shown else None,
            index.people if shown else None,
            report.ledger_head,
        )

    def columns(self) -> dict[str, Any]:
        return {
            "figures": self.figures,
            "figures_digest": self.digest,
            "verdict": self.verdict,
            "estimate": self.estimate,
            "people": self.people,
            "ledger_head": self.ledger_head,
        }


def freeze_transactions(session: Session, wave: Wave) -> None:
    """Keep N of every unit that the closed wave may count, as the numbers stand now; once. Never commits."""
    if is_poll(session, wave) or frozen_transactions(session, wave, ()) is not None:
        return
    units = sorted(counted_units(session, wave))
    known = transactions(session, wave.period_start, wave.period_end, units)
    rows = [
        {"wave_id": wave.id, "unit_id": unit_id, "revision": 1, "transactions": known.get(unit_id)} for unit_id in units
    ]
    if rows:
        session.execute(insert(FrozenTransaction), rows)


def compute(session: Session, wave: Wave, units: Iterable[Unit] | None = None, *, frozen: bool = True) -> list[Frozen]:
    """What the filings of the units (all of them, if none are given) freeze: 5 ms a unit. Reads only."""
    if is_poll(session, wave):
        return []
    chosen = frozen_figures.filing_units(session, wave) if units is None else units
    return [
        Frozen.of(unit, report) for unit, report in frozen_figures.frozen_reports(session, wave, chosen, frozen=frozen)
    ]


def add_filings(session: Session, wave: Wave, figures: Sequence[Frozen], *, at: datetime) -> int:
    """Store the filings of a wave that has none yet, all of them; how many. Those of a wave that was published before
    there were filings are published. Never commits."""
    if not figures or session.scalar(select(Filing.id).where(Filing.wave_id == wave.id).limit(1)) is not None:
        return 0
    state = "published" if wave.state == "published" else "draft"
    deadline = default_deadline(session, province_day(wave.closed_at or at))
    rows = [
        {"wave_id": wave.id, "unit_id": each.unit_id, "state": state, "version": 1, "deadline_on": deadline}
        | {"explanation": "", "is_ex_officio": False}
        for each in figures
    ]
    stored = session.connection().execute(insert(Filing).returning(Filing.id, Filing.unit_id), rows)
    ids = {unit_id: filing_id for filing_id, unit_id in stored}
    settled = {"number": 1, "frozen_at": at, "configuration_digest": frozen_figures.configuration_digest(wave)}
    versions = [{"filing_id": ids[each.unit_id], "reason": "", **settled, **each.columns()} for each in figures]
    session.execute(insert(FilingVersion), versions)
    add_lines(session, [(filing_id, 1) for filing_id in sorted(ids.values())], "frozen", state, account_id=None, at=at)
    path = wave.owner.path if wave.owner else None
    record(session, "filing.freeze", subject=wave.code, unit_path=path, after={"filings": len(ids)})
    session.expire_all()
    return len(ids)


def freeze_due(engine: Engine, now: datetime) -> int:
    """Freeze waves that were closed or published before there were filings; how many filings. In transactions of its
    own, one wave at a time."""
    with Session(engine) as session:
        has_none = ~select(Filing.id).where(Filing.wave_id == Wave.id).exists()
        under_way = select(WaveClosing.wave_id).where(WaveClosing.finished_at.is_(None))
        ids = session.scalars(
            select(Wave.id)
            .where(Wave.state.in_(FROZEN_STATES), IS_SURVEY, has_none, Wave.id.not_in(under_way))
            .order_by(Wave.closed_at)
        ).all()
    return sum(freeze_wave(engine, wave_id, now) for wave_id in ids)


def freeze_wave(engine: Engine, wave_id: int, now: datetime) -> int:
    """The filings of one closed wave, unless it has them; how many were made. In transactions of its own."""
    with Session(engine) as session:
        begin_write(session)
        freeze_transactions(session, session.get_one(Wave, wave_id))
        session.commit()
    with Session(engine) as reading:
        figures = compute(reading, reading.get_one(Wave, wave_id))
    with Session(engine) as session:
        begin_write(session)
        wave = session.get_one(Wave, wave_id)
        lock_wave(session, wave)
        made = add_filings(session, wave, figures, at=now)
        session.commit()
    return made


Kind = Literal["figures", "content", "configuration"]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A filing that is not what was frozen. "figures": computed anew from tallies and frozen N, another number comes
    out; "content": what is stored does not have its digest; "configuration": the wave is not the one it was."""

    unit: Unit
    kind: Kind


def verify(session: Session, wave: Wave, units: Collection[int] | None = None) -> Iterator[Disagreement]:
    """Compute the filings of the wave anew, or those of the units given, and compare; none where all agree."""
    query = select(Filing).where(Filing.wave_id == wave.id).options(joinedload(Filing.unit).joinedload(Unit.parent))
    if units is not None:
        query = query.where(Filing.unit_id.in_(units))
    filings = {filing.unit_id: filing for filing in session.scalars(query.join(Filing.unit).order_by(Unit.code))}
    configuration = frozen_figures.configuration_digest(wave)
    reports = frozen_figures.frozen_reports(session, wave, [filing.unit for filing in filings.values()])
    for unit, report in reports:
        filing = filings[unit.id]
        version = session.get_one(FilingVersion, (filing.id, filing.version))
        document = frozen_figures.unpacked(version.figures)
        if version.configuration_digest != configuration:
            yield Disagreement(unit, "configuration")
        if frozen_figures.digest(frozen_figures.spelled(document)) != version.figures_digest:
            yield Disagreement(unit, "content")
        elif not frozen_figures.agrees(report, document):
            yield Disagreement(unit, "figures")


@dataclass(frozen=True, slots=True)
class Renewed:
    """A filing whose figures come out otherwise with the numbers of transactions recorded now."""

    filing_id: int
    unit: Unit
    version: FilingVersion
    figures: Frozen


@dataclass(frozen=True, slots=True)
class Moved:
    """N of a unit as it was frozen, and as it is recorded now."""

    unit: Unit
    before: int | None
    after: int | None


def moved_transactions(session: Session, wave: Wave) -> list[Moved]:
    """The units whose N is recorded otherwise than the closed wave counts it, by code."""
    ids = sorted(counted_units(session, wave))
    frozen = frozen_transactions(session, wave, ids) or {}
    known = transactions(session, wave.period_start, wave.period_end, ids)
    moved = [unit_id for unit_id in ids if frozen.get(unit_id) != known.get(unit_id)]
    units = session.scalars(select(Unit).where(Unit.id.in_(moved)).order_by(Unit.code))
    return [Moved(unit, frozen.get(unit.id), known.get(unit.id)) for unit in units]


def renewals(session: Session, wave: Wave, moved: Sequence[Moved]) -> list[Renewed]:
    """What the filings at and above the units whose N moved would say instead; in the order of their units' paths."""
    ways = {int(part) for each in moved for part in each.unit.path.strip("/").split("/")}
    rows = session.execute(
        select(Filing, FilingVersion)
        .join(FilingVersion, (FilingVersion.filing_id == Filing.id) & (FilingVersion.number == Filing.version))
        .join(Unit, Unit.id == Filing.unit_id)
        .where(Filing.wave_id == wave.id, Filing.unit_id.in_(ways))
        .options(joinedload(Filing.unit).joinedload(Unit.parent))
        .order_by(Unit.path)
    ).all()
    filings = {filing.unit_id: (filing, version) for filing, version in rows}
    reports = frozen_figures.frozen_reports(
        session, wave, [filing.unit for filing, _ in filings.values()], frozen=False
    )
    return [
        Renewed(filings[unit.id][0].id, unit, filings[unit.id][1], Frozen.of(unit, report))
        for unit, report in reports
        if not frozen_figures.agrees(report, frozen_figures.unpacked(filings[unit.id][1].figures))
    ]


def store_versions(
    session: Session,
    wave: Wave,
    renewed: Sequence[Renewed],
    moved: Sequence[Moved],
    step: Literal["renewed", "corrected"],
    *,
    reason: str,
    account_id: int | None,
    at: datetime,
    publication_id: int | None = None,
) -> None:
    """The numbers of transactions as recorded now, and a new version of every filing they change; the caller has locked
    the wave and looked at the states. Never commits."""
    latest = select(func.max(FrozenTransaction.revision)).where(FrozenTransaction.wave_id == wave.id)
    revision = (session.scalar(latest) or 0) + 1
    session.add_all(
        FrozenTransaction(wave_id=wave.id, unit_id=each.unit.id, revision=revision, transactions=each.after)
        for each in moved
    )
    configuration = frozen_figures.configuration_digest(wave)
    for each in renewed:
        session.add(
            FilingVersion(
                filing_id=each.filing_id,
                number=each.version.number + 1,
                configuration_digest=configuration,
                frozen_at=at,
                reason=reason,
                publication_id=publication_id,
                **each.figures.columns(),
            )
        )
    session.flush()
    state = STEPS[step].leads
    changed: dict[str, object] = {"state": state, "version": Filing.version + 1}
    if step == "renewed":
        changed |= {"submitted_by_id": None, "approved_by_id": None, "is_ex_officio": False}
        soonest = deadline_anew(session, at)
        changed["deadline_on"] = case((Filing.deadline_on < soonest, soonest), else_=Filing.deadline_on)
    ids = [each.filing_id for each in renewed]
    session.execute(
        update(Filing).where(Filing.id.in_(ids)).values(**changed), execution_options={"synchronize_session": False}
    )
    lines = [(each.filing_id, each.version.number + 1) for each in renewed]
    add_lines(session, lines, step, state, account_id=account_id, at=at, reason=reason)
    session.expire_all()


def default_deadline(session: Session, closed_on: date) -> date:
    """The last day to hand a filing in, unless the compiler sets another one."""
    return calendar(session).after(closed_on, DEADLINE_DAYS)


def deadline_anew(session: Session, at: datetime) -> date:
    """The first day that may be the deadline of a filing which goes back to its unit."""
    return calendar(session).after(province_day(at), RENEWAL_DAYS)


def proposal_digest(renewed: Sequence[Renewed]) -> str:
    """Names exactly what new versions would hold."""
    held = {each.unit.code: each.figures.digest for each in renewed}
    return frozen_figures.digest(json.dumps(held, sort_keys=True).encode())
