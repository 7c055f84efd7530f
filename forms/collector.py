"""The back office's forms for collectors: made in bulk, revoked and replaced with a reason."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from forms.staff import StaffForm
from forms.wave import TRUSTS, offered


class MakeCollectorsForm(StaffForm):
    """Collectors for all counters or all units of a wave, or of one unit and those below it."""

    places = RadioField(
        _l("One collector for"),
        choices=[
            SelectChoice("counters", _l("every counter")),
            SelectChoice("units", _l("every unit, beside its counters")),
        ],
        default="counters",
        validators=[InputRequired()],
    )
    within = StringField(
        _l("Only at this unit and below"),
        validators=[Length(max=40)],
        description=_l("The unit's code; empty: all units of the wave that you may edit."),
    )
    channel = SelectField(_l("Channel"), default="qr", validators=[InputRequired()])
    trust = RadioField(_l("Trust level"), choices=offered(TRUSTS), default="open", validators=[InputRequired()])
    respondent_group = SelectField(_l("Who is asked"), default="citizen", validators=[InputRequired()])


class ReasonForm(StaffForm):
    """Why a collector is revoked or replaced."""

    reason = StringField(
        _l("Reason"),
        validators=[DataRequired(), Length(max=300)],
        description=_l("Such as: a photo of the poster is going round. It stays with the collector's history."),
    )
