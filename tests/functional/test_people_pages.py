"""Inviting, granting, revoking, disabling: what an administrator may do to whom, and what he may not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import people
from survey.accounts.models import Account, RoleGrant
from survey.accounts.people import AccountError
from survey.models import AuditEntry, Unit
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import PASSWORD, make_account, post, sign_in

PEOPLE = "/staff/nguoi-dung"


def make_tree(session: Session) -> tuple[Unit, Unit, Unit]:
    province = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    return province, make_unit(session, code="X1", parent=province), make_unit(session, code="X2", parent=province)


def test_every_page_opens(staff_session: Session, staff_client: CheckingClient) -> None:
    province, commune, _other = make_tree(staff_session)
    administrator = make_account(staff_session, "administrator", province)
    shown = make_account(staff_session, "viewer", commune)
    sign_in(staff_client, administrator)
    for url in (
        "/staff/",
        PEOPLE + "/",
        f"{PEOPLE}/moi",
        f"{PEOPLE}/{shown.id}",
        f"{PEOPLE}/{administrator.id}",
        "/staff/nhat-ky/",
        "/staff/tai-khoan/",
        "/staff/tai-khoan/mat-khau",
        "/staff/tai-khoan/ma-du-phong",
        "/staff/xac-thuc-hai-lop",
        "/staff/nhat-ky/nhat-ky.csv",
        "/staff/nhat-ky/nhat-ky.xlsx",
    ):
        assert staff_client.get(url).status_code == 200, url


def link_on(page: str) -> str:
    found = re.search(r'id="link" value="http://127\.0\.0\.1:8000(/staff/loi-moi/[\w-]+)"', page)
    assert found, page
    return found.group(1)


def invite(client: CheckingClient, email: str, role: str = "viewer", unit: str = "X1") -> str:
    """The link of an invitation."""
    words = {"name": "Phan Thị Mới", "email": email, "role": role, "unit": unit, "language": "vi"}
    return link_on(html_of(post(client, f"{PEOPLE}/moi", words)))


def test_an_invitation_lets_one_person_in_once(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    province, _commune, _other = make_tree(staff_session)
    sign_in(staff_client, make_account(staff_session, "administrator", province))
    link = invite(staff_client, "Mới.Nguyễn@Example.vn")
    invited = staff_session.scalars(select(Account).where(Account.email == "mới.nguyễn@example.vn")).one()
    assert (invited.is_invited, invited.grants[0].role) == (True, "viewer")
    assert link.rpartition("/")[2] not in str(staff_session.scalars(select(AuditEntry.after)).all())
    staff_session.rollback()
    guest = staff_app.test_client()
    for refused in ("ngắn quá", "phan thị mới 1", "123456789012345", "hài lòng khảo sát sipas"):
        answer = post(guest, link, {"new_password": refused})
        assert answer.status_code == 200, refused
    assert post(guest, link, {"new_password": PASSWORD}).location == "/staff/"
    assert guest.get("/staff/").status_code == 200
    again = guest.get(link)
    assert again.status_code == 410
    assert post(guest, link, {"new_password": PASSWORD}, page="/staff/").status_code == 410
    login = {"email": "MỚI.nguyễn@example.vn", "password": PASSWORD}
    assert post(staff_app.test_client(), "/staff/dang-nhap", login).location == "/staff/"


def test_a_link_ends_after_a_week_when_withdrawn_and_when_renewed(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    province, _commune, _other = make_tree(staff_session)
    administrator = make_account(staff_session, "administrator", province)
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        sign_in(staff_client, administrator)
        first = invite(staff_client, "a@example.vn")
        invited = staff_session.scalars(select(Account.id).where(Account.email == "a@example.vn")).one()
        page = f"{PEOPLE}/{invited}"
        guest = staff_app.test_client()
        second = link_on(html_of(post(staff_client, f"{page}/lien-ket", page=page)))
        assert (guest.get(first).status_code, guest.get(second).status_code) == (410, 200)
        post(staff_client, f"{page}/lien-ket/thu-hoi", page=page)
        assert guest.get(second).status_code == 410
        third = link_on(html_of(post(staff_client, f"{page}/lien-ket", page=page)))
        clock.move_to(begun + timedelta(days=7, seconds=-1))
        assert guest.get(third).status_code == 200
        clock.move_to(begun + timedelta(days=7))
        assert guest.get(third).status_code == 410


def test_a_link_for_a_forgotten_password_keeps_the_second_factor_unless_asked(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    province, commune, _other = make_tree(staff_session)
    sign_in(staff_client, make_account(staff_session, "administrator", province))
    person = make_account(staff_session, "manager", commune)
    staff_session.commit()
    page = f"{PEOPLE}/{person.id}"
    for data, keeps in (({}, True), ({"resets_second_factor": "y"}, False)):
        link = link_on(html_of(post(staff_client, f"{page}/lien-ket", data, page=page)))
        guest = staff_app.test_client()
        leads = post(guest, link, {"new_password": f"{PASSWORD} {keeps}"}).location
        assert leads == ("/staff/dang-nhap" if keeps else "/staff/")
        staff_session.expire_all()
        assert person.has_second_factor is keeps
        staff_session.rollback()


def test_roles_are_granted_and_revoked_and_the_log_shows_it(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    province, commune, other = make_tree(staff_session)
    sign_in(staff_client, make_account(staff_session, "administrator", province, name="Lê Quản Trị"))
    person = make_account(staff_session, "viewer", commune, email="p@example.vn")
    guest = staff_app.test_client()
    sign_in(guest, person)
    page = f"{PEOPLE}/{person.id}"
    assert "chưa" not in html_of(staff_client.get(page))
    post(staff_client, f"{page}/vai-tro", {"role": "entry", "unit": "X2 – Đơn vị X2"}, page=page)
    staff_session.expire_all()
    assert {(grant.role, grant.path) for grant in person.grants} == {("viewer", commune.path), ("entry", other.path)}
    assert guest.get("/staff/").status_code == 302
    twice = post(staff_client, f"{page}/vai-tro", {"role": "entry", "unit": "X2"}, page=page)
    assert (twice.status_code, "is-invalid" in html_of(twice)) == (200, True)
    unknown = post(staff_client, f"{page}/vai-tro", {"role": "entry", "unit": "X9"}, page=page)
    assert 'value="X9"' in html_of(unknown)
    held = {grant.role: grant.id for grant in person.role_grants}
    staff_session.rollback()
    post(staff_client, f"{page}/vai-tro/{held['viewer']}/thu-hoi", page=page)
    refused = post(staff_client, f"{page}/vai-tro/{held['entry']}/thu-hoi", page=page, follow_redirects=True)
    assert "vai trò duy nhất" in html_of(refused)
    log = html_of(staff_client.get("/staff/nhat-ky/?kind=role_grant"))
    assert log.count("p@example.vn: ") == 2
    assert "Lê Quản Trị" in log


def test_nobody_loses_the_last_administrator(staff_session: Session, staff_client: CheckingClient) -> None:
    province, commune, _other = make_tree(staff_session)
    first = make_account(staff_session, "administrator", province)
    second = make_account(staff_session, "administrator", commune)
    sign_in(staff_client, first)
    for url in (f"{PEOPLE}/{first.id}/khoa", f"{PEOPLE}/{first.id}/vai-tro/{first.role_grants[0].id}/thu-hoi"):
        refused = post(staff_client, url, page=f"{PEOPLE}/{second.id}", follow_redirects=True)
        assert "quản trị viên khác" in html_of(refused), url
    post(staff_client, f"{PEOPLE}/{second.id}/khoa", page=f"{PEOPLE}/{second.id}")
    staff_session.expire_all()
    assert (first.active, second.active) == (True, False)
    with pytest.raises(AccountError) as error:
        people.disable(staff_session, first, by=None)
    assert error.value.code == "last_administrator"


def test_an_administrator_reaches_his_own_subtree_only(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    province, commune, other = make_tree(staff_session)
    sign_in(staff_client, make_account(staff_session, "administrator", commune))
    inside = make_account(staff_session, "viewer", commune)
    above = make_account(staff_session, "viewer", province)
    # The role further up was given by somebody else: a link for this account would lend it.
    both = make_account(staff_session, "viewer", commune, name="Người Hai Vai")
    both.role_grants.append(RoleGrant(role="compiler", unit=province))
    elsewhere = make_account(staff_session, "viewer", other)
    staff_session.commit()
    listed = html_of(staff_client.get(f"{PEOPLE}/"))
    assert inside.email in listed
    assert both.email in listed
    assert "Tổng hợp" not in listed.split("Người Hai Vai")[1].split("</tr>")[0]
    assert above.email not in listed
    assert elsewhere.email not in listed
    for person in (above, both, elsewhere):
        assert staff_client.get(f"{PEOPLE}/{person.id}").status_code == 403
        assert post(staff_client, f"{PEOPLE}/{person.id}/lien-ket", page=f"{PEOPLE}/moi").status_code == 403
    refused = post(staff_client, f"{PEOPLE}/{inside.id}/vai-tro", {"role": "viewer", "unit": "T"}, page=f"{PEOPLE}/moi")
    assert "trong phạm vi" in html_of(refused)
    words = {"name": "A", "email": "a@example.vn", "role": "viewer", "unit": "T", "language": "vi"}
    assert "trong phạm vi" in html_of(post(staff_client, f"{PEOPLE}/moi", words))


def test_an_account_given_from_above_is_managed_from_above(
    staff_session: Session, staff_client: CheckingClient
) -> None:
    province, commune, _other = make_tree(staff_session)
    watching = make_account(staff_session, "compiler", commune)
    beside, above = (make_account(staff_session, "administrator", unit) for unit in (commune, province))
    staff_session.commit()
    page = f"{PEOPLE}/{watching.id}"
    sign_in(staff_client, above)
    assert f'action="{page}/khoa"' in html_of(staff_client.get(page))
    sign_in(staff_client, beside)
    shown = html_of(staff_client.get(page))
    assert f'action="{page}/' not in shown
    assert "quản trị viên của đơn vị cấp trên" in shown
    for what in ("lien-ket", "lien-ket/thu-hoi", "xac-thuc-hai-lop/dat-lai", "dang-xuat"):
        assert post(staff_client, f"{page}/{what}", page=f"{PEOPLE}/moi").status_code == 403, what
    refused = post(staff_client, f"{page}/khoa", page=f"{PEOPLE}/moi", follow_redirects=True)
    assert "đề nghị người đó" in html_of(refused)
    staff_session.expire_all()
    assert watching.active


def test_lists_are_filtered_and_paged_by_key(staff_session: Session, staff_client: CheckingClient) -> None:
    province, commune, other = make_tree(staff_session)
    sign_in(staff_client, make_account(staff_session, "administrator", province, name="Ai Đó"))
    for k in range(60):
        make_account(staff_session, "viewer", commune, name=f"Người {k:02}", email=f"n{k:02}@example.vn")
    make_account(staff_session, "entry", other, name="Đặng Ích", email="dang@example.vn")
    staff_session.commit()
    first = html_of(staff_client.get(f"{PEOPLE}/"))
    following = re.search(r'href="([^"]*after=\d+)"', first)
    assert following is not None
    second = html_of(staff_client.get(following.group(1)))
    shown = re.findall(r"n\d\d@example\.vn", first + second)
    assert shown == [f"n{k:02}@example.vn" for k in range(60)]
    for query in ("q=đặng", "q=DANG@", "role=entry", "unit=X2", "unit=Đơn vị X2"):
        found = html_of(staff_client.get(f"{PEOPLE}/?{query}"))
        assert "dang@example.vn" in found, query
        assert "n01@example.vn" not in found, query
    assert "Không có đơn vị nào như vậy" in html_of(staff_client.get(f"{PEOPLE}/?unit=X77"))


def test_what_was_typed_stays_and_nothing_is_stored(staff_session: Session, staff_client: CheckingClient) -> None:
    province, _commune, _other = make_tree(staff_session)
    administrator = make_account(staff_session, "administrator", province, email="a@example.vn")
    sign_in(staff_client, administrator)
    words = {"name": "Nguyễn <b>Đậm</b>", "email": "A@example.vn", "role": "viewer", "unit": "X1", "language": "vi"}
    for email, reason in (("A@example.vn", "Đã có tài khoản"), ("không phải", "không phải là địa chỉ")):
        page = html_of(post(staff_client, f"{PEOPLE}/moi", {**words, "email": email}))
        assert reason in page
        assert 'value="Nguyễn &lt;b&gt;Đậm&lt;/b&gt;"' in page
    assert staff_session.scalars(select(Account)).all() == [administrator]
