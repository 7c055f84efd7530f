"""How files of open data are answered: to everybody's scripts, with a licence, with tags by which they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, request, url_for

from reports.open_metadata import Licence
from reports.open_table import SCHEMA
from survey.blueprints import results

CSV, JSON, JSON_LD, CSVM = "text/csv", "application/json", "application/ld+json", "application/csvm+json"
FOR_A_DAY, ASK_ANEW = "public, max-age=86400", "no-cache"


def open_to_all(response: Response) -> Response:
    """Pages speak a language; files may be read by other sites' scripts."""
    if response.mimetype == "text/html":
        return results.say_language(response)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def licence() -> Licence:
    return Licence(current_app.config["OPEN_DATA_LICENCE"], current_app.config["OPEN_DATA_LICENCE_NAME"])


def absolute(endpoint: str, **values: Any) -> str:
    return current_app.config["BASE_URL"] + url_for(endpoint, **values)


def download(content: Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment" if media_type == CSV else "inline", filename=name)
    return response


def conditional(response: Response, digest: str, number: int | None) -> Response:
    """The response, or "not modified" for who has it. A numbered edition may be kept, the newest is asked for anew.

    Werkzeug's own `make_conditional` would read a streamed file whole to learn its length.
    """
    tag = f"{SCHEMA.rpartition('/')[2]}-{digest}"
    response.set_etag(tag, weak=True)  # weak: compressed it has other bytes
    response.headers["Cache-Control"] = ASK_ANEW if number is None else FOR_A_DAY
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
    return response


def machine_readable(described: Any, media_type: str) -> Response:
    body = json.dumps(described, ensure_ascii=False, indent=1).encode()
    response = Response(body, mimetype=media_type)
    response.set_etag(hashlib.sha256(body).hexdigest(), weak=True)
    response.headers["Cache-Control"] = ASK_ANEW
    response.make_conditional(request)
    return response
