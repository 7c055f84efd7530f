"""The pages of API keys and webhooks: made within reach, shown once, revoked, paused, redelivered."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.models import ApiKey, AuditEntry, Unit, Webhook, WebhookDelivery
from survey.operations import webhooks
from survey.operations.webhook_delivery import Post, deliver_due
from survey.operations.writing import begin_write
from tests.api import TODAY, Caller, make_api_key
from tests.factories import make_unit
from tests.hostile_texts import ATTACK
from tests.page_rules import CheckingClient, html_of
from tests.receiver import receiving
from tests.staff import csrf_token, make_account, post, sign_in

KEYS, HOOKS = "/staff/api", "/staff/webhook"
NEXT_YEAR = date(TODAY.year + 1, 1, 1).isoformat()


@pytest.fixture
def tree(staff_session: Session, staff_client: CheckingClient) -> tuple[Unit, Unit]:
    """A commune and its sibling; whoever is signed in administers the commune alone."""
    province = make_unit(staff_session, code="T", kind="province")
    commune, sibling = (make_unit(staff_session, code=code, parent=province) for code in ("X01", "X02"))
    sign_in(staff_client, make_account(staff_session, "administrator", commune, name="Trần Quản Trị"))
    return commune, sibling


def make_hook(
    session: Session, unit: Unit, url: str = "https://hub.example/sipas", name: str = "Kho dữ liệu"
) -> Webhook:
    hook = webhooks.make_webhook(
        session,
        name=name,
        unit=unit,
        url=url,
        events=["wave.opened"],
        hosts=("127.0.0.1",),
        made_by_id=None,
        at=datetime.now(UTC),
    )
    session.commit()
    return hook


def test_a_key_is_shown_once_and_opens(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    assert "chưa có phần mềm nào" in html_of(staff_client.get(f"{KEYS}/")).lower()
    words = {"name": "Máy tính bảng", "unit": "X01", "roles": ["entry", "viewer"], "valid_until": NEXT_YEAR}
    made = post(staff_client, f"{KEYS}/moi", words)
    text = re.search(r'value="(sipas_[0-9a-f]{8}_[\w-]{43})"', html_of(made))
    assert text, html_of(made)
    assert Caller(staff_app.test_client(), text[1]).get("/units").json == {
        "items": [Caller(staff_app.test_client(), text[1]).get("/units/X01").json],
        "next": None,
    }
    listed = html_of(staff_client.get(f"{KEYS}/"))
    assert "Máy tính bảng" in listed
    assert "Trần Quản Trị" in listed
    assert text[1][-43:] not in listed
    assert f"{TODAY:%d/%m/%Y}" in listed, "the day it was last used"
    entry = staff_session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "api_key")).one()
    assert entry.unit_path == tree[0].path
    assert text[1][-43:] not in (entry.after or "")
    key = staff_session.scalars(select(ApiKey)).one()
    assert key.key_hash.hex() not in (entry.after or "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " \u200b "}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["emperor"]}, "roles"),
        ({"unit": "X02"}, "unit"),
        ({"unit": "T"}, "unit"),
        ({"unit": "nowhere"}, "unit"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"valid_until": "2999-01-01"}, "valid_until"),
        ({"valid_until": "tomorrow"}, "valid_until"),
    ],
)
def test_a_key_that_cannot_be_made_says_why_at_its_field(
    staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit], change: dict[str, object], said: str
) -> None:
    words = {"name": "Máy tính bảng", "unit": "X01", "roles": ["entry"], "valid_until": NEXT_YEAR} | change
    page = html_of(post(staff_client, f"{KEYS}/moi", words))
    assert f'id="{said}-error"' in page
    assert said == "name" or 'value="Máy tính bảng"' in page, "what was typed stays"
    assert staff_session.scalars(select(ApiKey)).all() == []


def test_a_revoked_key_opens_nothing(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    key, text = make_api_key(staff_session, tree[0], "viewer")
    caller = Caller(staff_app.test_client(), text)
    assert caller.get("/units").status_code == 200
    assert post(staff_client, f"{KEYS}/{key.id}/thu-hoi", page=f"{KEYS}/").status_code == 302
    assert caller.get("/units").status_code == 401
    again = post(staff_client, f"{KEYS}/{key.id}/thu-hoi", page=f"{KEYS}/moi", follow_redirects=True)
    assert "đã bị thu hồi" in html_of(again)


def test_an_expired_key_opens_nothing(staff_app: Flask, staff_session: Session, tree: tuple[Unit, Unit]) -> None:
    key, text = make_api_key(staff_session, tree[0], "viewer")
    key.valid_until = TODAY - timedelta(days=2)
    staff_session.commit()
    assert Caller(staff_app.test_client(), text).get("/units").status_code == 401


def test_keys_and_webhooks_of_others_are_out_of_reach(
    staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    key, _text = make_api_key(staff_session, tree[1], "viewer", name="Của xã khác")
    hook = make_hook(staff_session, tree[1], name="Của xã khác")
    token = csrf_token(staff_client, f"{KEYS}/moi")
    assert "Của xã khác" not in html_of(staff_client.get(f"{KEYS}/")) + html_of(staff_client.get(f"{HOOKS}/"))
    assert staff_client.get(f"{HOOKS}/{hook.id}").status_code == 403
    for url in (f"{KEYS}/{key.id}/thu-hoi", f"{HOOKS}/{hook.id}/tam-dung", f"{HOOKS}/{hook.id}/khoa-bi-mat"):
        assert staff_client.post(url, data={"csrf_token": token}).status_code == 403
    for url in (f"{KEYS}/999/thu-hoi", f"{HOOKS}/999/tam-dung"):
        assert staff_client.post(url, data={"csrf_token": token}).status_code == 404


def test_a_webhook_is_made_with_a_secret_shown_once(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    words = {"name": "Kho dữ liệu", "unit": "X01", "url": "https://hub.example/s", "events": ["wave.opened"]}
    page = html_of(post(staff_client, f"{HOOKS}/moi", words))
    hook = staff_session.scalars(select(Webhook)).one()
    secret = webhooks.secret_of(hook, staff_app.config["SECRET_KEY"].encode())
    assert secret in page
    shown = html_of(staff_client.get(f"{HOOKS}/{hook.id}"))
    assert secret not in shown
    assert "https://hub.example/s" in shown
    renewed = html_of(post(staff_client, f"{HOOKS}/{hook.id}/khoa-bi-mat", page=f"{HOOKS}/{hook.id}"))
    assert "whsec_" in renewed
    assert secret not in renewed
    for entry in staff_session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "webhook")):
        assert hook.secret_seed.hex() not in f"{entry.before}{entry.after}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://hub.example/s"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"events": []}, "events"),
        ({"unit": "X02"}, "unit"),
        ({"name": "\u200b"}, "name"),
    ],
)
def test_a_webhook_that_cannot_be_made_says_why_at_its_field(
    staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit], change: dict[str, object], said: str
) -> None:
    words = {"name": "Kho", "unit": "X01", "url": "https://hub.example/s", "events": ["wave.opened"]} | change
    page = html_of(post(staff_client, f"{HOOKS}/moi", words))
    assert f'id="{said}-error"' in page
    assert staff_session.scalars(select(Webhook)).all() == []


def test_a_webhook_is_changed_paused_resumed_and_ended(
    staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    hook = make_hook(staff_session, tree[0])
    own = f"{HOOKS}/{hook.id}"
    words = {"name": "Trục liên thông", "url": "https://hub.example/2", "events": ["wave.closed", "results.released"]}
    assert post(staff_client, f"{own}/sua", words).status_code == 302
    assert 'id="url-error"' in html_of(post(staff_client, f"{own}/sua", words | {"url": "https://localhost/"}))
    for step, state in (("tam-dung", "paused"), ("tiep-tuc", "active"), ("ket-thuc", "ended")):
        post(staff_client, f"{own}/{step}", page=own)
        staff_session.expire_all()
        staff_session.rollback()
        assert staff_session.get_one(Webhook, hook.id).state == state
    assert [row.event for row in hook.events] == ["results.released", "wave.closed"]
    again = post(staff_client, f"{own}/gui-thu", page=f"{KEYS}/moi", follow_redirects=True)
    assert "đã kết thúc" in html_of(again)


def test_a_test_delivery_is_logged_and_sent_once_more(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    engine = staff_app.extensions["engine"]
    with receiving() as receiver:
        receiver.status, receiver.answer = 500, ATTACK.encode()
        hook = make_hook(staff_session, tree[0], receiver.url, name="Kho <b>dữ liệu</b>")
        own = f"{HOOKS}/{hook.id}"
        assert "Chưa gửi gì" in html_of(staff_client.get(own))
        post(staff_client, f"{own}/gui-thu", page=own)
        sent = staff_session.scalars(select(WebhookDelivery)).one()
        staff_session.rollback()
        delivery = f"{own}/lan-gui/{sent.id}"
        assert "Chưa thử gửi" in html_of(staff_client.get(delivery))
        deliver_due(engine, Post((b"key",), receiver.hosts), datetime.now(UTC))
        page = html_of(staff_client.get(delivery))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "500" in html_of(staff_client.get(own))
        staff_session.rollback()
        begin_write(staff_session)
        values = {"state": "dead", "due_at": None}
        staff_session.execute(update(WebhookDelivery).values(values))
        staff_session.commit()
        assert "8 lần" in html_of(staff_client.get(delivery))
        receiver.status = 200
        post(staff_client, f"{delivery}/gui-lai", page=delivery)
        deliver_due(engine, Post((b"key",), receiver.hosts), datetime.now(UTC))
        assert "đã nhận" in html_of(staff_client.get(f"{own}?state=delivered"))
        assert len(receiver.received) == 2
        assert staff_client.get(f"{own}/lan-gui/999").status_code == 404


def test_a_viewer_reaches_neither(
    staff_session: Session, staff_client: CheckingClient, tree: tuple[Unit, Unit]
) -> None:
    sign_in(staff_client, make_account(staff_session, "manager", tree[0]))
    for url in (f"{KEYS}/", f"{KEYS}/moi", f"{HOOKS}/", f"{HOOKS}/moi"):
        assert staff_client.get(url).status_code == 403
