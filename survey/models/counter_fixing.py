"""Counter scores of a period as two people fixed them: what was reported stays, whatever is imported later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, UtcDateTime, primary_key


class CounterFixing(Base):
    """The scores of all agencies in a quarter (0: the whole year), as one person froze them and another confirmed or
    refused them: canonical JSON, zlib, with its SHA-256. The newest confirmed version holds; from the second on it has
    a reason. The database keeps figures and decisions as they are."""

    __tablename__ = "counter_fixing"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2100 AND quarter BETWEEN 0 AND 4", name="period"),
        CheckConstraint("version >= 1 AND (version = 1 OR reason <> '')", name="version"),
        CheckConstraint("length(digest) = 64", name="digest"),
        CheckConstraint("NOT is_confirmed OR decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name="decision"),
        CheckConstraint("is_confirmed IS NULL OR is_confirmed OR refusal <> ''", name="refusal"),
        Index(
            "uq_counter_fixing_undecided",
            "year",
            "quarter",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
            sqlite_where=text("decided_at IS NULL"),
        ),
        Index(
            "uq_counter_fixing_confirmed",
            "year",
            "quarter",
            "version",
            unique=True,
            postgresql_where=text("is_confirmed"),
            sqlite_where=text("is_confirmed"),
        ),
    )

    id: Mapped[primary_key]
    year: Mapped[int] = mapped_column(SmallInteger)
    quarter: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(500), default="")
    figures: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_confirmed: Mapped[bool | None]
    refusal: Mapped[str] = mapped_column(String(500), default="")
