"""What is to be fixed of a period's counter scores, what was fixed when and why, and what records say since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from reports.counter_score_figures import CounterPeriod, UnitScore
from reports.figures import Place
from survey.analysis.counter_freezing import canonical, differs, frozen_ids, latest_fixing, scores_in
from survey.analysis.counter_opinions import last_deadline
from survey.analysis.counter_readings import PAGE, Board, compute_scores, has_recorded
from survey.models import AuditEntry, CounterFixing, CounterRecord, Dossier, PetitionStep, Unit

_CHUNK = 200  # units scored at once
_TOLD_OF = ("dossiers", "counter_record")  # the audit log's kinds of subject that move a score

Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The scores of all agencies as they are now, by unit id, and in their canonical spelling. `stamp` is of the
    records they were read from; until `waiting_until` (None: no longer) opinions may be answered in time, which moves
    them."""

    period: CounterPeriod
    scores: Mapping[int, UnitScore]
    content: bytes
    stamp: Stamp
    waiting_until: date | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A unit of which records now say something else than was fixed; None: not in it, or nothing recorded any more."""

    place: Place
    fixed: UnitScore | None
    now: UnitScore | None


def read_scores_now(session: Session, period: CounterPeriod, today: date) -> Reading:
    """The scores of all agencies that recorded something, as they are now, by code."""
    stamp = records_stamp(session)
    query = select(Unit).where(Unit.kind != "room", has_recorded(period, today))
    units = session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code)).all()
    parts = (units[start : start + _CHUNK] for start in range(0, len(units), _CHUNK))
    computed = (score for part in parts for score in compute_scores(session, part, period, today))
    scores = {unit.id: score for unit, score in zip(units, computed, strict=True)}
    return Reading(period, scores, canonical(period, scores), stamp, last_deadline(session, period, today))


def records_stamp(session: Session) -> Stamp:
    """What changes with every dossier, quarterly record and step of an opinion that is recorded or corrected, and is
    read in no time. It says nothing of surveys, which close by a date of their own."""
    noted = select(func.max(AuditEntry.id)).where(AuditEntry.subject_kind.in_(_TOLD_OF))
    steps = select(func.count()).select_from(PetitionStep)
    parts = (select(func.max(Dossier.id)), select(func.max(CounterRecord.id)), steps, noted)
    row = session.execute(select(*(part.scalar_subquery() for part in parts))).one()
    return tuple(int(each or 0) for each in row)


def count_recorded(session: Session, period: CounterPeriod, today: date) -> int:
    """How many agencies recorded something in the period."""
    query = select(func.count()).select_from(Unit).where(Unit.kind != "room", has_recorded(period, today))
    return session.scalar(query) or 0


def live_board(session: Session, period: CounterPeriod, today: date, after: str = "") -> Board:
    """The agencies that recorded something as records say now, by code, a page of them."""
    query = select(Unit).where(Unit.kind != "room", has_recorded(period, today), Unit.code > after)
    found = session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code).limit(PAGE + 1)).all()
    units = found[:PAGE]
    scores = compute_scores(session, units, period, today) if units else []
    return Board(tuple(scores), units[-1].code if len(found) > PAGE else None)


def frozen_board(session: Session, fixing: CounterFixing, after: str = "") -> Board:
    """The scores that were frozen, by the units' codes, a page of them."""
    query = select(Unit).where(Unit.id.in_(frozen_ids(fixing)), Unit.code > after)
    found = session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code).limit(PAGE + 1)).all()
    scores = scores_in(fixing, found[:PAGE])
    return Board(tuple(scores.values()), found[PAGE - 1].code if len(found) > PAGE else None)


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


def differences(session: Session, fixing: CounterFixing, now: Mapping[int, UnitScore]) -> list[Difference]:
    """The units of which the scores `now` (by unit id) say something else than the fixing, by code."""
    query = select(Unit).where(Unit.id.in_(frozen_ids(fixing))).options(joinedload(Unit.parent))
    fixed = scores_in(fixing, session.scalars(query))
    found = []
    for key in fixed.keys() | now.keys():
        one, other = fixed.get(key), now.get(key)
        if one is None or other is None or differs(one, other):
            found.append(Difference((one or other).place, one, other))  # type: ignore[union-attr]  # one of them is
    return sorted(found, key=lambda each: each.place.code)


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
