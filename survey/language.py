"""Which language a reader sees: the visible switch first, then the browser's wish, then Vietnamese."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Flask, g, has_request_context, request
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from forms.definition import Language

LANGUAGES = ("vi", "en")
# One catalogue a room, so that each is read and translated by itself; Flask-Babel joins them.
DOMAINS = tuple(sorted(path.stem for path in (Path(__file__).parent / "translations").glob("*/LC_MESSAGES/*.po")))


def chosen_language() -> str:
    """`?lang=` where it is one of ours, else what a signed-in person prefers, else Accept-Language, else Vietnamese."""
    if not has_request_context():
        return "vi"
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        return wanted
    if preferred := g.get("preferred_language"):
        return str(preferred)
    return negotiated(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1024)
def negotiated(header: str) -> str:
    """The best of our languages by an Accept-Language header; browsers send a few dozen different ones."""
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES, default="vi") or "vi"


def written_language() -> Language:
    """The one of a citizen's pages."""
    return "en" if chosen_language() == "en" else "vi"


def other_language() -> Language:
    return "vi" if written_language() == "en" else "en"


def init_app(app: Flask) -> None:
    app.config["BABEL_DOMAIN"] = ";".join(DOMAINS)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(["translations"] * len(DOMAINS))
    Babel(app, locale_selector=chosen_language)
