"""Remedies on their pages: from the weak figure to the plan, its steps, what the public reads, and who may do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Remedy
from survey.operations import remedies
from survey.operations.periods import province_today
from survey.operations.waves import publish_wave
from tests.page_rules import CheckingClient, html_of
from tests.petition_cases import make_petition
from tests.remedy_objects import Office
from tests.staff import make_account, post, sign_in

PLAN = {
    "cause": "Ít người trực",
    "action": "Thêm người trực buổi sáng",
    "owner_unit": "B2-P",
    "owner_name": "Ông An",
    "deadline_on": (province_today() + timedelta(days=20)).isoformat(),
}


@pytest.fixture
def office(staff_app: Flask, staff_session: Session) -> Office:
    return Office(staff_session, staff_app.extensions["engine"])


def enter(client: CheckingClient, office: Office, role: str, unit: str) -> None:
    sign_in(client, make_account(office.session, role, office.units[unit]))


def page(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return unescape(html_of(response))


def test_from_the_weak_figure_to_the_plan(office: Office, staff_client: CheckingClient) -> None:
    enter(staff_client, office, "manager", "B2")
    dashboard = page(staff_client, "/staff/ket-qua/before/B2")
    address = "/staff/giai-phap/moi/before/B2?subject=item&code=access_1"
    assert f'href="{address}"' in dashboard
    assert "33,33%" in page(staff_client, address)
    refused = post(staff_client, address, {**PLAN, "cause": " ", "owner_unit": "B2"}, page=address)
    assert refused.status_code == 422
    assert "Thêm người trực buổi sáng" in html_of(refused)  # what was typed stays
    late = {**PLAN, "deadline_on": (province_today() - timedelta(days=1)).isoformat()}
    assert "Thời hạn đã qua" in html_of(post(staff_client, address, late, page=address))
    made = post(staff_client, address, PLAN, page=address)
    assert made.status_code == 302
    text = page(staff_client, made.location)
    assert "Phòng Một, Ông An" in text
    assert "33,33%" in text  # until the next wave has closed
    remedy = office.session.scalars(select(Remedy)).one()
    assert (remedy.subject_code, remedy.owner_unit.code) == ("access_1", "B2-P")
    assert "1 giải pháp" in page(staff_client, "/staff/ket-qua/before/B2")
    assert page(staff_client, "/staff/giai-phap/moi/before/B2?subject=item&code=nothing", 404)
    enter(staff_client, office, "viewer", "B2")
    assert "/staff/giai-phap/moi/" not in page(staff_client, "/staff/ket-qua/before/B2")


def test_the_next_wave_judges_it_and_the_others_stay_unseen_until_publication(
    office: Office, staff_client: CheckingClient
) -> None:
    address = f"/staff/giai-phap/{office.remedy().id}"
    enter(staff_client, office, "manager", "B2")
    assert "khi đợt đó đóng" in page(staff_client, address)
    office.finish(publish=False)
    assert remedies.judge_due(office.engine) == 1
    text = page(staff_client, address)
    assert "Đã chuyển biến: tăng" in text
    assert "Từ 33,33% đến 88,89%: +55,56 điểm phần trăm" in text
    assert "Các đơn vị khác có phiếu ở cả hai đợt" not in text
    assert "Đã chuyển biến: tăng" in page(staff_client, "/staff/giai-phap/?movement=moved_up")
    assert "Không có giải pháp nào khớp" in page(staff_client, "/staff/giai-phap/?state=late")
    enter(staff_client, office, "compiler", "T")
    assert "Các đơn vị khác có phiếu ở cả hai đợt: Từ 33,33% đến 38,46%" in page(staff_client, address)


def test_the_room_that_carries_it_out_reports_without_the_units_figures(
    office: Office, staff_client: CheckingClient
) -> None:
    remedy = office.remedy(owner="B2-P")
    address = f"/staff/giai-phap/{remedy.id}"
    enter(staff_client, office, "manager", "B2-P")
    text = page(staff_client, address)
    assert "Mở thêm quầy số 3" in text
    assert "33,33%" not in text
    assert "Có chuyển biến không?" not in text
    assert address in page(staff_client, "/staff/giai-phap/")
    wrong = post(staff_client, f"{address}/tien-do", {"percent": "120", "text": "Xong"}, page=address)
    assert wrong.status_code == 422
    assert (
        post(staff_client, f"{address}/tien-do", {"percent": "40", "text": "Đã có ghế"}, page=address).status_code
        == 302
    )
    assert post(staff_client, f"{address}/hoan-thanh", {"evidence": "Biên bản số 5"}, page=address).status_code == 302
    text = page(staff_client, address)
    assert text.index("Biên bản số 5") < text.index("Đã có ghế")
    assert staff_client.get(f"{address}/sua").status_code == 403


def test_given_up_with_a_reason_and_taken_up_again(office: Office, staff_client: CheckingClient) -> None:
    address = f"/staff/giai-phap/{office.remedy().id}"
    enter(staff_client, office, "manager", "B2")
    assert post(staff_client, f"{address}/dung", {"reason": ""}, page=address).status_code == 422
    post(staff_client, f"{address}/dung", {"reason": "Thiếu kinh phí"}, page=address)
    assert "Thiếu kinh phí" in page(staff_client, address)
    post(staff_client, f"{address}/mo-lai", {"reason": "Đã có kinh phí"}, page=address)
    post(staff_client, f"{address}/sua", {**PLAN, "action": "Làm khác"}, page=f"{address}/sua")
    assert "Làm khác" in page(staff_client, address)


def test_the_public_reads_what_the_unit_saw_first_and_only_of_published_waves(
    office: Office, staff_client: CheckingClient
) -> None:
    remedy = office.remedy(done=True)
    public, address = "/ket-qua/don-vi/B2/da-lam", f"/staff/giai-phap/{remedy.id}/cong-khai"
    enter(staff_client, office, "manager", "B2")
    words = {"said": "Ít quầy <b>", "did": "Mở thêm quầy số 3 & 4"}
    preview = post(staff_client, address, {**words, "step": "preview"})
    assert "Người dân sẽ đọc như sau" in html_of(preview)
    assert "Mở thêm quầy" not in page(staff_client, public)
    assert post(staff_client, address, {**words, "did": "", "step": "publish"}).status_code == 422
    assert post(staff_client, address, {**words, "step": "publish"}).status_code == 302
    text = html_of(staff_client.get(public))
    assert "Ít quầy &lt;b&gt;" in text
    assert f'href="{public}"' in page(staff_client, "/ket-qua/don-vi/T/da-lam")  # the unit above leads there
    assert "33,33%" in text
    office.finish(publish=False)
    text = page(staff_client, public)
    assert "88,89%" not in text
    assert "sau đợt khảo sát được công bố tiếp theo" in text
    office.session.expire_all()
    publish_wave(office.session, office.now, datetime.now(UTC))
    office.session.commit()
    text = page(staff_client, public)
    assert "Đã chuyển biến: tăng" in text
    assert "Quầy Hộ tịch" in text
    result = page(staff_client, "/ket-qua/now/B2")
    assert public in result
    assert "/y-kien/cong-khai?don-vi" not in result
    make_petition(office.session, office.units["B2"], state="published")
    office.session.commit()
    assert "/y-kien/cong-khai?don-vi=B2" in page(staff_client, "/ket-qua/now/B2")
    board = page(staff_client, "/staff/giai-phap/don-vi/B2")
    assert "ap-phich.pdf?counter=1" in board
    poster = staff_client.get("/staff/giai-phap/don-vi/B2/ap-phich.pdf?counter=1")
    assert (poster.mimetype, poster.data[:5]) == ("application/pdf", b"%PDF-")
    assert staff_client.get("/staff/giai-phap/don-vi/B2/ap-phich.pdf?counter=9").status_code == 404
    post(staff_client, f"/staff/giai-phap/{remedy.id}/go-cong-khai", page="/staff/giai-phap/don-vi/B2")
    assert "Mở thêm quầy" not in page(staff_client, public)


def test_a_unit_without_result_and_remedies_has_no_public_page(office: Office, staff_client: CheckingClient) -> None:
    assert "B2-P" in office.units
    page(staff_client, "/ket-qua/don-vi/A4/da-lam", 404)
    page(staff_client, "/ket-qua/don-vi/khong-co/da-lam", 404)


def test_a_reader_elsewhere_sees_nothing(office: Office, staff_client: CheckingClient) -> None:
    remedy = office.remedy()
    enter(staff_client, office, "manager", "C3")
    assert f"/staff/giai-phap/{remedy.id}" not in page(staff_client, "/staff/giai-phap/?state=")
    page(staff_client, f"/staff/giai-phap/{remedy.id}", 403)
    assert "Không có đơn vị nào" in page(staff_client, "/staff/giai-phap/?unit=B2")
    page(staff_client, "/staff/giai-phap/?after=x", 404)
