"""Webhooks: who wants to be told of which events, what is still to be sent, and the log of every attempt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from forms.ballot import clean_text
from survey.models.base import Base, UtcDateTime, big_primary_key, one_of, primary_key
from survey.models.unit import Unit

WEBHOOK_EVENTS = (
    "wave.opened",
    "wave.closed",
    "wave.published",
    "results.released",
    "batch.accepted",
    "import.finished",
)
TEST_EVENT = "test"
WEBHOOK_STATES = ("active", "paused", "ended")
DELIVERY_STATES = ("pending", "delivered", "dead")


class Webhook(Base):
    """A receiver at `url`, told of what concerns its unit and everything below it.

    The secret it checks signatures with is derived from `secret_seed` and the installation's key, and kept nowhere.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint(one_of("state", WEBHOOK_STATES), name="state"),
        CheckConstraint("length(secret_seed) = 32", name="secret_seed"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret_seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(8), default="active")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
    events: Mapped[list[WebhookEvent]] = relationship(
        cascade="all, delete-orphan", order_by="WebhookEvent.event", lazy="selectin"
    )

    @validates("name")
    def _cleaned(self, _attribute: str, text: str) -> str:
        return clean_text(text, lines=False)


class WebhookEvent(Base):
    """An event a webhook is told of."""

    __tablename__ = "webhook_event"
    __table_args__ = (CheckConstraint(one_of("event", WEBHOOK_EVENTS), name="event"),)

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), primary_key=True)
    event: Mapped[str] = mapped_column(String(24), primary_key=True)


class WebhookDelivery(Base):
    """One event for one webhook, written in the transaction that made the event: the outbox.

    `body` are the very bytes that are signed and sent. While it is pending, `due_at` says when it is tried next;
    `attempts` counts the tries begun.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint(one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint(one_of("event", (*WEBHOOK_EVENTS, TEST_EVENT)), name="event"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state = 'pending') = (due_at IS NOT NULL)", name="due"),
        Index("ix_webhook_delivery_state_due_at", "state", "due_at"),
        Index("ix_webhook_delivery_webhook_id_id", "webhook_id", "id"),
    )

    id: Mapped[big_primary_key]
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    number: Mapped[str] = mapped_column(String(36), unique=True)  # UUID, the same at every attempt
    event: Mapped[str] = mapped_column(String(24))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(9), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    webhook: Mapped[Webhook] = relationship()
    log: Mapped[list[WebhookAttempt]] = relationship(order_by="WebhookAttempt.id")


class WebhookAttempt(Base):
    """One try to deliver: the answer's status, how long it took and how its body begins, or why there was none."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_delivery_id_id", "delivery_id", "id"),)

    id: Mapped[big_primary_key]
    delivery_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("webhook_delivery.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    milliseconds: Mapped[int]
    status: Mapped[int | None]
    fault: Mapped[str | None] = mapped_column(String(24))
    answer: Mapped[str] = mapped_column(Text, default="")
