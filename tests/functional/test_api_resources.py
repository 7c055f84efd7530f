"""Units, counters, transactions, waves and questionnaires over the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey.models import (
    AuditEntry,
    TransactionCount,
    Unit,
    WaveClosing,
)
from survey.operations import units
from tests.api import Place, first_error
from tests.factories import make_collector, make_unit, make_wave


@pytest.fixture
def place(staff_app: Flask, staff_session: Session) -> Place:
    return Place(staff_app, staff_session)


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


def test_a_number_that_a_published_wave_counts_is_corrected_with_a_reason(place: Place) -> None:
    questionnaire, target = place.wave.questionnaire, place.wave.target
    make_wave(
        place.session, code="P", units=[place.commune], questionnaire=questionnaire, target=target, state="published"
    )
    place.session.commit()
    caller = place.caller("manager")
    row = {"unit": "X01", "period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": 5}
    refused = caller.post("/transactions", {"transactions": [row]})
    assert refused.status_code == 422
    assert first_error(refused) == (["body", "transactions", 0, "reason"], "published")
    assert caller.post("/transactions", {"transactions": [row | {"reason": "Đếm sót"}]}).json == {"stored": 1}
    one = "/units/X01/transactions/2026-01-01/2026-06-30"
    assert caller.call("PUT", one, {"transactions": 6}).json["code"] == "published"
    assert caller.call("PUT", one, {"transactions": 6, "reason": "Đếm lại"}).status_code == 200


def test_a_period_that_is_none_is_refused(place: Place) -> None:
    caller = place.caller("manager")
    for period in ("2026-06-30/2026-01-01", "2026-1-1/2026-06-30", "20260101/2026-06-30", "a/b"):
        answer = caller.call("PUT", f"/units/X01/transactions/{period}", {"transactions": 1})
        assert answer.status_code == 422, period


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
