"""Forms of the numbers of transactions: which units and period, and why a published number is corrected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DecimalField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.staff import StaffForm


class PeriodForm(StaffForm):
    """Units, period and margin of error of the grid; `kind.choices` are the caller's."""

    class Meta(StaffForm.Meta):
        csrf = False

    start = DateField(_l("From"), [InputRequired()])
    end = DateField(_l("Until"), [InputRequired()])
    q = StringField(_l("Name or code"), [Optional(), Length(max=100)], render_kw={"type": "search"})
    kind = SelectField(_l("Kind"), [Optional()])
    error = DecimalField(
        _l("Margin of error (%)"),
        [InputRequired(), NumberRange(min=Decimal("0.5"), max=Decimal(50))],
        default=Decimal(5),
        places=None,
        render_kw={"inputmode": "decimal"},
    )

    def validate_end(self, field: DateField) -> None:
        """The period does not end before it begins."""
        if isinstance(self.start.data, date) and field.data < self.start.data:
            raise ValueError(_l("The period ends before it begins."))


class GridForm(StaffForm):
    reason = StringField(
        _l("Reason for the correction"),
        [Optional(), Length(max=500)],
        description=_l(
            "Only for numbers that a published wave counts. It stays on record; the published figures follow only once "
            "two people have corrected them."
        ),
    )
