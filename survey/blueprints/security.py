"""Signing in and out: password, then the code of the second factor, and the links that set a password.

No page is reachable between password and code: until the code is right, the cookie says only who is awaited.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import select
from wtforms import Field

from forms.account import CodeForm, NewPasswordForm, RecoveryCodeForm, ReplaceSecondFactorForm, SetUpForm, SignInForm
from survey.accounts import guard, invitations, passwords, samples, second_factor, sessions, throttle
from survey.accounts.guard import account, begin_writing, commit
from survey.accounts.invitations import InvitationError
from survey.accounts.models import Account, normalised_email
from survey.accounts.passwords import PasswordError
from survey.database import current_session
from survey.operations import audit
from survey.staff_pages import say

AWAITED = "awaited"
NEXT = "next"
AWAITED_SECONDS = 600

blueprint = Blueprint("security", __name__, url_prefix="/staff")
blueprint.after_request(guard.compress.after_request)
blueprint.after_request(guard.keep_private)


@blueprint.before_request
def door() -> None:
    """What changes something carries the token of a page of ours, also before anybody is signed in."""
    sessions.choose_language(current_user if current_user.is_authenticated else None)
    if request.method not in guard.SAFE_METHODS:
        guard.csrf.protect()


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("staff.home"))
    form = SignInForm()
    if form.validate_on_submit():
        return _try_password(form)
    if request.method == "GET" and "_user_id" in cookie:
        cookie.pop("_user_id")
        flash(gettext("Your session has ended. Please sign in again."), "info")
    return render_template("security/login.html", form=form)


def _try_password(form: SignInForm) -> ResponseReturnValue:
    """The password typed: the answer, and how long it takes, tell nobody which addresses have an account."""
    email = normalised_email(form.email.data or "")
    tried = throttle.subjects(current_app.config["SECRET_KEY"], email, request.remote_addr or "")
    if not _counted(tried, email, form.password):
        return render_template("security/login.html", form=form), 429
    session = current_session()
    found = session.scalar(select(Account).where(Account.email == email))
    session.rollback()  # nothing is held while the hash is computed
    right = passwords.matches(form.password.data or "", found)
    if found is None or not right or not samples.may_sign_in(found):
        _note(email, "sign_in_failed")
        form.password.errors = [gettext("The address or the password is not right.")]
        return render_template("security/login.html", form=form)
    session = begin_writing()
    found = session.get_one(Account, found.id, populate_existing=True)
    throttle.forgive(session, tried)
    where = _wanted()
    if found.has_second_factor:
        cookie.clear()
        cookie[AWAITED] = {"who": found.fs_uniquifier, "since": int(time.time())}
        cookie[NEXT] = where
        commit()
        return redirect(url_for("security.two_factor_code"))
    return _enter(found, ["password"], where)


@blueprint.route("/dang-nhap/ma", methods=["GET", "POST"])
def two_factor_code() -> ResponseReturnValue:
    """The code of the app, after the password."""
    return _second_step(CodeForm(), "security/code.html")


@blueprint.route("/dang-nhap/ma-du-phong", methods=["GET", "POST"])
def recovery_code() -> ResponseReturnValue:
    """A recovery code in place of the app's, after the password."""
    return _second_step(RecoveryCodeForm(), "security/recovery_code.html")


def _second_step(form: CodeForm | RecoveryCodeForm, template: str) -> ResponseReturnValue:
    awaited = _awaited()
    if awaited is None:
        cookie.pop(AWAITED, None)
        flash(gettext("Please begin with your address and password."), "info")
        return redirect(url_for("security.login"))
    if not form.validate_on_submit():
        return render_template(template, form=form)
    tried = throttle.code_subjects(current_app.config["SECRET_KEY"], awaited.id)
    if not _counted(tried, awaited.email, form.code):
        return render_template(template, form=form), 429
    session = begin_writing()
    found = session.get_one(Account, awaited.id, populate_existing=True, with_for_update={"of": Account})
    code = form.code.data or ""
    if isinstance(form, RecoveryCodeForm):
        right = second_factor.use_recovery_code(found, code)
    else:
        right = second_factor.is_code(found, found.tf_totp_secret or "", code)
    if not right:
        _note(awaited.email, "code_refused")
        form.code.errors = [gettext("This code is not right, or was used already.")]
        return render_template(template, form=form)
    throttle.forgive(session, tried)
    if isinstance(form, CodeForm):
        return _enter(found, ["password", "code"], cookie.get(NEXT))
    entered = _enter(found, ["password", "recovery code"], cookie.get(NEXT))
    left = len(found.mf_recovery_codes or [])
    flash(ngettext("%(num)s recovery code is left.", "%(num)s recovery codes are left.", left), "warning")
    return entered


def _awaited() -> Account | None:
    """Who gave the right password a moment ago and owes the code."""
    state = cookie.get(AWAITED) or {}
    if time.time() - state.get("since", 0) > AWAITED_SECONDS:
        return None
    found = current_session().scalar(select(Account).where(Account.fs_uniquifier == state.get("who")))
    return found if found is not None and found.has_second_factor and samples.may_sign_in(found) else None


