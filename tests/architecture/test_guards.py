"""Every blueprint is guarded, or stands on the list of those that anybody may ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

import survey

# Whoever adds a name here says that every route of that blueprint is meant for anybody.
PUBLIC_BLUEPRINTS = {"citizen", "health", "results"}


def test_every_blueprint_is_guarded_or_known_to_be_public(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite'}")
    unguarded = {name for name in app.blueprints if not app.before_request_funcs.get(name)}
    assert unguarded <= PUBLIC_BLUEPRINTS


def test_no_route_stands_outside_a_blueprint(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite'}")
    bare = {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint}
    assert bare == {"static"}


def test_the_public_surface_holds_no_staff_endpoint() -> None:
    app = survey.create_app({"TESTING": True, "DATABASE_URL": "sqlite://"}, surfaces=("public",))
    assert set(app.blueprints) <= PUBLIC_BLUEPRINTS
