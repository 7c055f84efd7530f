"""What ends a session of the back office: leaving, time, and whatever changes about the account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.accounts import people, second_factor
from survey.accounts.models import Account
from survey.models import AuditEntry, Unit
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import PASSWORD, make_account, post, sign_in

ACCOUNT = "/staff/tai-khoan"
NEW_PASSWORD = "bảy con cò bay qua đồng"


@pytest.fixture
def unit(staff_session: Session) -> Unit:
    unit = make_unit(staff_session, code="T", kind="province")
    staff_session.commit()
    return unit


def is_in(client: CheckingClient) -> bool:
    return client.get("/staff/").status_code == 200


def stolen_cookie(app: Flask, client: CheckingClient) -> CheckingClient:
    """Another browser with the same cookie."""
    cookie = client.get_cookie("sipas_staff", path="/staff")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("sipas_staff", cookie.value, path="/staff")
    return thief


def test_signing_out_ends_the_session_wherever_its_cookie_lies(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    sign_in(staff_client, make_account(staff_session, "viewer", unit))
    thief = stolen_cookie(staff_app, staff_client)
    assert is_in(thief)
    assert post(staff_client, "/staff/dang-xuat", page="/staff/").location == "/staff/dang-nhap"
    assert not is_in(staff_client)
    assert not is_in(thief)


def another_role(session: Session, account: Account) -> None:
    people.grant(session, account, "reviewer", account.role_grants[0].unit, by=None)


def one_role_less(session: Session, account: Account) -> None:
    people.grant(session, account, "entry", account.role_grants[0].unit, by=None)
    people.revoke(session, account.role_grants[0], by=None)


def disabled(session: Session, account: Account) -> None:
    people.disable(session, account, by=None)


def without_second_factor(session: Session, account: Account) -> None:
    people.reset_second_factor(session, account)


@pytest.mark.parametrize("change", [another_role, one_role_less, disabled, without_second_factor])
def test_a_change_of_the_account_ends_every_session(
    staff_app: Flask,
    staff_session: Session,
    staff_client: CheckingClient,
    unit: Unit,
    change: Callable[[Session, Account], None],
) -> None:
    account = make_account(staff_session, "viewer", unit, second_factor=True)
    sign_in(staff_client, account)
    elsewhere = staff_app.test_client()
    sign_in(elsewhere, account)
    assert is_in(staff_client)
    assert is_in(elsewhere)
    change(staff_session, account)
    staff_session.commit()
    assert not is_in(staff_client)
    assert not is_in(elsewhere)


def test_another_password_leaves_only_the_browser_that_changed_it(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    sign_in(staff_client, account)
    elsewhere = staff_app.test_client()
    sign_in(elsewhere, account)
    thief = stolen_cookie(staff_app, staff_client)
    url = f"{ACCOUNT}/mat-khau"
    assert post(staff_client, url, {"password": "not it", "new_password": NEW_PASSWORD}).status_code == 200
    assert post(staff_client, url, {"password": PASSWORD, "new_password": PASSWORD}).status_code == 200
    short = post(staff_client, url, {"password": PASSWORD, "new_password": "ngắn"}, headers={"Accept-Language": "vi"})
    assert "ít nhất 12 ký tự" in html_of(short)
    assert is_in(elsewhere)
    changed = post(staff_client, url, {"password": PASSWORD, "new_password": NEW_PASSWORD})
    assert changed.location == f"{ACCOUNT}/"
    assert is_in(staff_client)
    assert not is_in(elsewhere)
    assert not is_in(thief)
    fresh = staff_app.test_client()
    login = {"email": account.email, "password": NEW_PASSWORD}
    assert post(fresh, "/staff/dang-nhap", login).location == "/staff/"


def test_one_signs_out_everywhere_else(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit)
    sign_in(staff_client, account)
    elsewhere = staff_app.test_client()
    sign_in(elsewhere, account)
    post(staff_client, f"{ACCOUNT}/dang-xuat-moi-noi", page=f"{ACCOUNT}/")
    assert is_in(staff_client)
    assert not is_in(elsewhere)


def test_a_session_idles_an_hour_and_lasts_twelve(
    staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit)
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        sign_in(staff_client, account)
        clock.shift(timedelta(minutes=61))
        assert not is_in(staff_client)
        sign_in(staff_client, account)
        for _ in range(23):
            clock.shift(timedelta(minutes=31))
            assert is_in(staff_client), clock
        clock.shift(timedelta(minutes=31))
        assert not is_in(staff_client)


def test_who_comes_back_too_late_is_told_so_and_returns_to_the_page(
    staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    sign_in(staff_client, account)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2), tick=True):
        sent = staff_client.get("/staff/tai-khoan/mat-khau")
        page = staff_client.get(sent.location, headers={"Accept-Language": "vi"})
        assert "Phiên làm việc đã hết" in html_of(page)
        back = post(staff_client, sent.location, {"email": account.email, "password": PASSWORD})
        assert back.location == "/staff/tai-khoan/mat-khau"


def test_the_second_factor_is_changed_and_turned_off_with_the_password_only(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD, second_factor=True)
    sign_in(staff_client, account)
    off = f"{ACCOUNT}/xac-thuc-hai-lop/tat"
    codes = f"{ACCOUNT}/ma-du-phong"
    for url in (off, codes):
        assert post(staff_client, url, {"password": "not it"}).status_code == 200
    staff_session.expire_all()
    assert account.has_second_factor
    assert not account.mf_recovery_codes
    staff_session.rollback()
    shown = html_of(post(staff_client, codes, {"password": PASSWORD}))
    assert shown.count("<li><code>") == 10
    post(staff_client, off, {"password": PASSWORD})
    staff_session.expire_all()
    assert not account.has_second_factor
    assert account.mf_recovery_codes is None


def test_who_must_have_a_second_factor_cannot_turn_it_off(
    staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "manager", unit, password=PASSWORD)
    sign_in(staff_client, account)
    assert staff_client.get(f"{ACCOUNT}/xac-thuc-hai-lop/tat").location == f"{ACCOUNT}/"


def test_another_phone_needs_password_and_code(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "manager", unit, password=PASSWORD)
    sign_in(staff_client, account)
    url = "/staff/xac-thuc-hai-lop"
    staff_client.get(url)
    with staff_client.session_transaction("/staff/") as cookie:
        secret = cookie["new_secret"]
    with staff_app.app_context():
        code = second_factor._security().totp_factory.generate_totp_password(secret)
    assert post(staff_client, url, {"code": code, "password": "not it"}).status_code == 200
    staff_session.expire_all()
    assert account.tf_totp_secret != secret
    staff_session.rollback()
    assert "<li><code>" in html_of(post(staff_client, url, {"code": code, "password": PASSWORD}))
    staff_session.expire_all()
    assert account.tf_totp_secret == secret


def test_guesses_of_the_password_for_another_phone_wait_and_are_logged(
    staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    sign_in(staff_client, make_account(staff_session, "manager", unit, password=PASSWORD))
    url = "/staff/xac-thuc-hai-lop"
    for _ in range(5):
        assert "Mật khẩu không đúng" in html_of(post(staff_client, url, {"code": "000000", "password": "not it"}))
    page = html_of(post(staff_client, url, {"code": "000000", "password": PASSWORD}))
    assert "Thử sai quá nhiều lần" in page
    refused = select(func.count()).where(AuditEntry.action == "account.password_refused")
    assert staff_session.scalar(refused) == 5


def test_the_language_is_the_accounts_and_can_be_switched(
    staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    sign_in(staff_client, make_account(staff_session, "viewer", unit))
    english = {"headers": {"Accept-Language": "en"}}
    assert "<h1>Tài khoản của tôi</h1>" in html_of(staff_client.get(f"{ACCOUNT}/", **english))
    assert "<h1>My account</h1>" in html_of(staff_client.get(f"{ACCOUNT}/?lang=en"))
    assert "<h1>My account</h1>" in html_of(staff_client.get(f"{ACCOUNT}/"))
    post(staff_client, f"{ACCOUNT}/", {"name": " Trần Văn\u202e A ", "language": "vi"})
    page = html_of(staff_client.get(f"{ACCOUNT}/", **english))
    assert "<h1>Tài khoản của tôi</h1>" in page
    assert 'value="Trần Văn A"' in page
