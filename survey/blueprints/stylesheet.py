"""The style sheet of the public pages: compressed, and kept by browsers for as long as it is the same."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, url_for

from survey.blueprints import results

blueprint = Blueprint("stylesheet", __name__, url_prefix="/ket-qua")
blueprint.after_request(results.compress.after_request)

FILE = Path(__file__).parent.parent / "static" / "results.css"
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def content() -> tuple[bytes, str]:
    """The sheet, and a name of its content: another sheet has another address."""
    sheet = FILE.read_bytes()
    return sheet, hashlib.sha256(sheet).hexdigest()[:12]


@blueprint.get("/<version>.css")
def show(version: str) -> Response:
    """The sheet; who asks by an older address, as from a page that was kept, is given today's for the moment."""
    sheet, newest = content()
    response = Response(sheet, mimetype="text/css")
    response.headers["Cache-Control"] = FOR_EVER if version == newest else "no-cache"
    return response


@blueprint.app_template_global()
def public_stylesheet() -> str:
    """Where today's sheet is."""
    return url_for("stylesheet.show", version=content()[1])
