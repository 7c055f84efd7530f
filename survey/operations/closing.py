"""Closing a wave for good: no more ballots, all of them sealed, hidden figures and N decided, all figures frozen.

In three short transactions, although citizens of all waves wait for the first. What the others store needs a scan of
the rows (23 s for a million ballots) and every unit's figures (20 s for 4,000 units), which nobody waits for, nor the
sealer (survey.cli.seal has a thread for it): a closed wave gets no ballot any more, so they miss nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from survey.analysis.quality import scanned_statistics
from survey.models import Collector, ResponseTally, Wave, WaveClosing
from survey.operations.audit import Actor, attribute, record
from survey.operations.filing_figures import add_filings, compute, freeze_transactions
from survey.operations.kept_statistics import keep_disclosure, replace_statistics
from survey.operations.ledger import BATCH, seal_all, seal_batch
from survey.operations.waves import WaveError, close_wave, lock_wave
from survey.operations.writing import begin_write

# Read within a request: some two seconds. More are left to the background process.
RESPONSES_AT_ONCE = 100_000


def tallied_responses(session: Session, wave: Wave) -> int:
    """How many sealed responses the wave has, doubtful ones included."""
    counted = select(func.sum(ResponseTally.responses)).join(Collector, Collector.id == ResponseTally.collector_id)
    return session.scalar(counted.where(Collector.wave_id == wave.id)) or 0


def request_closing(session: Session, wave: Wave, at: datetime) -> WaveClosing:
    """Leave the closing of an open wave to the background process; asking twice asks once. Noted, since the
    background process does it in the platform's own name. Raises :class:`~survey.operations.waves.WaveError`."""
    lock_wave(session, wave)
    if wave.state != "open":
        raise WaveError("not_open", wave=wave.code, state=wave.state)
    closing = session.get(WaveClosing, wave.id)
    if closing is None:
        closing = WaveClosing(wave_id=wave.id, requested_at=at, responses=tallied_responses(session, wave), done=0)
        session.add(closing)
        session.flush()
        path = wave.owner.path if wave.owner else None
        record(session, "wave.close", subject=wave.code, unit_path=path, after={"responses": closing.responses})
    return closing


def may_seal(session: Session) -> bool:
    """Whether this process may close a wave itself: sealing takes a lock that the staff's database role may not."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.has_table_privilege("response", "UPDATE"))))


def finish_wave(engine: Engine, wave_id: int, at: datetime, actor: Actor | None = None) -> int:
    """Close the open wave, or go on where its closing was interrupted; returns how many responses were sealed.

    In transactions of its own. Of two that call it, one closes the wave, and the statistics are kept once. Raises
    :class:`~survey.operations.waves.WaveError` unless the wave is open or its closing unfinished, and
    :class:`~survey.operations.ledger.LedgerBusy`.
    """
    sealed = seal_all(engine)  # most of it in short transactions, so that citizens of other waves hardly wait
    sealed += _close(engine, wave_id, at, actor)
    _keep_statistics(engine, wave_id)
    _freeze_figures(engine, wave_id, at)
    return sealed


def unfinished(engine: Engine) -> list[int]:
    """Ids of the waves whose closing was asked for and has not come to its end, the oldest first."""
    with Session(engine) as session:
        query = select(WaveClosing.wave_id).where(WaveClosing.finished_at.is_(None)).order_by(WaveClosing.requested_at)
        return list(session.scalars(query))


def _close(engine: Engine, wave_id: int, at: datetime, actor: Actor | None) -> int:
    with Session(engine) as session:
        begin_write(session)
        if actor is not None:
            attribute(session, actor)
        wave = session.get_one(Wave, wave_id)
        lock_wave(session, wave)
        closing = session.get(WaveClosing, wave_id)
        if wave.state == "closed" and closing is not None and closing.finished_at is None:
            return 0
        close_wave(session, wave, at)
        sealed = 0
        while (seal := seal_batch(session, BATCH[engine.dialect.name])) is not None:
            sealed += seal.leaves
        keep_disclosure(session, wave)
        freeze_transactions(session, wave)
        if closing is None:
            closing = WaveClosing(wave_id=wave_id, requested_at=at, done=0)
            session.add(closing)
        closing.responses = tallied_responses(session, wave)
        session.commit()
        return sealed


def _keep_statistics(engine: Engine, wave_id: int) -> None:
    with Session(engine) as reading:
        wave = reading.get_one(Wave, wave_id)
        statistics = scanned_statistics(reading, wave, _reporter(engine, wave_id))
    with Session(engine) as session:
        begin_write(session)
        wave = session.get_one(Wave, wave_id)
        lock_wave(session, wave)
        closing = session.get_one(WaveClosing, wave_id)
        if closing.finished_at is None:
            replace_statistics(session, wave, statistics)
            closing.done = closing.responses
        session.commit()


def _freeze_figures(engine: Engine, wave_id: int, at: datetime) -> None:
    """The last part: only with its filings a wave is closed to the end."""
    with Session(engine) as reading:
        figures = compute(reading, reading.get_one(Wave, wave_id))
    with Session(engine) as session:
        begin_write(session)
        wave = session.get_one(Wave, wave_id)
        lock_wave(session, wave)
        closing = session.get_one(WaveClosing, wave_id)
        if closing.finished_at is None:
            closing.finished_at = datetime.now(UTC)
            add_filings(session, wave, figures, at=at)
        session.commit()


def _reporter(engine: Engine, wave_id: int) -> Callable[[int], None]:
    """Say how far the scan is, in transactions of their own."""

    def report(done: int) -> None:
        with Session(engine) as session:
            begin_write(session)
            session.execute(update(WaveClosing).where(WaveClosing.wave_id == wave_id).values(done=done))
            session.commit()

    return report
