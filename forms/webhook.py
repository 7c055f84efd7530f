"""The form of a webhook."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from forms.export import SelectMultipleCheckboxField
from forms.staff import StaffForm


class WebhookChangeForm(StaffForm):
    """`events.choices` are the caller's."""

    name = StringField(
        _l("Receiver"),
        [InputRequired(), Length(max=100)],
        description=_l("The program that is told, such as: the province's data hub."),
        render_kw={"autocomplete": "off"},
    )
    url = StringField(
        _l("Address"),
        [InputRequired(), Length(max=500)],
        description=_l("Begins with https:// and can be reached from the internet."),
        render_kw={"type": "url", "autocomplete": "off", "spellcheck": "false", "placeholder": "https://"},
    )
    events = SelectMultipleCheckboxField(_l("Events"))


class WebhookForm(WebhookChangeForm):
    """A new one, of a unit that stays."""

    unit = StringField(
        _l("Unit"),
        [InputRequired(), Length(max=300)],
        description=_l("Code or name. Told is what concerns this unit and what is below it."),
        render_kw={"list": "units", "autocomplete": "off"},
    )
