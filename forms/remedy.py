"""What an office writes about a remedy: the plan, its progress, how it ended, and what the public reads of it."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from forms.staff import StaffForm


class RemedyForm(StaffForm):
    """The plan; `offer` says which units may carry it out."""

    cause = TextAreaField(
        _l("Cause"),
        description=_l("What the weak figure comes from, as far as comments, opinions and people at the counter tell."),
        validators=[InputRequired(), Length(max=3000)],
    )
    action = TextAreaField(_l("What will be done"), validators=[InputRequired(), Length(max=3000)])
    owner_unit = SelectField(_l("Carried out by"), validators=[InputRequired()])
    owner_name = StringField(
        _l("Person in charge"),
        description=_l("Name and office, for this unit's own people."),
        validators=[Length(max=200)],
    )
    deadline_on = DateField(_l("To be done by"), validators=[InputRequired()])

    def offer(self, units: Mapping[str, str]) -> None:
        self.owner_unit.choices = [SelectChoice(code, name) for code, name in units.items()]


class ProgressForm(StaffForm):
    percent = IntegerField(_l("Done so far (%)"), validators=[InputRequired(), NumberRange(0, 100)])
    text = TextAreaField(
        _l("What was done"),
        description=_l("A line of progress is never changed."),
        validators=[InputRequired(), Length(max=3000)],
    )


class FinishForm(StaffForm):
    evidence = TextAreaField(
        _l("Evidence"),
        description=_l("What shows that it was done: the number of a decision, since when, where to see it."),
        validators=[InputRequired(), Length(max=3000)],
    )


class ReasonForm(StaffForm):
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(), Length(max=500)])


class PublicForm(StaffForm):
    said = StringField(
        _l("You said"),
        description=_l("One sentence: what people asked for. No name, nobody's own words."),
        validators=[InputRequired(), Length(max=200)],
    )
    did = StringField(
        _l("We have done"),
        description=_l("One sentence: what was done and since when."),
        validators=[InputRequired(), Length(max=200)],
    )
