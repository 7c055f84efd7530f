"""Forms of the import wizard: the file, and why an import is withdrawn."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.staff import StaffForm


class ImportFileForm(StaffForm):
    """Which file, into which wave, for which unit, and how its answers were collected."""

    file = FileField(
        _l("File"),
        [FileRequired()],
        description=_l("CSV or Excel (.xlsx), at most 10 MB; exports of Google Forms and LimeSurvey as they are."),
        render_kw={"accept": ".csv,.xlsx,.txt,.tsv"},
    )
    wave = SelectField(_l("Wave"))
    unit = StringField(
        _l("Unit"),
        [InputRequired(), Length(max=300)],
        description=_l("Every row of the file must belong to this unit or one below it."),
        render_kw={"list": "units", "autocomplete": "off"},
    )
    channel = SelectField(_l("How the answers were collected"))
    trust = RadioField(_l("Who could answer"))


class WithdrawForm(StaffForm):
    """Flagging a whole import."""

    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=500)], render_kw={"rows": 2})
