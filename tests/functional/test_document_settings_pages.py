"""Who issues documents and in what words, as the compiler settles it: what is at fault stands at its field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from survey.blueprints import document_settings
from survey.models import AuditEntry
from survey.operations.document_settings import IssuerTerms, reset_issuer, set_issuer
from tests.document_objects import AT, look_again, words_of
from tests.factories import make_wave
from tests.filing_office import FilingOffice
from tests.page_rules import CheckingClient, html_of
from tests.staff import post, sign_in

ROOM = "/staff/van-ban/the-thuc"
ISSUER = f"{ROOM}/P/co-quan"
LETTER = f"{ROOM}/P/loi-van/cong-van-vi"
MANY_PLACES = "Sở Nội vụ và các phòng chuyên môn thuộc Sở, mỗi phòng một bản để biết và theo dõi việc thực hiện"


def test_the_issuing_body_is_settled_audited_and_given_back(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    office = FilingOffice(staff_session, staff_app.extensions["engine"])
    sign_in(staff_client, office.compiler)
    assert "đơn vị cao nhất của đợt" in html_of(staff_client.get(f"{ROOM}/"))
    assert "/BC-UBND" in html_of(staff_client.get(ISSUER))
    terms = {"superior_vi": "UBND tỉnh Mẫu", "name_vi": "Sở Nội vụ", "abbreviation": "SNV", "locality": "Sông Trà",
             "capacity_vi": "KT. Giám đốc", "signer": "Trần Thị Bình"}  # fmt: skip
    unfinished = post(staff_client, ISSUER, terms, page=ISSUER)
    assert unfinished.status_code == 422
    assert 'value="Trần Thị Bình"' in html_of(unfinished)
    terms["position_vi"] = "Phó Giám đốc"
    undecided = post(staff_client, ISSUER, {**terms, "decides": "y"}, page=ISSUER)
    assert "Hãy ghi ai là người ra quyết định" in html_of(undecided).partition('id="authority_vi-error"')[2]
    saved = html_of(post(staff_client, ISSUER, terms, page=ISSUER, follow_redirects=True))
    for printed in ("UBND TỈNH MẪU", "SỞ NỘI VỤ", "/BC-SNV", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"):
        assert printed in saved
    assert "Không có gì thay đổi" in html_of(post(staff_client, ISSUER, terms, page=ISSUER))
    assert "Sở Nội vụ (SNV)" in html_of(staff_client.get(f"{ROOM}/"))
    back = post(staff_client, f"{ISSUER}/mac-dinh", page=ISSUER, follow_redirects=True)
    assert "/BC-UBND" in html_of(back)
    look_again(staff_session)
    noted = staff_session.scalars(
        select(AuditEntry).where(AuditEntry.subject_kind == "document_issuer").order_by(AuditEntry.id)
    ).all()
    assert ["Phó Giám đốc" in (each.after or "") for each in noted] == [True, False]
    assert {each.unit_path for each in noted} == {office.province.path}


def test_units_are_listed_by_pages_and_as_many_statements_whatever_they_settled(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = FilingOffice(staff_session, staff_app.extensions["engine"])
    sign_in(staff_client, office.compiler)
    alone = statements(staff_app, staff_client)
    terms = IssuerTerms("Văn phòng", "VP", "Chánh Văn phòng")
    for at, code in enumerate("AB"):
        unit = office.units[code]
        make_wave(staff_session, code=f"O{code}", units=[unit]).owner = unit
        set_issuer(staff_session, unit, terms, account_id=None, at=AT + timedelta(minutes=at))
    reset_issuer(staff_session, office.units["B"], account_id=None, at=AT + timedelta(hours=1))
    staff_session.commit()
    assert statements(staff_app, staff_client) == alone
    page = html_of(staff_client.get(f"{ROOM}/"))
    assert [page.count(name) for name in ("Xã A</th>", "Xã B</th>", "Xã C</th>", "(VP)")] == [1, 1, 0, 1]
    monkeypatch.setattr(document_settings, "PAGE", 2)
    page = html_of(staff_client.get(f"{ROOM}/"))
    assert f'href="{ROOM}/?after=A"' in page
    assert "Xã B</th>" not in page
    page = html_of(staff_client.get(f"{ROOM}/?after=A"))
    assert "Xã B</th>" in page
    assert "Xã A</th>" not in page


def statements(app: Flask, client: CheckingClient) -> int:
    sent: list[object] = []

    def note(*given: object) -> None:
        sent.append(given[2])

    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    assert client.get(f"{ROOM}/").status_code == 200
    event.remove(app.extensions["engine"], "before_cursor_execute", note)
    return len(sent)


def test_a_wording_is_tried_saved_and_given_back_and_an_unknown_placeholder_is_told_at_its_field(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    office = FilingOffice(staff_session, staff_app.extensions["engine"])
    sign_in(staff_client, office.compiler)
    assert staff_client.get(f"{ROOM}/P/loi-van/thu").status_code == 404
    page = html_of(staff_client.get(LETTER))
    assert "{weakest}" in page
    assert "Đây là lời văn chuẩn" in page
    parts = {
        "about": "V/v kết quả", "to": "Kính gửi: {place}", "result": "Tại {place}: {percent}.", "hidden": "Ẩn.",
        "weakest": "Thấp nhất: {weakest}.", "met": "Tốt.\n\nGiữ vững.", "not_met": "Khắc phục.",
        "inconclusive": "Chưa rõ.", "last": "Trân trọng./.", "recipients": "Như trên\nLưu: VT",
    }  # fmt: skip
    fields = {f"part_{name}": text for name, text in parts.items()}
    for address in (LETTER, f"{LETTER}/xem-thu"):
        wrong = post(staff_client, address, {**fields, "part_result": "Tại {place.name}"}, page=LETTER)
        assert wrong.status_code == 422
        said = html_of(wrong)
        assert "{place.name} không phải là giá trị điền được ở đây" in said.partition('id="part_result-error"')[2]
        assert "Giữ vững." in said  # what was typed stays
        assert post(staff_client, address, {**fields, "part_last": " "}, page=LETTER).status_code == 422
    open_ended = html_of(post(staff_client, LETTER, {**fields, "part_result": "Tại {place: {percent}"}, page=LETTER))
    assert "Thiếu hoặc thừa một dấu ngoặc" in open_ended.partition('id="part_result-error"')[2]
    assert "đơn vị mà văn bản" in open_ended  # what {place} means, beside it
    for address in (LETTER, f"{LETTER}/xem-thu"):
        for part, text, told in (
            ("about", "Kết quả " * 60, "300"),
            ("recipients", "Sở Nội vụ\n" * 21, "không quá 20 nơi nhận"),
            ("recipients", f"{MANY_PLACES}\n" * 20, "Hãy viết ngắn lại"),
        ):
            long = post(staff_client, address, {**fields, f"part_{part}": text}, page=LETTER)
            assert long.status_code == 422
            assert told in html_of(long).partition(f'id="part_{part}-error"')[2][:300]
    tried = post(staff_client, f"{LETTER}/xem-thu", fields, page=LETTER)
    assert tried.mimetype == "application/pdf"
    assert "Tại Xã Mẫu: 83,52%." in words_of(tried.data)
    assert "Đây là lời văn chuẩn" in html_of(staff_client.get(LETTER))  # looking stores nothing
    assert "văn bản lập từ bây giờ" in html_of(post(staff_client, LETTER, fields, page=LETTER, follow_redirects=True))
    own = html_of(staff_client.get(LETTER))
    assert "lời văn riêng của Tỉnh Mẫu" in own
    assert "Tốt.\nGiữ vững.</textarea>" in own
    assert "cong-van-vi" in html_of(staff_client.get(f"{ROOM}/")).partition("(lời văn riêng)")[0]
    back = post(staff_client, f"{LETTER}/mac-dinh", page=LETTER, follow_redirects=True)
    assert "Đây là lời văn chuẩn" in html_of(back)
    assert "Tốt.<br>Giữ vững.</dd>" in html_of(back)  # what was written can still be read
