"""Comments: what citizens wrote, gathered from their responses for the offices to read, tag and hide."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime
from survey.models.response import TextAnswer
from survey.models.unit import Unit
from survey.models.wave import Wave

NEVER = date(9999, 12, 31)


class Comment(Base):
    """One free text. `id` is drawn by chance, so that neither order nor number tells when it was written.

    `month` = year·12 + (month − 1) of its receipt; `folded` is the text as it is searched, lower case without
    diacritics; `satisfaction` the separate overall answer beside it. The rated unit reads it from `released_on` on,
    `NEVER` where too few people answered there; NULL is not decided yet. Hidden ones stay counted.
    """

    __tablename__ = "comment"
    __table_args__ = (
        ForeignKeyConstraint(["response_id", "question_id"], ["text_answer.response_id", "text_answer.question_id"]),
        CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden"),
        Index("uq_comment_response_id_question_id", "response_id", "question_id", unique=True),
        Index("ix_comment_unit_id_wave_id_id", "unit_id", "wave_id", "id"),
        Index("ix_comment_wave_id_id", "wave_id", "id"),
        Index("ix_comment_wave_id_released_on", "wave_id", "released_on"),
        Index(
            "ix_comment_hidden_at",
            "hidden_at",
            sqlite_where=text("hidden_at IS NOT NULL"),
            postgresql_where=text("hidden_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    response_id: Mapped[int] = mapped_column(BigInteger)
    question_id: Mapped[int]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[int]
    satisfaction: Mapped[int | None] = mapped_column(SmallInteger)
    folded: Mapped[str] = mapped_column(Text)
    released_on: Mapped[date | None]
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")

    wave: Mapped[Wave] = relationship()
    unit: Mapped[Unit] = relationship()
    written: Mapped[TextAnswer] = relationship(viewonly=True)
    marks: Mapped[list[CommentMark]] = relationship(
        back_populates="comment", order_by="CommentMark.tag", cascade="all, delete-orphan"
    )


class CommentMark(Base):
    """A tag somebody put on a comment."""

    __tablename__ = "comment_mark"
    __table_args__ = (CheckConstraint("length(tag) BETWEEN 1 AND 40", name="tag"),)

    comment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("comment.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)

    comment: Mapped[Comment] = relationship(back_populates="marks")
