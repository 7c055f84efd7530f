"""Offices read their results in a browser: a manager filters, sends and tags; the compiler hides and doubts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from survey.models import Unit
from survey.operations.comments import attend_comments, release_comments
from survey.operations.cross_tables import count_requested
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import seal_all
from survey.operations.release import release_step
from tests.browser.conftest import LiveServer
from tests.factories import make_collector, make_definition, make_questionnaire, make_rating, make_response, make_wave
from tests.published_waves import answer_alike, finish, make_province
from tests.sample_waves import store
from tests.staff import browser_cookie, make_account

UNFOLD = "() => document.querySelectorAll('main details').forEach(details => { details.open = true })"
PAGES = {
    "compiler": (
        "/staff/ket-qua/",
        "/staff/ket-qua/before/B2",
        "/staff/ket-qua/now/T",
        "/staff/ket-qua/now/B2?channel=paper&period=2026-02",
        "/staff/ket-qua/bang-nhiet/now",
        "/staff/ket-qua/bang-nhiet/before?by=items",
        "/staff/ket-qua/theo-nhom/before/B2",
        "/staff/ket-qua/theo-nhom/now/B2",
        "/staff/nhan-xet/",
        "/staff/nhan-xet/?q=khong-co",
        "/staff/phieu-tra-loi/",
        "/staff/phieu-tra-loi/?tab=tests",
        "/staff/phieu-tra-loi/?tab=conflicts",
        "/staff/phieu-tra-loi/1",
    ),
    "viewer": ("/staff/ket-qua/", "/staff/ket-qua/now/B2"),
}
Enter = Callable[..., Page]


def words(text: str) -> Wording:
    return Wording(text, text)


@pytest.fixture
def units(session: Session, engine: Engine) -> dict[str, Unit]:
    """A published wave and an open one, asked with an age and a free text."""
    units = make_province(session)
    ages = tuple(Choice(value, words(f"Nhóm tuổi {value}")) for value in (1, 2, 3))
    asked = make_definition(
        questions=[
            make_rating("overall_satisfaction", in_index=False),
            Question(code="age", kind="single", label=words("Nhóm tuổi"), wording=words("Tuổi?"), choices=ages),
            Question(code="comment", kind="long_text", label=words("Góp ý"), wording=words("Góp ý?"), max_length=500),
        ]
    )
    below = [units[code] for code in ("B2", "C3", "A6")]
    period = (datetime(2025, 7, 1, tzinfo=UTC).date(), datetime(2025, 12, 31, tzinfo=UTC).date())
    questionnaire = make_questionnaire(session, asked)
    before = make_wave(session, code="before", units=below, questionnaire=questionnaire, period=period, state="open")
    for code, counts in (("B2", (2, 2, 6, 20, 10)), ("C3", (10, 10, 10, 5, 5))):
        answer_alike(session, before, units[code], counts)
    aged = make_collector(session, before, units["B2"], channel="link")
    store(session, aged, [{"access_1": 4, "procedures_1": 4, "age": age} for age in (1, 1, 2, 3) for _ in range(8)])
    finish(session, engine, before)
    now = make_wave(session, code="now", units=below, questionnaire=questionnaire, state="open")
    for channel, trust in (("qr", "open"), ("paper", "paper")):
        way = make_collector(session, now, units["B2"], channel=channel, trust=trust)
        for month in (2, 3):
            rows = [{"access_1": mark, "procedures_1": 4} for mark in (2, 4, 5) for _ in range(12)]
            store(session, way, rows, received_at=datetime(2026, month, 5, tzinfo=UTC))
    texts = ("Thái độ rất tốt", "Chờ lâu quá", "Chị Lan ở quầy 2 cáu gắt", "Chỗ ngồi chật", "Cảm ơn", "Nhanh")
    for text in texts:
        at = datetime.now(UTC) - timedelta(days=20)
        make_response(session, way, answers={"access_1": 4}, texts={"comment": text}, received_at=at)
    store(session, way, [{"access_1": 1}], is_test=True)
    session.commit()
    seal_all(engine)
    today = datetime.now(UTC).date()
    attend_comments(engine, today)
    release_step(session, now.id, today)
    release_comments(session, now, today - timedelta(days=1))
    keep_disclosure(session, now)
    session.commit()
    while count_requested(engine):
        pass
    return units


@pytest.fixture
def enter(session: Session, live_server: LiveServer, page_at: Callable[..., Page], units: dict[str, Unit]) -> Enter:
    def sign(role: str, unit: str, width: int = 1280, **options: object) -> Page:
        account = make_account(session, role, units[unit])
        page = page_at(width, **options)
        page.context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
        return page

    return sign


def test_a_manager_reads_filters_sends_and_tags(enter: Enter) -> None:
    page = enter("manager", "B2", java_script_enabled=False)
    page.goto("/staff/ket-qua/")
    page.get_by_role("link", name="Xã Sông Trà").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xã Sông Trà")
    expect(page.get_by_text("Đây là số liệu phát hành")).to_be_visible()
    page.get_by_label("Kênh", exact=True).select_option("paper")
    page.get_by_role("button", name="Xem").click()
    expect(page).to_have_url("/staff/ket-qua/now/B2?channel=paper")
    expect(page.get_by_text("78 người").first).to_be_visible()
    expect(page.get_by_label("Thời gian", exact=True)).to_be_disabled()  # two filters could single somebody out
    colleague = enter("viewer", "B2", 360)
    colleague.goto(page.url)  # the view that was sent
    expect(colleague.get_by_text("78 người").first).to_be_visible()
    page.get_by_role("link", name="Bỏ bộ lọc").click()
    page.get_by_role("link", name="Xem ý kiến góp ý").click()
    page.get_by_label("Từ khóa").fill("cho lau")
    page.get_by_role("button", name="Tìm").click()
    expect(page.get_by_role("listitem").filter(has_text="Chờ lâu quá")).to_be_visible()
    expect(page.get_by_text("Cảm ơn")).to_have_count(0)
    page.get_by_role("link", name="Gắn thẻ").click()
    expect(page.get_by_role("button", name="Ẩn ý kiến này")).to_have_count(0)
    page.get_by_label("Thẻ", exact=False).last.fill("thời gian chờ")
    page.get_by_role("button", name="Thêm").click()
    expect(page.get_by_text("thời gian chờ").first).to_be_visible()


def test_the_compiler_hides_a_comment_and_doubts_a_response(enter: Enter) -> None:
    page = enter("compiler", "T")
    page.goto("/staff/nhan-xet/?q=chi+lan")
    page.get_by_role("link", name="Gắn thẻ hoặc ẩn").click()
    page.get_by_role("button", name="Ẩn ý kiến này").click()
    expect(page.locator("#reason-error")).to_be_visible()
    page.get_by_label("Lý do").fill("nêu tên cá nhân")
    page.get_by_role("button", name="Ẩn ý kiến này").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ẩn ý kiến")
    manager = enter("manager", "B2")
    manager.goto("/staff/nhan-xet/")
    expect(manager.get_by_text("Chị Lan")).to_have_count(0)
    expect(manager.get_by_text("1 ý kiến đã ẩn")).to_be_visible()
    page.goto("/staff/phieu-tra-loi/?channel=paper")
    boxes = page.get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_label("Lý do").fill("gửi liên tiếp từ một máy")
    page.get_by_role("button", name="Đánh dấu nghi vấn").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đánh dấu 2 phiếu")
    page.goto("/staff/phieu-tra-loi/?flag=manual")
    page.locator("td a").first.click()
    expect(page.get_by_text("nằm trong sổ đã niêm phong")).to_be_visible()
    expect(page.get_by_text("gửi liên tiếp từ một máy")).to_be_visible()


@pytest.mark.parametrize(("width", "language"), [(360, "vi"), (1280, "en")])
def test_every_page_is_accessible_and_fits_its_screen(
    enter: Enter, assert_accessible: Callable[[Page], None], width: int, language: str
) -> None:
    for role, addresses in PAGES.items():
        page = enter(role, "T" if role == "compiler" else "B2", width)
        for address in addresses:
            response = page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
            assert response is not None
            assert response.status == 200, address
            page.evaluate(UNFOLD)
            assert_accessible(page)
