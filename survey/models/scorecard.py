"""Scorecards (PAR INDEX): the template as data, a unit's card, its points by stage, evidence."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit

CARD_KINDS = ("department", "commune")
CRITERION_RULES = ("group", "manual", "ratio", "measure", "survey")
ROUNDINGS = ("half_up_2",)
SCORECARD_STATES = ("scoring", "submitted", "appraised", "explained", "final")
SCORE_STAGES = ("self", "explanation", "appraisal", "final")
POINTS = Numeric(7, 2)


class ScorecardTemplate(OneLineTexts, Base):
    """One version of the criteria that the units of a kind are scored by in a year. The database refuses to change it,
    and its criteria, once it is in use; a correction is a new version.

    The owner is the unit whose scoring council appraises: the province.
    """

    __tablename__ = "scorecard_template"
    __table_args__ = (
        Unique("code", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint(one_of("unit_kind", CARD_KINDS), name="unit_kind"),
        CheckConstraint(one_of("rounding", ROUNDINGS), name="rounding"),
        CheckConstraint("length(name_vi) > 0 AND length(code) > 0", name="filled"),
        CheckConstraint("explanation_due_on >= self_due_on AND final_due_on >= explanation_due_on", name="deadlines"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    year: Mapped[int]
    unit_kind: Mapped[str] = mapped_column(String(12))
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    reference_vi: Mapped[str] = mapped_column(String(500), default="")
    reference_en: Mapped[str] = mapped_column(String(500), default="")
    council: Mapped[str] = mapped_column(String(300), default="")
    rounding: Mapped[str] = mapped_column(String(12), default="half_up_2")
    self_due_on: Mapped[date]
    explanation_due_on: Mapped[date]
    final_due_on: Mapped[date]
    owner_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    owner: Mapped[Unit] = relationship()
    criteria: Mapped[list[Criterion]] = relationship(
        back_populates="template", order_by="Criterion.position", cascade="all, delete-orphan"
    )


class Criterion(OneLineTexts, Base):
    """A line of a template, in the order of `position`: a heading (rule "group") or a criterion with what it is worth.

    `number` is as printed ("1", "1.1"); `terms` holds what the rule needs to know, as JSON in the words of
    :mod:`forms.scorecard_notation`.
    """

    __tablename__ = "scorecard_criterion"
    __table_args__ = (
        Unique("template_id", "number"),
        CheckConstraint(one_of("rule", CRITERION_RULES), name="rule"),
        CheckConstraint("(rule = 'group') = (maximum IS NULL)", name="maximum"),
        CheckConstraint("maximum > 0", name="positive"),
        CheckConstraint("length(name_vi) > 0 AND length(number) > 0", name="filled"),
    )

    id: Mapped[primary_key]
    template_id: Mapped[int] = mapped_column(ForeignKey("scorecard_template.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("scorecard_criterion.id"), index=True)
    position: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(1000))
    name_en: Mapped[str] = mapped_column(String(1000), default="")
    maximum: Mapped[Decimal | None] = mapped_column(POINTS)
    rule: Mapped[str] = mapped_column(String(8))
    terms: Mapped[str] = mapped_column(Text, default="")

    template: Mapped[ScorecardTemplate] = relationship(back_populates="criteria")
    parent: Mapped[Criterion | None] = relationship(remote_side="Criterion.id")


class Scorecard(Base):
    """A unit's card by a template. Who submitted it last is kept: another person appraises."""

    __tablename__ = "scorecard"
    __table_args__ = (
        Unique("template_id", "unit_id"),
        CheckConstraint(one_of("state", SCORECARD_STATES), name="state"),
    )

    id: Mapped[primary_key]
    template_id: Mapped[int] = mapped_column(ForeignKey("scorecard_template.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(String(9), default="scoring")
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    template: Mapped[ScorecardTemplate] = relationship()
    unit: Mapped[Unit] = relationship()


class ScorecardScore(Base):
    """What was scored or said about a criterion at a stage. Append-only: the last line of a stage holds.

    `counted` of `base` is what a ratio was worked out from; `basis` tells how computed points came about, as
    JSON of :mod:`survey.analysis.scorecard_basis`. `points` are empty for an explanation, and where none could be
    computed.
    """

    __tablename__ = "scorecard_score"
    __table_args__ = (
        CheckConstraint(one_of("stage", SCORE_STAGES), name="stage"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("(counted IS NULL) = (base IS NULL)", name="ratio"),
        CheckConstraint("counted >= 0 AND base > 0", name="shares"),
        CheckConstraint("stage <> 'explanation' OR (points IS NULL AND reason <> '')", name="explanation"),
        Index("ix_scorecard_score_scorecard_id_criterion_id", "scorecard_id", "criterion_id", "stage", "id"),
    )

    id: Mapped[primary_key]
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("scorecard_criterion.id"), index=True)
    stage: Mapped[str] = mapped_column(String(11))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    points: Mapped[Decimal | None] = mapped_column(POINTS)
    counted: Mapped[Decimal | None] = mapped_column(Numeric(13, 2))
    base: Mapped[Decimal | None] = mapped_column(Numeric(13, 2))
    reason: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")


class ScorecardStep(Base):
    """A step of a card from stage to stage, append-only, with who took it and why."""

    __tablename__ = "scorecard_step"

    id: Mapped[primary_key]
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    step: Mapped[str] = mapped_column(String(9))
    state: Mapped[str] = mapped_column(String(9))
    text: Mapped[str] = mapped_column(Text, default="")


class ScorecardEvidence(Base):
    """A file that shows what a criterion was scored for."""

    __tablename__ = "scorecard_evidence"
    __table_args__ = (
        Unique("scorecard_id", "criterion_id", "digest"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[primary_key]
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("scorecard_criterion.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
