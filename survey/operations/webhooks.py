"""Webhooks: made, paused, ended; an event becomes a delivery in the very transaction that brings it about."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.models import (
    WEBHOOK_EVENTS,
    Unit,
    Wave,
    WaveUnit,
    Webhook,
    WebhookDelivery,
    WebhookEvent,
)
from survey.models.webhook import TEST_EVENT
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.poll_waves import is_poll
from survey.operations.submission import new_submission_id
from survey.operations.webhook_target import read_target

SEED_BYTES = 32
PAGE = 50
_PURPOSE = b"sipas-webhook"


class WebhookError(OperationError):
    """A webhook that cannot be made or changed so."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "no_name": _n("Give the webhook the name of the program that receives it."),
        "no_event": _n("Choose at least one event."),
        "event_unknown": _n("There is no event called %(event)s."),
        "ended": _n("The webhook %(webhook)s has ended: make a new one."),
        "not_active": _n("The webhook %(webhook)s is not active; only an active one can be paused."),
        "not_paused": _n("The webhook %(webhook)s is not paused."),
        "still_pending": _n("This delivery is still being tried."),
    }


def make_webhook(
    session: Session,
    *,
    name: str,
    unit: Unit,
    url: str,
    events: Iterable[str],
    hosts: Collection[str] = (),
    made_by_id: int | None,
    at: datetime,
) -> Webhook:
    """A receiver of `events` that concern the unit or what is below it. Raises :class:`WebhookError` and
    :class:`~survey.operations.webhook_target.TargetError`."""
    read_target(url, hosts)
    webhook = Webhook(
        name=name,
        unit=unit,
        url=url,
        secret_seed=secrets.token_bytes(SEED_BYTES),
        state="active",
        made_by_id=made_by_id,
        made_at=at,
        events=[WebhookEvent(event=event) for event in _known(events)],
    )
    if not webhook.name:
        raise WebhookError("no_name")
    session.add(webhook)
    session.flush()
    return webhook


def change_webhook(
    session: Session, webhook: Webhook, *, name: str, url: str, events: Iterable[str], hosts: Collection[str] = ()
) -> None:
    """Another name, address or choice of events; raises as :func:`make_webhook` does."""
    _refuse_ended(webhook)
    wanted = _known(events)
    if url != webhook.url:
        read_target(url, hosts)
    webhook.name, webhook.url = name, url
    if not webhook.name:
        raise WebhookError("no_name")
    kept = [row for row in webhook.events if row.event in wanted]
    known = {row.event for row in kept}
    webhook.events = [*kept, *(WebhookEvent(event=event) for event in wanted if event not in known)]
    session.flush()


def pause_webhook(session: Session, webhook: Webhook) -> None:
    """Send nothing for now; what happens meanwhile waits, for 30 days at most. Raises :class:`WebhookError`."""
    if webhook.state != "active":
        raise WebhookError("not_active", webhook=webhook.name)
    webhook.state = "paused"
    session.flush()


def resume_webhook(session: Session, webhook: Webhook) -> None:
    """Send again, what waited first; raises :class:`WebhookError`."""
    if webhook.state != "paused":
        raise WebhookError("not_paused", webhook=webhook.name)
    webhook.state = "active"
    session.flush()


def end_webhook(session: Session, webhook: Webhook) -> None:
    """Send nothing any more; its log stays for a while. Raises :class:`WebhookError`."""
    _refuse_ended(webhook)
    webhook.state = "ended"
    session.flush()


def renew_secret(session: Session, webhook: Webhook) -> None:
    """Sign with another secret from now on; raises :class:`WebhookError`."""
    _refuse_ended(webhook)
    webhook.secret_seed = secrets.token_bytes(SEED_BYTES)
    session.flush()


def secret_of(webhook: Webhook, key: bytes) -> str:
    """The secret its receiver checks signatures with, "whsec_…": derived from the installation's key, not stored."""
    return derived_secret(webhook.secret_seed, key)


def derived_secret(seed: bytes, key: bytes) -> str:
    return f"whsec_{urlsafe_b64encode(hmac.digest(key, _PURPOSE + seed, 'sha256')).rstrip(b'=').decode()}"


