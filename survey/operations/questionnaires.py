"""Publishing a questionnaire: its definition is spelled out, once for all, into rows that answers refer to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import definition
from forms.library import standard
from survey.models import Choice, Question, Questionnaire, QuestionnaireOrigin, Scope, ScopeItem, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n


class QuestionnaireError(OperationError):
    """A questionnaire that cannot be published or found."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no published questionnaire with the code %(questionnaire)s."),
        "version_taken": _n(
            "Version %(version)s of %(questionnaire)s is published already with other content: "
            "give the new wording a new version."
        ),
        "local": _n("The questionnaire %(questionnaire)s is for %(owner)s alone; %(unit)s does not belong to it."),
    }


def find_questionnaire(session: Session, code: str, on: date | None = None) -> Questionnaire:
    """The newest published version of that code, with `on` the newest valid on that day.

    Raises :class:`QuestionnaireError`.
    """
    query = select(Questionnaire).where(Questionnaire.code == code, Questionnaire.published_at.is_not(None))
    if on is not None:
        valid = (Questionnaire.valid_until.is_(None)) | (Questionnaire.valid_until >= on)
        query = query.where(Questionnaire.valid_from <= on, valid)
    found = session.scalar(query.order_by(Questionnaire.valid_from.desc(), Questionnaire.id.desc()).limit(1))
    if found is None:
        raise QuestionnaireError("unknown", questionnaire=code)
    return found


def published_questionnaire(session: Session, code: str, on: date, at: datetime) -> Questionnaire:
    """The published version valid on that day; a standard questionnaire that was never used is published now.

    Raises :class:`QuestionnaireError`.
    """
    try:
        return find_questionnaire(session, code, on)
    except QuestionnaireError:
        try:
            asked = standard(code)
        except LookupError:
            raise QuestionnaireError("unknown", questionnaire=code) from None
        return publish_questionnaire(session, asked, at)


def publish_questionnaire(session: Session, asked: definition.Questionnaire, at: datetime) -> Questionnaire:
    """Make the definition immutable and give it rows; publishing the same one again returns the first.

    Raises :class:`QuestionnaireError` when the version stands with other content.
    """
    published = session.scalar(
        select(Questionnaire).where(Questionnaire.code == asked.code, Questionnaire.version == asked.version)
    )
    if published is not None:
        if published.digest != asked.digest or published.published_at is None:
            raise QuestionnaireError("version_taken", questionnaire=asked.code, version=asked.version)
        return published
    published = Questionnaire(
        code=asked.code,
        version=asked.version,
        definition=asked.to_yaml(),
        digest=asked.digest,
        valid_from=asked.valid_from,
        valid_until=asked.valid_until,
        questions=[_question_row(position, question) for position, question in enumerate(asked.questions, 1)],
    )
    session.add(published)
    session.flush()
    ids = {question.code: question.id for question in published.questions}
    published.scopes = [
        Scope(
            position=position,
            code=scope.code,
            level=scope.level,
            items=[ScopeItem(question_id=ids[code]) for code in scope.items],
        )
        for position, scope in enumerate(asked.scopes, 1)
    ]
    session.flush()
    published.published_at = at  # from here on the database refuses every change of it
    session.flush()
    return published


def definition_of(row: Questionnaire) -> definition.Questionnaire:
    """What a stored questionnaire asks."""
    return _definition(row.digest, row.definition)


@lru_cache(maxsize=128)
def _definition(_digest: str, text: str) -> definition.Questionnaire:
    return definition.Questionnaire.from_yaml(text)


def origin_of(session: Session, questionnaire: Questionnaire) -> QuestionnaireOrigin | None:
    """Where a published version comes from, as far as it was said."""
    return session.get(QuestionnaireOrigin, questionnaire.id)


def require_within_reach(session: Session, questionnaire: Questionnaire, units: Iterable[Unit]) -> None:
    """A local supplement is asked in its owner's subtree alone. Raises :class:`QuestionnaireError`."""
    origin = origin_of(session, questionnaire)
    if origin is None or origin.owner is None:
        return
    for unit in units:
        if not unit.path.startswith(origin.owner.path):
            names = {"owner": origin.owner.name_vi, "unit": unit.name_vi}
            raise QuestionnaireError("local", questionnaire=questionnaire.code, **names)


def _question_row(position: int, question: definition.Question) -> Question:
    return Question(
        position=position,
        code=question.code,
        kind=question.kind,
        in_index=question.in_index,
        choices=[Choice(value=value) for value in sorted(question.values)],
    )
