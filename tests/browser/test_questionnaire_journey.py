"""The compiler makes a new version by the keyboard: a condition, a translation, a look at the phone, publication."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import library
from survey.models import QuestionContinuity, Questionnaire, Unit
from survey.operations.questionnaire_drafts import next_version, start_draft
from survey.operations.questionnaires import definition_of, publish_questionnaire
from tests.browser.conftest import LiveServer
from tests.factories import NOW, make_unit
from tests.staff import browser_cookie, make_account

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def province(session: Session) -> Unit:
    unit = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    publish_questionnaire(session, library.standard("counter"), NOW)
    session.commit()
    return unit


@pytest.fixture
def desk(new_context: NewContext, live_server: LiveServer, session: Session, province: Unit) -> BrowserContext:
    """A wide screen at which the compiler is signed in."""
    account = make_account(session, "compiler", province, name="Lê Tổng Hợp")
    context = new_context(1280)
    context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
    return context


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_new_version_by_the_keyboard(
    desk: BrowserContext, session: Session, assert_accessible: Callable[[Page], None]
) -> None:
    page = desk.new_page()
    page.goto("/staff/phieu/counter/1.0")
    page.get_by_role("button", name="Phiên bản mới").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu khảo sát tại quầy")
    draft = page.url.partition("#")[0]
    assert_accessible(page)

    # its validity; Ctrl+S saves
    page.get_by_role("link", name="Tên, hiệu lực, căn cứ pháp lý").press("Enter")
    page.get_by_label("Có hiệu lực từ").fill("2026-07-01")
    page.get_by_label("Thời gian trả lời (phút)").fill("3")
    press(page, "Control+s")
    expect(page.get_by_text("từ 01/07/2026").first).to_be_visible()

    # a question with a condition, the answers brought by the choice itself
    page.get_by_role("link", name=re.compile("Thêm câu hỏi.*Ý kiến chung")).press("Enter")
    page.get_by_label("Câu hỏi bằng tiếng Việt").fill("Điều gì khiến ông/bà chưa hài lòng?")
    page.get_by_label("Tên ngắn bằng tiếng Việt").fill("Lý do chưa hài lòng")
    page.get_by_label("Tên ngắn bằng tiếng Anh").fill("Reason")
    page.get_by_label("Loại câu hỏi").select_option("long_text")
    expect(page.get_by_label("Phương án trả lời")).to_be_hidden()
    page.get_by_label("Chỉ hỏi tuỳ theo câu").select_option("overall_satisfaction")
    expect(page.get_by_label("Rất không hài lòng")).to_be_visible()
    expect(page.get_by_label("Câu hỏi bằng tiếng Việt")).to_have_value("Điều gì khiến ông/bà chưa hài lòng?")
    page.get_by_label("Rất không hài lòng").press("Space")
    assert_accessible(page)
    press(page, "Control+s")
    question = page.locator("[data-question]", has_text="Điều gì khiến ông/bà chưa hài lòng?")
    expect(question).to_contain_text("Thiếu câu hỏi bằng tiếng Anh")

    # moved up twice, and once back; the focus stays with it
    expect(question.get_by_role("link")).to_be_focused()
    for shortcut, behind in (("Alt+ArrowUp", 1), ("Alt+ArrowUp", 2), ("Alt+ArrowDown", 1)):
        press(page, shortcut)
        expect(page.locator("[data-question]").nth(-1 - behind)).to_contain_text("Điều gì khiến")
        expect(question.get_by_role("link").first).to_be_focused()

    # its English in the grid, beside the Vietnamese
    page.get_by_role("link", name="Đối chiếu hai ngôn ngữ").press("Enter")
    gap = page.locator("td.gap textarea, td.gap input")
    expect(gap).to_have_count(1)
    gap.fill("What were you not satisfied with?")
    assert_accessible(page)
    press(page, "Control+s")
    expect(page.locator("td.gap")).to_have_count(0)

    # the phone shows it only after the answer it depends on, in either language, and sends nothing
    page.goto(f"{draft}/xem-truoc")
    phone = page.frame_locator("iframe")
    asked = phone.get_by_text("Điều gì khiến ông/bà chưa hài lòng?")
    expect(asked).to_be_hidden()
    phone.locator("#q_overall_satisfaction").get_by_label("Rất không hài lòng").check()
    expect(asked).to_be_visible()
    expect(phone.get_by_role("button", name="Gửi")).to_be_disabled()
    expect(phone.get_by_text("Đây là bản xem trước")).to_be_visible()
    page.get_by_role("link", name="English", exact=True).last.press("Enter")
    expect(phone.get_by_text("This is a preview")).to_be_visible()

    page.goto(f"{draft}/cong-bo")
    assert_accessible(page)
    page.get_by_label("Tôi đã đọc các cảnh báo và vẫn công bố").press("Space")
    page.get_by_role("button", name="Công bố").press("Enter")
    expect(page).to_have_url(re.compile(r"/staff/phieu/counter/1\.1$"))
    assert_accessible(page)
    session.rollback()
    row = session.scalars(select(Questionnaire).where(Questionnaire.version == "1.1")).one()
    new = definition_of(row).questions[-2]
    assert new.wording.en == "What were you not satisfied with?"
    assert new.condition is not None
    assert (new.condition.question, new.condition.values) == ("overall_satisfaction", (1,))
    changes = {kept.change for kept in session.scalars(select(QuestionContinuity))}
    assert changes == {"unchanged", "new"}


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_accessible_and_fit_the_screen(
    width: int,
    new_context: NewContext,
    live_server: LiveServer,
    session: Session,
    province: Unit,
    assert_accessible: Callable[[Page], None],
) -> None:
    counter = session.scalars(select(Questionnaire)).one()
    document = next_version(session, counter)
    draft = start_draft(session, document, owner=province, by="Lê Tổng Hợp", at=NOW, based_on=counter)
    account = make_account(session, "compiler", province)
    context = new_context(width)
    context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
    page = context.new_page()
    question, section = next(document.questions).key, document.sections[0].key
    where = f"/staff/phieu/soan/{draft.id}"
    parts = ("", "/chung", f"/phan/{section}", f"/cau/{question}", "/thang-do/satisfaction", "/dich", "/so-sanh")
    for address in (
        "/staff/phieu/",
        "/staff/phieu/counter/1.0",
        "/staff/phieu/soan/moi",
        *(f"{where}{part}" for part in (*parts, "/tep", "/cong-bo", "/xem-truoc")),
    ):
        page.goto(address)
        assert_accessible(page)


def test_without_javascript_every_step_is_a_button(
    new_context: NewContext, live_server: LiveServer, session: Session, province: Unit
) -> None:
    account = make_account(session, "compiler", province)
    context = new_context(1280, java_script_enabled=False)
    context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
    page = context.new_page()
    page.goto("/staff/phieu/one-tap/1.0")
    page.get_by_role("button", name="Chép thành phiếu khác").click()
    page.get_by_role("button", name=re.compile("Chuyển xuống.*Hài lòng chung")).click()
    expect(page.locator("[data-question]").nth(1)).to_contain_text("overall_satisfaction")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("[data-question]").first).to_contain_text("overall_satisfaction")
    page.locator("[data-question]").nth(1).get_by_role("link").click()
    page.get_by_label("Chỉ hỏi tuỳ theo câu").select_option("")
    page.get_by_role("button", name="Hiện các phương án").click()
    expect(page.get_by_text("Chọn một câu hỏi rồi bấm hiện các phương án")).to_be_visible()
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("[data-question]").nth(1)).not_to_contain_text("chỉ hỏi tuỳ theo")
