"""The citizen's form: the only road from form data to typed answers.

:func:`read_ballot` is the road of every valid post, compiled once per questionnaire because it is taken for each
ballot; :func:`citizen_form` renders, and renders again with errors. A property test holds the two to one verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from gettext import NullTranslations
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from forms.ballot import ERROR_WORDS, Ballot, BallotError, ErrorCode, clean_text
from forms.definition import TEXT_KINDS, Condition, Kind, Language, Question, Questionnaire
from forms.fields import FieldError, field_for
from forms.messages import wtforms_messages

__all__ = ["ERROR_WORDS", "Ballot", "BallotError", "CitizenForm", "ErrorCode", "citizen_form", "read_ballot"]

FormData = MultiDict[str, str] | Mapping[str, str | Sequence[str]]
"""Submitted fields: a request's form, or field name → text or texts."""

PREFIX = "q_"


_Read = Callable[[Sequence[str], Ballot], ErrorCode | None]
"""Puts what was submitted for one question into the ballot, or says what is wrong with it."""


def _one(question: Question) -> _Read:
    code = question.code
    values = {str(value): value for value in question.values}

    def read(given: Sequence[str], ballot: Ballot) -> ErrorCode | None:
        if len(given) > 1:
            return "twice"
        value = values.get(given[0])
        if value is not None:
            ballot.choices[code] = value
        elif given[0]:
            return "impossible_value"
        return None

    return read


def _several(question: Question) -> _Read:
    code = question.code
    values = {str(value): value for value in question.values}

    def read(given: Sequence[str], ballot: Ballot) -> ErrorCode | None:
        ticked = {text for text in given if text}
        if not ticked <= values.keys():
            return "impossible_value"
        if ticked:
            ballot.several[code] = tuple(sorted(values[text] for text in ticked))
        return None

    return read


def _text(question: Question) -> _Read:
    code, limit, lines = question.code, question.max_length or 0, question.kind == "long_text"

    def read(given: Sequence[str], ballot: Ballot) -> ErrorCode | None:
        if len(given) > 1:
            return "twice"
        text = clean_text(given[0], lines=lines)
        if len(text) > limit:
            return "too_long"
        if text:
            ballot.texts[code] = text
        return None

    return read


_READERS: dict[Kind, Callable[[Question], _Read]] = {
    "rating": _one,
    "single": _one,
    "several": _several,
    "yes_no": _one,
    "levels": _one,
    "short_text": _text,
    "long_text": _text,
}


class _Reader:
    """The validator compiled from a questionnaire: every table made once, one look-up per question left."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.steps = tuple(
            (question.field, question.code, _READERS[question.kind](question), question.condition)
            for question in questionnaire.questions
        )
        self.fields = frozenset(question.field for question in questionnaire.questions)

    def __call__(self, data: FormData) -> Ballot:
        submitted = _lists(data)
        ballot = Ballot({}, {}, {})
        errors: list[BallotError] = []
        for field, code, read, condition in self.steps:
            given = submitted.get(field)
            if given and (condition is None or _met(condition, ballot)):
                error = read(given, ballot)
                if error is not None:
                    errors.append(BallotError(code, error))
        if any(name not in self.fields for name in submitted if name.startswith(PREFIX)):
            errors.append(BallotError(None, "impossible_value"))
        return _finished(ballot, errors)


def _met(condition: Condition, ballot: Ballot) -> bool:
    """Whether an answer that stands in the ballot asks for the question; none does where it was itself discarded."""
    answer = ballot.choices.get(condition.question)
    if answer is None:
        return not set(condition.values).isdisjoint(ballot.several.get(condition.question, ()))
    return answer in condition.values


def _finished(ballot: Ballot, errors: list[BallotError]) -> Ballot:
    if ballot.is_empty and not errors:
        errors.append(BallotError(None, "empty"))
    return Ballot(ballot.choices, ballot.several, ballot.texts, tuple(errors))


def _lists(data: FormData) -> dict[str, Sequence[str]]:
    if isinstance(data, MultiDict):
        return dict(data.lists())
    return {name: (given,) if isinstance(given, str) else given for name, given in data.items()}


_reader = lru_cache(maxsize=256)(_Reader)


def read_ballot(questionnaire: Questionnaire, data: FormData) -> Ballot:
    """The typed answers in `data`, with every error found; fields that do not begin with `q_` are not looked at.

    No question is compulsory. An empty ballot, a value that is not offered (in any other spelling either), a second
    answer to a question with one, a text too long or an unknown question are errors. An answer to a question whose
    condition is not met is discarded unread. An empty string is a skipped question.
    """
    return _reader(questionnaire)(data)


class CitizenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A form over one questionnaire in one language, made by :func:`citizen_form`."""

    questionnaire: ClassVar[Questionnaire]
    language: ClassVar[Language]

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF carries no types
        csrf = False  # the page's signed token is the protection; citizens have no session

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """As WTForms does; notes the submitted questions that the form does not ask."""
        names: Iterable[str] = self.meta.wrap_formdata(self, formdata) or ()
        self.unknown = sorted(name for name in names if name.startswith(PREFIX) and name not in self._fields)
        super().process(formdata, *args, **kwargs)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Whether the ballot can be accepted; errors stand with their fields, those of the whole in `form_errors`."""
        super().validate(extra_validators)
        return not self._judged().errors

    def answers(self) -> Ballot:
        """The same ballot that :func:`read_ballot` makes of the same data."""
        super().validate()
        return self._judged()

    def _judged(self) -> Ballot:
        ballot = Ballot({}, {}, {})
        errors: list[BallotError] = []
        for question in self.questionnaire.questions:
            field = self[question.field]
            if question.condition is not None and not _met(question.condition, ballot):
                field.errors = []
            elif field.errors:
                errors.append(BallotError(question.code, field.errors[0].code))
            elif field.data:
                _keep(question, field.data, ballot)
        if self.unknown:
            errors.append(BallotError(None, "impossible_value"))
        judged = _finished(ballot, errors)
        whole = (error for error in judged.errors if error.question_code is None)
        self.form_errors = [FieldError.of(error.code, self.language) for error in whole]
        return judged


def _keep(question: Question, data: Any, ballot: Ballot) -> None:
    """Put a validated field's data into the ballot."""
    if question.kind in TEXT_KINDS:
        ballot.texts[question.code] = data
    elif question.kind != "several":
        ballot.choices[question.code] = int(data)
    elif any(data):
        ballot.several[question.code] = tuple(sorted({int(value) for value in data if value}))


@lru_cache(maxsize=256)
def citizen_form(questionnaire: Questionnaire, language: Language) -> type[CitizenForm]:
    """The form class for rendering, empty or with what was typed and what is wrong with it."""

    class Form(CitizenForm):
        class Meta:
            def get_translations(self, form: CitizenForm) -> NullTranslations:
                return wtforms_messages(language)

    Form.questionnaire = questionnaire
    Form.language = language
    for question in questionnaire.questions:
        setattr(Form, question.field, field_for(question, language))
    return Form
