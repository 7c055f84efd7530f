"""The back office's forms for commitments: made, reported on, done, dropped."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from forms.staff import StaffForm


class PromiseForm(StaffForm):
    text = TextAreaField(_l("What is promised"), validators=[DataRequired(), Length(max=2000)], render_kw={"rows": 3})
    owner_unit = SelectField(_l("Unit that does it"), validators=[InputRequired()])
    owner_name = StringField(_l("Person in charge"), validators=[Length(max=200)])
    deadline_on = DateField(_l("To be done by"), validators=[InputRequired()])
    question = SelectField(_l("In answer to"), default="")


class ProgressForm(StaffForm):
    percent = IntegerField(
        _l("Done, in percent"), validators=[InputRequired(), NumberRange(0, 100)], render_kw={"inputmode": "numeric"}
    )
    text = TextAreaField(_l("What was done"), validators=[DataRequired(), Length(max=5000)], render_kw={"rows": 3})


class EvidenceForm(StaffForm):
    evidence = TextAreaField(
        _l("Evidence"),
        description=_l("By what it can be seen: the number of a document, a place, the day it was accepted."),
        validators=[DataRequired(), Length(max=5000)],
        render_kw={"rows": 3},
    )


class DropForm(StaffForm):
    reason = TextAreaField(
        _l("Why it will not be done"),
        description=_l("It is read out at the next dialogue."),
        validators=[DataRequired(), Length(max=500)],
        render_kw={"rows": 2},
    )
