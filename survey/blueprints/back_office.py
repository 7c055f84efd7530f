"""The staff surface: its blueprints, the accounts behind their guard, and the shell around their pages."""

from __future__ import annotations

from flask import Flask

from survey import accounts, staff_pages
from survey.blueprints import exports, security, staff

STAFF = (
    # one line a blueprint
    exports.blueprint,
    security.blueprint,
    staff.blueprint,
)


def init_app(app: Flask) -> None:
    accounts.init_app(app)
    staff_pages.init_app(app)
    for blueprint in STAFF:
        app.register_blueprint(blueprint)
