"""HTTP only: load, form, one operation or one summary, commit, answer."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask

from survey import error_pages
from survey.blueprints import (
    citizen,
    comparison,
    dialogue,
    dialogue_presence,
    health,
    method,
    open_data,
    open_statistics,
    petition,
    responded,
    results,
    stylesheet,
    unit_years,
    verification,
)

PUBLIC = (
    citizen.blueprint,
    petition.blueprint,
    dialogue.blueprint,
    dialogue_presence.blueprint,
    results.blueprint,
    stylesheet.blueprint,
    unit_years.blueprint,
    responded.blueprint,
    comparison.blueprint,
    method.blueprint,
    open_data.blueprint,
    open_statistics.blueprint,
    verification.blueprint,
)


def init_app(app: Flask, surfaces: Collection[str]) -> None:
    """Register the blueprints of the surfaces asked for; a public process does not even load the others' code."""
    app.register_blueprint(health.blueprint)
    if "public" in surfaces:
        for blueprint in PUBLIC:
            app.register_blueprint(blueprint)
    if "staff" in surfaces:
        from survey.blueprints import back_office

        back_office.init_app(app)
    error_pages.init_app(app)
