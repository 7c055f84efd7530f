"""Accounts of the back office in tests: made with a role, signed in past the second factor, posting with a token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from passlib.hash import argon2
from passlib.totp import TOTP
from sqlalchemy.orm import Session, object_session
from werkzeug.test import TestResponse

from survey.accounts import sessions
from survey.accounts.models import Account, RoleGrant
from survey.accounts.policy import SECOND_FACTOR_ROLES
from survey.accounts.second_factor import METHOD
from survey.models import Unit
from tests.page_rules import html_of

PASSWORD = "giếng nước mùa hạn lớn"
# As quick as it can be; a hash says itself by what it was made.
_QUICK = argon2.using(time_cost=1, memory_cost=8, parallelism=1)
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def make_account(
    session: Session,
    role: str | None,
    unit: Unit | None = None,
    *,
    name: str = "",
    email: str = "",
    password: str = "",
    second_factor: bool | None = None,
) -> Account:
    """An account with one role on a unit (none with role None). It has a second factor where the role asks for one,
    or as `second_factor` says; its password is unusable unless given."""
    unique = uuid4().hex[:10]
    with_factor = role in SECOND_FACTOR_ROLES if second_factor is None else second_factor
    account = Account(
        email=email or f"{role or 'nobody'}.{unique}@example.vn",
        name=name or f"Nguyễn Thị {unique}",
        password=_QUICK.hash(unicodedata.normalize("NFKD", password)) if password else "unusable",
        fs_uniquifier=unique,
        tf_primary_method=METHOD if with_factor else None,
        tf_totp_secret=TOTP(new=True).to_json() if with_factor else None,
        created_at=datetime.now(UTC),
    )
    if role is not None:
        assert unit is not None
        account.role_grants.append(RoleGrant(role=role, unit=unit))
    session.add(account)
    session.flush()
    return account


def sign_in(client: FlaskClient, account: Account) -> None:
    """Sign the client in as the account, second factor passed. Commits the session the account was made in."""
    database = object_session(account)
    assert database is not None
    token = sessions.begin(database, account, "Tests", datetime.now(UTC))
    database.commit()
    with client.session_transaction("/staff/") as cookie:
        cookie.clear()
        cookie["_user_id"] = account.fs_uniquifier
        cookie["_fresh"] = True
        cookie[sessions.TOKEN] = token
        cookie[sessions.LAST_USED] = int(datetime.now(UTC).timestamp())


def csrf_token(client: FlaskClient, url: str) -> str:
    """The token of the first form on the page."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))
    found = _TOKEN.search(html_of(response))
    assert found, f"{url} holds no form with a token"
    return found.group(1)


def post(
    client: FlaskClient, url: str, data: Mapping[str, Any] | None = None, *, page: str | None = None, **more: Any
) -> TestResponse:
    """Get the page (at `page`, or where the form is sent), take its token, and send the form."""
    token = csrf_token(client, page or url)
    return client.post(url, data={**(data or {}), "csrf_token": token}, **more)


def browser_cookie(app: Flask, account: Account, url: str) -> dict[str, str]:
    """The cookie of a new session of the account, as Playwright's `add_cookies` takes it, for the server at `url`."""
    client = app.test_client()
    sign_in(client, account)
    kept = client.get_cookie(sessions.COOKIE, path=sessions.COOKIE_PATH)
    assert kept is not None
    return {"name": sessions.COOKIE, "value": kept.value, "url": f"{url}{sessions.COOKIE_PATH}"}
