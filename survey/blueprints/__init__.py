"""HTTP only: load, form, one operation or one summary, commit, answer."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask

from survey import error_pages
from survey.blueprints import citizen, health, results

PUBLIC = (citizen.blueprint, health.blueprint, results.blueprint)


def init_app(app: Flask, surfaces: Collection[str]) -> None:
    """Register the blueprints of the surfaces asked for."""
    if "public" in surfaces:
        for blueprint in PUBLIC:
            app.register_blueprint(blueprint)
        error_pages.init_app(app)
