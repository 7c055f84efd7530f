"""What fails beside the server keeps neither the next round nor other waves from being tried."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.cli import seal
from survey.models import Seal, Wave, WaveClosing
from survey.operations import closing
from survey.operations.release import release_due
from tests.factories import make_collector, make_response, make_unit, make_wave


def test_cross_tables_that_failed_wait_and_others_are_counted(
    staff_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[list[int]] = []

    def count_requested(_engine: object, begun: list[int], leave: list[int]) -> bool:
        left.append(leave)
        if 7 not in leave:
            begun.append(7)
            raise ValueError("unheard of")
        return False

    monkeypatch.setattr(seal, "count_requested", count_requested)
    with staff_app.app_context():
        start = seal._cross_tables(0.1)
        for _ in range(3):
            before = set(threading.enumerate())
            start()
            for thread in set(threading.enumerate()) - before:
                thread.join(5)
    assert left == [[], [7], [7]]


def test_sealing_goes_on_while_a_closing_reads_all_rows(
    staff_app: Flask, staff_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = make_unit(staff_session, code="A")
    closed = make_wave(staff_session, code="v", units=[unit], state="open")
    other = make_wave(staff_session, code="w", units=[unit], questionnaire=closed.questionnaire, state="open")
    collector = make_collector(staff_session, other, unit)
    closing.request_closing(staff_session, closed, datetime.now(UTC))
    staff_session.commit()
    scanning, may_end, scans = threading.Event(), threading.Event(), []
    scan = closing.scanned_statistics

    def slow_scan(*arguments: Any) -> Any:
        scans.append(time.monotonic())
        scanning.set()
        assert may_end.wait(30)
        return scan(*arguments)

    monkeypatch.setattr(closing, "scanned_statistics", slow_scan)
    before = set(threading.enumerate())
    with staff_app.app_context():
        start = seal._schedule(0.1)
        start()
        try:
            assert scanning.wait(30)
            make_response(staff_session, collector, answers={"access_1": 4})
            staff_session.commit()
            seal._seal()
            start()
            assert staff_session.scalar(select(func.sum(Seal.leaves))) == 1
            assert staff_session.scalar(select(WaveClosing.finished_at)) is None
            staff_session.rollback()
        finally:
            may_end.set()
        for thread in set(threading.enumerate()) - before:
            thread.join(30)
    assert len(scans) == 1, "one closing at a time"
    assert staff_session.scalar(select(WaveClosing.finished_at)) is not None


def test_a_wave_whose_release_fails_does_not_hold_up_the_next(staff_app: Flask, staff_session: Session) -> None:
    unit = make_unit(staff_session, code="A")
    first = make_wave(staff_session, code="v", units=[unit], state="open")
    make_wave(staff_session, code="w", units=[unit], questionnaire=first.questionnaire, state="open")
    staff_session.commit()
    seen = []

    def then(_session: Session, wave: Wave) -> None:
        seen.append(wave.code)
        if wave.code == "v":
            raise ValueError("unheard of")

    with pytest.raises(ValueError, match="unheard of"):
        release_due(staff_app.extensions["engine"], date(2026, 3, 16), then=then)
    assert seen == ["v", "w"]
