"""Deliveries of webhooks: they arrive signed, at least once, at a real server, and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.models import Unit, WebhookDelivery
from survey.operations import webhook_delivery, webhooks
from survey.operations import webhook_sending as sending
from survey.operations.webhook_delivery import (
    ATTEMPTS,
    CLAIM,
    PAUSES,
    PER_WEBHOOK,
    Post,
    claim_due,
    deliver_due,
    delivering,
    installation_keys,
)
from tests.hooks import KEY, START, after, deliveries, logged_by, make_hook, make_tested
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_a_delivery_arrives_signed_and_is_logged(session: Session, engine: Engine, receiver: Receiver) -> None:
    hook, post = make_tested(session, receiver)
    receiver.answer = "đã nhận\x00".encode() + b"x" * 600
    assert deliver_due(engine, post, START) == 1
    (came,) = receiver.received
    assert came.path == "/hook?a=1"
    moment, signed = (part.partition("=")[2] for part in came.headers["Sipas-Signature"].split(","))
    message = moment.encode() + b"." + came.body
    assert hmac.new(webhooks.secret_of(hook, KEY).encode(), message, hashlib.sha256).hexdigest() == signed
    assert abs(int(moment) - time.time()) < 60, "the time of sending, not of claiming"
    (delivery,) = after(session)
    assert came.headers["Sipas-Delivery"] == delivery.number == json.loads(came.body)["id"]
    assert came.headers["Sipas-Event"] == "test"
    assert came.headers["Content-Type"] == "application/json"
    assert (delivery.state, delivery.due_at) == ("delivered", None)
    (logged,) = logged_by(session)
    assert (logged.status, logged.fault) == (200, None)
    assert logged.answer.startswith("đã nhậnx")
    assert len(logged.answer.encode()) < sending.ANSWER_BYTES
    assert deliver_due(engine, post, START) == 0


def test_while_the_installations_key_changes_the_old_secret_still_fits(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    hook, _ = make_tested(session, receiver)
    deliver_due(engine, Post(installation_keys("a new key", [KEY]), receiver.hosts), START)
    moment, *signed = receiver.received[0].headers["Sipas-Signature"].split(",")
    message = f"{moment[2:]}.".encode() + receiver.received[0].body
    old = hmac.new(webhooks.secret_of(hook, KEY).encode(), message, hashlib.sha256).hexdigest()
    assert signed[1:] == [f"v1={old}"]


def test_what_fails_is_tried_with_growing_pauses_and_then_is_dead(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    _, post = make_tested(session, receiver)
    receiver.status = 500
    at = START
    for pause in PAUSES:
        assert deliver_due(engine, post, at) == 1
        assert after(session)[0].due_at == at + pause
        assert deliver_due(engine, post, at + pause - timedelta(seconds=1)) == 0
        at += pause
    assert timedelta(days=1) < at - START < timedelta(days=3)
    assert deliver_due(engine, post, at) == 1
    (delivery,) = after(session)
    assert (delivery.state, delivery.attempts, len(receiver.received)) == ("dead", ATTEMPTS, ATTEMPTS)
    assert {logged.status for logged in logged_by(session)} == {500}
    assert deliver_due(engine, post, at + timedelta(days=30)) == 0

    receiver.status = 204
    webhooks.redeliver(session, delivery, at)
    session.commit()
    assert deliver_due(engine, post, at) == 1
    assert after(session)[0].state == "delivered"
    assert len({came.headers["Sipas-Delivery"] for came in receiver.received}) == 1
    webhooks.redeliver(session, after(session)[0], at)
    with pytest.raises(webhooks.WebhookError):
        webhooks.redeliver(session, deliveries(session)[0], at)


def test_nothing_goes_where_a_redirect_points(session: Session, engine: Engine, receiver: Receiver) -> None:
    _, post = make_tested(session, receiver)
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    deliver_due(engine, post, START)
    assert len(receiver.received) == 1
    assert [(logged.status, logged.fault) for logged in logged_by(session)] == [(302, "redirect")]
    assert after(session)[0].state == "pending"


def test_a_host_that_is_no_longer_listed_is_not_reached(session: Session, engine: Engine, receiver: Receiver) -> None:
    make_tested(session, receiver)
    deliver_due(engine, Post((KEY,)), START)
    assert receiver.received == []
    assert [logged.fault for logged in logged_by(session)] == ["not_https"]


def test_a_name_that_leads_home_at_the_moment_of_sending_is_not_reached(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    hook, _ = make_tested(session, receiver)
    hook.url = f"https://127.0.0.1.:{receiver.port}/"
    session.commit()
    deliver_due(engine, Post((KEY,)), START)
    assert receiver.received == []
    assert [logged.fault for logged in logged_by(session)] == ["not_public"]


def test_a_sender_that_dies_leaves_a_delivery_to_be_sent_again(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    _, post = make_tested(session, receiver)
    (claim,) = claim_due(engine, START)  # and dies before it marks what it sent
    assert deliver_due(engine, post, START + CLAIM - timedelta(seconds=1)) == 0, "another sender keeps off meanwhile"
    assert deliver_due(engine, post, START + CLAIM) == 1
    assert receiver.received[0].headers["Sipas-Delivery"] == claim.number
    assert after(session)[0].attempts == 2


def test_senders_that_always_die_do_not_try_for_ever(session: Session, engine: Engine, receiver: Receiver) -> None:
    make_tested(session, receiver)
    at = START
    for _ in range(ATTEMPTS):
        assert len(claim_due(engine, at)) == 1
        at += CLAIM
    assert claim_due(engine, at) == []
    assert after(session)[0].state == "dead"


def test_two_senders_send_each_delivery_once(engine: Engine, receiver: Receiver) -> None:
    with Session(engine) as session:
        _, post = make_tested(session, receiver, tests=4)
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        while deliver_due(engine, post, START):
            pass

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [came.headers["Sipas-Delivery"] for came in receiver.received]
    assert len(numbers) == len(set(numbers)) == 4


def test_one_receivers_backlog_does_not_fill_every_round(session: Session, engine: Engine, receiver: Receiver) -> None:
    hook, _ = make_tested(session, receiver, tests=30)
    late = make_hook(session, session.get_one(Unit, hook.unit_id), receiver, name="late")
    webhooks.send_test(session, late, START + timedelta(seconds=1))
    session.commit()
    claims = claim_due(engine, START + timedelta(seconds=1))
    mine = {row.id for row in after(session) if row.webhook_id == late.id}
    assert mine < {claim.delivery_id for claim in claims}
    assert len(claims) == PER_WEBHOOK + 1


def test_a_paused_webhooks_events_wait(session: Session, engine: Engine, receiver: Receiver) -> None:
    hook, post = make_tested(session, receiver)
    webhooks.pause_webhook(session, hook)
    session.commit()
    assert deliver_due(engine, post, START) == 0
    webhooks.resume_webhook(session, hook)
    session.commit()
    assert deliver_due(engine, post, START) == 1


def test_a_delivery_sent_anew_while_an_attempt_runs_keeps_its_new_turn(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    _, post = make_tested(session, receiver)
    receiver.status = 500

    def anew() -> None:
        with Session(engine) as other:
            delivery = other.scalars(select(WebhookDelivery)).one()
            delivery.attempts, delivery.due_at = 0, START
            other.commit()

    receiver.before = anew
    deliver_due(engine, post, START)
    (delivery,) = after(session)
    assert (delivery.attempts, delivery.due_at) == (0, START)
    assert len(logged_by(session)) == 1


def test_a_receiver_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    receiver.before = lambda: time.sleep(1)
    begun = time.monotonic()
    outcome = sending.send(receiver.url, {}, b"{}", receiver.hosts)
    assert (outcome.status, outcome.fault) == (None, "timeout")
    assert time.monotonic() - begun < 0.9


def test_where_nobody_listens_or_speaks_tls_the_log_says_so(receiver: Receiver) -> None:
    closed = receiver.url.replace(str(receiver.port), "1")
    assert sending.send(closed, {}, b"{}", {"127.0.0.1"}).fault == "connection"
    plain = f"https://127.0.0.1:{receiver.port}/"
    assert sending.send(plain, {}, b"{}", {"127.0.0.1"}).fault == "tls"
    assert sending.send("https://no-such-host.invalid/", {}, b"{}").fault == "unknown_host"


def test_the_thread_beside_the_sealer_delivers_until_it_is_stopped_whatever_goes_wrong(
    session: Session, engine: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, post = make_tested(session, receiver)
    known, broken = webhook_delivery.claim_due, [RuntimeError("no more threads"), OperationalError("", {}, Exception())]

    def claim(*arguments: Any) -> Any:
        if broken:
            raise broken.pop()
        return known(*arguments)

    monkeypatch.setattr(webhook_delivery, "claim_due", claim)
    monkeypatch.setattr(webhook_delivery, "POLL_SECONDS", 0.05)
    with delivering(engine, post):
        deadline = time.monotonic() + 5
        while not receiver.received and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(receiver.received) == 1
    assert after(session)[0].state == "delivered"
