"""Drafts of questionnaires: begun, changed by whoever read the newest state, handed in and returned."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms import draft_notation, notation
from forms.definition import Questionnaire as Definition
from forms.draft import Draft, DraftQuestion, DraftSection, Words
from survey.models import CoreSection, Questionnaire, QuestionnaireDraft, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.questionnaires import definition_of

LONGEST_DEFINITION = 400_000  # characters; the longest of the library has 40,000
LONGEST_REASON = 2000


class DraftError(OperationError):
    """A step that a draft cannot take."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "changed_meanwhile": _n(
            "%(by)s saved this draft meanwhile. What you typed is kept below: check it and save once more, or reload "
            "the page to see the other version."
        ),
        "submitted": _n("The draft has been handed in: it can be changed again when it is taken back or returned."),
        "too_large": _n("The draft would be longer than %(limit)s characters. Nothing was stored."),
        "locked": _n("This belongs to the locked core, which stays as it is."),
        "nothing_to_undo": _n("There is no change to undo."),
        "not_local": _n("Only a local supplement is handed in; publish this draft instead."),
        "not_submitted": _n("The draft has not been handed in."),
        "reason_missing": _n("Say why, so that the unit knows what to change."),
        "no_core": _n("No section of %(questionnaire)s is locked as a core, so nothing can be added to it locally."),
    }


def documents(draft: QuestionnaireDraft) -> Draft:
    """What the draft says now, to be changed at will."""
    return _document(draft.definition).copy()


@lru_cache(maxsize=64)
def _document(text: str) -> Draft:
    return draft_notation.read_kept(text)


def exported(document: Draft) -> str:
    """An unfinished draft as a file that can be brought back."""
    return notation.dump(draft_notation.plain_form(document))


def start_draft(
    session: Session,
    document: Draft,
    *,
    owner: Unit,
    by: str,
    at: datetime,
    based_on: Questionnaire | None = None,
    core: Questionnaire | None = None,
) -> QuestionnaireDraft:
    """A draft for the owner's subtree that says what `document` says. Raises :class:`DraftError`."""
    draft = QuestionnaireDraft(
        owner=owner, based_on=based_on, core=core, state="editing", reason="", created_by=by, created_at=at
    )
    _write(draft, document, by, at)
    draft.previous = None
    session.add(draft)
    session.flush()
    return draft


def next_version(session: Session, source: Questionnaire) -> Draft:
    """What a new version of `source` begins with: its words, the next free version, a validity still to be said."""
    document = draft_notation.of(definition_of(source))
    document.version = free_version(session, source.code, source.version)
    document.valid_from = document.valid_until = None
    return document


def copied(session: Session, source: Definition) -> Draft:
    """Another questionnaire that begins with the words of `source`, under a code of its own."""
    document = draft_notation.of(source)
    taken = set(session.scalars(select(Questionnaire.code).distinct()))
    document.code = next(code for number in range(2, 1000) if (code := f"{source.code[:36]}-{number}") not in taken)
    document.version = "1.0"
    document.valid_from = document.valid_until = None
    return document


def supplement(session: Session, core: Questionnaire, owner: Unit) -> Draft:
    """The locked sections of `core`, and an empty section for the owner's questions. Raises :class:`DraftError`."""
    document = draft_notation.of(definition_of(core))
    locked = locked_sections(session, core)
    if not locked:
        raise DraftError("no_core", questionnaire=core.code)
    document.sections = [section for section in document.sections if section.code in locked]
    document.code = f"{core.code}-{owner.id}"[:40]
    document.version = free_version(session, document.code, "0.9")
    document.valid_from = None
    local = DraftSection(document.new_key(), "local", Words("Câu hỏi của đơn vị", "Questions of this unit"))
    document.sections.append(local)
    return document


def free_version(session: Session, code: str, after: str) -> str:
    """The first version behind `after` that is neither published nor being written."""
    taken = set(session.scalars(select(Questionnaire.version).where(Questionnaire.code == code)))
    taken.update(session.scalars(select(QuestionnaireDraft.version).where(QuestionnaireDraft.code == code)))
    major, _, minor = after.partition(".")
    if after == "0.9":
        major, minor = "1", "-1"
    number = int(minor) + 1
    while f"{major}.{number}" in taken:
        number += 1
    return f"{major}.{number}"


def locked_sections(session: Session, questionnaire: Questionnaire) -> frozenset[str]:
    """Codes of the sections that local supplements keep."""
    return frozenset(row.section for row in session.scalars(_core_rows(questionnaire)))


def _core_rows(questionnaire: Questionnaire) -> Select[CoreSection]:
    return select(CoreSection).where(CoreSection.questionnaire_id == questionnaire.id)


def require_editable(draft: QuestionnaireDraft) -> None:
    """Raises :class:`DraftError`."""
    if draft.state == "submitted":
        raise DraftError("submitted")


