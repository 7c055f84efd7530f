"""The API's door and what it refuses: keys, limits, hostile bodies and queries; its document."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.blueprints.api.route import ROUTES
from survey.models import (
    TransactionCount,
)
from tests.api import Caller, Place, first_error, make_api_key
from tests.factories import make_unit
from tests.staff import make_account, sign_in


@pytest.fixture
def place(staff_app: Flask, staff_session: Session) -> Place:
    return Place(staff_app, staff_session)


NO_KEYS = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer sipas_",
    "Bearer sipas_00000000_",
    "Bearer sipas_00000000_wrong",
    "Bearer sipas_0000000đ_wrong",
    "Basic eDp5",
    "Digest a=b",
]


def test_without_a_key_the_answer_is_401_and_says_how(place: Place) -> None:
    for header in NO_KEYS:
        headers = {} if header is None else {"Authorization": header.encode().decode("latin-1")}
        answer = place.app.test_client().get("/api/v1/units", headers=headers)
        assert answer.status_code == 401, header
        assert answer.json["code"] == "unauthenticated"
        assert answer.json["message"]["vi"].startswith("Xin gửi kèm khóa")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_keys_prefix_with_another_secret_is_no_key(place: Place) -> None:
    caller = place.caller("viewer")
    assert caller.get("/units").status_code == 200
    assert (
        Caller(caller.client, f"{caller.key[:-1]}{'a' if caller.key[-1] != 'a' else 'b'}").get("/units").status_code
        == 401
    )


def test_a_session_cookie_gives_nothing(place: Place) -> None:
    client = place.app.test_client()
    sign_in(client, make_account(place.session, "compiler", place.province))
    assert client.get("/staff/").status_code == 200
    assert client.get("/api/v1/units").status_code == 401


def test_beyond_its_limit_a_key_waits(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(DATABASE_URL=sqlite_url, API_REQUESTS_PER_MINUTE=3)
    with Session(app.extensions["engine"]) as session:
        unit = make_unit(session, code="X01")
        callers = [Caller(app.test_client(), make_api_key(session, unit, "viewer")[1]) for _ in range(2)]
    assert [callers[0].get("/units").status_code for _ in range(4)] == [200, 200, 200, 429]
    wait = callers[0].get("/units").headers["Retry-After"]
    assert 0 < int(wait) <= 60
    assert callers[1].get("/units").status_code == 200, "each key has its own"
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 60)
    monkeypatch.setattr("survey.blueprints.api.door.time", later)
    assert callers[0].get("/units").status_code == 200
    app.extensions["engine"].dispose()


def test_unknown_addresses_and_methods_are_answered_in_json(place: Place) -> None:
    caller = place.caller("viewer")
    assert (caller.get("/nothing").status_code, caller.get("/nothing").json["code"]) == (404, "not_found")
    answer = caller.call("DELETE", "/units")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert caller.call("OPTIONS", "/units").status_code == 405


def test_the_address_without_its_last_stroke_leads_to_the_description(place: Place) -> None:
    answer = place.app.test_client().get("/api/v1")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/api/v1/")


def test_the_database_out_of_reach_is_503(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = place.caller("viewer")

    def broken(*_arguments: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("survey.blueprints.api.door.read_key", broken)
    answer = caller.get("/units")
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


DEEP = b'{"transactions":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


HOSTILE = [
    (b"{", "application/json", 400),
    (b"", "application/json", 400),
    (b"\xff\xfe{}", "application/json", 400),
    (b"\xef\xbb\xbf{}", "application/json", 400),
    ('{"transactions": 1}'.encode("utf-16"), "application/json", 400),
    (b'{"transactions": NaN}', "application/json", 400),
    (b'{"transactions": Infinity}', "application/json", 400),
    (b'{"transactions": 1, "transactions": 2}', "application/json", 400),
    (b'{"transactions": ' + b"9" * 5000 + b"}", "application/json", 400),
    (DEEP, "application/json", 400),
    (b'{"transactions": "\\ud800"}', "application/json", 400),
    (b'{"transactions": 1e400}', "application/json", 422),
    (b'{"transactions": 1.0}', "application/json", 422),
    (b'{"transactions": "1"}', "application/json", 422),
    (b'{"transactions": true}', "application/json", 422),
    (b'{"transactions": -1}', "application/json", 422),
    (b'{"transactions": 99999999999999999999}', "application/json", 422),
    (b'{"transactions": 1, "\\u0000": 2}', "application/json", 422),
    (b"[]", "application/json", 422),
    (b"null", "application/json", 422),
    (b'"{\\"transactions\\": 1}"', "application/json", 422),
    (b"{}", "application/json", 422),
    (b'{"transactions": 1}', "text/plain", 415),
    (b"transactions=1", "application/x-www-form-urlencoded", 415),
    (b'{"transactions": 1}', "", 415),
    (b" " * (2 * 1024 * 1024 + 1), "application/json", 413),
]


def test_a_hostile_body_is_refused(place: Place) -> None:
    caller = place.caller("manager")
    address = "/units/X01/transactions/2026-01-01/2026-06-30"
    for body, content_type, status in HOSTILE:
        answer = caller.call("PUT", address, data=body, headers={"Content-Type": content_type})
        assert answer.status_code == status, (body[:60], content_type, answer.json)
        assert answer.json["status"] == status
        assert set(answer.json["message"]) == {"vi", "en"}
    assert place.session.scalars(select(TransactionCount)).all() == []


def test_a_body_larger_than_the_limit_is_refused_when_it_does_not_say_its_length(place: Place) -> None:
    caller = place.caller("manager")
    answer = caller.post("/transactions", {"transactions": ["x" * (2 * 1024 * 1024)]})
    assert answer.status_code == 413


def test_every_mistake_is_named_with_its_place_in_both_languages(place: Place) -> None:
    rows = [
        {"unit": "X01", "period_start": "2026-01-01", "period_end": "2026-13-01", "transactions": 1},
        {"unit": "X 1", "period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": "9"},
        {"period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": 1, "note": "?"},
    ]
    answer = place.caller("manager").post("/transactions", {"transactions": rows})
    assert answer.status_code == 422
    found = {(tuple(each["loc"]), each["code"]) for each in answer.json["errors"]}
    assert (("body", "transactions", 1, "unit"), "string_pattern_mismatch") in found
    assert (("body", "transactions", 1, "transactions"), "int_type") in found
    assert (("body", "transactions", 2, "unit"), "missing") in found
    assert (("body", "transactions", 2, "note"), "extra_forbidden") in found
    assert len(found) == 5
    said = next(each["message"] for each in answer.json["errors"] if each["code"] == "int_type")
    assert said == {"vi": "Đây phải là số nguyên.", "en": "This must be a whole number."}


WRONG_QUERIES = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=" + "9" * 5000, "limit"),
    ("limit=a", "limit"),
    ("limit=1&limit=2", "limit"),
    ("kind=castle", "kind"),
    ("valid_on=2026-02-30", "valid_on"),
    ("under=nowhere", "under"),
    ("after=%00", "after"),
    ("surprise=1", "surprise"),
]


def test_a_wrong_query_is_named(place: Place) -> None:
    caller = place.caller("viewer")
    for query, loc in WRONG_QUERIES:
        answer = caller.get(f"/units?{query}")
        assert answer.status_code == 422, query
        assert first_error(answer)[0] == ["query", loc]


def test_a_code_that_can_be_none_is_not_found(place: Place) -> None:
    caller = place.caller("viewer")
    for code in ("%00", "a%2Fb", "x" * 41, "%F0%9F%92%A9", "' OR 1=1 --", "{{7*7}}", ".."):
        assert caller.get(f"/units/{code}").status_code in (308, 404), code


def test_every_example_is_what_it_stands_for() -> None:
    for route in ROUTES:
        if route.body is not None:
            assert route.example, route.rule
            route.body.model_validate_json(json.dumps(route.example))
        if route.answer_example and isinstance(route.answer, type):
            route.answer.model_validate_json(json.dumps(route.answer_example))


def test_the_document_and_its_page_need_no_key(place: Place) -> None:
    client = place.app.test_client()
    document = client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"}).json
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (address, method)
            assert {"401", "403", "429", "503"} <= operation["responses"].keys()
    vietnamese = client.get("/api/v1/openapi.json?lang=vi").json
    assert vietnamese["info"]["title"].startswith("SIPAS: đo lường")
    page = client.get("/api/v1/?lang=vi")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for address in document["paths"]:
        assert address.replace("/", "/\u200b") in text


def test_the_public_surface_holds_no_api(make_app: Callable[..., Flask], sqlite_url: str) -> Any:
    from survey import create_app

    app = create_app({"TESTING": True, "SECRET_KEY": "k" * 40, "DATABASE_URL": sqlite_url}, surfaces=("public",))
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]
    assert app.test_client().get("/api/v1/units").status_code == 404
    app.extensions["engine"].dispose()
