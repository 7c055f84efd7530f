"""Accounts of the back office on Flask-Security: its sign-in state, hashes, TOTP, recovery codes; the pages are ours.

Why its own pages are not used stands in docs/decisions/0019-sign-in-pages-of-our-own.md.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any, cast

from flask import Flask
from flask_login.utils import _user_context_processor
from flask_security import RoleMixin, Security, SQLAlchemySessionUserDatastore
from sqlalchemy.orm import Session, scoped_session
from werkzeug.local import LocalProxy

from survey.accounts import sessions
from survey.accounts.models import Account, RoleGrant
from survey.accounts.second_factor import HashedRecoveryCodes, OnceOnlyTotp
from survey.database import current_session

ISSUER = "SIPAS"
# What a staff process sets where the operator did not.
DEFAULTS: dict[str, Any] = {
    "SESSION_IDLE": timedelta(hours=1),
    "SESSION_LIFETIME": timedelta(hours=12),
    "SESSION_COOKIE_NAME": sessions.COOKIE,
    "SESSION_COOKIE_PATH": sessions.COOKIE_PATH,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
    "SECURITY_TOTP_ISSUER": ISSUER,
    "SECURITY_CLI_USERS_NAME": "",
    "SECURITY_CLI_ROLES_NAME": "",
}


def derived_key(app_key: str, purpose: str) -> str:
    """A key of its own for each purpose, so that none is good for another."""
    return hmac.new(app_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def init_app(app: Flask) -> None:
    """Let people sign in: Flask-Security on this request's database session, without its pages and its roles."""
    for name, value in DEFAULTS.items():
        if app.config.get(name) is None:  # Flask has some of them, empty
            app.config[name] = value
    app.config["SESSION_COOKIE_NAME"] = DEFAULTS["SESSION_COOKIE_NAME"]
    app.config["SESSION_COOKIE_SECURE"] = app.config["BASE_URL"].startswith("https:")
    app.config["SECURITY_TOTP_SECRETS"] = {"1": derived_key(app.config["SECRET_KEY"], "totp")}
    session = cast("scoped_session[Session]", LocalProxy(current_session))
    datastore = SQLAlchemySessionUserDatastore(session, Account, cast("type[RoleMixin]", RoleGrant))
    security = Security(
        app,
        datastore,
        register_blueprint=False,
        totp_cls=OnceOnlyTotp,
        mf_recovery_codes_util_cls=HashedRecoveryCodes,
    )
    security.login_manager.user_loader(sessions.load)
    security.login_manager.request_loader(lambda _request: None)  # no token in an address or header signs in
    security.login_manager.session_protection = None  # phones change their address; the session's row decides
    _leave_other_pages_alone(app, security)


def _leave_other_pages_alone(app: Flask, security: Security) -> None:
    """Take out what Flask-Login and Flask-Principal do around every request: it reads the session, and so the database,
    for each page of the citizens too. The guard asks for the account itself; no cookie remembers anybody."""
    manager = security.login_manager
    app.before_request_funcs[None].remove(security.principal._on_before_request)  # noqa: SLF001 there is no switch
    app.template_context_processors[None].remove(_user_context_processor)
    app.after_request_funcs[None].remove(manager._update_remember_cookie)  # noqa: SLF001 no switch
