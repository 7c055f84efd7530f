"""Scores of the one-stop counter as their pages show them: from dossiers, quarterly records, opinions and surveys.

A dossier counts in the period it was returned in, or, late, in the one it was due in; one that is not returned and not
due yet counts nowhere. The dossiers of an agency are its own; opinions also those of its rooms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from forms.counter_rules import CounterRules
from reports.counter_score_figures import (
    CounterPeriod,
    DossierLine,
    OfficialScore,
    OnTime,
    RulesLabel,
    UnitScore,
)
from reports.figures import Text
from survey.analysis import disclosure, labels
from survey.analysis.counter_freezing import fixed_ids, fixed_scores
from survey.analysis.counter_opinions import read_opinions
from survey.analysis.counter_scores import (
    Facts,
    agency_score,
    dossier_points,
    official_score,
    on_time_of,
    pace_of,
)
from survey.analysis.counter_surveys import read_surveys
from survey.models import CounterRecord, Dossier, Unit
from survey.operations.counter_rules import rules_on

PAGE = 50
QUARTERS = 5  # of a trend: this one and those until the same of last year

_PACE = case(
    (and_(Dossier.returned_on.is_not(None), Dossier.returned_on < Dossier.due_on), "early"),
    (Dossier.returned_on == Dossier.due_on, "on_time"),
    else_="late",
)
_FACTS = (
    _PACE,
    Dossier.agency_pace,
    Dossier.extra_contacts,
    Dossier.agencies,
    Dossier.publication,
    Dossier.complaint,
)


@dataclass(frozen=True, slots=True)
class Board:
    scores: tuple[UnitScore, ...]
    after: str | None  # the code behind which the next page begins


@dataclass(frozen=True, slots=True)
class Dossiers:
    lines: tuple[DossierLine, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Officials:
    lines: tuple[OfficialScore, ...]
    after: str | None  # the code behind which the next page begins


def read_board(
    session: Session, within: ColumnElement[bool], period: CounterPeriod, today: date, after: str = ""
) -> Board:
    """The agencies within reach that recorded something in the period, by code, a page of them."""
    listed = or_(has_recorded(period, today), Unit.id.in_(fixed_ids(session, period)))
    query = select(Unit).where(within, Unit.kind != "room", listed, Unit.code > after)
    found = session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code).limit(PAGE + 1)).all()
    units = found[:PAGE]
    scores = read_scores(session, units, period, today) if units else []
    return Board(tuple(scores), units[-1].code if len(found) > PAGE else None)


def has_recorded(period: CounterPeriod, today: date) -> ColumnElement[bool]:
    """The condition that a unit recorded dossiers of the period, or reported one of its quarters."""
    return or_(
        exists().where(Dossier.unit_id == Unit.id, *_counted(period, today)),
        exists().where(CounterRecord.unit_id == Unit.id, *_reported(period)),
    )


def read_scores(session: Session, units: Sequence[Unit], period: CounterPeriod, today: date) -> list[UnitScore]:
    """The scores of agencies in a period, as they were fixed, or where they were not, as they are now."""
    fixed = fixed_scores(session, units, period)
    rest = [unit for unit in units if unit.id not in fixed]
    computed = compute_scores(session, rest, period, today) if rest else []
    found = fixed | {unit.id: score for unit, score in zip(rest, computed, strict=True)}
    return [found[unit.id] for unit in units]


def compute_scores(session: Session, units: Sequence[Unit], period: CounterPeriod, today: date) -> list[UnitScore]:
    """The scores of agencies from what is recorded now."""
    version, rules, _text = rules_on(session, period.end)
    ids = [unit.id for unit in units]
    tallies: dict[int, dict[Facts, int]] = defaultdict(dict)
    overdue: dict[int, int] = defaultdict(int)
    for key, facts, number, open_still in _tallied(session, Dossier.unit_id, Dossier.unit_id.in_(ids), period, today):
        tallies[key][facts] = number
        overdue[key] += open_still
    records: dict[int, list[CounterRecord]] = defaultdict(list)
    for record in session.scalars(
        select(CounterRecord).where(CounterRecord.unit_id.in_(ids), *_reported(period)).order_by(CounterRecord.quarter)
    ):
        records[record.unit_id].append(record)
    opinions = read_opinions(session, units, period, today)
    surveys = read_surveys(session, units, period, rules.surveys)
    label = _label(version, rules)
    return [
        UnitScore(
            labels.place(unit),
            period,
            agency_score(
                rules, unit.kind, tallies[unit.id], records[unit.id], opinions[unit.id], surveys.get(unit.id, {})
            ),
            _on_time(rules, tallies[unit.id], overdue[unit.id], records[unit.id]),
            label,
        )
        for unit in units
    ]


def read_trend(session: Session, unit: Unit, period: CounterPeriod, today: date) -> list[UnitScore]:
    """The quarters up to the period's last, or the years up to it, the oldest first, but those with nothing."""
    periods = [period]
    while len(periods) < QUARTERS:
        periods.append(periods[-1].before)
    scores = [read_scores(session, [unit], each, today)[0] for each in reversed(periods)]
    return [each for each in scores if each.on_time.dossiers or any(i.points is not None for i in _own(each))]


