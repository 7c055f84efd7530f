"""Publishing a draft: checked against the installation, and what became of each question settled for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import continuity, draft_notation, notation
from forms.definition import DefinitionError
from forms.definition import Questionnaire as Definition
from forms.draft import Draft
from forms.draft_findings import findings
from forms.finding import SETTINGS, STRUCTURE, Finding
from survey.models import QuestionContinuity, Questionnaire, QuestionnaireDraft, QuestionnaireOrigin
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.questionnaire_drafts import core_document, documents, require_editable, same_words
from survey.operations.questionnaires import definition_of, publish_questionnaire

FAR_AWAY = date.max


class PublicationError(OperationError):
    """A draft that cannot be published."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "errors": _n("The draft still has %(number)s errors; they are listed with the draft."),
        "refused": _n("The draft contradicts itself: %(problems)s."),
        "not_submitted": _n("The unit has not handed this supplement in yet."),
    }


@dataclass(frozen=True)
class Successor:
    """A draft beside the version it is based on: what became of each question, None where nobody said yet."""

    version: str
    older: Draft
    changes: dict[str, continuity.Change | None]


def definition(document: Draft) -> Definition:
    """The questionnaire a finished draft is; raises :class:`DefinitionError`."""
    return Definition(**notation.arguments_of(draft_notation.plain_form(document)))


def check(session: Session, draft: QuestionnaireDraft, document: Draft) -> list[Finding]:
    """All that stands against publishing it, what a citizen's page weighs aside."""
    found = findings(document)
    found += _of_installation(session, document)
    if draft.core is not None:
        found += _of_core(session, draft.core, document)
    successor = succession(draft, document)
    if successor is not None:
        found += _of_continuity(document, successor)
    return found


def succession(draft: QuestionnaireDraft, document: Draft) -> Successor | None:
    """None for a draft that is based on nothing."""
    if draft.based_on is None:
        return None
    older = draft_notation.of(definition_of(draft.based_on))
    return Successor(draft.based_on.version, older, continuity.changes(older, document))


def publish_draft(session: Session, draft: QuestionnaireDraft, *, at: datetime) -> Questionnaire:
    """Make it a published version and end the draft. Raises :class:`PublicationError`, QuestionnaireError."""
    if draft.core is None:
        require_editable(draft)
    elif draft.state != "submitted":
        raise PublicationError("not_submitted")
    document = documents(draft)
    errors = [finding for finding in check(session, draft, document) if finding.severity == "error"]
    if errors:
        raise PublicationError("errors", number=len(errors))
    try:
        asked = definition(document)
    except DefinitionError as error:
        raise PublicationError("refused", problems="; ".join(error.problems)) from error
    published = publish_questionnaire(session, asked, at)
    if draft.based_on is not None or draft.core is not None:
        session.add(
            QuestionnaireOrigin(
                questionnaire_id=published.id,
                based_on_id=draft.based_on_id,
                core_id=draft.core_id,
                owner_id=draft.owner_id if draft.core_id is not None else None,
            )
        )
        session.add_all(_continuity(session, draft, published, asked, document))
    session.delete(draft)
    session.flush()
    return published


def _continuity(
    session: Session, draft: QuestionnaireDraft, published: Questionnaire, asked: Definition, document: Draft
) -> Iterator[QuestionContinuity]:
    """A row for each question of the version and of the one before. What stands in the core follows the core."""
    core, based_on = draft.core, draft.based_on
    successor = succession(draft, document)
    changes = successor.changes if successor else {}
    in_core = {question.code for question in definition_of(core).questions} if core else set()
    of_core = _meanings(session, core)
    before = _meanings(session, based_on)
    for code in dict.fromkeys([*(question.code for question in asked.questions), *changes]):
        change = changes.get(code) or "new"
        row = QuestionContinuity(questionnaire_id=published.id, code=code, change=change)
        if code in in_core and change != "dropped":
            row.change = changes.get(code) or "unchanged"
            row.means_since, row.reads_since = of_core.get(code, (None, None))
        elif change != "dropped":
            means, reads = before.get(code, (None, None))
            row.means_since = means if change in continuity.COMPARABLE else published.id
            row.reads_since = reads if change == "unchanged" else published.id
        yield row


def _meanings(session: Session, questionnaire: Questionnaire | None) -> dict[str, tuple[int | None, int | None]]:
    if questionnaire is None:
        return {}
    row = QuestionContinuity
    kept = session.execute(
        select(row.code, row.means_since, row.reads_since).where(row.questionnaire_id == questionnaire.id)
    )
    return {code: (means, reads) for code, means, reads in kept}


def _of_installation(session: Session, document: Draft) -> Iterator[Finding]:
    versions = session.scalars(
        select(Questionnaire).where(Questionnaire.code == document.code).order_by(Questionnaire.id)
    ).all()
    start, end = document.valid_from, document.valid_until or FAR_AWAY
    for other in versions:
        if other.version == document.version:
            yield Finding("version_taken", SETTINGS, parameters={"code": other.code, "version": other.version})
        elif start is not None and other.valid_from <= end and start <= (other.valid_until or FAR_AWAY):
            about = {"version": other.version, "start": max(start, other.valid_from)}
            yield Finding("validity_overlap", SETTINGS, "warning", about)


def _of_core(session: Session, core: Questionnaire, document: Draft) -> Iterator[Finding]:
    locked = core_document(session, core)
    ours, local = document.sections[: len(locked)], document.sections[len(locked) :]
    if len(ours) < len(locked) or not all(map(same_words, ours, locked)):
        yield Finding("core_changed", STRUCTURE)
    if document.code == core.code:
        yield Finding("core_code", SETTINGS, parameters={"code": core.code})
    if not any(section.questions for section in local):
        yield Finding("core_without_local", STRUCTURE)
    for section in local:
        if section.factor or section.content or any(question.in_index for question in section.questions):
            yield Finding("core_index", section.key)
    start, end = document.valid_from, document.valid_until or FAR_AWAY
    if start is not None and (start < core.valid_from or end > (core.valid_until or FAR_AWAY)):
        about = {"start": core.valid_from, "end": core.valid_until or "…"}
        yield Finding("core_validity", SETTINGS, parameters=about)


def _of_continuity(document: Draft, successor: Successor) -> Iterator[Finding]:
    keys = {question.code: question.key for question in document.questions}
    for code, change in successor.changes.items():
        if change is None:
            about = {"version": successor.version}
            yield Finding("continuity_open", keys[code], parameters=about)
        elif change == "meaning":
            yield Finding("meaning_kept_code", keys[code], "warning")
