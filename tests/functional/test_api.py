"""The API by HTTP: who is let in, what is refused and how, and each resource's way in and out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey.analysis.export import as_json
from survey.analysis.summary import unit_report
from survey.blueprints.api.route import ROUTES
from survey.models import (
    AuditEntry,
    Response,
    ResponseConflict,
    ResponseFlag,
    TransactionCount,
    Unit,
    Wave,
    WaveClosing,
)
from survey.operations import units
from survey.operations.closing import finish_wave
from survey.operations.ledger import seal_all
from survey.operations.release import release_step
from tests.api import Caller, make_api_key, submission_id
from tests.factories import make_collector, make_counter, make_response, make_unit, make_wave
from tests.staff import make_account, sign_in


class Place:
    """A province of two communes with a kiosk in the first, an open wave, and keys."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.province = make_unit(session, code="T", kind="province")
        self.commune, self.sibling = (make_unit(session, code=code, parent=self.province) for code in ("X01", "X02"))
        counter = make_counter(session, self.commune, code="1")
        self.wave = make_wave(session, code="W", units=[self.commune, self.sibling], state="open")
        self.kiosk = make_collector(session, self.wave, self.commune, counter=counter, channel="kiosk", trust="present")
        session.commit()

    def caller(self, *roles: str, unit: Unit | None = None) -> Caller:
        return Caller(self.app.test_client(), make_api_key(self.session, unit or self.commune, *roles)[1])

    def ballot(self, **changes: Any) -> dict[str, Any]:
        ballot = {"submission_id": submission_id(), "collector": self.kiosk.code, "answers": {"access_1": 4}}
        return ballot | changes

    def stored(self) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(Response)) or 0


@pytest.fixture
def place(staff_app: Flask, staff_session: Session) -> Place:
    return Place(staff_app, staff_session)


def first_error(answer: Any) -> tuple[list[str | int], str]:
    (error,) = answer.json["errors"]
    return error["loc"], error["code"]


# the door


NO_KEYS = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer sipas_",
    "Bearer sipas_00000000_",
    "Bearer sipas_00000000_wrong",
    "Bearer sipas_0000000đ_wrong",
    "Basic eDp5",
    "Digest a=b",
]


def test_without_a_key_the_answer_is_401_and_says_how(place: Place) -> None:
    for header in NO_KEYS:
        headers = {} if header is None else {"Authorization": header.encode().decode("latin-1")}
        answer = place.app.test_client().get("/api/v1/units", headers=headers)
        assert answer.status_code == 401, header
        assert answer.json["code"] == "unauthenticated"
        assert answer.json["message"]["vi"].startswith("Xin gửi kèm khóa")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_keys_prefix_with_another_secret_is_no_key(place: Place) -> None:
    caller = place.caller("viewer")
    assert caller.get("/units").status_code == 200
    assert (
        Caller(caller.client, f"{caller.key[:-1]}{'a' if caller.key[-1] != 'a' else 'b'}").get("/units").status_code
        == 401
    )


def test_a_session_cookie_gives_nothing(place: Place) -> None:
    client = place.app.test_client()
    sign_in(client, make_account(place.session, "compiler", place.province))
    assert client.get("/staff/").status_code == 200
    assert client.get("/api/v1/units").status_code == 401


def test_beyond_its_limit_a_key_waits(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(DATABASE_URL=sqlite_url, API_REQUESTS_PER_MINUTE=3)
    with Session(app.extensions["engine"]) as session:
        unit = make_unit(session, code="X01")
        callers = [Caller(app.test_client(), make_api_key(session, unit, "viewer")[1]) for _ in range(2)]
    assert [callers[0].get("/units").status_code for _ in range(4)] == [200, 200, 200, 429]
    wait = callers[0].get("/units").headers["Retry-After"]
    assert 0 < int(wait) <= 60
    assert callers[1].get("/units").status_code == 200, "each key has its own"
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 60)
    monkeypatch.setattr("survey.blueprints.api.door.time", later)
    assert callers[0].get("/units").status_code == 200
    app.extensions["engine"].dispose()


