"""Error pages: what happened and what to do, in the look of the surface whose address was asked for."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, request
from flask_babel import gettext
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, NotFound, ServiceUnavailable

from survey.citizen_pages import answer, render
from survey.citizen_places import UNREACHABLE
from survey.database import current_session

BUSY_SECONDS = 20
NUMBER_OUT_OF_RANGE, NOT_IN_ENCODING = "22003", "22021"  # PostgreSQL's SQLSTATE

ErrorPage = Callable[[HTTPException], Response]
LOOKS = "error_pages"  # the extension that keeps each surface's own page by the beginning of its addresses


def register(app: Flask, prefix: str, page: ErrorPage) -> None:
    """Errors at addresses below `prefix` are shown by `page`."""
    app.extensions.setdefault(LOOKS, {})[prefix] = page


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    for error in UNREACHABLE:
        app.register_error_handler(error, database_error)
    app.register_error_handler(DataError, impossible_value)


def words(status: int) -> tuple[str, str]:
    """Title and advice; statuses without words of their own are our fault from 500 up, the request's below."""
    if status == 404:
        return gettext("There is no such page"), gettext("Please check the address, or scan the QR code again.")
    if status == 405:
        return gettext("This page cannot be used that way"), gettext("Please scan the QR code again.")
    if status == 413:
        return (
            gettext("That was too much to send"),
            gettext("Your answers were not recorded. Please go back, shorten what you wrote, and send again."),
        )
    if status == 503:
        return (
            gettext("The system is busy"),
            gettext("Nothing was recorded. Please go back and try again in a minute."),
        )
    if status >= 500:
        return (
            gettext("Something went wrong on our side"),
            gettext("We have noted the fault. Please go back and try again in a minute."),
        )
    return gettext("This request was not understood"), gettext("Please scan the QR code again.")


def http_error(error: HTTPException) -> Response:
    for prefix, page in current_app.extensions.get(LOOKS, {}).items():
        if request.path == prefix or request.path.startswith(f"{prefix}/"):
            own: Response = page(error)
            return own
    status = error.code or 500
    title, advice = words(status)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    has_first_page = "citizen.start" in current_app.view_functions  # not in a process of the back office alone
    page_text = render("citizen/error.html", title=title, advice=advice, has_first_page=has_first_page)
    return answer(page_text, status, kept)


def database_error(error: Exception) -> Response:
    """The database does not answer: nothing is promised, and a balancer or a browser may try again."""
    current_app.logger.error("the database does not answer", exc_info=error)
    return http_error(ServiceUnavailable(retry_after=BUSY_SECONDS))


def impossible_value(error: DataError) -> Response:
    """A request named what no column can hold, a NUL or a number beyond its kind: PostgreSQL refuses to look, where
    SQLite looks and finds nothing. Whatever else does not fit its column when it is stored is our fault."""
    current_session().rollback()
    if request.method in ("GET", "HEAD"):
        current_app.logger.warning("a request named an impossible value", exc_info=error)
        return http_error(NotFound())
    if named_by_request(error):
        current_app.logger.warning("a request named an impossible value", exc_info=error)
        return http_error(BadRequest())
    current_app.logger.error("a value does not fit its column", exc_info=error)
    return http_error(InternalServerError())


def named_by_request(error: DataError) -> bool:
    """Whether it is a NUL, which psycopg refuses itself and without a state, or a number out of range."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state in (NUMBER_OUT_OF_RANGE, NOT_IN_ENCODING) or (state is None and "NUL" in str(error.orig))
