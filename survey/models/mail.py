"""The outbox: messages the platform owes, kept until a mail server took them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, UtcDateTime, big_primary_key, one_of
from survey.models.unit import Unit

MAIL_STATES = ("pending", "sent", "failed", "cancelled")


class MailMessage(Base):
    """One message. It goes to `address`, or to the citizen of `petition_id`, whose sealed contact is opened only when
    it is sent and whose address is never written here.

    `key` says what it is about: the same notice is written once. `held_until` is when it may be tried (again), or when
    another process that has it in hand must have given up. `resent` is how often somebody had it sent anew.
    """

    __tablename__ = "mail_message"
    __table_args__ = (
        CheckConstraint(one_of("state", MAIL_STATES), name="state"),
        CheckConstraint("(address = '') <> (petition_id IS NULL)", name="receiver"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        Index("ix_mail_message_state_held_until_id", "state", "held_until", "id"),
        Index("ix_mail_message_unit_id_id", "unit_id", "id"),
    )

    id: Mapped[big_primary_key]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    address: Mapped[str] = mapped_column(String(254), default="")
    petition_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("petition.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    resent: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
