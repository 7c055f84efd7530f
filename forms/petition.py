"""What a citizen fills in around an opinion: the opinion itself, the rating of its handling, why it is sent back."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from forms.addresses import is_address, phone_number
from forms.ballot import clean_text
from forms.consents import is_version

KINDS = ("difficulty", "attitude", "recommendation", "praise")
COMPLAINT = "complaint"  # chosen by who has one: nothing is stored, the page says where to go
LONGEST_TEXT, LONGEST_NAME, LONGEST_REASON = 4000, 100, 1000

_one_line = partial(clean_text, lines=False)
_lines = partial(clean_text, lines=True)


def _cleaned(text: str | None) -> str:
    return _one_line(text or "")


def _cleaned_lines(text: str | None) -> str:
    return _lines(text or "")


class PetitionForm(Form):  # type: ignore[misc]  # the library carries no types
    """An opinion. `offers_contact` says whether contacts can be sealed here; without it their fields are not read."""

    kind = StringField()
    text = TextAreaField(filters=[_cleaned_lines])
    wants_answer = BooleanField()
    name = StringField(filters=[_cleaned])
    phone = StringField(filters=[_cleaned])
    email = StringField(filters=[_cleaned])
    consent_answer = StringField()
    consent_follow_up = StringField()

    def __init__(self, *arguments: Any, offers_contact: bool, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.offers_contact = offers_contact

    @property
    def is_complaint(self) -> bool:
        return bool(self.kind.data == COMPLAINT)

    @property
    def leaves_contact(self) -> bool:
        return bool(self.offers_contact and self.wants_answer.data)

    @property
    def consents(self) -> dict[str, str]:
        """The version of each wording that was ticked, by purpose."""
        ticked = {"answer": self.consent_answer.data, "follow_up": self.consent_follow_up.data}
        return {purpose: version for purpose, version in ticked.items() if version and is_version(purpose, version)}

    def validate_kind(self, field: StringField) -> None:
        if field.data not in KINDS:
            raise ValidationError(_l("Choose what your opinion is about."))

    def validate_text(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(_l("Write your opinion first."))
        if len(field.data) > LONGEST_TEXT:
            most = LONGEST_TEXT
            raise ValidationError(_l("The text is longer than %(most)s characters. Please shorten it.", most=most))

    def validate_name(self, field: StringField) -> None:
        if self.leaves_contact and not field.data:
            raise ValidationError(_l("Write your name, so that the office knows whom it answers."))
        if len(field.data) > LONGEST_NAME:
            most = LONGEST_NAME
            raise ValidationError(_l("The name is longer than %(most)s characters. Please shorten it.", most=most))

    def validate_phone(self, field: StringField) -> None:
        if not self.leaves_contact:
            return
        if not field.data and not self.email.data:
            raise ValidationError(_l("Write a telephone number or an e-mail address; otherwise nobody can answer you."))
        if field.data and phone_number(field.data) is None:
            raise ValidationError(_l("This is no telephone number. Please write digits only, such as 0912345678."))

    def validate_email(self, field: StringField) -> None:
        if self.leaves_contact and field.data and not is_address(field.data):
            raise ValidationError(_l("This is no e-mail address. Please write it like ten@example.vn."))

    def validate_consent_answer(self, _field: StringField) -> None:
        if self.leaves_contact and "answer" not in self.consents:
            raise ValidationError(_l("To answer you we need your consent. Please tick it, or untick the answer above."))


class RateForm(Form):  # type: ignore[misc]  # the library carries no types
    """How satisfied the citizen is with the handling, 1–5."""

    rating = StringField()
    remark = TextAreaField(
        filters=[_cleaned_lines],
        validators=[
            Length(max=LONGEST_REASON, message=_l("The text is longer than 1000 characters. Please shorten it."))
        ],
    )

    def validate_rating(self, field: StringField) -> None:
        if field.data not in ("1", "2", "3", "4", "5"):
            raise ValidationError(_l("Choose one of the five answers."))


class ReopenForm(Form):  # type: ignore[misc]  # the library carries no types
    """Why the answer does not settle the matter."""

    reason = TextAreaField(
        filters=[_cleaned_lines],
        validators=[
            DataRequired(_l("Say what the answer leaves open, so that the office can deal with it.")),
            Length(max=LONGEST_REASON, message=_l("The text is longer than 1000 characters. Please shorten it.")),
        ],
    )
