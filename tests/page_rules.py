"""What every page must be, whoever asks for it: the test client and the browser tests refuse any other."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

import brotli
import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

UNLABELLED_INPUTS = frozenset({"hidden", "submit", "button", "reset", "image"})


class CheckingClient(FlaskClient):
    """A test client that fails on a page that breaks one of the rules."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.request.method != "HEAD":
            broken = list(complaints(html_of(response), response.headers.get("Content-Security-Policy")))
            assert not broken, f"{response.request.path} ({response.status_code}): " + "; ".join(broken)
        return response


def html_of(response: TestResponse) -> str:
    """The page as a browser reads it, whatever it was compressed with."""
    unpacked = response.get_data()
    match response.headers.get("Content-Encoding"):
        case "br":
            unpacked = brotli.decompress(unpacked)
        case "gzip":
            unpacked = gzip.decompress(unpacked)
    return unpacked.decode()


@lru_cache(maxsize=2)
def parsed(html: str) -> tuple[Element, tuple[str, ...]]:
    """The page to look at, not to change, and where it is no HTML; whoever reads on has the page just checked."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(html)
    errors = [
        f"line {line}, column {column}: {html5lib.constants.E[code] % values}"
        for (line, column), code, values in parser.errors
    ]
    return page, tuple(errors)


def complaints(html: str, policy: str | None) -> Iterator[str]:
    """What is wrong with a page, given its Content-Security-Policy."""
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "it does not begin with <!doctype html>"
        return
    page, errors = parsed(html)
    yield from errors
    yield from _frame_complaints(page)
    yield from _policy_complaints(page, policy)
    yield from _label_complaints(page)


def _frame_complaints(page: Element) -> Iterator[str]:
    if not page.get("lang"):
        yield "<html> has no lang"
    if not "".join(title.text or "" for title in page.findall("head/title")).strip():
        yield "it has no title"
    if (headings := len(page.findall(".//h1"))) != 1:
        yield f"it has {headings} h1 instead of one"
    ids = Counter(element.get("id") for element in page.iter() if element.get("id") is not None)
    for name, times in ids.items():
        if times > 1 or not name:
            yield f"id {name!r} is given {times} times"
    for element in page.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for name in element.get(attribute, "").split():
                if name not in ids:
                    yield f"{attribute} names the id {name!r}, which is not there"
    for image in page.iter("img"):
        if image.get("alt") is None:
            yield f"the image {image.get('src')!r} has no alt"


def _policy_complaints(page: Element, policy: str | None) -> Iterator[str]:
    if not policy:
        yield "it has no Content-Security-Policy"
        return
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    default = directives.get("default-src", [])
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        sources = directives.get(directive, default)
        if "'unsafe-inline'" in sources or "*" in sources:
            yield f"its policy allows any inline {tag}"
        for element in page.iter(tag):
            if tag == "script" and (element.get("src") or element.get("type") == "application/json"):
                continue
            digest = base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()
            nonce = f"'nonce-{element.get('nonce')}'"
            if f"'sha256-{digest}'" not in sources and nonce not in sources:
                yield f"its policy refuses its inline <{tag}>"
    for element in page.iter():
        for attribute, value in element.items():
            name = str(attribute)
            if name == "style" or (name.startswith("on") and name.isalpha()):
                yield f"<{element.tag}> has the inline attribute {name}"
            if name in ("href", "src", "action") and value.strip().lower().startswith("javascript:"):
                yield f"<{element.tag}> runs a script from its {name}"


def _label_complaints(page: Element) -> Iterator[str]:
    described = {label.get("for") for label in page.iter("label")}
    wrapped = {id(field) for label in page.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in page.iter(tag):
            if tag == "input" and field.get("type", "text") in UNLABELLED_INPUTS:
                continue
            named = field.get("aria-label") or field.get("aria-labelledby")
            if not named and field.get("id") not in described and id(field) not in wrapped:
                yield f"the field {field.get('name')!r} has no label"
    for button in page.iter("button"):
        if not "".join(button.itertext()).strip() and not button.get("aria-label"):
            yield "a button has no words"
    for link in page.iter("a"):
        words = "".join(link.itertext()).strip() or link.get("aria-label")
        if link.get("href") is not None and not words and not any(image.get("alt") for image in link.iter("img")):
            yield f"the link to {link.get('href')!r} has no words"
