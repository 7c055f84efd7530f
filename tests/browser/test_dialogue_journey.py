"""A dialogue from the plan to the review, twice: what was promised in the first half-year is on the second's table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis.dialogue_board import days_of, period_of
from survey.operations.periods import province_today
from tests.browser.conftest import LiveServer
from tests.factories import make_unit
from tests.staff import browser_cookie, make_account

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(new_context: Callable[..., BrowserContext], live_server: LiveServer, session: Session) -> Page:
    unit = make_unit(session, code="X1", parent=make_unit(session, code="T", kind="province"), name_vi="Xã Một")
    context = new_context(width=1280)
    context.add_cookies([browser_cookie(live_server.app, make_account(session, "manager", unit), live_server.url)])
    return context.new_page()


def plan(page: Page, period: HalfYear, day: date) -> None:
    page.goto("/staff/doi-thoai/")
    page.get_by_role("link", name="Lập kế hoạch đối thoại").first.click()
    page.get_by_label("Kỳ").select_option(f"{period.year}-{period.half}")
    page.locator("#day").fill(day.isoformat())
    page.get_by_label("Ngày mở hòm câu hỏi").fill((day - timedelta(days=7)).isoformat())
    page.get_by_label("Địa điểm họp").fill("Hội trường xã")
    page.get_by_role("textbox", name="Chủ trì", exact=True).fill("Trần Văn Hòa")
    page.get_by_label("Thư ký").fill("Lê Thị Minh")
    page.get_by_label("Người dân", exact=True).fill("40")
    page.get_by_role("button", name="Lưu kế hoạch").click()
    page.get_by_role("button", name="Công bố").click()
    expect(page.get_by_role("status")).to_contain_text("Đã công bố")


def ask(page: Page, *questions: str) -> None:
    """Type questions in, each stored by the keyboard."""
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Câu hỏi").click()
    page.wait_for_url("**/cau-hoi/")
    for stored, text in enumerate(questions, 1):
        page.wait_for_load_state()  # the keys are the script's
        page.locator("#text").fill(text)
        page.keyboard.press("Control+Enter")
        expect(page.locator("table.questions tbody tr")).to_have_count(stored)
    page.get_by_label("Chủ đề mới").fill("Giao thông")
    page.get_by_role("button", name="Thêm chủ đề").click()
    page.get_by_label("Chủ đề của câu 1").select_option(label="Giao thông")
    page.get_by_label("Đơn vị trả lời câu 1").select_option(label="Xã Một")
    page.get_by_role("button", name="Lưu cách sắp xếp").click()
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Tổng quan").click()


def finish(page: Page) -> None:
    """Leave the screen, close the meeting, count people and conclude."""
    page.get_by_role("link", name="Rời màn hình").click()
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    page.get_by_role("link", name="Ghi số người dự").click()
    page.get_by_label("Số đếm được của nhóm: Người dân").fill("33")
    page.get_by_role("button", name="Lưu số người dự").click()
    page.get_by_role("link", name="Kết luận", exact=True).click()
    page.get_by_label("Kết luận của người chủ trì").fill("Giao văn phòng theo dõi.")
    page.get_by_role("button", name="Kết luận cuộc đối thoại").click()
    expect(page.locator("[aria-current=step]")).to_have_text("Đã kết luận")


def test_a_promise_of_one_half_year_is_on_the_table_of_the_next(desk: Page) -> None:
    today = province_today()
    now = period_of(today)
    plan(desk, now.before, days_of(now.before)[1])
    ask(desk, "Bao giờ sửa đường thôn 3?", "Có thu phí qua mã QR không?")
    desk.get_by_role("button", name="Bắt đầu cuộc họp").click()
    desk.wait_for_url("**/phong/")
    desk.keyboard.press("PageDown")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Bao giờ sửa đường thôn 3?")
    notes = desk.get_by_label("Ghi chép")
    notes.fill("Sửa xong trong quý sau.")
    expect(desk.locator("[data-said]")).to_have_text("Đã lưu")
    desk.reload()
    expect(notes).to_have_value("Sửa xong trong quý sau.")
    desk.get_by_role("button", name="Ghi nhận là câu trả lời").click()
    expect(desk.get_by_text("✓ Đã trả lời")).to_be_visible()
    desk.get_by_role("link", name="Thêm cam kết").click()
    desk.get_by_label("Nội dung cam kết").fill("Sửa đường thôn 3")
    desk.get_by_label("Thời hạn").fill((days_of(now.before)[1]).isoformat())
    desk.get_by_role("button", name="Ghi cam kết").click()
    desk.get_by_role("link", name="Màn hình phòng họp").first.click()
    desk.get_by_label("Chuyển đến").select_option(label="2. Có thu phí qua mã QR không?")
    desk.get_by_role("button", name="Chuyển", exact=True).click()
    notes.fill("Có, từ tháng sau.")
    desk.get_by_role("link", name="Quay lại").click()  # at once: the notes are stored before it leads on
    expect(notes).to_have_value("Sửa xong trong quý sau.")
    desk.get_by_role("link", name="Tiếp theo").click()
    expect(notes).to_have_value("Có, từ tháng sau.")
    desk.get_by_role("button", name="Ghi nhận là câu trả lời").click()
    finish(desk)
    expect(desk.get_by_role("row", name="Sửa đường thôn 3")).to_contain_text("Quá hạn")

    plan(desk, now, today)
    expect(desk.get_by_text("Cam kết chuyển từ các kỳ trước").first).to_be_visible()
    desk.get_by_role("link", name="Sửa đường thôn 3").click()
    desk.get_by_label("Mức độ hoàn thành").fill("60")
    desk.get_by_label("Việc đã làm").fill("Đã thi công một nửa")
    desk.get_by_role("button", name="Lưu tiến độ").click()
    expect(desk.get_by_text("Đã thi công một nửa")).to_be_visible()
    desk.goto("/staff/doi-thoai/")
    expect(desk.get_by_text("1 quá hạn")).to_be_visible()
    desk.get_by_role("link", name="Mở cuộc đối thoại").click()
    desk.get_by_role("button", name="Bắt đầu cuộc họp").click()
    desk.wait_for_url("**/phong/")
    desk.keyboard.press("ArrowRight")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Cam kết của các kỳ trước")
    expect(desk.get_by_role("row", name="Sửa đường thôn 3")).to_contain_text("60%")
    finish(desk)
    review = desk.get_by_role("link", name="Báo cáo kỳ đối thoại").get_attribute("href")
    assert review is not None
    assert desk.request.get(review).body().startswith(b"%PDF")
