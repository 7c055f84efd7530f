"""Forms of the indices over the years: which one, what was published for a year, what a plan asks."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.decimal_field import CommaDecimalField
from forms.staff import StaffForm


class IndexForm(StaffForm):
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), Length(max=200)])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=200)])
    publisher_vi = StringField(_l("Published by"), [InputRequired(), Length(max=200)])
    publisher_en = StringField(_l("Published by, in English"), [Optional(), Length(max=200)])
    maximum = CommaDecimalField(
        _l("Highest value"),
        [Optional(), NumberRange(min=Decimal("0.0001"), max=Decimal(99_999))],
        description=_l("For instance 100 for PAR INDEX, 80 for PAPI; empty: no limit."),
    )
    decimals = IntegerField(
        _l("Decimals"), [InputRequired(), NumberRange(min=0, max=4)], default=2, render_kw={"inputmode": "numeric"}
    )


class NewIndexForm(IndexForm):
    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=40)],
        description=_l("Letters, digits and hyphens, such as par-index; it stays."),
    )


class PointForm(StaffForm):
    """What was published for a year; `reason` where it corrects what is recorded."""

    year = IntegerField(
        _l("Year measured"), [InputRequired(), NumberRange(min=2000, max=2100)], render_kw={"inputmode": "numeric"}
    )
    value = CommaDecimalField(_l("Value"), [Optional()])
    rank = IntegerField(_l("Rank"), [Optional(), NumberRange(min=1, max=9999)], render_kw={"inputmode": "numeric"})
    ranked = IntegerField(
        _l("Provinces ranked"), [Optional(), NumberRange(min=1, max=9999)], render_kw={"inputmode": "numeric"}
    )
    method = StringField(
        _l("Method"),
        [Optional(), Length(max=200)],
        description=_l("The decision or version in force, such as 876/QĐ-BNV; where it changes, the series breaks."),
    )
    source = StringField(
        _l("Source"), [InputRequired(), Length(max=500)], description=_l("The decision or report that published it.")
    )
    note = StringField(_l("Note"), [Optional(), Length(max=500)])
    reason = StringField(
        _l("Reason for the correction"),
        [Optional(), Length(max=500)],
        description=_l("Only where the year is recorded already; what stood before stays readable."),
    )


class AimForm(StaffForm):
    """What a plan asks of a year."""

    year = IntegerField(
        _l("Year"), [InputRequired(), NumberRange(min=2000, max=2100)], render_kw={"inputmode": "numeric"}
    )
    value = CommaDecimalField(_l("Value, at least"), [Optional()])
    best_rank = IntegerField(
        _l("Rank, from"), [Optional(), NumberRange(min=1, max=9999)], render_kw={"inputmode": "numeric"}
    )
    worst_rank = IntegerField(
        _l("to"),
        [Optional(), NumberRange(min=1, max=9999)],
        description=_l("The worst rank that still reaches the target; one number alone is enough."),
        render_kw={"inputmode": "numeric"},
    )
    reference = StringField(
        _l("Plan or decision"), [InputRequired(), Length(max=500)], description=_l("Which document sets the target.")
    )
