"""The floor: a Flask page that does nothing, served the same way as the service."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
@app.get("/healthz")
def page() -> str:
    return "<!doctype html><title>bare</title><p>bare</p>"
