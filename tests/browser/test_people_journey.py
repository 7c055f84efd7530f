"""An administrator lets somebody in: a link handed over, a password, a second factor, a role, and the log of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from passlib.totp import TOTP
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from survey.accounts import second_factor
from survey.accounts.models import Account
from survey.models import Unit
from tests.browser.conftest import LiveServer
from tests.factories import make_unit
from tests.hostile_texts import ATTACK
from tests.staff import PASSWORD, browser_cookie, make_account

NEW_PASSWORD = "bảy con cò bay qua đồng"
# Text that sticks out of its box; tables scroll in one of their own.
OVERFLOWING = """
() => [...document.querySelectorAll('h1, h2, p, dt, dd, .btn, label, .panel, .alert')]
  .filter(box => box.offsetParent && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).display != 'inline')
  .map(box => box.outerHTML.slice(0, 120))
"""


@pytest.fixture
def province(session: Session) -> Unit:
    unit = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    make_unit(session, code="X1", parent=unit, name_vi="Xã Một")
    session.commit()
    return unit


@pytest.fixture
def administrator(session: Session, province: Unit) -> Account:
    account = make_account(
        session, "administrator", province, password=PASSWORD, name="Lê Quản Trị", email="quan-tri@example.vn"
    )
    session.commit()
    return account


def give_password(page: Page, email: str, password: str) -> None:
    page.goto("/staff/")
    page.get_by_label("Địa chỉ thư điện tử").fill(email)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def test_somebody_is_let_in(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, administrator: Account
) -> None:
    desk = new_context(width=1280).new_page()
    give_password(desk, administrator.email, PASSWORD)
    with live_server.app.app_context():
        desk.get_by_label("Mã 6 chữ số").fill(second_factor.current_code(administrator))
    desk.get_by_role("button", name="Tiếp tục").click()
    desk.get_by_role("navigation").get_by_role("link", name="Người dùng").click()
    desk.get_by_role("link", name="Mời người dùng").click()
    desk.get_by_label("Họ và tên").fill("Phạm Thị Mới")
    desk.get_by_label("Địa chỉ thư điện tử").fill("moi@example.vn")
    desk.get_by_label("Vai trò").select_option(label="Phụ trách đơn vị")
    desk.get_by_label("Đơn vị").fill("Xã Một")
    desk.get_by_role("button", name="Tạo tài khoản và liên kết").click()
    link = desk.get_by_label("Đường dẫn", exact=True).input_value()

    guest = new_context(width=360).new_page()
    guest.goto(link)
    guest.get_by_label("Mật khẩu mới").fill(NEW_PASSWORD)
    show = guest.get_by_role("button", name="Hiện")
    show.click()
    expect(guest.get_by_label("Mật khẩu mới")).to_have_attribute("type", "text")
    guest.get_by_role("button", name="Đặt mật khẩu").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Thiết lập xác thực hai lớp")
    guest.get_by_text("Không quét được hình").click()
    key = guest.locator("code").inner_text().replace("-", "")
    guest.get_by_label("Mã 6 chữ số").fill(TOTP(key=key, format="base32").generate().token)
    guest.get_by_role("button", name="Thiết lập").click()
    expect(guest.locator("li code")).to_have_count(10)
    guest.get_by_role("link", name="Tôi đã lưu các mã").click()
    expect(guest.get_by_role("heading", level=1)).to_be_visible()

    desk.get_by_role("link", name="Đến tài khoản").click()
    grant = desk.locator("form", has=desk.get_by_role("button", name="Giao vai trò"))
    grant.get_by_label("Vai trò").select_option(label="Xem")
    grant.get_by_label("Đơn vị").fill("T")
    grant.get_by_role("button", name="Giao vai trò").click()
    expect(desk.get_by_role("status")).to_contain_text("Đã giao vai trò")
    guest.reload()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
    expect(guest.get_by_role("status")).to_contain_text("Phiên làm việc đã hết")

    desk.get_by_role("navigation", name="Danh mục chính").get_by_role("link", name="Nhật ký").click()
    log = desk.get_by_role("row")
    expect(log.filter(has_text="moi@example.vn: Xem").filter(has_text="tạo mới")).to_contain_text("Lê Quản Trị")
    expect(log.filter(has_text="đặt mật khẩu bằng liên kết")).to_contain_text("Phạm Thị Mới")


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_about_people_is_accessible_and_fits(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    session: Session,
    administrator: Account,
    assert_accessible: Callable[[Page], None],
    width: int,
) -> None:
    hostile = make_account(session, "manager", administrator.role_grants[0].unit, name=ATTACK[:200])
    session.commit()
    context = new_context(width=width)
    page = context.new_page()

    def look() -> None:
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert_accessible(page)
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto("/staff/")
    look()
    give_password(page, administrator.email, "not the password")
    expect(page.get_by_text("Địa chỉ hoặc mật khẩu không đúng.")).to_be_visible()
    look()
    give_password(page, administrator.email, PASSWORD)
    look()
    page.get_by_role("link", name=re.compile("dùng mã dự phòng")).click()
    look()
    context.add_cookies([browser_cookie(live_server.app, administrator, live_server.url)])
    for address in (
        "/staff/nguoi-dung/",
        "/staff/nguoi-dung/?unit=zzz",
        "/staff/nguoi-dung/moi",
        f"/staff/nguoi-dung/{hostile.id}",
        "/staff/nhat-ky/",
        "/staff/tai-khoan/",
        "/staff/tai-khoan/mat-khau",
        "/staff/tai-khoan/ma-du-phong",
        "/staff/xac-thuc-hai-lop",
        "/staff/loi-moi/no-such-link",
    ):
        page.goto(address)
        look()
