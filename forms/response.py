"""How the list of responses is narrowed, and why some are doubted."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from forms.staff import StaffForm


class ResponseFilters(StaffForm):
    """Kept in the address; it only asks."""

    class Meta(StaffForm.Meta):
        csrf = False

    wave = SelectField(_l("Wave"), validators=[Optional()])
    unit = StringField(
        _l("Unit"), validators=[Optional(), Length(max=300)], render_kw={"data-suggest": "units", "autocomplete": "off"}
    )
    collector = StringField(_l("Collector"), validators=[Optional(), Length(max=12)])
    channel = SelectField(_l("Channel"), validators=[Optional()])
    trust = SelectField(_l("Trust level"), validators=[Optional()])
    flag = SelectField(_l("Flag"), validators=[Optional()])
    first = DateField(_l("From"), validators=[Optional()])
    last = DateField(_l("Until"), validators=[Optional()])

    def offer(self, **named: Mapping[str, object]) -> None:
        for name, labels in named.items():
            self[name].choices = [SelectChoice(value, str(label)) for value, label in labels.items()]


class DoubtForm(StaffForm):
    reason = TextAreaField(
        _l("Reason"),
        description=_l("What makes the response doubtful. It is kept beside the flag and in the audit log."),
        validators=[InputRequired(), Length(max=500)],
    )
