"""Ballots: append-only rows, a row per response and a row per answer. The database refuses to change or remove them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, UtcDateTime, big_primary_key, one_of

LANGUAGES = ("vi", "en")
FLAGS = ("honeypot", "too_fast", "token_expired", "duplicate", "manual")


class Response(Base):
    """One ballot. No address, user agent or cookie stands with it.

    `received_at` is Unix time in seconds; `half_month` = year·24 + (month − 1)·2 + (day ≥ 15), in the province's
    time; `digest` is SHA-256 of the canonical answers; `salt` makes the leaf of the hash tree unguessable.
    """

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("length(submission_id) = 16", name="submission_id"),
        CheckConstraint("length(digest) = 32", name="digest"),
        CheckConstraint("length(salt) = 16", name="salt"),
        CheckConstraint("seconds IS NULL OR seconds >= 0", name="seconds"),
        CheckConstraint(one_of("language", LANGUAGES), name="language"),
        Index("ix_response_collector_id_id", "collector_id", "id"),
        Index("ix_response_received_at_id", "received_at", "id"),
        Index(
            "ix_response_is_test",
            "received_at",
            "id",
            sqlite_where=text("is_test = 1"),
            postgresql_where=text("is_test"),
        ),
    )

    id: Mapped[big_primary_key]
    submission_id: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    received_at: Mapped[int] = mapped_column(BigInteger)
    half_month: Mapped[int]
    seconds: Mapped[int | None]
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    is_test: Mapped[bool]


class Answer(Base):
    """The one choice a response made in a question; 0 is "no opinion", a skipped question has no row."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(["question_id", "choice"], ["choice.question_id", "choice.value"]),
        {"sqlite_with_rowid": False},
    )

    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[int] = mapped_column(SmallInteger)


class SeveralAnswer(Base):
    """One of the choices a response ticked in a question that takes several."""

    __tablename__ = "several_answer"
    __table_args__ = (
        ForeignKeyConstraint(["question_id", "choice"], ["choice.question_id", "choice.value"]),
        {"sqlite_with_rowid": False},
    )

    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)


class TextAnswer(Base):
    """What a response wrote; kept apart from the choices because it is read by other people at another time."""

    __tablename__ = "text_answer"
    __table_args__ = (CheckConstraint("length(text) BETWEEN 1 AND 10000", name="text"),)

    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)


class ResponseFlag(Base):
    """A doubt about a response: it is counted apart, never removed."""

    __tablename__ = "response_flag"
    __table_args__ = (CheckConstraint(one_of("kind", FLAGS), name="kind"),)

    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)


class FlagNote(Base):
    """Why somebody flagged a response by hand."""

    __tablename__ = "flag_note"
    __table_args__ = (
        ForeignKeyConstraint(["response_id", "kind"], ["response_flag.response_id", "response_flag.kind"]),
        CheckConstraint("length(reason) >= 1", name="reason"),
    )

    response_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ResponseConflict(Base):
    """A second ballot under an id that is taken, with other content: kept whole, never counted."""

    __tablename__ = "response_conflict"
    __table_args__ = (CheckConstraint("length(submission_id) = 16", name="submission_id"),)

    id: Mapped[big_primary_key]
    submission_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("response.submission_id"), index=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    received_at: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(Text)  # the canonical answers, as they were hashed
