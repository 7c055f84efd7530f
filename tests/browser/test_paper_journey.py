"""Paper and files in a browser: two clerks at the keyboard, a manager who accepts, a compiler who imports a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.accounts.models import Account
from survey.models import ItemTally, PaperBatch, PaperEntry, Question, Response, Unit, Wave
from survey.operations.paper_batches import BatchHeader, create_batch
from tests.browser.conftest import LiveServer
from tests.factories import make_counter, make_questionnaire, make_unit, make_wave
from tests.staff import browser_cookie, make_account

ROOT = "/staff/nhap-phieu"
EXPORTS = Path(__file__).parents[1] / "data" / "exports"
ASKED = standard("counter")
ITEMS = len(ASKED.questions)

Enter = Callable[..., Page]


@pytest.fixture
def wave(session: Session) -> Wave:
    """An open wave of two communes that runs today and ran when the exports were made."""
    top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    units = [
        make_unit(session, code=code, parent=top, name_vi=name)
        for code, name in (("TP", "UBND phường Trần Phú"), ("ST", "UBND xã Sông Trà"))
    ]
    make_counter(session, units[0], code="1", name_vi="Quầy 1: Hộ tịch, chứng thực")
    today = datetime.now(UTC).date()
    period = (min(date(2026, 1, 1), today - timedelta(days=30)), today + timedelta(days=30))
    questionnaire = make_questionnaire(session, ASKED)
    wave = make_wave(
        session, code="2026", units=units, questionnaire=questionnaire, period=period, state="open",
    )  # fmt: skip
    wave.name_vi = "Khảo sát sự hài lòng năm 2026"
    session.commit()
    return wave


@pytest.fixture
def enter(session: Session, live_server: LiveServer, page_at: Callable[..., Page]) -> Enter:
    """A browser of somebody signed in past the second factor."""

    def sign(account: Account, width: int = 1280, **options: object) -> Page:
        page = page_at(width, **options)
        page.context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
        return page

    return sign


def batch_of(session: Session, wave: Wave, clerk: Account, **header: object) -> PaperBatch:
    unit = session.scalars(select(Unit).where(Unit.code == "TP")).one()
    day = datetime.now(UTC).date() - timedelta(days=1)
    given: dict[str, object] = {"forms_expected": 3, "collected_from": day, "collected_until": day, **header}
    batch = create_batch(session, wave, unit, BatchHeader(**given), account_id=clerk.id, at=datetime.now(UTC))  # type: ignore[arg-type]
    session.commit()
    return batch


def current(page: Page) -> str:
    """The item that the keyboard is at."""
    return page.locator(".item.current").get_attribute("data-item") or ""


def type_ratings(page: Page, values: str) -> None:
    """Sixteen items and the overall one, a key each."""
    assert len(values) == 17
    page.keyboard.type(values)


def test_two_clerks_type_a_batch_by_keyboard_and_the_figures_move(
    session: Session, wave: Wave, enter: Enter, assert_accessible: Callable[[Page], None]
) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "TP")).one()
    first = make_account(session, "entry", unit, name="Lê Thị An")
    second = make_account(session, "entry", unit, name="Trần Văn Bình")
    manager = make_account(session, "manager", unit, name="Phạm Chi")
    batch = batch_of(session, wave, first, double_share=100)

    page = enter(first)
    page.goto(f"{ROOT}/{batch.id}")
    page.get_by_role("link", name="Nhập phiếu", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu 1")
    assert_accessible(page)
    type_ratings(page, "55545.43*40555555")
    assert current(page) == "comment"
    page.keyboard.type("Cán bộ nhiệt tình")
    page.keyboard.press("Tab")
    page.keyboard.type("1")  # who
    page.keyboard.press("Backspace")  # back to it
    page.keyboard.type("2")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu 2")
    expect(page.get_by_text("Đã lưu phiếu 1: 18/19 câu có đánh dấu.")).to_be_visible()

    page.keyboard.type("7")  # there is no such answer
    expect(page.locator("#said")).to_have_text("Câu này không có lựa chọn 7.")
    assert current(page) == ASKED.questions[0].code
    type_ratings(page, "4" * 17)
    page.reload()
    expect(page.locator("#said")).to_have_text("Đã khôi phục phần ông/bà nhập dở trước khi trang đóng.")
    expect(page.locator(".mark input[value='4']:checked")).to_have_count(17)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("mất kết nối")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu 3")
    expect(page.locator(".mark input[value='4']:checked")).to_have_count(0)

    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Nhấn Enter lần nữa")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.partition('/staff')[0]}{ROOT}/{batch.id}")
    assert_accessible(page)
    page.get_by_role("button", name="Kết thúc nhập").click()

    other = enter(second)
    other.goto(f"{ROOT}/{batch.id}/nhap/2")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Phiếu 1 lần hai")
    type_ratings(other, "55545.43*40555554")
    other.keyboard.type("28")
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Phiếu 2")
    type_ratings(other, "4" * 17)
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Phiếu 3")
    other.keyboard.press("Enter")
    other.keyboard.press("Enter")
    expect(other.get_by_text("1 chỗ khác nhau")).to_be_visible()
    other.get_by_role("link", name="Xử lý chỗ khác nhau").click()
    assert_accessible(other)
    other.get_by_role("radio", name="Lần đầu").check()
    other.get_by_role("button", name="Lưu các mục đã chọn").click()
    expect(other.locator(".holds")).to_have_text("✓ 5 – Rất hài lòng")
    other.get_by_role("link", name="Về lô phiếu").click()
    other.get_by_role("button", name="Đánh dấu đã kiểm tra").click()
    expect(other.get_by_text("Người phụ trách đơn vị hoặc người tổng hợp sẽ nhận lô phiếu.")).to_be_visible()

    desk = enter(manager)
    desk.goto(f"{ROOT}/{batch.id}")
    assert_accessible(desk)
    desk.get_by_role("button", name="Nhận lô phiếu").click()
    expect(desk.get_by_text("Đã nhận lô: 2 phiếu trả lời nay được tính.")).to_be_visible()
    session.rollback()
    overall = session.scalars(select(Question.id).where(Question.code == "overall_satisfaction")).one()
    tally = session.execute(
        select(ItemTally.people, ItemTally.n4, ItemTally.n5).where(ItemTally.question_id == overall)
    ).one()
    assert tuple(tally) == (2, 1, 1)


def test_conditions_are_skipped_and_the_page_works_without_a_script(session: Session, wave: Wave, enter: Enter) -> None:
    one_tap = standard("one-tap")
    unit = session.scalars(select(Unit).where(Unit.code == "TP")).one()
    short = make_wave(
        session, code="MC", units=[unit], questionnaire=make_questionnaire(session, one_tap),
        period=(wave.period_start, wave.period_end), state="open",
    )  # fmt: skip
    clerk = make_account(session, "entry", unit)
    batch = batch_of(session, short, clerk)
    page = enter(clerk)
    page.goto(f"{ROOT}/{batch.id}/nhap/1/1")
    expect(page.locator("[data-item=reasons]")).to_be_hidden()
    page.keyboard.type("2")
    expect(page.locator("[data-item=reasons]")).to_be_visible()
    assert current(page) == "reasons"
    page.keyboard.type("13")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu 2")

    plain = enter(clerk, java_script_enabled=False)
    plain.goto(f"{ROOT}/{batch.id}/nhap/1/2")
    plain.get_by_role("radio", name="4 Hài lòng").check(force=True)
    plain.get_by_role("button", name="Lưu, sang phiếu sau").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Phiếu 3")
    session.rollback()
    entries = session.scalars(select(PaperEntry.answers).order_by(PaperEntry.serial)).all()
    assert '"reasons":[1,3]' in entries[0]
    assert '"overall_satisfaction":4' in entries[1]


def test_a_compiler_imports_a_google_form_and_withdraws_it(
    session: Session, wave: Wave, enter: Enter, assert_accessible: Callable[[Page], None], tmp_path: Path
) -> None:
    top = session.scalars(select(Unit).where(Unit.code == "T")).one()
    compiler = make_account(session, "compiler", top, name="Đỗ Thị Dung")
    content = (EXPORTS / "google_forms.csv").read_text(encoding="utf-8")
    file = tmp_path / "Phản hồi biểu mẫu.csv"
    file.write_text(content.replace('"Bình thường"', '"Tạm được"', 1), encoding="utf-8")
    page = enter(compiler)
    page.goto("/staff/nhap-tep/")
    assert_accessible(page)
    page.get_by_role("link", name="Nhập một tệp").first.click()
    assert_accessible(page)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Tải lên và xem các cột").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cột và từ")
    assert_accessible(page)
    page.get_by_role("button", name="Thử, chưa nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("Xin cho biết các từ đánh dấu bên dưới")
    page.get_by_label("Tạm được").select_option("3")
    page.get_by_role("button", name="Thử, chưa nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nhập thử: chưa phiếu nào được nhập")
    assert_accessible(page)
    assert session.scalars(select(func.count()).select_from(Response)).one() == 0
    page.get_by_role("button", name="Nhập phiếu").click()
    expect(page.get_by_text("Đã nhập 24 phiếu mới")).to_be_visible()
    session.rollback()
    assert session.scalars(select(func.count()).select_from(Response)).one() == 24
    page.get_by_role("link", name="Phản hồi biểu mẫu.csv").click()
    assert_accessible(page)
    page.get_by_label("Lý do").fill("Nhầm tệp của năm trước")
    page.get_by_role("button", name="Rút lại lần nhập").click()
    expect(page.get_by_text("Đã đánh dấu 24 phiếu và tính riêng.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_fit_a_phone_and_a_desk(
    session: Session, wave: Wave, enter: Enter, width: int, assert_accessible: Callable[[Page], None]
) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "TP")).one()
    manager = make_account(session, "manager", unit)
    compiler = make_account(session, "compiler", session.scalars(select(Unit).where(Unit.code == "T")).one())
    batch = batch_of(session, wave, manager)
    page = enter(manager, width)
    for path in ("", "moi", "moi/2026/TP", f"{batch.id}", f"{batch.id}/sua", f"{batch.id}/nhap/1/1"):
        page.goto(f"{ROOT}/{path}")
        assert_accessible(page)
    page = enter(compiler, width)
    for path in ("", "moi"):
        page.goto(f"/staff/nhap-tep/{path}")
        assert_accessible(page)
