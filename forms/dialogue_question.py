"""The back office's forms around a question of a dialogue: typed in, declined, grouped, answered."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from forms.staff import StaffForm


class TypedQuestionForm(StaffForm):
    """A question the secretary types: at the table, from a letter or a slip of paper."""

    text = TextAreaField(_l("Question"), validators=[DataRequired(), Length(max=2000)], render_kw={"rows": 3})
    asker_group = RadioField(_l("Asked by"), default="citizen", validators=[InputRequired()])
    theme = SelectField(_l("Theme"), default="")
    answering_unit = SelectField(_l("Who answers"), default="")


class ThemeForm(StaffForm):
    name = StringField(_l("New theme"), validators=[DataRequired(), Length(max=200)])


class DeclineForm(StaffForm):
    reason = TextAreaField(
        _l("Why it is not taken up"),
        description=_l("Who asked reads it. Such as: outside the unit's authority, and who is in charge instead."),
        validators=[DataRequired(), Length(max=500)],
        render_kw={"rows": 2},
    )


class SameForm(StaffForm):
    head = SelectField(_l("Answered together with"), validators=[InputRequired()])


class OwnAnswerForm(StaffForm):
    """What a unit answers; with a day where the rest, or all of it, follows in writing."""

    answer = TextAreaField(_l("The answer"), validators=[Length(max=50_000)], render_kw={"rows": 6})
    seen = HiddenField()
    due_on = DateField(
        _l("Answer follows in writing until"),
        validators=[Optional()],
        description=_l("Only where the answer could not be given at the meeting."),
    )


class AnswerForm(OwnAnswerForm):
    """What was answered, and by whom."""

    answering_unit = SelectField(_l("Unit that answers"), default="")
