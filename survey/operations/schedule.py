"""What happens to waves by date: they open on their day, close after their last one, and finish what was begun.

The process that seals does this every few seconds. Each step stands in a transaction that locks the wave and looks
again, so that two processes do it once. What cannot be done is noted at the wave and tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.models import Wave
from survey.operations.audit import SYSTEM, attribute
from survey.operations.closing import finish_wave, unfinished
from survey.operations.errors import OperationError
from survey.operations.periods import province_day
from survey.operations.waves import WaveError, lock_wave, obstacles, open_wave
from survey.operations.writing import begin_write

log = logging.getLogger(__name__)

DATABASE = "database"  # the failure that is no rule's refusal
# Somebody else was quicker: there is nothing left to do.
OVERTAKEN = frozenset({"not_draft", "not_open"})


def run_due(engine: Engine, at: datetime) -> int:
    """Take every step that is due at that moment; returns how many were taken. Failures are logged, not raised."""
    today = province_day(at)
    to_open = _waves(engine, (Wave.state == "draft") & (Wave.opens_on <= today))
    to_close = _waves(engine, (Wave.state == "open") & (Wave.closes_on < today))
    taken = sum(_attempt(engine, wave_id, at, _open) for wave_id in to_open)
    due = list(dict.fromkeys((*to_close, *unfinished(engine))))
    return taken + sum(_attempt(engine, wave_id, at, _finish) for wave_id in due)


def _waves(engine: Engine, due: ColumnElement[bool]) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(select(Wave.id).where(due).order_by(Wave.id)))


def _open(engine: Engine, wave_id: int, at: datetime) -> None:
    with Session(engine) as session:
        begin_write(session)
        attribute(session, SYSTEM)
        open_wave(session, session.get_one(Wave, wave_id), at)
        session.commit()


def _finish(engine: Engine, wave_id: int, at: datetime) -> None:
    finish_wave(engine, wave_id, at, SYSTEM)


def _attempt(engine: Engine, wave_id: int, at: datetime, step: Callable[[Engine, int, datetime], None]) -> bool:
    try:
        step(engine, wave_id, at)
    except OperationError as error:
        if error.code not in OVERTAKEN:
            _note(engine, wave_id, error.code, at, error)
        return False
    except SQLAlchemyError as error:
        _note(engine, wave_id, DATABASE, at, error)
        return False
    except Exception:
        log.exception("the wave %s could not take the step that is due", wave_id)  # others may
        return False
    return True


def _note(engine: Engine, wave_id: int, failure: str, at: datetime, error: Exception) -> None:
    """Keep why the step failed, once for as long as the reason stays the same."""
    try:
        with Session(engine) as session:
            begin_write(session)
            wave = session.get_one(Wave, wave_id)
            lock_wave(session, wave)
            if wave.schedule_failure != failure:
                log.warning("the wave %s could not take the step that is due: %s", wave.code, error)
                wave.schedule_failure, wave.schedule_failed_at = failure, at
            session.commit()
    except SQLAlchemyError:
        log.warning("the wave %s could not take the step that is due: %s", wave_id, error)


def failure_of(wave: Wave, at: datetime) -> OperationError | None:
    """The refusal that was noted, as an error whose sentence can be shown; None for what is no rule's refusal, and for
    an obstacle that is gone since."""
    if wave.schedule_failure == "busy":
        return WaveError("busy", wave=wave.code)
    found = obstacles(wave, at) if wave.state == "draft" else ()
    return next((error for error in found if error.code == wave.schedule_failure), None)
