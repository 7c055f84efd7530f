"""Remedies: what a unit does about a weak item or factor, and which figure it should move; themes of comments."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit
from survey.models.wave import Wave

REMEDY_STATES = ("planned", "running", "done", "dropped")
REMEDY_SUBJECTS = ("item", "factor")


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
        CheckConstraint("NOT is_public OR (said <> '' AND did <> '')", name="public"),
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
    said: Mapped[str] = mapped_column(String(300), default="")
    did: Mapped[str] = mapped_column(String(300), default="")
    is_public: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    owner_unit: Mapped[Unit] = relationship(foreign_keys=[owner_unit_id])
    wave: Mapped[Wave] = relationship()
    progress: Mapped[list[RemedyProgress]] = relationship(order_by="RemedyProgress.id")


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


class Theme(OneLineTexts, Base):
    """A theme of comments, known by its words."""

    __tablename__ = "theme"
    __table_args__ = (CheckConstraint("length(name_vi) > 0", name="name_vi"),)

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]

    words: Mapped[list[ThemeWord]] = relationship(
        back_populates="theme", order_by="ThemeWord.word", cascade="all, delete-orphan"
    )


class ThemeWord(Base):
    """A word or phrase that puts a comment under the theme, as it is written, with its diacritics."""

    __tablename__ = "theme_word"
    __table_args__ = (CheckConstraint("length(word) BETWEEN 2 AND 60", name="word"),)

    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(60), primary_key=True)

    theme: Mapped[Theme] = relationship(back_populates="words")
