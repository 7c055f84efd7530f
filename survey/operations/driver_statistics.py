"""What goes with overall satisfaction is kept with the other numbers that need a pass over the rows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.models import KeptStatistic, Wave


def keep_drivers(session: Session, wave: Wave, statistics: Iterable[KeptStatistic]) -> None:
    """Keep what :func:`~survey.analysis.drivers.driver_statistics` found instead of what was kept. Never commits."""
    mine = KeptStatistic.wave_id == wave.id
    session.execute(delete(KeptStatistic).where(mine, KeptStatistic.code.startswith("driver")))
    session.add_all(statistics)
    session.flush()
