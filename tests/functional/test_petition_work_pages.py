"""Case work by HTTP: who sees and handles what, the way of a case, its contact and photos, entry, boards, settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.consents import current
from survey.accounts.models import Account
from survey.config import contact_key_file
from survey.models import AnswerTemplate, AuditEntry, Petition, PetitionClass, PetitionContact, Unit
from survey.operations import contacts, petitions
from survey.operations.periods import province_today
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.petition_cases import make_class, make_petition, make_photo
from tests.staff import make_account, post, sign_in

URL = "/staff/y-kien/"


class Office:
    """A province with two communes, and a reviewer in each."""

    def __init__(self, app: Flask, session: Session, client: CheckingClient) -> None:
        self.app, self.session, self.client = app, session, client
        self.top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
        self.a = make_unit(session, code="A", parent=self.top, name_vi="Xã An")
        self.b = make_unit(session, code="B", parent=self.top, name_vi="Xã Bình")
        self.reviewer = make_account(session, "reviewer", self.a, name="Lê Thị Na")
        self.other = make_account(session, "reviewer", self.b, name="Trần Văn Bảy")
        self.today = province_today()
        make_class(session)
        session.commit()

    def enter(self, account: Account) -> None:
        self.session.commit()
        sign_in(self.client, account)

    def page(self, url: str, status: int = 200) -> str:
        response = self.client.get(url)
        assert response.status_code == status, (url, response.status_code)
        return unescape(html_of(response))

    def step(self, case: Petition, name: str, data: dict[str, object], status: int = 302) -> str:
        url = f"{URL}{case.reference}"
        answer = post(self.client, f"{url}/{name}", data, page=url)
        assert answer.status_code == status, (name, answer.status_code)
        self.session.rollback()
        self.session.refresh(case)
        self.session.refresh(case, ["steps"])
        self.session.commit()  # no reading transaction stays open, or the next write would find it stale
        return unescape(html_of(answer)) if status != 302 else ""

    def case(self, unit: Unit | None = None, **wanted: object) -> Petition:
        made = make_petition(self.session, unit or self.a, **{"on": self.today, **wanted})  # type: ignore[arg-type]
        self.session.commit()
        return made


@pytest.fixture
def office(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> Office:
    return Office(staff_app, staff_session, staff_client)


def test_a_case_goes_its_way_from_receipt_to_publication(office: Office) -> None:
    case = office.case(text="Chị Lan ở quầy 2 bắt chờ.")
    office.enter(office.reviewer)
    listed = office.page(URL)
    assert case.reference in listed
    assert case.code not in listed
    shown = office.page(f"{URL}{case.reference}")
    assert case.code not in shown  # who has it rates the handling
    assert "Phân loại trước hết ngày" in shown
    assert "Gửi trả lời" not in shown
    office.step(case, "phan-loai", {"classify-petition_class": "thuong"})
    office.step(case, "nhan", {"take-owner": str(office.reviewer.id)})
    assert "Còn" in office.page(f"{URL}{case.reference}")
    typed = office.step(case, "tra-loi", {"answer-answer": "Đã [nêu kết quả]."}, 422)
    assert "Đã [nêu kết quả]." in typed  # what was typed stays
    assert "Xin điền [nêu kết quả]" in typed
    office.step(case, "tra-loi", {"answer-answer": "Đã nhắc nhở người trực quầy."})
    public = {"publish-public_text": "Bắt chờ. 0905123456", "publish-public_answer": "Đã nhắc nhở."}
    assert "0905123456” giống số điện thoại" in office.step(case, "cong-khai", public, 422)
    office.step(case, "cong-khai", {**public, "publish-public_text": "Ở quầy 2 phải chờ."})
    assert case.state == "published"
    shown = office.page(f"{URL}{case.reference}")
    assert "Ở quầy 2 phải chờ." in shown
    office.step(case, "go-cong-khai", {"withdraw-reason": "Còn nêu tên."})
    assert (case.state, case.published_on) == ("answered", None)
    assert [step.account_id for step in case.steps[1:]] == [office.reviewer.id] * 5


def test_whoever_handed_a_case_on_reads_it_and_no_longer_handles_it(office: Office) -> None:
    case = office.case(state="in_progress", owner=office.reviewer)
    office.enter(office.reviewer)
    wrong = office.step(case, "chuyen", {"transfer-unit": "Không có", "transfer-reason": "Của họ."}, 422)
    assert "Không có đơn vị nào có mã hoặc tên “Không có”" in wrong
    office.step(case, "chuyen", {"transfer-unit": "B – Xã Bình", "transfer-reason": "Thẩm quyền của B."})
    shown = office.page(f"{URL}{case.reference}")
    assert "Ông/bà xem vụ việc này; Xã Bình xử lý." in shown
    assert '<form method="post" action="/staff/y-kien/' not in shown
    address = f"{URL}{case.reference}/ghi-chu"
    assert post(office.client, address, {"note-text": "Vẫn của tôi."}, page=URL + "moi").status_code == 403
    assert case.reference in office.page(f"{URL}?state=moved")
    assert case.reference not in office.page(URL)
    office.enter(office.other)
    assert case.reference in office.page(f"{URL}?who=nobody")
    assert "Vụ việc do A – Xã An chuyển đến" in office.page(f"{URL}{case.reference}")
    office.step(case, "chuyen", {"transfer-unit": "A", "transfer-reason": "Không thuộc thẩm quyền."})
    assert case.holder_id == office.a.id


def test_nobody_else_reads_a_case(office: Office) -> None:
    case = office.case()
    office.enter(office.other)
    office.page(f"{URL}{case.reference}", 403)
    office.page(f"{URL}KHONGCO", 404)
    assert case.reference not in office.page(f"{URL}?state=all")
    assert "không có ý kiến nào mang số này" in office.page(f"{URL}?q={case.code}")
    for wrong in ("state=x", "kind=x", "who=x", "after=x"):
        office.page(f"{URL}?{wrong}", 404)
    office.enter(office.reviewer)
    found = office.client.get(f"{URL}?q={case.code.lower()}")  # as a citizen tells it on the phone
    assert found.location == f"{URL}{case.reference}"


def test_the_filters_narrow_the_list(office: Office) -> None:
    late = office.case(state="in_progress", owner=office.reviewer, on=office.today - timedelta(days=40))
    new = office.case(kind="praise")
    office.enter(office.reviewer)
    for narrowed, expected in (
        ("late=1", {late}),
        ("who=mine", {late}),
        ("who=nobody", {new}),
        ("kind=praise", {new}),
        ("state=received", {new}),
        ("unit=A", {late, new}),
        ("state=published", set()),
    ):
        shown = office.page(f"{URL}?{narrowed}")
        assert {case for case in (late, new) if case.reference in shown} == expected, narrowed
    assert "Quá hạn" in office.page(f"{URL}?late=1")


def test_only_the_owner_sees_the_contact_and_each_look_is_logged(office: Office) -> None:
    case = office.case(state="in_progress", owner=office.reviewer)
    file = contact_key_file(office.app.config)
    key = contacts.make_key(office.session, file, datetime.now(UTC))
    sealed = contacts.seal(key.public_key, key.id, {"name": "Nguyễn Thị Lành", "phone": "0905123456"}, case.id)
    office.session.add(PetitionContact(petition_id=case.id, key_id=key.id, sealed=sealed))
    office.session.commit()
    office.enter(office.reviewer)
    url = f"{URL}{case.reference}"
    assert "Nguyễn Thị Lành" not in office.page(url)
    shown = post(office.client, f"{url}/lien-he", page=url)
    assert "Nguyễn Thị Lành" in html_of(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    colleague = make_account(office.session, "manager", office.a)
    office.enter(colleague)
    assert "Xem thông tin liên hệ" not in office.page(url)
    assert post(office.client, f"{url}/lien-he", page=url).status_code == 302
    office.session.rollback()
    looks = office.session.scalars(select(AuditEntry).where(AuditEntry.action == "petition.contact")).all()
    assert [(entry.subject, entry.account_id) for entry in looks] == [(case.reference, office.reviewer.id)]
    assert "Lành" not in (looks[0].after or "")
    office.session.rollback()
    office.enter(office.reviewer)
    file.unlink()
    assert post(office.client, f"{url}/lien-he", page=url).status_code == 302
    assert "Không mở được thông tin liên hệ" in office.page(url)


def test_a_photo_is_served_to_readers_of_the_case_alone(office: Office) -> None:
    case = office.case()
    make_photo(office.session, case)
    office.session.commit()
    url = f"{URL}{case.reference}/anh/1"
    office.enter(office.reviewer)
    answer = office.client.get(url)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f"inline; filename={case.reference}-1.jpg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert office.client.get(f"{URL}{case.reference}/anh/2").status_code == 404
    office.enter(office.other)
    assert office.client.get(url).status_code == 403


def test_a_single_rating_is_shown_to_no_office_that_was_rated(office: Office) -> None:
    case = office.case(state="answered", owner=office.reviewer)
    petitions.rate(office.session, case, 1, "Trả lời qua loa.", today=office.today)
    office.session.commit()
    office.enter(office.reviewer)
    assert "Trả lời qua loa" not in office.page(f"{URL}{case.reference}")
    office.enter(make_account(office.session, "compiler", office.top))
    assert "Trả lời qua loa" in office.page(f"{URL}{case.reference}")


def test_a_template_fills_in_what_is_known(office: Office) -> None:
    case = office.case(state="in_progress", owner=office.reviewer)
    theirs = AnswerTemplate(unit_id=office.b.id, name_vi="Của Bình", text="Của Bình.")
    text = "Về ý kiến số [số hồ sơ], [đơn vị] trả lời: [nêu kết quả]."
    everybodys = AnswerTemplate(unit_id=None, name_vi="Chung", text=text)
    office.session.add_all([theirs, everybodys])
    office.session.commit()
    office.enter(office.reviewer)
    shown = office.page(f"{URL}{case.reference}?mau={everybodys.id}")
    assert f"Về ý kiến số {case.reference}, Xã An trả lời: [nêu kết quả]." in shown
    assert "Của Bình" not in shown
    assert "Của Bình." not in office.page(f"{URL}{case.reference}?mau={theirs.id}")


def test_a_second_click_says_that_somebody_was_quicker(office: Office) -> None:
    case = office.case(state="answered", owner=office.reviewer)
    office.enter(office.reviewer)
    url = f"{URL}{case.reference}"
    data = {"publish-public_text": "Chờ.", "publish-public_answer": "Xong."}
    office.step(case, "cong-khai", data)
    office.session.rollback()
    assert post(office.client, f"{url}/cong-khai", data, page=url).status_code == 302
    assert "Với trạng thái hiện nay của ý kiến thì không làm được việc này" in office.page(url)
    assert [step.step for step in case.steps].count("published") == 1


def test_an_official_enters_what_came_on_paper_and_gets_the_code_once(office: Office) -> None:
    office.enter(office.reviewer)
    day = office.today.isoformat()
    data = {"unit": "A – Xã An", "kind": "attitude", "text": "Bà Sáu kể: bị nói nặng lời.", "received_on": day}
    wrong = post(office.client, f"{URL}moi", {**data, "unit": "B"})
    assert wrong.status_code == 422
    assert "Bà Sáu kể" in html_of(wrong)
    later = (office.today + timedelta(days=1)).isoformat()
    assert post(office.client, f"{URL}moi", {**data, "received_on": later}).status_code == 422
    answer = post(office.client, f"{URL}moi", data)
    case = office.session.scalars(select(Petition)).one()
    assert (case.source, case.holder_id, case.state) == ("staff", office.a.id, "received")
    code = "-".join(case.code[start : start + 4] for start in (0, 4, 8))
    office.session.rollback()
    assert code in office.page(answer.location or "")
    assert code not in office.page(answer.location or "")


def test_an_official_seals_a_contact_only_with_what_the_citizen_agreed_to(office: Office) -> None:
    office.enter(office.reviewer)
    day = office.today.isoformat()
    data = {"unit": "A", "kind": "difficulty", "text": "Chờ ba tuần.", "received_on": day}
    first = office.page(f"{URL}moi")
    assert 'value="A – Xã An"' in first  # the only unit within reach
    assert "hệ thống chưa có khóa" in first
    key = contacts.make_key(office.session, contact_key_file(office.app.config), datetime.now(UTC))
    office.session.commit()
    version = current("answer").version
    whole = {**data, "name": "Lê Thị Hòa", "phone": "0912 345 678", "consent_answer": version}
    for wrong in ({"consent_answer": ""}, {"consent_answer": "x"}, {"phone": ""}, {"phone": "12"}, {"name": ""}):
        answer = post(office.client, f"{URL}moi", {**whole, **wrong})
        assert answer.status_code == 422, wrong
        assert "Chờ ba tuần." in html_of(answer)
    assert post(office.client, f"{URL}moi", whole).status_code == 302
    case = office.session.scalars(select(Petition)).one()
    assert (case.source, case.wants_answer) == ("staff", True)
    kept = office.session.scalars(select(PetitionContact)).one()
    assert [(consent.purpose, consent.text_version) for consent in kept.consents] == [("answer", version)]
    opened = contacts.open_sealed(contacts.private_keys(contact_key_file(office.app.config)), kept)
    assert (kept.key_id, opened.name, opened.phone) == (key.id, "Lê Thị Hòa", "0912 345 678")
    office.session.rollback()
    assert post(office.client, f"{URL}moi", data).status_code == 302  # anonymous: nothing more is kept
    assert len(office.session.scalars(select(PetitionContact)).all()) == 1


def test_the_boards_and_the_report_keep_to_the_reach(office: Office) -> None:
    long_ago = office.today - timedelta(days=60)
    mine = office.case(state="in_progress", owner=office.reviewer, on=long_ago)
    theirs = office.case(office.b, state="in_progress", owner=office.other, on=long_ago)
    office.enter(office.reviewer)
    board = office.page(f"{URL}bang")
    assert "Xã An" in board
    assert "Xã Bình" not in board
    assert "Xã Bình" not in office.page(f"{URL}thong-ke")
    office.page(f"{URL}bang?ky=1999-H1", 404)
    assert theirs.reference not in text_of(office.client.get(f"{URL}bang/bao-cao-tre-han.pdf").data)
    office.enter(make_account(office.session, "compiler", office.top))
    assert "Xã Bình" in office.page(f"{URL}bang")
    answer = office.client.get(f"{URL}bang/bao-cao-tre-han.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    assert "Kính gửi: Chủ tịch" in text
    assert mine.reference in text
    assert theirs.reference in text
    office.session.rollback()
    noted = office.session.scalars(select(AuditEntry).where(AuditEntry.action == "petition.export")).all()
    assert len(noted) == 2


def text_of(document: bytes) -> str:
    pdf = pypdfium2.PdfDocument(document)
    text = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf)
    pdf.close()
    return text


def test_the_province_decides_classes_and_days(office: Office) -> None:
    office.enter(make_account(office.session, "compiler", office.top))
    url = f"{URL}thiet-lap/loai"
    new = {"name_vi": "Khẩn", "code": "khan", "working_days": "3"}
    assert post(office.client, url, {**new, "working_days": "0"}).status_code == 422
    assert post(office.client, url, new).status_code == 302
    assert post(office.client, url, new).status_code == 422  # the code is taken
    changed = {"name_vi": "Rất khẩn", "working_days": "2", "ended_on": "2026-01-31"}
    assert post(office.client, f"{url}/khan", changed).status_code == 302
    office.session.rollback()
    one = office.session.scalars(select(PetitionClass).where(PetitionClass.code == "khan")).one()
    assert (one.name_vi, one.working_days, str(one.ended_on)) == ("Rất khẩn", 2, "2026-01-31")
    office.session.rollback()
    url = f"{URL}thiet-lap/lich"
    saturday = office.today + timedelta(days=(5 - office.today.weekday()) % 7)
    data = {"day": saturday.isoformat(), "is_working": "no", "reason": "Nghỉ"}
    assert "đã như vậy rồi" in html_of(post(office.client, url, data))
    assert post(office.client, url, {**data, "is_working": "yes"}).status_code == 302
    assert "làm việc" in office.page(f"{url}?year={saturday.year}")
    assert post(office.client, f"{url}/{saturday}/xoa", page=url).status_code == 302
    office.page(f"{url}?year=1990", 404)


def test_a_unit_keeps_templates_of_its_own(office: Office) -> None:
    manager = make_account(office.session, "manager", office.a)
    office.enter(manager)
    url = f"{URL}thiet-lap/mau"
    data = {"unit": "A", "name_vi": "Cảm ơn", "text": "Cảm ơn ông/bà."}
    assert post(office.client, url, {**data, "unit": "*"}).status_code == 422  # everybody's are not his
    assert post(office.client, url, {**data, "unit": "B"}).status_code == 422
    assert post(office.client, url, data).status_code == 302
    kept = office.session.scalars(select(AnswerTemplate)).one()
    office.session.rollback()
    assert post(office.client, f"{url}/{kept.id}", {**data, "text": "Xin cảm ơn."}).status_code == 302
    office.enter(office.other)
    office.page(f"{url}/{kept.id}", 403)
    office.enter(manager)
    assert post(office.client, f"{url}/{kept.id}/xoa", page=url).status_code == 302
    assert "Chưa có mẫu nào" in office.page(url)


def test_the_cause_of_a_lateness_stands_on_the_board(office: Office) -> None:
    case = office.case(state="in_progress", owner=office.reviewer, on=office.today - timedelta(days=60))
    office.enter(office.reviewer)
    assert "chưa nêu nguyên nhân" in office.page(f"{URL}bang")
    office.step(case, "nguyen-nhan", {"explain-reason": "Chờ kết quả đo đạc."})
    assert "Chờ kết quả đo đạc." in office.page(f"{URL}bang")
    office.step(case, "gia-han", {"extend-days": "3", "extend-reason": "Nữa."}, 422)
    in_time = office.case(state="in_progress", owner=office.reviewer)
    assert "không quá hạn" in office.step(in_time, "nguyen-nhan", {"explain-reason": "Không."}, 422)


def test_a_case_is_not_accepted_with_a_reason_and_accepted_after_all(office: Office) -> None:
    case = office.case()
    office.enter(office.reviewer)
    office.step(case, "tu-choi", {"reject-reason": ""}, 422)
    office.step(case, "tu-choi", {"reject-reason": "Đơn tố cáo, xin gửi Thanh tra."})
    assert case.state == "rejected"
    office.step(case, "khoi-phuc", {"restore-reason": "Nhầm."})
    assert case.state == "received"
