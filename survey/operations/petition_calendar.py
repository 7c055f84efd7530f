"""Days on which offices differ from the calendar; the deadlines of open cases move with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from forms.ballot import clean_text
from reports.wording import short_date
from survey.models import CalendarException, Petition, PetitionStep, Unit
from survey.models.petition import OPEN_STATES
from survey.operations import audit
from survey.operations.periods import province_day
from survey.operations.petition_settings import SettingError
from survey.operations.working_days import WorkingCalendar, calendar

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

_HANDED = ("received", "transferred", "reopened", "restored")  # from each the days to hand a case on begin anew


class _By(NamedTuple):
    """Who changed the calendar, when, and what the history says of it."""

    account_id: int | None
    now: datetime
    text: str


def set_day(
    session: Session, day: date, is_working: bool, reason: str, *, account_id: int | None, now: datetime
) -> int:
    """Say that offices work on a day off, or rest on a working day; returns how many open cases have another deadline
    now. Raises :class:`~survey.operations.petition_settings.SettingError`."""
    said = clean_text(reason, lines=False)
    if not said:
        raise SettingError("day_reason")
    if WorkingCalendar().is_working(day) == is_working:
        raise SettingError("day_as_it_is", day=short_date(day, "vi"))
    before = calendar(session)
    decided = session.get(CalendarException, day) or CalendarException(day=day)
    decided.is_working, decided.reason = is_working, said
    session.add(decided)
    session.flush()
    return _reschedule(session, day, before, _By(account_id, now, f"{short_date(day, 'vi')}: {said}"))


def clear_day(session: Session, decided: CalendarException, *, account_id: int | None, now: datetime) -> int:
    """Let the calendar decide about a day again; returns how many open cases have another deadline now."""
    before, day = calendar(session), decided.day
    session.delete(decided)
    session.flush()
    return _reschedule(session, day, before, _By(account_id, now, short_date(day, "vi")))


def _reschedule(session: Session, day: date, before: WorkingCalendar, by: _By) -> int:
    """Give each open case as many working days as it had: only what lies on or after `day` moves.

    Nothing moves to a day before today: no case becomes late, or later, by what is written down afterwards.
    """
    after, today = calendar(session), province_day(by.now)

    def moved(since: date, until: date) -> date:
        if not since < day <= until:
            return until
        return max(after.after(since, before.between(since, until)), min(until, today))

    cases, steps, notes = [], [], []
    for row in _open_cases(session, day):
        deadline = moved(row.begun_on or row.received_on, row.deadline_on)
        transfer_due = moved(row.handed_on or row.received_on, row.transfer_due_on)
        if (deadline, transfer_due) == (row.deadline_on, row.transfer_due_on):
            continue
        in_time = row.deadline_on < today <= deadline  # it was told upwards, and is not late any more
        cases.append(
            {
                "id": row.id,
                "deadline_on": deadline,
                "transfer_due_on": transfer_due,
                "escalated_to_id": None if in_time else row.escalated_to_id,
                "escalated_on": None if in_time else row.escalated_on,
            }
        )
        if deadline != row.deadline_on:
            steps.append(_line(row, deadline, today, by))
            old, new = {"deadline_on": row.deadline_on}, {"deadline_on": deadline}
            notes.append(audit.Note("petition.change", "petition", row.reference, row.path, old, new))
    if cases:
        session.execute(update(Petition), cases)
    if steps:
        session.execute(insert(PetitionStep), steps)
        audit.record_all(session, notes)
    session.expire_all()
    return len(steps)


def _open_cases(session: Session, day: date) -> Iterator[AnyRow]:
    """The open cases that have a last day on or after `day`, locked, with what their days count from."""

    def last(column: InstrumentedAttribute[Any], *steps: str) -> Any:
        of_case = select(func.max(column)).where(PetitionStep.petition_id == Petition.id)
        return (of_case.where(PetitionStep.step.in_(steps)) if steps else of_case).scalar_subquery()

    yield from session.execute(
        select(
            Petition.id,
            Petition.reference,
            Unit.path,
            Petition.state,
            Petition.holder_id,
            Petition.received_on,
            Petition.deadline_on,
            Petition.transfer_due_on,
            Petition.escalated_to_id,
            Petition.escalated_on,
            last(PetitionStep.day, "reopened").label("begun_on"),
            last(PetitionStep.day, *_HANDED).label("handed_on"),
            last(PetitionStep.number).label("last_step"),
        )
        .join(Unit, Unit.id == Petition.holder_id)
        .where(Petition.state.in_(OPEN_STATES), or_(Petition.deadline_on >= day, Petition.transfer_due_on >= day))
        .order_by(Petition.id)
        .with_for_update(of=Petition)
    ).all()


def _line(row: AnyRow, deadline: date, today: date, by: _By) -> dict[str, Any]:
    """The line of a case's history; one for each, and no notice: the tracking page tells the citizen."""
    return {
        "petition_id": row.id,
        "number": row.last_step + 1,
        "day": today,
        "at": by.now,
        "account_id": by.account_id,
        "step": "rescheduled",
        "state": row.state,
        "holder_id": row.holder_id,
        "deadline_on": deadline,
        "text": by.text,
        "public_text": by.text,
        "is_public": True,
    }
