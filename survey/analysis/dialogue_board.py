"""Which units held their dialogue of a half-year, which must soon, which are late: the Interior Department's board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis.unit_choice import in_list_order
from survey.models import Commitment, Dialogue, Unit
from survey.models.base import UtcDateTime
from survey.operations.periods import half_year, province_day

Status = Literal["late", "due", "running", "planned", "none", "held_late", "held"]
STATUSES: tuple[Status, ...] = ("late", "due", "running", "planned", "none", "held_late", "held")
# Who must hold a dialogue every half-year; a room may, and so may the province.
DUTY_KINDS = ("department", "commune")
PAGE = 50
_HELD = ("held", "concluded")
_ORDER = ("held", "concluded", "running", "announced", "planned")


@dataclass(frozen=True, slots=True)
class Held:
    """The dialogue by which a unit is judged: the first it held, else the furthest it has come."""

    code: str
    state: str
    day: date
    key: int


@dataclass(frozen=True, slots=True)
class Line:
    unit_id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    path: str
    status: Status
    dialogue: Held | None
    late_commitments: int


def period_of(today: date) -> HalfYear:
    return HalfYear(today.year, 1 if today.month <= 6 else 2)


def days_of(period: HalfYear) -> tuple[date, date]:
    """First and last day; on the last one the dialogue is due."""
    return half_year(date(period.year, 6 * period.half - 5, 1))


def warned_from(period: HalfYear) -> date:
    """One month before it is due."""
    due = days_of(period)[1]
    return date(due.year, due.month - 1, min(due.day, 30))


def status_of(dialogue: Held | None, period: HalfYear, today: date) -> Status:
    """Where a unit stands with its duty on a day."""
    due = days_of(period)[1]
    if dialogue is not None and dialogue.state in _HELD:
        return "held" if dialogue.day <= due else "held_late"
    if today > due:
        return "late"
    if dialogue is not None and dialogue.state == "running":
        return "running"
    if today >= warned_from(period):
        return "due"
    return "none" if dialogue is None else "planned"


def board(session: Session, within: ColumnElement[bool], period: HalfYear, today: date) -> list[Line]:
    """A line for each unit in reach that must hold a dialogue, in the order of lists; two scans, whatever was asked."""
    columns = (Unit.id, Unit.code, Unit.name_vi, Unit.name_en, Unit.kind, Unit.path)
    units = session.execute(select(*columns).where(within, on_duty(period))).all()
    held = dialogues_of(session, period)
    late = late_by_unit(session, within, today)
    lines = [
        Line(*row, status_of(held.get(row.id), period, today), held.get(row.id), late.get(row.id, 0)) for row in units
    ]
    return sorted(lines, key=lambda line: in_list_order(line.kind, line.name_vi, line.code))


def on_duty(period: HalfYear) -> ColumnElement[bool]:
    """The condition that a unit must hold a dialogue in a half-year."""
    due = days_of(period)[1]
    stands = or_(Unit.valid_until.is_(None), Unit.valid_until >= due)
    return and_(Unit.kind.in_(DUTY_KINDS), Unit.valid_from <= due, stands)


def dialogues_of(session: Session, period: HalfYear) -> dict[int, Held]:
    """The dialogue that counts for each unit in a half-year, on the day it was held: a plan that was not kept makes no
    late meeting timely."""
    began = func.coalesce(Dialogue.started_at, Dialogue.starts_at, type_=UtcDateTime)
    query = select(Dialogue.unit_id, Dialogue.id, Dialogue.code, Dialogue.state, began).where(
        Dialogue.year == period.year, Dialogue.half == period.half, Dialogue.state != "cancelled"
    )
    best: dict[int, tuple[tuple[int, date], Held]] = {}
    for unit_id, key, code, state, moment in session.execute(query):
        found = Held(code, state, province_day(moment), key)
        rank = (max(_ORDER.index(state), 1), found.day)
        if unit_id not in best or rank < best[unit_id][0]:
            best[unit_id] = (rank, found)
    return {unit_id: found for unit_id, (_rank, found) in best.items()}


def late_by_unit(session: Session, within: ColumnElement[bool], today: date) -> dict[int, int]:
    """How many promises of each unit in reach are late."""
    query = (
        select(Commitment.unit_id, func.count())
        .join(Unit, Unit.id == Commitment.unit_id)
        .where(within, Commitment.state == "open", Commitment.deadline_on < today)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Commitment.unit_id))}


def counted(lines: Iterable[Line]) -> dict[Status, int]:
    """How many units stand where."""
    numbers = Counter(line.status for line in lines)
    return {status: numbers[status] for status in STATUSES}


def page_of(lines: Sequence[Line], after: str) -> tuple[Sequence[Line], str | None]:
    """A page of the lines after the unit with that code, and the code after which the next begins."""
    start = next((at + 1 for at, line in enumerate(lines) if line.code == after), 0) if after else 0
    shown = lines[start : start + PAGE]
    return shown, shown[-1].code if start + PAGE < len(lines) else None
