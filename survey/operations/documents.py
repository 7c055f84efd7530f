"""What happens to documents that are made: queued for signing, published as a set, withdrawn one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from survey.analysis.published_documents import frozen_digest, with_compared
from survey.models import Document, DocumentContent, DocumentRun, FilingVersion, PublishedDocument
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
        "published": _n("This set is published already."),
        "not_published": _n("Only a published document is withdrawn."),
        "no_reason": _n("Write down why the document is withdrawn; everybody who verifies it reads the reason."),
    }


def request_signing(session: Session, run: DocumentRun, *, account_id: int | None, at: datetime) -> int:
    """Leave the documents of a complete set to the process that holds the key; returns how many.

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
    _refuse_corrected(session, run)
    values = {"signing_requested_at": at, "signing_requested_by_id": account_id, "failure": ""}
    session.execute(update(Document).where(*waiting).values(**values))
    _record(session, run, "document_run.sign", number)
    return number


def publish_run(session: Session, run: DocumentRun, *, account_id: int | None, at: datetime) -> int:
    """Publish every document of a signed set, or none; what was published before of the same kind, unit, wave and
    language is withdrawn in favour of the new one. Returns how many. Raises :class:`DocumentError`."""
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
    _refuse_corrected(session, run)
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
    """How many documents of a complete set no longer hold; none as long as nothing was filed after it was asked for."""
    newest = session.scalar(select(func.max(FilingVersion.frozen_at)))
    if newest is None or newest < run.requested_at:
        return 0
    return sum(not holds(session, document) for document in session.scalars(_made(run)))


def _refuse_corrected(session: Session, run: DocumentRun) -> None:
    """As :func:`outdated`, but where nothing was filed the figures are computed again."""
    changed = (document.figures_digest != figures_now(session, document) for document in session.scalars(_made(run)))
    if number := sum(changed):
        raise DocumentError("corrected", outdated=number)


def _made(run: DocumentRun) -> Select[Document]:
    return select(Document).where(Document.run_id == run.id, Document.state != "draft")


def figures_now(session: Session, document: Document) -> str:
    """The digest of the figures that the document would show if it were made now, compared with the waves that were
    published when it was made."""
    wave, unit, made_at, kind = document.wave, document.unit, document.made_at, KINDS[document.kind]
    assert made_at is not None
    digest = kind.digest(session, wave, unit)
    return with_compared(session, wave, unit, digest, made_at) if kind.is_filed else digest


def holds(session: Session, document: Document) -> bool:
    """Whether the figures of a document are those that are filed; they are, where none were filed, or others show."""
    if not KINDS[document.kind].is_filed or frozen_digest(session, document.wave, document.unit) is None:
        return True
    return document.figures_digest == figures_now(session, document)


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
