"""Forms of the one-stop counter's score: what a unit reports of a quarter, and a version of the rules."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.counter_rules import LONGEST
from forms.staff import StaffForm

MOST = 10_000_000


def _count(label: Any, description: Any = "") -> IntegerField:
    limits = [Optional(), NumberRange(min=0, max=MOST)]
    return IntegerField(label, limits, description=description, render_kw={"inputmode": "numeric"})


class QuarterForm(StaffForm):
    """What the unit reports of a quarter; what is empty is not reported, and leaves its indicator out."""

    listed_procedures = _count(_l("Listed procedures"), _l("All that are received at the counter."))
    on_the_spot = _count(_l("Of them handled on the spot"))
    all_at_counter = RadioField(
        _l("The others: all received and returned at the counter?"),
        choices=[SelectChoice("", _l("Not reported")), SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        default="",
    )
    publication = SelectField(
        _l("Procedures published accurately, completely and in time"),
        choices=[
            SelectChoice("", _l("Not reported: as the dossiers tell")),
            SelectChoice("both", _l("Posted and electronically")),
            SelectChoice("one", _l("Only one of the two")),
            SelectChoice("none", _l("Neither")),
        ],
    )
    eligible_procedures = _count(_l("Procedures that could be online"))
    online_procedures = _count(_l("Of them online"))
    dossiers_received = _count(_l("Dossiers received for them"))
    online_dossiers = _count(_l("Of them sent online"))
    online_late = _count(_l("Of them late"))
    dossiers_total = _count(
        _l("All dossiers of the quarter"),
        _l("Where more than were imported, these count as a sample, with an interval."),
    )


class RulesForm(StaffForm):
    valid_from = DateField(_l("In force from"), [InputRequired()])
    definition = TextAreaField(
        _l("Rules"), [InputRequired(), Length(max=LONGEST)], render_kw={"rows": 34, "spellcheck": "false"}
    )


class CorrectionForm(StaffForm):
    """Scores that are fixed are frozen anew with the reason."""

    reason = TextAreaField(_l("Why the fixed scores are corrected"), [InputRequired(), Length(max=500)])


class RefusalForm(StaffForm):
    refusal = TextAreaField(_l("Why they are not fixed"), [InputRequired(), Length(max=500)])
