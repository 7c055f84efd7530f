"""Questionnaires in the making, where a published version comes from, and which parts of one are locked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.questionnaire import Questionnaire
from survey.models.unit import Unit

DRAFT_STATES = ("editing", "submitted", "returned")
QUESTION_CHANGES = ("unchanged", "wording", "scale", "meaning", "new", "dropped")


class QuestionnaireDraft(Base):
    """A questionnaire that is being written for `owner`'s subtree.

    `definition` is YAML of forms.draft_notation, `previous` the one before the last change, for undo. `based_on` is
    the version it revises; `core` the published questionnaire it adds local questions to. `revision` counts the
    changes: who writes must name the one that was read.
    """

    __tablename__ = "questionnaire_draft"
    __table_args__ = (CheckConstraint(one_of("state", DRAFT_STATES), name="state"),)

    id: Mapped[primary_key]
    owner_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))
    core_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))
    code: Mapped[str] = mapped_column(String(200))  # as far as it is written: unfinished codes are codes of nothing
    version: Mapped[str] = mapped_column(String(200))
    title_vi: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="editing")
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was returned
    definition: Mapped[str] = mapped_column(Text)
    previous: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column()
    created_by: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(300))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    owner: Mapped[Unit] = relationship()
    based_on: Mapped[Questionnaire | None] = relationship(foreign_keys=[based_on_id])
    core: Mapped[Questionnaire | None] = relationship(foreign_keys=[core_id])

    # Two that write at the same moment: the second finds the row changed, whatever it read before.
    __mapper_args__ = {"version_id_col": revision}


class QuestionnaireOrigin(Base):
    """Where a published version comes from: the version it revises, the core it extends, the unit it is for.

    Without `owner_id` it is for everybody. A local supplement has both a core and an owner.
    """

    __tablename__ = "questionnaire_origin"
    __table_args__ = (
        CheckConstraint("(core_id IS NULL) = (owner_id IS NULL)", name="local"),
        CheckConstraint("based_on_id <> questionnaire_id AND core_id <> questionnaire_id", name="not_its_own_origin"),
    )

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True, autoincrement=False)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))
    core_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    based_on: Mapped[Questionnaire | None] = relationship(foreign_keys=[based_on_id])
    core: Mapped[Questionnaire | None] = relationship(foreign_keys=[core_id])
    owner: Mapped[Unit | None] = relationship()


class QuestionContinuity(Base):
    """What became of a question against the version it was based on, settled when the version was published.

    `means_since` is the version from which on its answers can be compared, `reads_since` the one from which on it reads
    as it does; None where both go back to a version that says nothing of its origin, in which codes alone decide.
    """

    __tablename__ = "question_continuity"
    __table_args__ = (CheckConstraint(one_of("change", QUESTION_CHANGES), name="change"),)

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    change: Mapped[str] = mapped_column(String(10))
    means_since: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))
    reads_since: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))


class CoreSection(Base):
    """A section of a published questionnaire that local supplements keep as it is."""

    __tablename__ = "core_section"

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(40), primary_key=True)
