"""Remedies: what a unit does about a weak item or factor, and which figure it should move."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit
from survey.models.wave import Wave

REMEDY_STATES = ("planned", "running", "done", "dropped")
REMEDY_SUBJECTS = ("item", "factor")
MOVEMENTS = ("moved_up", "moved_down", "not_moved", "cannot_tell", "broken")


class Remedy(Base):
    """One remedy. It answers what `wave` showed for `unit` in the item or factor coded `subject_code`, and is judged by
    the change of exactly that figure in the next wave. `said` and `did` are the two sentences the public page shows
    where `is_public`; the owner is the unit (a room, mostly) that carries it out.
    """

    __tablename__ = "remedy"
    __table_args__ = (
        CheckConstraint(one_of("state", REMEDY_STATES), name="state"),
        CheckConstraint(one_of("subject", REMEDY_SUBJECTS), name="subject"),
        CheckConstraint("length(cause) > 0 AND length(action) > 0", name="filled"),
        CheckConstraint("(state IN ('done', 'dropped')) = (ended_on IS NOT NULL)", name="ended_on"),
        CheckConstraint("state <> 'dropped' OR dropped_reason <> ''", name="dropped"),
        CheckConstraint("state <> 'done' OR evidence <> ''", name="evidence"),
        CheckConstraint("NOT is_public OR (state = 'done' AND said <> '' AND did <> '')", name="public"),
        Index("ix_remedy_unit_id_state_deadline_on_id", "unit_id", "state", "deadline_on", "id"),
        Index("ix_remedy_state_deadline_on_id", "state", "deadline_on", "id"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    subject: Mapped[str] = mapped_column(String(6))
    subject_code: Mapped[str] = mapped_column(String(60))
    cause: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    owner_name: Mapped[str] = mapped_column(String(200), default="")
    deadline_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), default="planned")
    evidence: Mapped[str] = mapped_column(Text, default="")
    dropped_reason: Mapped[str] = mapped_column(String(500), default="")
    ended_on: Mapped[date | None]
    said: Mapped[str] = mapped_column(String(200), default="")
    did: Mapped[str] = mapped_column(String(200), default="")
    is_public: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    owner_unit: Mapped[Unit] = relationship(foreign_keys=[owner_unit_id])
    wave: Mapped[Wave] = relationship()
    progress: Mapped[list[RemedyProgress]] = relationship(order_by="RemedyProgress.id")
    judgement: Mapped[RemedyJudgement | None] = relationship()

    @property
    def is_over(self) -> bool:
        return self.ended_on is not None


class RemedyProgress(Base):
    """A line of progress of a remedy, append-only."""

    __tablename__ = "remedy_progress"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)

    id: Mapped[primary_key]
    remedy_id: Mapped[int] = mapped_column(ForeignKey("remedy.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    percent: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text)


class RemedyJudgement(Base):
    """How the next wave judged a remedy, kept for lists; the remedy's page works the figures out anew."""

    __tablename__ = "remedy_judgement"
    __table_args__ = (CheckConstraint(one_of("movement", MOVEMENTS), name="movement"),)

    remedy_id: Mapped[int] = mapped_column(ForeignKey("remedy.id"), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    movement: Mapped[str] = mapped_column(String(11))

    wave: Mapped[Wave] = relationship()
