"""Opinions as the counter score counts them: of an agency with its rooms, and only what citizens sent themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from survey.analysis.petition_boards import handled, read_handling
from survey.analysis.subtrees import Subtrees
from survey.models import Petition, Unit
from survey.operations.periods import half_year


def read_opinions(
    session: Session, units: Sequence[Unit], period: CounterPeriod, today: date
) -> Mapping[int, tuple[int, int]]:
    """Opinions answered on time and those that were due, of agencies with their rooms; only what citizens sent
    themselves, so that no office betters its score by hand."""
    below = Subtrees.of(session, units)
    days = (period.start, period.end)
    own, _entered = handled(session, below.holds(Petition.holder_id), days, today)
    found = {unit.id: (0, 0) for unit in units}
    for holder, part in own.items():
        agency = below.agency(holder)
        if agency is not None:
            on_time, due = found[agency]
            found[agency] = (on_time + part.on_time, due + part.due)
    return found


def read_content(session: Session, unit: Unit, period: CounterPeriod, today: date) -> tuple[int, int] | None:
    """Opinions without displeasure, and all accepted, as their own room tells them: by whole half-years and where the
    other units' do not give them away. A quarter amid one tells nothing, or its difference to the half-year would."""
    halves = {2: (1,), 4: (2,), 0: (1, 2)}.get(period.quarter, ())
    content = accepted = 0
    for half in halves:
        days = half_year(date(period.year, 6 * half, 1))
        report = read_handling(session, true(), days, today)
        agencies = _agencies(session, [row.code for row in report.units])
        for row in report.units:
            if agencies[row.code] == unit.id:
                if row.handling.displeased is None or report.told_on is not None:
                    return None
                content += row.handling.accepted - row.handling.displeased
                accepted += row.handling.accepted
    return (content, accepted) if accepted else None


def _agencies(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """The agency of each unit, by the unit's code: itself, of a room the nearest unit above that is none."""
    paths = {
        code: [int(part) for part in path.strip("/").split("/")]
        for code, path in session.execute(select(Unit.code, Unit.path).where(Unit.code.in_(codes)))
    }
    above = {unit_id for path in paths.values() for unit_id in path}
    rooms = set(session.scalars(select(Unit.id).where(Unit.id.in_(above), Unit.kind == "room")))
    return {code: next((each for each in reversed(path) if each not in rooms), path[0]) for code, path in paths.items()}
