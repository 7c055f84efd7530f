"""Webhooks of tests, and what waits for them or was sent."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Unit, Webhook, WebhookAttempt, WebhookDelivery
from survey.operations import webhooks
from survey.operations.webhook_delivery import (
    Post,
)
from tests.factories import make_unit
from tests.receiver import Receiver

KEY = b"a key of the tests, long enough"
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
URL = "https://receiver.example/hook"


def make_hook(
    session: Session,
    unit: Unit,
    receiver: Receiver | None = None,
    *,
    events: tuple[str, ...] = ("wave.opened", "wave.closed", "wave.published"),
    name: str = "Cổng dữ liệu",
) -> Webhook:
    return webhooks.make_webhook(
        session,
        name=name,
        unit=unit,
        url=receiver.url if receiver else URL,
        events=events,
        hosts=receiver.hosts if receiver else (),
        made_by_id=None,
        at=START,
    )


def make_tested(session: Session, receiver: Receiver, tests: int = 1) -> tuple[Webhook, Post]:
    """A webhook with test deliveries that wait, committed."""
    hook = make_hook(session, make_unit(session, code="X01"), receiver)
    for _ in range(tests):
        webhooks.send_test(session, hook, START)
    session.commit()
    return hook, Post((KEY,), receiver.hosts)


def deliveries(session: Session) -> list[WebhookDelivery]:
    session.expire_all()
    return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def after(session: Session) -> list[WebhookDelivery]:
    """The deliveries as other transactions left them."""
    session.rollback()
    return deliveries(session)


def logged_by(session: Session) -> list[WebhookAttempt]:
    session.rollback()
    return list(session.scalars(select(WebhookAttempt).order_by(WebhookAttempt.id)))
