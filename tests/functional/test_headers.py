"""Security headers: on every answer, and a policy that lets nothing in but what the page brings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.page_rules import CheckingClient
from tests.scanning import hang_up

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def directives(policy: str) -> dict[str, str]:
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.mark.parametrize("path", ["/", "/s/AAAAAAA", "/nowhere", "/healthz", "/static/citizen/citizen.css"])
def test_every_answer_carries_them(client: CheckingClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert "geolocation=()" in headers["Permissions-Policy"]
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert len(headers.getlist("Content-Security-Policy")) == 1


def test_the_form_allows_its_own_style_and_scripts_by_hash_and_nothing_else(
    client: CheckingClient, session: Session
) -> None:
    policy = directives(client.get(f"/s/{hang_up(session).code}").headers["Content-Security-Policy"])
    assert all(source.startswith("'sha256-") for source in policy["script-src"].split())
    assert all(source.startswith("'sha256-") for source in policy["style-src"].split())
    assert policy["img-src"] == "data:"
    assert set(policy) == {
        "default-src",
        "style-src",
        "script-src",
        "img-src",
        "form-action",
        "base-uri",
        "frame-ancestors",
    }


def test_https_is_promised_only_where_the_installation_is_reached_by_it(
    make_app: Callable[..., Flask], engine: Engine
) -> None:
    for address, promised in (("http://127.0.0.1:8000", False), ("https://khaosat.example.vn", True)):
        client = make_app(ENGINE=engine, BASE_URL=address).test_client()
        assert ("Strict-Transport-Security" in client.get("/").headers) is promised
