"""A remedy in a browser: from a weak item to the evidence, judged by the next wave, and read by the public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.operations.periods import province_today
from survey.operations.remedies import judge_due
from tests.browser.conftest import LiveServer
from tests.factories import make_counter, make_wave
from tests.published_waves import LAST_YEAR, answer_alike, finish, make_province
from tests.staff import browser_cookie, make_account

WEAK = "Câu hỏi access_1"


@pytest.mark.slow
def test_a_remedy_from_a_weak_item_to_the_public_page(
    session: Session,
    engine: Engine,
    live_server: LiveServer,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    units = make_province(session)
    below = [units[code] for code in ("B2", "C3")]
    before = make_wave(session, code="before", units=below, period=LAST_YEAR, state="open")
    for unit in below:
        answer_alike(session, before, unit, (10, 20, 10, 10, 10))
    finish(session, engine, before)
    counter = make_counter(session, units["B2"], code="1", name_vi="Quầy Hộ tịch")

    manager = page_at(1280, java_script_enabled=False)
    account = make_account(session, "manager", units["B2"])
    manager.context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
    manager.goto("/staff/ket-qua/before/B2")
    manager.get_by_role("link", name=f"Lập giải pháp: {WEAK}").click()
    expect(manager.get_by_text("33,33%")).to_be_visible()
    manager.get_by_label("Nguyên nhân").fill("Ít người trực vào buổi sáng")
    manager.get_by_label("Việc sẽ làm").fill("Mở thêm quầy số 3")
    manager.get_by_label("Thời hạn").fill((province_today() + timedelta(days=10)).isoformat())
    manager.get_by_role("button", name="Lưu kế hoạch").click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(WEAK)
    manager.get_by_label("Đã làm được").fill("40")
    manager.get_by_label("Việc đã làm").fill("Đã bố trí người")
    manager.get_by_role("button", name="Ghi tiến độ").click()
    manager.get_by_label("Căn cứ hoàn thành").fill("Quyết định số 12")
    manager.get_by_role("button", name="Xác nhận hoàn thành").click()
    expect(manager.get_by_text("Giải pháp đã hoàn thành. Đợt khảo sát sau")).to_be_visible()
    remedy = manager.url

    manager.get_by_role("link", name="Công khai", exact=True).click()
    manager.get_by_label("Ông/bà góp ý").fill("Buổi sáng chờ lâu")
    manager.get_by_label("Chúng tôi đã làm").fill("Mở thêm quầy số 3 từ tháng 3")
    manager.get_by_role("button", name="Xem trước").click()
    expect(manager.get_by_role("heading", name="Người dân sẽ đọc như sau")).to_be_visible()
    manager.get_by_role("button", name="Công khai nội dung này").click()

    now = make_wave(session, code="now", units=below, questionnaire=before.questionnaire, state="open")
    answer_alike(session, now, units["B2"], (0, 0, 10, 40, 40), counter=counter)
    answer_alike(session, now, units["C3"], (10, 20, 10, 15, 10))
    finish(session, engine, now)
    assert judge_due(engine) == 1

    manager.goto("/staff/giai-phap/?state=done")
    expect(manager.get_by_text("Đã chuyển biến: tăng").last).to_be_visible()
    manager.goto(remedy)
    expect(manager.get_by_text("Từ 33,33% đến 88,89%: +55,56 điểm phần trăm")).to_be_visible()
    expect(manager.get_by_text("Các đơn vị khác có phiếu ở cả hai đợt: Từ 33,33% đến 38,46%")).to_be_visible()
    expect(manager.get_by_role("img", name="Trước và sau").first).to_be_visible()

    citizen = page_at(360)
    citizen.goto("/ket-qua/now/B2")
    citizen.get_by_role("link", name="Ông/bà góp ý – chúng tôi đã làm").click()
    expect(citizen.get_by_text("Mở thêm quầy số 3 từ tháng 3")).to_be_visible()
    expect(citizen.get_by_text("Đã chuyển biến: tăng")).to_be_visible()
    expect(citizen.get_by_text("Quầy Hộ tịch")).to_be_visible()
    assert_accessible(citizen)
    desk = page_at(1280)
    desk.context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
    desk.goto(remedy)
    assert_accessible(desk)
