"""Opened forms are counted: each time a person opens one, not when a program does, and without a trace of who."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey import database
from survey.models import CollectorScan
from survey.scan_counter import ScanCounter
from tests.factories import make_collector, make_unit, make_wave
from tests.page_rules import CheckingClient

PHONE = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 Zalo android/12"


@pytest.fixture
def scanned(sqlite_url: str, make_app: Callable[..., Flask]) -> Callable[..., int]:
    """Open the form by requests of given headers, and say how many were counted."""
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        unit = make_unit(session, code="X1")
        wave = make_wave(session, code="W", units=[unit], state="open")
        draft = make_wave(session, code="V", units=[unit], questionnaire=wave.questionnaire)
        code, closed = make_collector(session, wave, unit).code, make_collector(session, draft, unit).code
        session.commit()
    app = make_app(DATABASE_URL=sqlite_url)
    client = app.test_client()
    assert isinstance(client, CheckingClient)

    def visit(*requests: dict[str, str], method: str = "GET", to: str = "open") -> int:
        for headers in requests:
            client.open(f"/s/{code if to == 'open' else closed}", method=method, headers=headers)
        counter = app.extensions["scans"]
        assert isinstance(counter, ScanCounter)
        counter.flush()
        with Session(engine) as own:
            return sum(row.scans for row in own.query(CollectorScan))

    return visit


def test_each_opening_by_a_person_counts(scanned: Callable[..., int]) -> None:
    assert scanned({"User-Agent": PHONE}, {"User-Agent": PHONE}, {}) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "curl/8.0"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
    ids=str,
)
def test_a_program_that_says_so_does_not(scanned: Callable[..., int], headers: dict[str, str]) -> None:
    assert scanned(headers) == 0


def test_neither_a_head_request_nor_a_form_that_is_not_shown_counts(scanned: Callable[..., int]) -> None:
    assert scanned({"User-Agent": PHONE}, method="HEAD") == 0
    assert scanned({"User-Agent": PHONE}, to="draft") == 0
