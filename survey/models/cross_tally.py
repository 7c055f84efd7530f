"""Cross-tallies: what those who gave one answer to a question about themselves answered to the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, UtcDateTime


class CrossTally(Base):
    """The counted answers of a unit's subtree among those who chose `choice` of `question_id`; of everybody under 0.

    `counts` is JSON: responses, n0…n5 by question id, sums over people by scope id. `hidden` names, apart by blanks,
    the figures that stay hidden so that no small group can be worked out.
    """

    __tablename__ = "cross_tally"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    choice: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[str] = mapped_column(Text)
    hidden: Mapped[str] = mapped_column(Text)


class CrossRun(Base):
    """The last counting of a wave's cross-tallies: asked for while it is open, and how far it has come."""

    __tablename__ = "cross_run"
    __table_args__ = (
        CheckConstraint("done >= 0 AND total >= done", name="progress"),
        CheckConstraint("finished_at IS NULL OR started_at IS NOT NULL", name="order"),
    )

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
