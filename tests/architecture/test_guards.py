"""Every blueprint is guarded, or stands on the list of those that anybody may ask; every guarded view has its rule."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

import survey
from survey.accounts.policy import RULES

# Whoever adds a name here says that every route of that blueprint is meant for anybody.
PUBLIC_BLUEPRINTS = {
    "citizen",
    "comparison",
    "dialogue",
    "dialogue_presence",
    "health",
    "method",
    "open_data",
    "open_statistics",
    "petition",
    "responded",
    "results",
    "stylesheet",
    "unit_years",
    "verification",
}
# The way in: signing in is open to whoever is not signed in yet, style sheets to everybody.
DOORS = {"security", "bootstrap"}


@pytest.fixture
def whole(make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    return make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite'}")


def test_every_blueprint_is_guarded_or_known_to_be_public(whole: Flask) -> None:
    unguarded = {name for name in whole.blueprints if not whole.before_request_funcs.get(name)}
    assert unguarded <= PUBLIC_BLUEPRINTS | DOORS
    assert "staff" in whole.blueprints


def test_every_view_behind_the_guard_has_a_rule_of_the_policy(whole: Flask) -> None:
    guarded = {
        endpoint: getattr(view, "rule", None)
        for endpoint, view in whole.view_functions.items()
        if "." in endpoint and endpoint.partition(".")[0] not in PUBLIC_BLUEPRINTS | DOORS | {"api"}
    }
    assert guarded
    assert {endpoint for endpoint, rule in guarded.items() if rule is None} == set()
    assert {rule.action for rule in guarded.values() if rule is not None} <= {*RULES, None}


def test_no_route_stands_outside_a_blueprint(whole: Flask) -> None:
    bare = {rule.endpoint for rule in whole.url_map.iter_rules() if "." not in rule.endpoint}
    assert bare == {"static"}


def test_the_public_surface_holds_no_staff_endpoint() -> None:
    app = survey.create_app({"TESTING": True, "DATABASE_URL": "sqlite://"}, surfaces=("public",))
    assert set(app.blueprints) <= PUBLIC_BLUEPRINTS
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/staff", "/api"))]


def test_the_staff_surface_holds_no_citizen_endpoint() -> None:
    app = survey.create_app({"TESTING": True, "DATABASE_URL": "sqlite://"}, surfaces=("staff",))
    assert not {"citizen", "results"} & set(app.blueprints)


def test_a_public_process_does_not_even_load_the_back_office() -> None:
    asks = "import sys, wsgi; wsgi.public; print('survey.blueprints.back_office' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "False"
