"""Waves by date: opened on their day, closed after their last one, once, whoever else tries; failures are kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey.analysis import quality
from survey.models import AuditEntry, Collector, KeptStatistic, Seal, Wave, WaveClosing
from survey.operations import closing, schedule, wave_publication, waves
from survey.operations.waves import WaveError
from tests.ballots import make_collectors, some_ballots, store
from tests.factories import NOW, make_unit, make_wave

OPENS, CLOSES = date(2026, 1, 5), date(2026, 1, 20)
# Midnight in the province is 17:00 UTC of the day before.
BEFORE, FIRST = datetime(2026, 1, 4, 16, 59, 59, tzinfo=UTC), datetime(2026, 1, 4, 17, 0, tzinfo=UTC)
LAST, AFTER = datetime(2026, 1, 20, 16, 59, 59, tzinfo=UTC), datetime(2026, 1, 20, 17, 0, tzinfo=UTC)


def state(engine: Engine, code: str = "w") -> str:
    with Session(engine) as own:
        return own.scalars(select(Wave.state).where(Wave.code == code)).one()


@pytest.fixture
def draft(session: Session) -> Wave:
    wave = make_wave(session, code="w", units=[make_unit(session, code="x1")])
    wave.opens_on, wave.closes_on = OPENS, CLOSES
    session.commit()
    return wave


@pytest.fixture
def collectors(session: Session) -> list[Collector]:
    made = make_collectors(session)
    made[0].wave.closes_on = CLOSES
    session.commit()
    return made


def at_once(work: Callable[[], object], times: int) -> list[object]:
    """What came of calling `work` by several threads that begin together: results, or the errors."""
    gate = Barrier(times)

    def call() -> object:
        gate.wait()
        try:
            return work()
        except WaveError as error:
            return error.code

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(call) for _ in range(times)]]


def test_a_wave_opens_on_its_day_in_the_province_and_closes_after_its_last(draft: Wave, engine: Engine) -> None:
    moments = (BEFORE, FIRST, LAST, AFTER, AFTER)
    seen = [(schedule.run_due(engine, moment), state(engine)) for moment in moments]
    assert seen == [(0, "draft"), (1, "open"), (0, "open"), (1, "closed"), (0, "closed")]
    with Session(engine) as own:
        actors = own.execute(select(AuditEntry.actor_kind, AuditEntry.after).order_by(AuditEntry.id)).all()
    assert [(kind, "open" in after, "closed" in after) for kind, after in actors if "state" in after] == [
        ("system", True, False),
        ("system", False, True),
    ]


def test_what_came_in_is_sealed_and_its_statistics_are_kept(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    store(session, some_ballots(collectors, 40))
    assert schedule.run_due(engine, AFTER) == 1
    session.expire_all()
    assert session.scalar(select(func.sum(Seal.leaves))) == 40
    codes = set(session.scalars(select(KeptStatistic.code)))
    assert {quality.ALPHA, quality.MEDIAN_SECONDS, quality.VALID, "judged"} <= codes
    run = session.scalars(select(WaveClosing)).one()
    assert run.finished_at is not None
    assert run.done == run.responses > 0


@pytest.mark.parametrize("reason", ["no_units", "target_not_in_force", "schedule_past"])
def test_a_wave_that_cannot_open_says_why_and_opens_when_it_can(
    session: Session, draft: Wave, engine: Engine, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    if reason == "no_units":
        session.delete(draft.units[0])
    elif reason == "target_not_in_force":
        draft.target.valid_until = date(2026, 2, 1)
    moment = AFTER if reason == "schedule_past" else FIRST
    session.commit()
    assert [schedule.run_due(engine, moment), schedule.run_due(engine, moment)] == [0, 0]
    session.expire_all()
    assert (draft.state, draft.schedule_failure, draft.schedule_failed_at) == ("draft", reason, moment)
    failure = schedule.failure_of(draft, moment)
    assert failure is not None
    assert failure.code == reason
    assert len([line for line in caplog.records if "could not take the step" in line.message]) == 1
    if reason == "target_not_in_force":
        draft.target.valid_until = None
        session.commit()
        assert schedule.run_due(engine, moment) == 1
        session.expire_all()
        assert (draft.state, draft.schedule_failure) == ("open", None)


def test_one_wave_that_fails_does_not_hold_up_the_next(session: Session, draft: Wave, engine: Engine) -> None:
    other = make_wave(session, code="v", units=[draft.units[0].unit], questionnaire=draft.questionnaire)
    other.opens_on = OPENS
    session.delete(draft.units[0])
    session.commit()
    assert schedule.run_due(engine, FIRST) == 1
    assert (state(engine, "w"), state(engine, "v")) == ("draft", "open")


def test_an_error_nobody_expected_does_not_hold_up_the_next_wave(
    session: Session, draft: Wave, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_wave(session, code="v", units=[draft.units[0].unit], questionnaire=draft.questionnaire)
    other.opens_on = OPENS
    session.commit()
    really_open = schedule.open_wave

    def open_wave(session: Session, wave: Wave, at: datetime) -> None:
        if wave.code == "w":
            raise ValueError("unheard of")
        really_open(session, wave, at)

    monkeypatch.setattr(schedule, "open_wave", open_wave)
    assert schedule.run_due(engine, FIRST) == 1
    assert (state(engine, "w"), state(engine, "v")) == ("draft", "open")
    assert "unheard of" in caplog.text


def test_two_processes_open_a_wave_once(draft: Wave, engine: Engine) -> None:
    assert sorted(at_once(lambda: schedule.run_due(engine, FIRST), 4)) == [0, 0, 0, 1]  # type: ignore[type-var]
    with Session(engine) as own:
        entries = own.scalars(select(AuditEntry.after).where(AuditEntry.action == "wave.change")).all()
        assert own.scalars(select(Wave.schedule_failure)).one() is None
    assert len([entry for entry in entries if "opened_at" in (entry or "")]) == 1


def test_two_processes_close_a_wave_once(session: Session, collectors: list[Collector], engine: Engine) -> None:
    store(session, some_ballots(collectors, 30))
    wave_id = collectors[0].wave_id
    outcomes = at_once(lambda: closing.finish_wave(engine, wave_id, AFTER), 3)
    assert set(map(type, outcomes)) <= {int, str}
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} <= {"not_open"}
    assert any(isinstance(outcome, int) for outcome in outcomes)
    session.expire_all()
    assert session.scalar(select(func.sum(Seal.leaves))) == 30
    assert session.scalar(select(func.count()).select_from(KeptStatistic).where(KeptStatistic.code == "alpha")) == 1
    assert state(engine) == "closed"


def test_a_closing_that_was_asked_for_is_done_by_the_background_process(
    session: Session, collectors: list[Collector], engine: Engine
) -> None:
    store(session, some_ballots(collectors, 10))
    wave = collectors[0].wave
    closing.request_closing(session, wave, NOW)
    closing.request_closing(session, wave, NOW)
    session.commit()
    assert closing.unfinished(engine) == [wave.id]
    assert schedule.run_due(engine, FIRST) == 1
    assert closing.unfinished(engine) == []
    assert state(engine) == "closed"


def test_a_closing_interrupted_half_way_goes_on(
    session: Session, collectors: list[Collector], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(session, some_ballots(collectors, 10))
    wave = collectors[0].wave
    wave_id = wave.id
    session.rollback()  # no snapshot stays open, in which SQLite would go on showing what was

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(closing, "_keep_statistics", die)
        with pytest.raises(KeyboardInterrupt):
            closing.finish_wave(engine, wave_id, AFTER)
    session.expire_all()
    assert wave.state == "closed"
    with pytest.raises(WaveError) as refused:
        waves.publish_wave(session, wave, AFTER)
    assert refused.value.code == "closing"
    session.rollback()
    assert schedule.run_due(engine, AFTER) == 1
    session.expire_all()
    assert session.scalar(select(func.count()).where(KeptStatistic.code == quality.ALPHA)) == 1
    wave_publication.publish_by_operator(session, wave, AFTER)
    assert wave.state == "published"
