"""Security headers on every response; a view that needs another content policy sets its own first."""

from __future__ import annotations

from flask import Flask, Response

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Add what a response does not carry yet; promise HTTPS only where the installation is reached by it."""
    headers = dict(HEADERS)
    if app.config["BASE_URL"].startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"

    prepared = [(name.lower(), name, value) for name, value in headers.items()]

    @app.after_request
    def secure(response: Response) -> Response:
        present = {name.lower() for name, _value in response.headers}
        for lower, name, value in prepared:
            if lower not in present:
                response.headers.add(name, value)
        return response
