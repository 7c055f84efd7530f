"""While a password's hash is computed, which takes as long as it should, ballots of citizens can be stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from survey.accounts import invitations, passwords
from survey.accounts.models import Account
from survey.models import Unit
from tests.factories import make_unit
from tests.page_rules import CheckingClient
from tests.staff import PASSWORD, csrf_token, make_account, post, sign_in

ACCOUNT = "/staff/tai-khoan"
NEW_PASSWORD = "bảy con cò bay qua đồng"

Tried = list[str]


@pytest.fixture
def unit(staff_session: Session) -> Unit:
    unit = make_unit(staff_session, code="T", kind="province")
    staff_session.commit()
    return unit


@pytest.fixture
def written(staff_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Tried:
    """What was computed while another connection could write; a computation under the lock ends the test."""
    path = make_url(staff_app.config["DATABASE_URL"]).database
    done: Tried = []

    def meanwhile(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
        def computing(*arguments: Any) -> Any:
            with sqlite3.connect(path or "", timeout=0, isolation_level=None) as other:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
            done.append(name)
            return compute(*arguments)

        return computing

    for name in ("hash_password", "verify_password"):
        monkeypatch.setattr(passwords, name, meanwhile(name, getattr(passwords, name)))
    return done


@pytest.mark.parametrize(
    ("page", "typed", "computed"),
    [
        ("mat-khau", {"new_password": NEW_PASSWORD}, ["verify_password", "verify_password", "hash_password"]),
        ("ma-du-phong", {}, ["verify_password"]),
        ("xac-thuc-hai-lop/tat", {}, ["verify_password"]),
    ],
)
def test_ones_own_account(
    staff_session: Session,
    staff_client: CheckingClient,
    unit: Unit,
    written: Tried,
    page: str,
    typed: dict[str, str],
    computed: list[str],
) -> None:
    sign_in(staff_client, make_account(staff_session, "viewer", unit, password=PASSWORD, second_factor=True))
    post(staff_client, f"{ACCOUNT}/{page}", {"password": PASSWORD, **typed})
    assert written == computed


def test_signing_in_and_the_link_of_an_invitation(
    staff_session: Session, staff_client: CheckingClient, unit: Unit, written: Tried
) -> None:
    account = make_account(staff_session, "viewer", unit)
    token = invitations.invite(staff_session, account, datetime.now(UTC))
    staff_session.commit()
    link = f"/staff/loi-moi/{token}"
    assert post(staff_client, link, {"new_password": NEW_PASSWORD}).location in ("/staff/", "/staff/dang-nhap")
    assert written == ["hash_password"]
    post(staff_client, "/staff/dang-xuat", page="/staff/")
    post(staff_client, "/staff/dang-nhap", {"email": account.email, "password": NEW_PASSWORD})
    assert written == ["hash_password", "verify_password"]


def test_who_is_signed_out_while_the_hash_is_computed_changes_nothing(
    staff_session: Session, staff_client: CheckingClient, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    sign_in(staff_client, account)
    url = f"{ACCOUNT}/mat-khau"
    token = csrf_token(staff_client, url)
    kept = account.password
    staff_session.rollback()
    compute = passwords.hashed

    def disabled_meanwhile(password: str) -> str:
        found = staff_session.get_one(Account, account.id)
        found.active, found.fs_uniquifier = False, "another"
        staff_session.commit()
        return compute(password)

    monkeypatch.setattr(passwords, "hashed", disabled_meanwhile)
    typed = {"password": PASSWORD, "new_password": NEW_PASSWORD, "csrf_token": token}
    assert staff_client.post(url, data=typed).location.startswith("/staff/dang-nhap")
    staff_session.expire_all()
    assert account.password == kept
