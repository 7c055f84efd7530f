"""From the closing of a wave to a correction in public: a unit, two compilers and a reader, each in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import Filing
from survey.operations.periods import province_today
from survey.operations.transactions import set_transactions
from tests.browser.conftest import LiveServer
from tests.filing_office import FilingOffice
from tests.staff import browser_cookie


@pytest.mark.slow
def test_from_the_closing_to_a_correction(
    session: Session,
    engine: Engine,
    live_server: LiveServer,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    office = FilingOffice(session, engine)
    manager = office.manager("B")
    session.commit()

    def desk(account: Account, width: int = 1280) -> Page:
        page = page_at(width, java_script_enabled=False)
        page.context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
        return page

    compiler, second, unit = desk(office.compiler), desk(office.second), desk(manager, 360)
    compiler.goto("/staff/dot/W/dong")
    if compiler.get_by_label("Gõ mã W").count():
        compiler.get_by_label("Gõ mã W").fill("W")
    compiler.locator("main button[type=submit]").click()
    expect(compiler.get_by_text("số liệu là số liệu cuối cùng")).to_be_visible()

    unit.goto("/staff/bao-cao-dinh-ky/")
    unit.get_by_role("link", name="Xã B").click()
    expect(unit.get_by_text("40,00%").first).to_be_visible()
    unit.get_by_role("button", name="Nộp báo cáo").click()
    expect(unit.get_by_text("Đơn vị chưa đạt chỉ tiêu: hãy giải trình")).to_be_visible()
    unit.get_by_label("Giải trình", exact=True).fill("Thiếu người trực buổi sáng")
    unit.get_by_role("button", name="Lưu giải trình").click()
    evidence = {"name": "phan-cong.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    unit.get_by_label("Tệp minh chứng").set_input_files(evidence)
    unit.get_by_role("button", name="Thêm tệp").click()
    expect(unit.get_by_role("link", name="phan-cong.pdf")).to_be_visible()
    unit.get_by_role("button", name="Nộp báo cáo").click()
    expect(unit.get_by_text("Đã nộp báo cáo.")).to_be_visible()
    filing = unit.url

    compiler.goto(filing)
    compiler.get_by_label("Lý do").fill("Nêu rõ ngày hoàn thành")
    compiler.get_by_role("button", name="Trả lại báo cáo").click()
    unit.goto(filing)
    expect(unit.get_by_text("Nêu rõ ngày hoàn thành").first).to_be_visible()
    unit.get_by_label("Giải trình", exact=True).fill("Thiếu người trực buổi sáng; bố trí thêm từ ngày 01/8")
    unit.get_by_role("button", name="Lưu giải trình").click()
    unit.get_by_role("button", name="Nộp báo cáo").click()
    compiler.goto(filing)
    compiler.get_by_role("button", name="Duyệt", exact=True).click()
    expect(compiler.get_by_text("Đã duyệt báo cáo.")).to_be_visible()

    session.execute(update(Filing).values(deadline_on=province_today() - timedelta(days=1)))
    session.commit()
    compiler.goto("/staff/bao-cao-dinh-ky/bang/")
    compiler.get_by_label("Lý do").fill("Đơn vị không nộp")
    compiler.get_by_role("button", name="Duyệt thay các báo cáo quá hạn").click()
    expect(compiler.get_by_text("Đã duyệt 3 báo cáo.")).to_be_visible()
    compiler.get_by_role("button", name="Tính lại và đối chiếu").click()
    expect(compiler.get_by_text("số liệu của mọi đơn vị đúng như")).to_be_visible()
    compiler.get_by_role("link", name="Công bố kết quả").click()
    compiler.get_by_role("button", name="Đề nghị công bố").click()
    expect(compiler.get_by_text("Ông/bà là người đề nghị")).to_be_visible()
    second.goto("/staff/dot/W/cong-bo")
    second.get_by_role("button", name="Xác nhận và công bố").click()
    expect(second.get_by_text("Đã công bố kết quả của đợt W")).to_be_visible()

    reader = page_at(360)
    reader.goto("/ket-qua/W/P")
    expect(reader.get_by_role("heading", name="Tỉnh Mẫu")).to_be_visible()
    expect(reader.get_by_text("đính chính")).to_have_count(0)
    period = (office.wave.period_start, office.wave.period_end)
    set_transactions(session, office.units["B"], *period, 4000, reason="Nhập nhầm")
    session.commit()
    compiler.goto("/staff/dot/W/dinh-chinh")
    compiler.get_by_label("Lý do").fill("Số hồ sơ của Xã B nhập nhầm")
    compiler.get_by_role("button", name="Đề nghị đính chính").click()
    second.goto("/staff/dot/W/dinh-chinh")
    second.get_by_role("button", name="Xác nhận và công bố đính chính").click()
    expect(second.get_by_text("Đã công bố đính chính")).to_be_visible()
    reader.reload()
    expect(reader.get_by_role("heading", name="Đã đính chính sau khi công bố")).to_be_visible()
    expect(reader.get_by_text("Số hồ sơ của Xã B nhập nhầm")).to_be_visible()
    assert_accessible(reader)
    reader.get_by_role("link", name="công bố ngày").click()
    expect(reader.get_by_role("heading", name="Số liệu này đã được đính chính")).to_be_visible()
    looking = page_at(1280)
    looking.context.add_cookies([browser_cookie(live_server.app, office.compiler, live_server.url)])
    for address in (filing, "/staff/bao-cao-dinh-ky/bang/", "/staff/dot/W/dinh-chinh"):
        looking.goto(address)
        assert_accessible(looking)
