"""Petitions: opinions and recommendations, handled as cases; nothing in them points to a ballot.

A petition keeps the day it came, not the moment, its number is drawn by chance, and its parts are numbered within it:
neither time nor order tells which ballot was given by the same person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key
from survey.models.unit import Counter, Unit

PETITION_KINDS = ("difficulty", "attitude", "recommendation", "praise")
PETITION_STATES = ("received", "classified", "transferred", "in_progress", "answered", "published", "rejected")
PETITION_SOURCES = ("web", "staff")
PETITION_STEPS = (
    "received",
    "classified",
    "transferred",
    "taken",
    "extended",
    "rescheduled",
    "escalated",
    "answered",
    "published",
    "rejected",
    "rated",
    "reopened",
    "explained",
    "withdrawn",
    "restored",
    "note",
)
OPEN_STATES = ("received", "classified", "transferred", "in_progress")
CONTACT_PURPOSES = ("answer", "follow_up")
MOST_PHOTOS = 3
MOST_REOPENED = 1


_PUBLISHED: dict[str, Any] = {
    f"{dialect}_where": text("published_on IS NOT NULL") for dialect in ("sqlite", "postgresql")
}


class PetitionClass(OneLineTexts, Base):
    """A class of petitions with its time limit in working days from the day of receipt: data of the province."""

    __tablename__ = "petition_class"
    __table_args__ = (
        CheckConstraint("working_days BETWEEN 1 AND 365", name="working_days"),
        CheckConstraint("length(name_vi) > 0", name="name_vi"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    reference_vi: Mapped[str] = mapped_column(String(300), default="")
    working_days: Mapped[int]
    ended_on: Mapped[date | None]


class Petition(Base):
    """One opinion or recommendation as a case.

    `unit_id` (and counter) is what it was written about or at, `holder_id` the unit in charge of it now. `code` is what
    the citizen tracks it by: who knows it rates the handling and reopens the case, so no office sees it; offices call
    the case by `reference`. `deadline_on` is the last day for the answer, before the case is classified the last day to
    do that; `transfer_due_on` the last day to hand it to the competent unit. `answer` goes to the citizen;
    `public_text` and `public_answer` are what is published, without anything that names a person. `rating` (1–5) is the
    citizen's of the handling. `escalated_to_id` is the unit above that was told of its lateness last, `late_cause` what
    the holder says about it, `was_late` whether it was late when it was reopened or not accepted: then it stays so.
    """

    __tablename__ = "petition"
    __table_args__ = (
        ForeignKeyConstraint(["counter_id", "unit_id"], ["counter.id", "counter.unit_id"]),
        CheckConstraint(one_of("kind", PETITION_KINDS), name="kind"),
        CheckConstraint(one_of("state", PETITION_STATES), name="state"),
        CheckConstraint(one_of("source", PETITION_SOURCES), name="source"),
        CheckConstraint("length(text) > 0", name="text"),
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint(f"reopened BETWEEN 0 AND {MOST_REOPENED}", name="reopened"),
        CheckConstraint("(state IN ('answered', 'published')) = (answered_on IS NOT NULL)", name="answered"),
        CheckConstraint("(state IN ('answered', 'published')) <= (answer <> '')", name="answer"),
        CheckConstraint("(state = 'published') = (published_on IS NOT NULL)", name="published"),
        CheckConstraint("(state = 'published') <= (public_text <> '' AND public_answer <> '')", name="public"),
        CheckConstraint("(state = 'rejected') = (rejected_reason <> '')", name="rejected"),
        CheckConstraint("state IN ('received', 'rejected') OR class_id IS NOT NULL", name="class"),
        CheckConstraint("(state = 'in_progress') <= (handled_by_id IS NOT NULL)", name="handled_by"),
        CheckConstraint("(rating IS NULL) = (rated_on IS NULL)", name="rated"),
        # The person in charge stands behind the order, so that what waits is counted without the cases themselves.
        Index("ix_petition_holder_id_state_deadline_on_id", "holder_id", "state", "deadline_on", "id", "handled_by_id"),
        Index("ix_petition_state_deadline_on_id", "state", "deadline_on", "id", "handled_by_id", "holder_id"),
        Index("ix_petition_state_received_on_id", "state", "received_on", "id"),
        Index("ix_petition_unit_id_received_on_id", "unit_id", "received_on", "id"),
        Index("ix_petition_received_on_id", "received_on", "id"),
        Index("ix_petition_holder_id_received_on_id", "holder_id", "received_on", "id"),
        # All that the boards count, so that they read no text.
        Index(
            "ix_petition_counted",
            "received_on",
            "holder_id",
            "state",
            "deadline_on",
            "answered_on",
            "was_late",
            "reopened",
            "rated_on",
            "rating",
            "kind",
            "source",
        ),
        Index("ix_petition_handled_by_id_state", "handled_by_id", "state"),
        Index("ix_petition_published_on_id", "published_on", "id", **_PUBLISHED),
        Index("ix_petition_unit_id_published_on_id", "unit_id", "published_on", "id", **_PUBLISHED),
        {"sqlite_with_rowid": False},  # SQLite's own row number would tell the order they came in
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    counter_id: Mapped[int | None]
    holder_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    source: Mapped[str] = mapped_column(String(8), default="web")
    language: Mapped[str] = mapped_column(String(2), default="vi")
    kind: Mapped[str] = mapped_column(String(14))
    text: Mapped[str] = mapped_column(Text)
    wants_answer: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="received")
    received_on: Mapped[date]
    transfer_due_on: Mapped[date]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("petition_class.id"))
    deadline_on: Mapped[date]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    public_text: Mapped[str] = mapped_column(Text, default="")
    public_answer: Mapped[str] = mapped_column(Text, default="")
    published_on: Mapped[date | None]
    rejected_reason: Mapped[str] = mapped_column(String(1000), default="")
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    rated_on: Mapped[date | None]
    reopened: Mapped[int] = mapped_column(SmallInteger, default=0)
    escalated_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    escalated_on: Mapped[date | None]
    late_cause: Mapped[str] = mapped_column(String(1000), default="")
    was_late: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    counter: Mapped[Counter | None] = relationship(
        primaryjoin="foreign(Petition.counter_id) == Counter.id", viewonly=True
    )
    holder: Mapped[Unit] = relationship(foreign_keys=[holder_id])
    escalated_to: Mapped[Unit | None] = relationship(foreign_keys=[escalated_to_id])
    petition_class: Mapped[PetitionClass | None] = relationship()
    steps: Mapped[list[PetitionStep]] = relationship(
        back_populates="petition", order_by="PetitionStep.number", cascade="all"
    )
    photos: Mapped[list[PetitionPhoto]] = relationship(order_by="PetitionPhoto.number", cascade="all")
    contact: Mapped[PetitionContact | None] = relationship(cascade="all, delete-orphan")


class PetitionStep(Base):
    """The history of a case, append-only. `at` is the moment of an office's step; a citizen's has only its day.

    `text` is what was said with it (a reason, a note, a citizen's remark), `public_text` as much of it as the tracking
    page shows: the public role reads no other. `is_public` says whether the page shows the step.
    """

    __tablename__ = "petition_step"
    __table_args__ = (
        CheckConstraint(one_of("step", PETITION_STEPS), name="step"),
        CheckConstraint(one_of("state", PETITION_STATES), name="state"),
        Index("ix_petition_step_holder_id_petition_id", "holder_id", "petition_id"),
        {"sqlite_with_rowid": False},
    )

    petition_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("petition.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date]
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    step: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    holder_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    deadline_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text, default="")
    public_text: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(default=False)

    petition: Mapped[Petition] = relationship(back_populates="steps")
    holder: Mapped[Unit] = relationship()


class PetitionPhoto(Base):
    """A photo as it was re-encoded: JPEG without metadata. Only the back office serves it."""

    __tablename__ = "petition_photo"
    __table_args__ = (
        CheckConstraint(f"number BETWEEN 1 AND {MOST_PHOTOS}", name="number"),
        {"sqlite_with_rowid": False},
    )

    petition_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("petition.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    width: Mapped[int]
    height: Mapped[int]
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class PetitionContact(Base):
    """Name, phone and e-mail, sealed to the back office's key; removed by the retention rule, the case stays.

    `key_id` names the key. `delete_after` is set when the case ends.
    """

    __tablename__ = "petition_contact"
    __table_args__ = ({"sqlite_with_rowid": False},)

    petition_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("petition.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    delete_after: Mapped[date | None] = mapped_column(index=True)

    consents: Mapped[list[PetitionConsent]] = relationship(cascade="all, delete-orphan")


class PetitionConsent(Base):
    """A consent to one purpose, given by ticking: which wording, and when (its day)."""

    __tablename__ = "petition_consent"
    __table_args__ = (
        CheckConstraint(one_of("purpose", CONTACT_PURPOSES), name="purpose"),
        {"sqlite_with_rowid": False},
    )

    petition_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("petition_contact.petition_id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12), primary_key=True)
    text_version: Mapped[str] = mapped_column(String(20))
    given_on: Mapped[date]


class ContactKey(Base):
    """A public key that contacts are sealed to (X25519); its private half is a file only the back office reads."""

    __tablename__ = "contact_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AnswerTemplate(OneLineTexts, Base):
    """A text to begin an answer from; a unit's own, or (without unit) everybody's."""

    __tablename__ = "answer_template"
    __table_args__ = (CheckConstraint("length(name_vi) > 0 AND length(text) > 0", name="filled"),)

    id: Mapped[primary_key]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)

    unit: Mapped[Unit | None] = relationship()


class CalendarException(Base):
    """A day the province works though the calendar says no, or rests though it says yes, and why."""

    __tablename__ = "calendar_exception"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
