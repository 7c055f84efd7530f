"""Who is told what: the citizen of steps if he agreed, offices of what waits, and nobody of the moment he wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import MailMessage, Petition, PetitionClass, Unit
from survey.operations import notices, petitions
from survey.operations.contacts import Contact
from survey.operations.periods import province_day
from survey.operations.petition_deadlines import run_due as escalate
from survey.operations.petition_intake import receive
from tests.factories import NOW, make_unit
from tests.petitioning import make_contact_key
from tests.staff import make_account

DAY = timedelta(days=1)
BOTH = {"answer": "2026-11", "follow_up": "2026-11"}


@pytest.fixture
def above(session: Session) -> Unit:
    return make_unit(session, code="T", kind="province", name_vi="UBND tỉnh")


@pytest.fixture
def unit(session: Session, above: Unit, tmp_path: Path) -> Unit:
    make_contact_key(session, tmp_path)
    return make_unit(session, code="X1", parent=above, name_vi="UBND xã Bến Trà")


@pytest.fixture
def official(session: Session, unit: Unit) -> Account:
    return make_account(session, "reviewer", unit, email="xuly@bentra.example")


@pytest.fixture
def made(session: Session) -> PetitionClass:
    made = PetitionClass(code="thu-tuc", name_vi="Thủ tục", working_days=10)
    session.add(made)
    session.flush()
    return made


def opinion(session: Session, unit: Unit, consents: Mapping[str, str] = BOTH, language: str = "vi") -> Petition:
    case = receive(
        session,
        unit=unit,
        counter=None,
        kind="difficulty",
        text="Lời của riêng người gửi",
        contact=Contact("Lê Thị Hòa", "", "hoa@example.vn") if consents else None,
        consents=consents,
        language=language,
        today=province_day(NOW),
    )
    session.commit()
    return case


def outbox(session: Session) -> list[MailMessage]:
    return list(session.scalars(select(MailMessage).order_by(MailMessage.id)))


def to_citizen(session: Session) -> list[str]:
    return [message.subject for message in outbox(session) if message.petition_id is not None]


def answered(session: Session, case: Petition, made: PetitionClass, person: Account, now: datetime = NOW) -> None:
    by = {"account_id": person.id, "now": now}
    petitions.classify(session, case, made, **by)
    petitions.take(session, case, person.id, **by)
    petitions.answer(session, case, "Câu trả lời chỉ để đọc trên trang", **by)
    session.commit()


def test_the_citizen_is_told_of_steps_without_his_words_or_the_answer(
    session: Session, unit: Unit, official: Account, made: PetitionClass
) -> None:
    case = opinion(session, unit)
    assert outbox(session) == [], "at the moment of sending nothing is written that keeps the moment"
    answered(session, case, made, official)
    assert to_citizen(session) == ["Ý kiến của ông/bà đã được tiếp nhận", "Ý kiến của ông/bà đã được trả lời"]
    for message in outbox(session):
        assert "{base_url}/y-kien/{tracking_code}" in message.body
        for hidden in ("Lời của riêng", "Câu trả lời chỉ", "Lê Thị Hòa", "hoa@", case.code):
            assert hidden not in message.body + message.subject


def test_who_agreed_to_nothing_is_told_nothing(
    session: Session, unit: Unit, official: Account, made: PetitionClass
) -> None:
    answered(session, opinion(session, unit, consents={}), made, official)
    assert outbox(session) == []


def test_the_language_is_the_opinions(session: Session, unit: Unit, official: Account, made: PetitionClass) -> None:
    unit.name_en = "Ben Tra Commune"
    answered(session, opinion(session, unit, language="en"), made, official)
    assert to_citizen(session)[0] == "Your opinion has been accepted"
    assert "Ben Tra Commune has accepted your opinion." in outbox(session)[0].body


def test_the_citizens_own_steps_write_no_message(
    session: Session, unit: Unit, official: Account, made: PetitionClass
) -> None:
    case = opinion(session, unit)
    answered(session, case, made, official)
    before = len(outbox(session))
    petitions.rate(session, case, 2, "", today=province_day(NOW))
    petitions.reopen(session, case, "Chưa xong", today=province_day(NOW))
    assert len(outbox(session)) == before


def test_offices_hear_of_new_opinions_the_next_morning_once(
    session: Session, engine: Engine, unit: Unit, official: Account
) -> None:
    make_account(session, "viewer", unit, email="xem@bentra.example")
    opinion(session, unit)
    opinion(session, unit, consents={})
    early = (NOW + DAY).replace(hour=23, minute=30)  # half past six two days later, in the province
    assert notices.run_due(engine, NOW) == 0, "not on the same day"
    assert notices.run_due(engine, early) == 0, "not before seven"
    assert notices.run_due(engine, NOW + DAY) == 1
    assert notices.run_due(engine, NOW + DAY) == 0
    message = outbox(session)[-1]
    assert (message.address, message.subject) == ("xuly@bentra.example", "2 phản ánh, kiến nghị chờ phân loại")
    assert message.petition_id is None


def test_without_anybody_there_the_unit_above_is_told(
    session: Session, engine: Engine, unit: Unit, above: Unit
) -> None:
    make_account(session, "manager", above, email="tinh@songtra.example")
    make_account(session, "manager", above, email="cu@songtra.example").active = False
    opinion(session, unit)
    assert notices.run_due(engine, NOW + DAY) == 1
    assert outbox(session)[-1].address == "tinh@songtra.example"


def test_a_transfer_tells_the_new_holder_and_lateness_the_unit_above(
    session: Session, engine: Engine, unit: Unit, above: Unit, official: Account, made: PetitionClass
) -> None:
    other = make_unit(session, code="X2", parent=above)
    make_account(session, "reviewer", other, email="x2@songtra.example")
    make_account(session, "manager", above, email="tinh@songtra.example")
    case = opinion(session, unit, consents={})
    by = {"account_id": official.id, "now": NOW}
    petitions.classify(session, case, made, **by)
    petitions.transfer(session, case, other, "Thuộc X2", **by)
    session.commit()
    late = NOW + 30 * DAY
    assert escalate(engine, late) == 1
    assert [message.address for message in outbox(session)] == ["x2@songtra.example", "tinh@songtra.example"]
    assert f"Quá hạn: phản ánh, kiến nghị {case.reference}" in outbox(session)[-1].subject
    assert f"{{base_url}}/staff/y-kien/{case.reference}" in outbox(session)[-1].body


def test_who_is_put_in_charge_by_somebody_else_is_told(
    session: Session, unit: Unit, official: Account, made: PetitionClass
) -> None:
    boss = make_account(session, "manager", unit)
    case = opinion(session, unit, consents={})
    petitions.classify(session, case, made, account_id=boss.id, now=NOW)
    petitions.take(session, case, official.id, account_id=boss.id, now=NOW)
    assert [message.address for message in outbox(session)] == ["xuly@bentra.example"]


def test_who_agreed_is_asked_once_some_days_after_the_answer(
    session: Session, engine: Engine, unit: Unit, official: Account, made: PetitionClass
) -> None:
    answered(session, opinion(session, unit), made, official)
    answered(session, opinion(session, unit, consents={"answer": "2026-11"}), made, official)
    rated = opinion(session, unit)
    answered(session, rated, made, official)
    petitions.rate(session, rated, 5, "", today=province_day(NOW))
    session.commit()
    subject = "Ông/bà đánh giá thế nào về việc giải quyết ý kiến?"
    notices.run_due(engine, NOW + 2 * DAY)
    assert subject not in to_citizen(session)
    for days in (3, 4, 30):
        notices.run_due(engine, NOW + days * DAY)
    session.rollback()
    assert to_citizen(session).count(subject) == 1
