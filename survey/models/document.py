"""Documents that are issued: made in sets, signed outside the web, published, and withdrawn or replaced."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit
from survey.models.wave import Wave

DOCUMENT_RUN_STATES = ("waiting", "making", "made", "failed", "cancelled")
DOCUMENT_STATES = ("draft", "made", "signed", "published", "withdrawn")
COPY_FORMS = ("docx", "xlsx")


class DocumentRun(Base):
    """A set of documents of one wave, made in the background; `kinds` are separated by blanks. `done` of `total` are
    made; a run that was stopped, or in which documents failed, goes on where it ended."""

    __tablename__ = "document_run"
    __table_args__ = (
        CheckConstraint(one_of("state", DOCUMENT_RUN_STATES), name="state"),
        CheckConstraint("done BETWEEN 0 AND total AND total > 0", name="done"),
        CheckConstraint("length(kinds) > 0", name="kinds"),
        CheckConstraint("language IN ('vi', 'en')", name="language"),
        CheckConstraint("(state IN ('made', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished_at"),
        CheckConstraint("state <> 'made' OR done = total", name="made"),
        CheckConstraint("published_at IS NULL OR state = 'made'", name="published"),
        Index("ix_document_run_state_id", "state", "id"),
    )

    id: Mapped[primary_key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    kinds: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(9), default="waiting")
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()


class Document(Base):
    """One document. `code` stands on it and leads to the page that verifies it; `sha256` and `size` are those of the
    bytes before signing, `figures_digest` that of the figures it shows. `failure` says why it could not be made or
    signed, until it is. A withdrawn document that another one replaces names it."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(one_of("state", DOCUMENT_STATES), name="state"),
        CheckConstraint("length(code) = 12", name="code"),
        CheckConstraint("language IN ('vi', 'en')", name="language"),
        CheckConstraint("(state = 'draft') = (sha256 = '')", name="sha256"),
        CheckConstraint("(state = 'draft') = (made_at IS NULL)", name="made_at"),
        CheckConstraint("(state IN ('signed', 'published', 'withdrawn')) = (signed_at IS NOT NULL)", name="signed_at"),
        CheckConstraint("(signed_sha256 = '') = (signed_at IS NULL)", name="signed_sha256"),
        CheckConstraint("(state IN ('published', 'withdrawn')) = (published_at IS NOT NULL)", name="published_at"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_reason <> '' OR replaced_by_id IS NOT NULL)", name="withdrawn_reason"
        ),
        CheckConstraint("signing_requested_at IS NULL OR state <> 'draft'", name="signing_requested_at"),
        Index("ix_document_run_id_state", "run_id", "state"),
        Index("ix_document_unit_id_wave_id_kind_language", "unit_id", "wave_id", "kind", "language"),
        Index("ix_document_state_signing_requested_at", "state", "signing_requested_at"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("document_run.id"))
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(500))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(9), default="draft")
    failure: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    figures_digest: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signing_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signing_requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signed_sha256: Mapped[str] = mapped_column(String(64), default="")
    signer: Mapped[str] = mapped_column(String(500), default="")
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_timestamped: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    run: Mapped[DocumentRun] = relationship()
    unit: Mapped[Unit] = relationship()
    wave: Mapped[Wave] = relationship()
    replaced_by: Mapped[Document | None] = relationship(remote_side="Document.id")


class DocumentContent(Base):
    """The bytes of a document that is made. Signing appends to them: the first `document.size` bytes stay as they
    were."""

    __tablename__ = "document_content"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentCopy(Base):
    """A file to work with that was made along with a document, of the same figures: neither signed nor published."""

    __tablename__ = "document_copy"
    __table_args__ = (CheckConstraint(one_of("form", COPY_FORMS), name="form"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    form: Mapped[str] = mapped_column(String(4), primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    document: Mapped[Document] = relationship()


class PublishedDocument(Base):
    """The signed bytes of a document as they were published, append-only: the one content the public process reads."""

    __tablename__ = "published_document"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    document: Mapped[Document] = relationship()