def _own(score: UnitScore) -> Iterable[Any]:
    """The indicators that something had to be recorded for: without any opinion the eighth has two points anyway, and
    a survey is no record of the agency's."""
    return (each for each in score.score.indicators if each.number != 8 and each.survey is None)


def read_officials(
    session: Session, unit: Unit, period: CounterPeriod, today: date, after: str = "", size: int = PAGE
) -> Officials:
    """The officials of an agency by their codes, a page of them; none is told whose dossiers are few enough to be known
    singly, nor could be worked out from the others or, of a year, from its quarters."""
    _version, rules, _text = rules_on(session, period.end)
    here = (Dossier.unit_id == unit.id, *_counted(period, today), Dossier.official > after)
    query = select(Dossier.official).where(*here).group_by(Dossier.official).order_by(Dossier.official).limit(size + 1)
    found = session.scalars(query).all()
    codes = found[:size]
    tallies: dict[str, dict[Facts, int]] = defaultdict(dict)
    theirs = (Dossier.unit_id == unit.id) & Dossier.official.in_(codes)
    for code, facts, number, _open in _tallied(session, Dossier.official, theirs, period, today):
        tallies[code][facts] = number
    hidden = _hidden_officials(session, unit, period, today)
    lines = tuple(
        OfficialScore(code, None, None)
        if code in hidden
        else OfficialScore(code, sum(tallies[code].values()), official_score(rules, tallies[code]))
        for code in codes
    )
    return Officials(lines, codes[-1] if len(found) > size else None)


def _hidden_officials(session: Session, unit: Unit, period: CounterPeriod, today: date) -> frozenset[str]:
    """Whom not to tell of: small ones, and others until they hold enough together. In a year also everybody who is not
    told in one of its quarters, or the year minus the other quarters would be that quarter."""
    quarters = () if period.quarter else tuple(CounterPeriod(period.year, quarter) for quarter in (1, 2, 3, 4))
    before = frozenset[str]().union(*(_hidden_officials(session, unit, each, today) for each in quarters))
    query = select(Dossier.official, func.count()).where(Dossier.unit_id == unit.id, *_counted(period, today))
    sizes = dict(session.execute(query.group_by(Dossier.official)).all())
    unnamed = sizes.pop("", 0)  # of no official: they stand in the agency's total alone
    return disclosure.hidden_in_line(sizes, before, rest=unnamed)


def read_dossiers(
    session: Session,
    unit: Unit,
    period: CounterPeriod,
    today: date,
    after: int = 0,
    size: int = PAGE,
    *,
    late: bool = False,
) -> Dossiers:
    """The dossiers of an agency (the `late` ones alone) in the order they were recorded, a page of them; whose they
    were is not told."""
    _version, rules, _text = rules_on(session, period.end)
    query = select(Dossier).where(Dossier.unit_id == unit.id, *_counted(period, today), Dossier.id > after)
    if late:
        query = query.where(_PACE == "late")
    found = session.scalars(query.order_by(Dossier.id).limit(size + 1)).all()
    lines = tuple(_line(rules, dossier) for dossier in found[:size])
    return Dossiers(lines, lines[-1].id if len(found) > size else None)


def _counted(period: CounterPeriod, today: date) -> tuple[ColumnElement[bool], ...]:
    settled = or_(Dossier.returned_on.is_not(None), Dossier.due_on < today)
    return Dossier.counted_on.between(period.start, period.end), settled


def _reported(period: CounterPeriod) -> tuple[ColumnElement[bool], ...]:
    year = CounterRecord.year == period.year
    return (year, CounterRecord.quarter == period.quarter) if period.quarter else (year,)


def _tallied(
    session: Session,
    key: InstrumentedAttribute[Any],
    within: ColumnElement[bool],
    period: CounterPeriod,
    today: date,
) -> list[tuple[Any, Facts, int, int]]:
    """How many dossiers with the same facts there are by `key`, and how many of them are not returned."""
    waiting = func.sum(case((Dossier.returned_on.is_(None), 1), else_=0))
    query = select(key, *_FACTS, func.count(), waiting).where(within, *_counted(period, today)).group_by(key, *_FACTS)
    rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(query).all()
    return [(row[0], Facts._make(row[1:7]), int(row[7]), int(row[8])) for row in rows]


def _on_time(rules: CounterRules, tally: Mapping[Facts, int], overdue: int, records: Sequence[CounterRecord]) -> OnTime:
    number = sum(tally.values())
    on_time = sum(many for facts, many in tally.items() if facts.pace != "late")
    told = sum(record.dossiers_total or 0 for record in records)
    return on_time_of(on_time, number, overdue, told if told > number else None, rules.on_time.least)


def _line(rules: CounterRules, dossier: Dossier) -> DossierLine:
    facts = Facts(
        pace_of(dossier.returned_on, dossier.due_on),
        dossier.agency_pace,
        dossier.extra_contacts,
        dossier.agencies,
        dossier.publication,
        dossier.complaint,
    )
    days = (dossier.received_on, dossier.due_on, dossier.returned_on)
    return DossierLine(dossier.id, dossier.code, dossier.field, *days, dossier_points(rules, facts))


def _label(version: int, rules: CounterRules) -> RulesLabel:
    return RulesLabel(
        version,
        Text(rules.name.vi, rules.name.en),
        rules.reference,
        rules.left_out,
        rules.on_time.reference,
        rules.on_time.most,
    )
