"""A number no key can be is nobody's, wherever an address or a query names it: never a fault of ours."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.accounts.models import RoleGrant
from tests.page_rules import CheckingClient
from tests.policy_objects import make_objects, make_tree
from tests.staff import make_account, sign_in

HUGE = "9" * 25
READ = re.compile(r'args\.get\("(\w+)"[^()]*type=')
QUERY_KEYS = {key for file in Path("survey").rglob("*.py") for key in READ.findall(file.read_text())} | {
    "unit",
    "counter",
}


def test_a_number_beyond_every_key_is_refused_and_no_fault(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    unit = make_tree(staff_session)["own"]
    with staff_app.app_context():
        values = make_objects(staff_session, unit)
    person = make_account(staff_session, policy.ROLES[0], unit)
    person.role_grants += [RoleGrant(role=role, unit=unit) for role in policy.ROLES[1:]]
    sign_in(staff_client, person)
    asked = 0
    assert {"after", "mau", "year"} <= QUERY_KEYS
    for rule in staff_app.url_map.iter_rules():
        if not rule.rule.startswith("/staff") or "GET" not in (rule.methods or ()) or rule.arguments - values.keys():
            continue
        with staff_app.test_request_context():
            address = rule.build({name: values[name] for name in rule.arguments})[1]
        query = "&".join(f"{key}={HUGE}" for key in QUERY_KEYS)
        keys = [name for name in rule.arguments if f"<int:{name}>" in rule.rule]
        for one in (f"{address}?{query}", *(address.replace(str(values[name]), HUGE) for name in keys)):
            answer = staff_client.get(one, buffered=True)
            asked += 1
            assert answer.status_code < 500, one
    assert asked > 100
