"""The form of a new API key."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from forms.export import SelectMultipleCheckboxField
from forms.staff import StaffForm


class ApiKeyForm(StaffForm):
    """`roles.choices` are the caller's."""

    name = StringField(
        _l("Program"),
        [InputRequired(), Length(max=100)],
        description=_l("Who will use the key, such as: kiosks of the one-stop unit."),
        render_kw={"autocomplete": "off"},
    )
    roles = SelectMultipleCheckboxField(
        _l("Roles"), description=_l("What the program may do. Choose as few as it needs.")
    )
    unit = StringField(
        _l("Unit"),
        [InputRequired(), Length(max=300)],
        description=_l("Code or name. The key reaches this unit and everything below it."),
        render_kw={"list": "units", "autocomplete": "off"},
    )
    valid_until = DateField(
        _l("Last day of the key"),
        [InputRequired()],
        description=_l("At most two years from today. A shorter time is safer."),
    )
