"""Who issues the documents of a unit's waves, and in what words: each change a row of its own, none is rewritten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit

WORDED_DOCUMENTS = ("decision", "letter")


class DocumentIssuer(Base):
    """The issuing body that the head and the foot of documents print, from `changed_at` until the next row of the
    unit. An empty `name_vi` gives the default back: the unit at the top of the wave issues them.

    What Decree 30/2020 asks for: the superior body, the body, its abbreviation in the number (…/BC-SNV), the locality,
    and whose signature stands below: `capacity` (KT. GIÁM ĐỐC) above `position` (Phó Giám đốc) above `signer`.
    `authority` is who decides (Giám đốc Sở Nội vụ); decisions are the body's own only where `decides`.
    """

    __tablename__ = "document_issuer"
    __table_args__ = (
        CheckConstraint("name_vi <> '' OR NOT decides", name="decides"),
        Index("ix_document_issuer_unit_id_id", "unit_id", "id"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    superior_vi: Mapped[str] = mapped_column(String(200), default="")
    superior_en: Mapped[str] = mapped_column(String(200), default="")
    name_vi: Mapped[str] = mapped_column(String(200), default="")
    name_en: Mapped[str] = mapped_column(String(200), default="")
    abbreviation: Mapped[str] = mapped_column(String(20), default="")
    locality: Mapped[str] = mapped_column(String(60), default="")
    capacity_vi: Mapped[str] = mapped_column(String(100), default="")
    capacity_en: Mapped[str] = mapped_column(String(100), default="")
    position_vi: Mapped[str] = mapped_column(String(100), default="")
    position_en: Mapped[str] = mapped_column(String(100), default="")
    signer: Mapped[str] = mapped_column(String(100), default="")
    authority_vi: Mapped[str] = mapped_column(String(200), default="")
    authority_en: Mapped[str] = mapped_column(String(200), default="")
    decides: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    unit: Mapped[Unit] = relationship()


class DocumentText(Base):
    """The wording of a kind of document of the unit's waves, from `changed_at` until the next row; `parts` is a JSON
    object, empty where the standard text holds again."""

    __tablename__ = "document_text"
    __table_args__ = (
        CheckConstraint(one_of("document", WORDED_DOCUMENTS), name="document"),
        CheckConstraint("language IN ('vi', 'en')", name="language"),
        Index("ix_document_text_unit_id_document_language_id", "unit_id", "document", "language", "id"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    document: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(2))
    parts: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    unit: Mapped[Unit] = relationship()
