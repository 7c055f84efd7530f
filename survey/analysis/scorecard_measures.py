"""The registry of measures: shares that other rooms of the platform know of a unit and a year, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis import dialogue_board, petition_boards
from survey.analysis.subtrees import Subtrees
from survey.models import Commitment, Dossier, Petition, Remedy, Unit

Share = tuple[int, int]  # what counts, and of how many
Shares = Mapping[int, Share]  # by the key of every unit that was asked for
Reading = Callable[[Session, Sequence[Unit], int, date], Shares]


def opinions_on_time(session: Session, units: Sequence[Unit], year: int, today: date) -> Shares:
    """Opinions received in the year and answered by their deadline, of all that were due by now."""
    below, days = Subtrees.of(session, units), (date(year, 1, 1), date(year, 12, 31))
    parts = petition_boards.handled(session, below.holds(Petition.holder_id, indexed=False), days, today)
    return _below(below, ((key, part.on_time, part.due) for found in parts for key, part in found.items()))


def dialogues_held(session: Session, units: Sequence[Unit], year: int, _today: date) -> Shares:
    """Half-years of the year in which the unit held its dialogue in time, of two."""
    halves = [HalfYear(year, half) for half in (1, 2)]
    found = [(dialogue_board.dialogues_of(session, half), half) for half in halves]
    # A day after the year tells a dialogue that was held from one that is only planned.
    after = date(year + 1, 1, 1)

    def in_time(unit: Unit) -> int:
        return sum(dialogue_board.status_of(held.get(unit.id), half, after) == "held" for held, half in found)

    return {unit.id: (in_time(unit), len(halves)) for unit in units}


def commitments_kept(session: Session, units: Sequence[Unit], year: int, today: date) -> Shares:
    """Promises of the unit's dialogues that were due in the year by now, kept by their deadline."""
    return _by_deadline(session, Commitment, units, year, today)


def remedies_done(session: Session, units: Sequence[Unit], year: int, today: date) -> Shares:
    """Remedies of the unit that were due in the year by now, carried out by their deadline."""
    return _by_deadline(session, Remedy, units, year, today)


def dossiers_on_time(session: Session, units: Sequence[Unit], year: int, today: date) -> Shares:
    """Dossiers of the unit and below that were due in the year and are recorded for the counter score: returned by the
    day they were due, of all that were returned or should be by now."""
    below = Subtrees.of(session, units)
    due = select(Dossier.unit_id, _number(Dossier.returned_on <= Dossier.due_on), func.count()).where(
        below.holds(Dossier.unit_id),
        Dossier.counted_on.between(date(year, 1, 1), date(year, 12, 31)),
        or_(Dossier.returned_on.is_not(None), Dossier.due_on < today),
    )
    return _below(below, ((row[0], row[1], row[2]) for row in session.execute(due.group_by(Dossier.unit_id))))


def _by_deadline(
    session: Session, model: type[Commitment | Remedy], units: Sequence[Unit], year: int, today: date
) -> Shares:
    """Of what the units have of a kind with a deadline in the year, no later than today: what was done by then."""
    done = (model.state == "done") & (model.ended_on <= model.deadline_on)
    query = select(model.unit_id, _number(done), func.count()).where(
        model.unit_id.in_([unit.id for unit in units]),
        model.deadline_on.between(date(year, 1, 1), min(date(year, 12, 31), today)),
    )
    found = {row[0]: (int(row[1]), row[2]) for row in session.execute(query.group_by(model.unit_id))}
    return {unit.id: found.get(unit.id, (0, 0)) for unit in units}


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _below(subtrees: Subtrees, rows: Iterable[tuple[int, int, int]]) -> Shares:
    """The sums of each asked unit and all below it, from rows of a unit's key, what counts there and of how many."""
    sums = dict.fromkeys(subtrees.asked, (0, 0))
    for key, counted, base in rows:
        for unit_id in subtrees.at_or_above(key):
            before = sums[unit_id]
            sums[unit_id] = (before[0] + int(counted), before[1] + int(base))
    return sums


MEASURES: Mapping[str, Reading] = MappingProxyType(
    {
        each.__name__: each
        for each in (opinions_on_time, dialogues_held, commitments_kept, remedies_done, dossiers_on_time)
    }
)
