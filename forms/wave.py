"""The back office's forms for waves: one a step of the wizard, and what each choice means in one plain sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from forms.export import SelectMultipleCheckboxField
from forms.staff import StaffForm

LARGEST_NUMBER = 10_000_000
DIGITS = 18  # of a number that is looked at: of thousands, Python makes none
# Words of addresses below /staff/dot, which a wave's code would hide.
RESERVED_CODES = frozenset({"moi", "chi-tieu"})

# The name of each choice, and what it means.
DESIGNS = {
    "self_selected": (
        _l("Whoever wishes answers"),
        _l("QR codes, links and kiosks. The report says that these are volunteers, and speaks of forms per dossier."),
    ),
    "probability": (
        _l("A random sample"),
        _l("People were drawn by lot from a list. The interval then speaks for everybody in the list."),
    ),
    "census": (
        _l("Everybody was asked"),
        _l("Every person of the period was asked. Where all have answered, the point alone decides."),
    ),
}
RULES = {
    "top_two": (_l("Share of satisfied answers"), _l("“Satisfied” and “very satisfied” over all answers from 1 to 5.")),
    "mean_of_max": (_l("Mean score over the highest"), _l("The mean of the scores divided by 5.")),
    "scaled_mean": (_l("Mean score from 0 to 100%"), _l("The worst answer counts 0%, the best 100%, in equal steps.")),
}
AGGREGATIONS = {
    "pool_answers": (_l("All answers together"), _l("Each answer to each criterion weighs the same.")),
    "mean_of_items": (_l("Mean of the criteria"), _l("Each criterion weighs the same, however many answered it.")),
    "mean_of_factors": (_l("Mean of the factors"), _l("Each factor weighs the same, however many criteria it has.")),
}
WEIGHTINGS = {
    "unweighted": (_l("Every answer counts the same"), _l("The weighted figure stands beside it.")),
    "weighted": (
        _l("Units weigh by their transactions"),
        _l("A unit that handles more dossiers weighs more. Needs the number of transactions of each unit."),
    ),
}
TRUSTS = {
    "open": (_l("Open access"), _l("A QR code or a link: whoever has it can answer.")),
    "present": (
        _l("Present at the counter"),
        _l("A kiosk with a key of its own. Not yet available for the web form: such collectors take imports only."),
    ),
    "verified": (
        _l("Verified dossier"),
        _l("A token for each dossier, used once. Not yet available for the web form: imports only."),
    ),
    "paper": (_l("Paper form"), _l("Forms filled in on paper and entered by the office.")),
    "assisted": (
        _l("Entered with an official's help"),
        _l("By telephone or interview: an official writes the answers down."),
    ),
}


def offered(words: Mapping[str, tuple[Any, Any]]) -> list[SelectChoice]:
    """The choices of a table above."""
    return [SelectChoice(code, name) for code, (name, _meaning) in words.items()]


class NewWaveForm(StaffForm):
    """What a draft begins with; all else is proposed."""

    questionnaire = RadioField(_l("Questionnaire"), validators=[InputRequired()])
    owner = SelectField(_l("Run by"), validators=[InputRequired()])


class QuestionnaireForm(StaffForm):
    questionnaire = RadioField(_l("Questionnaire"), validators=[InputRequired()])


class PeriodForm(StaffForm):
    """Period, code and names; `half` is a button that fills them in for a half-year or quarter."""

    period_start = DateField(_l("First day"), validators=[InputRequired()])
    period_end = DateField(_l("Last day"), validators=[InputRequired()])
    code = StringField(
        _l("Code of the wave"),
        validators=[
            InputRequired(),
            Length(max=40),
            Regexp(r"^\w[\w.-]*$", message=_l("Use letters, digits, hyphens and full stops, without blanks.")),
        ],
        description=_l("Stands in addresses and files, such as 2026-H2."),
    )
    name_vi = StringField(_l("Name in Vietnamese"), validators=[DataRequired(), Length(max=300)])
    name_en = StringField(_l("Name in English"), validators=[Length(max=300)])

    def validate_code(self, field: StringField) -> None:
        if field.data in RESERVED_CODES:
            raise ValidationError(gettext("This word stands for a page of its own: choose another code."))

    def validate_period_end(self, field: DateField) -> None:
        if field.data and self.period_start.data and field.data < self.period_start.data:
            raise ValidationError(gettext("The last day lies before the first."))


class TargetChoiceForm(StaffForm):
    target = RadioField(_l("Target"), validators=[InputRequired()])


class TargetForm(StaffForm):
    """A new target, dated, with the decision that sets it; the percentage is typed with comma or full stop."""

    code = StringField(
        _l("Code of the target"),
        validators=[
            InputRequired(),
            Length(max=40),
            Regexp(r"^\w[\w.-]*$", message=_l("Use letters, digits, hyphens and full stops, without blanks.")),
        ],
        description=_l("Such as sipas-90."),
    )
    percent = StringField(_l("Satisfaction index from, in %"), validators=[InputRequired(), Length(max=12)])
    reference_vi = StringField(
        _l("Legal reference, in Vietnamese"),
        validators=[DataRequired(), Length(max=500)],
        description=_l("The plan or decision that sets the target, with its number and day."),
    )
    reference_en = StringField(_l("Legal reference, in English"), validators=[Length(max=500)])
    valid_from = DateField(_l("In force from"), validators=[InputRequired()])
    valid_until = DateField(_l("In force until (empty: no end)"), validators=[Optional()])

    def validate_percent(self, field: StringField) -> None:
        if self.value is None:
            raise ValidationError(gettext("Write a number above 0 and below 100, such as 80 or 83,5."))

    def validate_valid_until(self, field: DateField) -> None:
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(gettext("The last day lies before the first."))

    @property
    def value(self) -> Decimal | None:
        """The target as a fraction; None where the percentage is none."""
        typed = (self.percent.data or "").strip().removesuffix("%").strip().replace(",", ".")
        whole, _, decimals = typed.partition(".")
        if not (typed.isascii() and whole.isdigit() and (decimals.isdigit() or not decimals) and len(decimals) <= 4):
            return None
        value = Decimal(typed) / 100
        return value if 0 < value < 1 else None


class MethodForm(StaffForm):
    """How the figures are computed; every choice stands with what it means."""

    design = RadioField(_l("Who answers"), choices=offered(DESIGNS), validators=[InputRequired()])
    rule = RadioField(_l("How an index is computed"), choices=offered(RULES), validators=[InputRequired()])
    aggregation = RadioField(_l("How criteria are joined"), choices=offered(AGGREGATIONS), validators=[InputRequired()])
    headline_weighting = RadioField(
        _l("Which figure is the headline"), choices=offered(WEIGHTINGS), validators=[InputRequired()]
    )
    minimum_people = IntegerField(
        _l("Fewest people for a verdict"),
        validators=[InputRequired(), NumberRange(min=1, max=LARGEST_NUMBER)],
        description=_l("With fewer people no verdict is given and the unit has no rank; 30 is customary."),
    )
    # Not required as a field is: a browser would ask for every single box.
    trust_levels = SelectMultipleCheckboxField(_l("Answers that count in the headline"), choices=offered(TRUSTS))

    def validate_trust_levels(self, field: SelectMultipleCheckboxField) -> None:
        if not field.data:
            raise ValidationError(gettext("Tick at least one: without any there is no headline."))


class TransactionsQuotaForm(StaffForm):
    """Quotas from numbers of transactions: n = N/(1 + N·e²)."""

    # Not required: the page has other buttons that must work while this is empty.
    error = StringField(_l("Margin of error e, in %"), default="5", validators=[Length(max=8)])
    period = SelectField(_l("Transactions of"), validators=[InputRequired()])

    def validate_error(self, field: StringField) -> None:
        if self.fraction is None:
            raise ValidationError(gettext("Write a number from 1 to 50, such as 5."))

    @property
    def fraction(self) -> Decimal | None:
        """e as a fraction; None where it is no percentage from 1 to 50."""
        typed = (self.error.data or "").strip().removesuffix("%").strip().replace(",", ".")
        whole, _, decimals = typed.partition(".")
        if not (typed.isascii() and whole.isdigit() and (decimals.isdigit() or not decimals) and len(decimals) <= 3):
            return None
        value = Decimal(typed) / 100
        return value if Decimal("0.01") <= value <= Decimal("0.5") else None


class KindQuotaForm(StaffForm):
    """One quota for all units of a kind."""

    kind = SelectField(_l("For every unit that is a"), validators=[InputRequired()])
    quota = IntegerField(_l("Quota"), validators=[NumberRange(min=0, max=LARGEST_NUMBER)])


class ScheduleForm(StaffForm):
    """Days on which the platform opens and closes the wave by itself; either may be left to the hand."""

    opens_on = DateField(
        _l("Opens on"), validators=[Optional()], description=_l("At midnight. Empty: somebody opens it by hand.")
    )
    closes_on = DateField(
        _l("Closes after"),
        validators=[Optional()],
        description=_l("Answers are taken until the end of this day. Empty: somebody closes it by hand."),
    )

    def validate_closes_on(self, field: DateField) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(gettext("The wave would close before it opens."))


def read_numbers(entries: Iterable[tuple[str, str]], prefix: str) -> tuple[dict[int, int | None], dict[int, str]]:
    """The fields `prefix` + id of a grid as numbers by id (None: left empty), and what was typed instead of a number.

    Thousands may be parted by full stops or blanks, as people write them.
    """
    numbers: dict[int, int | None] = {}
    wrong: dict[int, str] = {}
    for name, typed in entries:
        rest = name.removeprefix(prefix)
        if rest == name or not rest.isdecimal() or len(rest) > DIGITS:
            continue
        digits = "".join(typed.split()).replace(".", "").replace("\u00a0", "")
        if not digits:
            numbers[int(rest)] = None
        elif digits.isascii() and digits.isdigit() and len(digits) <= DIGITS and int(digits) <= LARGEST_NUMBER:
            numbers[int(rest)] = int(digits)
        else:
            wrong[int(rest)] = typed
    return numbers, wrong
