"""Imports: which file brought which responses, so that a batch can be traced; identity lies in the responses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, UtcDateTime, primary_key


class ImportRun(Base):
    """One import of a file into a wave: rows read, responses added (the rest were there already)."""

    __tablename__ = "import_run"
    __table_args__ = (CheckConstraint("rows_read >= rows_added AND rows_added >= 0", name="rows"),)

    id: Mapped[primary_key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    file_name: Mapped[str] = mapped_column(String(300))
    file_digest: Mapped[str] = mapped_column(String(64))
    rows_read: Mapped[int]
    rows_added: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
