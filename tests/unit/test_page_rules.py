"""The rules for pages find what they are there for."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable

import brotli
import pytest
from flask import Flask, Response

from tests.page_rules import CheckingClient, complaints

POLICY = "default-src 'none'; style-src 'self'"
GOOD = '<!doctype html><html lang="vi"><head><title>Kết quả</title></head><body><h1>Kết quả</h1>{}</body></html>'


def test_a_good_page_has_no_complaint() -> None:
    page = GOOD.format('<form><label for="q">Tìm</label><input id="q"><label>Năm <input name="y"></label></form>')
    assert list(complaints(page, POLICY)) == []


@pytest.mark.parametrize(
    ("page", "word"),
    [
        ("<p>bare</p>", "doctype"),
        (GOOD.format("").replace(' lang="vi"', ""), "lang"),
        (GOOD.format("").replace("<title>Kết quả</title>", "<title> </title>"), "title"),
        (GOOD.format("<h1>again</h1>"), "2 h1"),
        (GOOD.format("").replace("<h1>Kết quả</h1>", ""), "0 h1"),
        (GOOD.format('<p id="a"></p><p id="a"></p>'), "'a' is given 2 times"),
        (GOOD.format('<p aria-describedby="nobody"></p>'), "'nobody'"),
        (GOOD.format('<p style="color: red"></p>'), "attribute style"),
        (GOOD.format('<p onclick="steal()"></p>'), "attribute onclick"),
        (GOOD.format('<a href="javascript:steal()">x</a>'), "runs a script"),
        (GOOD.format("<script>steal()</script>"), "refuses its inline <script>"),
        (GOOD.format("<style>p { color: red }</style>"), "refuses its inline <style>"),
        (GOOD.format('<input name="q">'), "'q' has no label"),
        (GOOD.format("<select name=s></select>"), "'s' has no label"),
        (GOOD.format('<img src="/a.png">'), "no alt"),
        (GOOD.format("<button></button>"), "button has no words"),
        (GOOD.format('<a href="/"></a>'), "has no words"),
        (GOOD.format("<p></span></p>"), "line 1"),
        (GOOD.format("<table><p>out</p></table>"), "line 1"),
    ],
)
def test_each_rule_finds_its_breach(page: str, word: str) -> None:
    assert any(word in complaint for complaint in complaints(page, POLICY))


def test_an_inline_script_is_accepted_by_its_hash_only() -> None:
    digest = base64.b64encode(hashlib.sha256(b"go()").digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'"
    assert list(complaints(GOOD.format("<script>go()</script>"), policy)) == []
    assert list(complaints(GOOD.format("<script>stay()</script>"), policy)) != []


@pytest.mark.parametrize("policy", [None, "", "script-src 'unsafe-inline'"])
def test_a_page_without_a_strict_policy_is_refused(policy: str | None) -> None:
    assert list(complaints(GOOD.format(""), policy)) != []


@pytest.mark.parametrize(("encoding", "pack"), [("", bytes), ("gzip", gzip.compress), ("br", brotli.compress)])
def test_the_client_refuses_an_ugly_page_however_it_is_packed(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    app = Flask(__name__)
    app.test_client_class = CheckingClient

    @app.get("/<page>")
    def answer(page: str) -> Response:
        html = GOOD.format("" if page == "good" else "<h1>again</h1>")
        headers = {"Content-Security-Policy": POLICY, **({"Content-Encoding": encoding} if encoding else {})}
        return Response(pack(html.encode()), mimetype="text/html", headers=headers)

    client = app.test_client()
    assert client.get("/good").status_code == 200
    assert client.head("/ugly").status_code == 200
    with pytest.raises(AssertionError, match="2 h1"):
        client.get("/ugly")
