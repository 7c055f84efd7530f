"""What happens to documents that are made: queued for signing, published as a set, withdrawn one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from survey.analysis.published_documents import FiledFigures
from survey.models import Document, DocumentContent, DocumentRun, PublishedDocument
from survey.operations import audit
from survey.operations.document_kinds import KINDS
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.waves import lock_wave

LONGEST_REASON = 500
SIGNED = ("signed", "published", "withdrawn")


class DocumentError(OperationError):
    """A step that a document or a set of them cannot take, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_complete": _n("Not every document of this set is made yet."),
        "nothing_to_sign": _n("Every document of this set is signed, or waits to be signed."),
        "not_signed": _n("%(missing)s documents of this set are not signed yet. It is published as a whole."),
        "wave_not_published": _n("The wave %(wave)s is not published yet; its documents are published after it."),
        "corrected": _n(
            "The figures of %(outdated)s documents of this set were corrected since they were made. Make a new set."
        ),
        "filed_meanwhile": _n("Figures were filed or corrected just now, while the set was looked at. Try again."),
        "published": _n("This set is published already."),
        "not_published": _n("Only a published document is withdrawn."),
        "no_reason": _n("Write down why the document is withdrawn; everybody who verifies it reads the reason."),
    }


class Check(NamedTuple):
    """What a set was found to be: how many of its documents do not show the figures as they are, and which figures
    were filed then, as :meth:`FiledFigures.state` tells it."""

    outdated: int
    filed: tuple[datetime | None, int]


def check(session: Session, run: DocumentRun) -> Check:
    """Look at every document of a complete set, as :func:`outdated` does, but where nothing was filed the figures are
    computed again: that takes seconds, so nothing is locked meanwhile. Raises :class:`DocumentError`."""
    if run.state != "made":
        raise DocumentError("not_complete")
    filed = FiledFigures(session, run.wave)
    state = filed.state()
    return Check(sum(not shows_figures_now(filed, each) for each in session.scalars(_made(run))), state)


def request_signing(session: Session, run: DocumentRun, checked: Check, *, account_id: int | None, at: datetime) -> int:
    """Leave the documents of a complete set, as it was `checked`, to the process that holds the key; returns how many.

    Raises :class:`DocumentError`.
    """
    lock_wave(session, run.wave)  # against a correction
    session.refresh(run, with_for_update=True)
    if run.state != "made":
        raise DocumentError("not_complete")
    waiting = (Document.run_id == run.id, Document.state == "made", Document.signing_requested_at.is_(None))
    number = session.scalar(select(func.count()).select_from(Document).where(*waiting)) or 0
    if not number:
        raise DocumentError("nothing_to_sign")
    _refuse_corrected(session, run, checked)
    values = {"signing_requested_at": at, "signing_requested_by_id": account_id, "failure": ""}
    session.execute(update(Document).where(*waiting).values(**values))
    _record(session, run, "document_run.sign", number)
    return number


def publish_run(session: Session, run: DocumentRun, checked: Check, *, account_id: int | None, at: datetime) -> int:
    """Publish every document of a signed set, as it was `checked`, or none; what was published before of the same kind,
    unit, wave and language is withdrawn in favour of the new one. Returns how many. Raises :class:`DocumentError`."""
    lock_wave(session, run.wave)  # against a correction
    session.refresh(run, with_for_update=True)
    if run.published_at is not None:
        raise DocumentError("published")
    if run.state != "made":
        raise DocumentError("not_complete")
    if run.wave.state != "published":
        raise DocumentError("wave_not_published", wave=run.wave.code)
    documents = session.scalars(select(Document).where(Document.run_id == run.id)).all()
    missing = sum(document.state not in SIGNED for document in documents)
    if missing:
        raise DocumentError("not_signed", missing=missing)
    _refuse_corrected(session, run, checked)
    _replace_earlier(session, run, documents, at)
    signed = (
        select(Document.id, Document.signed_sha256, func.length(DocumentContent.content), DocumentContent.content)
        .join(DocumentContent, DocumentContent.document_id == Document.id)
        .where(Document.run_id == run.id)
    )
    columns = ["document_id", "sha256", "size", "content"]
    session.execute(insert(PublishedDocument).from_select(columns, signed))
    values = {"state": "published", "published_at": at}
    session.execute(update(Document).where(Document.run_id == run.id).values(**values))
    run.published_at, run.published_by_id = at, account_id
    session.flush()
    _record(session, run, "document_run.publish", len(documents))
    return len(documents)


def withdraw(session: Session, document: Document, reason: str, *, account_id: int, at: datetime) -> None:
    """Take a published document back, with the reason that everybody reads. Raises :class:`DocumentError`."""
    session.refresh(document, with_for_update=True)
    if document.state != "published":
        raise DocumentError("not_published")
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise DocumentError("no_reason")
    document.state, document.withdrawn_at = "withdrawn", at
    document.withdrawn_by_id, document.withdrawn_reason = account_id, reason
    session.flush()


def outdated(session: Session, run: DocumentRun) -> int:
    """How many documents of a complete set no longer hold; none as long as nothing was filed, of its wave and those it
    is compared with, after it was asked for."""
    filed = FiledFigures(session, run.wave)
    newest, _ = filed.state()
    if newest is None or newest < run.requested_at:
        return 0
    return sum(not _holds(filed, document) for document in session.scalars(_made(run)))


def _made(run: DocumentRun) -> Select[Document]:
    made = select(Document).where(Document.run_id == run.id, Document.state != "draft")
    return made.options(joinedload(Document.unit))


def shows_figures_now(filed: FiledFigures, document: Document) -> bool:
    """Whether the document would show the same figures if it were made now, compared with the waves that were
    published when it was made; not where it could not be made."""
    unit, made_at, kind = document.unit, document.made_at, KINDS[document.kind]
    assert made_at is not None
    try:
        digest = kind.digest(filed, unit)
    except OperationError:
        return False
    return document.figures_digest == (filed.with_compared(unit, digest, made_at) if kind.is_filed else digest)


def holds(session: Session, document: Document) -> bool:
    """Whether the figures of a document are those that are filed; they are, where none were filed, or others show."""
    return _holds(FiledFigures(session, document.wave), document)


def _holds(filed: FiledFigures, document: Document) -> bool:
    if not KINDS[document.kind].is_filed or filed.of(document.unit) is None:
        return True
    return shows_figures_now(filed, document)


def _refuse_corrected(session: Session, run: DocumentRun, checked: Check) -> None:
    if FiledFigures(session, run.wave).state() != checked.filed:
        raise DocumentError("filed_meanwhile")
    if checked.outdated:
        raise DocumentError("corrected", outdated=checked.outdated)


def _replace_earlier(session: Session, run: DocumentRun, documents: Sequence[Document], at: datetime) -> None:
    new = {(document.kind, document.unit_id): document.id for document in documents}
    earlier = select(Document.id, Document.kind, Document.unit_id).where(
        Document.wave_id == run.wave_id, Document.language == run.language, Document.state == "published"
    )
    for document_id, kind, unit_id in session.execute(earlier).all():
        if (kind, unit_id) in new:
            values = {"state": "withdrawn", "withdrawn_at": at, "replaced_by_id": new[kind, unit_id]}
            session.execute(update(Document).where(Document.id == document_id).values(**values))


def _record(session: Session, run: DocumentRun, action: str, number: int) -> None:
    path = run.wave.owner.path if run.wave.owner else None
    audit.record(session, action, subject=f"{run.wave.code}/{run.id}", unit_path=path, after={"documents": number})
