"""A citizen at a dialogue, by telephone and without JavaScript: asks, is counted, rates; the office reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.blueprints import citizen
from survey.blueprints import dialogue as pages
from survey.models import DialogueQuestion
from survey.operations import dialogue_questions
from survey.operations.periods import PROVINCE_TIME, province_today
from tests.browser.conftest import LiveServer
from tests.dialogue_visitors import enter, pass_of, rate
from tests.dialogues import make_commitment, make_dialogue
from tests.factories import make_unit
from tests.staff import browser_cookie, make_account

QUESTION = "Bao giờ sửa đường thôn 3?"


@pytest.mark.slow
def test_from_the_question_to_the_rating(
    page_at: Callable[..., Page],
    live_server: LiveServer,
    session: Session,
    assert_accessible: Callable[[Page], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "MINIMUM_SECONDS", 0)
    monkeypatch.setattr(citizen, "minimum_seconds", lambda _answers: 0)
    unit = make_unit(session, code="X1", parent=make_unit(session, code="T", kind="province"), name_vi="Xã Một")
    half = 1 if province_today().month <= 6 else 2
    dialogue = make_dialogue(session, unit, state="running", starts_at=datetime.now(PROVINCE_TIME), half=half)
    session.commit()
    base = f"/doi-thoai/{dialogue.code}"

    phone = page_at(320, java_script_enabled=False)
    phone.goto(base)
    phone.get_by_role("button", name="Gửi câu hỏi của tôi").click()
    expect(phone.get_by_role("alert")).to_contain_text("Xin viết câu hỏi của ông/bà.")
    phone.locator("#text").fill(QUESTION)
    phone.get_by_label("Người dân").check()
    phone.get_by_role("button", name="Gửi câu hỏi của tôi").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Đã gửi câu hỏi của ông/bà")
    asked = session.scalars(select(DialogueQuestion)).one()
    expect(phone.locator(".k")).to_have_text(asked.code)

    desk = page_at(1280)
    manager = make_account(session, "manager", unit)
    desk.context.add_cookies([browser_cookie(live_server.app, manager, live_server.url)])
    desk.goto(f"/staff/doi-thoai/{dialogue.code}/phong/")
    shown = desk.locator(".room-head .code").inner_text()
    phone.goto(f"{base}/co-mat")
    phone.locator("#room_code").fill(shown.lower())
    phone.get_by_label("Người dân").check()
    phone.get_by_role("button", name="Tôi có mặt").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Đã ghi nhận ông/bà có mặt")
    own = phone.url
    visitors = live_server.app.test_client()
    passes = [pass_of(enter(visitors, dialogue)) for _person in range(5)]

    session.refresh(asked)
    dialogue_questions.accept(session, asked)
    dialogue_questions.answer(session, asked, "Xong trong quý sau.", today=province_today())
    make_commitment(session, dialogue)
    session.commit()
    desk.goto(f"/staff/doi-thoai/{dialogue.code}")
    desk.get_by_role("button", name="Kết thúc cuộc họp").click()
    phone.goto(own)
    phone.get_by_role("link", name="Đánh giá buổi đối thoại").click()
    for answer in phone.locator("input[type=radio][value='5']").all():
        answer.check()
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Cảm ơn ông/bà đã trả lời")
    for given in passes:
        assert rate(visitors, dialogue, given).status_code == 303
    phone.goto(own)
    expect(phone.get_by_text("Cảm ơn ông/bà: đánh giá đã được lưu")).to_be_visible()
    phone.goto(f"{base}/cau-hoi/{asked.code}")
    expect(phone.locator(".answer")).to_contain_text("Xong trong quý sau.")

    desk.get_by_role("link", name="Đánh giá của người dự").click()
    desk.get_by_role("button", name="Đóng đánh giá").click()
    expect(desk.locator("#exit .number").first).to_have_text("100,00%")
    assert_accessible(desk)
    reader = page_at(360)
    for address in (
        base,
        f"{base}/co-mat",
        own.removeprefix(live_server.url),
        f"{base}/cau-hoi/{asked.code}",
        "/doi-thoai/",
    ):
        reader.goto(address)
        assert_accessible(reader)
