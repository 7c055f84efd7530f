"""Following an opinion by its code: how far it is, the answer, the citizen's rating and his one reopening; and what is
published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from reports.wording import short_date
from survey.analysis.petition_tracking import PAGE
from survey.models import Petition, PetitionClass, Unit
from survey.operations import petitions
from survey.operations.periods import province_day
from survey.operations.petition_cases import open_case
from survey.operations.petition_deadlines import run_due
from tests.factories import NOW, make_unit
from tests.page_rules import CheckingClient
from tests.scanning import token_of
from tests.staff import make_account

SECRET = "lời của riêng người gửi"
ANSWER = "Bảng phí mới đã được niêm yết.\nCảm ơn ông/bà."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are looked at here; the rules of the steps and the roles are tested on both databases."""
    return sqlite_url


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=True) as moved:
        yield moved


@pytest.fixture
def unit(session: Session) -> Unit:
    above = make_unit(session, code="T", kind="province", name_vi="UBND tỉnh Sông Trà")
    return make_unit(session, code="X1", parent=above, name_vi="UBND xã Bến Trà")


@pytest.fixture
def make_case(session: Session, unit: Unit) -> Callable[..., Petition]:
    """A case brought to a state by the operations themselves; committed."""
    made = PetitionClass(code="thu-tuc", name_vi="Thủ tục", working_days=10)
    session.add(made)
    person = make_account(session, "reviewer", unit)
    session.flush()

    def make(state: str = "received", at: datetime = NOW) -> Petition:
        case = open_case(
            session,
            unit=unit,
            counter=None,
            kind="difficulty",
            text=SECRET,
            wants_answer=False,
            language="vi",
            today=province_day(at),
        )
        by = {"account_id": person.id, "now": at}
        if state == "rejected":
            petitions.reject(session, case, "Ngoài thẩm quyền của cơ quan.", **by)
        elif state != "received":
            petitions.classify(session, case, made, **by)
            petitions.take(session, case, person.id, **by)
            petitions.note(session, case, "ghi chú nội bộ", **by)
        if state in ("answered", "published"):
            petitions.answer(session, case, ANSWER, **by)
        if state == "published":
            petitions.publish(session, case, f"Bảng phí cũ. {case.reference}", "Đã thay bảng phí.", **by)
        session.commit()
        return case

    return make


def send(client: CheckingClient, case: Petition, step: str, **fields: str) -> Any:
    page = client.get(f"/y-kien/{case.code}")
    return client.post(f"/y-kien/{case.code}/{step}", data={"token": token_of(page.text), **fields})


def test_the_page_shows_how_far_it_is_and_nothing_of_the_offices_notes(client: CheckingClient, make_case: Any) -> None:
    case = make_case("in_progress")
    page = client.get(f"/y-kien/{case.code}")
    assert page.headers["Cache-Control"] == "no-store"
    assert "<h1>Đang giải quyết</h1>" in page.text
    assert f"<dd>{short_date(case.deadline_on, 'vi')}</dd>" in page.text
    assert page.text.count("<li>") + page.text.count("<li class=now>") == 3, "received, classified, taken; no note"
    for hidden in (SECRET, "ghi chú nội bộ", "Nguyễn Thị", case.reference):
        assert hidden not in page.text


def test_a_code_is_found_however_it_is_typed(client: CheckingClient, make_case: Any) -> None:
    code = make_case().code
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    assert client.get(f"/y-kien/?ma={typed}").location.endswith(f"/y-kien/{code}")
    assert client.get(f"/y-kien/{typed}").location.endswith(f"/y-kien/{code}")
    assert client.get("/y-kien/").status_code == 200


@pytest.mark.parametrize("code", ["7KQ2M9FDXB4T", "x", "<script>", "a" * 300, "7KQ2M9FDXB4%00"])
def test_other_codes_lead_to_nobodys_opinion(client: CheckingClient, make_case: Any, code: str) -> None:
    make_case()
    for address in (f"/y-kien/{code}", f"/y-kien/{code}/ma"):
        assert client.get(address).status_code == 404
    assert client.post(f"/y-kien/{code}/danh-gia", data={"rating": "5"}).status_code == 404


def test_lateness_is_said_with_who_was_told(
    client: CheckingClient, session: Session, make_case: Any, clock: Any
) -> None:
    case = make_case("in_progress")
    late = NOW + timedelta(days=30)
    run_due(session.get_bind(), late)  # type: ignore[arg-type]  # an engine
    clock.move_to(late)
    page = client.get(f"/y-kien/{case.code}").text
    assert f"Đã quá hạn {(province_day(late) - case.deadline_on).days} ngày." in page
    assert "Cơ quan cấp trên đã được báo ngày" in page


