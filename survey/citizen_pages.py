"""Citizen pages as bytes: style and scripts inside the page, the policy that allows exactly these, compression."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup

from survey.language import chosen_language
from survey.page_cache import accepted_encoding, compress

_FOLDER = Path(__file__).parent / "static" / "citizen"
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")


def style_sheet(*names: str) -> Markup:
    """Style sheets in this order, without comments and the blanks that mean nothing."""
    text = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>+]) ?|(:) ", r"\1\2", text)
    return Markup(text.replace(";}", "}").strip())  # noqa: S704 - our own file


def script(name: str) -> Markup:
    """A script without lines of comment and indentation; a line's end may end a statement and stays."""
    lines = (line.strip() for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return Markup(kept)  # noqa: S704 - our own file


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def content_policy(style: str, *scripts: str) -> str:
    """The policy that allows exactly these inside a page.

    By hash and not by nonce, which would differ at each view and spoil the page that is kept compressed.
    """
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {' '.join(map(_source, scripts))}; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


STYLE = style_sheet("citizen.css")
FORM_SCRIPT = script("form.js")
SENT_SCRIPT = script("sent.js")
POLICY = content_policy(STYLE, FORM_SCRIPT, SENT_SCRIPT)


def render(template: str, **context: Any) -> str:
    """A page in the reader's language, without the blanks between its tags (what a citizen typed keeps its own)."""
    language = chosen_language()
    defaults = {
        "language": language,
        "chosen": request.args.get("lang"),  # links keep what was chosen by hand
        "switch": f"?lang={'en' if language == 'vi' else 'vi'}",
        "style": STYLE,
    }
    return _BETWEEN_TAGS.sub("><", render_template(template, **{**defaults, **context}))


def answer(page: str, status: int = 200, headers: Mapping[str, str] | None = None, *, policy: str = POLICY) -> Response:
    """A page that is shown once."""
    encoding = accepted_encoding(request.headers.get("Accept-Encoding", ""))
    body = compress(page.encode(), encoding)
    return respond(body, encoding, chosen_language(), status, headers, policy=policy)


def respond(
    body: bytes,
    encoding: str | None,
    language: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    cache: str = "no-store",
    policy: str = POLICY,
) -> Response:
    """The response around a body in that encoding; `cache` is its Cache-Control, nothing being stored by default."""
    lines = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Language", language),
        ("Cache-Control", cache),
        ("Vary", "Accept-Language, Accept-Encoding"),
        ("Content-Security-Policy", policy),
        *(headers or {}).items(),
    ]
    if encoding is not None:
        lines.append(("Content-Encoding", encoding))
    return Response(body, status, lines)
