"""Every route of the back office × every role × every relation of unit, asked by HTTP and held against docs/policy.md.

The objects belong to one commune. Who asks has one role on that commune (own), on the province (above), on a room of it
(below) or on another commune (elsewhere). Allowed is any answer but 401, 403 and the way to sign in. What an allowed
request changed is undone by putting the database's file back.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey import create_app
from survey.accounts import policy
from survey.blueprints.back_office import STAFF
from tests.conftest import QUICK_HASHES
from tests.policy_objects import make_objects, make_tree
from tests.staff import make_account, sign_in

POLICY = Path(__file__).parents[2] / "docs" / "policy.md"
NOBODY = ("nobody", "")
RELATIONS = ("own", "above", "below", "elsewhere")
SELF, OPEN, ANY, ROOT = "self", "open", "any", "root"
TO_SIGN_IN = "/staff/dang-nhap"
SAFE = {"GET", "HEAD", "OPTIONS"}
HIDDEN = {"comment"}  # kinds of objects of which one is not told, beyond one's reach, whether they exist

Who = tuple[str, str]


class Line(NamedTuple):
    """A line of the table: what a route asks of whoever calls it."""

    methods: tuple[str, ...]
    action: str
    unit: str


def table(text: str) -> dict[str, Line]:
    """The lines of docs/policy.md by endpoint."""
    found: dict[str, Line] = {}
    for row in re.findall(r"^\| ([\w.]+\.\w+) \| ([A-Z, ]+) \| ([\w.]+|–) \| (\w+) \|$", text, re.MULTILINE):
        endpoint, methods, action, unit = row
        if "," not in methods and not methods.isupper():
            continue
        assert endpoint not in found, f"{endpoint} has two lines"
        found[endpoint] = Line(tuple(methods.split(", ")), action, unit)
    return found


UNWRITTEN = Line((), "", "")  # another test misses the line
LINES = table(POLICY.read_text(encoding="utf-8"))


@dataclass
class Office:
    """The back office with its objects, the cookie of each person, and the file as it was."""

    app: Flask
    values: dict[str, object]
    cookies: dict[Who, str]
    token: str
    file: Path
    copy: Path

    def ask(self, who: Who, method: str, address: str, *, with_token: bool = True) -> TestResponse:
        client = self.app.test_client()
        if who in self.cookies:
            client.set_cookie("sipas_staff", self.cookies[who], path="/staff")
        headers = {"X-CSRFToken": self.token} if with_token else {}
        return client.open(address, method=method, headers=headers, buffered=True)

    def restore(self) -> None:
        self.app.extensions["engine"].dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copyfile(self.copy, self.file)

    def rules(self, blueprint: str | None = None) -> list[Rule]:
        """The rules of the back office, or of one of its blueprints."""
        every = [rule for rule in self.app.url_map.iter_rules() if rule.rule.startswith("/staff")]
        return [rule for rule in every if blueprint is None or rule.endpoint.partition(".")[0] == blueprint]

    def address(self, rule: Rule) -> str:
        """The rule's address with the objects' keys; a name nobody made an object for is a mistake of the test."""
        values = {}
        for name in rule.arguments:
            several = re.search(rf"any\('?([\w-]+)[^)]*\):{name}>", rule.rule)
            assert several or name in self.values, f"{rule}: tests/policy_objects.py makes nothing for {name}"
            values[name] = several.group(1) if several else self.values[name]
        with self.app.test_request_context():
            return rule.build(values)[1] or ""


@pytest.fixture(scope="module")
def office(sqlite_template: Path, databases_folder: Path) -> Iterator[Office]:
    folder = databases_folder / f"matrix-{uuid4().hex}"
    folder.mkdir()
    file, copy = folder / "sipas.sqlite", folder / "copy.sqlite"
    shutil.copyfile(sqlite_template, file)
    key = "a key of the matrix, which is long"
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": key,
            "INSTANCE_PATH": str(folder / "instance"),
            "DATABASE_URL": f"sqlite:///{file}",
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": QUICK_HASHES,
        }
    )
    cookies: dict[Who, str] = {}
    with Session(app.extensions["engine"], expire_on_commit=False) as session:
        tree = make_tree(session)
        with app.app_context():
            values = make_objects(session, tree["own"])
        session.commit()
        for role in policy.ROLES:
            for relation in RELATIONS:
                client = app.test_client()
                sign_in(client, make_account(session, role, tree[relation]))
                with client.session_transaction("/staff/") as cookie:
                    cookie["csrf_token"] = "raw"
                kept = client.get_cookie("sipas_staff", path="/staff")
                assert kept is not None
                cookies[role, relation] = kept.value
    app.extensions["engine"].dispose()
    shutil.copyfile(file, copy)
    token = URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps("raw")
    yield Office(app, values, cookies, token, file, copy)
    app.extensions["engine"].dispose()
    shutil.rmtree(folder)


def expected(line: Line, who: Who) -> bool:
    """What the table says."""
    role, relation = who
    if who == NOBODY:
        return False
    if line.unit == SELF:
        return True
    rule = policy.RULES[line.action]
    if role not in rule.roles:
        return False
    if line.unit == ROOT:
        return relation == "above"
    return line.unit == ANY or relation in {"own", "above"} or (relation == "below" and rule.reach == "line")


def is_allowed(answer: TestResponse, line: Line) -> bool:
    to_sign_in = answer.status_code == 302 and (answer.location or "").startswith(TO_SIGN_IN)
    refusals = {401, 403, 404} if line.unit in HIDDEN else {401, 403}
    return answer.status_code not in refusals and not to_sign_in


def test_the_actions_of_the_document_are_the_policys() -> None:
    text = POLICY.read_text(encoding="utf-8")
    row = r"^\| ([\w.]+\.\w+) \|" + r"( ✓ |  )\|" * len(policy.ROLES) + r" (\w+) \|$"
    written = {
        action: ({role for role, mark in zip(policy.ROLES, marks, strict=True) if mark.strip()}, reach)
        for action, *marks, reach in re.findall(row, text, re.MULTILINE)
    }
    assert written == {action: (set(rule.roles), rule.reach) for action, rule in policy.RULES.items()}


def test_every_route_has_a_line_and_every_line_a_route(office: Office) -> None:
    methods: dict[str, set[str]] = {}
    for rule in office.rules():
        methods.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    written = {endpoint: set(line.methods) for endpoint, line in LINES.items()}
    assert sorted(methods.keys() - written.keys()) == [], "routes without a line"
    assert sorted(written.keys() - methods.keys()) == [], "lines without a route"
    assert written == methods


@pytest.mark.parametrize("blueprint", [blueprint.name for blueprint in STAFF])
def test_every_answer_is_what_the_table_says(office: Office, blueprint: str) -> None:
    wrong = []
    for rule in office.rules(blueprint):
        line, address = LINES.get(rule.endpoint, UNWRITTEN), office.address(rule)
        for method in line.methods:
            if line.unit == OPEN:
                assert is_allowed(office.ask(NOBODY, method, address), line) or rule.endpoint in SENDS_TO_SIGN_IN
                office.restore()
                continue
            for who in (NOBODY, *office.cookies):
                answer = office.ask(who, method, address)
                assert answer.status_code < 500, f"{method} {address} by {who}: {answer.status}"
                allowed = is_allowed(answer, line) and not (who == NOBODY and answer.status_code == 400)  # no token
                if allowed != expected(line, who):
                    wrong.append(f"{method} {rule.endpoint} by {' '.join(who)}: {answer.status_code}, table: {line}")
                if method not in SAFE and allowed:
                    office.restore()
    assert not wrong, "\n".join(wrong)


# Open to anybody, and lead to sign-in whoever has not given a password.
SENDS_TO_SIGN_IN = {"security.logout", "security.two_factor_code", "security.recovery_code"}


@pytest.mark.parametrize("blueprint", [blueprint.name for blueprint in STAFF])
def test_nothing_is_changed_without_a_token(office: Office, blueprint: str) -> None:
    accepted = []
    for rule in office.rules(blueprint):
        for method in sorted((rule.methods or set()) - SAFE):
            for role in policy.ROLES:
                answer = office.ask((role, "above"), method, office.address(rule), with_token=False)
                if answer.status_code != 400:
                    accepted.append(f"{method} {rule.endpoint} by {role}: {answer.status_code}")
    assert not accepted, "\n".join(accepted)
