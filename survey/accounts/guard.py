"""The door of every staff page: signed in, second factor where due, CSRF, and the view's own rule; else nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, cast

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session

from survey.accounts import policy, sessions
from survey.accounts.models import Account
from survey.database import current_session
from survey.operations import audit
from survey.operations.writing import begin_write

SIGN_IN = "security.login"
SECOND_FACTOR = "security.two_factor_setup"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT = 2 * 1024 * 1024
MOST_PARTS = 20_000  # a grid of all units has a field or two a unit

View = Callable[..., ResponseReturnValue]
PathOf = Callable[..., str | tuple[str, ...]]

csrf = CSRFProtect()
compress = Compress()


class Rule(NamedTuple):
    """What a view asks of whoever calls it; `action` None: to be signed in is enough (one's own account)."""

    action: str | None
    writes: bool = True
    body_limit: int = BODY_LIMIT


def account() -> Account:
    """The person who is signed in; behind the guard there always is one."""
    return cast("Account", current_user._get_current_object())  # noqa: SLF001 werkzeug's way to what a proxy stands for


def may(
    action: str, path: PathOf | None = None, *, writes: bool = True, body_limit: int = BODY_LIMIT
) -> Callable[[View], View]:
    """Let the view be called by whom the policy allows `action` on the unit at `path(**view arguments)`, or on each of
    several.

    Without `path`, whoever may do it on any unit at all: what the view shows is then scoped in its SQL. A request that
    changes something begins a write transaction at once; `writes=False` is for one that works long before it writes.
    `body_limit` is in bytes. Raises KeyError for an action the policy does not know.
    """
    assert action in policy.RULES, action

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> ResponseReturnValue:
            where = path(**values) if path is not None else None
            if not policy.allows_on_all(account().grants, action, where):
                abort(403)
            return view(**values)

        guarded.rule = Rule(action, writes, body_limit)  # type: ignore[attr-defined]  # read by the guard and its tests
        return guarded

    return decorate


def signed_in(*, writes: bool = True) -> Callable[[View], View]:
    """Let the view be called by whoever is signed in: his own account, the first page. `writes` as :func:`may` has."""

    def decorate(view: View) -> View:
        view.rule = Rule(None, writes)  # type: ignore[attr-defined]  # read by the guard and its tests
        return view

    return decorate


def commit() -> None:
    """Make what the view did durable."""
    current_session().commit()


def begin_writing() -> Session:
    """The session in a transaction that may write from its first statement on; what was read before is read again."""
    database = current_session()
    database.rollback()
    begin_write(database)
    return database


def staff_blueprint(name: str, import_name: str, *, url_prefix: str) -> Blueprint:
    """A blueprint behind the guard; its pages are in no cache and compressed."""
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
    blueprint.before_request(guard)
    blueprint.after_request(compress.after_request)
    blueprint.after_request(keep_private)
    return blueprint


def rule_of(endpoint: str | None) -> Rule | None:
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "rule", None)


def guard() -> ResponseReturnValue | None:
    """Refuse whoever may not be here, before the view is reached. A view without a rule is nobody's."""
    rule = rule_of(request.endpoint)
    if rule is None:
        abort(403)
    request.max_content_length = rule.body_limit
    request.max_form_memory_size = rule.body_limit
    request.max_form_parts = MOST_PARTS
    changing = request.method not in SAFE_METHODS
    if changing and rule.writes and "_user_id" in session:
        _ = request.form  # reads the files too, before the transaction: a slow body would hold up every other write
        begin_write(current_session())
    if not current_user.is_authenticated:
        return redirect(url_for(SIGN_IN, next=request.full_path.rstrip("?") if not changing else None))
    sessions.choose_language(account())
    if account().needs_second_factor:
        return redirect(url_for(SECOND_FACTOR))
    if changing:
        csrf.protect()
    audit.attribute(current_session(), audit.Actor("account", account().name, account().id))
    return None


def keep_private(response: Response) -> Response:
    """Let nobody keep the page, nor learn its address from a link."""
    response.headers.setdefault("Cache-Control", "no-store")
    # A form's sender is checked by its Referer under HTTPS; elsewhere the address of a page is nobody's business.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def init_app(app: Flask) -> None:
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)  # the guard asks, where it has let somebody in
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session: long forms are typed on slow days
    csrf.init_app(app)
    compress.init_app(app)
