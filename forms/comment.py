"""What the offices say of a comment: tags, and why one is hidden."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.staff import StaffForm


class TagForm(StaffForm):
    tags = StringField(
        _l("Tags"), description=_l("Several are parted by commas."), validators=[InputRequired(), Length(max=400)]
    )


class HideForm(StaffForm):
    reason = TextAreaField(
        _l("Reason"),
        description=_l(
            "Such as: it names a person, it insults, it is an advertisement. The reason is kept in the audit log."
        ),
        validators=[InputRequired(), Length(max=500)],
    )
