"""Filings: each unit's result of a closed wave with frozen figures, its way to publication, and what was frozen."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit
from survey.models.wave import Wave

FILING_STATES = ("draft", "submitted", "returned", "approved", "published", "corrected")
EDITABLE_STATES = ("draft", "returned")
FILING_STEPS = (
    "frozen",
    "submitted",
    "returned",
    "approved",
    "approved_ex_officio",
    "renewed",
    "published",
    "corrected",
)
PUBLICATION_KINDS = ("publication", "correction")
PUBLICATION_STATES = ("asked", "confirmed", "refused", "done")
MOST_FILES, MOST_BYTES = 10, 20 * 1024 * 1024


class FrozenTransaction(Base):
    """N of a unit as a closed wave counts it; NULL where none was known. Append-only.

    The row with the highest `revision` holds: 1 is the closing, a later one a number taken over anew.
    """

    __tablename__ = "frozen_transaction"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("transactions IS NULL OR transactions >= 0", name="not_negative"),
    )

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    transactions: Mapped[int | None]


class WavePublication(Base):
    """A request to publish a wave, or a correction of a published one: one person asks, another one confirms.

    A confirmed publication waits for `publish_at`, if one was set. `proposal_digest` names exactly what becomes
    public, so that nothing else is confirmed: what a correction would change, or the figures of all filings. `reason`
    says why a correction is made.
    """

    __tablename__ = "wave_publication"
    __table_args__ = (
        CheckConstraint(one_of("kind", PUBLICATION_KINDS), name="kind"),
        CheckConstraint(one_of("state", PUBLICATION_STATES), name="state"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> requested_by_id", name="two_people"),
        CheckConstraint("(state IN ('confirmed', 'done')) = (confirmed_by_id IS NOT NULL)", name="confirmed"),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_at"),
        CheckConstraint("(state = 'refused') = (refused_by_id IS NOT NULL)", name="refused"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        CheckConstraint("kind <> 'correction' OR (reason <> '' AND proposal_digest <> '')", name="correction"),
        CheckConstraint("publish_at IS NULL OR kind = 'publication'", name="publish_at"),
        Index(
            "uq_wave_publication_under_way",
            "wave_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'confirmed')"),
            postgresql_where=text("state IN ('asked', 'confirmed')"),
        ),
        Index("ix_wave_publication_wave_id", "wave_id"),
    )

    id: Mapped[primary_key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    kind: Mapped[str] = mapped_column(String(11))
    state: Mapped[str] = mapped_column(String(9), default="asked")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    proposal_digest: Mapped[str] = mapped_column(String(64), default="")
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    refused_reason: Mapped[str] = mapped_column(String(1000), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    wave: Mapped[Wave] = relationship()


class Filing(Base):
    """A unit's periodic report of one wave. The figures stand in its versions and are nobody's to edit; the unit
    explains them while the filing is a draft or was returned.

    `submitted_by_id` is who handed it in last, `approved_by_id` who approved it, another person.
    """

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("wave_id", "unit_id"),
        CheckConstraint(one_of("state", FILING_STATES), name="state"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("state <> 'submitted' OR submitted_by_id IS NOT NULL", name="submitted"),
        CheckConstraint("state <> 'approved' OR is_ex_officio OR submitted_by_id IS NOT NULL", name="approved"),
        CheckConstraint(
            "approved_by_id IS NULL OR submitted_by_id IS NULL OR approved_by_id <> submitted_by_id",
            name="two_people",
        ),
        Index("ix_filing_unit_id_id", "unit_id", "id"),
        Index("ix_filing_wave_id_state_deadline_on", "wave_id", "state", "deadline_on"),
    )

    id: Mapped[primary_key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[str] = mapped_column(String(9), default="draft")
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    deadline_on: Mapped[date]
    explanation: Mapped[str] = mapped_column(Text, default="")
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    is_ex_officio: Mapped[bool] = mapped_column(default=False)

    wave: Mapped[Wave] = relationship()
    unit: Mapped[Unit] = relationship()
    versions: Mapped[list[FilingVersion]] = relationship(order_by="FilingVersion.number")
    notes: Mapped[list[FilingNote]] = relationship(order_by="FilingNote.code")
    files: Mapped[list[FilingEvidence]] = relationship(order_by="FilingEvidence.id")
    steps: Mapped[list[FilingStep]] = relationship(order_by="FilingStep.id")

    @property
    def is_editable(self) -> bool:
        """Whether the unit may still explain."""
        return self.state in EDITABLE_STATES


class FilingVersion(Base):
    """What was frozen, append-only: the figures as canonical JSON (`sipas-analysis/1`, zlib) with its SHA-256, and that
    of the wave's configuration. `verdict`, `estimate` and `people` repeat the headline for lists; NULL where hidden.
    """

    __tablename__ = "filing_version"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("number = 1 OR reason <> ''", name="reason"),
        CheckConstraint("length(figures_digest) = 64 AND length(configuration_digest) = 64", name="digests"),
    )

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    figures: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    figures_digest: Mapped[str] = mapped_column(String(64))
    configuration_digest: Mapped[str] = mapped_column(String(64))
    ledger_head: Mapped[str] = mapped_column(String(64), default="")
    verdict: Mapped[str] = mapped_column(String(12))
    estimate: Mapped[float | None]
    people: Mapped[int | None]
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("wave_publication.id"))


class FilingStep(Base):
    """A line of a filing's history, append-only: the step, the state and version after it, who, why. An operator's
    command and the platform itself have no account."""

    __tablename__ = "filing_step"
    __table_args__ = (
        CheckConstraint(one_of("step", FILING_STEPS), name="step"),
        CheckConstraint(one_of("state", FILING_STATES), name="state"),
        CheckConstraint(
            "step NOT IN ('returned', 'approved_ex_officio', 'renewed', 'corrected') OR reason <> ''", name="reason"
        ),
        ForeignKeyConstraint(["filing_id", "version"], ["filing_version.filing_id", "filing_version.number"]),
        Index("ix_filing_step_filing_id_id", "filing_id", "id"),
    )

    id: Mapped[primary_key]
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    step: Mapped[str] = mapped_column(String(19))
    state: Mapped[str] = mapped_column(String(9))
    version: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(2000), default="")


class FilingNote(Base):
    """What the unit says about one factor or item, by its code."""

    __tablename__ = "filing_note"
    __table_args__ = (CheckConstraint("length(text) > 0", name="text"),)

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class FilingEvidence(Base):
    """A file beside an explanation. Only the back office serves it, as an attachment."""

    __tablename__ = "filing_evidence"
    __table_args__ = (
        CheckConstraint(f"size BETWEEN 1 AND {MOST_BYTES}", name="size"),
        CheckConstraint("length(digest) = 64", name="digest"),
        Index("ix_filing_evidence_filing_id", "filing_id"),
    )

    id: Mapped[primary_key]
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
