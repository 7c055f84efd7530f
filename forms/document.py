"""What an office fills in around documents to issue: a new set, and why one is withdrawn."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.export import SelectMultipleCheckboxField
from forms.staff import StaffForm


class DocumentRunForm(StaffForm):
    """Which documents of which wave; the view offers waves, kinds and languages."""

    wave = SelectField(_l("Wave"), description=_l("Waves that have closed: their figures are final."))
    kinds = SelectMultipleCheckboxField(_l("Kinds of document"), [InputRequired()])
    language = RadioField(_l("Language of the documents"), default="vi")


class WithdrawDocumentForm(StaffForm):
    """Taking a published document back."""

    reason = TextAreaField(
        _l("Reason of the withdrawal"),
        [InputRequired(), Length(max=500)],
        description=_l("Everybody who verifies the document reads it."),
        render_kw={"rows": 2},
    )
