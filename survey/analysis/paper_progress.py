"""How far the batches of paper forms are: a page of them, and the sums of each open wave."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, joinedload

from survey.models import PaperBatch, PaperEntry, Unit, Wave
from survey.operations.codes import normalise

PAGE = 50


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch with how many of its forms were typed, and typed again."""

    batch: PaperBatch
    typed: int
    typed_twice: int


@dataclass(frozen=True, slots=True)
class WaveLine:
    """The paper of one wave: batches, the forms in them, and of these the forms in batches that are finished."""

    wave: Wave
    batches: int
    forms: int
    typing: int
    checking: int
    accepted: int
    rejected: int


def batches_page(
    session: Session,
    within: ColumnElement[bool],
    *,
    wave: str = "",
    state: str = "",
    code: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[BatchLine], int | None]:
    """The newest batches of units `within` reach, below the id `before`, and the id the next page goes on from."""
    query = select(PaperBatch).join(PaperBatch.unit).join(PaperBatch.wave).where(within)
    if wave:
        query = query.where(Wave.code == wave)
    if state:
        query = query.where(PaperBatch.state == state)
    if code:
        query = query.where(PaperBatch.code == normalise(code))
    if before is not None:
        query = query.where(PaperBatch.id < before)
    query = query.options(
        joinedload(PaperBatch.unit), joinedload(PaperBatch.wave), joinedload(PaperBatch.counter)
    ).order_by(PaperBatch.id.desc())
    batches = session.scalars(query.limit(limit + 1)).all()
    counts = typed_forms(session, [batch.id for batch in batches[:limit]])
    lines = [BatchLine(batch, counts.get((batch.id, 1), 0), counts.get((batch.id, 2), 0)) for batch in batches[:limit]]
    return lines, lines[-1].batch.id if len(batches) > limit else None


def typed_forms(session: Session, batch_ids: list[int]) -> dict[tuple[int, int], int]:
    """How many forms of each batch were typed in each pass."""
    query = select(PaperEntry.batch_id, PaperEntry.pass_number, func.count()).where(PaperEntry.batch_id.in_(batch_ids))
    rows = session.execute(query.group_by(PaperEntry.batch_id, PaperEntry.pass_number))
    return {(batch, number): count for batch, number, count in rows}


def clerks(session: Session, batch: PaperBatch) -> list[tuple[int, int, int]]:
    """Who typed it: pass, account, number of forms."""
    query = (
        select(PaperEntry.pass_number, PaperEntry.entered_by_id, func.count())
        .where(PaperEntry.batch_id == batch.id)
        .group_by(PaperEntry.pass_number, PaperEntry.entered_by_id)
        .order_by(PaperEntry.pass_number, func.count().desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def waves_progress(session: Session, within: ColumnElement[bool]) -> list[WaveLine]:
    """The open waves that have batches of units `within` reach, newest first."""

    def forms(*states: str) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((PaperBatch.state.in_(states), PaperBatch.forms_expected), else_=0)), 0)

    query = (
        select(
            Wave,
            func.count(),
            func.sum(PaperBatch.forms_expected),
            forms("open"),
            forms("entered", "checked"),
            forms("accepted"),
            forms("rejected"),
        )
        .join(PaperBatch, PaperBatch.wave_id == Wave.id)
        .join(Unit, Unit.id == PaperBatch.unit_id)
        .where(within, Wave.state == "open")
        .group_by(Wave.id)
        .order_by(Wave.period_start.desc(), Wave.id.desc())
    )
    return [WaveLine(*row) for row in session.execute(query)]
