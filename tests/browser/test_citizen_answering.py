"""Answering in a real browser: with and without JavaScript, by keyboard, after an interruption, by two taps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.library import codes, standard
from survey.models import Answer, Collector, Question, Response, SeveralAnswer, TextAnswer
from tests.browser.pages import BallotPage
from tests.scanning import hang_up

NO_SPEECH = "Object.defineProperty(window, 'speechSynthesis', {value: undefined})"
RECORDED_SPEECH = """
window.spoken = []
Object.defineProperty(window, 'speechSynthesis', {value: {
  getVoices: () => window.voices || [], cancel() {}, speak(u) { spoken.push([u.lang, u.text]) },
}})
"""


def stored(session: Session) -> dict[str, int | tuple[int, ...] | str]:
    """The answers of the one ballot there is, by question code."""
    session.rollback()
    response_id = session.scalars(select(Response.id)).one()
    answers: dict[str, int | tuple[int, ...] | str] = {}
    for model, column in ((Answer, Answer.choice), (TextAnswer, TextAnswer.text)):
        query = select(Question.code, column).join(model, model.question_id == Question.id)
        answers.update(map(tuple, session.execute(query.where(model.response_id == response_id))))
    query = select(Question.code, SeveralAnswer.choice).join(SeveralAnswer, SeveralAnswer.question_id == Question.id)
    for code, value in session.execute(query.order_by(SeveralAnswer.choice)):
        answers[code] = (*answers.get(code, ()), value)
    return answers


def responses(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Response.id))) or 0


@pytest.fixture
def collector(session: Session) -> Collector:
    return hang_up(session)


@pytest.fixture
def ballot(page: Page, collector: Collector) -> BallotPage:
    return BallotPage(page, standard("counter")).open(collector.code)


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("questionnaire", codes())
def test_every_standard_form_can_be_answered_and_is_stored_as_answered(
    page_at: Callable[..., Page], session: Session, questionnaire: str, java_script: bool
) -> None:
    collector = hang_up(session, questionnaire)
    page = BallotPage(page_at(320, java_script_enabled=java_script), standard(questionnaire)).open(collector.code)
    given = page.answer_everything()
    assert len(page.send()) == 14
    assert stored(session) == given


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_going_back_and_sending_again_is_the_same_ballot(
    page_at: Callable[..., Page], session: Session, collector: Collector, java_script: bool
) -> None:
    ballot = BallotPage(page_at(360, java_script_enabled=java_script), standard("counter")).open(collector.code)
    ballot.choose("overall_satisfaction", 4)
    receipt = ballot.send()
    ballot.page.go_back()
    expect(ballot.field("overall_satisfaction", 4)).to_be_checked()
    if java_script:
        expect(ballot.page.locator("#p")).to_contain_text("1/20")
    assert ballot.send() == receipt
    assert responses(session) == 1


def test_the_english_form_is_answered_in_english(page: Page, session: Session, collector: Collector) -> None:
    ballot = BallotPage(page, standard("counter"), "en").open(collector.code)
    ballot.choose("overall_satisfaction", 2)
    ballot.send()
    session.rollback()
    assert session.scalars(select(Response.language)).one() == "en"


def test_the_keyboard_is_enough(ballot: BallotPage, session: Session) -> None:
    keyboard = ballot.page.keyboard
    ballot.page.get_by_role("link", name="English").focus()
    reached = []
    for _ in range(200):
        keyboard.press("Tab")
        focused = ballot.page.evaluate("[document.activeElement.name, document.activeElement.className]")
        reached.append(focused)
        if focused[0] == "q_access_signs":
            keyboard.press("Space")
            for _right in range(3):
                keyboard.press("ArrowRight")
        elif focused[0] == "q_comment":
            keyboard.type("Gõ bằng bàn phím")
        elif focused[1] == "s":
            break
    assert ["website", ""] not in reached
    keyboard.press("Enter")
    expect(ballot.page.get_by_role("heading", level=1)).to_have_text("Cảm ơn ông/bà đã trả lời")
    assert stored(session) == {"access_signs": 4, "comment": "Gõ bằng bàn phím"}


def test_the_focus_is_seen(ballot: BallotPage) -> None:
    ballot.page.keyboard.press("Tab")
    while ballot.page.evaluate("document.activeElement.name") != "q_access_signs":
        ballot.page.keyboard.press("Tab")
    ring = "getComputedStyle(document.activeElement.nextSibling).outline"
    assert "rgb(242, 169, 0)" in ballot.page.evaluate(ring)
    assert "3px" in ballot.page.evaluate(ring)


def test_a_conditional_question_appears_when_it_is_asked(page: Page, session: Session) -> None:
    questionnaire = standard("one-tap")
    reasons = next(question for question in questionnaire.questions if question.condition)
    assert reasons.condition
    ballot = BallotPage(page, questionnaire).open(hang_up(session, "one-tap").code)
    expect(ballot.card(reasons.code)).to_be_hidden()
    ballot.choose(reasons.condition.question, reasons.condition.values[0])
    expect(ballot.card(reasons.code)).to_be_visible()
    ballot.choose(reasons.code, reasons.values[0])
    ballot.choose(reasons.condition.question, 5)
    expect(ballot.card(reasons.code)).to_be_hidden()
    ballot.send()
    assert stored(session) == {reasons.condition.question: 5}


def test_without_javascript_a_conditional_question_says_when_it_is_asked(
    page_at: Callable[..., Page], session: Session
) -> None:
    questionnaire = standard("one-tap")
    reasons = next(question for question in questionnaire.questions if question.condition)
    page = page_at(360, java_script_enabled=False)
    ballot = BallotPage(page, questionnaire).open(hang_up(session, "one-tap").code)
    expect(ballot.card(reasons.code)).to_contain_text("Chỉ trả lời nếu ở câu 1 ông/bà chọn “Rất không hài lòng” hoặc")
    expect(page.locator("#p")).to_be_hidden()
    expect(page.locator("#k")).to_be_hidden()
    expect(page.get_by_role("button", name="Nghe")).to_have_count(0)


def test_progress_counts_what_is_asked_and_answered(page: Page, session: Session) -> None:
    ballot = BallotPage(page, standard("one-tap")).open(hang_up(session, "one-tap").code)
    expect(page.locator("#p")).to_have_text("Đã trả lời\u00a00/1")
    ballot.choose("overall_satisfaction", 1)
    expect(page.locator("#p b")).to_contain_text("1/")
    assert page.locator("progress").evaluate("bar => bar.value") == 1
    assert page.locator("progress").evaluate("bar => bar.max") > 1


def test_unsent_answers_wait_on_this_phone_and_leave_when_sent(ballot: BallotPage, session: Session) -> None:
    page, url = ballot.page, ballot.page.url
    ballot.choose("access_signs", 4)
    ballot.choose("access_seats", 0)
    ballot.write("comment", "Xin thêm ghế")
    page.goto("/")
    page.goto(url.replace("lang=vi", "lang=en"))
    expect(page.locator("#k")).to_be_visible()
    page.goto(url)
    expect(page.locator("#k")).to_contain_text("Điện thoại này còn giữ")
    expect(ballot.field("access_signs", 4)).to_be_checked()
    expect(ballot.field("access_seats", 0)).to_be_checked()
    expect(ballot.field("comment")).to_have_value("Xin thêm ghế")
    ballot.send()
    assert stored(session) == {"access_signs": 4, "access_seats": 0, "comment": "Xin thêm ghế"}
    page.goto(url)
    expect(page.locator("#k")).to_be_hidden()
    expect(page.locator(":checked")).to_have_count(0)


def test_what_the_phone_kept_can_be_deleted(ballot: BallotPage) -> None:
    ballot.choose("access_signs", 4)
    ballot.page.reload()
    ballot.page.get_by_role("button", name="Xóa và làm lại từ đầu").click()
    expect(ballot.page.locator("#k")).to_be_hidden()
    expect(ballot.page.locator(":checked")).to_have_count(0)
    ballot.page.reload()
    expect(ballot.page.locator(":checked")).to_have_count(0)


def test_one_counter_does_not_know_the_answers_of_another(ballot: BallotPage, session: Session) -> None:
    ballot.choose("access_signs", 4)
    ballot.open(hang_up(session).code)
    expect(ballot.page.locator(":checked")).to_have_count(0)


def test_a_shared_device_remembers_nothing(page: Page, session: Session) -> None:
    ballot = BallotPage(page, standard("counter")).open(hang_up(session, channel="kiosk").code)
    ballot.choose("access_signs", 4)
    page.reload()
    expect(page.locator(":checked")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_an_old_memory_is_thrown_away(ballot: BallotPage) -> None:
    ballot.choose("access_signs", 4)
    ballot.page.evaluate(
        "for (const k in localStorage) if (k.startsWith('ballot')) {"
        " const kept = JSON.parse(localStorage[k]); kept[0] -= 864e5 + 1; localStorage[k] = JSON.stringify(kept) }"
    )
    ballot.page.reload()
    expect(ballot.page.locator(":checked")).to_have_count(0)
    assert ballot.page.evaluate("localStorage.length") == 0


def test_a_ballot_whose_thanks_were_lost_is_sent_again_as_the_same(ballot: BallotPage, session: Session) -> None:
    page, url = ballot.page, ballot.page.url

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    ballot.choose("overall_satisfaction", 3)
    page.route("**/s/*", lose_the_answer)
    with page.expect_event("requestfailed"):
        ballot.send_button.click()
    assert responses(session) == 1
    page.unroute("**/s/*")
    page.goto(url)
    expect(ballot.field("overall_satisfaction", 3)).to_be_checked()
    ballot.send()
    assert responses(session) == 1


def test_two_taps_send_one_ballot(ballot: BallotPage, session: Session) -> None:
    sent = []
    ballot.page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    ballot.choose("overall_satisfaction", 5)
    ballot.send_button.evaluate("button => { button.click(); button.click(); button.click() }")
    expect(ballot.page.get_by_role("heading", level=1)).to_have_text("Cảm ơn ông/bà đã trả lời")
    assert len(sent) == 1
    assert responses(session) == 1


def test_a_button_that_was_pressed_says_so(ballot: BallotPage) -> None:
    ballot.choose("overall_satisfaction", 5)
    pressed = "button => { button.click(); return [button.textContent, button.getAttribute('aria-disabled')] }"
    assert ballot.send_button.evaluate(pressed) == ["Đang gửi…", "true"]


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_error_is_announced_on_top_and_leads_to_its_field(
    page_at: Callable[..., Page], collector: Collector, session: Session, java_script: bool
) -> None:
    page = page_at(360, java_script_enabled=java_script)
    ballot = BallotPage(page, standard("counter")).open(collector.code)
    ballot.choose("access_signs", 2)
    ballot.field("access_seats", 3).evaluate("field => { field.value = 7; field.checked = true }")
    ballot.write("comment", "Giữ lại ý này")
    ballot.send_button.click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Những gì ông/bà đã nhập vẫn được giữ nguyên")
    expect(ballot.field("access_signs", 2)).to_be_checked()
    expect(ballot.field("comment")).to_have_value("Giữ lại ý này")
    summary.get_by_role("link").click()
    expect(ballot.card("access_seats")).to_be_in_viewport()
    expect(ballot.card("access_seats")).to_contain_text("✕")
    ballot.choose("access_seats", 3)
    ballot.send()
    assert stored(session) == {"access_signs": 2, "access_seats": 3, "comment": "Giữ lại ý này"}


def test_a_question_is_read_aloud_where_the_browser_can(
    new_context: Callable[..., BrowserContext], collector: Collector
) -> None:
    context = new_context()
    context.add_init_script(RECORDED_SPEECH)
    ballot = BallotPage(context.new_page(), standard("counter")).open(collector.code)
    buttons = ballot.page.get_by_role("button", name="Nghe")
    expect(buttons).to_have_count(len(standard("counter").questions))
    ballot.page.get_by_role("button", name="Nghe 2", exact=True).click()
    language, words = ballot.page.evaluate("spoken[0]")
    assert language == "vi"
    assert words.startswith("2. Có đủ chỗ ngồi chờ và bàn viết. Rất không hài lòng. ")
    assert words.endswith("Không có ý kiến")


@pytest.mark.parametrize(
    "script", [NO_SPEECH, RECORDED_SPEECH + "voices = [{lang: 'en-GB'}]"], ids=["no speech", "no Vietnamese voice"]
)
def test_nothing_offers_to_read_where_the_browser_cannot(
    new_context: Callable[..., BrowserContext], collector: Collector, script: str
) -> None:
    context = new_context()
    context.add_init_script(script)
    ballot = BallotPage(context.new_page(), standard("counter")).open(collector.code)
    expect(ballot.page.locator("#p")).to_be_visible()
    expect(ballot.page.get_by_role("button", name="Nghe")).to_have_count(0)


def test_the_form_works_where_storage_is_forbidden(
    new_context: Callable[..., BrowserContext], collector: Collector, session: Session
) -> None:
    context = new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    ballot = BallotPage(context.new_page(), standard("counter")).open(collector.code)
    ballot.choose("overall_satisfaction", 4)
    ballot.send()
    assert responses(session) == 1
