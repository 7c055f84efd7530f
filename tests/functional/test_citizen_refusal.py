"""Codes that open no form: each gets a kind page, in both languages, with the status that says why."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from sqlalchemy.orm import Session

from survey.operations import collectors
from survey.operations.codes import ALPHABET, is_valid
from tests import factories
from tests.page_rules import CheckingClient
from tests.scanning import ONE_STOP, hang_up


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def one_off(code: str) -> str:
    """The code with its fourth character wrong."""
    return code[:3] + ALPHABET[(ALPHABET.index(code[3]) + 1) % len(ALPHABET)] + code[4:]


@pytest.mark.parametrize(("language", "words"), [("vi", "Có phải ông/bà muốn nhập"), ("en", "Did you mean")])
def test_a_code_with_one_wrong_character_is_suggested(
    client: CheckingClient, session: Session, language: str, words: str
) -> None:
    code = hang_up(session).code
    page = client.get(f"/s/{one_off(code).lower()}?lang={language}")
    assert page.status_code == 404
    assert words in page.text
    assert f'<a class=a href="/s/{code}?lang={language}"><b>{code}</b></a> {ONE_STOP}' in page.text
    assert client.get(f"/s/{code}?lang={language}").status_code == 200


def test_a_revoked_code_is_not_suggested(client: CheckingClient, session: Session) -> None:
    collector = hang_up(session)
    collectors.revoke_collector(session, collector, factories.NOW, "ảnh áp phích bị phát tán")
    session.commit()
    page = client.get(f"/s/{one_off(collector.code)}")
    assert page.status_code == 404
    assert collector.code not in page.text


@pytest.mark.parametrize("code", ["AAAAAAA", "x", "<script>alert(1)<", "Q" * 3000, "%00%0A", "%25s'--", "Ắ"])
def test_an_unknown_code_leads_on(client: CheckingClient, code: str) -> None:
    for answer in (client.get(f"/s/{code}"), client.post(f"/s/{code}", data={"token": "x"})):
        assert answer.status_code == 404
        assert "Nhập lại mã" in answer.text
        assert "<script>alert" not in answer.text.lower()


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_codes_are_known_however_they_are_written(client: CheckingClient, session: Session, query: str) -> None:
    code = hang_up(session).code
    assert is_valid(code)
    for typed in (code.lower(), f"{code[:3]}-{code[3:]}", f"{code[:3]}%20{code[3:]}"):
        answer = client.get(f"/s/{typed}{query}")
        assert (answer.status_code, answer.location) == (308, f"/s/{code}{query}")


@pytest.mark.parametrize(
    ("state", "status", "vietnamese", "english"),
    [
        ("draft", 403, "chưa bắt đầu", "has not begun yet"),
        ("closed", 410, "đã kết thúc", "has ended"),
        ("revoked", 410, "không còn được dùng", "no longer used"),
    ],
)
def test_a_place_that_takes_no_answers_says_why(
    client: CheckingClient, session: Session, state: str, status: int, vietnamese: str, english: str
) -> None:
    collector = hang_up(session, state="open" if state == "revoked" else state)
    if state == "revoked":
        collectors.revoke_collector(session, collector, factories.NOW, "ảnh áp phích bị phát tán")
        session.commit()
    for query, words in (("?lang=vi", vietnamese), ("?lang=en", english)):
        page = client.get(f"/s/{collector.code}{query}")
        assert page.status_code == status
        assert words in page.text
        assert ONE_STOP in page.text
        assert "<form" not in page.text
    posted = client.post(f"/s/{collector.code}", data={"q_overall_satisfaction": "5"})
    assert posted.status_code in (400, status)


def test_a_survey_not_begun_says_when_it_will(client: CheckingClient, session: Session) -> None:
    page = client.get(f"/s/{hang_up(session, state='draft').code}?lang=vi")
    assert "1/1/2026" in page.text or "01/01/2026" in page.text


@pytest.mark.parametrize(("channel", "trust"), [("paper", "paper"), ("import", "open"), ("kiosk", "present")])
def test_a_promise_this_form_cannot_keep_is_not_made(
    client: CheckingClient, session: Session, channel: str, trust: str
) -> None:
    code = hang_up(session, channel=channel, trust=trust).code
    assert client.get(f"/s/{code}").status_code == 403
    assert client.post(f"/s/{code}", data={"q_overall_satisfaction": "5"}).status_code == 403


@pytest.mark.parametrize("channel", ["qr", "link", "kiosk", "phone", "interview"])
def test_every_other_way_in_is_open(client: CheckingClient, session: Session, channel: str) -> None:
    trust = "assisted" if channel in ("phone", "interview") else "open"
    page = client.get(f"/s/{hang_up(session, channel=channel, trust=trust).code}")
    assert page.status_code == 200
    # A shared device remembers nobody's answers.
    assert ("data-k=" in page.text) == (channel != "kiosk")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("path", "method", "status"), [("/nowhere", "GET", 404), ("/", "POST", 405), ("/s/AAAAAAA", "DELETE", 405)]
)
def test_errors_look_like_the_rest(client: CheckingClient, path: str, method: str, status: int, language: str) -> None:
    page = client.open(f"{path}?lang={language}", method=method)
    assert page.status_code == status
    assert page.headers["Content-Language"] == language
    assert f'href="/?lang={language}"' in page.text
    assert ("Allow" in page.headers) == (status == 405)


def test_a_fault_of_ours_is_a_page_too(app: Flask, client: CheckingClient) -> None:
    @app.get("/fault")
    def fault() -> str:
        raise RuntimeError("a secret")

    @app.get("/teapot")
    def teapot() -> str:
        abort(418)

    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    page = client.get("/fault")
    assert page.status_code == 500
    assert "Hệ thống gặp sự cố" in page.text
    assert "secret" not in page.text
    assert client.get("/teapot").status_code == 418
