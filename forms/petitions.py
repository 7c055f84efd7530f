"""The forms of an opinion's case, one a step; their choices are the caller's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from forms.addresses import is_address, phone_number
from forms.ballot import clean_text
from forms.consents import is_version
from forms.petition import LONGEST_NAME
from forms.staff import StaffForm

_UNKEPT = {"autocomplete": "off"}  # another citizen's name does not belong into an official's browser
_REASON = (InputRequired(), Length(max=1000))


def _cleaned(text: str | None) -> str:
    return clean_text(text or "", lines=False)


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
    """An opinion that came on paper, by phone or at the counter. Without a contact it is anonymous, which is the
    default; with one, the consents that the citizen gave to the official."""

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
        description=_l("In the citizen's words, without his name and phone number: these go into the fields below."),
        render_kw={"rows": 8},
    )
    received_on = DateField(_l("Day of receipt"), [InputRequired()])
    wants_answer = BooleanField(_l("An answer is wanted"))
    name = StringField(_l("Name of the citizen"), [Length(max=LONGEST_NAME)], [_cleaned], render_kw=_UNKEPT)
    phone = StringField(_l("Phone"), [Length(max=30)], [_cleaned], render_kw={**_UNKEPT, "inputmode": "tel"})
    email = StringField(_l("E-mail"), [Length(max=254)], [_cleaned], render_kw={**_UNKEPT, "inputmode": "email"})
    consent_answer = BooleanField(_l("The citizen agrees to be answered"))
    consent_follow_up = BooleanField(_l("The citizen agrees to be asked once about the handling"))

    @property
    def leaves_contact(self) -> bool:
        given = (self.name, self.phone, self.email, self.consent_answer, self.consent_follow_up)
        return any(field.data for field in given)

    @property
    def consents(self) -> dict[str, str]:
        """The version of each wording that was read out and agreed to, by purpose."""
        ticked = {"answer": self.consent_answer, "follow_up": self.consent_follow_up}
        versions = {purpose: field.raw_data[0] for purpose, field in ticked.items() if field.data}
        return {purpose: version for purpose, version in versions.items() if is_version(purpose, version)}

    def validate_name(self, field: StringField) -> None:
        if self.leaves_contact and not field.data:
            raise ValidationError(_l("Write the name, so that the office knows whom it answers."))

    def validate_phone(self, field: StringField) -> None:
        if self.leaves_contact and not field.data and not self.email.data:
            raise ValidationError(_l("Write a phone number or an e-mail address, or leave the whole contact empty."))
        if field.data and phone_number(field.data) is None:
            raise ValidationError(_l("This is no phone number. Write digits only, such as 0912345678."))

    def validate_email(self, field: StringField) -> None:
        if field.data and not is_address(field.data):
            raise ValidationError(_l("This is no e-mail address. Write it like ten@example.vn."))

    def validate_consent_answer(self, _field: BooleanField) -> None:
        if self.leaves_contact and "answer" not in self.consents:
            raise ValidationError(
                _l("Read the sentence to the citizen, and tick it if he agrees; else take no contact.")
            )
