"""The pages of dialogues: from the plan to the conclusions, questions arranged, notes never lost, the board, reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Commitment, Dialogue, DialogueQuestion, MailMessage, Unit
from survey.operations import commitments, dialogue_questions, dialogue_themes, dialogues
from survey.operations.dialogues import mark_of
from survey.operations.periods import province_today
from tests.dialogues import make_commitment, make_dialogue, make_question
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import csrf_token, make_account, post, sign_in

LIST, BOARD, PROMISES = "/staff/doi-thoai/", "/staff/doi-thoai/theo-doi/", "/staff/cam-ket/"


class Office:
    """A commune with its manager at the desk, and another commune."""

    def __init__(self, app: Flask, session: Session, client: CheckingClient) -> None:
        self.session, self.client = session, client
        self.top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
        self.own = make_unit(session, code="X1", parent=self.top, name_vi="Xã Một")
        self.other = make_unit(session, code="X2", parent=self.top, name_vi="Xã Hai")
        self.enter("manager", self.own)

    def enter(self, role: str, unit: Unit) -> None:
        sign_in(self.client, make_account(self.session, role, unit))

    def page(self, url: str, status: int = 200) -> str:
        response = self.client.get(url)
        assert response.status_code == status, (url, response.status_code)
        return unescape(html_of(response))

    def post(self, url: str, page: str, status: int = 303, **data: object) -> str:
        response = post(self.client, url, data, page=page)
        assert response.status_code == status, (url, response.status_code)
        self.session.rollback()
        self.session.expire_all()
        return unescape(html_of(response)) if response.mimetype == "text/html" else ""

    def dialogue(self, state: str) -> tuple[Dialogue, str]:
        made = make_dialogue(self.session, self.own, state=state)
        self.session.commit()
        return made, f"{LIST}{made.code}"


@pytest.fixture
def office(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> Office:
    return Office(staff_app, staff_session, staff_client)


def plan_data(**changes: object) -> dict[str, object]:
    today = province_today()
    return {
        "unit": "X1 – Xã Một",
        "period": f"{today.year}-{1 if today.month <= 6 else 2}",
        "name_vi": "Đối thoại với công dân",
        "chair": "Trần Văn Hòa",
        "secretary": "Lê Thị Minh",
        "venue": "Hội trường xã",
        "day": today.isoformat(),
        "time": "08:00",
        "box_opens_on": (today - timedelta(days=3)).isoformat(),
        "invited-citizen": "40",
        "invited-press": "",
        **changes,
    }


def test_a_dialogue_goes_from_the_plan_to_the_conclusions(office: Office) -> None:
    new = f"{LIST}lap-ke-hoach"
    assert "Chưa có cuộc đối thoại nào" in office.page(LIST)
    kept = office.post(new, new, 422, **plan_data(chair="", **{"invited-citizen": "bốn mươi"}))
    assert "bốn mươi" in kept, "what was typed stays"
    assert "Lê Thị Minh" in kept
    office.post(new, new, **plan_data())
    dialogue = office.session.scalars(select(Dialogue)).one()
    url = f"{LIST}{dialogue.code}"
    office.post(f"{url}/sua", f"{url}/sua", **plan_data(venue="Nhà văn hóa thôn 1", **{"invited-official": "5"}))
    assert "Nhà văn hóa thôn 1" in office.page(url)
    office.post(f"{url}/cong-bo", url)
    office.post(f"{url}/cau-hoi/", f"{url}/cau-hoi/", text="Bao giờ sửa đường?", asker_group="citizen")
    office.post(f"{url}/bat-dau", url)
    office.session.refresh(dialogue)
    assert dialogue.room_code
    assert dialogue.room_code in office.page(f"{url}/phong/")
    office.post(f"{url}/ket-thuc", url)
    office.post(f"{url}/nguoi-du", f"{url}/nguoi-du", **{"counted-citizen": "33"})
    left = office.post(f"{url}/ket-luan", f"{url}/ket-luan", 422, conclusion="Giao văn phòng.", final="1",
                       seen=mark_of(""))  # fmt: skip
    assert "Còn 1 câu hỏi" in left
    assert "Giao văn phòng." in left
    question = office.session.scalars(select(DialogueQuestion)).one()
    asked = f"{url}/cau-hoi/{question.code}"
    office.post(f"{asked}/tra-loi", asked, answer="Quý IV.", answering_unit="X1")
    office.post(f"{url}/ket-luan", f"{url}/ket-luan", conclusion="Giao văn phòng.", final="1", seen=mark_of(""))
    page = office.page(url)
    assert "Giao văn phòng." in page
    assert "1/1" in office.page(LIST)
    office.post(f"{url}/ket-thuc", url)
    assert "Chưa thực hiện được" in office.page(url), "a step behind is refused, and the page says so"
    for document in ("thong-bao", "bien-ban", "ket-luan"):
        response = office.client.get(f"{url}/{document}.pdf")
        assert (response.status_code, response.mimetype) == (200, "application/pdf")
    response = office.client.get(f"{LIST}tong-ket/X1/{dialogue.year}-{dialogue.half}.pdf")
    assert response.data.startswith(b"%PDF")


def test_a_dialogue_is_cancelled_with_a_reason(office: Office) -> None:
    _dialogue, url = office.dialogue("announced")
    office.post(f"{url}/huy", f"{url}/huy", 422, reason=" ")
    office.post(f"{url}/huy", f"{url}/huy", reason="Phòng chống bão")
    assert "Đã hủy: Phòng chống bão" in office.page(url)
    assert office.client.get(f"{url}/thong-bao.pdf").status_code == 404
    assert office.client.get(f"{url}/huy").status_code == 303


def test_questions_are_arranged_in_one_form(office: Office) -> None:
    dialogue, url = office.dialogue("announced")
    first, second, third = (make_question(office.session, dialogue, text=f"Câu {k}") for k in (1, 2, 3))
    asked = dialogue_questions.ask(
        office.session, dialogue, source="beforehand", asker_group="press", text="Câu 4", today=dialogue.box_opens_on
    )
    office.session.commit()
    questions = f"{url}/cau-hoi/"
    office.post(f"{questions}chu-de", questions, name="Đất đai")
    office.post(f"{questions}chu-de", questions, name="Giao thông")
    land, roads = dialogue_themes.themes_of(office.session, dialogue)
    office.post(f"{questions}chu-de", questions, theme=roads.id, up="1")
    data: dict[str, object] = {f"order-{first.code}": "9", f"theme-{first.code}": land.id, f"unit-{first.code}": "X1"}
    office.post(f"{questions}sap-xep", questions, accept=asked.code, **data)
    office.session.refresh(first)
    assert (first.theme, first.answering_unit, asked.state) == (land, office.own, "accepted")
    office.post(f"{questions}sap-xep", questions, group="1", same=[second.code, third.code])
    office.session.refresh(third)
    assert third.same_as_id == second.id
    shown = office.page(questions)
    assert "cùng 1 câu chung nội dung" in shown
    assert shown.index(first.code) < shown.index(second.code), "what has a theme comes first"
    assert "Câu 2" not in office.page(f"{questions}?state=received")
    office.post(f"{questions}{third.code}/gop", f"{questions}{third.code}", apart="1")
    office.post(f"{questions}{third.code}/gop", f"{questions}{third.code}", head=first.code)
    office.post(f"{questions}{second.code}/tu-choi", f"{questions}{second.code}", reason="Là khiếu nại")
    office.session.refresh(third)
    assert (third.same_as_id, second.state) == (first.id, "declined")
    assert "Không tiếp nhận: Là khiếu nại" in office.page(f"{questions}{second.code}")
    office.post(f"{questions}{second.code}/tra-loi", f"{questions}{first.code}", answer="x")
    office.session.refresh(second)
    assert second.state == "declined", "a step that is not written is refused"
    assert "Câu trả lời được ghi từ khi bắt đầu cuộc họp" in office.page(f"{questions}{second.code}")


@pytest.mark.parametrize(("moved", "to", "order"), [(4, 1, "4123"), (1, 3, "2314"), (2, 2, "1234"), (3, 9, "1243")])
def test_a_number_typed_is_the_place_it_comes_to(office: Office, moved: int, to: int, order: str) -> None:
    dialogue, url = office.dialogue("announced")
    made = [make_question(office.session, dialogue, text=str(k)) for k in range(1, 5)]
    office.session.commit()
    data: dict[str, object] = {f"order-{question.code}": k for k, question in enumerate(made, 1)}
    data[f"order-{made[moved - 1].code}"] = to
    office.post(f"{url}/cau-hoi/sap-xep", f"{url}/cau-hoi/", **data)
    office.session.refresh(dialogue)
    assert "".join(question.text for question in dialogue.questions) == order


def test_many_questions_are_paged(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.blueprints.dialogue_questions.PAGE", 2)
    dialogue, url = office.dialogue("announced")
    made = [make_question(office.session, dialogue, text=f"Câu số {k}") for k in (1, 2, 3)]
    office.session.commit()
    first = office.page(f"{url}/cau-hoi/")
    assert "Câu số 2" in first
    assert "Câu số 3" not in first
    second = office.page(f"{url}/cau-hoi/?after={made[1].code}")
    assert "Câu số 1" not in second
    assert 'value="3"' in second, "its place among all"


def test_an_answer_that_follows_needs_a_day(office: Office) -> None:
    dialogue, url = office.dialogue("running")
    question = make_question(office.session, dialogue)
    office.session.commit()
    asked = f"{url}/cau-hoi/{question.code}"
    kept = office.post(f"{asked}/tra-loi", asked, 422, answer="Đang xác minh", answering_unit="X1", later="1")
    assert "Đang xác minh" in kept
    due = province_today() + timedelta(days=20)
    office.post(
        f"{asked}/tra-loi", asked, answer="Đang xác minh", answering_unit="X1", later="1", due_on=due.isoformat()
    )
    office.session.refresh(question)
    assert (question.state, question.answer_due_on) == ("later", due)
    stale = {"answering_unit": "X1", "seen": mark_of("")}
    both = office.post(f"{asked}/tra-loi", asked, 422, answer="Khác hẳn", **stale)
    assert "Đang xác minh" in both, "two secretaries: what the first recorded is not overwritten"
    assert "Khác hẳn" in both
    office.post(f"{asked}/tra-loi", asked, answer="Đã xác minh", answering_unit="X1", seen=mark_of("Đang xác minh"))
    office.session.refresh(question)
    assert (question.state, question.answer) == ("answered", "Đã xác minh")


def test_the_screen_leads_through_the_meeting(office: Office) -> None:
    earlier = make_dialogue(office.session, office.own, state="running")
    make_commitment(office.session, earlier)
    dialogue = make_dialogue(
        office.session, office.own, state="running", starts_at=earlier.starts_at + timedelta(days=60)
    )
    questions = [make_question(office.session, dialogue, text=f"Câu {k}") for k in (1, 2)]
    office.session.commit()
    room = f"{LIST}{dialogue.code}/phong/"
    opening = office.page(room)
    assert 'rel="next" href="' + room + '?o=ton-dong"' in opening
    assert "Sửa đường thôn 3" in office.page(f"{room}?o=ton-dong")
    second = office.page(f"{room}?o={questions[1].code}")
    assert "<h1>Câu 2</h1>" in second
    assert f"o={questions[0].code}" in second
    assert "câu 2/2" in second
    projected = office.page(f"{room}?o={questions[1].code}&chieu=1")
    assert "<h1>Câu 2</h1>" in projected
    assert "<textarea" not in projected
    assert office.client.get(f"{room}nguoi-du").get_json() == {"present": 0, "waiting": 0}
    assert "<h1>Câu 1</h1>" not in office.page(f"{room}?o=XXXXXXX"), "an unknown stop is the opening"


def test_notes_of_two_desks_are_both_kept(office: Office) -> None:
    dialogue, url = office.dialogue("running")
    question = make_question(office.session, dialogue)
    office.session.commit()
    room, send = f"{url}/phong/", f"{url}/phong/ghi-chep"
    page = f"{room}?o={question.code}"
    office.post(send, page, notes="Ông A hỏi", seen=mark_of(""), question=question.code)
    both = office.post(send, page, 409, notes="Bà B hỏi", seen=mark_of(""), question=question.code)
    assert "Ông A hỏi" in both
    assert "Bà B hỏi" in both
    assert mark_of("Ông A hỏi") in both, "what is sent next joins both knowingly"
    office.session.refresh(question)
    assert question.notes == "Ông A hỏi"
    office.post(send, page, notes="Ông A, bà B hỏi", seen=mark_of("Ông A hỏi"), question=question.code, answer="1")
    office.session.refresh(question)
    assert (question.state, question.answer) == ("answered", "Ông A, bà B hỏi")
    headers = {"Accept": "application/json"}
    token = csrf_token(office.client, room)
    data = {"csrf_token": token, "notes": "Khai mạc", "seen": mark_of(""), "question": "mo-dau"}
    assert office.client.post(send, data=data, headers=headers).get_json() == {"seen": mark_of("Khai mạc")}
    answer = office.client.post(send, data=data | {"notes": "Khác"}, headers=headers)
    assert (answer.status_code, answer.get_json()["kept"]) == (409, "Khai mạc")


def test_a_promise_is_followed_on_its_page(office: Office) -> None:
    dialogue, url = office.dialogue("held")
    form = f"{url}/cam-ket"
    data = {"text": "Mở thêm quầy", "owner_unit": "X1", "owner_name": "Lê Minh"}
    office.post(form, form, 422, **data)
    office.post(form, form, **data, deadline_on=(dialogue.starts_at.date() + timedelta(days=1)).isoformat())
    made = office.session.scalars(select(Commitment)).one()
    page = f"{PROMISES}{made.id}"
    assert "1 quá hạn" in office.page(LIST)
    assert "Mở thêm quầy" in office.page(f"{PROMISES}?state=late")
    office.post(f"{page}/tien-do", page, percent="40", text="Đã bố trí người")
    assert "Đã bố trí người" in office.page(page)
    office.post(f"{page}/hoan-thanh", page, 422, evidence="")
    office.post(f"{page}/hoan-thanh", page, evidence="Quyết định số 15")
    assert "Quyết định số 15" in office.page(page)
    assert "Mở thêm quầy" in office.page(f"{PROMISES}?state=done")
    assert "Mở thêm quầy" not in office.page(PROMISES)
    other = make_commitment(office.session, dialogue)
    office.session.commit()
    page = f"{PROMISES}{other.id}"
    office.post(f"{page}/khong-thuc-hien", page, reason="Tỉnh đã làm")
    assert "Tỉnh đã làm" in office.page(page)
    with pytest.raises(commitments.CommitmentError):
        commitments.finish(office.session, office.session.get_one(Commitment, other.id), "x", today=province_today())


def test_only_what_lies_within_reach_is_listed(office: Office) -> None:
    mine, _url = office.dialogue("announced")
    theirs = make_dialogue(office.session, office.other, state="running")
    make_commitment(office.session, theirs)
    office.session.commit()
    assert theirs.code not in office.page(LIST)
    assert mine.code in office.page(LIST)
    assert "Sửa đường" not in office.page(PROMISES)
    for url in (f"{LIST}?unit=X2", f"{PROMISES}?unit=X2"):
        shown = office.page(url)
        assert "Không có đơn vị nào" in shown
        assert "Sửa đường" not in shown
    question = make_question(office.session, theirs)
    office.session.commit()
    office.page(f"{LIST}{mine.code}/cau-hoi/{question.code}", 404)
    new = f"{LIST}lap-ke-hoach"
    assert "Xin chọn một đơn vị trong danh sách" in office.post(new, new, 422, **plan_data(unit="X2 – Xã Hai"))


def test_the_board_counts_and_reminds(office: Office) -> None:
    office.dialogue("announced")
    make_account(office.session, "reviewer", office.other)
    office.enter("compiler", office.top)
    today = province_today()
    shown = office.page(BOARD)
    assert "Chưa lập kế hoạch" in shown or "Còn dưới một tháng" in shown
    assert f"{today.year}" in shown
    office.page(f"{BOARD}?period=2026-3", 404)
    office.page(f"{BOARD}?status=unknown", 404)
    office.post(f"{BOARD}nhac", BOARD, unit="X2")
    assert office.session.scalars(select(MailMessage.unit_id)).all() == [office.other.id]
    assert "Đã đưa 1 thư vào hàng gửi" in office.page(BOARD)
    office.post(f"{BOARD}nhac", BOARD, unit="X2")
    assert "Không có thư nào được gửi" in office.page(BOARD)
    office.enter("auditor", office.top)
    assert "Nhắc" not in office.page(BOARD), "who only looks reminds nobody"


def test_a_department_answers_what_a_commune_assigned_to_it_and_sees_nothing_else(office: Office) -> None:
    session, dialogue = office.session, make_dialogue(office.session, office.own, state="announced")
    lands = make_unit(session, code="S1", kind="department", parent=office.top, name_vi="Sở Đất đai")
    asked = [make_question(session, dialogue, text=text) for text in ("Bao giờ đo đất?", "Đường thôn 2 thì sao?")]
    dialogue_questions.place(session, asked[0], theme=None, answering_unit=lands)
    session.commit()
    page, other = (f"{LIST}tra-loi/{dialogue.code}/{question.code}" for question in asked)
    office.enter("reviewer", lands)
    assert "1 câu hỏi chờ đơn vị ông/bà trả lời" in office.page(LIST)
    assert "Bao giờ đo đất?" in office.page(f"{LIST}tra-loi/")
    assert "Câu trả lời được ghi từ khi bắt đầu cuộc họp" in office.page(page)
    office.post(page, page, answer="Quý IV")  # not before the meeting
    assert session.get_one(DialogueQuestion, asked[0].id).state == "accepted"
    dialogues.start(session, session.get_one(Dialogue, dialogue.id), now := datetime.now(UTC))
    session.commit()
    assert "Bao giờ đo đất?" in office.page(page)
    office.page(f"{LIST}{dialogue.code}", 403)
    office.page(other, 404)
    assert "Xin ghi ngày trả lời chậm nhất." in office.post(page, page, 422, answer="", later="1")
    office.post(page, page, answer="Sở sẽ đo trong quý IV.")
    answered = session.get_one(DialogueQuestion, asked[0].id)
    assert (answered.state, answered.answer) == ("answered", "Sở sẽ đo trong quý IV.")
    assert answered.answering_unit_id == lands.id
    assert "Bao giờ đo đất?" not in office.page(f"{LIST}tra-loi/")
    dialogues.end(session, session.get_one(Dialogue, dialogue.id), now)
    session.commit()
    office.enter("manager", office.own)
    assert "Sở sẽ đo trong quý IV." in office.page(f"{LIST}{dialogue.code}/cau-hoi/{asked[0].code}")
    assert "chưa đếm" in office.page(f"{LIST}{dialogue.code}")
