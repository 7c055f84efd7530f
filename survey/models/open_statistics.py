"""The public statistics of opinions and dialogues: one frozen edition for each half-year."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base


class OpenStatistics(Base):
    """What is told of a half-year's opinions and dialogues, as it was frozen on `frozen_on`: canonical JSON, zlib, with
    its SHA-256. Append-only: a second look at small counts, taken later, would tell what the first one hid."""

    __tablename__ = "open_statistics"
    __table_args__ = (
        CheckConstraint("half IN (1, 2)", name="half"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("length(digest) = 64", name="digest"),
    )

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    half: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    frozen_on: Mapped[date]
    figures: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
