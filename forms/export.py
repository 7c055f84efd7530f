"""What is to be exported: of which wave and unit, and how single responses are narrowed and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from forms.staff import StaffForm


class SelectMultipleCheckboxField(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """Any number of choices, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _choices(named: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in named.items()]


class RowOptions(StaffForm):
    """Which responses, and how they are written. It only asks: its address can be kept."""

    class Meta(StaffForm.Meta):
        csrf = False

    first = SelectField(_l("From the half-month"), validators=[Optional()])
    last = SelectField(_l("Until the half-month"), validators=[Optional()])
    trust = SelectMultipleCheckboxField(
        _l("Trust levels"), description=_l("None ticked: all of them."), validators=[Optional()]
    )
    flagged = BooleanField(_l("With flagged responses"))
    identifying = BooleanField(
        _l("With counter, day, demographics and free text"),
        description=_l(
            "Without them a row tells what somebody thinks, not who it may be. Take them only if you need them."
        ),
    )
    values = RadioField(
        _l("Answers written"),
        choices=_choices({"codes": _l("as codes (1–5)"), "words": _l("as words")}),
        default="codes",
    )
    separator = RadioField(
        _l("CSV for"),
        choices=_choices({"semicolon": _l("Excel in Vietnamese (semicolons)"), "comma": _l("other programs (commas)")}),
        default="semicolon",
    )

    def offer(self, half_months: Mapping[str, str], trust_levels: Mapping[str, Any]) -> None:
        """Set what may be chosen."""
        self.first.choices = _choices({"": _l("the beginning"), **half_months})
        self.last.choices = _choices({"": _l("the end"), **half_months})
        self.trust.choices = _choices(trust_levels)

    def validate_last(self, field: Field) -> None:
        """Half-months are offered in order, and their codes sort in it."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(gettext("This lies before the beginning you chose."))

    @property
    def words(self) -> bool:
        return bool(self.values.data == "words")

    @property
    def comma(self) -> bool:
        return bool(self.separator.data == "comma")


class ExportForm(RowOptions):
    """What to export: chosen on the page, which then offers the files."""

    wave = SelectField(_l("Wave"), validators=[InputRequired()])
    unit = StringField(
        _l("Unit"), description=_l("Its code or a part of its name. Everything below it belongs to it."),
        validators=[InputRequired()], render_kw={"data-suggest": "units"},
    )  # fmt: skip
    what = RadioField(_l("What to export"), validators=[InputRequired()], default="unit")

    def offer_all(
        self,
        waves: Mapping[str, str],
        whats: Mapping[str, Any],
        half_months: Mapping[str, str],
        trust_levels: Mapping[str, Any],
    ) -> None:
        """Set what may be chosen."""
        self.wave.choices = _choices(waves)
        self.what.choices = _choices(whats)
        self.offer(half_months, trust_levels)
