"""What fails beside the server keeps neither the next round nor other waves from being tried."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.cli import seal
from survey.models import Wave
from survey.operations.release import release_due
from tests.factories import make_unit, make_wave


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
