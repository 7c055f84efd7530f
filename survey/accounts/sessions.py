"""Signed-in browsers: a row each, so that leaving, a lifetime or a changed account ends one wherever its cookie lies.

The cookie carries the account's `fs_uniquifier` (Flask-Login's), the session's token and when it was last used; the
table holds the token's digest. Both must be right.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta

from flask import current_app, g, request
from flask import session as cookie
from flask_security import login_user
from flask_security.utils import logout_user
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.accounts.models import LANGUAGES, Account, AccountSession
from survey.accounts.samples import may_sign_in
from survey.database import current_session

COOKIE = "sipas_staff"
COOKIE_PATH = "/staff"  # the citizens' pages get no cookie
TOKEN = "token"  # noqa: S105 the cookie's key
LAST_USED = "used"
NOTED_EVERY = 60  # seconds: a page an instant later need not set the cookie again


def digest(token: str) -> str:
    """What a table keeps of a random token; it needs no salt, nobody guesses one."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, account: Account, device: str, at: datetime) -> str:
    """Note a session of the account and give its token."""
    token = secrets.token_urlsafe(32)
    session.add(AccountSession(account=account, token_hash=digest(token), device=device[:100], started_at=at))
    account.last_sign_in_at = at
    session.flush()
    return token


def sign_in(session: Session, account: Account, factors: list[str]) -> None:
    """Sign the person of this request in, in a cookie that carries nothing from before."""
    language = cookie.get("language")
    cookie.clear()
    g.pop("csrf_token", None)  # Flask-WTF's, of the cookie before
    if language:
        cookie["language"] = language
    token = begin(session, account, device_name(), datetime.now(UTC))
    login_user(account, remember=False, authn_via=factors)
    cookie[TOKEN] = token
    cookie[LAST_USED] = int(time.time())


def sign_out(session: Session) -> None:
    """End the session of this request."""
    session.execute(delete(AccountSession).where(AccountSession.token_hash == digest(cookie.get(TOKEN, ""))))
    logout_user()
    cookie.clear()


def end_all(session: Session, account: Account) -> None:
    """End every session of the account: its role, its password, its second factor changed, or it was disabled."""
    account.fs_uniquifier = secrets.token_hex(32)
    session.execute(delete(AccountSession).where(AccountSession.account_id == account.id))
    session.flush()


def end_others(session: Session, account: Account) -> None:
    """End every session of the account but that of this request, which goes on under a new token."""
    end_all(session, account)
    sign_in(session, account, ["session"])


def open_sessions(session: Session, account: Account) -> list[AccountSession]:
    """Where the account is signed in, newest first; expired ones are left out."""
    since = datetime.now(UTC) - lifetime()
    query = select(AccountSession).where(AccountSession.account_id == account.id, AccountSession.started_at > since)
    return list(session.scalars(query.order_by(AccountSession.started_at.desc(), AccountSession.id.desc())))


def is_this(row: AccountSession) -> bool:
    """Whether the row is the session of this request."""
    return row.token_hash == digest(cookie.get(TOKEN, ""))


def load(uniquifier: str) -> Account | None:
    """The account of this request's cookie; None where the session ended, idled too long or the account is disabled."""
    token, used = cookie.get(TOKEN), cookie.get(LAST_USED, 0)
    now = time.time()
    if token is None or now - used > current_app.config["SESSION_IDLE"].total_seconds():
        return None
    found = (
        current_session()
        .execute(
            select(Account, AccountSession.started_at)
            .join(AccountSession, AccountSession.account_id == Account.id)
            .where(AccountSession.token_hash == digest(token), Account.fs_uniquifier == uniquifier, Account.active)
        )
        .first()
    )
    if found is None or datetime.now(UTC) - found.started_at > lifetime():
        return None
    if now - used > NOTED_EVERY:
        cookie[LAST_USED] = int(now)
    account: Account = found.Account
    return account if may_sign_in(account) else None


def choose_language(account: Account | None) -> None:
    """What the pages of this request speak: the visible switch, kept for the session, then the account's wish."""
    if request.args.get("lang") in LANGUAGES:
        cookie["language"] = request.args["lang"]
    g.preferred_language = cookie.get("language") or (account.language if account is not None else None)


def lifetime() -> timedelta:
    """How long a session lasts at most, however much it is used."""
    longest: timedelta = current_app.config["SESSION_LIFETIME"]
    return longest


def device_name() -> str:
    """The browser and system of this request in two words, for the list of one's own sessions."""
    agent = request.user_agent.string
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for sign, name in signs if sign in agent), "") for signs in (browsers, systems)]
    return ", ".join(name for name in found if name)
