"""The base of the back office's forms: CSRF, texts without what is invisible, messages in the reader's language."""

from __future__ import annotations

from functools import partial
from gettext import NullTranslations
from typing import Any

from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from forms.ballot import clean_text
from forms.messages import wtforms_messages


class StaffForm(FlaskForm):  # type: ignore[misc]  # the library carries no types
    """A form of the back office; its labels come from the service's catalogues.

    What an office types is cleaned as a citizen's words are: a character that turns text around would let a reason or
    a name say something else in the audit log than was written.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the library carries no types
        def bind_field(self, form: BaseForm, unbound_field: UnboundField, options: dict[str, Any]) -> Field:
            field = super().bind_field(form, unbound_field, options)
            if isinstance(field, StringField) and not isinstance(field, HiddenField | PasswordField):
                cleaned = partial(_cleaned, lines=isinstance(field, TextAreaField))
                field.filters = [*field.filters, cleaned]
            return field

        def get_translations(self, _form: FlaskForm) -> NullTranslations:
            return wtforms_messages("en" if str(get_locale()) == "en" else "vi")


def _cleaned(text: str | None, *, lines: bool) -> str | None:
    return text if text is None else clean_text(text, lines=lines)
