"""The staff surface: its blueprints, the accounts behind their guard, and the shell around their pages."""

from __future__ import annotations

from flask import Flask

from survey import accounts, staff_pages
from survey.blueprints import account, api, audit, exports, people, security, staff
from survey.cli import user

STAFF = (
    # one line a blueprint
    account.blueprint,
    audit.blueprint,
    exports.blueprint,
    people.blueprint,
    security.blueprint,
    staff.blueprint,
)


def init_app(app: Flask) -> None:
    accounts.init_app(app)
    staff_pages.init_app(app)
    for blueprint in STAFF:
        app.register_blueprint(blueprint)
    app.cli.add_command(user.group)
    api.init_app(app)
