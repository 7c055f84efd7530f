"""Delivering webhooks from the outbox, beside the sealer: claimed, sent, marked, tried again with growing pauses.

A delivery is claimed in a transaction of its own before it is sent and marked after. Whoever dies in between leaves it
claimed: when the claim is over it is sent once more, under the same number. So each arrives at least once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, Select, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.models import Webhook, WebhookAttempt, WebhookDelivery
from survey.operations.webhook_clearing import clear
from survey.operations.webhook_sending import SECONDS, SIGNATURE_HEADER, Outcome, send, signature
from survey.operations.webhooks import derived_secret
from survey.operations.writing import begin_write

# After the first attempt, the second …; the eighth is the last.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
ATTEMPTS = len(PAUSES) + 1
AT_ONCE = 4
BATCH = 20
PER_WEBHOOK = 4
CLAIM = timedelta(seconds=SECONDS * (BATCH // AT_ONCE + 1) * 2)
POLL_SECONDS = 1.0
CLEAR_SECONDS = 3600.0
STOP_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """How this installation signs, newest key first, and the hosts it may reach that are not public."""

    keys: tuple[bytes, ...]
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is this process's to send, on its `attempt`-th try."""

    delivery_id: int
    attempt: int
    number: str
    event: str
    body: str
    url: str
    seed: bytes


def deliver_due(engine: Engine, post: Post, at: datetime) -> int:
    """Send up to :data:`BATCH` deliveries that are due at that moment; returns how many were tried.

    Raises SQLAlchemyError where the database does not answer.
    """
    claims = claim_due(engine, at)
    if claims:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda claim: attempt(claim, post), claims))
        for claim, outcome in zip(claims, outcomes, strict=True):
            mark(engine, claim, outcome, at)
    return len(claims)


def claim_due(engine: Engine, at: datetime) -> list[Claim]:
    """Take up to :data:`BATCH` deliveries that are due; nobody else takes them while the claim lasts."""
    with Session(engine) as session:
        if session.scalar(_due(at).with_only_columns(WebhookDelivery.id).limit(1)) is None:
            return []  # asked first: on SQLite a claim holds the write lock
    with Session(engine) as session:
        begin_write(session)
        chosen = _due(at).where(WebhookDelivery.id.in_(_fairly(session, at)))
        rows = session.execute(chosen.with_for_update(of=WebhookDelivery, skip_locked=True)).all()
        claims = []
        for delivery, webhook in rows:
            if delivery.attempts >= ATTEMPTS:  # its last sender died
                delivery.state, delivery.due_at = "dead", None
                continue
            delivery.attempts += 1
            delivery.due_at = at + CLAIM
            claims.append(
                Claim(
                    delivery.id,
                    delivery.attempts,
                    delivery.number,
                    delivery.event,
                    delivery.body,
                    webhook.url,
                    webhook.secret_seed,
                )
            )
        session.commit()
    return claims


def attempt(claim: Claim, post: Post) -> Outcome:
    """Send a claimed delivery, signed with the moment it is sent: others of its batch may have taken a minute."""
    body, moment = claim.body.encode(), int(time.time())
    headers = {
        "User-Agent": "sipas-webhook",
        "Sipas-Event": claim.event,
        "Sipas-Delivery": claim.number,
        SIGNATURE_HEADER: signature([derived_secret(claim.seed, key) for key in post.keys], moment, body),
    }
    return send(claim.url, headers, body, post.hosts)


def mark(engine: Engine, claim: Claim, outcome: Outcome, at: datetime) -> None:
    """Log the attempt and decide what becomes of the delivery, unless somebody had it delivered anew meanwhile."""
    last = claim.attempt >= ATTEMPTS
    state = "delivered" if outcome.delivered else "dead" if last else "pending"
    due_at = at + PAUSES[claim.attempt - 1] if state == "pending" else None
    with Session(engine) as session:
        begin_write(session)
        session.add(
            WebhookAttempt(
                delivery_id=claim.delivery_id,
                at=at,
                milliseconds=outcome.milliseconds,
                status=outcome.status,
                fault=outcome.fault,
                answer=outcome.answer,
            )
        )
        session.execute(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.id == claim.delivery_id,
                WebhookDelivery.state == "pending",
                WebhookDelivery.attempts == claim.attempt,
            )
            .values(state=state, due_at=due_at)
        )
        session.commit()


@contextmanager
def delivering(engine: Engine, post: Post) -> Iterator[None]:
    """Deliver in a thread of its own while the block runs: a slow receiver must not keep anybody from sealing.

    Once an hour what is too old is cleared away (:mod:`survey.operations.webhook_clearing`).
    """
    stop = threading.Event()

    def work() -> None:
        clears_at = 0.0
        while not stop.is_set():
            try:
                if time.monotonic() >= clears_at:
                    clears_at = time.monotonic() + CLEAR_SECONDS  # whatever comes of it: deliveries do not wait
                    clear(engine, datetime.now(UTC))
                if deliver_due(engine, post, datetime.now(UTC)):
                    continue
            except SQLAlchemyError as error:
                log.warning("webhooks are tried again in %s s: %s", POLL_SECONDS, error)
            except Exception:  # whatever one delivery runs into, the thread goes on with the others
                log.exception("a webhook could not be delivered")
            stop.wait(POLL_SECONDS)

    thread = threading.Thread(target=work, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_SECONDS)  # what is under way longer is sent again when its claim is over


def _due(at: datetime) -> Select[WebhookDelivery, Webhook]:
    return (
        select(WebhookDelivery, Webhook)
        .join(WebhookDelivery.webhook)
        .where(WebhookDelivery.state == "pending", WebhookDelivery.due_at <= at, Webhook.state == "active")
    )


def _fairly(session: Session, at: datetime) -> Sequence[int]:
    """The oldest due deliveries, few of one webhook: a receiver that hangs must not keep the others waiting."""
    rank = func.row_number().over(partition_by=WebhookDelivery.webhook_id, order_by=WebhookDelivery.due_at)
    ranked = _due(at).with_only_columns(WebhookDelivery.id, WebhookDelivery.due_at, rank.label("rank")).subquery()
    few = select(ranked.c.id).where(ranked.c.rank <= PER_WEBHOOK)
    return session.scalars(few.order_by(ranked.c.due_at, ranked.c.id).limit(BATCH)).all()


def installation_keys(key: str | bytes, fallbacks: Collection[str | bytes] | None) -> tuple[bytes, ...]:
    """SECRET_KEY and SECRET_KEY_FALLBACKS as bytes, the current one first."""
    every: Sequence[str | bytes] = (key, *(fallbacks or ()))
    return tuple(each.encode() if isinstance(each, str) else each for each in every)
