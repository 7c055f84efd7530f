"""A citizen's opinion from the receipt of his rating to the published answer: passed on, late, answered, rated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.accounts.models import Account
from survey.blueprints import petition as pages
from survey.config import contact_key_file
from survey.models import Collector, MailMessage, Petition, PetitionClass
from survey.operations import contacts
from survey.operations.petition_deadlines import run_due
from tests.browser.conftest import LiveServer
from tests.browser.pages import BallotPage
from tests.factories import NOW, make_unit
from tests.petitioning import photo
from tests.scanning import hang_up
from tests.staff import browser_cookie, make_account

pytestmark = pytest.mark.slow

WORDS = "Bảng phí ở quầy số 3 đã cũ, tôi phải đi lại hai lần."
LATER = NOW + timedelta(days=40)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Coordinates]:
    monkeypatch.setattr(pages, "MINIMUM_SECONDS", 0)  # a program types faster
    with time_machine.travel(NOW, tick=True) as moved:
        yield moved


@pytest.fixture
def collector(session: Session, live_server: LiveServer) -> Collector:
    """A counter of a ward; the competent commune beside it, the province above both; a class, a key for contacts."""
    province = make_unit(session, code="T", kind="province", name_vi="Tỉnh Sông Trà")
    collector = hang_up(session, parent=province)
    make_unit(session, code="X2", parent=province, name_vi="UBND xã Bến Trà")
    session.add(PetitionClass(code="phi", name_vi="Phí, lệ phí", working_days=10))
    contacts.make_key(session, contact_key_file(live_server.app.config), NOW)
    session.commit()
    return collector


@pytest.fixture
def desk_of(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, session: Session
) -> Callable[[Account], Page]:
    """A desk in the back office, signed in at that moment."""

    def sit_down(person: Account) -> Page:
        context = new_context(width=1280)
        context.add_cookies([browser_cookie(live_server.app, person, live_server.url)])
        return context.new_page()

    return sit_down


def step(desk: Page, name: str) -> None:
    """Send the form of a step of the case and see that it was taken."""
    desk.locator(f'form[action$="/{name}"] button[type=submit]').click()
    expect(desk.get_by_role("status").first).to_be_visible()


def unfold(desk: Page, name: str) -> None:
    details = desk.locator("details", has=desk.locator(f'form[action$="/{name}"]'))
    if details.get_attribute("open") is None:
        details.locator("summary").click()


def write(citizen: Page, collector: Collector, folder: Path, accessible: Callable[[Page], None]) -> str:
    """Rate, follow the link of the receipt, write an opinion; the tracking code."""
    ballot = BallotPage(citizen, standard("counter")).open(collector.code)
    ballot.choose("overall_satisfaction", 2)
    ballot.send()
    citizen.get_by_role("link", name="Gửi phản ánh, kiến nghị").click()
    assert citizen.url.endswith(f"/s/{collector.code}/y-kien?lang=vi"), "nothing of the ballot goes along"
    citizen.get_by_role("radio", name="Vướng mắc, khó khăn").check()
    citizen.get_by_label("Tôi muốn nhận trả lời").check()
    citizen.get_by_role("button", name="Gửi ý kiến").click()
    expect(citizen.get_by_role("alert")).to_contain_text("bên dưới còn chỗ cần bổ sung")
    accessible(citizen)
    citizen.get_by_role("textbox", name="Ý kiến của ông/bà").fill(WORDS)
    picture = folder / "bang-phi.jpg"
    picture.write_bytes(photo((640, 480), turned=True, place=True))
    citizen.get_by_label("Ảnh 1").set_input_files(picture)
    citizen.get_by_label("Họ và tên").fill("Lê Thị Hòa")
    citizen.get_by_label("Số điện thoại", exact=True).fill("0912 345 678")
    citizen.get_by_label("Tôi đồng ý để cơ quan").check()
    citizen.get_by_role("button", name="Gửi ý kiến").click()
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Cảm ơn ông/bà đã góp ý")
    expect(citizen.get_by_role("button", name="In trang này")).to_be_visible()
    accessible(citizen)
    return citizen.locator("#code").inner_text()


def test_an_opinion_comes_back_answered(
    page_at: Callable[..., Page],
    desk_of: Callable[[Account], Page],
    assert_accessible: Callable[[Page], None],
    session: Session,
    collector: Collector,
    clock: time_machine.Coordinates,
    tmp_path: Path,
) -> None:
    citizen = page_at(320)
    code = write(citizen, collector, tmp_path, assert_accessible)
    session.rollback()
    case = session.scalars(select(Petition)).one()

    desk = desk_of(make_account(session, "reviewer", collector.unit))
    desk.goto("/staff/y-kien/")
    desk.get_by_role("link", name=case.reference).first.click()
    expect(desk.get_by_text(WORDS)).to_be_visible()
    size = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    assert desk.locator(".photos img").evaluate(size) == [480, 640]
    unfold(desk, "phan-loai")
    desk.locator('form[action$="/phan-loai"] select').select_option("phi")
    step(desk, "phan-loai")
    unfold(desk, "chuyen")
    desk.locator('form[action$="/chuyen"] [name$=unit]').fill("X2 – UBND xã Bến Trà")
    desk.locator('form[action$="/chuyen"] [name$=reason]').fill("Phí do xã Bến Trà thu.")
    step(desk, "chuyen")

    clock.move_to(LATER)
    assert run_due(session.get_bind(), LATER) == 1  # type: ignore[arg-type]  # an engine
    citizen.goto("/y-kien/")
    citizen.get_by_label("Mã theo dõi").fill(code.lower())
    citizen.get_by_role("button", name="Tiếp tục").click()
    expect(citizen.get_by_text("Đã quá hạn")).to_contain_text("Cơ quan cấp trên đã được báo ngày")
    assert_accessible(citizen)

    session.rollback()
    session.refresh(case)
    other = desk_of(make_account(session, "reviewer", case.holder))
    other.goto(f"/staff/y-kien/{case.reference}")
    unfold(other, "nhan")
    step(other, "nhan")
    other.get_by_role("button", name="Xem thông tin liên hệ").click()
    expect(other.get_by_text("Lê Thị Hòa")).to_be_visible()
    other.locator('form[action$="/tra-loi"] textarea').fill("Xã đã thay bảng phí mới.")
    step(other, "tra-loi")
    other.locator('form[action$="/cong-khai"] [name$=public_text]').fill("Bảng phí ở quầy số 3 đã cũ.")
    step(other, "cong-khai")

    citizen.reload()
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Đã trả lời và công khai")
    expect(citizen.get_by_text("Xã đã thay bảng phí mới.")).to_be_visible()
    citizen.get_by_role("radio", name="Hài lòng", exact=True).check()
    assert_accessible(citizen)
    citizen.get_by_role("button", name="Gửi đánh giá").click()
    expect(citizen.get_by_text("Ông/bà đã đánh giá việc giải quyết: Hài lòng.")).to_be_visible()
    citizen.get_by_role("link", name="Xem các ý kiến đã được trả lời công khai").click()
    expect(citizen.get_by_role("article")).to_contain_text("Trả lời của UBND xã Bến Trà")
    assert_accessible(citizen)
    session.rollback()
    told = [
        message.subject for message in session.scalars(select(MailMessage).where(MailMessage.petition_id == case.id))
    ]
    assert told[-1] == "Ý kiến của ông/bà đã được trả lời"
