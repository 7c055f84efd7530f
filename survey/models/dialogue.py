"""Dialogues: the meeting a unit holds every six months, what was asked and answered there, and what was promised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit
from survey.models.wave import Wave

DIALOGUE_STATES = ("planned", "announced", "running", "held", "concluded", "cancelled")
ATTENDEE_GROUPS = ("citizen", "business", "organisation", "delegate", "official", "press")
QUESTION_SOURCES = ("beforehand", "meeting", "typed")
QUESTION_STATES = ("received", "accepted", "answered", "later", "declined")
COMMITMENT_STATES = ("open", "done", "dropped")
POLL_KINDS = ("exit", "follow_up")


class Dialogue(OneLineTexts, Base):
    """One dialogue of a unit in a half-year. `code` is what citizens reach it by (/doi-thoai/<code>).

    The question box takes questions from `box_opens_on` until the meeting ends. `room_code` is shown in the room while
    it runs: who types it is counted as present. `conclusion` is the text of the notice of conclusions. `notes` are the
    unit's own, which the public role may not read: they are loaded where they are asked for.
    """

    __tablename__ = "dialogue"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "half", "number"),
        CheckConstraint("half IN (1, 2)", name="half"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(one_of("state", DIALOGUE_STATES), name="state"),
        CheckConstraint("length(name_vi) > 0 AND length(chair) > 0 AND length(venue) > 0", name="filled"),
        CheckConstraint("(state IN ('held', 'concluded')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("state <> 'cancelled' OR cancelled_reason <> ''", name="cancelled"),
        CheckConstraint("state <> 'running' OR room_code IS NOT NULL", name="room_code"),
        Index("ix_dialogue_year_half_unit_id", "year", "half", "unit_id"),
        Index("ix_dialogue_unit_id_starts_at", "unit_id", "starts_at"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    half: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger, default=1)
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    chair: Mapped[str] = mapped_column(String(200))
    chair_office: Mapped[str] = mapped_column(String(200), default="")
    secretary: Mapped[str] = mapped_column(String(200), default="")
    venue: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    box_opens_on: Mapped[date]
    invited: Mapped[str] = mapped_column(Text, default="")
    agenda: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="planned")
    room_code: Mapped[str | None] = mapped_column(String(12))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notes: Mapped[str] = mapped_column(Text, default="", deferred=True)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    cancelled_reason: Mapped[str] = mapped_column(String(500), default="")

    unit: Mapped[Unit] = relationship()
    questions: Mapped[list[DialogueQuestion]] = relationship(
        back_populates="dialogue", order_by="DialogueQuestion.position, DialogueQuestion.id"
    )
    groups: Mapped[list[DialogueGroup]] = relationship(order_by="DialogueGroup.group", cascade="all, delete-orphan")
    polls: Mapped[list[DialoguePoll]] = relationship(order_by="DialoguePoll.kind", cascade="all, delete-orphan")


class DialogueGroup(Base):
    """A group of people: how many were invited, how many the secretary counted, how many typed the room's code."""

    __tablename__ = "dialogue_group"
    __table_args__ = (
        CheckConstraint(one_of('"group"', ATTENDEE_GROUPS), name="group"),
        CheckConstraint("invited >= 0 AND counted >= 0 AND checked_in >= 0", name="numbers"),
    )

    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogue.id"), primary_key=True)
    group: Mapped[str] = mapped_column(String(12), primary_key=True)
    invited: Mapped[int] = mapped_column(default=0)
    counted: Mapped[int] = mapped_column(default=0)
    checked_in: Mapped[int] = mapped_column(default=0)

    @property
    def present(self) -> int:
        """Whoever typed the code was there; the secretary may have counted more, or not yet."""
        return max(self.counted, self.checked_in)


class DialogueTheme(OneLineTexts, Base):
    """A theme the questions of a dialogue are put under, in the chair's order."""

    __tablename__ = "dialogue_theme"
    __table_args__ = (CheckConstraint("length(name_vi) > 0", name="name_vi"),)

    id: Mapped[primary_key]
    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogue.id"), index=True)
    position: Mapped[int]
    name_vi: Mapped[str] = mapped_column(String(200))


