"""Single responses: the compiler's alone, each look noted, doubted with a reason, never edited."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Response, ResponseFlag, Unit
from survey.operations.ledger import seal_all
from survey.operations.submission import receipt_number
from tests.factories import make_collector, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.sample_waves import store
from tests.staff import make_account, post, sign_in

URL = "/staff/phieu-tra-loi/"
ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")


class Stored:
    """Sixty responses to A and one test response; one more to B, outside the reach of a compiler of A."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.units: dict[str, Unit] = {code: make_unit(session, code=code) for code in "AB"}
        wave = make_wave(session, code="W", units=self.units.values(), state="open")
        ways = {code: make_collector(session, wave, unit) for code, unit in self.units.items()}
        store(session, ways["A"], [dict.fromkeys(ITEMS, 4)] * 60)
        store(session, ways["A"], [dict.fromkeys(ITEMS, 1)], is_test=True)
        store(session, ways["B"], [dict.fromkeys(ITEMS, 5)])
        session.commit()
        seal_all(app.extensions["engine"])
        self.rows = session.scalars(select(Response).order_by(Response.id)).all()
        session.rollback()

    def number(self, at: int) -> str:
        return receipt_number(self.rows[at].submission_id)


@pytest.fixture
def stored(staff_app: Flask, staff_session: Session) -> Stored:
    return Stored(staff_app, staff_session)


def page(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return unescape(html_of(response))


def enter(client: CheckingClient, session: Session, role: str, unit: Unit) -> None:
    sign_in(client, make_account(session, role, unit))


@pytest.mark.parametrize("role", ["manager", "reviewer", "viewer", "auditor", "entry", "administrator"])
def test_nobody_but_the_compiler_sees_single_responses(
    role: str, stored: Stored, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, role, stored.units["A"])
    page(staff_client, URL, 403)
    page(staff_client, f"{URL}{stored.rows[0].id}", 403)


def test_the_list_is_paged_and_kept_to_its_reach(
    stored: Stored, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "compiler", stored.units["A"])
    first = page(staff_client, URL)
    assert first.count("/staff/phieu-tra-loi/") >= 50
    assert stored.number(61) not in first  # of B
    assert stored.number(60) not in first  # a test
    assert stored.number(59) in first
    assert stored.number(0) not in first
    assert str(stored.rows[0].received_at) not in first
    assert stored.number(0) in page(staff_client, f"{URL}?after={stored.rows[10].id}")
    assert stored.number(60) in page(staff_client, f"{URL}?tab=tests")
    assert "không có phiếu trùng mã" in page(staff_client, f"{URL}?tab=conflicts")
    assert "Không có đơn vị nào như vậy" in page(staff_client, f"{URL}?unit=B")
    page(staff_client, f"{URL}{stored.rows[61].id}", 403)
    page(staff_client, f"{URL}99999", 404)
    for wrong in ("tab=x", "after=x", "after=99999"):
        page(staff_client, f"{URL}?{wrong}", 404)


def test_each_look_is_noted(stored: Stored, staff_session: Session, staff_client: CheckingClient) -> None:
    enter(staff_client, staff_session, "compiler", stored.units["A"])
    shown = page(staff_client, f"{URL}{stored.rows[3].id}")
    assert stored.number(3) in shown
    assert "nằm trong sổ đã niêm phong" in shown
    assert "Mức 4" in shown
    staff_session.rollback()
    entry = staff_session.scalars(select(AuditEntry).where(AuditEntry.action == "response.read")).one()
    assert (entry.subject, entry.unit_path) == (stored.number(3), stored.units["A"].path)


def test_flags_need_a_reason_and_stay(stored: Stored, staff_session: Session, staff_client: CheckingClient) -> None:
    enter(staff_client, staff_session, "compiler", stored.units["A"])
    one = f"{URL}{stored.rows[3].id}"
    assert post(staff_client, f"{one}/danh-dau", {"reason": ""}, page=one).status_code == 422
    assert post(staff_client, f"{one}/danh-dau", {"reason": "gửi từ máy của cán bộ"}, page=one).status_code == 302
    assert "gửi từ máy của cán bộ" in page(staff_client, one)
    several = [stored.rows[at].id for at in (5, 6, 61)]  # the last one is out of reach
    sent = post(staff_client, f"{URL}danh-dau", {"response": several, "reason": "liên tiếp", "wave": "W"}, page=URL)
    assert sent.status_code == 302
    staff_session.rollback()
    flagged = staff_session.scalars(select(ResponseFlag.response_id)).all()
    assert set(flagged) == {stored.rows[at].id for at in (3, 5, 6)}
    assert page(staff_client, f"{URL}?flag=manual").count("đánh dấu thủ công") >= 3
