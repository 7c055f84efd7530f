"""Paper forms: a batch of them, each form as it was typed (twice, where that was asked for), and what came of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.collector import RESPONDENT_GROUPS
from survey.models.questionnaire import Question
from survey.models.unit import Counter, Unit
from survey.models.wave import Wave

BATCH_STATES = ("open", "entered", "checked", "accepted", "rejected")
FINISHED_STATES = ("accepted", "rejected")
MOST_FORMS = 2000


class PaperBatch(Base):
    """A bundle of paper forms of one wave and place, with what was counted before typing began.

    `forms_expected` is how many forms were received, `control_sum` the sum of the values of `control_question` over
    them, added up by hand; `double_share` is the percentage of forms that a second person types again. The forms were
    collected from `collected_from` until `collected_until`; their answers count in the half-month of the latter.
    `reason` says why the batch was rejected, or accepted although a total does not match.
    """

    __tablename__ = "paper_batch"
    __table_args__ = (
        ForeignKeyConstraint(["counter_id", "unit_id"], ["counter.id", "counter.unit_id"]),
        CheckConstraint(one_of("state", BATCH_STATES), name="state"),
        CheckConstraint(one_of("respondent_group", RESPONDENT_GROUPS), name="respondent_group"),
        CheckConstraint(f"forms_expected BETWEEN 1 AND {MOST_FORMS}", name="forms_expected"),
        CheckConstraint("double_share BETWEEN 0 AND 100", name="double_share"),
        CheckConstraint("collected_until >= collected_from", name="collected"),
        CheckConstraint("(control_question_id IS NULL) = (control_sum IS NULL)", name="control"),
        CheckConstraint("(state IN ('accepted', 'rejected')) = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint("state <> 'rejected' OR reason <> ''", name="reason"),
        Index("ix_paper_batch_wave_id_id", "wave_id", "id"),
        Index("ix_paper_batch_unit_id_id", "unit_id", "id"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    counter_id: Mapped[int | None]
    respondent_group: Mapped[str] = mapped_column(String(12), default="citizen")
    forms_expected: Mapped[int]
    collected_from: Mapped[date]
    collected_until: Mapped[date]
    control_question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    control_sum: Mapped[int | None]
    double_share: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(8), default="open")
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys="PaperBatch.unit_id")
    counter: Mapped[Counter | None] = relationship(foreign_keys="PaperBatch.counter_id", viewonly=True)
    control_question: Mapped[Question | None] = relationship()


class PaperEntry(Base):
    """One form as one person typed it: in the first pass, or again in the second.

    `answers` is JSON, read and written by survey.operations.paper_entry; `seconds` is how long the typing took.
    """

    __tablename__ = "paper_entry"
    __table_args__ = (
        CheckConstraint("serial >= 1", name="serial"),
        CheckConstraint("pass_number IN (1, 2)", name="pass_number"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pass_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[str] = mapped_column(Text)
    is_blank: Mapped[bool]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[int]


class PaperResolution(Base):
    """What the paper says where the two passes differ in an item; all three values are JSON.

    It holds for the two values it was made for: where one of them is typed anew, the item is open again.
    """

    __tablename__ = "paper_resolution"
    __table_args__ = (CheckConstraint("serial >= 1", name="serial"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    first: Mapped[str] = mapped_column(Text)
    second: Mapped[str] = mapped_column(Text)
    chosen: Mapped[str] = mapped_column(Text)
    resolved_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    resolved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BatchResponse(Base):
    """Which form of which batch a response was typed from."""

    __tablename__ = "batch_response"
    __table_args__ = (UniqueConstraint("batch_id", "serial"),)

    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"))
    serial: Mapped[int]
