"""Responses over the API: each counts once, each is judged for itself, and the platform decides what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import (
    Collector,
    Response,
    ResponseConflict,
    ResponseFlag,
    Wave,
)
from tests.api import Place
from tests.factories import NOW, make_collector, make_wave


@pytest.fixture
def place(staff_app: Flask, staff_session: Session) -> Place:
    return Place(staff_app, staff_session)


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
    verified = Collector(
        code="VER1F1ED", wave=place.wave, unit=place.commune, channel="kiosk", trust="verified", state="active",
        created_at=NOW,
    )  # fmt: skip
    place.session.add(verified)
    place.session.flush()
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


def test_a_draft_takes_tests_alone(place: Place) -> None:
    draft = make_wave(place.session, code="D", units=[place.commune], questionnaire=place.wave.questionnaire)
    kiosk = make_collector(place.session, draft, place.commune, channel="kiosk", trust="open")
    place.session.commit()
    batch = [place.ballot(collector=kiosk.code, test=test) for test in (True, False)]
    results = place.caller("entry").post("/responses", {"responses": batch}).json["results"]
    assert [result["outcome"] for result in results] == ["recorded", "refused"]


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
