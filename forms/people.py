"""Forms of the pages about people: an invitation, a role on a unit, filters of the list and of the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from forms.staff import StaffForm

UNIT_LIST = "units"  # the id of the <datalist> with the units within reach
_UNIT_INPUT = {"list": UNIT_LIST, "autocomplete": "off"}


class RoleForm(StaffForm):
    """A role on a unit; `role.choices` are the caller's."""

    role = SelectField(_l("Role"), validators=[InputRequired()])
    unit = StringField(
        _l("Unit"),
        [InputRequired(), Length(max=300)],
        description=_l("Code or name. The role reaches this unit and everything below it."),
        render_kw=_UNIT_INPUT,
    )


class InvitationForm(RoleForm):
    name = StringField(_l("Full name"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "off"})
    email = StringField(
        _l("E-mail address"),
        [InputRequired(), Length(max=254)],
        description=_l("Signs in with it; nothing is sent to it."),
        render_kw={"type": "email", "autocomplete": "off", "autocapitalize": "none"},
    )
    language = SelectField(_l("Language"), choices=[SelectChoice("vi", "Tiếng Việt"), SelectChoice("en", "English")])


class LinkForm(StaffForm):
    resets_second_factor = BooleanField(_l("Also take away the second factor (the phone is lost)"))


class PeopleFilter(StaffForm):
    """What the list of people is narrowed by; `role.choices` are the caller's."""

    class Meta(StaffForm.Meta):
        csrf = False

    q = StringField(_l("Name or address"), [Optional(), Length(max=100)], render_kw={"type": "search"})
    role = SelectField(_l("Role"), validators=[Optional()])
    unit = StringField(_l("Unit"), [Optional(), Length(max=300)], render_kw=_UNIT_INPUT)


class AuditFilter(StaffForm):
    """What the audit log is narrowed by; `kind.choices` are the caller's."""

    class Meta(StaffForm.Meta):
        csrf = False

    person = StringField(_l("Person"), [Optional(), Length(max=100)], render_kw={"type": "search"})
    kind = SelectField(_l("What"), validators=[Optional()])
    subject = StringField(_l("Subject"), [Optional(), Length(max=200)], render_kw={"type": "search"})
    unit = StringField(_l("Unit"), [Optional(), Length(max=300)], render_kw=_UNIT_INPUT)
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("Until"), [Optional()])
