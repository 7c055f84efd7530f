"""Hostile text in every field of the back office, the citizen's form and the API, read back by the highest role.

Twice every form is sent that a page shows: with an attack in every field, so that the page which refuses it shows what
was typed; and with sensible values where something else than words is asked for, so that the rest is kept. Then every
page and file is read. A field of a form class that no attack reached, or whose text is neither seen again nor listed
as kept nowhere, fails.
"""

from __future__ import annotations

import csv
import html
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.accounts import policy
from survey.accounts.models import Account, RoleGrant
from survey.blueprints.api.document import operation_id
from survey.blueprints.api.route import ROUTES
from survey.config import contact_key_file
from survey.models import Unit, Wave
from survey.operations.periods import province_today
from tests.api import Caller, make_api_key, submission_id
from tests.counter_score_objects import last_quarter
from tests.factories import make_collector
from tests.hostile_forms import (
    KEPT_NOWHERE,
    Attacks,
    PageForm,
    forms_on,
    is_literal,
    numbers_in,
    shown_in,
    text_fields,
    watched,
)
from tests.hostile_objects import QUERIES, last_steps, make_more, release_comments
from tests.page_rules import html_of, parsed
from tests.petitioning import make_contact_key
from tests.policy_objects import make_objects, make_tree
from tests.scanning import token_of
from tests.staff import PASSWORD, csrf_token, make_account, sign_in

# What a field of that name takes but words.
CONTACT = {"phone": "0912345678", "email": "dan@example.vn"}
SENSIBLE = {
    "percent": "80",
    "error": "5",
    "within": "",
    "successor": "",
    "codes": "",
    "steps": "50% = 1",
    "full_at": "",
    "none_below": "",
}
TURNED_PAGE = re.compile(r"[?&](sau|after|before|truoc)=")
TURN = "\u202e"
PERIOD = {"period_start": "2026-01-01", "period_end": "2026-06-30"}
PAST = {"period_start": "2025-07-01", "period_end": "2025-12-31"}

_ON_TIME = dict.fromkeys(("received_on", "due_on", "returned_on"), last_quarter(province_today()).isoformat())

# A request that each operation with a body takes, but for its words.
API: dict[str, tuple[str, dict[str, Any]]] = {
    "post_units": ("/units", {"code": "A1", "kind": "room", "parent": "X1", "valid_from": "2026-01-01"}),
    "patch_units_unit_code": ("/units/X2", {}),
    "post_units_unit_code_counters": ("/units/X2/counters", {"code": "7", "valid_from": "2026-01-01"}),
    "put_units_unit_code_transactions_start_end": (
        "/units/X1/transactions/2025-07-01/2025-12-31",
        {"transactions": 4100},
    ),
    "post_transactions": (
        "/transactions",
        {
            "transactions": [
                {"unit": "X1", "period_start": "2025-07-01", "period_end": "2025-12-31", "transactions": 42}
            ]
        },
    ),
    "post_dossiers": ("/dossiers", {"dossiers": [{"unit": "X1", "code": "H1", **_ON_TIME}]}),
    "post_waves": ("/waves", {"code": "A", "owner": "T", "questionnaire": "core", **PERIOD}),
    "patch_waves_wave_code": ("/waves/D", {}),
    "post_responses": ("/responses", {"responses": [{"answers": {"access_1": 4}}]}),
}


def everybody(session: Session, unit: Unit) -> Account:
    """Somebody to whom every door is open."""
    person = make_account(session, policy.ROLES[0], unit, second_factor=True)
    person.role_grants += [RoleGrant(role=role, unit=unit) for role in policy.ROLES[1:]]
    session.flush()
    return person


