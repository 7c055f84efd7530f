"""Question kind → WTForms field: a table of small builders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from forms.ballot import ERROR_WORDS, ErrorCode, clean_text
from forms.definition import Kind, Language, Question


class FieldError(str):
    """The words of an error, which know their code."""

    __slots__ = ("code",)
    code: ErrorCode

    @classmethod
    def of(cls, code: ErrorCode, language: Language, limit: int | None = None) -> FieldError:
        error = cls(ERROR_WORDS[code][language].format(limit=limit))
        error.code = code
        return error


class Once:
    """Refuses a field that arrived more than once."""

    def __init__(self, language: Language) -> None:
        self.error = FieldError.of("twice", language)

    def __call__(self, form: BaseForm, field: Any) -> None:
        if len(field.raw_data or ()) > 1:
            raise ValidationError(self.error)


class Offered:
    """Refuses what is not among the values on the form; nothing at all is a skipped question."""

    def __init__(self, question: Question, language: Language) -> None:
        self.values = {str(value) for value in question.values}
        self.error = FieldError.of("impossible_value", language)

    def __call__(self, form: BaseForm, field: Any) -> None:
        if not self.values.issuperset(filter(None, field.raw_data or ())):
            raise ValidationError(self.error)


class AtMost:
    """Refuses a text of more than `limit` characters, counted after cleaning."""

    def __init__(self, limit: int, language: Language) -> None:
        self.limit = limit
        self.error = FieldError.of("too_long", language, limit)

    def __call__(self, form: BaseForm, field: Any) -> None:
        if len(field.data or "") > self.limit:
            raise ValidationError(self.error)


def field_for(question: Question, language: Language) -> UnboundField:
    """The field that asks `question` in `language`; it belongs into a form under the name `question.field`."""
    return _BUILDERS[question.kind](question, language)


def _one(question: Question, language: Language) -> UnboundField:
    return RadioField(
        question.wording[language],
        validators=[Once(language), Offered(question, language)],
        choices=_choices(question, language),
        validate_choice=False,
        description=_help(question, language),
    )


def _several(question: Question, language: Language) -> UnboundField:
    return SelectMultipleField(
        question.wording[language],
        validators=[Offered(question, language)],
        choices=_choices(question, language),
        validate_choice=False,
        description=_help(question, language),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def _short_text(question: Question, language: Language) -> UnboundField:
    return StringField(question.wording[language], **_text(question, language, lines=False))


def _long_text(question: Question, language: Language) -> UnboundField:
    return TextAreaField(question.wording[language], **_text(question, language, lines=True))


def _text(question: Question, language: Language, *, lines: bool) -> dict[str, Any]:
    limit = question.max_length
    assert limit is not None  # a text question checks that itself
    return {
        "validators": [Once(language), AtMost(limit, language)],
        "filters": [lambda text: text and clean_text(text, lines=lines)],
        "description": _help(question, language),
        "render_kw": {"maxlength": limit},
    }


def _choices(question: Question, language: Language) -> list[SelectChoice]:
    return [SelectChoice(value=str(choice.value), label=choice.wording[language]) for choice in question.choices]


def _help(question: Question, language: Language) -> str:
    return question.help[language] if question.help else ""


_BUILDERS: dict[Kind, Callable[[Question, Language], UnboundField]] = {
    "rating": _one,
    "single": _one,
    "several": _several,
    "yes_no": _one,
    "levels": _one,
    "short_text": _short_text,
    "long_text": _long_text,
}
