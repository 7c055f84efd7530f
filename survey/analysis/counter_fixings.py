"""What is to be fixed of a period's counter scores, what was fixed when and why, and what records say since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from reports.counter_score_figures import CounterPeriod, UnitScore
from reports.figures import Place
from survey.analysis.counter_freezing import differs, latest_fixing, scores_in
from survey.analysis.counter_readings import compute_scores, has_recorded
from survey.models import CounterFixing, Unit

_CHUNK = 200  # units scored at once


@dataclass(frozen=True, slots=True)
class Difference:
    """A unit of which records now say something else than was fixed; None: not in it, or nothing recorded any more."""

    place: Place
    fixed: UnitScore | None
    now: UnitScore | None


def all_scores(session: Session, period: CounterPeriod, today: date) -> list[UnitScore]:
    """The scores of all agencies that recorded something, as they are now, by code."""
    query = select(Unit).where(Unit.kind != "room", has_recorded(period, today))
    units = session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code)).all()
    parts = (units[start : start + _CHUNK] for start in range(0, len(units), _CHUNK))
    return [score for part in parts for score in compute_scores(session, part, period, today)]


def undecided(session: Session, period: CounterPeriod) -> CounterFixing | None:
    """What waits for a second person."""
    return session.scalar(_of(period).where(CounterFixing.decided_at.is_(None)))


def asked_by_others(session: Session, account_id: int) -> list[CounterPeriod]:
    """The periods whose frozen scores this person may confirm, the oldest first."""
    query = select(CounterFixing.year, CounterFixing.quarter).where(
        CounterFixing.decided_at.is_(None), CounterFixing.asked_by_id != account_id
    )
    return [CounterPeriod(*row) for row in session.execute(query.order_by(CounterFixing.id))]


def history(session: Session, period: CounterPeriod) -> Sequence[CounterFixing]:
    """What was decided of the period, the newest first."""
    decided = _of(period).where(CounterFixing.decided_at.is_not(None))
    return session.scalars(decided.order_by(CounterFixing.id.desc()).limit(50)).all()


def differences(session: Session, fixing: CounterFixing, now: Iterable[UnitScore]) -> list[Difference]:
    """The units of which the scores `now` say something else than the fixing, by code."""
    fixed = {score.place.code: score for score in scores_in(session, fixing)}
    current = {score.place.code: score for score in now}
    found = []
    for code in sorted(fixed.keys() | current.keys()):
        one, other = fixed.get(code), current.get(code)
        if one is None or other is None or differs(one, other):
            found.append(Difference((one or other).place, one, other))  # type: ignore[union-attr]  # one of them is
    return found


def differing(
    session: Session, scores: Sequence[UnitScore], period: CounterPeriod, today: date
) -> dict[str, UnitScore]:
    """By code what records say now of those of the shown scores that were fixed otherwise, or not at all; nothing where
    the period is not fixed."""
    if latest_fixing(session, period) is None or not scores:
        return {}
    units = session.scalars(
        select(Unit).where(Unit.code.in_([score.place.code for score in scores])).options(joinedload(Unit.parent))
    ).all()
    now = {score.place.code: score for score in compute_scores(session, units, period, today)}
    return {
        score.place.code: now[score.place.code]
        for score in scores
        if score.fixed is None or differs(score, now[score.place.code])
    }


def _of(period: CounterPeriod) -> Select[CounterFixing]:
    return select(CounterFixing).where(CounterFixing.year == period.year, CounterFixing.quarter == period.quarter)
