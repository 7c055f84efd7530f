"""How long deliveries of webhooks are kept: what waits for a paused webhook, and the log of what was finished."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlalchemy.orm import Session

from survey.models import Webhook, WebhookAttempt, WebhookDelivery
from survey.operations.writing import begin_write

WAITING = timedelta(days=30)
FINISHED = timedelta(days=90)
AT_ONCE = 500  # in one transaction: SQLite's other writers wait for it


def clear(engine: Engine, at: datetime) -> int:
    """Give up what cannot be sent in time, remove what was finished long ago; returns how many deliveries it changed.

    Given up: what has waited :data:`WAITING` for a paused webhook, and whatever waits for one that has ended. Removed,
    with their attempts: deliveries made more than :data:`FINISHED` ago. In short transactions of its own.
    """
    changed = 0
    while given_up := _give_up(engine, at):
        changed += given_up
    while removed := _remove(engine, at):
        changed += removed
    return changed


def _give_up(engine: Engine, at: datetime) -> int:
    too_late = (Webhook.state == "paused") & (WebhookDelivery.due_at < at - WAITING)
    hopeless = (WebhookDelivery.state == "pending") & (too_late | (Webhook.state == "ended"))
    with Session(engine) as session:
        if ids := _oldest(session, hopeless):
            given_up = update(WebhookDelivery).where(WebhookDelivery.id.in_(ids), WebhookDelivery.state == "pending")
            session.execute(given_up.values(state="dead", due_at=None))
            session.commit()
    return len(ids)


def _remove(engine: Engine, at: datetime) -> int:
    with Session(engine) as session:
        old = (WebhookDelivery.state != "pending") & (WebhookDelivery.made_at < at - FINISHED)
        if ids := _oldest(session, old):
            session.execute(delete(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(ids)))
            session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
            session.commit()
    return len(ids)


def _oldest(session: Session, condition: ColumnElement[bool]) -> list[int]:
    """Ids of the oldest of them, locked for a write that follows; without any, nothing was locked."""
    query = select(WebhookDelivery.id).join(WebhookDelivery.webhook).where(condition)
    query = query.order_by(WebhookDelivery.id).limit(AT_ONCE)
    if session.scalar(query.limit(1)) is None:
        return []
    session.rollback()  # what was read began a reading transaction
    begin_write(session)
    return list(session.scalars(query.with_for_update(of=WebhookDelivery, skip_locked=True)))
