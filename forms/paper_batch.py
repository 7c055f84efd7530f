"""Forms around a batch of paper forms: where it comes from, its header, its end."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.staff import StaffForm

MOST_FORMS = 2000


class BatchFilter(StaffForm):
    """Which batches are listed."""

    class Meta(StaffForm.Meta):
        csrf = False

    wave = SelectField(_l("Wave"), validate_choice=False)
    state = SelectField(_l("Step"), validate_choice=False)
    code = StringField(_l("Batch code"), [Length(max=20)])


class BatchPlaceForm(StaffForm):
    """Of which wave and unit the forms are."""

    class Meta(StaffForm.Meta):
        csrf = False

    wave = SelectField(_l("Wave"))
    unit = StringField(
        _l("Unit"), [InputRequired(), Length(max=300)], render_kw={"list": "units", "autocomplete": "off"}
    )


class BatchForm(StaffForm):
    """The header of a batch, filled in before typing begins."""

    counter = SelectField(_l("Counter"))
    respondent_group = SelectField(_l("Who filled the forms in"))
    forms_expected = IntegerField(
        _l("Number of forms received"),
        [InputRequired(), NumberRange(1, MOST_FORMS)],
        description=_l("Count the forms, blank ones too. At most 2,000 a batch; divide a larger bundle."),
        render_kw={"inputmode": "numeric"},
    )
    collected_from = DateField(_l("Collected from"), [InputRequired()])
    collected_until = DateField(
        _l("Collected until"),
        [InputRequired()],
        description=_l("The answers count in the half-month of this day."),
    )
    double_share = IntegerField(
        _l("Typed twice, in percent of the forms"),
        [InputRequired(), NumberRange(0, 100)],
        description=_l(
            "0: every form once. 100: every form again by a second person. Between: a share drawn by the code."
        ),
        render_kw={"inputmode": "numeric"},
    )
    control_question = SelectField(
        _l("Item of the control total"),
        description=_l("Optional: add up the values of one item by hand; typing errors show in the sum."),
    )
    control_sum = IntegerField(_l("Its sum"), [Optional(), NumberRange(0, 9 * MOST_FORMS)])
    note = StringField(_l("Note"), [Length(max=300)])
    reason = StringField(
        _l("Reason"), [Length(max=300)], description=_l("Forms have been typed: why is the header changed now?")
    )


class FinishForm(StaffForm):
    """Accepting or rejecting a batch."""

    reason = TextAreaField(
        _l("Reason"),
        [Length(max=500)],
        description=_l("Needed for rejecting, and for accepting totals that do not match."),
        render_kw={"rows": 2},
    )
