"""The export page and its addresses: who may take what, and what the audit log says of it."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis import rows as rows_module
from survey.models import AuditEntry, Unit
from tests.export_province import ROWS, Province, SignedIn
from tests.factories import (
    make_unit,
    make_wave,
)
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, sign_in


@pytest.fixture
def province(staff_session: Session) -> Province:
    return Province(staff_session)


@pytest.fixture
def signed_in(staff_client: CheckingClient, province: Province) -> SignedIn:
    def as_role(role: str, unit: Unit) -> CheckingClient:
        sign_in(staff_client, make_account(province.session, role, unit))
        return staff_client

    return as_role


def audited(session: Session) -> list[AuditEntry]:
    session.rollback()
    return [entry for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)) if "export" in entry.action]


def test_the_page_offers_the_files_with_their_sizes(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    page = html_of(client.get("/staff/xuat/?wave=W&unit=T&what=rows&identifying=y&trust=open"))
    assert "11 phiếu trả lời" in page
    for form in ("csv", "xlsx", "sav", "jsonl"):
        assert f"identifying=y&amp;form={form}" in page or f"form={form}" in page
    assert page.count(" kB") == 4
    for what, forms in (("unit", 3), ("overview", 3), ("items", 3), ("codebook", 2)):
        page = html_of(client.get(f"/staff/xuat/?wave=W&unit=X1&what={what}"))
        assert page.count('download=""') + page.count(" download>") == forms


def test_every_link_of_the_page_is_a_file(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    links = set()
    for what in ("unit", "overview", "items", "codebook", "rows"):
        page = html_of(client.get(f"/staff/xuat/?wave=W&unit=T&what={what}&values=words&separator=comma"))
        links |= {link.replace("&amp;", "&") for link in re.findall(r'href="(/staff/xuat/W/[^"]+)"', page)}
    assert len(links) == 15
    for link in links:
        response = client.get(link)
        assert response.status_code == 200, link
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Cache-Control"] == "no-store"
        assert len(response.data) > 100
    assert len(audited(province.session)) == 15


@pytest.mark.parametrize(
    "query", ["first=2026-01-2&last=2026-01-1", "first=nonsense", "trust=sure", "values=pictures", "separator=tab"]
)
def test_an_address_that_contradicts_itself_is_refused(province: Province, signed_in: SignedIn, query: str) -> None:
    client = signed_in("compiler", province.top)
    assert client.get(f"{ROWS.format('T')}?{query}").status_code == 400
    assert audited(province.session) == []


def test_unknown_forms_tables_units_and_waves_are_not_found(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    alone = make_unit(province.session, code="X9", parent=province.top)
    make_wave(province.session, code="DRAFT", units=[alone], questionnaire=province.wave.questionnaire)
    province.session.commit()
    for address in (
        f"{ROWS.format('T')}?form=exe",
        "/staff/xuat/W/T/so-lieu?table=account",
        "/staff/xuat/W/T/bang-ma?form=csv",
        ROWS.format("NOWHERE"),
        ROWS.format("X9"),  # took no part
        "/staff/xuat/NEVER/T/so-lieu",
        "/staff/xuat/DRAFT/X9/so-lieu",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("role", ["administrator", "manager", "reviewer", "entry", "viewer", "auditor"])
def test_rows_are_the_compilers_alone(province: Province, signed_in: SignedIn, role: str) -> None:
    client = signed_in(role, province.top)
    assert client.get(ROWS.format("X1")).status_code == 403
    assert client.get(ROWS.format("T") + "?form=sav").status_code == 403
    may_see_figures = role not in ("administrator", "entry")
    assert client.get("/staff/xuat/W/X1/so-lieu").status_code == (200 if may_see_figures else 403)
    if may_see_figures:
        assert "what=rows" not in html_of(client.get("/staff/xuat/"))
        page = html_of(client.get("/staff/xuat/?wave=W&unit=X1&what=rows"))
        assert "/staff/xuat/W/" not in page
        codebook = json.loads(client.get("/staff/xuat/W/X1/bang-ma?form=json").data)
        assert codebook["responses"] is None
        assert {variable["answered"] for variable in codebook["variables"]} == {None}


def test_a_compiler_of_one_unit_takes_the_rows_of_that_unit(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.first)
    assert client.get(ROWS.format("X1")).status_code == 200
    assert client.get(ROWS.format("X2")).status_code == 403
    assert client.get(ROWS.format("T")).status_code == 403
    page = html_of(client.get("/staff/xuat/?wave=W&unit=X2&what=unit"))
    assert "Không có đơn vị nào" in page


def test_every_export_is_in_the_audit_log(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    client.get(ROWS.format("X1") + "?identifying=y&trust=open&form=sav&first=2026-01-1")
    client.get("/staff/xuat/W/T/so-lieu?table=items&form=xlsx")
    client.get("/staff/xuat/W/T/bang-ma")
    rows, items, codebook = audited(province.session)
    assert (rows.action, rows.subject, rows.unit_path) == ("responses.export", "W", province.first.path)
    assert json.loads(rows.after or "") == {
        "what": "rows", "format": "sav", "unit": "X1", "first": ["2026-01-1"], "trust": ["open"], "identifying": ["y"],
        "rows": 11,
    }  # fmt: skip
    assert (items.action, json.loads(items.after or "")["what"]) == ("figures.export", "items")
    assert json.loads(codebook.after or "")["what"] == "codebook"
    assert rows.account_id is not None


def test_the_auditor_finds_what_was_taken(province: Province, signed_in: SignedIn) -> None:
    signed_in("compiler", province.top).get(ROWS.format("X1"))
    client = signed_in("auditor", province.top)
    assert "/staff/nhat-ky/?kind=responses" in html_of(client.get("/staff/xuat/"))
    log = html_of(client.get("/staff/nhat-ky/?kind=responses"))
    assert "W" in log
    assert "csv" in log
    assert "/staff/nhat-ky/" not in html_of(signed_in("viewer", province.top).get("/staff/xuat/"))


def test_what_cannot_be_written_down_is_not_handed_out(
    province: Province, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("compiler", province.top)

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("survey.operations.audit.record", full)
    with pytest.raises(OSError, match="disk full"):
        client.get(ROWS.format("X1"))


def test_the_connection_breaks_off_when_reading_fails(
    province: Province, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file must not end like a whole one: the error passes through to the server, which closes the socket."""
    client = signed_in("compiler", province.top)
    read = rows_module._fill

    def fail(session: Session, layout: object, found: dict[int, object]) -> None:
        read(session, layout, found)  # type: ignore[arg-type]
        raise ConnectionError("the database went away")

    monkeypatch.setattr(rows_module, "_fill", fail)
    with pytest.raises(ConnectionError):
        _ = client.get(ROWS.format("T")).data


