"""Published questionnaires: the whole definition as text, and its questions, choices and scopes as rows to refer to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key

QUESTION_KINDS = ("rating", "single", "several", "yes_no", "levels", "short_text", "long_text")
SCOPE_LEVELS = ("factor", "content", "index")


class Questionnaire(Base):
    """One version of a questionnaire; once published the database refuses every change of it."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        CheckConstraint("length(digest) = 64", name="digest"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    definition: Mapped[str] = mapped_column(Text)  # YAML of forms.definition.Questionnaire
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the canonical definition, hexadecimal
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    questions: Mapped[list[Question]] = relationship(back_populates="questionnaire", order_by="Question.position")
    scopes: Mapped[list[Scope]] = relationship(back_populates="questionnaire", order_by="Scope.position")


class Question(Base):
    """A question of one version; its `code` is the same in every version that asks the same thing."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "code"),
        UniqueConstraint("questionnaire_id", "position"),
        CheckConstraint(one_of("kind", QUESTION_KINDS), name="kind"),
    )

    id: Mapped[primary_key]
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(12))
    in_index: Mapped[bool]

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="questions")
    choices: Mapped[list[Choice]] = relationship(order_by="Choice.value")


class Choice(Base):
    """An answer that may be given to a question: 0 is "no opinion", 1…9 the offered values."""

    __tablename__ = "choice"
    __table_args__ = (CheckConstraint("value BETWEEN 0 AND 9", name="value"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Scope(Base):
    """Items that are pooled into one figure: a factor, a content, or the whole index."""

    __tablename__ = "scope"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "code"),
        CheckConstraint(one_of("level", SCOPE_LEVELS), name="level"),
    )

    id: Mapped[primary_key]
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(8))

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="scopes")
    items: Mapped[list[ScopeItem]] = relationship()


class ScopeItem(Base):
    """A question belongs to a scope."""

    __tablename__ = "scope_item"

    scope_id: Mapped[int] = mapped_column(ForeignKey("scope.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True, index=True)
