"""An administrator walks the tree by keyboard, merges two communes after a look, and a compiler fills the grid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.operations.units import find_unit
from tests.browser.conftest import LiveServer
from tests.factories import make_counter, make_unit, make_wave
from tests.hostile_texts import ATTACK
from tests.staff import browser_cookie, make_account

PAGES = (
    "/staff/don-vi/?mo=X1",
    "/staff/don-vi/?q=xa",
    "/staff/don-vi/X1",
    "/staff/don-vi/X1/sua",
    "/staff/don-vi/X1/chuyen",
    "/staff/don-vi/X1/lich-su",
    "/staff/don-vi/X2/sap-nhap",
    "/staff/don-vi/X1/quay/Q1/sua",
    "/staff/don-vi/-/nhap",
    "/staff/thu-tuc/",
    "/staff/thu-tuc/-/linh-vuc",
)


@pytest.fixture
def administrator(session: Session) -> Account:
    """Of the province T with the communes X1 (with a room and a counter, asked in a wave) and X2."""
    province = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    first = make_unit(session, code="X1", parent=province, name_vi="Xã Một")
    make_unit(session, code="X2", parent=province, name_vi=f"Xã Hai {ATTACK}")
    make_unit(session, code="X1-P", kind="room", parent=first, name_vi="Phòng Tư pháp")
    make_counter(session, first, code="Q1", name_vi=ATTACK)
    make_wave(session, code="W", units=[first], state="published")
    account = make_account(session, "administrator", province, name="Lê Quản Trị")
    session.commit()
    return account


def signed_in(context: BrowserContext, live_server: LiveServer, account: Account) -> Page:
    context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
    return context.new_page()


def test_the_tree_is_walked_by_keyboard_and_units_are_merged(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    session: Session,
    administrator: Account,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = signed_in(new_context(width=1280), live_server, administrator)
    page.goto("/staff/don-vi/")
    tree = page.locator("#tree")
    tree.get_by_role("link", name="Tỉnh Mẫu", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("link", name="Xã Hai")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("link", name="Xã Một", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    room = tree.get_by_role("link", name="Phòng Tư pháp")
    expect(room).to_be_visible()
    assert page.url.endswith("mo=X1#toggle-2")
    toggle = tree.get_by_role("link", name="Thu gọn Xã Một")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.press("Enter")
    expect(room).to_be_hidden()
    toggle.press("Enter")
    expect(room).to_be_visible()
    assert_accessible(page)
    page.goto("/staff/don-vi/X2/sap-nhap")
    page.get_by_label("Xã Một").press("Space")
    page.get_by_label("Ngày hoạt động cuối cùng").fill("2026-09-30")
    page.get_by_role("button", name="Xem trước thay đổi").press("Enter")
    expect(page.get_by_text("Chưa có gì được thực hiện.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Sáp nhập").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã sáp nhập")
    expect(page.locator("dd").filter(has_text="đã đóng 30/09/2026")).to_be_visible()
    session.expire_all()
    assert find_unit(session, "X1").valid_until == date(2026, 9, 30)


def test_the_pages_are_accessible_wide_and_narrow(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    administrator: Account,
    assert_accessible: Callable[[Page], None],
) -> None:
    wide = signed_in(new_context(width=1280), live_server, administrator)
    narrow = signed_in(new_context(width=360), live_server, administrator)
    for address in PAGES:
        wide.goto(address)
        assert_accessible(wide)
        narrow.goto(address)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 360, address


def test_numbers_are_typed_without_script(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    session: Session,
    administrator: Account,
) -> None:
    compiler = make_account(session, "compiler", find_unit(session, "T"))
    session.commit()
    page = signed_in(new_context(width=1280, java_script_enabled=False), live_server, compiler)
    page.goto("/staff/giao-dich/?start=2026-07-01&end=2026-12-31")
    page.get_by_label("Số hồ sơ của Xã Một").fill("1.200")
    page.get_by_role("button", name="Lưu tất cả").click()
    expect(page.get_by_role("status")).to_contain_text("Đã lưu số liệu")
    expect(page.get_by_role("row", name="X1 Xã Một")).to_contain_text("300")