def test_unknown_addresses_and_methods_are_answered_in_json(place: Place) -> None:
    caller = place.caller("viewer")
    assert (caller.get("/nothing").status_code, caller.get("/nothing").json["code"]) == (404, "not_found")
    answer = caller.call("DELETE", "/units")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert caller.call("OPTIONS", "/units").status_code == 405


def test_the_address_without_its_last_stroke_leads_to_the_description(place: Place) -> None:
    answer = place.app.test_client().get("/api/v1")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/api/v1/")


def test_the_database_out_of_reach_is_503(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = place.caller("viewer")

    def broken(*_arguments: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("survey.blueprints.api.door.read_key", broken)
    answer = caller.get("/units")
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


# hostile bodies


DEEP = b'{"transactions":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


HOSTILE = [
    (b"{", "application/json", 400),
    (b"", "application/json", 400),
    (b"\xff\xfe{}", "application/json", 400),
    (b"\xef\xbb\xbf{}", "application/json", 400),
    ('{"transactions": 1}'.encode("utf-16"), "application/json", 400),
    (b'{"transactions": NaN}', "application/json", 400),
    (b'{"transactions": Infinity}', "application/json", 400),
    (b'{"transactions": 1, "transactions": 2}', "application/json", 400),
    (b'{"transactions": ' + b"9" * 5000 + b"}", "application/json", 400),
    (DEEP, "application/json", 400),
    (b'{"transactions": "\\ud800"}', "application/json", 400),
    (b'{"transactions": 1e400}', "application/json", 422),
    (b'{"transactions": 1.0}', "application/json", 422),
    (b'{"transactions": "1"}', "application/json", 422),
    (b'{"transactions": true}', "application/json", 422),
    (b'{"transactions": -1}', "application/json", 422),
    (b'{"transactions": 99999999999999999999}', "application/json", 422),
    (b'{"transactions": 1, "\\u0000": 2}', "application/json", 422),
    (b"[]", "application/json", 422),
    (b"null", "application/json", 422),
    (b'"{\\"transactions\\": 1}"', "application/json", 422),
    (b"{}", "application/json", 422),
    (b'{"transactions": 1}', "text/plain", 415),
    (b"transactions=1", "application/x-www-form-urlencoded", 415),
    (b'{"transactions": 1}', "", 415),
    (b" " * (2 * 1024 * 1024 + 1), "application/json", 413),
]


def test_a_hostile_body_is_refused(place: Place) -> None:
    caller = place.caller("manager")
    address = "/units/X01/transactions/2026-01-01/2026-06-30"
    for body, content_type, status in HOSTILE:
        answer = caller.call("PUT", address, data=body, headers={"Content-Type": content_type})
        assert answer.status_code == status, (body[:60], content_type, answer.json)
        assert answer.json["status"] == status
        assert set(answer.json["message"]) == {"vi", "en"}
    assert place.session.scalars(select(TransactionCount)).all() == []


def test_a_body_larger_than_the_limit_is_refused_when_it_does_not_say_its_length(place: Place) -> None:
    caller = place.caller("manager")
    answer = caller.post("/transactions", {"transactions": ["x" * (2 * 1024 * 1024)]})
    assert answer.status_code == 413


def test_every_mistake_is_named_with_its_place_in_both_languages(place: Place) -> None:
    rows = [
        {"unit": "X01", "period_start": "2026-01-01", "period_end": "2026-13-01", "transactions": 1},
        {"unit": "X 1", "period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": "9"},
        {"period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": 1, "note": "?"},
    ]
    answer = place.caller("manager").post("/transactions", {"transactions": rows})
    assert answer.status_code == 422
    found = {(tuple(each["loc"]), each["code"]) for each in answer.json["errors"]}
    assert (("body", "transactions", 1, "unit"), "string_pattern_mismatch") in found
    assert (("body", "transactions", 1, "transactions"), "int_type") in found
    assert (("body", "transactions", 2, "unit"), "missing") in found
    assert (("body", "transactions", 2, "note"), "extra_forbidden") in found
    assert len(found) == 5
    said = next(each["message"] for each in answer.json["errors"] if each["code"] == "int_type")
    assert said == {"vi": "Đây phải là số nguyên.", "en": "This must be a whole number."}


WRONG_QUERIES = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=" + "9" * 5000, "limit"),
    ("limit=a", "limit"),
    ("limit=1&limit=2", "limit"),
    ("kind=castle", "kind"),
    ("valid_on=2026-02-30", "valid_on"),
    ("under=nowhere", "under"),
    ("after=%00", "after"),
    ("surprise=1", "surprise"),
]


def test_a_wrong_query_is_named(place: Place) -> None:
    caller = place.caller("viewer")
    for query, loc in WRONG_QUERIES:
        answer = caller.get(f"/units?{query}")
        assert answer.status_code == 422, query
        assert first_error(answer)[0] == ["query", loc]


def test_a_code_that_can_be_none_is_not_found(place: Place) -> None:
    caller = place.caller("viewer")
    for code in ("%00", "a%2Fb", "x" * 41, "%F0%9F%92%A9", "' OR 1=1 --", "{{7*7}}", ".."):
        assert caller.get(f"/units/{code}").status_code in (308, 404), code


# units, counters, transactions


def test_units_are_listed_in_pages_within_reach(place: Place) -> None:
    for number in range(3, 8):
        make_unit(place.session, code=f"X{number:02}", parent=place.province)
    caller = place.caller("viewer", unit=place.province)
    codes, address = [], "/units?limit=3"
    while address:
        page = caller.get(address).json
        codes += [unit["code"] for unit in page["items"]]
        address = (page["next"] or "").removeprefix("/api/v1")
    assert codes == ["T", "X01", "X02", "X03", "X04", "X05", "X06", "X07"]
    assert [unit["code"] for unit in place.caller("viewer").get("/units").json["items"]] == ["X01"]
    assert [unit["code"] for unit in caller.get("/units?kind=province").json["items"]] == ["T"]
    assert caller.get("/units?valid_on=2020-01-01").json["items"] == []
    assert place.caller("viewer").get("/units/X02").status_code == 403


def test_an_administrators_key_grows_the_tree_and_the_audit_log_names_it(place: Place) -> None:
    caller = place.caller("administrator", unit=place.province)
    unit = {"code": "X09", "kind": "commune", "parent": "T", "name_vi": "Xã\u202e Mới ", "valid_from": "2026-01-01"}
    made = caller.post("/units", unit)
    assert (made.status_code, made.json["name_vi"], made.json["parent"]) == (201, "Xã Mới", "T")
    assert caller.post("/units", unit).json["code"] == "code_taken"
    assert first_error(caller.post("/units", unit | {"parent": "nowhere"})) == (["body", "parent"], "unknown")
    changed = caller.call("PATCH", "/units/X09", {"name_en": "New Commune", "parent": "X01"})
    assert (changed.json["name_en"], changed.json["parent"], changed.json["name_vi"]) == (
        "New Commune",
        "X01",
        "Xã Mới",
    )
    assert caller.call("PATCH", "/units/X01", {"parent": "X09"}).status_code == 409
    counter = {"code": "1", "name_vi": "Quầy 1", "valid_from": "2026-01-01"}
    assert caller.post("/units/X09/counters", counter).status_code == 201
    assert [row["code"] for row in caller.get("/units/X09/counters").json["items"]] == ["1"]
    actors = set(
        place.session.scalars(select(AuditEntry.actor).where(AuditEntry.subject_kind.in_(("unit", "counter"))))
    )
    assert actors == {f"Phần mềm một cửa ({caller.key[6:14]})"}
    kinds = set(place.session.scalars(select(AuditEntry.actor_kind)))
    assert kinds == {"key"}


COLUMNS = {
    "kind": "commune",
    "name_vi": "Xã",
    "name_en": "",
    "one_stop_vi": "",
    "one_stop_en": "",
    "valid_from": date(2026, 1, 1),
}


def test_two_programs_that_make_the_same_at_once_conflict(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    known = units.create_unit

    def overtaken(session: Session, **values: Any) -> Unit:
        """Looks before, and writes after, somebody else has written the same."""
        session.execute(insert(Unit).values(**COLUMNS, code=values["code"], path="/999/"))
        monkeypatch.setattr(session, "scalar", lambda *_arguments: None)
        return known(session, **values)

    monkeypatch.setattr(units, "create_unit", overtaken)
    unit = {"code": "X09", "kind": "commune", "parent": "T", "name_vi": "Xã", "valid_from": "2026-01-01"}
    answer = place.caller("administrator", unit=place.province).post("/units", unit)
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    place.session.rollback()
    assert place.session.scalar(select(Unit.id).where(Unit.code == "X09")) is None


def test_transactions_come_in_one_by_one_and_in_batches(place: Place) -> None:
    caller = place.caller("manager", unit=place.province)
    one = "/units/X01/transactions/2026-01-01/2026-06-30"
    assert caller.call("PUT", one, {"transactions": 10}).json["transactions"] == 10
    assert caller.call("PUT", one, {"transactions": 12}).json["transactions"] == 12
    period = {"period_start": "2026-01-01", "period_end": "2026-03-31"}
    rows = [{"unit": code, "transactions": 5, **period} for code in ("X01", "X02")]
    assert caller.post("/transactions", {"transactions": rows}).json == {"stored": 2}
    listed = caller.get("/transactions?until=2026-01-31&since=2026-06-01").json["items"]
    assert listed == [{"unit": "X01", "transactions": 12, "period_start": "2026-01-01", "period_end": "2026-06-30"}]
    assert len(caller.get("/transactions?unit=X02").json["items"]) == 1
    assert place.caller("viewer").get("/transactions?unit=X02").json["items"] == []


def test_a_batch_of_transactions_with_one_mistake_stores_nothing(place: Place) -> None:
    period = {"period_start": "2026-01-01", "period_end": "2026-03-31"}
    rows = [{"unit": code, "transactions": 5, **period} for code in ("X01", "X02", "X99")]
    rows.append({"unit": "X01", "transactions": 5, "period_start": "2026-04-01", "period_end": "2026-03-31"})
    rows.append(rows[0])
    answer = place.caller("manager").post("/transactions", {"transactions": rows})
    found = [(each["loc"][2], each["code"]) for each in answer.json["errors"]]
    assert found == [(1, "out_of_reach"), (2, "unknown"), (3, "period"), (4, "repeated")]
    assert place.session.scalars(select(TransactionCount)).all() == []


def test_a_period_that_is_none_is_refused(place: Place) -> None:
    caller = place.caller("manager")
    for period in ("2026-06-30/2026-01-01", "2026-1-1/2026-06-30", "20260101/2026-06-30", "a/b"):
        answer = caller.call("PUT", f"/units/X01/transactions/{period}", {"transactions": 1})
        assert answer.status_code == 422, period


# waves


def test_a_compilers_key_takes_a_wave_from_draft_to_closing(place: Place) -> None:
    caller = place.caller("compiler", unit=place.province)
    wave = {
        "code": "2026-H2",
        "name_vi": "Đợt 2",
        "owner": "T",
        "questionnaire": "sample",
        "period_start": "2026-07-01",
        "period_end": "2026-12-31",
        "units": ["X01"],
    }
    made = caller.post("/waves", wave)
    assert (made.status_code, made.json["state"], made.json["target"]) == (
        201,
        "draft",
        {"code": "sipas-80", "value": 0.8},
    )
    assert caller.post("/waves", wave).status_code == 409
    assert first_error(caller.post("/waves", wave | {"questionnaire": "none"})) == (
        ["body", "questionnaire"],
        "unknown",
    )
    assert first_error(caller.post("/waves", wave | {"units": ["X01", "X77"]})) == (["body", "units", 1], "unknown")
    changed = caller.call(
        "PATCH", "/waves/2026-H2", {"minimum_people": 50, "trust_levels": ["present"], "add_units": ["X02"]}
    )
    assert (changed.json["minimum_people"], changed.json["trust_levels"]) == (50, ["present"])
    assert [row["unit"] for row in caller.get("/waves/2026-H2/units").json["items"]] == ["X01", "X02"]
    assert caller.post("/waves/2026-H2/open", None).json["state"] == "open"
    assert caller.call("PATCH", "/waves/2026-H2", {"minimum_people": 60}).json["code"] == "not_draft"
    later = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    assert caller.call("PATCH", "/waves/2026-H2", {"closes_on": later}).json["closes_on"] == later
    assert caller.post("/waves/2026-H2/close", None).status_code == 202
    place.session.rollback()
    assert place.session.scalars(select(WaveClosing)).one().requested_at
    assert {row["code"] for row in caller.get("/waves?state=open").json["items"]} == {"W", "2026-H2"}
    assert [row["code"] for row in caller.get("/waves?until=2026-03-01").json["items"]] == ["W"]


def test_a_communes_key_sees_its_superiors_wave_and_only_its_own_part(place: Place) -> None:
    caller = place.caller("viewer")
    assert caller.get("/waves/W").json["owner"] == "T"
    assert [row["unit"] for row in caller.get("/waves/W/units").json["items"]] == ["X01"]
    make_collector(place.session, place.wave, place.sibling)
    place.session.commit()
    (collector,) = caller.get("/waves/W/collectors").json["items"]
    assert (collector["code"], collector["unit"], collector["counter"]) == (place.kiosk.code, "X01", "1")
    assert collector["url"].endswith(f"/s/{place.kiosk.code}")
    assert place.caller("viewer").post("/waves/W/close", None).status_code == 403


def test_the_questionnaire_tells_the_codes_that_answers_are_sent_under(place: Place) -> None:
    caller = place.caller("entry")
    (line,) = caller.get("/questionnaires?code=sample").json["items"]
    found = caller.get(f"/questionnaires/sample/{line['version']}")
    questions = [question for section in found.json["sections"] for question in section["questions"]]
    assert [question["code"] for question in questions] == ["access_1", "access_2", "procedures_1", "procedures_2"]
    assert [choice["value"] for choice in questions[0]["choices"]] == [1, 2, 3, 4, 5, 0]
    headers = {"If-None-Match": found.headers["ETag"]}
    again = caller.get(f"/questionnaires/sample/{line['version']}", headers=headers)
    assert (again.status_code, again.data) == (304, b"")
    assert caller.get("/questionnaires/sample/9.9").status_code == 404


# responses


def test_a_ballot_counts_once_whatever_is_repeated(place: Place) -> None:
    caller = place.caller("entry")
    ballot = place.ballot(seconds=60)
    (first,) = caller.post("/responses", {"responses": [ballot]}).json["results"]
    assert (first["outcome"], first["submission_id"], first["errors"]) == ("recorded", ballot["submission_id"], [])
    (again,) = caller.post("/responses", {"responses": [ballot]}).json["results"]
    assert (again["outcome"], again["receipt"]) == ("repeated", first["receipt"])
    other = ballot | {"answers": {"access_1": 1}}
    (kept,) = caller.post("/responses", {"responses": [other]}).json["results"]
    assert (kept["outcome"], kept["receipt"]) == ("conflict", first["receipt"])
    assert place.stored() == 1
    assert len(place.session.scalars(select(ResponseConflict)).all()) == 1


def test_a_batch_is_judged_one_by_one_in_its_order(place: Place) -> None:
    qr = make_collector(place.session, place.wave, place.commune)
    elsewhere = make_collector(place.session, place.wave, place.sibling, channel="kiosk", trust="present")
    verified = make_collector(place.session, place.wave, place.commune, channel="kiosk", trust="verified")
    good = place.ballot()
    batch = [
        good,
        place.ballot(collector=qr.code),
        place.ballot(collector=elsewhere.code),
        place.ballot(collector=verified.code),
        place.ballot(collector="NOWHERE"),
        place.ballot(answers={"access_1": 9}),
        place.ballot(answers={"access_1": "4"}),
        place.ballot(answers={"access_1": [4]}),
        place.ballot(answers={"access_9": 4}),
        place.ballot(answers={}),
        place.ballot(answers={"access_1": None}),
        good,
        place.ballot(answers={"access_1": 0, "access_2": 5}),
    ]
    results = place.caller("entry").post("/responses", {"responses": batch}).json["results"]
    assert [(result["outcome"], [error["code"] for error in result["errors"]]) for result in results] == [
        ("recorded", []),
        ("refused", ["channel"]),
        ("refused", ["collector"]),
        ("refused", ["channel"]),
        ("refused", ["collector"]),
        ("refused", ["impossible_value"]),
        ("refused", ["one_expected"]),
        ("refused", ["one_expected"]),
        ("refused", ["unknown"]),
        ("refused", ["empty"]),
        ("refused", ["empty"]),
        ("repeated", []),
        ("recorded", []),
    ]
    assert results[5]["errors"][0]["loc"] == ["answers", "access_1"]
    assert [result["submission_id"] for result in results] == [ballot["submission_id"] for ballot in batch]
    assert place.stored() == 2


def test_a_ballot_that_the_database_refuses_takes_no_other_with_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.blueprints.api import responses

    known = responses.read_answers

    def careless(questionnaire: Any, answers: Any) -> Any:
        ballot, errors = known(questionnaire, {**answers, "access_1": 4})
        assert ballot is not None
        ballot.choices["access_1"] = answers["access_1"]
        return ballot, errors

    monkeypatch.setattr(responses, "read_answers", careless)
    batch = [place.ballot(), place.ballot(answers={"access_1": 9}), place.ballot()]
    results = place.caller("entry").post("/responses", {"responses": batch}).json["results"]
    assert [result["outcome"] for result in results] == ["recorded", "refused", "recorded"]
    assert results[1]["errors"][0]["code"] == "impossible"
    assert place.stored() == 2


def test_channel_trust_and_time_are_the_platforms(place: Place) -> None:
    before = int(datetime.now(UTC).timestamp())
    caller = place.caller("entry")
    fast, trial = place.ballot(seconds=0), place.ballot(test=True, language="en")
    caller.post("/responses", {"responses": [fast, trial]})
    place.session.rollback()
    first, second = place.session.scalars(select(Response).order_by(Response.id))
    assert before <= first.received_at <= before + 30
    assert (first.collector_id, first.is_test, second.is_test, second.language) == (place.kiosk.id, False, True, "en")
    assert place.session.scalars(select(ResponseFlag.kind)).all() == ["too_fast"]
    for change in ({"received_at": 1}, {"trust": "verified"}, {"channel": "qr"}):
        assert caller.post("/responses", {"responses": [place.ballot(**change)]}).status_code == 422


def test_a_collector_that_takes_nothing_any_more_refuses_but_knows_what_it_has(place: Place) -> None:
    caller, ballot = place.caller("entry"), place.ballot()
    caller.post("/responses", {"responses": [ballot]})
    place.session.rollback()
    place.session.get_one(Wave, place.wave.id).state = "closed"
    place.session.get_one(Wave, place.wave.id).closed_at = datetime.now(UTC)
    place.session.commit()
    results = caller.post("/responses", {"responses": [ballot, place.ballot()]}).json["results"]
    assert [result["outcome"] for result in results] == ["repeated", "refused"]
    assert results[1]["errors"][0]["code"] == "closed"


OTHER_SHAPES: list[dict[str, Any]] = [
    {"submission_id": "not one"},
    {"submission_id": "5f0f4f0e-8e0a-4b7e-9c56-3f1d2a1b0c9d"},
    {"seconds": -1},
    {"language": "fr"},
    {"answers": {"access_1": 10}},
    {"answers": {"access_1": 4.5}},
    {"answers": {"access_1": True}},
    {"answers": {"comment": "x" * 10_001}},
    {"answers": {"access_1": {"value": 4}}},
]


def test_a_ballot_of_another_shape_is_the_programs_mistake_and_stores_nothing(place: Place) -> None:
    caller = place.caller("entry")
    for change in OTHER_SHAPES:
        answer = caller.post("/responses", {"responses": [place.ballot(), place.ballot(**change)]})
        assert answer.status_code == 422, change
        assert answer.json["errors"][0]["loc"][:3] == ["body", "responses", 1]
    assert place.stored() == 0


def test_a_batch_has_an_end(place: Place) -> None:
    caller = place.caller("entry")
    ballots = [place.ballot() for _ in range(1001)]
    assert caller.post("/responses", {"responses": ballots}).status_code == 422
    assert caller.post("/responses", {"responses": []}).status_code == 422
    answer = caller.post("/responses", {"responses": ballots[:1000]})
    assert {result["outcome"] for result in answer.json["results"]} == {"recorded"}
    assert place.stored() == 1000


# results


def answered(place: Place, people: int) -> None:
    for number in range(people):
        make_response(place.session, place.kiosk, answers={"access_1": 4 + number % 2, "procedures_1": 3 + number % 3})
    place.session.commit()
    seal_all(place.app.extensions["engine"])


def test_results_are_the_figures_that_analyse_prints(place: Place) -> None:
    answered(place, 12)
    exact = place.caller("compiler", unit=place.province)
    with Session(place.app.extensions["engine"]) as session:
        wave, unit = session.get_one(Wave, place.wave.id), session.get_one(Unit, place.commune.id)
        expected = json.loads(json.dumps(as_json(unit_report(session, wave, unit, with_scan=False), "en")))
    found = exact.get("/results/W/X01?lang=en")
    assert found.json == expected
    assert found.json["index"]["people"] == 12
    tag = {"If-None-Match": found.headers["ETag"]}
    assert exact.get("/results/W/X01?lang=en", headers=tag).status_code == 304
    assert exact.get("/results/W/X01?lang=vi", headers=tag).status_code == 200
    make_response(place.session, place.kiosk, answers={"access_1": 1})
    place.session.commit()
    assert exact.get("/results/W/X01?lang=en", headers=tag).status_code == 200


def test_before_publication_no_key_learns_how_others_moved(place: Place) -> None:
    answered(place, 12)
    earlier = make_wave(
        place.session,
        code="V",
        units=[place.commune, place.sibling],
        questionnaire=place.wave.questionnaire,
        target=place.wave.target,
        period=(date(2025, 7, 1), date(2025, 12, 31)),
        state="open",
    )
    for unit in (place.commune, place.sibling):
        for wave in (earlier, place.wave):
            ways = make_collector(place.session, wave, unit)
            for number in range(8):
                make_response(place.session, ways, answers={"access_1": 3 + number % 3, "procedures_1": 4})
    place.session.commit()
    engine = place.app.extensions["engine"]
    for wave in (earlier, place.wave):
        finish_wave(engine, wave.id, datetime.now(UTC))
    (own,) = (change for change in place.caller("viewer").get("/results/W/X01").json["changes"][:1])
    (above,) = (
        change for change in place.caller("viewer", unit=place.province).get("/results/W/X01").json["changes"][:1]
    )
    assert own["difference"] == above["difference"] is not None
    assert own["others_difference"] is None
    assert above["others_difference"] is not None


def test_of_an_open_wave_other_keys_see_what_was_released(place: Place) -> None:
    answered(place, 12)
    viewer = place.caller("viewer")
    assert viewer.get("/results/W/X01").json["index"]["people"] in (0, None)
    release_step(place.session, place.wave.id, datetime.now(UTC).date())
    place.session.commit()
    assert viewer.get("/results/W/X01").json["index"]["people"] == 12
    answered(place, 4)
    assert viewer.get("/results/W/X01").json["index"]["people"] == 12, "in steps of five"
    assert place.caller("auditor").get("/results/W/X01").json["index"]["people"] == 16


def test_few_people_are_hidden_from_every_key(place: Place) -> None:
    answered(place, 4)
    found = place.caller("compiler", unit=place.province).get("/results/W/X01").json
    assert found["index"]["suppressed"] is True
    assert found["index"]["estimate"] is None


def test_the_overview_reaches_as_far_as_the_key(place: Place) -> None:
    answered(place, 6)
    everything = place.caller("compiler", unit=place.province).get("/results/W").json
    assert everything["total"]["place"]["code"] == "T"
    assert [line["place"]["code"] for line in everything["items"]] == ["X01", "X02"]
    paged = place.caller("compiler", unit=place.province).get("/results/W?limit=1").json
    assert [line["place"]["code"] for line in paged["items"]] == ["X01"]
    assert paged["next"] == "/api/v1/results/W?limit=1&after=X01"
    own = place.caller("viewer")
    assert own.get("/results/W").json["total"]["place"]["code"] == "X01"
    assert own.get("/results/W?unit=X02").status_code == 403
    assert own.get("/results/W/X02").status_code == 403
    assert first_error(own.get("/results/W?unit=nowhere")) == (["query", "unit"], "unknown")
    assert [line["wave"] for line in own.get("/results").json["items"]] == ["W"]


def test_a_draft_has_no_results_and_who_took_no_part_neither(place: Place) -> None:
    questionnaire, target = place.wave.questionnaire, place.wave.target
    make_wave(place.session, code="D", units=[place.commune], questionnaire=questionnaire, target=target)
    make_wave(place.session, code="O", units=[place.sibling], questionnaire=questionnaire, target=target, state="open")
    caller = place.caller("compiler", unit=place.province)
    assert caller.get("/results/D").status_code == 404
    assert caller.get("/results/D/X01").status_code == 404
    assert caller.get("/results/O/X01").status_code == 404
    assert "D" not in {line["wave"] for line in caller.get("/results").json["items"]}


# the document


def test_every_example_is_what_it_stands_for() -> None:
    for route in ROUTES:
        if route.body is not None:
            assert route.example, route.rule
            route.body.model_validate_json(json.dumps(route.example))
        if route.answer_example and isinstance(route.answer, type):
            route.answer.model_validate_json(json.dumps(route.answer_example))


def test_the_document_and_its_page_need_no_key(place: Place) -> None:
    client = place.app.test_client()
    document = client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"}).json
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (address, method)
            assert {"401", "403", "429", "503"} <= operation["responses"].keys()
    vietnamese = client.get("/api/v1/openapi.json?lang=vi").json
    assert vietnamese["info"]["title"].startswith("SIPAS: đo lường")
    page = client.get("/api/v1/?lang=vi")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for address in document["paths"]:
        assert address.replace("/", "/\u200b") in text


def test_the_public_surface_holds_no_api(make_app: Callable[..., Flask], sqlite_url: str) -> Any:
    from survey import create_app

    app = create_app({"TESTING": True, "SECRET_KEY": "k" * 40, "DATABASE_URL": sqlite_url}, surfaces=("public",))
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]
    assert app.test_client().get("/api/v1/units").status_code == 404
    app.extensions["engine"].dispose()