def _counted(tried: tuple[throttle.Subject, ...], email: str, field: Field) -> bool:
    """Count the attempt, in a transaction of its own, before it is looked at; False, and said why, where it waits."""
    session = begin_writing()
    try:
        delays = throttle.attempt(session, tried, datetime.now(UTC))
    except throttle.TooSoon as wait:
        session.rollback()
        field.errors = [
            ngettext(
                "Too many attempts. Please try again in %(num)s second.",
                "Too many attempts. Please try again in %(num)s seconds.",
                wait.seconds,
            )
        ]
        return False
    commit()
    if delays:
        _note(email, "delayed")
    return True


def _note(email: str, what: str) -> None:
    """Put a failure in the log. What was typed where there is no such account may be a password: it is not kept."""
    session = begin_writing()
    known = session.scalar(select(Account).where(Account.email == email))
    audit.attribute(session, audit.SYSTEM)
    place = known.place if known is not None else None
    audit.record(session, f"account.{what}", subject=known.email if known is not None else "?", unit_path=place)
    session.info.pop("actor")
    commit()


def _enter(found: Account, factors: list[str], where: str | None) -> ResponseReturnValue:
    session = current_session()
    sessions.sign_in(session, found, factors)
    audit.attribute(session, audit.Actor("account", found.name, found.id))
    audit.record(
        session, "account.sign_in", subject=found.email, unit_path=found.place, after={"by": " + ".join(factors)}
    )
    commit()
    return redirect(where or url_for("staff.home"))


def _wanted() -> str | None:
    """The page somebody came for: one of ours, or none."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    ours = wanted.startswith("/staff/") and not parts.netloc and "\\" not in wanted and wanted.isprintable()
    return wanted if ours else None


@blueprint.post("/dang-xuat")
def logout() -> ResponseReturnValue:
    session = begin_writing()
    if current_user.is_authenticated:
        found = account()
        audit.attribute(session, audit.Actor("account", found.name, found.id))
        audit.record(session, "account.sign_out", subject=found.email, unit_path=found.place)
    sessions.sign_out(session)
    commit()
    flash(gettext("You have signed out."), "success")
    return redirect(url_for("security.login"))


@blueprint.route("/xac-thuc-hai-lop", methods=["GET", "POST"])
def two_factor_setup() -> ResponseReturnValue:
    """Set up the app, or another one in its place (then the password is asked); shows the recovery codes once."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=request.path))
    form = ReplaceSecondFactorForm() if account().has_second_factor else SetUpForm()
    secret = cookie.get("new_secret")
    if secret is None:
        secret = cookie["new_secret"] = second_factor.new_secret()
    if form.validate_on_submit() and (codes := _set_up(form, secret)) is not None:
        return render_template("security/recovery_codes.html", codes=codes, now=datetime.now(UTC))
    values = second_factor.setup_values(account(), secret)
    return render_template("security/two_factor_setup.html", form=form, values=values)


def _set_up(form: SetUpForm | ReplaceSecondFactorForm, secret: str) -> list[str] | None:
    found_id = account().id
    if isinstance(form, ReplaceSecondFactorForm) and not _knows_password(form):
        return None
    session = begin_writing()
    found = session.get_one(Account, found_id, populate_existing=True)
    audit.attribute(session, audit.Actor("account", found.name, found.id))
    codes = second_factor.set_up(found, secret, form.code.data or "")
    if codes is None:
        session.rollback()
        form.code.errors = [gettext("This code is not right. Check that the phone's clock is.")]
        return None
    sessions.end_others(session, found)
    commit()
    return codes


def _knows_password(form: ReplaceSecondFactorForm) -> bool:
    """Whether the person knows the password; guesses wait as the second factor's do."""
    email = account().email
    tried = throttle.code_subjects(current_app.config["SECRET_KEY"], account().id)
    if not _counted(tried, email, form.password):
        return False
    if not passwords.matches(form.password.data or "", account()):
        _note(email, "password_refused")
        form.password.errors = [gettext("The password is not right.")]
        return False
    session = begin_writing()
    throttle.forgive(session, tried)
    commit()
    return True


@blueprint.route("/loi-moi/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """The page of a link: who is invited sets a password, and is in where no second factor is due."""
    session = current_session()
    form = NewPasswordForm()
    try:
        found = invitations.find(session, token, datetime.now(UTC))
    except InvitationError as error:
        return render_template("security/invitation_over.html", reason=say(error)), 410
    person = found.account
    if form.validate_on_submit() and _accepted(token, form):
        return redirect(url_for("staff.home" if current_user.is_authenticated else "security.login"))
    return render_template(
        "security/invitation.html", form=form, invited=person, least=current_app.config["PASSWORD_LENGTH"]
    )


def _accepted(token: str, form: NewPasswordForm) -> bool:
    session, new, at = current_session(), form.new_password.data or "", datetime.now(UTC)
    try:
        invited = invitations.find(session, token, at).account
        passwords.check(new, email=invited.email, name=invited.name)
        hashed = passwords.hashed(new)  # nobody's ballot waits for it
        session = begin_writing()
        found = invitations.accept(session, token, hashed, at)
    except (InvitationError, PasswordError) as error:
        session.rollback()
        form.new_password.errors = [say(error)]
        return False
    audit.attribute(session, audit.Actor("account", found.name, found.id))
    audit.record(session, "account.set_password", subject=found.email, unit_path=found.place)
    if found.has_second_factor or not samples.may_sign_in(found):
        commit()
        flash(gettext("Your password is set. Please sign in."), "success")
    else:
        sessions.sign_in(session, found, ["link"])
        commit()
        flash(gettext("Your password is set, and you are signed in."), "success")
    return True
