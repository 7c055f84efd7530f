"""Forms of the catalogue of procedures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from forms.staff import StaffForm

_CODE = {"autocomplete": "off", "spellcheck": "false"}


class FieldForm(StaffForm):
    """A field of procedures; its code is given once."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=40)], render_kw=_CODE)
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), Length(max=300)])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=300)])


class ServiceForm(StaffForm):
    """A procedure's names; `field.choices` are the caller's."""

    field = SelectField(_l("Field"), [InputRequired()])
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), Length(max=500)])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=500)])


class NewServiceForm(ServiceForm):
    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=40)],
        description=_l("As in the national catalogue, such as 1.001193."),
        render_kw=_CODE,
    )
    valid_from = DateField(_l("In force since"), [InputRequired()])


class EndServiceForm(StaffForm):
    on = DateField(_l("Last day"), [InputRequired()])


class ServiceFilter(StaffForm):
    """What the list is narrowed by; `field.choices` are the caller's."""

    class Meta(StaffForm.Meta):
        csrf = False

    q = StringField(_l("Name or code"), [Optional(), Length(max=100)], render_kw={"type": "search"})
    field = SelectField(_l("Field"), [Optional()])
    closed = BooleanField(_l("Ended ones too"))
