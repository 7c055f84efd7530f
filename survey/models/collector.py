"""Collectors: the ways in. Each belongs to one wave and one unit or counter and has a short code of its own."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, case, exists, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.unit import Counter, Unit
from survey.models.wave import TRUST_LEVELS, Wave

CHANNELS = ("qr", "link", "kiosk", "paper", "phone", "interview", "import")
RESPONDENT_GROUPS = ("citizen", "delegate", "official", "participant")
COLLECTOR_STATES = ("active", "revoked")


class Collector(Base):
    """One way in: fixes wave, unit, counter, channel, trust level and respondent group of its responses."""

    __tablename__ = "collector"
    __table_args__ = (
        ForeignKeyConstraint(["counter_id", "unit_id"], ["counter.id", "counter.unit_id"]),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(one_of("trust", TRUST_LEVELS), name="trust"),
        CheckConstraint(one_of("respondent_group", RESPONDENT_GROUPS), name="respondent_group"),
        CheckConstraint(one_of("state", COLLECTOR_STATES), name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        Index("ix_collector_wave_id_unit_id", "wave_id", "unit_id"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    counter_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(10))
    trust: Mapped[str] = mapped_column(String(10))
    respondent_group: Mapped[str] = mapped_column(String(12), default="citizen")
    state: Mapped[str] = mapped_column(String(8), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revocation_reason: Mapped[str] = mapped_column(String(300), server_default="", default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("collector.id"))

    wave: Mapped[Wave] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys="Collector.unit_id")
    counter: Mapped[Counter | None] = relationship(foreign_keys="Collector.counter_id", viewonly=True)
    replaces: Mapped[Collector | None] = relationship(remote_side="Collector.id")


_group = Collector.respondent_group
_only_group = select(case((func.min(_group) != func.max(_group), "several"), else_=func.min(_group)))
# Whom a wave asks: citizens wherever they are among them, the one other group, or "several" others.
Wave.respondents = column_property(
    case(
        (exists().where(Collector.wave_id == Wave.id, _group == "citizen").correlate(Wave), "citizen"),
        else_=func.coalesce(
            _only_group.where(Collector.wave_id == Wave.id).correlate(Wave).scalar_subquery(), "citizen"
        ),
    ),
    deferred=True,
)


class CollectorScan(Base):
    """How often a collector's form was opened on a day in the province's time: a number, and nothing about anybody."""

    __tablename__ = "collector_scan"
    __table_args__ = (CheckConstraint("scans > 0", name="scans"), {"sqlite_with_rowid": False})

    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    scans: Mapped[int]
