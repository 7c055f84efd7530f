"""What is typed about a filing: the explanation and its evidence, the reasons of who decides, days and moments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, DateTimeLocalField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from forms.staff import StaffForm

LONGEST_TEXT, LONGEST_REASON = 10_000, 1000


class ExplanationForm(StaffForm):
    """The general explanation; the notes on single figures are fields named `note_` and their code."""

    explanation = TextAreaField(
        _l("Explanation"),
        description=_l("What the result comes from and what is being done about it. The figures themselves are fixed."),
        validators=[Length(max=LONGEST_TEXT)],
    )


class EvidenceForm(StaffForm):
    file = FileField(
        _l("Supporting files"),
        description=_l("PDF, PNG, JPEG, DOCX or XLSX; at most 10 files with 20 MB together."),
        validators=[FileRequired(_l("Choose a file."))],
    )


class ReasonForm(StaffForm):
    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(max=LONGEST_REASON)])


class DeadlineForm(StaffForm):
    deadline_on = DateField(_l("Last day to hand in"), validators=[InputRequired()])


class ConfirmationForm(StaffForm):
    publish_at = DateTimeLocalField(
        _l("Publish at"),
        description=_l("Date and time in Viet Nam, if the results are to stay closed until then. Empty: at once."),
        validators=[Optional()],
    )
