"""Deliveries of webhooks do not pile up: what waits too long is given up, what was finished long ago is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import Webhook, WebhookAttempt, WebhookDelivery
from survey.operations import webhook_clearing, webhooks
from survey.operations.webhook_clearing import FINISHED, WAITING, clear
from survey.operations.webhook_delivery import Post, claim_due, deliver_due
from tests.factories import make_unit

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def hook(session: Session) -> Webhook:
    made = webhooks.make_webhook(
        session,
        name="Cổng dữ liệu",
        unit=make_unit(session, code="X01"),
        url="https://receiver.example/hook",
        events=("wave.closed",),
        made_by_id=None,
        at=START,
    )
    session.commit()
    return made


def tell(session: Session, hook: Webhook, at: datetime) -> None:
    webhooks.send_test(session, hook, at)
    session.commit()


def states(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(WebhookDelivery.state).order_by(WebhookDelivery.id)))


def test_what_waits_for_a_paused_webhook_is_given_up_after_a_month(
    session: Session, engine: Engine, hook: Webhook
) -> None:
    tell(session, hook, START)
    tell(session, hook, START + 2 * MINUTE)
    late = START + WAITING + MINUTE
    assert clear(engine, late) == 0, "an active webhook's are sent, however late"
    webhooks.pause_webhook(session, hook)
    session.commit()
    assert clear(engine, late) == 1
    assert states(session) == ["dead", "pending"]
    webhooks.resume_webhook(session, hook)
    session.commit()
    assert [claim.delivery_id for claim in claim_due(engine, late)] == [2]
    webhooks.redeliver(session, session.get_one(WebhookDelivery, 1), late)
    webhooks.pause_webhook(session, hook)
    session.commit()
    assert clear(engine, late) == 0, "sent once more by hand, it waits anew"


def test_nothing_waits_for_a_webhook_that_has_ended(session: Session, engine: Engine, hook: Webhook) -> None:
    tell(session, hook, START)
    webhooks.end_webhook(session, hook)
    session.commit()
    assert clear(engine, START) == 1
    assert states(session) == ["dead"]


def test_what_was_finished_long_ago_goes_with_its_attempts(
    session: Session, engine: Engine, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_clearing, "AT_ONCE", 2)
    hook.url = "https://127.0.0.1/"  # nothing is sent there
    for number in range(5):
        tell(session, hook, START + number * MINUTE)
        deliver_due(engine, Post((b"k" * 32,)), START + number * MINUTE)
    rows = session.scalars(select(WebhookDelivery)).all()
    for row in rows[:4]:
        row.state, row.due_at = "dead", None
    session.commit()
    assert clear(engine, START + FINISHED) == 0
    assert clear(engine, START + FINISHED + 3 * MINUTE) == 3
    assert states(session) == ["dead", "pending"]
    assert set(session.scalars(select(WebhookAttempt.delivery_id))) == {4, 5}
    assert clear(engine, START + 10 * FINISHED) == 1, "what is still tried stays"
