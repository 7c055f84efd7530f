"""Boards of opinions: who is late, by how much and why; and how the opinions of a period were handled, by unit, kind
and month. Every number is a count of cases. What officials entered is counted apart; ratings are told as
:mod:`survey.analysis.petition_ratings` says, and hidden as :mod:`survey.analysis.rating_disclosure` says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from reports.figures import Text
from reports.petition_figures import (
    Cause,
    Handling,
    HandlingReport,
    LateCase,
    LatenessReport,
    UnitHandling,
    UnitLateness,
)
from survey.analysis.petition_ratings import told, told_on
from survey.analysis.petitions import held
from survey.analysis.rating_disclosure import read_disclosure
from survey.models import Petition, Unit
from survey.models.petition import OPEN_STATES, PETITION_KINDS
from survey.operations.working_days import WorkingCalendar, calendar

MOST_CASES = 300  # listed one by one in a report
MONTHS = 12
DISPLEASED = (1, 2)  # of the five answers
_COUNTS = (
    "received",
    "rejected",
    "on_time",
    "late_answered",
    "late_open",
    "late_rejected",
    "waiting",
    "sent_back",
    "rated",
    "displeased",
)

Key = TypeVar("Key", bound=Hashable)
AnyRow: TypeAlias = Row[*tuple[Any, ...]]


def read_handling(
    session: Session, within: ColumnElement[bool], period: tuple[date, date], today: date
) -> HandlingReport:
    """How the cases received in a half-year (first and last day) were handled, of holders `within`. What is hidden of
    their ratings depends on all holders, not on the reach."""
    reach = held(session, within)
    rows = session.execute(
        select(Petition.source, Petition.holder_id, Petition.kind, *_counts(today, told(period[1], today)))
        .where(Petition.received_on.between(*period), reach)
        .group_by(Petition.source, Petition.holder_id, Petition.kind)
    ).all()
    own, entered = _apart(rows)
    units = _named(session, {row.holder_id for row in rows})
    by_unit, entered_by_unit = (_summed((row.holder_id, row[3:]) for row in part) for part in (own, entered))
    by_kind, entered_by_kind = (_summed((row.kind, row[3:]) for row in part) for part in (own, entered))
    later = told_on(period[1])
    is_told = later <= today
    rules = read_disclosure(session, period, today) if is_told else None
    shown = {
        key: part if rules and key not in rules.hidden else _without_ratings(part) for key, part in by_unit.items()
    }
    total = _together(by_unit.values())
    by_code = (UnitHandling(*units[key], shown.get(key, Handling()), _unrated(entered_by_unit, key)) for key in units)
    return HandlingReport(
        *period,
        None if is_told else later,
        total if rules and rules.tells_total(by_unit) else _without_ratings(total),
        _without_ratings(_together(entered_by_unit.values())),
        tuple(sorted(by_code, key=lambda row: (-row.handling.received - row.entered.received, row.code))),
        tuple(
            (kind, _unrated(by_kind, kind), _unrated(entered_by_kind, kind))
            for kind in PETITION_KINDS
            if kind in by_kind or kind in entered_by_kind
        ),
        _months(session, reach, period[1], today),
    )


def read_lateness(
    session: Session, within: ColumnElement[bool], period: tuple[date, date], today: date, *, cases: int = 0
) -> LatenessReport:
    """What is late today of holders `within`, with `cases` of them one by one, and the handling of a period."""
    reach, days = held(session, within), calendar(session)
    handling, entered = handled(session, reach, period, today)
    # Not grouped by the database: it would read a whole index in the order of the groups.
    waiting = select(Petition.holder_id, Petition.deadline_on).where(Petition.state.in_(OPEN_STATES), reach)
    standing = Counter((row.holder_id, row.deadline_on) for row in session.execute(waiting))
    lateness = {day: days.late(day, today) for day in {day for _holder_id, day in standing}}
    opened: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (holder_id, day), number in standing.items():
        opened[holder_id].append((number, lateness[day]))
    causes = _causes(session, reach, today)
    units = _named(session, {*handling, *entered, *opened})
    rows = [
        _lateness(
            *units[key],
            opened.get(key, []),
            causes.get(key, Counter()),
            _unrated(handling, key),
            _unrated(entered, key),
        )
        for key in units
    ]
    rows.sort(key=lambda row: (-row.late, -row.days, -row.open, row.code))
    every = [one for found in opened.values() for one in found]
    together: Counter[str] = sum(causes.values(), Counter())
    own_total, entered_total = (_without_ratings(_together(found.values())) for found in (handling, entered))
    total = _lateness("", Text("", ""), every, together, own_total, entered_total)
    listed = _cases(session, reach, today, days, min(cases, MOST_CASES)) if cases else ()
    return LatenessReport(today, *period, tuple(rows), total, listed, total.late - len(listed))


def handled(
    session: Session, reach: ColumnElement[bool], period: tuple[date, date], today: date
) -> tuple[dict[int, Handling], dict[int, Handling]]:
    """How the cases received in a period were handled, by the key of their holder: those that citizens sent themselves,
    and those that officials entered. In one statement; no ratings are told."""
    rows = session.execute(
        select(Petition.source, Petition.holder_id, *_counts(today))
        .where(Petition.received_on.between(*period), reach)
        .group_by(Petition.source, Petition.holder_id)
    ).all()
    own, entered = (_summed((row.holder_id, row[2:]) for row in part) for part in _apart(rows))
    return own, entered


def _counts(today: date, rated: ColumnElement[bool] | None = None) -> list[ColumnElement[int]]:
    """The sums that make a :class:`Handling`, in its order; of ratings those that are `rated`, by default none."""
    rated = false() if rated is None else rated
    answered, rejected = Petition.answered_on.is_not(None), Petition.state == "rejected"
    is_open = Petition.state.in_(OPEN_STATES)
    answered_late = and_(answered, Petition.answered_on > Petition.deadline_on)
    late = or_(Petition.was_late, answered_late, and_(is_open, Petition.deadline_on < today))
    conditions = (
        Petition.received_on.is_not(None),
        rejected,
        and_(answered, ~late),
        and_(answered, late),
        and_(is_open, late),
        and_(rejected, Petition.was_late),
        and_(is_open, ~late),
        Petition.reopened > 0,
        rated,
        and_(~rejected, or_(Petition.reopened > 0, and_(rated, Petition.rating.in_(DISPLEASED)))),
    )
    return [
        func.sum(case((condition, 1), else_=0)).label(name) for name, condition in zip(_COUNTS, conditions, strict=True)
    ]


def _apart(rows: Iterable[AnyRow]) -> tuple[list[AnyRow], list[AnyRow]]:
    """What citizens sent themselves, and what officials entered."""
    return [row for row in rows if row.source != "staff"], [row for row in rows if row.source == "staff"]


def _summed(rows: Iterable[tuple[Key, Iterable[int]]]) -> dict[Key, Handling]:
    sums: dict[Key, list[int]] = {}
    for key, numbers in rows:
        sums[key] = [a + int(b) for a, b in zip(sums.get(key, [0] * len(_COUNTS)), numbers, strict=True)]
    return {key: Handling(*numbers) for key, numbers in sums.items()}


def _together(parts: Iterable[Handling]) -> Handling:
    return _summed(("", [getattr(part, name) for name in _COUNTS]) for part in parts).get("", Handling())


def _unrated(parts: Mapping[Key, Handling], key: Key) -> Handling:
    return _without_ratings(parts.get(key, Handling()))


def _without_ratings(part: Handling) -> Handling:
    return replace(part, rated=None, displeased=None)


def _named(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, Text]]:
    """Code and name of units by their id."""
    wanted = set(ids)
    rows = session.execute(select(Unit.id, Unit.code, Unit.name_vi, Unit.name_en))
    return {row.id: (row.code, Text(row.name_vi, row.name_en or row.name_vi)) for row in rows if row.id in wanted}


def _months(
    session: Session, reach: ColumnElement[bool], last: date, today: date
) -> tuple[tuple[date, Handling, Handling], ...]:
    """The last twelve months until the one of `last`, or of today where that is earlier; ratings are not told."""
    end = min(last, today)
    number = end.year * 12 + end.month - 1
    firsts = [date(month // 12, month % 12 + 1, 1) for month in range(number - MONTHS + 1, number + 1)]
    rows = session.execute(
        select(Petition.source, Petition.received_on, *_counts(today))
        .where(Petition.received_on.between(firsts[0], end), reach)
        .group_by(Petition.source, Petition.received_on)
    ).all()
    own, entered = (_summed((row.received_on.replace(day=1), row[2:]) for row in part) for part in _apart(rows))
    return tuple((first, _unrated(own, first), _unrated(entered, first)) for first in firsts)


def _causes(session: Session, reach: ColumnElement[bool], today: date) -> dict[int, Counter[str]]:
    """How often each cause was stated for cases that are late today, by holder; empty: none was."""
    rows = session.execute(
        select(Petition.holder_id, Petition.late_cause, func.count())
        .where(Petition.state.in_(OPEN_STATES), Petition.deadline_on < today, reach)
        .group_by(Petition.holder_id, Petition.late_cause)
    )
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for holder_id, text, number in rows:
        found[holder_id][text] += number
    return found


def _lateness(
    code: str,
    name: Text,
    standing: Iterable[tuple[int, int]],
    causes: Mapping[str, int],
    handling: Handling,
    entered: Handling,
) -> UnitLateness:
    """Of pairs: how many cases, by how many working days they are late."""
    pairs = list(standing)
    return UnitLateness(
        code,
        name,
        sum(number for number, _days in pairs),
        sum(number for number, days in pairs if days),
        sum(number * days for number, days in pairs),
        max((days for _number, days in pairs), default=0),
        tuple(Cause(text, number) for text, number in sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))),
        handling,
        entered,
    )


def _cases(
    session: Session, reach: ColumnElement[bool], today: date, days: WorkingCalendar, most: int
) -> tuple[LateCase, ...]:
    """The cases that are late longest."""
    rows = session.execute(
        select(
            Petition.reference,
            Petition.kind,
            Petition.received_on,
            Petition.deadline_on,
            Petition.late_cause,
            Unit.name_vi,
            Unit.name_en,
        )
        .join(Unit, Unit.id == Petition.holder_id)
        .where(Petition.state.in_(OPEN_STATES), Petition.deadline_on < today, reach)
        .order_by(Petition.deadline_on, Petition.id)
        .limit(most)
    )
    return tuple(
        LateCase(
            row.reference,
            row.kind,
            Text(row.name_vi, row.name_en or row.name_vi),
            row.received_on,
            row.deadline_on,
            days.late(row.deadline_on, today),
            row.late_cause,
        )
        for row in rows
    )
