"""Waves: one questionnaire asked of some units over some period, against a dated target, by a design fixed before."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, one_of, primary_key
from survey.models.questionnaire import Questionnaire
from survey.models.unit import Unit

WAVE_STATES = ("draft", "open", "closed", "published")
DESIGNS = ("probability", "census", "self_selected")
WEIGHTINGS = ("unweighted", "weighted")
RULES = ("top_two", "mean_of_max", "scaled_mean")
AGGREGATIONS = ("pool_answers", "mean_of_items", "mean_of_factors")
TRUST_LEVELS = ("verified", "present", "open", "paper", "assisted")


class Target(OneLineTexts, Base):
    """A percentage to reach, as a fraction, with the decision that sets it and the days it is in force."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("value > 0 AND value < 1", name="value"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    value: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    reference_vi: Mapped[str] = mapped_column(String(500))
    reference_en: Mapped[str] = mapped_column(String(500), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Wave(OneLineTexts, Base):
    """A survey wave. What decides the headline (questionnaire, period, design, weighting, rule, aggregation, target,
    minimum, trust levels, owner) is fixed when the wave opens: the database refuses to change it afterwards.

    The owner is the unit that runs the wave: who may do what with it is asked for the owner's path. Only waves older
    than the back office may have none. `opens_on` and `closes_on` are days on which the platform opens and closes it
    by itself; `schedule_failure` is the error's code where that failed the last time.
    """

    __tablename__ = "wave"
    __table_args__ = (
        CheckConstraint(one_of("state", WAVE_STATES), name="state"),
        CheckConstraint(one_of("design", DESIGNS), name="design"),
        CheckConstraint(one_of("headline_weighting", WEIGHTINGS), name="headline_weighting"),
        CheckConstraint(one_of("rule", RULES), name="rule"),
        CheckConstraint(one_of("aggregation", AGGREGATIONS), name="aggregation"),
        CheckConstraint("period_end >= period_start", name="period"),
        CheckConstraint("minimum_people >= 1", name="minimum_people"),
        CheckConstraint("(state = 'draft') = (opened_at IS NULL)", name="opened"),
        CheckConstraint("(state IN ('closed', 'published')) = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published"),
        CheckConstraint("closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on", name="schedule"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    period_start: Mapped[date]
    period_end: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    design: Mapped[str] = mapped_column(String(14))
    headline_weighting: Mapped[str] = mapped_column(String(12))
    rule: Mapped[str] = mapped_column(String(12), default="top_two")
    aggregation: Mapped[str] = mapped_column(String(16), default="pool_answers")
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    minimum_people: Mapped[int] = mapped_column(default=30)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    schedule_failure: Mapped[str | None] = mapped_column(String(40))
    schedule_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    owner: Mapped[Unit | None] = relationship()
    questionnaire: Mapped[Questionnaire] = relationship()
    target: Mapped[Target] = relationship()
    units: Mapped[list[WaveUnit]] = relationship(back_populates="wave")
    trust_levels: Mapped[list[WaveTrust]] = relationship(order_by="WaveTrust.trust")

    if TYPE_CHECKING:  # mapped in survey.models.collector, which it is read from
        respondents: Mapped[str]


class WaveUnit(Base):
    """A unit takes part in a wave; on paper, how many forms it issued and how many it is asked to collect."""

    __tablename__ = "wave_unit"
    __table_args__ = (
        CheckConstraint("forms_issued IS NULL OR forms_issued >= 0", name="forms_issued"),
        CheckConstraint("quota IS NULL OR quota >= 0", name="quota"),
    )

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)
    forms_issued: Mapped[int | None]
    quota: Mapped[int | None]

    wave: Mapped[Wave] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship()


class WaveTrust(Base):
    """A trust level that counts in the wave's headline; the others stand beside it."""

    __tablename__ = "wave_trust"
    __table_args__ = (CheckConstraint(one_of("trust", TRUST_LEVELS), name="trust"),)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    trust: Mapped[str] = mapped_column(String(10), primary_key=True)


class WaveClosing(Base):
    """The closing of a wave: asked for, then ballots refused and sealed, then the rows read once for the statistics.

    `responses` are to be read, `done` have been; a wave whose closing is not finished is not published.
    """

    __tablename__ = "wave_closing"
    __table_args__ = (CheckConstraint("done >= 0 AND responses >= 0", name="progress"),)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    responses: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptStatistic(Base):
    """A number that needs a scan of the rows (alpha, median time, validity), kept when the wave closes."""

    __tablename__ = "kept_statistic"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[float | None]
    base: Mapped[int]
