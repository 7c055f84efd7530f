"""The forms of what the province decides of its case work: classes, days off, answer templates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.staff import StaffForm


class ClassForm(StaffForm):
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), Length(max=200)])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=200)])
    working_days = IntegerField(
        _l("Time limit in working days"),
        [InputRequired(), NumberRange(min=1, max=365)],
        description=_l("From the day of receipt. Deadlines that are set already do not change."),
    )
    reference_vi = StringField(
        _l("Legal reference"), [Optional(), Length(max=300)], description=_l("The document that sets the time limit.")
    )
    ended_on = DateField(
        _l("Last day in use"), [Optional()], description=_l("Empty as long as it may be chosen for new opinions.")
    )


class NewClassForm(ClassForm):
    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=40)],
        description=_l("Short, given once, such as thuong."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    ended_on = None


class CalendarForm(StaffForm):
    day = DateField(_l("Day"), [InputRequired()])
    is_working = SelectField(
        _l("On this day offices"),
        [InputRequired()],
        choices=[SelectChoice("no", _l("are closed")), SelectChoice("yes", _l("work"))],
    )
    reason = StringField(
        _l("Reason"), [InputRequired(), Length(max=200)], description=_l("Such as the decision that makes it so.")
    )


class TemplateForm(StaffForm):
    """`unit.choices` are the caller's."""

    unit = SelectField(_l("For"), [InputRequired()])
    name_vi = StringField(_l("Name"), [InputRequired(), Length(max=200)])
    text = TextAreaField(_l("Text"), [InputRequired(), Length(max=20_000)], render_kw={"rows": 14, "lang": "vi"})