class DialogueQuestion(Base):
    """A question: who asks (a group, no name), what, who answers, what was answered and until when the rest follows.

    A question of the same matter points to the one that is answered (`same_as_id`). `notes` are what the secretary
    writes while it is talked about, for the unit alone. `declined_reason` is shown to whoever looks for it.
    """

    __tablename__ = "dialogue_question"
    __table_args__ = (
        CheckConstraint(one_of("source", QUESTION_SOURCES), name="source"),
        CheckConstraint(one_of("state", QUESTION_STATES), name="state"),
        CheckConstraint(one_of("asker_group", ATTENDEE_GROUPS), name="asker_group"),
        CheckConstraint("length(text) > 0", name="text"),
        CheckConstraint("state <> 'answered' OR answer <> ''", name="answer"),
        CheckConstraint("state <> 'later' OR answer_due_on IS NOT NULL", name="answer_due_on"),
        CheckConstraint("state <> 'declined' OR declined_reason <> ''", name="declined"),
        CheckConstraint("same_as_id <> id", name="same_as"),
        Index("ix_dialogue_question_dialogue_id_state", "dialogue_id", "state"),
    )

    id: Mapped[primary_key]
    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogue.id"))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    source: Mapped[str] = mapped_column(String(10))
    asker_group: Mapped[str] = mapped_column(String(12))
    asked_on: Mapped[date]
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("dialogue_theme.id"))
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="received")
    answering_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    notes: Mapped[str] = mapped_column(Text, default="", deferred=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    answer_due_on: Mapped[date | None]
    declined_reason: Mapped[str] = mapped_column(String(500), default="")
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("dialogue_question.id"))

    dialogue: Mapped[Dialogue] = relationship(back_populates="questions")
    theme: Mapped[DialogueTheme | None] = relationship()
    answering_unit: Mapped[Unit | None] = relationship()


class Commitment(Base):
    """A promise made in a dialogue: text, unit and person in charge, deadline; followed until it is done.

    It is on the table of every later dialogue of the unit (`unit_id`) for as long as it is open.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint(one_of("state", COMMITMENT_STATES), name="state"),
        CheckConstraint("length(text) > 0", name="text"),
        CheckConstraint("(state = 'open') = (ended_on IS NULL)", name="ended_on"),
        CheckConstraint("state <> 'done' OR evidence <> ''", name="evidence"),
        CheckConstraint("state <> 'dropped' OR dropped_reason <> ''", name="dropped"),
        Index("ix_commitment_unit_id_state_deadline_on", "unit_id", "state", "deadline_on"),
        Index("ix_commitment_owner_unit_id_state_deadline_on", "owner_unit_id", "state", "deadline_on"),
        Index("ix_commitment_state_deadline_on_id", "state", "deadline_on", "id"),
    )

    id: Mapped[primary_key]
    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogue.id"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("dialogue_question.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    owner_name: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    deadline_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), default="open")
    evidence: Mapped[str] = mapped_column(Text, default="")
    dropped_reason: Mapped[str] = mapped_column(String(500), default="")
    ended_on: Mapped[date | None]

    dialogue: Mapped[Dialogue] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    owner_unit: Mapped[Unit] = relationship(foreign_keys=[owner_unit_id])
    progress: Mapped[list[CommitmentProgress]] = relationship(order_by="CommitmentProgress.id")


class CommitmentProgress(Base):
    """A line of progress of a commitment, append-only; `percent` is what its owner says is done.

    Who wrote it is for the back office alone.
    """

    __tablename__ = "commitment_progress"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)

    id: Mapped[primary_key]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), deferred=True)
    percent: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text)


class DialoguePoll(Base):
    """The rating of a dialogue: the wave it is a collector of; asked when leaving, and again after the deadlines.

    `ballot_key` is drawn when it opens, makes of a pass the id of its one ballot, and is forgotten once it has closed.
    """

    __tablename__ = "dialogue_poll"
    __table_args__ = (
        CheckConstraint(one_of("kind", POLL_KINDS), name="kind"),
        CheckConstraint("length(ballot_key) = 32", name="ballot_key"),
    )

    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogue.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), unique=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), unique=True)
    asked_on: Mapped[date]
    ballot_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), deferred=True)

    wave: Mapped[Wave] = relationship()


class DialoguePass(Base):
    """A pass of somebody present, known by its hash only: it opens the exit poll once, and the follow-up poll once.

    Nothing here points to the ballot that was given with it.
    """

    __tablename__ = "dialogue_pass"
    __table_args__ = (
        CheckConstraint("length(pass_hash) = 32", name="pass_hash"),
        CheckConstraint(one_of('"group"', ATTENDEE_GROUPS), name="group"),
        {"sqlite_with_rowid": False},
    )

    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogue.id"), primary_key=True)
    pass_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    group: Mapped[str] = mapped_column(String(12))
