"""A ballot sent: stored once with what was answered, doubts flagged and never refused, nothing typed is lost."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, Engine, event, exc, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.library import standard
from survey.blueprints import citizen
from survey.models import Answer, Collector, Question, Response, ResponseConflict, ResponseFlag, TextAnswer
from survey.operations import collectors, waves
from survey.operations.writing import begin_by_driver
from tests import factories
from tests.page_rules import CheckingClient
from tests.scanning import UNIT, hang_up, token_of

FORM_AT = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
FULL = {question.field: "4" for question in standard("counter").questions if question.in_index}
FULL |= {"q_overall_satisfaction": "5", "q_comment": 'Cán bộ <b>nhiệt tình</b> & "nhanh"', "q_respondent_kind": "1"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(FORM_AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def collector(session: Session) -> Collector:
    return hang_up(session)


def open_form(client: CheckingClient, collector: Collector) -> str:
    return token_of(client.get(f"/s/{collector.code}").text)


def send(client: CheckingClient, collector: Collector, data: dict[str, str], query: str = "") -> TestResponse:
    return client.post(f"/s/{collector.code}{query}", data=data)


def number_in(page: TestResponse) -> str:
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page.text)
    assert found
    return found.group()


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def flags(session: Session) -> set[str]:
    session.rollback()
    return set(session.scalars(select(ResponseFlag.kind)))


def test_what_was_answered_is_what_is_stored(
    client: CheckingClient, session: Session, collector: Collector, clock: time_machine.Traveller
) -> None:
    token = open_form(client, collector)
    clock.shift(timedelta(seconds=95))
    answer = send(client, collector, {**FULL, "token": token}, "?lang=en")
    assert answer.status_code == 303
    session.rollback()
    response = session.scalars(select(Response)).one()
    assert (response.collector_id, response.seconds, response.language) == (collector.id, 95, "en")
    assert response.received_at == int((FORM_AT + timedelta(seconds=95)).timestamp())
    query = select(Question.code, Answer.choice).join(Answer, Answer.question_id == Question.id)
    stored = {f"q_{code}": str(choice) for code, choice in session.execute(query)}
    assert stored == {name: value for name, value in FULL.items() if name != "q_comment"}
    assert session.scalars(select(TextAnswer.text)).one() == FULL["q_comment"]
    assert flags(session) == set()


def test_the_receipt_survives_a_reload_and_shows_no_answer(
    client: CheckingClient, session: Session, collector: Collector
) -> None:
    sent = send(client, collector, {**FULL, "token": open_form(client, collector)})
    pages = [client.get(sent.location), client.get(sent.location)]
    for page in pages:
        assert page.status_code == 200
        assert UNIT in page.text
        assert "nhiệt tình" not in page.text
        assert "30/6/2026" in page.text or "30/06/2026" in page.text
    assert number_in(pages[0]) == number_in(pages[1])
    assert number_in(pages[0]) in sent.location
    assert count(session, Response) == 1
    other = re.search(r'class=g href="([^"]+)"', pages[0].text)
    assert other
    english = client.get(other.group(1).replace("&amp;", "&"))
    assert "Thank you" in english.text
    assert number_in(english) == number_in(pages[0])


def test_a_receipt_cannot_be_made_up(client: CheckingClient, collector: Collector) -> None:
    sent = send(client, collector, {**FULL, "token": open_form(client, collector)})
    number = number_in(client.get(sent.location))
    assert client.get(sent.location.replace(number, "7KQ2-M9FD-XB4T")).status_code == 404
    assert client.get(sent.location.replace("cam-on", "phieu-dau")).status_code == 404
    assert client.get(sent.location.partition("?")[0]).status_code == 404


def test_two_taps_give_one_row_and_one_receipt(client: CheckingClient, session: Session, collector: Collector) -> None:
    data = {**FULL, "token": open_form(client, collector)}
    assert send(client, collector, data).location == send(client, collector, data).location
    assert count(session, Response) == 1
    assert count(session, ResponseConflict) == 0


def test_other_answers_under_the_same_number_are_kept_as_a_conflict(
    client: CheckingClient, session: Session, collector: Collector
) -> None:
    data = {**FULL, "token": open_form(client, collector)}
    first = client.get(send(client, collector, data).location)
    sent = send(client, collector, {**data, "q_overall_satisfaction": "1"})
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert "phiếu gửi lần đầu" in page.text
    assert number_in(page) == number_in(first)
    assert (count(session, Response), count(session, ResponseConflict)) == (1, 1)


@pytest.mark.parametrize("query", ["?lang=vi", "?lang=en"])
def test_an_empty_ballot_is_an_error_that_keeps_the_number(
    client: CheckingClient, session: Session, collector: Collector, query: str
) -> None:
    token = open_form(client, collector)
    page = send(client, collector, {"token": token, "q_comment": "  "}, query)
    assert page.status_code == 422
    assert ("chưa trả lời câu nào" in page.text) == (query == "?lang=vi")
    assert ("not answered anything" in page.text) == (query == "?lang=en")
    assert token_of(page.text) == token
    assert count(session, Response) == 0


def test_an_impossible_value_is_named_linked_and_everything_else_kept(
    client: CheckingClient, session: Session, collector: Collector
) -> None:
    token = open_form(client, collector)
    page = send(client, collector, {**FULL, "token": token, "q_access_seats": "6"})
    assert page.status_code == 422
    assert '<li><a href="#q_access_seats">Câu 2: ' in page.text
    assert "<fieldset id=q_access_seats" in page.text
    assert "aria-describedby=w_access_seats" in page.text
    assert page.text.index("id=e ") < page.text.index("<form")
    for name, value in FULL.items():
        if name not in ("q_access_seats", "q_comment"):
            assert f"name={name} value={value} checked>" in page.text
    assert "Cán bộ &lt;b&gt;nhiệt tình&lt;/b&gt; &amp; &#34;nhanh&#34;</textarea>" in page.text
    assert token_of(page.text) == token
    assert count(session, Response) == 0


def test_a_text_too_long_comes_back_whole(client: CheckingClient, collector: Collector) -> None:
    words = "\n  dài " * 300
    page = send(client, collector, {**FULL, "token": open_form(client, collector), "q_comment": words})
    assert page.status_code == 422
    assert "1000" in page.text
    assert f">\n{words}</textarea>" in page.text


@pytest.mark.parametrize("token", ["", "x" * 43, "not a token", None])
def test_a_forged_token_costs_one_more_tap_and_no_answer(
    client: CheckingClient, session: Session, collector: Collector, token: str | None
) -> None:
    page = send(client, collector, FULL if token is None else {**FULL, "token": token})
    assert page.status_code == 400
    assert "bấm gửi thêm một lần nữa" in page.text
    assert "nhiệt tình" in page.text
    assert "name=q_overall_satisfaction value=5 checked>" in page.text
    assert count(session, Response) == 0
    again = send(client, collector, {**FULL, "token": token_of(page.text)})
    assert again.status_code == 303
    assert count(session, Response) == 1


def test_a_token_of_another_collector_is_forged(client: CheckingClient, session: Session, collector: Collector) -> None:
    other = hang_up(session)
    assert send(client, collector, {**FULL, "token": open_form(client, other)}).status_code == 400


def test_tokens_and_receipts_signed_with_the_former_key_are_still_good(
    app: Flask, client: CheckingClient, collector: Collector
) -> None:
    token = open_form(client, collector)
    receipt = send(client, collector, {**FULL, "token": open_form(client, collector)}).location
    former = app.config["SECRET_KEY"]
    app.config.update(SECRET_KEY="the next key")
    assert client.get(receipt).status_code == 404
    app.config.update(SECRET_KEY_FALLBACKS=[former])
    assert client.get(receipt).status_code == 200
    assert send(client, collector, {**FULL, "token": token}).status_code == 303


def test_a_filled_honeypot_flags_and_does_not_block(
    client: CheckingClient, session: Session, collector: Collector, clock: time_machine.Traveller
) -> None:
    page = client.get(f"/s/{collector.code}")
    assert re.search(r"<div class=h aria-hidden=true>.*name=website tabindex=-1 autocomplete=off", page.text)
    clock.shift(timedelta(seconds=60))
    data = {**FULL, "token": token_of(page.text), "website": "http://spam.example"}
    assert send(client, collector, data).status_code == 303
    assert flags(session) == {"honeypot"}


@pytest.mark.parametrize(("seconds", "flagged"), [(0, {"too_fast"}), (6, {"too_fast"}), (7, set()), (3600, set())])
def test_haste_flags_and_does_not_block(
    client: CheckingClient,
    session: Session,
    collector: Collector,
    clock: time_machine.Traveller,
    seconds: int,
    flagged: set[str],
) -> None:
    token = open_form(client, collector)
    clock.shift(timedelta(seconds=seconds))
    assert len(FULL) == 19
    data = {name: value for name, value in FULL.items() if name not in ("q_comment", "q_respondent_kind")}
    data["q_procedure_field"] = data["q_respondent_kind"] = "1"
    data["q_comment"] = "Tốt"
    assert send(client, collector, {**data, "token": token}).status_code == 303
    assert flags(session) == flagged


def test_a_clock_set_back_is_no_haste(
    client: CheckingClient, session: Session, collector: Collector, clock: time_machine.Traveller
) -> None:
    token = open_form(client, collector)
    clock.shift(timedelta(hours=-1))
    assert send(client, collector, {**FULL, "token": token}).status_code == 303
    session.rollback()
    assert session.scalars(select(Response.seconds)).one() is None
    assert flags(session) == set()


def test_an_answer_whose_condition_is_not_met_is_left_out(client: CheckingClient, session: Session) -> None:
    collector = hang_up(session, "one-tap")
    conditional = next(question for question in standard("one-tap").questions if question.condition)
    data = {"q_overall_satisfaction": "5", conditional.field: "1", "token": open_form(client, collector)}
    assert send(client, collector, data).status_code == 303
    assert count(session, Answer) == 1


@pytest.mark.parametrize("step", ["revoke", "close"])
def test_a_revocation_holds_at_once_though_the_page_is_kept(
    client: CheckingClient, session: Session, collector: Collector, step: str
) -> None:
    data = {**FULL, "token": open_form(client, collector)}
    if step == "revoke":
        collectors.revoke_collector(session, collector, factories.NOW, "ảnh áp phích bị phát tán")
    else:
        waves.close_wave(session, collector.wave, factories.NOW)
    session.commit()
    page = send(client, collector, data)
    assert page.status_code == 410
    assert "chưa được ghi nhận" in page.text
    assert ("thay bằng mã mới" in page.text) == (step == "revoke")
    assert client.get(f"/s/{collector.code}").status_code == 410
    assert count(session, Response) == 0


def test_what_was_stored_before_the_end_still_has_its_receipt(
    client: CheckingClient, session: Session, collector: Collector
) -> None:
    data = {**FULL, "token": open_form(client, collector)}
    first = send(client, collector, data)
    waves.close_wave(session, collector.wave, factories.NOW)
    session.commit()
    assert send(client, collector, data).location == first.location
    assert client.get(first.location).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        sqlite3.OperationalError("database or disk is full"),
        psycopg.OperationalError("the server is gone"),
        exc.TimeoutError("no connection free"),
    ],
)
def test_a_database_in_trouble_never_thanks_and_keeps_every_answer(
    client: CheckingClient,
    session: Session,
    collector: Collector,
    fault: Exception,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = open_form(client, collector)

    def broken(engine: Engine) -> Any:
        pooled = begin_by_driver(engine)
        return Mock(wraps=pooled, dbapi_connection=pooled.dbapi_connection, **{"commit.side_effect": fault})

    with monkeypatch.context() as patch:
        patch.setattr(citizen, "begin_by_driver", broken)
        page = send(client, collector, {**FULL, "token": token})
    assert page.status_code == 503
    assert int(page.headers["Retry-After"]) > 0
    assert "chưa được gửi vì hệ thống đang bận" in page.text
    assert "Cảm ơn" not in page.text
    assert "nhiệt tình" in page.text
    assert "name=q_overall_satisfaction value=5 checked>" in page.text
    assert token_of(page.text) == token
    assert count(session, Response) == 0
    assert "could not be stored" in caplog.text
    assert send(client, collector, {**FULL, "token": token}).status_code == 303
    assert count(session, Response) == 1


def test_a_database_out_of_reach_leaves_the_form_standing(
    app: Flask, client: CheckingClient, engine: Engine, collector: Collector
) -> None:
    assert client.get(f"/s/{collector.code}").status_code == 200
    app.extensions["reception"]._places._entries[collector.code].until = 0.0  # the moment passes

    def fail(_connection: Connection) -> None:
        raise exc.OperationalError("BEGIN", {}, Exception("connection refused"))

    event.listen(engine, "begin", fail)
    try:
        assert client.get(f"/s/{collector.code}").status_code == 200
        unknown = client.get("/s/AAAAAAA")
        assert unknown.status_code == 503
        assert unknown.headers["Retry-After"]
    finally:
        event.remove(engine, "begin", fail)


def test_a_body_over_64_kb_is_refused_kindly(client: CheckingClient, session: Session, collector: Collector) -> None:
    data = {**FULL, "token": open_form(client, collector), "q_comment": "a" * 70_000}
    page = send(client, collector, data)
    assert page.status_code == 413
    assert "viết ngắn hơn" in page.text
    assert count(session, Response) == 0


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_too_many_parts_are_refused(
    client: CheckingClient, session: Session, collector: Collector, content_type: str
) -> None:
    token = open_form(client, collector)
    data = {**FULL, "token": token, "more": [str(number) for number in range(250)]}
    page = client.post(f"/s/{collector.code}", data=data, content_type=content_type)
    assert page.status_code == 413
    assert count(session, Response) == 0


def test_a_form_sent_as_multipart_is_taken_too(client: CheckingClient, session: Session, collector: Collector) -> None:
    data = {**FULL, "token": open_form(client, collector)}
    answer = client.post(f"/s/{collector.code}", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert count(session, Response) == 1
