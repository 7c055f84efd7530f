"""Scorecards over HTTP: a template written, a card scored row by row, appraised, explained, final; what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import Scorecard, ScorecardTemplate, Unit
from survey.operations import scorecard_templates
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.scorecards import (
    AT,
    ROW_SIX,
    annex_definition,
    card_of,
    line_of,
    make_department,
    make_survey_wave,
    row_six_waves,
)
from tests.staff import make_account, post, sign_in

ROOM = "/staff/bang-cham-diem"
HEAD = {
    "code": "cchc",
    "owner": "T",
    "year": "2026",
    "unit_kind": "department",
    "name_vi": "Bảng điểm cải cách hành chính",
    "council": "Tổ chấm điểm",
    "self_due_on": "2026-11-30",
    "explanation_due_on": "2099-12-10",
    "final_due_on": "2099-12-31",
}
SELECTED = {"measure": "dialogues_held", **{f"{group}_figure": "index" for group in ROW_SIX}}
MANUAL = {**SELECTED, "number": "1", "name_vi": "Giao việc", "rule": "manual", "maximum": "1,5"}


class Office:
    """A province with a department; people sign in by role."""

    def __init__(self, session: Session, client: CheckingClient) -> None:
        self.session, self.client = session, client
        self.unit = make_department(session)
        assert self.unit.parent is not None
        self.province: Unit = self.unit.parent
        self.accounts: dict[str, Account] = {}

    def enter(self, role: str, unit: Unit | None = None) -> None:
        place = unit or (self.province if role in ("compiler", "auditor") else self.unit)
        key = f"{role} {place.code}"
        if key not in self.accounts:
            self.accounts[key] = make_account(self.session, role, place)
        sign_in(self.client, self.accounts[key])

    def page(self, url: str, status: int = 200) -> str:
        response = self.client.get(url)
        assert response.status_code == status, (url, response.status_code)
        return unescape(html_of(response))

    def send(
        self, url: str, data: dict[str, object] | None = None, *, page: str | None = None, status: int = 302
    ) -> str:
        response = post(self.client, url, data, page=page, content_type="multipart/form-data")
        assert response.status_code == status, (url, response.status_code, unescape(html_of(response))[-3000:])
        return response.location if status == 302 else unescape(html_of(response))


@pytest.fixture
def office(staff_session: Session, staff_client: CheckingClient) -> Office:
    return Office(staff_session, staff_client)


def test_a_template_is_written_used_exported_and_continued(office: Office) -> None:
    office.enter("compiler")
    make_survey_wave(office.session, office.unit, "ND")
    office.session.commit()
    assert "Chưa có bộ tiêu chí nào" in office.page(f"{ROOM}/mau/")
    wrong = office.send(f"{ROOM}/mau/moi", {**HEAD, "final_due_on": "2026-01-01"}, status=422)
    assert "Các thời hạn phải theo thứ tự" in wrong
    assert 'value="Tổ chấm điểm"' in wrong  # what was typed stays
    template = office.send(f"{ROOM}/mau/moi", HEAD)
    office.send(f"{template}/dong", {**SELECTED, "number": "I", "name_vi": "Điều hành", "rule": "group"})
    office.send(f"{template}/dong?under=I", MANUAL)
    again = office.send(f"{template}/dong", MANUAL, status=422)
    assert "Số thứ tự 1 bị trùng" in again
    ratio = {
        **SELECTED,
        "number": "2",
        "name_vi": "Đúng hạn",
        "rule": "ratio",
        "maximum": "2",
        "steps": "95% = 1\n98% = 3",
    }
    assert "Một mức của tiêu chí 2 cho 3,00 điểm, cao hơn điểm chuẩn 2,00" in office.send(
        f"{template}/dong", ratio, status=422
    )
    office.send(f"{template}/dong", {**ratio, "steps": "95% = 1\n98% = 2"})
    survey = {
        **SELECTED,
        "number": "3",
        "name_vi": "Hài lòng",
        "rule": "survey",
        "maximum": "10",
        "citizen_weight": "90%",
    }
    survey |= {"citizen_waves": "ND", "citizen_figure": "index"}
    assert "phải cộng đủ 100%" in office.send(f"{template}/dong", survey, status=422)
    office.send(f"{template}/dong", {**survey, "citizen_weight": "100%", "citizen_waves": "KHONG"})
    shown = office.page(template)
    assert "từ 95%: 1,00 · từ 98%: 2,00" in shown
    assert "13,50" in shown  # the maximum of all
    assert "đợt khảo sát không tồn tại: KHONG" in office.send(f"{template}/dung", page=template, status=422)
    line = next(each for each in office.session.scalars(select(ScorecardTemplate)).one().criteria if each.number == "3")
    assert "KHONG" in office.page(f"{template}/dong/{line.id}")
    office.send(f"{template}/dong/{line.id}", {**survey, "citizen_weight": "100%"})
    office.send(f"{template}/dung", page=template)
    assert "Còn áp dụng" in office.page(template)
    assert office.send(f"{template}/sua", {**HEAD, "council": "Khác"}, status=422)
    text = office.client.get(f"{template}/yaml").get_data(as_text=True)
    assert "number: '3'" in text
    wrong = office.send(f"{ROOM}/mau/nhap", {"owner": "T", "file": (BytesIO(text.encode()), "a.yaml")}, status=422)
    assert "Đã có bộ tiêu chí với mã và phiên bản này" in wrong
    for content, sentence in (
        (text.replace("maximum: 2", "maximum: 2.005"), "tối đa hai chữ số thập phân"),
        ("a: &x [*x]", "không đúng dạng YAML"),
        (text.replace("weight: 100%", "weight: 1e9"), "không phải là tỷ lệ"),
    ):
        file = (BytesIO(content.encode()), "a.yaml")
        assert sentence in office.send(f"{ROOM}/mau/nhap", {"owner": "T", "file": file}, status=422)
    renamed = (BytesIO(text.replace("code: cchc", "code: cchc-2").encode()), "a.yaml")
    loaded = office.send(f"{ROOM}/mau/nhap", {"owner": "T", "file": renamed})
    office.send(f"{loaded}/xoa", page=loaded)
    office.page(loaded, 404)
    newer = office.send(f"{template}/phien-ban", page=template)
    assert "phiên bản 2" in office.page(newer)
    office.session.rollback()
    late = make_unit(office.session, code="MOI", kind="department", parent=office.province, name_vi="Sở Mới")
    office.session.commit()
    office.send(f"{template}/don-vi", {"unit": late.code}, page=template)
    cards = office.page(f"{ROOM}/")
    assert "Sở Mới" in cards
    office.enter("manager")
    assert "Sở Mới" not in office.page(f"{ROOM}/")


def test_a_card_from_the_first_row_to_the_final_points(office: Office, staff_app: Flask) -> None:
    row_six_waves(office.session, staff_app.extensions["engine"], office.unit)
    definition = replace(annex_definition(), explanation_due_on=date(2099, 12, 10), final_due_on=date(2099, 12, 31))
    template = scorecard_templates.create_template(office.session, definition, office.province)
    scorecard_templates.put_in_use(office.session, template, now=AT)
    card = card_of(office.session, template, office.unit)
    office.session.commit()
    url = f"{ROOM}/{card.id}"

    def row(number: str, what: str = "cham") -> str:
        return f"{url}/tieu-chi/{line_of(card, number).id}/{what}"

    office.enter("manager")
    shown = office.page(url)
    assert "33,5 × (0,2 × 86,00% + 0,3 × 82,50% + 0,5 × 86,89%) = 28,61" in shown
    assert "Đại biểu Hội đồng nhân dân (0,2): chỉ số hài lòng 86,00%" in shown
    assert "6 tiêu chí chưa có điểm" in shown
    assert "Các tiêu chí chưa chấm điểm: 1, 2, 3, 4, 5, 7." in office.send(f"{url}/nop", page=url, status=422)
    above = office.send(row("1"), {"points": "1,5", "reason": "Trễ hạn", "remedy": "Đúng hạn"}, status=422)
    assert "Tiêu chí 1: 1,50 điểm vượt quá điểm chuẩn 1,00" in above
    assert 'value="1,5"' in above
    assert "Trễ hạn</textarea>" in above.replace("\n", "")
    assert "hãy nêu lý do chưa đạt" in office.send(row("1"), {"points": "0,5"}, status=422)
    office.send(row("1"), {"points": "0,5", "reason": "01 nhiệm vụ trễ hạn", "remedy": "Chủ động"})
    stale = office.send(row("1"), {"points": "1", "seen": "0"}, status=422)
    assert "có người khác vừa lưu" in stale
    assert 'value="1"' in stale
    assert "01 nhiệm vụ trễ hạn" in stale
    for number in ("2", "3", "7"):
        office.send(row(number), {"points": "0", "reason": "Chưa đạt"})
    assert "hãy nhập cả hai số" in office.send(row("4"), {"counted": "10", "reason": "Thiếu"}, status=422)
    office.send(row("4"), {"counted": "10", "base": "12", "reason": "Thiếu 02 chỉ tiêu"})
    office.send(row("5"), {"counted": "11,3", "base": "100", "reason": "11,3%"})
    office.send(row("6"), {"reason": "Ba nhóm", "remedy": "Nâng cao trách nhiệm"})
    file = {"file": (BytesIO(b"%PDF-1.7 <script>van ban"), "quyet dinh.html")}  # it would open as a page
    office.send(row("1", "minh-chung"), file, page=row("1"))
    office.send(row("1", "minh-chung"), {"file": (BytesIO(b"<script>"), "a.pdf")}, page=row("1"))
    shown = office.page(url)
    assert "Minh chứng phải là tệp PDF" in shown
    assert "quyet dinh.html.pdf" in shown
    assert "30,44" in shown
    evidence = office.client.get(f"{url}/minh-chung/1")
    assert evidence.headers["Content-Disposition"].startswith("attachment")
    assert "39,50" not in office.page(f"{ROOM}/don-vi/SO")  # no result before it is submitted
    office.page(f"{ROOM}/mau/{template.id}/bang", 403)
    office.send(f"{url}/nop", page=url)
    office.page(row("1", "tham-dinh"), 403)

    office.enter("compiler", office.unit)  # a department's own compiler is not the council of the province's template
    assert "Gửi kết quả thẩm định" not in office.page(url)
    office.page(row("1", "tham-dinh"), 403)
    office.send(f"{url}/tra-lai", {"reason": "Chấm lại"}, page=url, status=403)

    office.enter("compiler")
    sent = office.send(f"{url}/tra-lai", {"reason": " "}, page=url, status=422)
    assert "Hãy nêu lý do" in sent
    office.send(f"{url}/tra-lai", {"reason": "Thiếu minh chứng mục 7"}, page=url)
    office.enter("manager")
    assert "Thiếu minh chứng mục 7" in office.page(url)
    office.send(f"{url}/nop", page=url)
    office.enter("compiler")
    assert "lý do điểm khác" in office.send(row("1", "tham-dinh"), {"points": "0,25"}, status=422)
    office.send(row("1", "tham-dinh"), {"points": "0,25", "reason": "02 nhiệm vụ trễ hạn"})
    assert "30,19" in office.page(url)

    for role, place in (("manager", office.unit), ("compiler", office.unit)):
        office.enter(role, place)
        assert "02 nhiệm vụ" not in office.page(url)  # until the council hands its appraisal over
    office.enter("compiler")
    office.send(f"{url}/tham-dinh", page=url)
    refused = office.send(f"{url}/ket-thuc", page=url, status=422)
    assert "giải trình đến hết ngày 10/12/2099" in refused
    office.enter("manager")
    assert "02 nhiệm vụ trễ hạn" in office.page(url)
    office.send(row("1", "giai-trinh"), {"reason": "Nhiệm vụ thứ hai đã được gia hạn"})
    office.send(f"{url}/giai-trinh", page=url)
    office.enter("compiler")
    office.send(row("1", "tham-dinh"), {"points": "0,5", "reason": "Chấp nhận giải trình"})
    office.send(f"{url}/ket-thuc", page=url)
    board = office.page(f"{ROOM}/mau/{template.id}/bang")
    assert "30,44/39,50" in board
    assert "77,06%" in board
    for file_name, sign in (("bao-cao.pdf", b"%PDF"), ("bang-diem.xlsx", b"PK")):
        assert office.client.get(f"{url}/{file_name}").data.startswith(sign)
    office.send(f"{url}/mo-lai", {"reason": "Sai sót khi cộng"}, page=url)
    office.session.rollback()
    assert office.session.scalars(select(Scorecard.state)).all() == ["explained"]
    office.page(f"{url}/minh-chung/99", 404)
    office.page(f"{ROOM}/?state=nothing", 404)
