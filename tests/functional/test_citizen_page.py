"""The form's page: languages, names, weight, what it carries and what it leaves behind."""

from __future__ import annotations

import gzip
import html
from collections.abc import Callable

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.definition import Choice, Question, Questionnaire, Section, Wording
from forms.library import codes, standard
from survey import ballot_pages
from survey.citizen_places import Reception
from tests import factories
from tests.page_rules import CheckingClient
from tests.scanning import COUNTER, ONE_STOP, UNIT, hang_up, token_of

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}
HOSTILE = """</style><script>alert("1")</script> 'quotes" & {{ 7*7 }} %(x)s <Bắc>"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are looked at here; that both databases take ballots is tested with the ballots."""
    return sqlite_url


def get(client: CheckingClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_page_says_where_it_hangs_how_long_it_takes_and_asks_no_name(
    client: CheckingClient, session: Session
) -> None:
    page = client.get(f"/s/{hang_up(session).code}")
    assert page.status_code == 200
    assert f"<h1>{ONE_STOP}</h1>" in page.text
    assert f"<p>{UNIT} · {COUNTER}</p>" in page.text
    first_lines = page.text[: page.text.index("<form")]
    assert "phút" in first_lines
    assert "không hỏi tên" in first_lines
    assert page.text.count("<b>1/6</b>") == page.text.count("<b>6/6</b>") == 1


@pytest.mark.parametrize(
    ("query", "wish", "language"),
    [
        ("", "", "vi"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "fr", "vi"),
        ("?lang=en", "vi", "en"),
        ("?lang=vi", "en", "vi"),
        ("?lang=xx", "en", "en"),
    ],
)
def test_the_switch_decides_then_the_browser(
    client: CheckingClient, session: Session, query: str, wish: str, language: str
) -> None:
    code = hang_up(session).code
    page = get(client, f"/s/{code}{query}", Accept_Language=wish)
    assert page.headers["Content-Language"] == language
    assert {"Accept-Language", "Accept-Encoding"} <= set(page.headers["Vary"].split(", "))
    assert f"<html lang={language}>" in page.text
    assert ("Rất hài lòng" in page.text) == (language == "vi")
    assert ("Gửi phiếu" in page.text) == (language == "vi")
    other = "en" if language == "vi" else "vi"
    assert f'href="?lang={other}"' in page.text


def test_english_names_are_used_where_there_are_any(client: CheckingClient, session: Session) -> None:
    collector = hang_up(session)
    collector.unit.name_en = "Hoa Binh Ward"
    session.commit()
    page = client.get(f"/s/{collector.code}?lang=en")
    assert f"<p>Hoa Binh Ward · {COUNTER}</p>" in page.text
    assert f"<h1>{ONE_STOP}</h1>" in page.text


def test_without_a_one_stop_name_the_unit_stands_large(client: CheckingClient, session: Session) -> None:
    page = client.get(f"/s/{hang_up(session, one_stop='').code}")
    assert f"<h1>{UNIT}</h1>" in page.text
    assert f"<p>{COUNTER}</p>" in page.text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("questionnaire", codes())
def test_every_standard_form_arrives_in_the_first_round_trip(
    client: CheckingClient, session: Session, questionnaire: str, encoding: str, language: str
) -> None:
    path = f"/s/{hang_up(session, questionnaire).code}?lang={language}"
    plain = client.get(path)
    packed = get(client, path, Accept_Encoding=encoding)
    assert packed.headers["Content-Encoding"] == encoding
    assert len(packed.data) <= (14_000 if questionnaire == "sipas-2023" else 8_000)
    unpacked = UNPACK[encoding](packed.data).decode()
    token = token_of(plain.text)
    assert unpacked.replace(token_of(unpacked), token) == plain.text


@pytest.mark.parametrize("questionnaire", codes())
def test_every_question_and_every_answer_is_on_the_page(
    client: CheckingClient, session: Session, questionnaire: str
) -> None:
    page = client.get(f"/s/{hang_up(session, questionnaire).code}").text
    for question in standard(questionnaire).questions:
        assert html.escape(question.wording.vi) in page
        if question.choices:
            kind = "checkbox" if question.kind == "several" else "radio"
            for choice in question.choices:
                assert f"<input type={kind} name={question.field} value={choice.value}>" in page
        else:
            assert f"name={question.field}" in page
        assert "chỉ trả lời nếu" in page.lower() or all(q.condition is None for q in standard(questionnaire).questions)


def test_it_is_one_request_with_nothing_to_fetch(client: CheckingClient, session: Session) -> None:
    page = client.get(f"/s/{hang_up(session).code}")
    assert " src=" not in page.text
    assert 'rel=icon href="data:,"' in page.text
    assert "<link rel=stylesheet" not in page.text
    assert "http:" not in page.text
    assert "https:" not in page.text


def test_every_view_has_a_token_of_its_own_on_the_same_page(client: CheckingClient, session: Session) -> None:
    path = f"/s/{hang_up(session).code}"
    first, second = client.get(path), client.get(path)
    assert token_of(first.text) != token_of(second.text)
    assert first.text.replace(token_of(first.text), token_of(second.text)) == second.text
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_a_counters_own_device_keeps_no_form(client: CheckingClient, session: Session) -> None:
    collector = hang_up(session, channel="kiosk")
    assert client.get(f"/s/{collector.code}").headers["Cache-Control"] == "no-store"


def test_a_slash_too_many_is_forgiven(client: CheckingClient, session: Session) -> None:
    code = hang_up(session).code
    assert client.get(f"/s/{code}/?lang=en").location == f"/s/{code}?lang=en"


def test_the_page_is_rendered_once(client: CheckingClient, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    code = hang_up(session).code
    rendered = []
    render = ballot_pages.render
    monkeypatch.setattr(ballot_pages, "render", lambda *a, **k: rendered.append(a) or render(*a, **k))
    for encoding in ("gzip", "br", ""):
        assert get(client, f"/s/{code}?lang=vi", Accept_Encoding=encoding).status_code == 200
    assert len(rendered) == 1


def test_a_mended_name_appears_after_the_moment_places_are_kept(
    make_app: Callable[..., Flask], app: Flask, client: CheckingClient, session: Session
) -> None:
    collector = hang_up(session)
    assert UNIT in client.get(f"/s/{collector.code}").text
    collector.unit.name_vi = "UBND phường Thanh Bình"
    session.commit()
    reception = app.extensions["reception"]
    assert isinstance(reception, Reception)
    reception._places._entries[collector.code].until = 0.0  # the moment passes
    page = client.get(f"/s/{collector.code}").text
    assert "UBND phường Thanh Bình" in page
    assert UNIT not in page


def test_head_answers_like_get_without_the_body(app: Flask, session: Session) -> None:
    app.test_client_class = FlaskClient  # the other one looks for a page in the body
    answer = app.test_client().head(f"/s/{hang_up(session).code}")
    assert answer.status_code == 200
    assert answer.data == b""


def test_no_page_sets_a_cookie(client: CheckingClient, session: Session) -> None:
    code = hang_up(session).code
    page = client.get(f"/s/{code}")
    data = {"token": token_of(page.text), "q_overall_satisfaction": "5"}
    answers = [
        page,
        client.get("/"),
        client.get("/s/"),
        client.get("/s/AAAAAAA"),
        client.get("/nowhere"),
        client.get("/healthz"),
        client.post(f"/s/{code}", data={}),
        client.post(f"/s/{code}", data=data, follow_redirects=True),
    ]
    assert [answer.headers.get("Set-Cookie") for answer in answers] == [None] * len(answers)


def test_hostile_names_appear_literally(client: CheckingClient, session: Session) -> None:
    code = hang_up(session, unit_name=HOSTILE, one_stop=HOSTILE).code
    for path in (f"/s/{code}", f"/s/{code}?lang=en"):
        page = client.get(path)
        assert page.text.count(str(html.escape(HOSTILE)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")) == 3
        assert "alert(" not in page.text.replace("alert(&#34;", "")
        assert "49" not in page.text[: page.text.index("<form")].partition("</style>")[2]


def test_hostile_wordings_appear_literally(client: CheckingClient, session: Session) -> None:
    hostile = Wording(HOSTILE, HOSTILE)
    question = Question(
        code="one",
        kind="single",
        label=Wording("Câu", "Question"),
        wording=hostile,
        help=hostile,
        choices=(Choice(1, hostile), Choice(2, Wording("Khác", "Other"))),
    )
    asked = Questionnaire(
        code="hostile",
        version="1.0",
        title=hostile,
        introduction=hostile,
        legal_reference=hostile,
        valid_from=factories.PERIOD[0],
        sections=(Section(code="one", title=hostile, questions=(question,)),),
    )
    page = client.get(f"/s/{hang_up(session, asked).code}")
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;/style&gt;&lt;script&gt;") == 5  # introduction, wording, help, choice, reference


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_page_takes_a_code_typed_by_hand(client: CheckingClient, session: Session, language: str) -> None:
    code = hang_up(session).code
    start = client.get(f"/?lang={language}")
    assert start.status_code == 200
    assert 'action="/s/"' in start.text
    typed = f" {code[:3].lower()}-{code[3:]} "
    answer = client.get("/s/", query_string={"code": typed, "lang": language})
    assert (answer.status_code, answer.location) == (303, f"/s/{code}?lang={language}")
    assert client.get("/s/?code=").location == "/"


def test_results_are_linked_where_they_are_published(client: CheckingClient, app: Flask) -> None:
    assert ('href="/ket-qua/"' in client.get("/").text) == ("results" in app.blueprints)


def test_a_process_without_results_links_to_none(client: CheckingClient, app: Flask) -> None:
    app.blueprints.pop("results", None)
    assert "/ket-qua" not in client.get("/").text
