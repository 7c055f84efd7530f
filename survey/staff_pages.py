"""What every staff page needs: the shell around it, its words for errors, versioned assets."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, render_template, request, url_for
from flask_babel import format_datetime, gettext
from flask_bootstrap import Bootstrap5
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from reports import charts, names, notes, wording
from survey import error_pages, staff_wording
from survey.accounts import guard
from survey.accounts.scope import can
from survey.language import chosen_language
from survey.operations.bounded import ReadersBusy
from survey.operations.errors import OperationError
from survey.staff_navigation import menu

PREFIX = "/staff"
BUSY_SECONDS = 60
STATIC = Path(__file__).parent / "static"


def say(error: OperationError) -> str:
    """The error's sentence in the reader's language."""
    sentence: str = gettext(error.sentence)
    return sentence % error.parameters


def moment(at: datetime) -> str:
    """A date and a time as clocks of the province show them."""
    return str(format_datetime(at, "dd/MM/yyyy HH:mm"))


@cache
def _version(filename: str) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """The address of one of our static files, another one for each content, so that it may be kept for ever."""
    return url_for("static", filename=filename, v=_version(filename))


def here(**changes: object) -> str:
    """This page's address with its filters, some of them changed; None takes one away."""
    query = request.args.to_dict(flat=False) | {name: [value] for name, value in changes.items()}
    pairs = [(name, value) for name, values in query.items() for value in values if value not in (None, "")]
    path = quote(request.path)  # what was escaped in the address stays so in the link
    return f"{path}?{urlencode(pairs)}" if pairs else path


def shell() -> dict[str, Any]:
    """What the layout and the macros read."""
    language = chosen_language()
    return {
        "asset": asset,
        "can": can,
        "charts": charts,
        "here": here,
        "language": language,
        "menu": menu,
        "moment": moment,
        "names": names,
        "notes": notes,
        "person": current_user,
        "say": wording,
        "words": staff_wording,
    }


def words(status: int) -> tuple[str, str]:
    """Title and advice of an error page."""
    if status == 403:
        return (
            gettext("You are not allowed to do this"),
            gettext("Your role does not reach this page. If it should, ask the administrator of your unit."),
        )
    if status == 404:
        return gettext("There is no such page"), gettext("It may have been moved. Go back, or begin at the first page.")
    if status == 405:
        return gettext("This page cannot be used that way"), gettext("Go back and use the buttons of the page.")
    if status == 413:
        return gettext("That was too much to send"), gettext("Nothing was stored. Send a smaller file or less text.")
    if status == 429:
        return gettext("Too many attempts"), gettext("Please wait a moment and try again.")
    if status == 503:
        return gettext("The system is busy"), gettext("Nothing was stored. Go back and try again in a minute.")
    if status >= 500:
        return gettext("Something went wrong on our side"), gettext("Nothing was stored. Go back and try again.")
    return gettext("This request was not understood"), gettext("Nothing was stored. Go back and try again.")


def error_page(error: HTTPException) -> Response:
    """An error in the look of the back office; a stale form says so."""
    status = error.code or 500
    title, advice = words(status)
    if isinstance(error, CSRFError):
        title = gettext("This form is out of date")
        advice = gettext("Nothing was stored. Go back, reload the page, and send again.")
    page = render_template("staff/error.html", heading=title, advice=advice, **shell())
    response = Response(page, status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def readers_busy(error: ReadersBusy) -> Response:
    """Nothing was read: the page keeps what was typed and sends it again; a file must be chosen anew."""
    sent = [] if request.files else list(request.form.items(multi=True))
    page = render_template("staff/busy.html", advice=say(error), sent=sent, **shell())
    return Response(page, 503, {"Retry-After": str(BUSY_SECONDS), "Cache-Control": "no-store"})


def owns(path: str) -> bool:
    """Whether an address belongs to the back office, so that its errors are shown in its look."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def init_app(app: Flask) -> None:
    app.config.setdefault("BOOTSTRAP_SERVE_LOCAL", True)
    Bootstrap5(app)
    guard.init_app(app)
    error_pages.register(app, PREFIX, error_page)
    app.register_error_handler(ReadersBusy, readers_busy)
    app.context_processor(lambda: shell() if owns(request.path) else {})
    app.after_request(_keep_assets)


def _keep_assets(response: Response) -> Response:
    """An asset with its version in the address never changes; the library's change with the library."""
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.blueprint == "bootstrap":
        response.headers["Cache-Control"] = "public, max-age=86400"
        response.direct_passthrough = False
        response.make_sequence()  # Flask-Compress would leave the file it streams open
        return guard.compress.after_request(response)
    return response
