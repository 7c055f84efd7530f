"""The forms of an opinion's case, one a step; their choices are the caller's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from forms.staff import StaffForm

_REASON = (InputRequired(), Length(max=1000))


class ClassifyForm(StaffForm):
    petition_class = SelectField(
        _l("Class"),
        [InputRequired()],
        description=_l("The class sets the deadline, counted in working days from the day of receipt."),
    )


class TakeForm(StaffForm):
    owner = SelectField(_l("Person in charge"), [InputRequired()])


class TransferForm(StaffForm):
    unit = StringField(
        _l("Competent unit"),
        [InputRequired(), Length(max=400)],
        description=_l("Begin to type its name or code, and choose it from the list."),
        render_kw={"list": "transfer-units", "autocomplete": "off"},
    )
    reason = TextAreaField(_l("Why it is that unit's"), _REASON, render_kw={"rows": 2})


class ExtendForm(StaffForm):
    days = IntegerField(
        _l("Working days more"),
        [InputRequired(), NumberRange(min=1, max=365)],
        render_kw={"inputmode": "numeric", "size": 5},
    )
    reason = TextAreaField(_l("Reason, which the citizen reads"), _REASON, render_kw={"rows": 2})


class AnswerForm(StaffForm):
    answer = TextAreaField(
        _l("Answer to the citizen"), [InputRequired(), Length(max=20_000)], render_kw={"rows": 12, "lang": "vi"}
    )


class PublishForm(StaffForm):
    public_text = TextAreaField(
        _l("The opinion as it is published"),
        [InputRequired(), Length(max=4000)],
        description=_l("Take out names, addresses, phone numbers, and whatever tells who wrote or who is meant."),
        render_kw={"rows": 6, "lang": "vi"},
    )
    public_answer = TextAreaField(
        _l("The answer as it is published"),
        [InputRequired(), Length(max=20_000)],
        description=_l("Without the salutation by name. The citizen keeps the answer he was sent."),
        render_kw={"rows": 8, "lang": "vi"},
    )


class ReasonForm(StaffForm):
    """A step that needs no more than its reason."""

    reason = TextAreaField(_l("Reason"), _REASON, render_kw={"rows": 3})


class NoteForm(StaffForm):
    text = TextAreaField(_l("Note"), [InputRequired(), Length(max=4000)], render_kw={"rows": 3})


class NewPetitionForm(StaffForm):
    """An opinion that came on paper, by phone or at the counter."""

    unit = StringField(
        _l("Unit it is about"),
        [InputRequired(), Length(max=400)],
        description=_l("Begin to type its name or code, and choose it from the list."),
        render_kw={"list": "petition-units", "autocomplete": "off"},
    )
    kind = SelectField(_l("Kind of opinion"), [InputRequired()])
    text = TextAreaField(
        _l("What was said or written"),
        [InputRequired(), Length(max=4000)],
        description=_l("In the citizen's words, without his name and phone number: these stay on your paper."),
        render_kw={"rows": 8},
    )
    received_on = DateField(_l("Day of receipt"), [InputRequired()])
    wants_answer = BooleanField(_l("An answer is wanted"))
