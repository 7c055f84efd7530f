"""One's own account: name and language, password, second factor, recovery codes, where one is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from forms.account import ChangePasswordForm, PasswordForm, ProfileForm
from survey.accounts import invitations, passwords, second_factor, sessions, throttle
from survey.accounts.guard import SIGN_IN, account, begin_writing, commit, signed_in, staff_blueprint
from survey.accounts.passwords import PasswordError
from survey.database import current_session
from survey.operations import audit
from survey.staff_pages import say

blueprint = staff_blueprint("account", __name__, url_prefix="/staff/tai-khoan")


@blueprint.route("/", methods=["GET", "POST"])
@signed_in()
def index() -> ResponseReturnValue:
    form = ProfileForm(obj=account())
    if form.validate_on_submit():
        account().name, account().language = form.name.data, form.language.data
        cookie["language"] = form.language.data
        commit()
        flash(gettext("Saved."), "success")
        return redirect(url_for("account.index"))
    signed_in_at = sessions.open_sessions(current_session(), account())
    return render_template("account/index.html", form=form, sessions=signed_in_at, is_this=sessions.is_this)


@blueprint.route("/mat-khau", methods=["GET", "POST"])
@signed_in(writes=False)
def password() -> ResponseReturnValue:
    """Another password; every other browser is signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and _is_right(form) and _changed(form):
        flash(gettext("Your password is changed. Every other browser has been signed out."), "success")
        return redirect(url_for("account.index"))
    return render_template("account/password.html", form=form, least=current_app.config["PASSWORD_LENGTH"])


def _changed(form: ChangePasswordForm) -> bool:
    new = form.new_password.data or ""
    try:
        if passwords.matches(new, account()):
            raise PasswordError("the_same")
        passwords.check(new, email=account().email, name=account().name)
    except PasswordError as error:
        form.new_password.errors = [say(error)]
        return False
    hashed = passwords.hashed(new)
    session = _begin_change()
    invitations.set_password(session, account(), hashed, datetime.now(UTC))
    sessions.end_others(session, account())
    commit()
    return True


def _is_right(form: PasswordForm) -> bool:
    """Whether the person knows the password; guesses wait as the second factor's do.

    In transactions of its own: nobody's ballot waits while the hash is computed.
    """
    tried = throttle.code_subjects(current_app.config["SECRET_KEY"], account().id)
    session = begin_writing()
    try:
        throttle.attempt(session, tried, datetime.now(UTC))
    except throttle.TooSoon as wait:
        session.rollback()
        form.password.errors = [
            ngettext(
                "Too many attempts. Please try again in %(num)s second.",
                "Too many attempts. Please try again in %(num)s seconds.",
                wait.seconds,
            )
        ]
        return False
    commit()
    right = passwords.matches(form.password.data or "", account())
    session = begin_writing()
    if right:
        throttle.forgive(session, tried)
    else:
        form.password.errors = [gettext("The password is not right.")]
        audit.record(session, "account.password_refused", subject=account().email, unit_path=account().place)
    commit()
    return right


def _begin_change() -> Session:
    """The session in a write transaction; whoever was signed out since the guard let him in goes no further."""
    known = account().fs_uniquifier
    session = begin_writing()
    if account().fs_uniquifier != known:
        abort(redirect(url_for(SIGN_IN)))
    return session


@blueprint.route("/ma-du-phong", methods=["GET", "POST"])
@signed_in(writes=False)
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes in place of the old ones, shown once."""
    if not account().has_second_factor:
        return redirect(url_for("security.two_factor_setup"))
    form = PasswordForm()
    if form.validate_on_submit() and _is_right(form):
        _begin_change()
        codes = second_factor.new_recovery_codes(account())
        commit()
        return render_template("security/recovery_codes.html", codes=codes, now=datetime.now(UTC))
    return render_template("account/recovery_codes.html", form=form)


@blueprint.route("/xac-thuc-hai-lop/tat", methods=["GET", "POST"])
@signed_in(writes=False)
def turn_off_second_factor() -> ResponseReturnValue:
    """Sign in by the password alone again, where no role asks for more."""
    if not account().has_second_factor or account().must_have_second_factor:
        flash(gettext("Your role needs a second factor."), "warning")
        return redirect(url_for("account.index"))
    form = PasswordForm()
    if form.validate_on_submit() and _is_right(form):
        session = _begin_change()
        second_factor.turn_off(account())
        sessions.end_others(session, account())
        commit()
        flash(gettext("The second factor is off. Every other browser has been signed out."), "success")
        return redirect(url_for("account.index"))
    return render_template("account/turn_off_second_factor.html", form=form)


@blueprint.post("/dang-xuat-moi-noi")
@signed_in()
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own but this."""
    sessions.end_others(current_session(), account())
    audit.record(current_session(), "account.sign_out_everywhere", subject=account().email, unit_path=account().place)
    commit()
    flash(gettext("Every other browser has been signed out."), "success")
    return redirect(url_for("account.index"))
