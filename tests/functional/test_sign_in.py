"""Signing in: password, then the code; what stands between them, and what ends a session."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from survey.accounts import second_factor
from survey.accounts.models import Account
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import PASSWORD, make_account, post, sign_in

LOGIN = "/staff/dang-nhap"


def test_password_then_code(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> None:
    unit = make_unit(staff_session, code="T", kind="province")
    account = make_account(staff_session, "administrator", unit, password=PASSWORD)
    staff_session.commit()
    first = post(staff_client, LOGIN, {"email": account.email, "password": PASSWORD})
    assert (first.status_code, first.location) == (302, f"{LOGIN}/ma")
    assert staff_client.get("/staff/").location.startswith(LOGIN)
    with staff_app.app_context():
        code = second_factor.current_code(account)
    second = post(staff_client, f"{LOGIN}/ma", {"code": code})
    assert (second.status_code, second.location) == (302, "/staff/")
    assert staff_client.get("/staff/").status_code == 200
