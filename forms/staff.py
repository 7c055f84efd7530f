"""The base of the back office's forms: CSRF, and WTForms' own messages in the reader's language."""

from __future__ import annotations

from gettext import NullTranslations

from flask_babel import get_locale
from flask_wtf import FlaskForm

from forms.messages import wtforms_messages


class StaffForm(FlaskForm):  # type: ignore[misc]  # the library carries no types
    """A form of the back office; its labels come from the service's catalogues."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the library carries no types
        def get_translations(self, _form: FlaskForm) -> NullTranslations:
            return wtforms_messages("en" if str(get_locale()) == "en" else "vi")
