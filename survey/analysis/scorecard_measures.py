"""The registry of measures: shares that other rooms of the platform know of a unit and a year, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis import dialogue_board, petition_boards
from survey.models import Commitment, Dossier, Remedy, Unit
from survey.operations.periods import half_year

Share = tuple[int, int]  # what counts, and of how many
Reading = Callable[[Session, Unit, int, date], Share]


def opinions_on_time(session: Session, unit: Unit, year: int, today: date) -> Share:
    """Opinions received in the year and answered by their deadline, of all that were due by now."""
    within = Unit.path.startswith(unit.path, autoescape=True)
    halves = [half_year(date(year, month, 1)) for month in (1, 7)]
    found = [petition_boards.read_handling(session, within, period, today) for period in halves]
    parts = [part for report in found for part in (report.total, report.entered)]
    return sum(part.on_time for part in parts), sum(part.due for part in parts)


def dialogues_held(session: Session, unit: Unit, year: int, _today: date) -> Share:
    """Half-years of the year in which the unit held its dialogue in time, of two."""
    halves = [HalfYear(year, half) for half in (1, 2)]
    held = [(dialogue_board.dialogues_of(session, half).get(unit.id), half) for half in halves]
    # A day after the year tells a dialogue that was held from one that is only planned.
    in_time = [dialogue_board.status_of(found, half, date(year + 1, 1, 1)) == "held" for found, half in held]
    return sum(in_time), len(halves)


def commitments_kept(session: Session, unit: Unit, year: int, today: date) -> Share:
    """Promises of the unit's dialogues that were due in the year by now, kept by their deadline."""
    due = select(func.count()).where(
        Commitment.unit_id == unit.id,
        Commitment.deadline_on.between(date(year, 1, 1), min(date(year, 12, 31), today)),
    )
    kept = due.where(Commitment.state == "done", Commitment.ended_on <= Commitment.deadline_on)
    return session.scalar(kept) or 0, session.scalar(due) or 0


def remedies_done(session: Session, unit: Unit, year: int, today: date) -> Share:
    """Remedies of the unit that were due in the year by now, carried out by their deadline."""
    due = select(func.count()).where(
        Remedy.unit_id == unit.id, Remedy.deadline_on.between(date(year, 1, 1), min(date(year, 12, 31), today))
    )
    done = due.where(Remedy.state == "done", Remedy.ended_on <= Remedy.deadline_on)
    return session.scalar(done) or 0, session.scalar(due) or 0


def dossiers_on_time(session: Session, unit: Unit, year: int, today: date) -> Share:
    """Dossiers of the unit and below that were due in the year and are recorded for the counter score: returned by the
    day they were due, of all that were returned or should be by now."""
    due = (
        select(func.count())
        .select_from(Dossier)
        .join(Unit, Unit.id == Dossier.unit_id)
        .where(
            Unit.path.startswith(unit.path, autoescape=True),
            Dossier.counted_on.between(date(year, 1, 1), date(year, 12, 31)),
            or_(Dossier.returned_on.is_not(None), Dossier.due_on < today),
        )
    )
    on_time = due.where(Dossier.returned_on <= Dossier.due_on)
    return session.scalar(on_time) or 0, session.scalar(due) or 0


MEASURES: Mapping[str, Reading] = MappingProxyType(
    {
        each.__name__: each
        for each in (opinions_on_time, dialogues_held, commitments_kept, remedies_done, dossiers_on_time)
    }
)
