"""Emulation from the formula to the list that two people fixed: written, reported, marked, ranked, printed."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import EmulationCampaign, EmulationList
from survey.operations.document_settings import IssuerTerms, set_issuer
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

CAMPAIGN = {
    "year": "2026",
    "unit_kind": "commune",
    "name_vi": "Phong trào thi đua <b>2026</b>",
    "deadline_on": "2026-12-10",
    "awards": "Bằng khen\nGiấy khen\n",
    "weight_dialogues": "40",
    "manual_name_1": "Sáng kiến",
    "weight_manual_1": "59,9",
}


def test_a_campaign_from_its_formula_to_the_fixed_list(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    root = make_unit(staff_session, code="T", kind="province", name_vi="Tỉnh Sông Trà")
    communes = [make_unit(staff_session, code=code, parent=root, name_vi=f"Xã {code}") for code in ("X1", "X2", "X3")]
    make_unit(staff_session, code="X1-P", kind="room", parent=communes[0], name_vi="Phòng Văn hóa")
    compiler, second = (make_account(staff_session, "compiler", root) for _ in range(2))
    managers = [make_account(staff_session, "manager", commune) for commune in communes]

    sign_in(staff_client, compiler)
    assert "Chưa có đợt thi đua nào" in html_of(staff_client.get("/staff/thi-dua/"))
    page = html_of(post(staff_client, "/staff/thi-dua/moi", CAMPAIGN))
    assert "hiện tổng là 99,90" in page
    assert 'value="59,9"' in page  # what was typed stays
    assert post(staff_client, "/staff/thi-dua/moi", CAMPAIGN | {"weight_manual_1": "60"}).status_code == 302
    key = staff_session.scalars(select(EmulationCampaign.id)).one()
    at = f"/staff/thi-dua/{key}"
    staff_session.rollback()
    post(staff_client, f"{at}/mo", page=at)

    for manager, commune in zip(managers[:2], communes, strict=False):
        sign_in(staff_client, manager)
        own = f"{at}/don-vi/{commune.code}"
        assert own in html_of(staff_client.get("/staff/thi-dua/"))
        assert "hãy viết" in html_of(post(staff_client, f"{own}/bao-cao", {"submit": "1"}, page=own)).lower()
        said = {"explanation": "Giảm giờ chờ <i>", "award": "Giấy khen", "submit": "1"}
        assert post(staff_client, f"{own}/bao-cao", said, page=own).status_code == 302
    page = html_of(staff_client.get(own))
    assert "Giảm giờ chờ &lt;i&gt;" in page
    assert staff_client.get(at).status_code == 403
    assert staff_client.get(f"{at}/don-vi/X1").status_code == 403

    sign_in(staff_client, compiler)
    own = f"{at}/don-vi/X1"
    assert "Phòng Văn hóa" in html_of(staff_client.get(own))
    mark = {"mark_1": "90", "reason_1": "", "award": "Bằng khen"}
    assert "Hãy nêu lý do" in html_of(post(staff_client, f"{own}/cham", mark, page=own))
    assert post(staff_client, f"{own}/cham", mark | {"reason_1": "Hai sáng kiến"}, page=own).status_code == 302
    post(staff_client, f"{at}/de-nghi", page=at)
    assert "Chờ người thứ hai" in html_of(staff_client.get(at))
    post(staff_client, f"{at}/chot", page=at)
    staff_session.rollback()
    assert staff_session.get_one(EmulationCampaign, key).state == "proposed"  # not by whoever asked
    staff_session.rollback()

    sign_in(staff_client, managers[0])
    page = html_of(staff_client.get(own))
    assert "Hai sáng kiến" not in page  # not told before the list is fixed
    assert page.count("công bố khi chốt danh sách") == 2  # the mark, and so the total
    assert "hội đồng chưa chấm" not in page
    assert "đơn vị chưa được xếp hạng" not in page
    sign_in(staff_client, second)
    digest = staff_session.scalars(select(EmulationList.digest)).one()
    staff_session.rollback()
    assert f'name="digest" value="{digest}"' in html_of(staff_client.get(at))
    post(staff_client, f"{at}/chot", {"digest": "0" * 64}, page=at)  # a page of another list
    assert "Danh sách đã được khóa lại" in html_of(staff_client.get(at))
    post(staff_client, f"{at}/chot", {"digest": digest}, page=at)
    page = html_of(staff_client.get(at))
    assert "54,00" in page  # 60 × 90/100 + 40 × 0/2
    assert "Đơn vị chưa đủ dữ liệu, không xếp hạng" in page
    assert staff_session.scalars(select(EmulationList)).one().digest in page
    staff_session.rollback()

    sign_in(staff_client, managers[0])
    assert "60 × 90/100 (Hai sáng kiến)" in html_of(staff_client.get(own))
    sign_in(staff_client, second)
    document = PdfReader(BytesIO(staff_client.get(f"{at}/to-trinh.pdf").data))
    text = " ".join(page.extract_text() for page in document.pages)
    assert "TỜ TRÌNH" in text
    assert "…………, ngày" in text
    assert "Bằng khen: 1 đơn vị" in text
    assert "54,00" in text
    assert staff_client.get(f"{at}/danh-sach.xlsx").data[:2] == b"PK"
    terms = IssuerTerms(
        "Sở Nội vụ và Lao động", "SNVLĐ", "Giám đốc", superior_vi="UBND tỉnh Sông Trà", locality="Sông Trà"
    )
    set_issuer(staff_session, root, terms, account_id=None, at=datetime.now(UTC))
    staff_session.commit()
    head = PdfReader(BytesIO(staff_client.get(f"{at}/to-trinh.pdf").data)).pages[0].extract_text()
    assert "SỞ NỘI VỤ VÀ LAO ĐỘNG" in head
    assert "Sông Trà, ngày" in head
