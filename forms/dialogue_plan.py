"""The back office's forms for a dialogue's plan, its people, its steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from forms.staff import StaffForm

MOST_PEOPLE, DIGITS = 100_000, 18


class PlanForm(StaffForm):
    """When and where, who chairs, who is invited, what is on the agenda. Numbers of people by group are read apart."""

    unit = StringField(
        _l("Unit"), [InputRequired(), Length(max=400)], render_kw={"list": "units", "autocomplete": "off"}
    )
    period = SelectField(_l("Half-year"), validators=[InputRequired()])
    name_vi = StringField(_l("Name in Vietnamese"), validators=[DataRequired(), Length(max=300)])
    name_en = StringField(_l("Name in English"), validators=[Length(max=300)])
    chair = StringField(_l("Chair"), validators=[DataRequired(), Length(max=200)])
    chair_office = StringField(
        _l("Office of the chair"), validators=[Length(max=200)], description=_l("Such as: Chairman of the commune.")
    )
    secretary = StringField(_l("Secretary"), validators=[Length(max=200)])
    venue = StringField(_l("Place of the meeting"), validators=[DataRequired(), Length(max=300)])
    day = DateField(_l("Day"), validators=[InputRequired()])
    time = TimeField(_l("Begins at"), validators=[InputRequired()])
    box_opens_on = DateField(
        _l("Question box opens on"),
        validators=[InputRequired()],
        description=_l("From this day on citizens hand in questions by QR code or web, until the meeting ends."),
    )
    invited = TextAreaField(
        _l("Invited in particular"),
        validators=[Length(max=10_000)],
        description=_l("One line each, such as: heads of the villages. It stands in the notice and the minutes."),
        render_kw={"rows": 3},
    )
    agenda = TextAreaField(
        _l("Agenda"), validators=[Length(max=10_000)], description=_l("One point a line."), render_kw={"rows": 6}
    )


class CancelForm(StaffForm):
    reason = TextAreaField(
        _l("Reason"),
        description=_l("It is shown to whoever opens the page of the dialogue."),
        validators=[DataRequired(), Length(max=500)],
        render_kw={"rows": 3},
    )


class ConclusionForm(StaffForm):
    """The text of the conclusions; `seen` marks the text it began from, so that nobody's work is overwritten."""

    conclusion = TextAreaField(
        _l("Conclusions of the chair"),
        description=_l("One paragraph a line. It becomes the notice of conclusions."),
        validators=[Length(max=50_000)],
        render_kw={"rows": 12},
    )
    seen = HiddenField()


class NotesForm(StaffForm):
    notes = TextAreaField(_l("Notes"), validators=[Length(max=50_000)], render_kw={"rows": 8})
    seen = HiddenField()
    question = HiddenField()


def read_people(
    typed: Mapping[str, str], prefix: str, groups: Collection[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """The fields `prefix` + group as numbers, an empty one as 0; and what was typed instead of a number."""
    numbers: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for group in groups:
        text = typed.get(f"{prefix}{group}", "")
        digits = "".join(text.split()).replace(".", "")
        if not digits:
            numbers[group] = 0
        elif digits.isascii() and digits.isdigit() and len(digits) <= DIGITS and int(digits) <= MOST_PEOPLE:
            numbers[group] = int(digits)
        else:
            wrong[group] = text
    return numbers, wrong
