"""Days declared off or worked later: deadlines of open cases move with them, those of others and past days do not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, CalendarException, Petition, Unit
from survey.operations import audit, petitions
from survey.operations.petition_calendar import clear_day, set_day
from survey.operations.petition_cases import is_late
from tests.factories import make_unit
from tests.petition_cases import MONDAY, at, make_petition

FRIDAY, DUE, DAY_OFF = MONDAY + timedelta(days=4), date(2026, 3, 16), date(2026, 3, 10)


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, code="A", parent=make_unit(session, code="T", kind="province"))


def by(day: date) -> dict[str, object]:
    return {"account_id": None, "now": at(day)}


def declare(session: Session, day: date, *, on: date, is_working: bool = False) -> int:
    return set_day(session, day, is_working, "Theo quyết định", account_id=None, now=at(on))


def withdraw(session: Session, day: date, *, on: date) -> int:
    return clear_day(session, session.get_one(CalendarException, day), account_id=None, now=at(on))


def test_open_cases_get_the_day_back_and_their_history_says_so(session: Session, unit: Unit) -> None:
    plain, extended = (make_petition(session, unit, state="in_progress") for _ in range(2))
    petitions.extend(session, extended, 5, "Xác minh.", **by(FRIDAY))  # until 23 March
    new = make_petition(session, unit, on=date(2026, 3, 6))  # to be classified by 13 March
    early = make_petition(session, unit)  # by 9 March: before the day off
    done = make_petition(session, unit, state="answered")
    audit.attribute(session, audit.SYSTEM)
    assert declare(session, DAY_OFF, on=FRIDAY) == 3
    assert [case.deadline_on for case in (plain, extended, new, early, done)] == [
        date(2026, 3, 17), date(2026, 3, 24), date(2026, 3, 16), date(2026, 3, 9), DUE,
    ]  # fmt: skip
    assert new.transfer_due_on == date(2026, 3, 16)
    line = plain.steps[-1]
    assert (line.step, line.deadline_on, line.is_public) == ("rescheduled", date(2026, 3, 17), True)
    assert line.public_text == "10/03/2026: Theo quyết định"
    assert [early.steps[-1].step, done.steps[-1].step] == ["received", "answered"]
    del session.info["actor"]
    petitions.answer(session, plain, "Đã xong.", **by(date(2026, 3, 17)))
    assert not is_late(plain, date(2026, 3, 17))
    noted = session.scalars(select(AuditEntry).where(AuditEntry.subject == plain.reference)).all()
    assert [(entry.action, entry.after) for entry in noted] == [("petition.change", '{"deadline_on": "2026-03-17"}')]
    session.commit()
    assert withdraw(session, DAY_OFF, on=FRIDAY) == 2
    assert (extended.deadline_on, new.deadline_on) == (date(2026, 3, 23), date(2026, 3, 13))
    assert plain.deadline_on == date(2026, 3, 17)  # answered meanwhile


def test_a_case_sent_back_counts_from_that_day(session: Session, unit: Unit) -> None:
    case = make_petition(session, unit, state="answered", handled_on=FRIDAY)
    petitions.reopen(session, case, "Chưa xong.", today=date(2026, 3, 11))
    before = case.deadline_on
    assert declare(session, DAY_OFF, on=date(2026, 3, 12)) == 0
    assert declare(session, date(2026, 3, 13), on=date(2026, 3, 12)) == 1
    assert case.deadline_on == before + timedelta(days=1)


def test_a_late_case_is_in_time_only_by_a_day_before_its_deadline(session: Session, unit: Unit) -> None:
    case = make_petition(session, unit, state="in_progress")
    late = date(2026, 3, 17)
    petitions.escalate(session, case, unit, now=at(late))
    assert declare(session, late, on=late) == 0  # after the deadline: no reason to be late
    assert is_late(case, late)
    assert declare(session, DAY_OFF, on=late) == 1
    assert not is_late(case, date(2026, 3, 18))  # the 17th is off as well now
    assert case.deadline_on == date(2026, 3, 18)
    assert case.escalated_to_id is None


def test_no_case_becomes_late_by_what_is_written_down_afterwards(session: Session, unit: Unit) -> None:
    case = make_petition(session, unit, state="in_progress")
    saturday = date(2026, 3, 7)
    assert declare(session, saturday, is_working=True, on=DUE) == 0
    assert case.deadline_on == DUE
    assert declare(session, date(2026, 3, 14), is_working=True, on=date(2026, 3, 12)) == 1
    assert session.scalars(select(Petition.deadline_on)).one() == date(2026, 3, 14)
