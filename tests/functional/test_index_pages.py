"""The pages of the indices: the compiler records, everybody reads, what was typed stays."""

from __future__ import annotations

from io import BytesIO

from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session

from survey.analysis.index_series import read_indices
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in


def test_from_the_usual_six_to_the_sheet(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    root = make_unit(staff_session, code="T", kind="province", name_vi="Tỉnh Sông Trà")
    commune = make_unit(staff_session, code="X1", parent=root)
    sign_in(staff_client, make_account(staff_session, "compiler", root))
    page = html_of(staff_client.get("/staff/chi-so/"))
    assert "Chưa theo dõi chỉ số nào" in page
    post(staff_client, "/staff/chi-so/cong-cu/thuong-dung", page="/staff/chi-so/")

    point = {"year": "2024", "value": "86,9o", "rank": "30", "ranked": "63", "source": "Quyết định 7/QĐ <b>"}
    page = html_of(post(staff_client, "/staff/chi-so/par-index/so-lieu", point))
    assert "Hãy nhập một số, ví dụ 86,43." in page
    assert 'value="86,9o"' in page  # what was typed stays
    assert "Quyết định 7/QĐ &lt;b&gt;" in page
    assert post(staff_client, "/staff/chi-so/par-index/so-lieu", point | {"value": "86,90"}).status_code == 302
    aim = {"year": "2024", "value": "86", "best_rank": "25", "worst_rank": "29", "reference": "Kế hoạch 5"}
    assert post(staff_client, "/staff/chi-so/par-index/chi-tieu", aim).status_code == 302

    page = html_of(staff_client.get("/staff/chi-so/par-index"))
    assert "86,90" in page
    assert "Chưa đạt chỉ tiêu" in page  # the value is enough, the rank is not
    board = html_of(staff_client.get("/staff/chi-so/"))
    assert "30/63" in board
    again = html_of(post(staff_client, "/staff/chi-so/par-index/so-lieu", point | {"value": "87"}))
    assert "hãy ghi lý do đính chính" in again
    said = point | {"value": "87", "reason": "Bộ đính chính"}
    assert post(staff_client, "/staff/chi-so/par-index/so-lieu?nam=2024", said).status_code == 302
    assert "Đã đính chính; số liệu cũ: 86,90" in html_of(staff_client.get("/staff/chi-so/par-index"))

    sheet = staff_client.get("/staff/chi-so/cong-cu/phieu.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(sheet.data)).pages)
    assert "87,00" in text
    assert "Quyết định 7/QĐ <b>" in text
    post(staff_client, "/staff/chi-so/par-index/chi-tieu/2024/bo", page="/staff/chi-so/par-index/chi-tieu?nam=2024")
    staff_session.rollback()
    assert read_indices(staff_session)[0].years[0].aim is None

    sign_in(staff_client, make_account(staff_session, "viewer", commune))
    assert "Ghi số liệu năm" not in html_of(staff_client.get("/staff/chi-so/par-index"))
    assert staff_client.get("/staff/chi-so/par-index/so-lieu").status_code == 403


def test_a_file_is_looked_at_and_then_stored(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    root = make_unit(staff_session, code="T", kind="province")
    sign_in(staff_client, make_account(staff_session, "compiler", root))
    new = {"code": "papi", "name_vi": "PAPI", "publisher_vi": "UNDP", "maximum": "80", "decimals": "2"}
    assert post(staff_client, "/staff/chi-so/cong-cu/moi", new).status_code == 302
    assert "Đã có chỉ số mang mã papi" in html_of(post(staff_client, "/staff/chi-so/cong-cu/moi", new))
    file = 'index,year,value,rank,ranked,source\npapi,2024,"43,02",29,63,Báo cáo\n'.encode()
    form = {"file": (BytesIO(file), "papi.csv")}
    page = html_of(post(staff_client, "/staff/chi-so/cong-cu/nhap", form))
    assert "43,02" in page
    staff_session.rollback()
    assert not read_indices(staff_session)[0].years
    upload = page.partition('name="upload" value="')[2].partition('"')[0]
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    answer = post(staff_client, "/staff/chi-so/cong-cu/nhap", {"upload": upload, "seen": seen})
    assert answer.status_code == 302
    staff_session.rollback()
    assert str(read_indices(staff_session)[0].years[0].value) == "43.0200"
    table = staff_client.get("/staff/chi-so/cong-cu/xuat.csv")
    assert 'papi,PAPI,2024,"43,02",29,63' in table.data.decode("utf-8-sig")