def webhooks(
    session: Session, within: ColumnElement[bool], after: int | None = None
) -> tuple[Sequence[Webhook], int | None]:
    """A page of the webhooks whose unit fulfils a condition, the newest first, and the key of the next page."""
    query = select(Webhook).join(Webhook.unit).where(within).options(joinedload(Webhook.unit))
    if after is not None:
        query = query.where(Webhook.id < after)
    found = session.scalars(query.order_by(Webhook.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def last_deliveries(session: Session, hooks: Sequence[Webhook]) -> dict[int, WebhookDelivery]:
    """The newest delivery of each webhook that has any."""
    newest = select(func.max(WebhookDelivery.id)).where(WebhookDelivery.webhook_id.in_([hook.id for hook in hooks]))
    query = select(WebhookDelivery).where(WebhookDelivery.id.in_(newest.group_by(WebhookDelivery.webhook_id)))
    return {delivery.webhook_id: delivery for delivery in session.scalars(query)}


def emit(
    session: Session,
    event: str,
    data: Mapping[str, object],
    *,
    paths: Iterable[str],
    at: datetime,
    whole: bool = False,
) -> int:
    """Write a delivery for every webhook the event concerns; returns how many. In the session's transaction.

    `paths` are the units the event is about: it concerns a webhook whose unit holds one of them, with `whole` all of
    them (an event that tells numbers of all). `data` are values for JSON.
    """
    subscribed = session.execute(
        select(Webhook.id, Unit.path)
        .join(Webhook.unit)
        .join(WebhookEvent, WebhookEvent.webhook_id == Webhook.id)
        .where(WebhookEvent.event == event, Webhook.state != "ended")
    ).all()
    if not subscribed:
        return 0
    about, enough = tuple(paths), all if whole else any
    rows = [
        _delivery(webhook_id, event, data, at)
        for webhook_id, path in subscribed
        if about and enough(place.startswith(path) for place in about)
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
    return len(rows)


def emit_of_wave(session: Session, event: str, wave: Wave, at: datetime) -> int:
    """Tell of a step of a wave those in whose units it is asked, and its owner; of a dialogue's poll nobody."""
    if is_poll(session, wave):
        return 0
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)
    places = session.scalars(select(Unit.path).where(or_(Unit.id.in_(taking_part), Unit.id == wave.owner_id))).all()
    data = {
        "wave": {
            "code": wave.code,
            "name_vi": wave.name_vi,
            "name_en": wave.name_en,
            "period_start": wave.period_start.isoformat(),
            "period_end": wave.period_end.isoformat(),
            "state": wave.state,
        }
    }
    return emit(session, event, data, paths=places, at=at)


def send_test(session: Session, webhook: Webhook, at: datetime) -> None:
    """Put a delivery that tells nothing on its way; raises :class:`WebhookError`."""
    _refuse_ended(webhook)
    data = {"webhook": {"id": webhook.id, "name": webhook.name}}
    session.execute(insert(WebhookDelivery), [_delivery(webhook.id, TEST_EVENT, data, at)])


def redeliver(session: Session, delivery: WebhookDelivery, at: datetime) -> None:
    """Try a finished delivery anew, under its old number; raises :class:`WebhookError`."""
    _refuse_ended(delivery.webhook)
    if delivery.state == "pending":
        raise WebhookError("still_pending")
    delivery.state, delivery.attempts, delivery.due_at = "pending", 0, at
    session.flush()


def deliveries(
    session: Session, webhook: Webhook, state: str = "", after: int | None = None
) -> tuple[Sequence[WebhookDelivery], int | None]:
    """A page of the webhook's deliveries, the newest first, and the key of the next page."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if state:
        query = query.where(WebhookDelivery.state == state)
    if after is not None:
        query = query.where(WebhookDelivery.id < after)
    found = session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _delivery(webhook_id: int, event: str, data: Mapping[str, object], at: datetime) -> dict[str, object]:
    number = str(UUID(bytes=new_submission_id(int(at.timestamp() * 1000))))
    told = {"id": number, "event": event, "created_at": at.astimezone(UTC).isoformat(timespec="seconds"), "data": data}
    return {
        "webhook_id": webhook_id,
        "number": number,
        "event": event,
        "body": json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        "made_at": at,
        "state": "pending",
        "attempts": 0,
        "due_at": at,
    }


def _known(events: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(events))
    if not wanted:
        raise WebhookError("no_event")
    for event in wanted:
        if event not in WEBHOOK_EVENTS:
            raise WebhookError("event_unknown", event=event)
    return wanted


def _refuse_ended(webhook: Webhook) -> None:
    if webhook.state == "ended":
        raise WebhookError("ended", webhook=webhook.name)
