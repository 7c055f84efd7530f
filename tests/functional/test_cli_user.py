"""`sipas user`: the first administrator gets a link, and only sample accounts tell their codes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.accounts.samples import PASSWORD as SAMPLE_PASSWORD
from survey.accounts.samples import SAMPLES, TOTP_SECRET
from survey.models import AuditEntry
from tests.factories import make_unit
from tests.page_rules import CheckingClient
from tests.staff import PASSWORD, make_account, post

Run = Callable[..., str]


@pytest.fixture
def run(staff_app: Flask) -> Run:
    def run(*arguments: str, fails: bool = False) -> str:
        result = staff_app.test_cli_runner().invoke(args=list(arguments))
        assert (result.exit_code != 0) is fails, result.output
        return str(result.output)

    return run


def test_the_first_administrator_gets_a_link(run: Run, staff_session: Session, staff_client: CheckingClient) -> None:
    assert "sipas units import" in run("user", "create", "Lê Minh", "minh@example.vn", fails=True)
    make_unit(staff_session, code="T", kind="province")
    staff_session.commit()
    printed = run("user", "create", "Lê Minh", "Minh@example.vn")
    link = re.search(r"http://127\.0\.0\.1:8000(/staff/loi-moi/\S+)", printed)
    assert link is not None
    assert post(staff_client, link.group(1), {"new_password": PASSWORD}).location == "/staff/"
    assert staff_client.get("/staff/").location == "/staff/xac-thuc-hai-lop"
    assert "administrator T" in run("user", "list")
    assert "already" in run("user", "create", "Lê Minh", "minh@example.vn", fails=True)
    made = staff_session.scalars(select(AuditEntry).where(AuditEntry.action == "account.create")).one()
    assert (made.actor_kind, made.subject) == ("command", "minh@example.vn")


def test_where_several_trees_stand_one_is_named(run: Run, staff_session: Session) -> None:
    for code in ("T", "Z"):
        make_unit(staff_session, code=code, kind="province")
    staff_session.commit()
    assert "--unit" in run("user", "create", "A", "a@example.vn", fails=True)
    run("user", "create", "A", "a@example.vn", "--role", "viewer", "--unit", "Z")
    assert "no unit with the code" in run("user", "create", "B", "b@example.vn", "--unit", "Q", fails=True)
    assert "viewer Z" in run("user", "list")


def test_an_account_is_disabled_enabled_and_gets_another_link(run: Run, staff_session: Session) -> None:
    unit = make_unit(staff_session, code="T", kind="province")
    account = make_account(staff_session, "manager", unit, email="a@example.vn")
    administrator = make_account(staff_session, "administrator", unit)
    staff_session.commit()
    run("user", "disable", "A@example.vn")
    assert "disabled" in run("user", "link", "a@example.vn", fails=True)
    run("user", "enable", "a@example.vn")
    assert "/staff/loi-moi/" in run("user", "link", "a@example.vn", "--reset-second-factor")
    assert "last administrator" in run("user", "disable", administrator.email, fails=True)
    assert "no account" in run("user", "disable", "nobody@example.vn", fails=True)
    staff_session.expire_all()
    assert account.active


def test_codes_of_sample_accounts_only(run: Run, staff_session: Session, staff_client: CheckingClient) -> None:
    run("demo", "--today", "2026-11-21", "--responses", "60")
    everyone = staff_session.scalars(select(Account)).all()
    accounts = [account for account in everyone if account.password is not None]
    officials = [account for account in everyone if account.password is None]
    assert {held.role for account in officials for held in account.role_grants} == {"reviewer"}
    assert {account.email for account in accounts} == {sample.email for sample in SAMPLES}
    assert {held.role for account in accounts for held in account.role_grants} == {sample.role for sample in SAMPLES}
    for sample in SAMPLES:
        client = staff_client.application.test_client()
        login = {"email": sample.email, "password": SAMPLE_PASSWORD}
        assert post(client, "/staff/dang-nhap", login).location == "/staff/dang-nhap/ma"
        code = run("user", "code", sample.email).strip()
        assert post(client, "/staff/dang-nhap/ma", {"code": code}).location == "/staff/"
        assert client.get("/staff/").status_code == 200
    again = run("demo", "--today", "2026-11-21", "--lang", "en")
    for printed in (SAMPLE_PASSWORD, TOTP_SECRET, *(sample.email for sample in SAMPLES)):
        assert printed in again
    staff_session.rollback()
    make_account(staff_session, "manager", accounts[0].role_grants[0].unit, email="real@example.vn")
    staff_session.commit()
    assert "no sample account" in run("user", "code", "real@example.vn", fails=True)
