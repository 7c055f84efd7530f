"""An administrator gives a program a key and another one a webhook, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.operations.webhook_delivery import Post, deliver_due
from tests.api import Caller
from tests.browser.conftest import LiveServer
from tests.factories import make_unit
from tests.receiver import Receiver, receiving
from tests.staff import browser_cookie, make_account


@pytest.fixture
def receiver(live_server: LiveServer) -> Iterator[Receiver]:
    with receiving() as found:
        live_server.app.config["WEBHOOK_HOSTS"] = tuple(found.hosts)
        yield found


@pytest.mark.parametrize("width", [360, 1280])
def test_an_administrator_connects_two_programs(
    session: Session,
    engine: Engine,
    live_server: LiveServer,
    receiver: Receiver,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    width: int,
) -> None:
    unit = make_unit(session, code="X01", name_vi="UBND xã Bến Trà")
    administrator = make_account(session, "administrator", unit)
    page = page_at(width)
    page.context.add_cookies([browser_cookie(live_server.app, administrator, live_server.url)])

    page.goto("/staff/api/")
    assert_accessible(page)
    page.get_by_role("link", name="Tạo khóa").first.click()
    assert_accessible(page)
    page.get_by_label("Phần mềm").fill("Máy tính bảng")
    page.get_by_label("Đơn vị").first.fill("X01")
    page.get_by_label("Nhập liệu").check()
    page.get_by_label("Xem", exact=True).check()
    page.get_by_role("button", name="Tạo khóa").click()
    assert_accessible(page)
    key = page.get_by_label("Khóa", exact=True).input_value()
    units = Caller(live_server.app.test_client(), key).get("/units").json["items"]
    assert [found["code"] for found in units] == ["X01"]
    page.get_by_role("link", name="Về danh sách khóa").click()
    expect(page.get_by_role("row", name="Máy tính bảng")).to_contain_text("còn hiệu lực")
    assert_accessible(page)

    page.goto("/staff/webhook/moi")
    page.get_by_label("Nơi nhận").fill("Kho dữ liệu")
    page.get_by_label("Địa chỉ").fill("http://hub.example/")
    page.get_by_label("Đơn vị").first.fill("X01")
    page.get_by_label("Đóng đợt khảo sát").check()
    page.get_by_role("button", name="Thêm webhook").click()
    expect(page.get_by_text("Địa chỉ phải bắt đầu bằng https://").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Địa chỉ").fill(receiver.url)
    page.get_by_role("button", name="Thêm webhook").click()
    expect(page.get_by_label("Khóa bí mật", exact=True)).to_have_value(re.compile("^whsec_"))
    page.get_by_role("link", name="Về webhook").click()
    assert_accessible(page)
    page.get_by_role("button", name="Gửi tin thử").click()
    expect(page.get_by_role("row", name="Tin thử")).to_contain_text("chờ gửi")
    deliver_due(engine, Post((b"key",), receiver.hosts), datetime.now(UTC))
    page.reload()
    expect(page.get_by_role("row", name="Tin thử")).to_contain_text("đã nhận")
    assert_accessible(page)
    page.get_by_role("row", name="Tin thử").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Nội dung gửi đi")).to_be_visible()
    assert_accessible(page)

    page.goto("/api/v1/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("SIPAS")
    assert_accessible(page)
