"""The outbox in the back office: what waits and why, without a citizen's address or code."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, MailMessage, Petition, Unit
from survey.operations.mail_delivery import NO_CONTACT
from survey.operations.petition_cases import open_case
from tests.factories import NOW, make_unit
from tests.mail import make_message
from tests.page_rules import CheckingClient
from tests.staff import make_account, post, sign_in


@pytest.fixture
def unit(staff_session: Session) -> Unit:
    return make_unit(staff_session, code="X1")


@pytest.fixture
def petition(staff_session: Session, unit: Unit) -> Petition:
    return open_case(
        staff_session,
        unit=unit,
        counter=None,
        kind="praise",
        text="Cảm ơn",
        wants_answer=True,
        language="vi",
        today=NOW.date(),
    )


def test_the_administrator_sees_cancels_and_sends_again(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    message = make_message(staff_session, unit)
    sign_in(staff_client, make_account(staff_session, "administrator", unit))
    listing = staff_client.get("/staff/thu/")
    assert "canbo@songtra.example" in listing.text
    assert "SMTP_HOST" in listing.text, "it says that nothing is sent"
    address = f"/staff/thu/{message.id}"
    assert "http://127.0.0.1:8000/staff/y-kien/" in staff_client.get(address).text
    for step, state in (("huy", "cancelled"), ("gui-lai", "pending")):
        assert post(staff_client, f"{address}/{step}", page=address).status_code == 302
        staff_session.rollback()
        staff_session.refresh(message)
        assert message.state == state
    noted = staff_session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_kind == "mail_message").order_by(AuditEntry.id)
    )
    assert list(noted) == ["mail_message.hold_back", "mail_message.send_again"]
    assert "chờ gửi" in staff_client.get("/staff/thu/?state=pending").text
    assert "Không có thư nào" in staff_client.get("/staff/thu/?state=failed").text
    assert staff_client.get("/staff/thu/?state=lost").status_code == 404


def test_a_citizens_message_shows_neither_address_nor_code(
    staff_client: CheckingClient, staff_session: Session, unit: Unit, petition: Petition
) -> None:
    body = "Xem {base_url}/y-kien/{tracking_code}"
    message = make_message(staff_session, unit, petition_id=petition.id, body=body)
    message.state, message.last_error = "cancelled", NO_CONTACT
    sign_in(staff_client, make_account(staff_session, "auditor", unit))
    for page in (staff_client.get("/staff/thu/"), staff_client.get(f"/staff/thu/{message.id}")):
        assert page.status_code == 200
        assert petition.code not in page.text
        assert "người dân đã gửi ý kiến" in page.text
    assert "••••-••••-••••" in page.text
    assert "không còn người nhận" in page.text
    assert "Gửi lại thư" not in page.text, "an auditor changes nothing"


def test_the_list_is_paged_by_key(staff_client: CheckingClient, staff_session: Session, unit: Unit) -> None:
    for number in range(52):
        make_message(staff_session, unit, f"test:{number}", subject=f"Thư số {number}.")
    sign_in(staff_client, make_account(staff_session, "administrator", unit))
    first = staff_client.get("/staff/thu/").text
    assert "Thư số 51." in first
    assert "Thư số 1." not in first
    third = staff_session.scalars(select(MailMessage).where(MailMessage.key == "test:2")).one()
    assert "Thư số 1." in staff_client.get(f"/staff/thu/?after={third.id}").text
