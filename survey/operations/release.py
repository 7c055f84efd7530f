"""What readers below the compiler see of an open wave: the tallies' copies, moved daily in steps of five people.

An official who reloads before and after a citizen answers must learn nothing. So each cell of the tallies (collector ×
flagged × half-month) is copied only once at least five people came to it since the last copy. Every figure is a sum of
cells, whatever the breakdown (counter, channel, trust level, flagged, period): none moves by one to four people. The
price: up to four people a cell wait, those of a past half-month until the wave closes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import ClassVar

from sqlalchemy import Engine, TextClause, exists, insert, select, text
from sqlalchemy.orm import Session

from survey.models import Release, Wave
from survey.operations.errors import OperationError
from survey.operations.ledger import BATCH, seal_batch
from survey.operations.tallies import KEYS, TALLIES
from survey.operations.webhooks import emit_of_wave
from survey.operations.writing import begin_write

STEP = 5

_CELL = " AND ".join(f"released.{key} = live.{key}" for key in KEYS)
_MOVED = f"""
SELECT live.collector_id, live.flagged, live.half_month
FROM response_tally AS live JOIN collector ON collector.id = live.collector_id
LEFT JOIN released_response_tally AS released ON {_CELL}
WHERE collector.wave_id = :wave AND abs(live.responses - coalesce(released.responses, 0)) >= {STEP}
"""  # noqa: S608 literal names


class ReleaseError(OperationError):
    """A wave whose figures are not released in steps."""

    SENTENCES: ClassVar[dict[str, str]] = {"not_open": "Only an open wave is released in steps."}


@cache
def _copying(table: str) -> TextClause:
    keys, columns = TALLIES[table]
    target = ", ".join((*KEYS, *keys))
    every = ", ".join((*KEYS, *keys, *columns))
    return text(
        f"INSERT INTO released_{table} ({every}) SELECT {every} FROM {table} "  # noqa: S608 literal names
        f"WHERE ({', '.join(KEYS)}) IN ({_MOVED}) "
        f"ON CONFLICT ({target}) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in columns)}"
    )


def release_step(session: Session, wave_id: int, today: date) -> int | None:
    """Copy the cells that at least :data:`STEP` people changed; returns how many, None if it was done on that day.

    Seals first, so that the copies include the tail; does not commit. Raises :class:`ReleaseError` unless the wave is
    open, and :class:`~survey.operations.ledger.LedgerBusy`.
    """
    connection = begin_write(session)
    if session.scalar(select(Wave.state).where(Wave.id == wave_id)) != "open":
        raise ReleaseError("not_open")
    while seal_batch(session, BATCH[connection.dialect.name]) is not None:
        pass  # from here on the sealers' lock is held: two steps at once see each other
    if session.get(Release, (wave_id, today)) is not None:
        return None
    connection.execute(insert(Release).values(wave_id=wave_id, released_on=today))
    parameters = {"wave": wave_id}
    moved = len(connection.execute(text(_MOVED), parameters).all())
    for table in ("scope_tally", "item_tally", "response_tally"):  # the last decides which cells moved
        connection.execute(_copying(table), parameters)
    if moved:
        emit_of_wave(session, "results.released", session.get_one(Wave, wave_id), datetime.now(UTC))
    return moved


def release_due(engine: Engine, today: date, then: Callable[[Session, Wave], None] | None = None) -> int:
    """The day's step of every open wave that has not had it, each in a transaction of its own; returns how many.

    `then` does in the same transaction what rests on the released figures. After all were tried raises what the first
    failed with, as :class:`~survey.operations.ledger.LedgerBusy`.
    """
    with Session(engine) as session:
        done = exists().where(Release.wave_id == Wave.id, Release.released_on == today)
        due = session.scalars(select(Wave.id).where(Wave.state == "open", ~done)).all()
    done_today = 0
    failures: list[Exception] = []
    for wave_id in due:
        try:
            with Session(engine) as session:
                begin_write(session)
                release_step(session, wave_id, today)
                if then is not None:
                    then(session, session.get_one(Wave, wave_id))
                session.commit()
                done_today += 1
        except Exception as error:  # the others may succeed
            failures.append(error)
    if failures:
        raise failures[0]
    return done_today
