"""A compiler makes a wave with the keyboard alone, hangs up a poster, a citizen answers, and the board shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.models import Collector, Unit, Wave
from survey.operations import targets
from survey.operations.ledger import seal_all
from survey.scan_counter import ScanCounter
from tests.browser.conftest import LiveServer
from tests.browser.pages import BallotPage
from tests.factories import make_counter, make_questionnaire, make_unit
from tests.staff import browser_cookie, make_account

COUNTER = standard("counter")
MOST_STEPS = 200
# Chromium without a screen says so, and is no person then.
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


class Keyboard:
    """Whoever never touches a mouse: Tab to a control by its words, then Enter, Space, arrows or letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> None:
        """Tab on until the control has the focus; round the page once, at most."""
        expect(target).to_have_count(1)
        for _ in range(MOST_STEPS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def press(self, name: str, role: str = "button") -> None:
        """Press a button or follow a link, and wait for the page it leads to."""
        self.to(self.page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def tick(self, name: str) -> None:
        self.to(self.page.get_by_role("checkbox", name=name))
        self.page.keyboard.press("Space")

    def type(self, label: str, text: str) -> None:
        self.to(self.page.get_by_label(label))
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)


@pytest.fixture
def province(session: Session) -> Unit:
    root = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    for number in (1, 2):
        commune = make_unit(session, code=f"X{number}", parent=root, name_vi=f"Xã Sông {number}")
        make_counter(session, commune, code="Q1")
    make_questionnaire(session, COUNTER)
    targets.create_target(
        session, code="sipas-80", value=Decimal("0.8"), reference_vi="Kế hoạch mẫu", valid_from=date(2020, 1, 1)
    )
    session.commit()
    return root


@pytest.fixture
def office(page_at: Callable[..., Page], live_server: LiveServer, session: Session, province: Unit) -> Page:
    page = page_at(1280)
    compiler = make_account(session, "compiler", province, name="Trần Thị Tổng Hợp")
    page.context.add_cookies([browser_cookie(live_server.app, compiler, live_server.url)])
    return page


def scanned(document: Path) -> list[str]:
    """What a phone reads off each page."""
    pages = [page.render(scale=1.5).to_pil() for page in pypdfium2.PdfDocument(document)]
    return [code.text for picture in pages for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.slow
def test_from_the_first_step_to_the_board(
    office: Page,
    page_at: Callable[..., Page],
    live_server: LiveServer,
    session: Session,
    engine: Engine,
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    keys = Keyboard(office)
    office.goto("/staff/dot/")
    assert_accessible(office)
    keys.press("Lập đợt đầu tiên", "link")
    keys.press("Lập bản nháp")
    seen = []
    keys.type("Tên tiếng Việt", "Đợt bàn phím")
    for step in ("Kỳ và tên", "Các đơn vị", "Chỉ tiêu", "Cách tính", "Chỉ tiêu mẫu", "Mở và đóng"):
        expect(office.get_by_role("heading", level=1)).to_have_text(step)
        assert_accessible(office)
        seen.append(step)
        if step == "Các đơn vị":
            keys.tick("Xã Sông 1")
            keys.tick("Xã Sông 2")
        if step == "Chỉ tiêu mẫu":
            keys.type("Chỉ tiêu mẫu của Xã Sông 1", "2")
        keys.press("Lưu và tiếp tục")
    expect(office.get_by_role("heading", level=1)).to_have_text("Tóm tắt")
    assert_accessible(office)
    keys.press("Mở đợt ngay", "link")
    assert_accessible(office)
    keys.press("Mở đợt")
    expect(office.get_by_role("heading", level=1)).to_have_text("Đợt bàn phím")
    assert_accessible(office)
    session.rollback()
    wave = session.scalars(select(Wave)).one()
    assert (wave.state, len(wave.units)) == ("open", 2)

    keys.press("danh sách, áp phích, đường dẫn", "link")
    keys.press("Tạo điểm thu phiếu cho mọi quầy", "link")
    assert_accessible(office)
    keys.press("Tạo điểm thu phiếu")
    expect(office.get_by_text("Đã tạo 2 điểm thu phiếu")).to_be_visible()
    assert_accessible(office)
    with office.expect_download() as download:
        keys.to(office.get_by_role("link", name="A4", exact=True))
        office.keyboard.press("Enter")
    posters = tmp_path / "posters.pdf"
    download.value.save_as(posters)
    session.rollback()
    codes = session.scalars(select(Collector.code).order_by(Collector.id)).all()
    assert scanned(posters) == [f"{live_server.url}/s/{code}" for code in codes]
    office.get_by_role("link", name=codes[0]).click()
    assert_accessible(office)
    expect(office.get_by_role("img", name=f"Mã QR của điểm thu phiếu {codes[0]}")).to_be_visible()

    phone = page_at(360, user_agent=PHONE)
    ballot = BallotPage(phone, COUNTER)
    ballot.open(codes[0])
    ballot.answer_everything()
    ballot.send()
    counter = live_server.app.extensions["scans"]
    assert isinstance(counter, ScanCounter)
    counter.flush()
    seal_all(engine)

    office.goto(f"/staff/dot/{wave.code}/tien-do")
    expect(office.locator("#r-X1")).to_contain_text("1")
    cells = office.locator("#r-X1 td").all_inner_texts()
    assert cells[2:4] == ["2", "1"], cells  # the quota, and the form that came back
    assert cells[-1] == "1", cells  # opened once
    expect(office.locator("#r-X2")).to_contain_text("chưa có phiếu")
    assert_accessible(office)
    office.set_viewport_size({"width": 360, "height": 800})
    assert_accessible(office)

    office.goto(f"/staff/dot/{wave.code}/dong")
    assert_accessible(office)
    office.get_by_label(f"Gõ mã {wave.code}").fill(wave.code)
    keys.press("Đóng hẳn")
    expect(office.get_by_text("số liệu là số liệu cuối cùng")).to_be_visible()
    keys.press("Công bố kết quả", "link")
    expect(office.get_by_text("3 báo cáo chưa được duyệt")).to_be_visible()  # test_filing_journey.py goes on from here
    assert_accessible(office)
    keys.press("Xã Sông 1", "link")
    expect(office.get_by_role("heading", level=1)).to_contain_text("Xã Sông 1")
    assert_accessible(office)
    assert phone.goto(f"/s/{codes[0]}").status == 410  # type: ignore[union-attr]


def test_a_copied_link_and_a_branch_ticked_by_script(office: Page, session: Session) -> None:
    office.goto("/staff/dot/moi")
    office.get_by_role("button", name="Lập bản nháp").click()
    code = session.scalars(select(Wave.code)).one()
    office.goto(f"/staff/dot/{code}/don-vi")
    office.get_by_role("checkbox", name="Tỉnh Mẫu").check()
    for number in (1, 2):
        expect(office.get_by_role("checkbox", name=f"Xã Sông {number}")).to_be_checked()
    office.get_by_role("button", name="4. Chỉ tiêu").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Chỉ tiêu")
    session.rollback()
    assert len(session.scalars(select(Wave)).one().units) == 3
