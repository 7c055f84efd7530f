"""Themes of comments: the dictionary they are known by, which comment has which, and the counts that pages read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, primary_key
from survey.models.comment import Comment

# Stand where the number of a theme stands: every comment, and those that no theme was found in.
EVERY, NONE = 0, -1
WHOLE_WAVE = 0  # stands where a month stands


class Theme(OneLineTexts, Base):
    """A theme of comments, known by its words. In one that is `unless_negated` a word that follows "không" or the like
    does not count: "không hài lòng" is no praise. Themes are ended, never deleted.
    """

    __tablename__ = "theme"
    __table_args__ = (CheckConstraint("length(name_vi) > 0", name="name_vi"),)

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    unless_negated: Mapped[bool] = mapped_column(default=False)
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


class CommentTheme(Base):
    """A comment under a theme. Each has a row of `EVERY`, and of `NONE` where nothing was found; `half_month` is that
    of its receipt, by which the compiler's counts stand."""

    __tablename__ = "comment_theme"
    __table_args__ = (Index("ix_comment_theme_theme_comment_id", "theme", "comment_id"),)

    comment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("comment.id"), primary_key=True)
    theme: Mapped[int] = mapped_column(primary_key=True)
    half_month: Mapped[int]

    comment: Mapped[Comment] = relationship()


class ThemeTally(Base):
    """How many comments of a theme, by how many people, were written about a unit with everything below it.

    Not `released`: all of them, by half-month, for who reads single responses. `released`: those the rated unit may
    read, by month and under `WHOLE_WAVE`, and only rows that may be shown: of at least five people, and such that no
    smaller number follows from the others.
    """

    __tablename__ = "theme_tally"
    __table_args__ = (CheckConstraint("people BETWEEN 1 AND comments", name="people"),)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    released: Mapped[bool] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    theme: Mapped[int] = mapped_column(primary_key=True)
    comments: Mapped[int]
    people: Mapped[int]


class ThemePhrase(Base):
    """A phrase that is frequent in the comments of a wave that no theme was found in."""

    __tablename__ = "theme_phrase"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    phrase: Mapped[str] = mapped_column(String(60), primary_key=True)
    comments: Mapped[int]


class ThemeReading(Base):
    """How far comments have been read for their themes, and by which dictionary (its digest). One row."""

    __tablename__ = "theme_reading"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[primary_key]
    dictionary: Mapped[str] = mapped_column(String(64))
    last_response_id: Mapped[int] = mapped_column(BigInteger)


class ThemeCount(Base):
    """When the themes of a wave were counted, and what stood then: counted again once something else stands."""

    __tablename__ = "theme_count"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    stood: Mapped[str] = mapped_column(String(200))
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
