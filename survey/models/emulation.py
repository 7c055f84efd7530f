"""Emulation: a year's campaign with its formula, what the units report, and the proposal list that two people fix."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, SmallInteger, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key
from survey.models.scorecard import CARD_KINDS
from survey.models.unit import Unit
from survey.models.wave import Wave

CAMPAIGN_STATES = ("draft", "open", "proposed", "fixed")
EMULATION_REPORT_STATES = ("draft", "submitted", "returned")
EMULATION_STEPS = ("open", "submit", "return", "ask", "confirm", "refuse")
EMULATION_SOURCES = (
    "sipas",
    "sipas_target",
    "scorecard",
    "counter_score",
    "dossiers_on_time",
    "opinions_on_time",
    "dialogues_held",
    "commitments_kept",
    "remedies_done",
    "manual",
)
PERCENT = Numeric(5, 2)


class EmulationCampaign(OneLineTexts, Base):
    """A year's emulation among the units of one kind below the owner. The formula is fixed once the campaign is open.

    `awards` are the forms of reward that may be proposed, one a line; `wave_id` is the wave of the SIPAS parts.
    """

    __tablename__ = "emulation_campaign"
    __table_args__ = (
        Unique("owner_id", "year", "unit_kind"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint(one_of("unit_kind", CARD_KINDS), name="unit_kind"),
        CheckConstraint(one_of("state", CAMPAIGN_STATES), name="state"),
        CheckConstraint("length(name_vi) > 0", name="filled"),
    )

    id: Mapped[primary_key]
    owner_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    unit_kind: Mapped[str] = mapped_column(String(12))
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    reference: Mapped[str] = mapped_column(String(500), default="")
    deadline_on: Mapped[date]
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    awards: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(8), default="draft")

    owner: Mapped[Unit] = relationship()
    wave: Mapped[Wave | None] = relationship()
    parts: Mapped[list[EmulationPart]] = relationship(order_by="EmulationPart.position", cascade="all, delete-orphan")

    @property
    def award_names(self) -> list[str]:
        return self.awards.splitlines()


class EmulationPart(OneLineTexts, Base):
    """A weighted part of the formula: a source that the platform knows, or a criterion that the council marks."""

    __tablename__ = "emulation_part"
    __table_args__ = (
        Unique("campaign_id", "position"),
        CheckConstraint(one_of("source", EMULATION_SOURCES), name="source"),
        CheckConstraint("(source = 'manual') = (name_vi <> '')", name="name"),
        CheckConstraint("weight > 0 AND weight <= 100", name="weight"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("emulation_campaign.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str] = mapped_column(String(16))
    name_vi: Mapped[str] = mapped_column(String(300), default="")
    weight: Mapped[Decimal] = mapped_column(PERCENT)


class EmulationReport(Base):
    """What a unit reports for a campaign; `award` is the form of reward the council proposes, empty: none."""

    __tablename__ = "emulation_report"
    __table_args__ = (
        Unique("campaign_id", "unit_id"),
        CheckConstraint(one_of("state", EMULATION_REPORT_STATES), name="state"),
        CheckConstraint("state <> 'submitted' OR submitted_at IS NOT NULL", name="submitted"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("emulation_campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(String(9), default="draft")
    explanation: Mapped[str] = mapped_column(Text, default="")
    award_asked: Mapped[str] = mapped_column(String(200), default="")
    award: Mapped[str] = mapped_column(String(200), default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    unit: Mapped[Unit] = relationship()
    campaign: Mapped[EmulationCampaign] = relationship()
    marks: Mapped[list[EmulationMark]] = relationship()


class EmulationMark(Base):
    """What the council gives a unit for a criterion without a source, in percent of its weight, with the reason."""

    __tablename__ = "emulation_mark"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("emulation_report.id"), primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("emulation_part.id"), primary_key=True)
    percent: Mapped[Decimal] = mapped_column(PERCENT)
    reason: Mapped[str] = mapped_column(String(500))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class EmulationList(Base):
    """The proposal list as one person froze it and another confirmed or refused it: canonical JSON, zlib, with its
    SHA-256. The database keeps the figures as they are."""

    __tablename__ = "emulation_list"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest"),
        CheckConstraint("NOT is_confirmed OR decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name="decision"),
        Index("ix_emulation_list_campaign_id", "campaign_id"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("emulation_campaign.id"))
    figures: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_confirmed: Mapped[bool | None]


class EmulationStep(Base):
    """A step of a campaign, or of a unit's report in it; append-only, with who took it and why."""

    __tablename__ = "emulation_step"
    __table_args__ = (
        CheckConstraint(one_of("step", EMULATION_STEPS), name="step"),
        CheckConstraint("step NOT IN ('return', 'refuse') OR reason <> ''", name="reason"),
        Index("ix_emulation_step_campaign_id_id", "campaign_id", "id"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("emulation_campaign.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("emulation_report.id"), index=True)
    step: Mapped[str] = mapped_column(String(7))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(1000), default="")
