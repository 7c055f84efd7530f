"""Schemathesis drives the API from its own document: no server error, no status and no answer it does not tell of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import uuids
from schemathesis import APIOperation, Case, checks
from schemathesis.generation import GenerationMode
from sqlalchemy.orm import Session

from tests.api import make_api_key
from tests.factories import make_collector, make_counter, make_response, make_unit, make_wave

SEED = 20261121
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
# What is really there, so that the fuzz gets past the door of what it names.
REAL = {
    "unit_code": "X01",
    "wave_code": "OPEN",
    "questionnaire_code": "sample",
    "version": "1.0",
    "start": "2026-01-01",
    "end": "2026-06-30",
}
NAMED = {"parent": "T", "owner": "T", "units": ["X01"], "add_units": ["X01"], "unit": "X01", "questionnaire": "sample"}
NAMED |= {"version": "1.0", "target": None}
QUICK = settings(
    max_examples=16,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
schemathesis.openapi.format("uuid7", uuids(version=4).map(lambda found: f"{str(found)[:14]}7{str(found)[15:]}"))
checks.load_all_checks()
CHECKS = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
    ]
)


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=sqlite_url, API_REQUESTS_PER_MINUTE=10**6)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def key(app: Flask) -> str:
    """A key that may do everything everywhere, in a province where there is something of everything."""
    with Session(app.extensions["engine"], expire_on_commit=False) as session:
        province = make_unit(session, code="T", kind="province")
        commune = make_unit(session, code="X01", parent=province)
        counter = make_counter(session, commune, code="1")
        wave = make_wave(session, code="OPEN", units=[commune], state="open")
        questionnaire, target = wave.questionnaire, wave.target
        collector = make_collector(session, wave, commune, counter=counter, channel="kiosk", trust="present")
        for number in range(12):
            make_response(session, collector, answers={"access_1": 3 + number % 3, "procedures_2": 4})
        make_wave(session, code="DRAFT", units=[commune], questionnaire=questionnaire, target=target)
        make_wave(session, code="DONE", units=[commune], questionnaire=questionnaire, target=target, state="published")
        return make_api_key(session, province, "administrator", "compiler", "manager", "entry", "auditor")[1]


def operations(app: Flask) -> list[APIOperation[Any]]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json?lang=en", app)
    schema.raw_schema.pop("security")  # the key is ours to send: it is no value to be made up
    return [found.ok() for found in schema.get_all_operations()]


def with_real_codes(part: Any) -> Any:
    """A body that names what is there instead of what was made up."""
    if isinstance(part, list):
        return [with_real_codes(each) for each in part]
    if isinstance(part, dict):
        return {name: NAMED.get(name, with_real_codes(value)) for name, value in part.items()}
    return part


def drive(operation: APIOperation[Any], mode: GenerationMode, headers: dict[str, str], real: bool) -> None:
    known = {name: value for name, value in REAL.items() if f"{{{name}}}" in operation.path} if real else None

    @seed(SEED)
    @QUICK
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known or None))
    def run(case: Case[Any]) -> None:
        if real and mode is POSITIVE and isinstance(case.body, dict):
            case.body = with_real_codes(case.body)
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()


@pytest.mark.slow
@pytest.mark.parametrize("mode", [POSITIVE, NEGATIVE], ids=["as the document says", "against it"])
def test_a_valid_key_meets_nothing_undocumented(app: Flask, key: str, mode: GenerationMode) -> None:
    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
    for operation in operations(app):
        takes_body, takes_query = bool(list(operation.body)), bool(list(operation.query))
        for real in (True, False):
            if mode is POSITIVE and real and not takes_body and "{" not in operation.path:
                continue  # the same as without
            if mode is NEGATIVE and real and not takes_body and not takes_query:
                continue  # nothing is left that could be wrong
            if mode is NEGATIVE and not real and operation.path.count("{") == 0 and not takes_body and not takes_query:
                continue
            drive(operation, mode, headers, real)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sipas_00000000_x"}, {"Authorization": "Basic eDp5"}])
def test_without_a_key_nothing_opens(app: Flask, headers: dict[str, str]) -> None:
    for operation in operations(app):
        case = operation.Case(path_parameters=REAL, headers=headers)
        assert case.call().status_code == 401, operation.label
