"""Every operation of the API, asked by a key of each role in each relation to the unit, answers as the policy says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.blueprints.api.document import operation_id
from survey.blueprints.api.route import OPEN, ROUTES
from survey.models import Unit, Wave
from tests.api import Caller, make_api_key, submission_id
from tests.factories import make_collector, make_unit, make_wave

Where = Literal["any", "unit", "wave", "rows"]
PERIOD = {"period_start": "2026-01-01", "period_end": "2026-06-30"}


@dataclass(frozen=True)
class Asked:
    """A request about the commune X01, or the wave W which the province runs, and what decides it.

    "any": the action anywhere; "unit", "wave": there, else 403; "rows": each row is refused for itself.
    """

    address: str
    where: Where
    body: Mapping[str, Any] | None = None


NEW_WAVE = {"code": "N", "name_vi": "Đợt", "owner": "X01", "questionnaire": "sample", **PERIOD}
TABLE = {
    "get_units": Asked("/units", "any"),
    "post_units": Asked(
        "/units", "unit", {"code": "N", "kind": "room", "parent": "X01", "name_vi": "Phòng", "valid_from": "2026-01-01"}
    ),
    "get_units_unit_code": Asked("/units/X01", "unit"),
    "patch_units_unit_code": Asked("/units/X01", "unit", {"name_en": "Commune"}),
    "get_units_unit_code_counters": Asked("/units/X01/counters", "unit"),
    "post_units_unit_code_counters": Asked(
        "/units/X01/counters", "unit", {"code": "9", "name_vi": "Quầy", "valid_from": "2026-01-01"}
    ),
    "get_transactions": Asked("/transactions", "any"),
    "put_units_unit_code_transactions_start_end": Asked(
        "/units/X01/transactions/2026-01-01/2026-06-30", "unit", {"transactions": 5}
    ),
    "post_transactions": Asked(
        "/transactions", "rows", {"transactions": [{"unit": "X01", "transactions": 5, **PERIOD}]}
    ),
    "post_dossiers": Asked(
        "/dossiers",
        "rows",
        {"dossiers": [{"unit": "X01", "code": "H1", "received_on": "2026-01-05", "due_on": "2026-01-12"}]},
    ),
    "get_waves": Asked("/waves", "any"),
    "post_waves": Asked("/waves", "rows", NEW_WAVE),
    "get_waves_wave_code": Asked("/waves/W", "wave"),
    "patch_waves_wave_code": Asked("/waves/W", "wave", {"add_units": []}),
    "post_waves_wave_code_open": Asked("/waves/W/open", "wave"),
    "post_waves_wave_code_close": Asked("/waves/W/close", "wave"),
    "get_waves_wave_code_units": Asked("/waves/W/units", "any"),
    "get_waves_wave_code_collectors": Asked("/waves/W/collectors", "any"),
    "get_questionnaires": Asked("/questionnaires", "any"),
    "get_questionnaires_questionnaire_code_version": Asked("/questionnaires/sample/1.0", "any"),
    "post_responses": Asked("/responses", "rows"),
    "get_results": Asked("/results", "any"),
    "get_results_wave_code": Asked("/results/W?unit=X01", "unit"),
    "get_results_wave_code_unit_code": Asked("/results/W/X01", "unit"),
}
RELATIONS = ("at the unit", "above it", "below it", "beside it")


@dataclass(frozen=True)
class Tree:
    commune: Unit
    wave: Wave
    kiosk: str
    by_relation: Mapping[str, Unit]


@pytest.fixture
def tree(staff_session: Session) -> Tree:
    session = staff_session
    province = make_unit(session, code="T", kind="province")
    commune, beside = (make_unit(session, code=code, parent=province) for code in ("X01", "X02"))
    below = make_unit(session, code="X01.P", kind="room", parent=commune)
    wave = make_wave(session, code="W", units=[commune, beside], state="open")
    kiosk = make_collector(session, wave, commune, channel="kiosk", trust="present").code
    return Tree(commune, wave, kiosk, dict(zip(RELATIONS, (commune, province, below, beside), strict=True)))


def test_each_operation_stands_in_the_table() -> None:
    assert sorted(TABLE) == sorted(operation_id(route) for route in ROUTES)


@pytest.mark.parametrize("role", policy.ROLES)
def test_a_key_may_what_the_policy_says(staff_app: Flask, staff_session: Session, tree: Tree, role: str) -> None:
    for relation in RELATIONS:
        ask_everything(staff_app, staff_session, tree, role, relation)


def ask_everything(app: Flask, session: Session, tree: Tree, role: str, relation: str) -> None:
    held = tree.by_relation[relation]
    caller = Caller(app.test_client(), make_api_key(session, held, role)[1])
    grants = (policy.Grant(role, held.path),)
    paths = {"any": None, "unit": tree.commune.path, "wave": tree.by_relation["above it"].path, "rows": None}
    for route in ROUTES:
        name = operation_id(route)
        asked = TABLE[name]
        body = asked.body
        if name == "post_responses":
            ballot = {"submission_id": submission_id(), "collector": tree.kiosk, "answers": {"access_1": 4}}
            body = {"responses": [ballot]}
        answer = caller.call(route.method, asked.address, body)
        allowed = policy.allows(grants, route.action, paths[asked.where])
        assert (answer.status_code != 403) is allowed, (name, role, relation, answer.status_code)
        if allowed and asked.where == "rows":
            reached = policy.allows(grants, route.action, tree.commune.path)
            if name == "post_responses":
                outcome = answer.json["results"][0]["outcome"]
                assert outcome == ("recorded" if reached else "refused"), (role, relation)
            else:
                codes = [error["code"] for error in answer.json.get("errors", [])]
                assert (codes == ["out_of_reach"]) is not reached, (name, role, relation, answer.json)
        elif allowed:
            assert answer.status_code < 400 or answer.status_code == 409, (name, role, relation, answer.json)


def test_a_view_that_is_no_operation_is_nobodys(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(DATABASE_URL=sqlite_url)
    app.add_url_rule("/api/v1/bare", "api.bare", lambda: "open")
    assert app.test_client().get("/api/v1/bare").status_code == 403
    assert {"api.index", "api.openapi"} == OPEN
    app.extensions["engine"].dispose()


def test_no_operation_publishes_or_manages_keys() -> None:
    """What cannot be taken back and what gives power stay with people, whatever a key's roles."""
    actions = {route.action for route in ROUTES}
    assert not actions & {"api.manage", "webhooks.manage", "people.manage", "responses.read", "exports.rows"}
    assert not [route for route in ROUTES if "publish" in route.rule or route.method == "DELETE"]
