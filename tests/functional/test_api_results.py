"""Results over the API: the figures that analyse prints, as far as a key may see them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.analysis.export import as_json
from survey.analysis.summary import unit_report
from survey.models import (
    Unit,
    Wave,
)
from survey.operations.closing import finish_wave
from survey.operations.ledger import seal_all
from survey.operations.release import release_step
from tests.api import Place, first_error
from tests.factories import make_collector, make_response, make_wave


@pytest.fixture
def place(staff_app: Flask, staff_session: Session) -> Place:
    return Place(staff_app, staff_session)


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