def test_the_handling_is_rated_once(client: CheckingClient, session: Session, make_case: Any) -> None:
    case = make_case("answered")
    assert "Bảng phí mới đã được niêm yết." in client.get(f"/y-kien/{case.code}").text
    for wrong in ({}, {"rating": "6"}, {"rating": "5' OR 1"}):
        again = send(client, case, "danh-gia", remark="Tôi đã nói rồi", **wrong)
        assert again.status_code == 422
        assert "Tôi đã nói rồi" in again.text
    token = token_of(client.get(f"/y-kien/{case.code}").text)
    assert client.post(f"/y-kien/{case.code}/danh-gia", data={"rating": "4", "token": "x"}).status_code == 400
    sent = {"rating": "4", "token": token}
    assert client.post(f"/y-kien/{case.code}/danh-gia", data=sent).status_code == 303
    assert client.post(f"/y-kien/{case.code}/danh-gia", data={**sent, "rating": "1"}).status_code == 409
    session.refresh(case)
    assert (case.rating, case.steps[-1].step, case.steps[-1].at) == (4, "rated", None)
    assert "Ông/bà đã đánh giá việc giải quyết: Hài lòng." in client.get(f"/y-kien/{case.code}").text


@pytest.mark.parametrize("state", ["answered", "published", "rejected"])
def test_an_opinion_is_sent_back_once_with_a_reason(
    client: CheckingClient, session: Session, make_case: Any, state: str
) -> None:
    case = make_case(state)
    assert send(client, case, "gui-lai", reason=" ").status_code == 422
    assert send(client, case, "gui-lai", reason="Chưa trả lời câu hỏi của tôi").status_code == 303
    session.refresh(case)
    assert (case.reopened, case.state) == (1, "received" if state == "rejected" else "in_progress")
    assert "gửi lại ý kiến</summary>" not in client.get(f"/y-kien/{case.code}").text
    if state != "rejected":
        petitions.answer(session, case, "Đã trả lời lại", account_id=None, now=NOW)
        session.commit()
        token = {"token": token_of(client.get(f"/y-kien/{case.code}").text)}
        again = client.post(f"/y-kien/{case.code}/gui-lai", data={**token, "reason": "Vẫn chưa"})
        assert again.status_code == 409
        assert "Vẫn chưa" in again.text or "một lần" in again.text


def test_after_a_month_it_cannot_be_sent_back(client: CheckingClient, make_case: Any, clock: Any) -> None:
    case = make_case("answered")
    clock.move_to(NOW + timedelta(days=petitions.REOPEN_DAYS))
    assert "gửi lại ý kiến</summary>" in client.get(f"/y-kien/{case.code}").text
    clock.move_to(NOW + timedelta(days=petitions.REOPEN_DAYS + 1))
    assert "gửi lại ý kiến</summary>" not in client.get(f"/y-kien/{case.code}").text


def test_published_opinions_are_listed_by_unit_and_page(
    client: CheckingClient, session: Session, unit: Unit, make_case: Any
) -> None:
    assert "Chưa có ý kiến nào" in client.get("/y-kien/cong-khai").text
    make_case("answered")
    cases = [make_case("published", NOW + timedelta(days=number // 2)) for number in range(PAGE + 3)]
    cases.sort(key=lambda case: (case.published_on, case.id))
    first = client.get("/y-kien/cong-khai")
    following = first.text.partition('rel=next href="')[2].partition('"')[0].replace("&amp;", "&")
    second = client.get(following)
    shown = [case.reference in first.text for case in cases], [case.reference in second.text for case in cases]
    assert shown == ([False] * 3 + [True] * PAGE, [True] * 3 + [False] * PAGE), "each once, the newest first"
    assert "Đã thay bảng phí." in first.text
    for hidden in (SECRET, ANSWER.splitlines()[0], cases[-1].code):
        assert hidden not in first.text
    assert client.get("/y-kien/cong-khai?don-vi=X1").text.count("<article") == PAGE
    assert client.get("/y-kien/cong-khai?don-vi=T").text.count("<article") == 0
    for wrong in ("don-vi=khong-co", "sau=x", "sau=2026-01-01_x", "sau=2026-01-01_" + "9" * 40):
        assert client.get(f"/y-kien/cong-khai?{wrong}").status_code == 404


def test_the_pages_speak_english_and_keep_what_was_chosen(client: CheckingClient, make_case: Any) -> None:
    case = make_case("published")
    for address in (f"/y-kien/{case.code}", "/y-kien/", "/y-kien/cong-khai", f"/y-kien/{case.code}/ma"):
        page = client.get(f"{address}?lang=en")
        assert "<html lang=en>" in page.text
        assert "lang=en" in page.text.partition("<main")[2]