class Office:
    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        tree = make_tree(session)
        with app.app_context():
            values = make_objects(session, tree["own"])
            self.values = [values, *make_more(session, tree, values)]
            self.last_steps = last_steps(session, tree["own"])
            make_contact_key(session, contact_key_file(app.config).parent)
        self.writer, self.reader = app.test_client(), app.test_client()
        for client in (self.writer, self.reader):
            sign_in(client, everybody(session, tree["above"]))
        self.unit, self.above = tree["own"], tree["above"]
        wave = session.scalars(select(Wave).where(Wave.code == "W")).one()
        self.poster = make_collector(session, wave, self.unit).code
        self.kiosk = make_collector(session, wave, self.unit, channel="kiosk", trust="present").code
        session.commit()
        self.token = csrf_token(self.writer, "/staff/")
        self.attacks = Attacks()

    def addresses(self) -> list[str]:
        """Each address of the back office that answers a GET, for each object there is."""
        found = set()
        for rule in self.app.url_map.iter_rules():
            if not rule.rule.startswith("/staff") or "GET" not in (rule.methods or ()):
                continue
            for values in self.values:
                given = {name: values[name] for name in rule.arguments if name in values}
                given |= {name: first for first, name in re.findall(r"<any\('?([\w-]+)[^)]*\):(\w+)>", rule.rule)}
                if rule.arguments <= given.keys():
                    with self.app.test_request_context():
                        found.add(rule.build(given)[1])
        return sorted(found | set(QUERIES))

    def forms(self) -> Iterator[PageForm]:
        for address in reversed(self.addresses()):  # what ends an object stands above what changes it
            page = self.writer.get(address)
            if page.status_code == 200 and page.mimetype == "text/html":
                yield from forms_on(address, html_of(page))
            page.close()

    def send(self, form: PageForm, data: list[tuple[str, str]]) -> TestResponse:
        pairs: dict[str, list[str]] = defaultdict(list)
        for name, value in data:
            pairs[name].append(value)
        if form.method == "GET":
            return self.writer.get(form.action.partition("?")[0], query_string=pairs)
        pairs["csrf_token"] = [self.token]
        return self.writer.post(form.action, data=pairs)


@pytest.fixture
def office(staff_app: Flask, staff_session: Session) -> Office:
    return Office(staff_app, staff_session)


def read(answer: TestResponse, seen: set[int]) -> str:
    """Note which attacks the page or file shows, and that each is but words there; the page's own text."""
    address, kind = answer.request.path, answer.mimetype
    if kind == "text/html":
        page = html_of(answer)
        for number, text in shown_in(parsed(page)[0]):
            assert is_literal(number, text), f"{address}: {text[:120]}"
            seen.add(number)
        return page
    content = answer.get_data()
    if kind == "text/csv":
        text = content.decode("utf-8-sig")
        for row in csv.reader(StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","):
            for cell in row:
                assert not re.match(r"[=+@\t\r]|-\D", cell), f"{address}: a formula {cell[:60]!r}"
                seen.update(numbers_in(cell))
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as book:
            for name in book.namelist():
                sheet = book.read(name).decode("utf-8", "replace")
                assert not re.search(r"<f[ >]", sheet), f"{address}: {name} holds a formula"
                seen.update(numbers_in(html.unescape(sheet)))
    elif kind in {"application/json", "application/x-ndjson", "text/plain"}:
        seen.update(numbers_in(content.decode()))
    return ""


def send_everything(office: Office, *, sensibly: bool) -> None:
    for form in office.forms():
        plain = SENSIBLE | (CONTACT if "/y-kien/" in form.action else {})
        answer = office.send(form, form.filled(office.attacks, plain if sensibly else None))
        assert answer.status_code < 500, (form.page, form.action, answer.status)
        read(answer, set())


def take_last_steps(office: Office) -> None:
    for address, more, words in office.last_steps:
        data = {**more, **{name: office.attacks.sensible(name, 200) for name in words}, "csrf_token": office.token}
        assert office.writer.post(address, data=data).status_code in {302, 303}, address


def knock(office: Office) -> None:
    """The forms before and around the second factor."""
    office.session.rollback()
    person = make_account(office.session, "manager", office.unit, password=PASSWORD)
    bare = make_account(office.session, "manager", office.unit, second_factor=False)
    office.session.commit()
    client = office.app.test_client()
    for address in ("/staff/dang-nhap", "/staff/dang-nhap/ma", "/staff/dang-nhap/ma-du-phong"):
        read(try_at(client, office, address), set())
        if address == "/staff/dang-nhap":
            token = csrf_token(client, address)
            client.post(address, data={"email": person.email, "password": PASSWORD, "csrf_token": token})
    sign_in(client, bare)
    read(try_at(client, office, "/staff/xac-thuc-hai-lop"), set())


