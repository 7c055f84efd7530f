"""Indices of the province that others publish every year (PAR INDEX, SIPAS, PAPI, PCI …), and their targets."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, primary_key


class ProvinceIndex(OneLineTexts, Base):
    """An index, with who publishes it, the most it can reach (none: without a limit) and its decimals."""

    __tablename__ = "province_index"
    __table_args__ = (
        CheckConstraint("length(name_vi) > 0 AND length(publisher_vi) > 0", name="filled"),
        CheckConstraint("maximum > 0", name="maximum"),
        CheckConstraint("decimals BETWEEN 0 AND 4", name="decimals"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    publisher_vi: Mapped[str] = mapped_column(String(200))
    publisher_en: Mapped[str] = mapped_column(String(200), default="")
    maximum: Mapped[Decimal | None] = mapped_column(Numeric(9, 4))
    decimals: Mapped[int] = mapped_column(SmallInteger, default=2)
    position: Mapped[int]

    points: Mapped[list[IndexPoint]] = relationship(order_by="IndexPoint.year, IndexPoint.version")
    targets: Mapped[list[IndexTarget]] = relationship(order_by="IndexTarget.year")


class IndexPoint(Base):
    """What was published for a year: a value, a rank among so many provinces, or both. Append-only: a correction is
    the next version, with its reason. Where `method` differs from the year before, the series breaks."""

    __tablename__ = "index_point"
    __table_args__ = (
        UniqueConstraint("index_id", "year", "version"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint("value IS NOT NULL OR rank IS NOT NULL", name="said"),
        CheckConstraint("(rank IS NULL) = (ranked IS NULL) AND rank >= 1 AND ranked >= rank", name="rank"),
        CheckConstraint("length(source) > 0", name="source"),
        CheckConstraint("version >= 1 AND (version = 1) = (reason = '')", name="reason"),
    )

    id: Mapped[primary_key]
    index_id: Mapped[int] = mapped_column(ForeignKey("province_index.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    value: Mapped[Decimal | None] = mapped_column(Numeric(9, 4))
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    ranked: Mapped[int | None] = mapped_column(SmallInteger)
    method: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(500), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class IndexTarget(Base):
    """What a plan asks of a year: a value, a rank or a range of ranks ("45–50 of 63"), with the plan."""

    __tablename__ = "index_target"
    __table_args__ = (
        UniqueConstraint("index_id", "year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint("value IS NOT NULL OR worst_rank IS NOT NULL", name="said"),
        CheckConstraint("(best_rank IS NULL) = (worst_rank IS NULL)", name="range"),
        CheckConstraint("best_rank >= 1 AND worst_rank >= best_rank", name="ranks"),
        CheckConstraint("length(reference) > 0", name="reference"),
    )

    id: Mapped[primary_key]
    index_id: Mapped[int] = mapped_column(ForeignKey("province_index.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    value: Mapped[Decimal | None] = mapped_column(Numeric(9, 4))
    best_rank: Mapped[int | None] = mapped_column(SmallInteger)
    worst_rank: Mapped[int | None] = mapped_column(SmallInteger)
    reference: Mapped[str] = mapped_column(String(500))
