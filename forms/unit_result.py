"""What a dashboard may be narrowed to: trust levels, channel, respondents, a month or half-month, a wave to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from forms.staff import StaffForm


class ViewForm(StaffForm):
    """The filters of a dashboard, kept in its address; it only asks. `offer` says what there is to choose from."""

    class Meta(StaffForm.Meta):
        csrf = False

    wave = SelectField(_l("Wave"))
    unit = SelectField(_l("Unit"))
    trust = SelectField(_l("Trust level"), validators=[Optional()])
    channel = SelectField(_l("Channel"), validators=[Optional()])
    group = SelectField(_l("Respondents"), validators=[Optional()])
    period = SelectField(_l("Time"), validators=[Optional()])
    compare = SelectField(_l("Compared with"), validators=[Optional()])

    def offer(self, **named: Mapping[str, object]) -> None:
        for name, labels in named.items():
            self[name].choices = [SelectChoice(value, str(label)) for value, label in labels.items()]

    def leave_alone(self, names: Iterable[str]) -> None:
        """These filters cannot be set beside the one that is."""
        for name in names:
            self[name].data, self[name].render_kw = "", {"disabled": True}
