"""Forms of sign-in and of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from forms.staff import StaffForm

LONGEST_TYPED = 1000  # of a password: the rules say less, this spares the server


class SignInForm(StaffForm):
    email = StringField(
        _l("E-mail address"),
        [InputRequired(), Length(max=254)],
        render_kw={"type": "email", "autocomplete": "username", "autofocus": True, "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("Password"), [InputRequired(), Length(max=LONGEST_TYPED)], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(StaffForm):
    code = StringField(
        _l("6-digit code"),
        [InputRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
    )


class RecoveryCodeForm(StaffForm):
    code = StringField(
        _l("Recovery code"),
        [InputRequired(), Length(max=40)],
        description=_l("Three groups of four letters and digits, such as 7KQM-3WXA-9RTP."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "autofocus": True},
    )


class SetUpForm(StaffForm):
    """The first code of an authenticator app."""

    code = StringField(
        _l("6-digit code"),
        [InputRequired(), Length(max=20)],
        description=_l("What the app shows now."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class NewPasswordForm(StaffForm):
    new_password = PasswordField(
        _l("New password"), [InputRequired(), Length(max=LONGEST_TYPED)], render_kw={"autocomplete": "new-password"}
    )


class PasswordForm(StaffForm):
    """What a change of one's own second factor asks first."""

    password = PasswordField(
        _l("Your password"),
        [InputRequired(), Length(max=LONGEST_TYPED)],
        render_kw={"autocomplete": "current-password"},
    )


class ReplaceSecondFactorForm(SetUpForm, PasswordForm):
    """Another phone in place of the one that is set up."""


class ChangePasswordForm(PasswordForm, NewPasswordForm):
    """The old password, then the new one."""


class ProfileForm(StaffForm):
    name = StringField(_l("Name"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "name"})
    language = SelectField(_l("Language"), choices=[SelectChoice("vi", "Tiếng Việt"), SelectChoice("en", "English")])
