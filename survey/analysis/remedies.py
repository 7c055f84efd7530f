"""Remedies as their readers may see them: found by state, lateness and unit, and those that the public reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, load_only

from reports.figures import Figure, Text
from reports.report_figures import UnitReport
from survey.analysis.instrument import read_instrument
from survey.analysis.published import unit_of_wave
from survey.analysis.remedy_judgement import label_of
from survey.models import Remedy, RemedyJudgement, Unit, Wave
from survey.operations.poll_waves import IS_SURVEY

RUNNING = ("planned", "running")
State = Literal["", "open", "planned", "running", "late", "done", "dropped"]
STATES: tuple[State, ...] = ("open", "planned", "running", "late", "done", "dropped")
# What the public database role may read of a remedy (:mod:`survey.models.grants`).
PUBLIC = (
    Remedy.id,
    Remedy.unit_id,
    Remedy.wave_id,
    Remedy.subject,
    Remedy.subject_code,
    Remedy.ended_on,
    Remedy.said,
    Remedy.did,
    Remedy.is_public,
)
Owner = aliased(Unit, name="owner_unit")


@dataclass(frozen=True, slots=True)
class Filters:
    """`state` "open": planned or under way. `unit`: its remedies and those of the units below it. `movement`: as the
    next wave judged them."""

    state: State = ""
    unit: Unit | None = None
    movement: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    remedies: Sequence[Remedy]
    after: str | None  # the key of the next page


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are in reach: under way, late among them, done and dropped."""

    running: int
    late: int
    done: int
    dropped: int


def page(session: Session, within: ColumnElement[bool], filters: Filters, today: date, after: str, size: int) -> Page:
    """Remedies by deadline, the earliest first; `within` is a condition on :class:`Unit` or on :data:`Owner`.

    Raises ValueError for a key that none can be.
    """
    query = _chosen(within, filters, today).options(
        contains_eager(Remedy.unit), contains_eager(Remedy.owner_unit.of_type(Owner)), joinedload(Remedy.wave),
        joinedload(Remedy.judgement).joinedload(RemedyJudgement.wave),
    )  # fmt: skip
    if after:
        day, _, remedy_id = after.partition("_")
        query = query.where(tuple_(Remedy.deadline_on, Remedy.id) > (date.fromisoformat(day), int(remedy_id)))
    found = session.scalars(query.order_by(Remedy.deadline_on, Remedy.id).limit(size + 1)).all()
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.deadline_on.isoformat()}_{last.id}" if last else None)


def counts(session: Session, within: ColumnElement[bool], filters: Filters, today: date) -> Counts:
    """Of the unit asked for, whatever the state asked for."""
    chosen = _chosen(within, Filters(unit=filters.unit), today).with_only_columns(Remedy.state, Remedy.deadline_on)
    found = chosen.subquery()
    late = and_(found.c.state.in_(RUNNING), found.c.deadline_on < today)
    row = session.execute(
        select(
            func.count().filter(found.c.state.in_(RUNNING)),
            func.count().filter(late),
            func.count().filter(found.c.state == "done"),
            func.count().filter(found.c.state == "dropped"),
        ).select_from(found)
    ).one()
    return Counts(*row)


def is_late(remedy: Remedy, today: date) -> bool:
    return remedy.state in RUNNING and remedy.deadline_on < today


def labels(session: Session, remedies: Collection[Remedy]) -> dict[int, Text]:
    """What each remedy is to move, by its id."""
    found: dict[int, Text] = {}
    instruments: dict[int, Any] = {}
    for remedy in remedies:
        questionnaire = remedy.wave.questionnaire
        if questionnaire.id not in instruments:
            instruments[questionnaire.id] = read_instrument(session, questionnaire)
        label = label_of(instruments[questionnaire.id], remedy.subject, remedy.subject_code)
        found[remedy.id] = label or Text(remedy.subject_code)
    return found


def public_remedies(session: Session, unit: Unit) -> Sequence[Remedy]:
    """Those the unit chose to show, the newest first; of what it wrote for itself nothing is read."""
    query = select(Remedy).options(load_only(*PUBLIC, raiseload=True))
    query = query.where(Remedy.unit_id == unit.id, Remedy.is_public)
    return session.scalars(query.order_by(Remedy.ended_on.desc(), Remedy.id.desc())).all()


def of_figure(session: Session, unit: Unit, wave: Wave) -> dict[tuple[str, str], int]:
    """How many remedies there are against each item or factor that the wave showed for the unit."""
    rows = session.execute(
        select(Remedy.subject, Remedy.subject_code, func.count())
        .where(Remedy.unit_id == unit.id, Remedy.wave_id == wave.id)
        .group_by(Remedy.subject, Remedy.subject_code)
    ).all()
    return {(subject, code): number for subject, code, number in rows}


def weak_figures(report: UnitReport, most: int) -> list[tuple[str, Figure]]:
    """The items and factors of a report whose estimate lies under the target, the weakest first, with "item" or
    "factor"."""
    figures = [("item", item) for item in report.items] + [("factor", factor) for factor in report.charted_factors]
    weak = [
        (figure.estimate.estimate, kind, figure)
        for kind, figure in figures
        if figure.estimate.estimate is not None and figure.estimate.estimate < figure.verdict.target
    ]
    return [(kind, figure) for _, kind, figure in sorted(weak, key=lambda each: each[0])[:most]]


def last_published(session: Session, unit: Unit) -> Wave | None:
    """The newest published wave of citizens in which the unit took part."""
    waves = session.scalars(
        select(Wave)
        .where(Wave.state == "published", IS_SURVEY, Wave.respondents == "citizen")
        .order_by(Wave.period_end.desc(), Wave.period_start.desc())
    )
    return next((wave for wave in waves if unit_of_wave(session, wave, unit.code) is not None), None)


def _chosen(within: ColumnElement[bool], filters: Filters, today: date) -> Select[Remedy]:
    query = select(Remedy).join(Unit, Unit.id == Remedy.unit_id).join(Owner, Owner.id == Remedy.owner_unit_id)
    query = query.where(within)
    if filters.unit is not None:
        path = filters.unit.path
        below = or_(Unit.path.startswith(path, autoescape=True), Owner.path.startswith(path, autoescape=True))
        query = query.where(below)
    if filters.state == "late":
        query = query.where(Remedy.state.in_(RUNNING), Remedy.deadline_on < today)
    elif filters.state == "open":
        query = query.where(Remedy.state.in_(RUNNING))
    elif filters.state:
        query = query.where(Remedy.state == filters.state)
    if filters.movement:
        query = query.join(RemedyJudgement).where(RemedyJudgement.movement == filters.movement)
    return query