def test_units_are_found_by_a_part_of_their_name(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    assert "X1-so-lieu" in client.get(first_link(client, "sông trà")).headers["Content-Disposition"]
    several = html_of(client.get("/staff/xuat/?wave=W&unit=đơn vị&what=unit"))
    assert "unit=X2" in several
    assert "unit=X3" in several
    assert "Không có đơn vị nào" in html_of(client.get("/staff/xuat/?wave=W&unit=Atlantis&what=unit"))


def first_link(client: CheckingClient, unit: str) -> str:
    page = html_of(client.get("/staff/xuat/", query_string={"wave": "W", "unit": unit, "what": "unit"}))
    (link, *_) = re.findall(r'href="(/staff/xuat/W/[^"]+)"', page)
    return str(link).replace("&amp;", "&")


def test_mistakes_on_the_page_are_said_and_kept(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    page = html_of(client.get("/staff/xuat/?wave=W&unit=T&what=rows&first=2026-02-1&last=2026-01-1"))
    assert "trước thời điểm bắt đầu" in page
    assert '<option selected value="2026-02-1">' in page
    assert "/staff/xuat/W/" not in page
    assert "form-errors" in html_of(client.get("/staff/xuat/?wave=W&unit=&what=unit"))


def test_without_waves_the_page_says_what_comes_next(staff_client: CheckingClient, staff_session: Session) -> None:
    top = make_unit(staff_session, code="T", kind="province")
    sign_in(staff_client, make_account(staff_session, "viewer", top))
    assert "Chưa có đợt" in html_of(staff_client.get("/staff/xuat/"))
