"""Freezing what is told of a half-year's opinions and dialogues: once, on the day from which it may be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis import frozen_figures
from survey.analysis.open_statistics import compute, due
from survey.models import OpenStatistics
from survey.operations.periods import province_day
from survey.operations.writing import begin_write


def freeze_due(engine: Engine, now: datetime) -> int:
    """Freeze every half-year that may be told and is not yet; how many. In transactions of its own, one a half-year."""
    today = province_day(now)
    with Session(engine) as session:
        computed = [(period, compute(session, period, today)) for period in due(session, today)]
    return sum(_keep(engine, period, content, now) for period, content in computed)


def _keep(engine: Engine, period: HalfYear, content: bytes, now: datetime) -> bool:
    """Store the edition, unless another process was first: then what that one told stands. Raises IntegrityError."""
    row = OpenStatistics(
        year=period.year,
        half=period.half,
        frozen_on=province_day(now),
        figures=frozen_figures.packed(content),
        digest=frozen_figures.digest(content),
    )
    with Session(engine) as session:
        begin_write(session)
        session.add(row)
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            if session.scalar(select(OpenStatistics.digest).filter_by(year=period.year, half=period.half)) is None:
                raise
            return False
    return True
