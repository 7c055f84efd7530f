"""Lists of filings: those within a reader's reach, and the board of a wave for the Interior Department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session, contains_eager

from survey.models import EDITABLE_STATES, FILING_STATES, Filing, FilingStep, FilingVersion, Unit, Wave
from survey.operations.periods import province_day

LATE = "late"
BOARD_STATES = (*FILING_STATES, LATE)


@dataclass(frozen=True, slots=True)
class Line:
    """A filing with the version that holds."""

    filing: Filing
    version: FilingVersion


def lines_page(
    session: Session, within: ColumnElement[bool], *, wave: Wave | None = None, after: int = 0, size: int = 50
) -> tuple[list[Line], int | None]:
    """A page of the filings of units `within`, the newest wave first, and the id after which the next begins."""
    query = _lines().where(within)
    if wave is not None:
        query = query.where(Filing.wave_id == wave.id)
    if after:
        key = session.execute(
            select(Wave.period_end, Wave.id, Unit.path).select_from(Filing).join(Filing.wave).join(Filing.unit)
            .where(Filing.id == after)
        ).first()  # fmt: skip
        if key is not None:
            later = tuple_(Wave.period_end, Wave.id) < tuple_(key[0], key[1])
            query = query.where(later | ((Wave.id == key[1]) & (Unit.path > key[2])))
    rows = session.execute(query.order_by(Wave.period_end.desc(), Wave.id.desc(), Unit.path).limit(size + 1)).all()
    shown = [Line(*row) for row in rows[:size]]
    return shown, shown[-1].filing.id if len(rows) > size else None


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What of a wave's filings the board lists; empty: all. "late" are those not handed in after their deadline.

    `by` is the order: "unit" by code, "deadline" by the last day first, "estimate" the lowest satisfaction first.
    """

    state: str = ""
    kind: str = ""
    by: str = "unit"


def board_page(
    session: Session, wave: Wave, chosen: BoardFilter, today: date, *, after: str = "", size: int = 100
) -> tuple[list[Line], str | None]:
    """A page of the wave's filings and the unit's code after which the next begins; `after` is such a code."""
    query = _lines().where(Filing.wave_id == wave.id, *_conditions(chosen, today))
    order: tuple[ColumnElement[object], ...] = {
        "unit": (Unit.code,),
        "deadline": (Filing.deadline_on, Unit.code),
        "estimate": (func.coalesce(FilingVersion.estimate, 2.0), Unit.code),
    }.get(chosen.by, (Unit.code,))  # type: ignore[assignment]  # columns of several types
    if after:
        key = session.execute(_lines().with_only_columns(*order).where(Filing.wave_id == wave.id, Unit.code == after))
        found = key.first()
        if found is not None:
            query = query.where(tuple_(*order) > tuple_(*found))
    rows = session.execute(query.order_by(*order).limit(size + 1)).all()
    shown = [Line(*row) for row in rows[:size]]
    return shown, shown[-1].filing.unit.code if len(rows) > size else None


def counts(session: Session, wave: Wave, today: date) -> dict[str, int]:
    """How many filings of the wave stand in each state, and how many are late."""
    rows = session.execute(select(Filing.state, func.count()).where(Filing.wave_id == wave.id).group_by(Filing.state))
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    late = select(func.count()).select_from(Filing).where(Filing.wave_id == wave.id, *_late(today))
    return dict.fromkeys(BOARD_STATES, 0) | found | {LATE: session.scalar(late) or 0}


def late_filings(session: Session, wave: Wave, today: date) -> Sequence[Filing]:
    """The filings that no unit handed in until the deadline, in the order of their units' codes."""
    query = select(Filing).join(Filing.unit).where(Filing.wave_id == wave.id, *_late(today))
    return session.scalars(query.options(contains_eager(Filing.unit)).order_by(Unit.code)).all()


def waves_with_filings(session: Session, within: ColumnElement[bool]) -> Sequence[Wave]:
    """The waves that have filings of units `within`, the newest first."""
    filed = select(Filing.wave_id).join(Filing.unit).where(within)
    query = select(Wave).where(Wave.id.in_(filed)).order_by(Wave.period_end.desc(), Wave.id.desc())
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class PublicVersion:
    """A version of a published filing that the public may read; `reason` says why it replaced the one before it."""

    number: int
    digest: str
    day: date
    reason: str
    is_current: bool


def public_versions(session: Session, wave: Wave, unit: Unit) -> list[PublicVersion]:
    """The versions of the unit's filing that were published, the newest first; none where the wave has no filings.

    Reads single columns: the public's database role knows no more of a filing.
    """
    published = FilingStep.state.in_(("published", "corrected"))
    rows = session.execute(
        select(
            FilingVersion.number,
            FilingVersion.figures_digest,
            FilingVersion.reason,
            FilingStep.at,
            Filing.version,
            FilingStep.state,
        )
        .join(Filing, Filing.id == FilingVersion.filing_id)
        .join(FilingStep, (FilingStep.filing_id == Filing.id) & (FilingStep.version == FilingVersion.number))
        .where(Filing.wave_id == wave.id, Filing.unit_id == unit.id, published)
        .order_by(FilingVersion.number.desc())
    )
    if wave.published_at is None:
        return []
    first = province_day(wave.published_at)  # a wave from before there were filings was frozen later
    return [
        PublicVersion(number, digest, first if state == "published" else province_day(at), reason, number == current)
        for number, digest, reason, at, current, state in rows
    ]


def public_figures(session: Session, wave: Wave, unit: Unit, number: int) -> bytes | None:
    """What a published version of the unit's filing holds (see :mod:`survey.analysis.frozen_figures`)."""
    if number not in {version.number for version in public_versions(session, wave, unit)}:
        return None
    return session.scalar(
        select(FilingVersion.figures)
        .join(Filing, Filing.id == FilingVersion.filing_id)
        .where(Filing.wave_id == wave.id, Filing.unit_id == unit.id, FilingVersion.number == number)
    )


def _lines() -> Select[Filing, FilingVersion]:
    return (
        select(Filing, FilingVersion)
        .join(FilingVersion, (FilingVersion.filing_id == Filing.id) & (FilingVersion.number == Filing.version))
        .join(Filing.unit)
        .join(Filing.wave)
        .options(contains_eager(Filing.unit), contains_eager(Filing.wave))
    )


def _conditions(chosen: BoardFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.state == LATE:
        conditions += _late(today)
    elif chosen.state:
        conditions.append(Filing.state == chosen.state)
    if chosen.kind:
        conditions.append(Unit.kind == chosen.kind)
    return conditions


def _late(today: date) -> tuple[ColumnElement[bool], ...]:
    return (Filing.state.in_(EDITABLE_STATES), Filing.deadline_on < today)
