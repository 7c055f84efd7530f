"""The one-stop counter's score: its rule sets, the dossiers it is computed from, what a unit reports of a quarter."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, big_primary_key, one_of, primary_key
from survey.models.unit import Unit

PACES = ("early", "on_time", "late")
PUBLICATIONS = ("both", "one", "none")
COMPLAINTS = ("none", "stands", "false")


class CounterRuleSet(Base):
    """A version of the rules (:class:`forms.counter_rules.CounterRules` as YAML), in force from a day until the next
    version's. Append-only: what was computed by a version can be computed again."""

    __tablename__ = "counter_rule_set"
    __table_args__ = (
        UniqueConstraint("version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(definition) > 0", name="definition"),
    )

    id: Mapped[primary_key]
    version: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    definition: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Dossier(Base):
    """A dossier of the one-stop system; it names neither the citizen nor, but by a code, the official in charge.

    `counted_on` is the day it was returned, or the day it was due where it was not returned by then: the period it is
    counted in. `agency_days` are the agencies involved with days taken and allowed, `agency_pace` the slowest of them.
    What is empty or None the system did not tell; `complaint` says whether an opinion stands against it.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        UniqueConstraint("unit_id", "code"),
        CheckConstraint("length(code) > 0", name="code"),
        CheckConstraint("due_on >= received_on AND returned_on >= received_on", name="days"),
        CheckConstraint("counted_on <= due_on", name="counted_on"),
        CheckConstraint("extra_contacts BETWEEN 0 AND 99 AND agencies BETWEEN 0 AND 99", name="numbers"),
        CheckConstraint(one_of("agency_pace", ("", *PACES)), name="agency_pace"),
        CheckConstraint(one_of("publication", ("", *PUBLICATIONS)), name="publication"),
        CheckConstraint(one_of("complaint", ("", *COMPLAINTS)), name="complaint"),
        Index("ix_dossier_unit_id_counted_on_id", "unit_id", "counted_on", "id"),
    )

    id: Mapped[big_primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(60))
    official: Mapped[str] = mapped_column(String(40), default="")
    field: Mapped[str] = mapped_column(String(100), default="")
    received_on: Mapped[date]
    due_on: Mapped[date]
    returned_on: Mapped[date | None]
    counted_on: Mapped[date]
    extra_contacts: Mapped[int | None] = mapped_column(SmallInteger)
    agencies: Mapped[int | None] = mapped_column(SmallInteger)
    agency_days: Mapped[str] = mapped_column(String(500), default="")
    agency_pace: Mapped[str] = mapped_column(String(8), default="")
    publication: Mapped[str] = mapped_column(String(4), default="")
    complaint: Mapped[str] = mapped_column(String(6), default="")

    unit: Mapped[Unit] = relationship()


class CounterRecord(Base):
    """What a unit reports of itself for a quarter; None: not reported.

    Of `listed_procedures`, `on_the_spot` are handled at once at the counter; `all_at_counter` says whether the others
    are received and returned there. Of `eligible_procedures`, `online_procedures` are online; of `dossiers_received`,
    `online_dossiers` came that way, `online_late` of them late. `dossiers_total` is the number of dossiers of the
    quarter: where more than were recorded, these are a sample.
    """

    __tablename__ = "counter_record"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "quarter"),
        CheckConstraint("year BETWEEN 2000 AND 2100 AND quarter BETWEEN 1 AND 4", name="period"),
        CheckConstraint("on_the_spot BETWEEN 0 AND listed_procedures", name="on_the_spot"),
        CheckConstraint("online_procedures BETWEEN 0 AND eligible_procedures", name="online_procedures"),
        CheckConstraint("online_dossiers BETWEEN 0 AND dossiers_received", name="online_dossiers"),
        CheckConstraint("online_late BETWEEN 0 AND online_dossiers", name="online_late"),
        CheckConstraint("dossiers_total >= 0", name="dossiers_total"),
        CheckConstraint(one_of("publication", ("", *PUBLICATIONS)), name="publication"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    quarter: Mapped[int] = mapped_column(SmallInteger)
    listed_procedures: Mapped[int | None]
    on_the_spot: Mapped[int | None]
    all_at_counter: Mapped[bool | None]
    publication: Mapped[str] = mapped_column(String(4), default="")
    eligible_procedures: Mapped[int | None]
    online_procedures: Mapped[int | None]
    dossiers_received: Mapped[int | None]
    online_dossiers: Mapped[int | None]
    online_late: Mapped[int | None]
    dossiers_total: Mapped[int | None]

    unit: Mapped[Unit] = relationship()
