"""The audit log on the screen and as a file: who reads which entries, filters, pages, harmless cells."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forms.people import AuditFilter
from survey.accounts.models import Account
from survey.blueprints import audit as audit_pages
from survey.models import AuditEntry, Unit
from survey.operations import audit, units
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, sign_in

LOG = "/staff/nhat-ky/"


@pytest.fixture
def province(staff_session: Session) -> Unit:
    unit = make_unit(staff_session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    staff_session.commit()
    return unit


@pytest.fixture
def auditor(staff_session: Session, staff_client: CheckingClient, province: Unit) -> Account:
    account = make_account(staff_session, "auditor", province, name="Bùi Kiểm Tra")
    sign_in(staff_client, account)
    return account


def entry(subject: str, *, path: str | None = None, actor: str = "Ai Đó", kind: str = "unit", **more: object) -> dict:
    line = {"at": datetime.now(UTC), "actor_kind": "account", "actor": actor, "action": f"{kind}.change"}
    return {**line, "subject_kind": kind, "subject": subject, "unit_path": path, **more}


def write(session: Session, *entries: dict) -> None:
    for line in entries:
        session.execute(insert(AuditEntry), [line])
    session.commit()


def subjects(page: str) -> list[str]:
    return re.findall(r'<span class="fw-normal">([^<]*)</span>', page)


def test_a_change_is_shown_with_what_stood_before_and_after(
    staff_session: Session, staff_client: CheckingClient, auditor: Account, province: Unit
) -> None:
    audit.attribute(staff_session, audit.Actor("account", auditor.name, auditor.id))
    room = units.create_unit(
        staff_session,
        code="P1",
        kind="room",
        name_vi="Phòng <b>Cũ</b>",
        parent=province,
        valid_from=province.valid_from,
    )
    staff_session.commit()
    room.name_vi = "Phòng Mới"
    staff_session.commit()
    page = html_of(staff_client.get(f"{LOG}?subject=P1"))
    assert subjects(page) == ["P1", "P1"]
    assert re.search(r"<td>Phòng &lt;b&gt;Cũ&lt;/b&gt;</td><td>Phòng Mới</td>", page)
    assert "Bùi Kiểm Tra" in page


def test_entries_are_read_within_reach_and_the_installations_from_its_root(
    staff_app: object, staff_session: Session, staff_client: CheckingClient, province: Unit
) -> None:
    commune = make_unit(staff_session, code="X1", parent=province)
    other = make_unit(staff_session, code="X2", parent=province)
    lines = {"own": commune.path, "other": other.path, "top": province.path, "installation": None}
    write(staff_session, *(entry(subject, path=path) for subject, path in lines.items()))
    for unit, seen in ((commune, ["own"]), (province, ["installation", "top", "other", "own"])):
        sign_in(staff_client, make_account(staff_session, "auditor", unit))
        assert subjects(html_of(staff_client.get(f"{LOG}?person=Ai+Đó"))) == seen
        rows = list(csv.reader(StringIO(staff_client.get(f"{LOG}nhat-ky.csv?person=Ai").text), delimiter=";"))
        assert [row[5] for row in rows[1:]] == seen


def test_filters_and_pages(staff_session: Session, staff_client: CheckingClient, auditor: Account) -> None:
    commune = make_unit(staff_session, code="X1", parent=auditor.role_grants[0].unit)
    write(
        staff_session,
        entry("old", at=datetime(2026, 3, 2, 16, 59, tzinfo=UTC)),
        entry("midnight", at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC)),  # 3 March in the province
        entry("tea", kind="wave", path=commune.path, actor="Trà"),
        *(entry(f"row {k}", kind="target") for k in range(60)),
    )
    found = {
        "since=2026-03-03&until=2026-03-03": ["midnight"],
        "until=2026-03-02": ["old"],
        "kind=wave": ["tea"],
        "person=trà": ["tea"],
        "subject=TEA": ["tea"],
        "unit=X1": ["tea"],
        "unit=zzz": [],
        "since=yesterday": [],
    }
    for query, expected in found.items():
        assert subjects(html_of(staff_client.get(f"{LOG}?{query}"))) == expected, query
    first = html_of(staff_client.get(f"{LOG}?kind=target"))
    following = re.search(r'href="([^"]*before=\d+[^"]*)"', first)
    assert following is not None
    second = html_of(staff_client.get(following.group(1).replace("&amp;", "&")))
    assert subjects(first) + subjects(second) == [f"row {k}" for k in reversed(range(60))]


def test_codes_and_numbers_are_shown_in_words(
    staff_session: Session, staff_client: CheckingClient, auditor: Account, province: Unit
) -> None:
    write(
        staff_session,
        entry("B1", kind="paper_batch", before='{"state": "open"}', after='{"state": "entered"}'),
        entry("W", kind="wave", before='{"state": "draft"}', after='{"state": "open"}'),
        entry("thu@mau.example: viewer", kind="role_grant", after=f'{{"unit_id": {province.id}, "role": "viewer"}}'),
        entry("a@mau.example", kind="account", after='{"by": "password + code"}'),
        entry("C1", kind="collector", after='{"unit_id": 987654}'),
    )
    page = html_of(staff_client.get(f"{LOG}?person=Ai+Đó"))
    for words in (
        "<td>Đang nhập</td><td>Đã nhập, đang kiểm tra</td>",
        "<td>Bản nháp</td><td>Đang mở</td>",
        "thu@mau.example: Xem",
        "<td>T – Tỉnh Mẫu</td>",
        "<td>Mật khẩu + Mã xác thực</td>",
        "<td>987654</td>",
    ):
        assert words in page, words
    assert "(số)" not in page


def test_a_bulk_deed_is_one_row_that_unfolds(
    staff_session: Session, staff_client: CheckingClient, auditor: Account
) -> None:
    at = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    write(staff_session, *(entry(f"C{k}", kind="collector", at=at) for k in range(37)), entry("C9", actor="Trà", at=at))
    page = html_of(staff_client.get(f"{LOG}?since=2026-03-02&until=2026-03-02"))
    assert page.count('<td class="text-nowrap">') == 2
    assert "37 mục cùng lúc" in page
    assert subjects(page) == ["C9", *(f"C{k}" for k in reversed(range(37)))]


def test_files_hold_no_formulas_and_are_noted_themselves(
    staff_session: Session, staff_client: CheckingClient, auditor: Account
) -> None:
    write(staff_session, entry("=1+1", actor="@SUM(A1)"), entry('+cmd|"/C calc"!A0'))
    text = staff_client.get(f"{LOG}nhat-ky.csv?kind=unit")
    rows = list(csv.reader(StringIO(text.data.decode("utf-8-sig")), delimiter=";"))
    assert text.data.startswith("\ufeff".encode())
    assert [row[5] for row in rows[1:]] == ['\'+cmd|"/C calc"!A0', "'=1+1"]
    book = CalamineWorkbook.from_filelike(BytesIO(staff_client.get(f"{LOG}nhat-ky.xlsx?kind=unit").data))
    assert [row[5] for row in book.get_sheet_by_index(0).to_python()[1:]] == ['+cmd|"/C calc"!A0', "=1+1"]
    noted = staff_session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.export")).all()
    assert [(line.subject, line.actor, line.after) for line in noted] == [
        (suffix, "Bùi Kiểm Tra", '{"filter": {"kind": "unit"}}') for suffix in ("csv", "xlsx")
    ]
    assert staff_client.get(f"{LOG}nhat-ky.pdf").status_code == 404


def test_a_file_of_the_log_is_noted_though_somebody_writes_at_the_same_time(
    staff_app: Flask, staff_client: CheckingClient, auditor: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed = audit_pages._narrowed

    def between(form: AuditFilter) -> object:
        found = narrowed(form)
        with staff_app.extensions["engine"].begin() as other:
            other.execute(update(Unit).values(name_en="Elsewhere"))
        return found

    monkeypatch.setattr(audit_pages, "_narrowed", between)
    assert staff_client.get("/staff/nhat-ky/nhat-ky.csv").status_code == 200
