"""The session cookie is looked at only where one was sent: citizens send none, and their pages wait for no key."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class SentCookies(SecureCookieSessionInterface):
    """Flask's own sessions; without a cookie an empty one at once, for making the signer costs a tenth of the citizen's
    form."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if app.secret_key and self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def init_app(app: Flask) -> None:
    app.session_interface = SentCookies()