def change_draft(
    session: Session, draft: QuestionnaireDraft, document: Draft, *, revision: int, by: str, at: datetime
) -> None:
    """Let the draft say what `document` says. Raises :class:`DraftError`, also where somebody saved since `revision`,
    the one that was read."""
    require_editable(draft)
    if draft.revision != revision:
        raise DraftError("changed_meanwhile", by=draft.updated_by)
    if draft.core is not None:
        _keep_core(session, draft, document)
    before = draft.definition
    _write(draft, document, by, at)
    draft.previous = before
    draft.state = "editing"
    session.flush()


def undo(session: Session, draft: QuestionnaireDraft, *, revision: int, by: str, at: datetime) -> None:
    """Bring back what stood before the last change; once more brings the change back. Raises :class:`DraftError`."""
    if draft.previous is None:
        raise DraftError("nothing_to_undo")
    change_draft(session, draft, _document(draft.previous).copy(), revision=revision, by=by, at=at)


def submit(session: Session, draft: QuestionnaireDraft, *, by: str, at: datetime) -> None:
    """Hand a local supplement in to those who publish. Raises :class:`DraftError`."""
    if draft.core is None:
        raise DraftError("not_local")
    require_editable(draft)
    draft.state, draft.reason = "submitted", ""
    draft.updated_by, draft.updated_at = by, at
    session.flush()


def withdraw(session: Session, draft: QuestionnaireDraft, *, by: str, at: datetime) -> None:
    """Take it back to go on writing. Raises :class:`DraftError`."""
    _require_submitted(draft)
    draft.state, draft.updated_by, draft.updated_at = "editing", by, at
    session.flush()


def return_draft(session: Session, draft: QuestionnaireDraft, reason: str, *, by: str, at: datetime) -> None:
    """Give it back to the unit with what is to be changed. Raises :class:`DraftError`."""
    _require_submitted(draft)
    if not reason:
        raise DraftError("reason_missing")
    draft.state, draft.reason = "returned", reason[:LONGEST_REASON]
    draft.updated_by, draft.updated_at = by, at
    session.flush()


def delete_draft(session: Session, draft: QuestionnaireDraft) -> None:
    """What was written so far stands in the audit log alone. Raises :class:`DraftError`."""
    require_editable(draft)
    session.delete(draft)
    session.flush()


def lock_core(session: Session, questionnaire: Questionnaire, sections: frozenset[str]) -> None:
    """Lock these sections, with every section that counts in the index, as the core; none at all opens it again.

    Supplements that are published stay as they are.
    """
    defined = definition_of(questionnaire)
    wanted = {section.code for section in defined.sections if section.code in sections}
    if wanted:
        wanted |= {section.code for section in defined.sections if section.index_items}
    known = {row.section: row for row in session.scalars(_core_rows(questionnaire))}
    for code, row in known.items():
        if code not in wanted:
            session.delete(row)
    session.add_all(
        CoreSection(questionnaire_id=questionnaire.id, section=code) for code in sorted(wanted - set(known))
    )
    session.flush()


def core_document(session: Session, core: Questionnaire) -> list[DraftSection]:
    """The locked sections of a core, in its order."""
    locked = locked_sections(session, core)
    return [section for section in draft_notation.of(definition_of(core)).sections if section.code in locked]


def same_words(ours: DraftSection, theirs: DraftSection) -> bool:
    """Whether two sections ask the same, whatever keys their parts have."""
    return _keyless(ours) == _keyless(theirs)


def _keyless(section: DraftSection) -> tuple[object, ...]:
    def plain(question: DraftQuestion) -> tuple[object, ...]:
        return tuple(getattr(question, name) for name in DraftQuestion.__slots__ if name != "key")

    words = (section.code, section.title, section.factor, section.content)
    return (*words, *(plain(question) for question in section.questions))


def _keep_core(session: Session, draft: QuestionnaireDraft, document: Draft) -> None:
    assert draft.core is not None
    core = core_document(session, draft.core)
    ours = document.sections[: len(core)]
    if len(ours) < len(core) or not all(map(same_words, ours, core)):
        raise DraftError("locked")
    whole = draft_notation.of(definition_of(draft.core))
    used = {question.scale for section in core for question in section.questions if question.scale}
    same_scales = all(document.scales.get(code) == whole.scales[code] for code in used)
    contents = {section.content for section in core if section.content}
    same_contents = all(document.contents.get(code) == whole.contents[code] for code in contents)
    same_no_opinion = document.no_opinion == whole.no_opinion
    if not (same_scales and same_contents and (same_no_opinion or not whole.no_opinion)):
        raise DraftError("locked")


def _write(draft: QuestionnaireDraft, document: Draft, by: str, at: datetime) -> None:
    text = draft_notation.write(document)
    if len(text) > LONGEST_DEFINITION:
        raise DraftError("too_large", limit=LONGEST_DEFINITION)
    draft.definition = text
    draft.code, draft.version = document.code[:200], document.version[:200]
    draft.title_vi, draft.title_en = document.title.vi, document.title.en
    draft.updated_by, draft.updated_at = by, at


def _require_submitted(draft: QuestionnaireDraft) -> None:
    if draft.state != "submitted":
        raise DraftError("not_submitted")
