"""What somebody fills in at a dialogue: a question for its box, and that he is present."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import ValidationError

from forms.ballot import clean_text

GROUPS = ("citizen", "business", "organisation", "delegate", "official", "press")
LONGEST_QUESTION = 2000


def _lines(text: str | None) -> str:
    return clean_text(text or "", lines=True)


def _one_line(text: str | None) -> str:
    return clean_text(text or "", lines=False)


class GroupForm(Form):  # type: ignore[misc]  # WTForms carries no types
    """Which group somebody belongs to; no name."""

    group = StringField()

    def validate_group(self, field: StringField) -> None:
        if field.data not in GROUPS:
            raise ValidationError(_l("Choose which group you belong to."))


class AskForm(GroupForm):
    """A question, of a group and of nobody by name."""

    text = TextAreaField(filters=[_lines])

    def validate_text(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(_l("Write your question first."))
        if len(field.data) > LONGEST_QUESTION:
            most = LONGEST_QUESTION
            raise ValidationError(_l("The text is longer than %(most)s characters. Please shorten it.", most=most))


class CheckInForm(GroupForm):
    """That somebody is in the room: its code, as it is shown there."""

    room_code = StringField(filters=[_one_line])

    def validate_room_code(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(_l("Type the code that is shown in the room."))
