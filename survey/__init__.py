"""The survey service: the application factory and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Flask

from survey import blueprints, cli, config, database, language, numbers, security_headers, session_cookie
from survey.config import SURFACES


def create_app(settings: Mapping[str, Any] | None = None, surfaces: Collection[str] = SURFACES) -> Flask:
    """The application with the blueprints of `surfaces`, so that a public process holds no staff endpoint.

    `settings` replace those of the environment one by one (tests give DATABASE_URL or an ENGINE).
    """
    app = Flask(__name__)
    app.config.from_mapping(config.from_environment())
    app.config.from_mapping(settings or {})
    database.init_app(app)
    numbers.init_app(app)
    session_cookie.init_app(app)
    language.init_app(app)
    security_headers.init_app(app)
    blueprints.init_app(app, surfaces)
    cli.init_app(app)
    return app
