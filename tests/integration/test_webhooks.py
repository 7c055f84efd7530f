"""Webhooks: an event becomes a delivery with its transaction, for those who asked and whose matter it is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.operations import imports, paper_acceptance, release, waves, webhooks
from survey.operations.response_files import ResponseRow
from survey.operations.submission import canonical
from survey.operations.webhook_target import TargetError
from tests.factories import make_collector, make_response, make_unit, make_wave
from tests.hooks import KEY, START, URL, deliveries, make_hook
from tests.paper_batches import make_batch, make_clerks, make_paper_wave, type_form


def test_the_steps_of_a_wave_are_told_to_whose_units_it_is_asked_in(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    mine, other = (make_unit(session, code=code, parent=province) for code in ("X01", "X02"))
    above, taking_part, elsewhere = (make_hook(session, unit, name=unit.code) for unit in (province, mine, other))
    make_wave(session, code="W", units=[mine], state="published")
    told = [(row.webhook_id, row.event) for row in deliveries(session)]
    steps = ("wave.opened", "wave.closed", "wave.published")
    assert sorted(told) == sorted((hook.id, event) for hook in (above, taking_part) for event in steps)
    assert elsewhere.id not in {hook for hook, _ in told}
    body = json.loads(deliveries(session)[0].body)
    assert body["event"] == "wave.opened"
    assert body["data"]["wave"]["code"] == "W"
    assert body["data"]["wave"]["state"] == "open"
    assert body["id"] == deliveries(session)[0].number


def test_an_event_that_is_rolled_back_is_not_told(engine: Engine) -> None:
    with Session(engine) as session:
        unit = make_unit(session, code="X01")
        make_hook(session, unit)
        wave = make_wave(session, code="W", units=[unit])
        session.commit()
        waves.open_wave(session, wave, START)
        assert len(deliveries(session)) == 1
        session.rollback()
        assert deliveries(session) == []


def test_only_who_asked_for_an_event_and_has_not_ended_is_told(session: Session) -> None:
    unit = make_unit(session, code="X01")
    make_hook(session, unit, events=("wave.closed",))
    webhooks.end_webhook(session, make_hook(session, unit))
    webhooks.pause_webhook(session, make_hook(session, unit))
    make_wave(session, code="W", units=[unit], state="open")
    assert [row.webhook.state for row in deliveries(session)] == ["paused"]


def test_numbers_of_several_units_are_told_to_who_reaches_them_all(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    first, second = (make_unit(session, code=code, parent=province) for code in ("X01", "X02"))
    for unit in (province, first):
        make_hook(session, unit, events=("import.finished",), name=unit.code)
    paths = [first.path, second.path]
    assert webhooks.emit(session, "import.finished", {"rows": 2}, paths=paths, at=START, whole=True) == 1
    assert deliveries(session)[0].webhook.name == "T"
    assert webhooks.emit(session, "import.finished", {"rows": 2}, paths=[first.path], at=START, whole=True) == 2


def test_a_release_that_moves_figures_is_told(session: Session) -> None:
    unit = make_unit(session, code="X01")
    make_hook(session, unit, events=("results.released",))
    wave = make_wave(session, code="W", units=[unit], state="open")
    collector = make_collector(session, wave, unit)
    release.release_step(session, wave.id, START.date())
    assert deliveries(session) == []
    for _ in range(5):
        make_response(session, collector, answers={"access_1": 4})
    session.commit()
    release.release_step(session, wave.id, START.date() + timedelta(days=1))
    assert [row.event for row in deliveries(session)] == ["results.released"]


def test_an_accepted_paper_batch_is_told(session: Session) -> None:
    wave = make_paper_wave(session)
    unit = wave.units[0].unit
    first, second = make_clerks(session, unit)[:2]
    make_hook(session, unit, events=("batch.accepted",))
    batch = make_batch(session, wave, first)
    for serial in range(1, 4):
        type_form(session, batch, serial, first, {"access_1": 5})
    paper_acceptance.finish_typing(session, batch)
    paper_acceptance.check(session, batch)
    paper_acceptance.accept(session, batch, "", account_id=second.id, at=START)
    (told,) = deliveries(session)
    data = {"batch": batch.code, "wave": wave.code, "unit": unit.code, "responses": 3}
    assert json.loads(told.body)["data"] == data


def test_a_finished_import_is_told(session: Session) -> None:
    unit = make_unit(session, code="X01")
    make_hook(session, unit, events=("import.finished",))
    wave = make_wave(session, code="W", units=[unit], state="open")
    choices = {imports.question_ids(session, wave)["access_1"]: 4}
    rows = [ResponseRow(2, "X01", None, choices, {}, {}, canonical(choices))]
    imports.import_responses(
        session, wave, rows, at=START, received_at=START, file_name="phieu.csv", file_digest="0" * 64
    )
    (told,) = deliveries(session)
    data = {"wave": "W", "file_name": "phieu.csv", "rows_read": 1, "rows_added": 1}
    assert json.loads(told.body)["data"] == data


# making and changing


def test_a_webhook_needs_a_name_an_event_and_a_public_address(session: Session) -> None:
    unit = make_unit(session, code="X01")
    with pytest.raises(webhooks.WebhookError) as refused:
        make_hook(session, unit, events=())
    assert refused.value.code == "no_event"
    with pytest.raises(webhooks.WebhookError) as refused:
        make_hook(session, unit, events=("wave.deleted",))
    assert refused.value.code == "event_unknown"
    with pytest.raises(webhooks.WebhookError) as refused:
        make_hook(session, unit, name=" \u200b ")
    assert refused.value.code == "no_name"
    hook = make_hook(session, unit)
    with pytest.raises(TargetError):
        webhooks.change_webhook(session, hook, name="a", url="https://10.0.0.1/", events=["wave.opened"])


def test_a_changed_webhook_hears_of_its_new_events(session: Session) -> None:
    unit = make_unit(session, code="X01")
    hook = make_hook(session, unit)
    webhooks.change_webhook(session, hook, name="Mới", url=f"{URL}/2", events=["wave.opened", "results.released"])
    session.expire_all()
    assert (hook.name, hook.url) == ("Mới", f"{URL}/2")
    assert [row.event for row in hook.events] == ["results.released", "wave.opened"]


def test_an_ended_webhook_is_over(session: Session) -> None:
    hook = make_hook(session, make_unit(session, code="X01"))
    webhooks.end_webhook(session, hook)
    for step in (webhooks.end_webhook, webhooks.pause_webhook, webhooks.resume_webhook, webhooks.renew_secret):
        with pytest.raises(webhooks.WebhookError):
            step(session, hook)


def test_the_secret_comes_from_the_installations_key_and_stands_in_no_column(session: Session) -> None:
    hook = make_hook(session, make_unit(session, code="X01"))
    first = webhooks.secret_of(hook, KEY)
    assert first.startswith("whsec_")
    assert len(first) > 40
    assert first != webhooks.secret_of(hook, b"another installation")
    webhooks.renew_secret(session, hook)
    assert webhooks.secret_of(hook, KEY) != first
