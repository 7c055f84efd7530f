"""What needs every answer of a wave is counted when it has closed or the compiler asks: cross-tables, judged over the
whole wave, and what goes with overall satisfaction. Both are kept."""

from __future__ import annotations

from collections.abc import Collection, MutableSequence, Sequence
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import Engine, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from survey.analysis import tree
from survey.analysis.cross_counting import PROGRESS_STEP, Counted, count_wave, rows_to_keep
from survey.analysis.drivers import driver_statistics
from survey.analysis.instrument import read_instrument
from survey.analysis.view import headline_trust
from survey.models import Collector, CrossRun, CrossTally, Response, Wave
from survey.operations.driver_statistics import keep_drivers
from survey.operations.writing import begin_write


def keep_cross_tables(session: Session, wave: Wave, counts: Sequence[Counted] | None = None) -> None:
    """Judge what stays hidden of the cross-tables of a wave, of every unit of its tree, and replace what was kept.

    Without the `counts` of :func:`count_wave` they are made now. Never commits.
    """
    instrument = read_instrument(session, wave.questionnaire)
    if counts is None:
        counts = count_wave(session, wave, instrument)
    session.execute(delete(CrossTally).where(CrossTally.wave_id == wave.id))
    trust = headline_trust(wave)
    figures = tree.hidden_figures(session, wave, instrument, trust)
    hidden_parts = tree.both(figures, tree.hidden_parts(session, wave, instrument, trust, figures))
    for counted in counts:
        rows = rows_to_keep(session, wave, instrument, counted, hidden_parts)
        if rows:
            session.execute(insert(CrossTally), rows)
    session.flush()


def request_cross_tables(session: Session, wave: Wave, at: datetime) -> bool:
    """Ask for an open wave's tables to be counted by the process that seals; False while that is under way already."""
    run = session.get(CrossRun, wave.id)
    if run is not None and run.finished_at is None:
        return False
    if run is None:
        session.add(CrossRun(wave_id=wave.id, requested_at=at))
    else:
        run.requested_at, run.started_at, run.finished_at, run.done = at, None, None, 0
    session.flush()
    return True


def count_requested(engine: Engine, begun: MutableSequence[int] | None = None, leave: Collection[int] = ()) -> bool:
    """Count the tables of one wave that has closed or for which they were asked, and what goes with overall
    satisfaction in it; False where there is none to count.

    Progress and result are committed in transactions of their own, so that no writer waits for the reading. The wave's
    id is added to `begun` first; waves to `leave` alone, by id, wait: that of one may have failed a moment ago.
    """
    with Session(engine) as session:
        counted = and_(CrossRun.finished_at.is_not(None), CrossRun.finished_at >= Wave.closed_at)
        due = or_(
            and_(CrossRun.wave_id.is_not(None), CrossRun.finished_at.is_(None)),
            and_(Wave.state.in_(("closed", "published")), or_(CrossRun.wave_id.is_(None), ~counted)),
        )
        waves = select(Wave.id).outerjoin(CrossRun, CrossRun.wave_id == Wave.id).where(due, Wave.id.not_in(leave))
        wave_id = session.scalar(waves.order_by(Wave.id).limit(1))
        if wave_id is None:
            return False
        if begun is not None:
            begun.append(wave_id)
        if session.get(CrossRun, wave_id) is None:
            session.commit()  # SQLite refuses a writer whose transaction began by reading
            begin_write(session)
            request_cross_tables(session, session.get_one(Wave, wave_id), datetime.now(UTC))
            session.commit()
        in_wave = select(Collector.id).where(Collector.wave_id == wave_id)
        total = session.scalar(select(func.count()).where(Response.collector_id.in_(in_wave))) or 0

    def note(**columns: object) -> None:
        with Session(engine) as writing:
            begin_write(writing)
            writing.execute(update(CrossRun).where(CrossRun.wave_id == wave_id).values(**columns))
            writing.commit()

    note(started_at=datetime.now(UTC), finished_at=None, total=total, done=0)
    read = count(PROGRESS_STEP, PROGRESS_STEP)
    with Session(engine) as session:
        wave = session.get_one(Wave, wave_id)
        instrument = read_instrument(session, wave.questionnaire)
        counts = count_wave(session, wave, instrument, lambda _more: note(done=min(next(read), total)))
        drivers = driver_statistics(session, wave)
    with Session(engine) as session:
        begin_write(session)
        wave = session.get_one(Wave, wave_id)
        keep_cross_tables(session, wave, counts)
        keep_drivers(session, wave, drivers)
        session.commit()
    note(done=total, finished_at=datetime.now(UTC))
    return True
