"""Imports: a file on its way in, the run that brought it in, and which responses it brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, primary_key
from survey.models.unit import Unit
from survey.models.wave import Wave


class ImportRun(Base):
    """One import of a file into a wave: rows read, responses added (the rest were there already).

    By whom, for which unit (its rows lie at or below it) and by which channel and trust level is known of imports made
    in the back office. A withdrawn run's responses are all flagged, for the reason given.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint("rows_read >= rows_added AND rows_added >= 0", name="rows"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn"),
        Index("ix_import_run_file_digest", "file_digest"),
    )

    id: Mapped[primary_key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    file_name: Mapped[str] = mapped_column(String(300))
    file_digest: Mapped[str] = mapped_column(String(64))
    rows_read: Mapped[int]
    rows_added: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    channel: Mapped[str] = mapped_column(String(10), default="", server_default="")
    trust: Mapped[str] = mapped_column(String(10), default="", server_default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")

    wave: Mapped[Wave] = relationship()
    unit: Mapped[Unit | None] = relationship()


class ImportedResponse(Base):
    """Which run brought a response in."""

    __tablename__ = "imported_response"

    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), primary_key=True)
    import_run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)


class ImportDraft(Base):
    """A file somebody is about to import: kept until it is imported or given up, then removed.

    `plan` is JSON, read and written by survey.operations.import_drafts; "" until the columns were looked at.
    """

    __tablename__ = "import_draft"

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    file_name: Mapped[str] = mapped_column(String(300))
    file_digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    channel: Mapped[str] = mapped_column(String(10))
    trust: Mapped[str] = mapped_column(String(10))
    plan: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    wave: Mapped[Wave] = relationship()
    unit: Mapped[Unit] = relationship()
