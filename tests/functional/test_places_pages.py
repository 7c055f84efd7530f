"""The pages about places: the tree, a unit's changes, counters, procedures, transactions, and files in and out."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey.models import (
    AuditEntry,
    PlaceUpload,
    ProcedureField,
    Service,
    TransactionCorrection,
    TransactionCount,
    Unit,
)
from survey.operations import filing_figures
from survey.operations.transactions import set_transactions
from survey.operations.units import find_unit
from tests.factories import make_counter, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import csrf_token, make_account, post, sign_in

ATTACK = "=cmd|' /C calc'!A0 <script>alert(1)</script> \"x\" {{7*7}}"
HALF = {"start": "2026-01-01", "end": "2026-06-30"}
UNITS = "/staff/don-vi/"
GRID = "/staff/giao-dich/?start=2026-01-01&end=2026-06-30"
LOAD = "/staff/don-vi/-/nhap"


@pytest.fixture
def tree(staff_session: Session) -> Session:
    """T with X1 (counter Q1, room X1-P), X2 and X3; X1-P took part in the published wave W."""
    province = make_unit(staff_session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    first, _second, _third = (
        make_unit(staff_session, code=code, parent=province, name_vi=name)
        for code, name in (("X1", "Xã Sông Trà"), ("X2", "Phường Đức Phổ"), ("X3", ATTACK))
    )
    room = make_unit(staff_session, code="X1-P", kind="room", parent=first, name_vi="Phòng Tư pháp")
    make_counter(staff_session, first, code="Q1", name_vi="Quầy một")
    make_wave(staff_session, code="W", units=[room], state="published")
    staff_session.commit()
    return staff_session


@pytest.fixture
def administrator(staff_client: CheckingClient, tree: Session) -> CheckingClient:
    sign_in(staff_client, make_account(tree, "administrator", find_unit(tree, "T")))
    return staff_client


@pytest.fixture
def compiler(staff_client: CheckingClient, tree: Session) -> CheckingClient:
    sign_in(staff_client, make_account(tree, "compiler", find_unit(tree, "T"), name="Lê Tổng Hợp"))
    return staff_client


def text_of(client: CheckingClient, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return html_of(response)


def unit_of(session: Session, code: str) -> Unit:
    session.rollback()
    return find_unit(session, code)


def test_the_tree_opens_level_by_level_and_shows_hostile_names_as_text(administrator: CheckingClient) -> None:
    page = text_of(administrator, UNITS)
    assert "Xã Sông Trà" in page
    assert "Phòng Tư pháp" not in page
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
    assert "Phòng Tư pháp" in text_of(administrator, f"{UNITS}?mo=X1")


@pytest.mark.parametrize(("words", "found"), [("song tra", "X1"), ("DUC PHO", "X2"), ("phuong x2", "X2")])
def test_a_search_minds_no_diacritics(administrator: CheckingClient, words: str, found: str) -> None:
    page = text_of(administrator, f"{UNITS}?q={words}")
    assert f'href="/staff/don-vi/{found}"' in page
    assert page.count('<th scope="row">') == 1
    assert [line["code"] for line in administrator.get(f"{UNITS}-/goi-y?q={words}").json or []] == [found]


def test_nobody_sees_or_changes_what_lies_outside_his_reach(staff_client: CheckingClient, tree: Session) -> None:
    sign_in(staff_client, make_account(tree, "administrator", find_unit(tree, "X1")))
    page = text_of(staff_client, UNITS)
    assert "Phòng Tư pháp" in page
    assert "Phường Đức Phổ" not in page
    assert "X2" not in staff_client.get(f"{UNITS}-/don-vi.csv").text
    assert staff_client.get(f"{UNITS}X2").status_code == 403
    assert staff_client.get(f"{UNITS}X2/sua").status_code == 403
    assert staff_client.get(f"{UNITS}X9").status_code == 404
    fields = {"code": "N", "kind": "room", "name_vi": "N", "parent": "X2", "valid_from": "2026-01-01"}
    assert "ngoài phạm vi" in html_of(post(staff_client, f"{UNITS}-/moi", fields))
    merging = {"unit": "X2", "on": "2026-09-30", "step": "confirm"}
    assert "Không có đơn vị mang mã X2" in html_of(post(staff_client, f"{UNITS}X1/sap-nhap", merging))
    upload = {"file": (io.BytesIO(b"code,parent,kind,name_vi\nX2,T,commune,Moi\n"), "u.csv")}
    assert "Nằm ngoài" in html_of(post(staff_client, LOAD, upload, content_type="multipart/form-data"))
    assert unit_of(tree, "X2").name_vi == "Phường Đức Phổ"


def test_a_viewer_reads_and_changes_nothing(staff_client: CheckingClient, tree: Session) -> None:
    sign_in(staff_client, make_account(tree, "viewer", find_unit(tree, "T")))
    page = text_of(staff_client, f"{UNITS}X1")
    assert "Sửa" not in page
    for url in (f"{UNITS}X1/sua", f"{UNITS}-/moi", LOAD, f"{UNITS}X1/quay/-/moi", "/staff/thu-tuc/-/moi"):
        assert staff_client.get(url).status_code == 403, url


def test_a_unit_is_created_renamed_and_its_history_told(administrator: CheckingClient, tree: Session) -> None:
    fields = {"code": "X4", "kind": "commune", "name_vi": ATTACK, "parent": "T", "valid_from": "2026-01-01"}
    assert post(administrator, f"{UNITS}-/moi", fields).headers["Location"] == f"{UNITS}X4"
    page = html_of(post(administrator, f"{UNITS}-/moi", {**fields, "one_stop_vi": "Trung tâm"}))
    assert "Đã có đơn vị mang mã X4" in page
    assert 'value="Trung tâm"' in page
    renamed = {"code": "X5", "kind": "room", "name_vi": "Xã Năm", "one_stop_vi": "Trung tâm Năm"}
    assert post(administrator, f"{UNITS}X4/sua", renamed).status_code == 302
    assert (unit_of(tree, "X5").kind, unit_of(tree, "X5").one_stop_vi) == ("room", "Trung tâm Năm")
    assert "Xã Năm" in text_of(administrator, f"{UNITS}X5/lich-su")


def test_the_code_of_a_unit_in_use_stays(administrator: CheckingClient, tree: Session) -> None:
    fields = {"code": "Y1", "kind": "room", "name_vi": "Phòng Mới"}
    assert "đang được dùng" in html_of(post(administrator, f"{UNITS}X1-P/sua", fields))
    assert unit_of(tree, "X1-P").name_vi == "Phòng Tư pháp"


def test_a_move_is_refused_with_the_way_out(administrator: CheckingClient, tree: Session) -> None:
    opened = text_of(administrator, f"{UNITS}X1-P/chuyen")
    assert "nên không chuyển được" in opened
    assert "/staff/don-vi/X1-P/ke-tuc" in opened
    assert "nên không chuyển được" not in text_of(administrator, f"{UNITS}X3/chuyen")
    page = html_of(post(administrator, f"{UNITS}X1-P/chuyen", {"parent": "X2"}))
    assert "đã tham gia đợt W" in page
    assert "/staff/don-vi/X1-P/ke-tuc?duoi=X2" in page
    assert post(administrator, f"{UNITS}X3/chuyen", {"parent": "X2"}).status_code == 302
    moved = unit_of(tree, "X3")
    assert moved.parent is not None
    assert (moved.parent.code, moved.path.startswith(moved.parent.path)) == ("X2", True)
    done = post(administrator, f"{UNITS}X1-P/ke-tuc", {"code": "X2-P", "parent": "X2", "on": "2026-09-30"})
    assert done.headers["Location"] == f"{UNITS}X2-P"
    assert "Phòng Tư pháp" in text_of(administrator, f"{UNITS}X2-P")


def test_units_are_merged_after_a_look(administrator: CheckingClient, tree: Session) -> None:
    page = html_of(post(administrator, f"{UNITS}X2/sap-nhap", {"unit": "X1", "on": "2026-09-30"}))
    assert "Chưa có gì được thực hiện" in page
    assert "Phòng Tư pháp" in page
    assert unit_of(tree, "X1").valid_until is None
    confirmed = {"unit": "X1", "on": "2026-09-30", "step": "confirm"}
    assert post(administrator, f"{UNITS}X2/sap-nhap", confirmed).status_code == 302
    merged = unit_of(tree, "X1")
    assert merged.successor is not None
    assert (merged.valid_until, merged.successor.code) == (date(2026, 9, 30), "X2")
    assert "X1" in text_of(administrator, f"{UNITS}X2")
    assert post(administrator, f"{UNITS}X1/mo-lai", page=f"{UNITS}X2/sua").status_code == 302
    assert unit_of(tree, "X1").valid_until is None


def test_counters_are_kept_by_the_manager_of_the_unit(staff_client: CheckingClient, tree: Session) -> None:
    sign_in(staff_client, make_account(tree, "manager", find_unit(tree, "X1")))
    fields = {"code": "Q2", "name_vi": ATTACK, "valid_from": "2026-01-01"}
    assert post(staff_client, f"{UNITS}X1/quay/-/moi", fields).status_code == 302
    assert "đã có quầy mang mã Q2" in html_of(post(staff_client, f"{UNITS}X1/quay/-/moi", fields))
    renamed = {"code": "Q3", "name_vi": "Quầy ba"}
    assert post(staff_client, f"{UNITS}X1/quay/Q2/sua", renamed).status_code == 302
    assert post(staff_client, f"{UNITS}X1/quay/Q3/dong", {"on": "2026-06-30"}).status_code == 302
    assert "đã đóng 30/06/2026" in text_of(staff_client, f"{UNITS}X1")
    assert post(staff_client, f"{UNITS}X1/quay/Q3/mo-lai", page=f"{UNITS}X1/quay/Q1/sua").status_code == 302
    assert [counter.valid_until for counter in unit_of(tree, "X1").counters] == [None, None]
    assert staff_client.get(f"{UNITS}X2/quay/-/moi").status_code == 403
    assert staff_client.get(f"{UNITS}X1/quay/Q9/sua").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        f"{UNITS}-/moi",
        f"{UNITS}X1/sua",
        f"{UNITS}X1/dong",
        f"{UNITS}X1/mo-lai",
        f"{UNITS}X1/sap-nhap",
        f"{UNITS}X1/quay/Q1/mo-lai",
        "/staff/thu-tuc/-/moi",
        LOAD,
    ],
)
def test_nothing_is_done_without_the_token(administrator: CheckingClient, url: str) -> None:
    response = administrator.post(url, data={"on": "2026-06-30", "name_vi": "X"})
    assert response.status_code == 400


def preview(client: CheckingClient, url: str, content: bytes, name: str = "tep.csv") -> str:
    data = {"file": (io.BytesIO(content), name)}
    return html_of(post(client, url, data, content_type="multipart/form-data"))


def confirm(client: CheckingClient, url: str, page: str) -> int:
    """Send the form of the preview; the status of the answer."""
    fields = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("upload", "seen")}
    data = {name: found.group(1) for name, found in fields.items() if found}
    assert len(data) == 2, "the preview cannot be confirmed"
    return post(client, url, data).status_code


def test_a_file_of_units_is_looked_at_then_imported_once(administrator: CheckingClient, tree: Session) -> None:
    content = 'Mã,Mã đơn vị cấp trên,Loại,Tên\nX1,T,commune,Xã Đổi Tên\nX7,T,"Xã, phường",Xã Bảy\nB1,X7,Quầy,Quầy\n'
    page = preview(administrator, LOAD, content.encode())
    assert "thêm: 2" in page
    assert "sửa: 1" in page
    assert "Xã Đổi Tên" in page
    assert unit_of(tree, "X1").name_vi == "Xã Sông Trà"
    assert confirm(administrator, LOAD, page) == 302
    assert unit_of(tree, "X1").name_vi == "Xã Đổi Tên"
    assert [counter.code for counter in unit_of(tree, "X7").counters] == ["B1"]
    assert tree.scalar(select(func.count()).select_from(PlaceUpload)) == 0
    assert tree.scalars(select(AuditEntry).where(AuditEntry.action == "units.import")).one().subject == "tep.csv"
    assert "đã có sẵn" in preview(administrator, LOAD, content.encode())


def test_what_changed_after_the_look_is_looked_at_again(administrator: CheckingClient, tree: Session) -> None:
    page = preview(administrator, LOAD, "code,parent,kind,name_vi\nX1,T,commune,Xã Mới\n".encode())
    unit_of(tree, "X1").name_vi = "Xã Khác"
    tree.commit()
    assert confirm(administrator, LOAD, page) == 200
    assert unit_of(tree, "X1").name_vi == "Xã Khác"


def test_another_persons_file_cannot_be_confirmed(administrator: CheckingClient, tree: Session) -> None:
    page = preview(administrator, LOAD, "code,parent,kind,name_vi\nX1,T,commune,Xã Mới\n".encode())
    tree.rollback()
    sign_in(administrator, make_account(tree, "administrator", find_unit(tree, "T")))
    assert confirm(administrator, LOAD, page) == 200
    assert unit_of(tree, "X1").name_vi == "Xã Sông Trà"


def test_the_faults_of_a_file_are_named_in_vietnamese_by_row_and_column(
    administrator: CheckingClient, tree: Session
) -> None:
    page = preview(administrator, LOAD, "code,parent,kind,name_vi\nX8,K9,commune,Xã\nX9,T,thôn,\n".encode())
    assert "Tệp có 3 lỗi" in page
    for part in ("Không có đơn vị mang mã K9", "thôn không phải là loại đơn vị", "không được để trống"):
        assert part in page
    assert tree.scalar(select(func.count()).select_from(PlaceUpload)) == 0


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04rubbish", b"code,name_vi\nX1,Y\n", b""])
def test_a_file_that_is_none_is_refused_by_a_sentence(administrator: CheckingClient, content: bytes) -> None:
    assert "alert-danger" in preview(administrator, LOAD, content)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_exported_units_come_in_again_unchanged(administrator: CheckingClient, suffix: str) -> None:
    exported = administrator.get(f"{UNITS}-/don-vi.{suffix}")
    assert exported.status_code == 200
    assert exported.headers["Content-Disposition"].startswith("attachment")
    if suffix == "csv":
        assert exported.data.startswith(b"\xef\xbb\xbf")
        cells = [cell for row in csv.reader(io.StringIO(exported.data.decode("utf-8-sig"))) for cell in row]
        assert any(cell.startswith("'=cmd") for cell in cells)
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    page = preview(administrator, LOAD, exported.data, f"don-vi.{suffix}")
    assert "giữ nguyên: 6" in page
    assert "đã có sẵn" in page


def test_procedures_are_kept_and_found(administrator: CheckingClient, tree: Session) -> None:
    base = "/staff/thu-tuc/"
    assert post(administrator, f"{base}-/linh-vuc", {"code": "HT", "name_vi": "Hộ tịch"}).status_code == 302
    fields = {"code": "1.001193", "field": "HT", "name_vi": ATTACK, "valid_from": "2026-01-01"}
    assert post(administrator, f"{base}-/moi", fields).status_code == 302
    assert "Đã có thủ tục mang mã 1.001193" in html_of(post(administrator, f"{base}-/moi", fields))
    assert post(administrator, f"{base}1.001193/sua", {"field": "HT", "name_vi": "Khai sinh"}).status_code == 302
    assert post(administrator, f"{base}1.001193/ket-thuc", {"on": "2026-06-30"}).status_code == 302
    assert "Khai sinh" not in text_of(administrator, base)
    assert "Khai sinh" in text_of(administrator, f"{base}?closed=y&q=khai&field=HT")
    assert post(administrator, f"{base}1.001193/mo-lai", page=f"{base}-/moi").status_code == 302
    tree.rollback()
    assert tree.scalars(select(Service)).one().valid_until is None
    for suffix in ("csv", "xlsx"):
        exported = administrator.get(f"{base}-/thu-tuc.{suffix}").data
        assert "giữ nguyên: 2" in preview(administrator, f"{base}-/nhap", exported, f"x.{suffix}")
    page = preview(administrator, f"{base}-/nhap", "code,field,name_vi\nDD,,Đất đai\n2.1,DD,Cấp giấy\n".encode())
    assert confirm(administrator, f"{base}-/nhap", page) == 302
    tree.rollback()
    assert tree.scalars(select(ProcedureField.code).order_by(ProcedureField.code)).all() == ["DD", "HT"]
    assert administrator.get(f"{base}9.9/sua").status_code == 404


def test_numbers_are_typed_in_a_grid_and_stay_where_one_is_wrong(compiler: CheckingClient, tree: Session) -> None:
    page = html_of(post(compiler, GRID, {"n-X2": "12.500", "n-X3": "nhiều"}))
    assert page.count("Chưa lưu gì") == 1
    assert re.search(r'X3: “nhiều” – <a href="#cell-\d+">Không phải số nguyên</a>', page)
    assert 'value="12.500"' in page
    assert 'value="nhiều"' in page
    assert post(compiler, GRID, {"n-X2": "12.500", "n-X3": "0"}).status_code == 302
    page = text_of(compiler, GRID)
    assert 'value="12500"' in page
    assert "388" in page  # 12,500 / (1 + 12,500 × 0.0025) = 387.6
    assert "1.237" in text_of(compiler, f"{GRID}&error=2.7")
    rows = {row[0]: row for row in csv_of(compiler, "/staff/giao-dich/-/ho-so.csv?start=2026-01-01&end=2026-06-30")}
    assert rows["X2"][2:] == ["2026-01-01", "2026-06-30", "12500", "", "12500", "388"]
    assert rows["X1"][4:] == ["", "", "", ""]


def test_a_number_that_is_not_the_sum_of_its_parts_is_remarked(compiler: CheckingClient, tree: Session) -> None:
    for start, end in ((date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))):
        set_transactions(tree, find_unit(tree, "X2"), start, end, 20)
    tree.commit()
    assert "cộng lại là 40" in html_of(post(compiler, GRID, {"n-X2": "50"}, follow_redirects=True))
    assert "cộng lại là" not in html_of(post(compiler, GRID, {"n-X2": "40"}, follow_redirects=True))


def csv_of(client: CheckingClient, url: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(url).data.decode("utf-8-sig"))))


def test_a_number_of_a_published_wave_is_corrected_with_its_reason(compiler: CheckingClient, tree: Session) -> None:
    tree.rollback()
    bind = tree.get_bind()
    assert isinstance(bind, Engine)
    filing_figures.freeze_due(bind, datetime.now(UTC))
    page = html_of(post(compiler, GRID, {"n-X1-P": "300"}))
    assert "ghi lý do điều chỉnh" in page
    assert post(compiler, GRID, {"n-X1-P": "300", "reason": ATTACK}).status_code == 302
    tree.rollback()
    correction = tree.scalars(select(TransactionCorrection)).one()
    assert (correction.before, correction.after, correction.corrected_by) == (None, 300, "Lê Tổng Hợp")
    public = text_of(compiler, "/ket-qua/W/X1-P")
    assert "<dd>300" not in public, "it moves published figures only by a correction of two people"
    for url in (GRID, "/staff/giao-dich/-/dieu-chinh", f"{UNITS}X1-P"):
        shown = text_of(compiler, url)
        assert "Lê Tổng Hợp" in shown
        assert "<script>alert" not in shown


def test_numbers_come_from_a_file_that_the_export_is_a_template_of(compiler: CheckingClient, tree: Session) -> None:
    set_transactions(tree, find_unit(tree, "X2"), date(2026, 1, 1), date(2026, 6, 30), 40)
    tree.commit()
    table = csv_of(compiler, "/staff/giao-dich/-/ho-so.csv?start=2026-01-01&end=2026-06-30")
    number = table[0].index("Số hồ sơ")
    for row in table[1:]:
        row[number] = {"X2": "50", "X3": "60"}.get(row[0], "")
    filled = io.StringIO()
    csv.writer(filled).writerows(table)
    load = "/staff/giao-dich/-/nhap"
    page = preview(compiler, load, filled.getvalue().encode())
    assert "thêm: 1" in page
    assert "sửa: 1" in page
    assert confirm(compiler, load, page) == 302
    assert "đã có sẵn" in preview(compiler, load, filled.getvalue().encode())
    wrong = "Mã đơn vị,Từ ngày,Đến ngày,Số hồ sơ\nX9,2026-01-01,2026-06-30,5\nX2,hôm qua,2026-06-30,nhiều\n"
    page = preview(compiler, load, wrong.encode())
    assert "hôm qua không phải là ngày" in page
    assert "nhiều không phải là số nguyên" in page


def test_a_manager_types_only_his_own_numbers(staff_client: CheckingClient, tree: Session) -> None:
    sign_in(staff_client, make_account(tree, "manager", find_unit(tree, "X2")))
    page = text_of(staff_client, GRID)
    assert "n-X2" in page
    assert "X1" not in page
    token = csrf_token(staff_client, GRID)
    staff_client.post(GRID, data={"n-X1": "7", "csrf_token": token})
    tree.rollback()
    assert tree.scalar(select(func.count()).select_from(TransactionCount)) == 0
