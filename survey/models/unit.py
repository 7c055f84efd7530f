"""Places: the tree of units with its history, their counters, and how many transactions each unit handled."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key

UNIT_KINDS = ("province", "department", "commune", "room")


class Unit(OneLineTexts, Base):
    """A node of the tree province → department or commune → room, of any depth.

    `path` spells the ids from the root ("/1/4/"), so that a subtree is one LIKE. A merged unit keeps its row, gets
    `valid_until` and points to its `successor`.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(one_of("kind", UNIT_KINDS), name="kind"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        CheckConstraint("successor_id IS NULL OR valid_until IS NOT NULL", name="successor_is_of_a_closed_unit"),
        CheckConstraint("parent_id <> id AND successor_id <> id", name="not_its_own_relative"),
        Index("ix_unit_path", "path", unique=True, postgresql_ops={"path": "text_pattern_ops"}),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(12))
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    one_stop_vi: Mapped[str] = mapped_column(String(300), default="")
    one_stop_en: Mapped[str] = mapped_column(String(300), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    parent: Mapped[Unit | None] = relationship(foreign_keys=[parent_id], remote_side="Unit.id")
    successor: Mapped[Unit | None] = relationship(foreign_keys=[successor_id], remote_side="Unit.id")
    counters: Mapped[list[Counter]] = relationship(back_populates="unit", order_by="Counter.code")


class Counter(OneLineTexts, Base):
    """A desk of a one-stop unit, where the QR code stands."""

    __tablename__ = "counter"
    __table_args__ = (
        UniqueConstraint("unit_id", "code"),
        UniqueConstraint("id", "unit_id"),  # what a collector refers to, so that its counter is its unit's
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(40))
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    unit: Mapped[Unit] = relationship(back_populates="counters")


class TransactionCount(Base):
    """N: dossiers a unit handled over a period, both days included."""

    __tablename__ = "transaction_count"
    __table_args__ = (
        UniqueConstraint("unit_id", "period_start", "period_end"),
        CheckConstraint("period_end >= period_start", name="period"),
        CheckConstraint("transactions >= 0", name="not_negative"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    period_start: Mapped[date]
    period_end: Mapped[date]
    transactions: Mapped[int]

    unit: Mapped[Unit] = relationship()


class TransactionCorrection(Base):
    """A change of N after a wave it counts in was published: from what to what, why, by whom. Append-only."""

    __tablename__ = "transaction_correction"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("period_end >= period_start", name="period"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    period_start: Mapped[date]
    period_end: Mapped[date]
    before: Mapped[int | None]
    after: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    corrected_by: Mapped[str] = mapped_column(String(300))
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