def try_at(client: FlaskClient, office: Office, address: str) -> TestResponse:
    form = next(form for form in forms_on(address, html_of(client.get(address))))
    data = {**dict(form.filled(office.attacks)), "password": "x", "csrf_token": csrf_token(client, address)}
    return client.post(address, data=data)


def write_as_citizen(office: Office) -> int:
    """A comment on the citizen's form, first refused for another answer; the attack's number."""
    address = f"/s/{office.poster}"
    client = office.app.test_client()
    text = office.attacks.text()
    typed = {"q_comment": text, "token": token_of(client.get(address).text)}
    refused = client.post(address, data={**typed, "q_access_1": "77"})
    assert refused.status_code == 422
    echoed: set[int] = set()
    read(refused, echoed)
    (number,) = numbers_in(text)
    assert number in echoed
    assert client.post(address, data={**typed, "q_access_1": "4"}).status_code == 303
    return number


def words_of(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The places in a request where a text may stand that is no code and no choice."""
    schema = model.model_json_schema()

    def walk(part: dict[str, Any], way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        for kind in part.get("anyOf", [part]):
            if kind.get("type") == "string" and not {"pattern", "format", "enum", "const"} & kind.keys():
                yield way
        for name, inner in part.get("properties", {}).items():
            yield from walk(inner, (*way, name))
        if isinstance(inner := part.get("items"), dict):
            yield from walk(inner, (*way, "*"))
        if isinstance(inner := part.get("additionalProperties"), dict):
            yield from walk(inner, (*way, "comment"))

    return walk(schema, ())


def call_the_api(office: Office) -> dict[int, str]:
    """Send every operation that takes words an attack in each; by number, where it was put."""
    office.session.rollback()
    caller = Caller(office.app.test_client(), make_api_key(office.session, office.above, *policy.ROLES)[1])
    sent: dict[int, str] = {}
    for route in ROUTES:
        words = sorted(words_of(route.body)) if route.body is not None else []
        if not words:
            continue
        name = operation_id(route)
        assert name in API, f"{name} takes words, and nobody sends it hostile ones"
        address, body = API[name]
        for way in words:
            text = office.attacks.text(300)
            put(body, way, text)
            sent[next(numbers_in(text))] = f"{name} {'.'.join(way)}"
        if name == "post_responses":
            body["responses"][0] |= {"submission_id": submission_id(), "collector": office.kiosk}
        answer = caller.call(route.method, address, body)
        assert answer.status_code in {200, 201}, (name, answer.json)
        assert "refused" not in answer.text, answer.json
    return sent


def put(body: dict[str, Any], way: tuple[str, ...], text: str) -> None:
    here: Any = body
    for step in way[:-1]:
        here = here[0] if step == "*" else here[step]
    here[way[-1]] = text


def read_everything(office: Office) -> set[int]:
    """Which attacks show: on the pages and in the files there were, and on all that links lead to from there."""
    seen: set[int] = set()
    waiting = office.addresses()
    known = set(waiting)
    while waiting:
        address = waiting.pop()
        answer = office.reader.get(address)
        if answer.status_code == 200:
            page = read(answer, seen)
            assert TURN not in page, f"{address} turns text around"
            for link in re.findall(r'href="(/staff/[^"#]*)"', page):
                path = html.unescape(link)
                followed = path if TURNED_PAGE.search(path) else path.partition("?")[0]
                if followed not in known and not followed.endswith(".pdf"):
                    known.add(followed)
                    waiting.append(followed)
        answer.close()
    return seen


def test_every_text_stands_as_it_was_typed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(monkeypatch) as reached:
        send_everything(office, sensibly=False)
        knock(office)
        send_everything(office, sensibly=True)
        take_last_steps(office)
    others = call_the_api(office)
    others[write_as_citizen(office)] = "the citizen's comment"
    office.session.rollback()
    release_comments(office.session)
    seen = read_everything(office)
    read_again = {reached[number] for number in seen if number in reached}
    assert sorted(text_fields() - set(reached.values())) == [], "fields that no hostile text reached"
    assert sorted(text_fields() - read_again - KEPT_NOWHERE) == [], "fields whose text was not kept, or shows nowhere"
    assert sorted(KEPT_NOWHERE & read_again) == [], "fields whose text is shown after all"
    assert sorted(place for number, place in others.items() if number not in seen) == []
