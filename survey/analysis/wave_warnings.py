"""What speaks against a wave's next step without forbidding it: shown before somebody opens, closes or publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from survey.analysis.population import read_sites
from survey.models import PaperBatch, Questionnaire, Unit, Wave, WaveUnit
from survey.models.paper import FINISHED_STATES
from survey.operations.poll_waves import IS_SURVEY

NAMED = 3  # how many units a warning names


@dataclass(frozen=True, slots=True)
class ClosingWarnings:
    """Of an open wave: the last day of a period that has not passed, whether it has no response, and how many batches
    of paper forms are neither accepted nor rejected."""

    period_end: date | None
    empty: bool
    batches: int

    def __bool__(self) -> bool:
        return self.period_end is not None or self.empty or self.batches > 0


def closing_warnings(session: Session, wave: Wave, responses: int, today: date) -> ClosingWarnings:
    """What would be lost if the wave with so many responses closed today."""
    unfinished = PaperBatch.state.not_in(FINISHED_STATES)
    batches = session.scalar(select(func.count()).where(PaperBatch.wave_id == wave.id, unfinished)) or 0
    return ClosingWarnings(wave.period_end if wave.period_end >= today else None, not responses, batches)


@dataclass(frozen=True, slots=True)
class OpeningWarnings:
    """Of a draft: how many units lack the number of transactions by which they are to weigh, with the first of them
    by name, and other waves that ask the same units the same at the same time."""

    without_population: int
    named: Sequence[Unit]
    overlapping: Sequence[Wave]

    def __bool__(self) -> bool:
        return self.without_population > 0 or bool(self.overlapping)


def opening_warnings(session: Session, wave: Wave) -> OpeningWarnings:
    """What the draft's settings leave open, or repeat."""
    lacking: list[int] = []
    if wave.headline_weighting == "weighted":
        # N of a unit above stands for all below it.
        lacking = [site.unit_id for site in read_sites(session, wave) if site.population is None and not site.above]
    first = select(Unit).where(Unit.id.in_(lacking[:NAMED])).order_by(Unit.code)
    return OpeningWarnings(len(lacking), session.scalars(first).all() if lacking else (), _overlapping(session, wave))


def _overlapping(session: Session, wave: Wave) -> Sequence[Wave]:
    """Drafts and open waves with the same questionnaire, whatever its version, a common unit and common days."""
    own, theirs = aliased(WaveUnit), aliased(WaveUnit)
    common = (
        select(theirs.unit_id)
        .join(own, own.unit_id == theirs.unit_id)
        .where(theirs.wave_id == Wave.id, own.wave_id == wave.id)
        .exists()
    )
    query = select(Wave).join(Wave.questionnaire).where(
        Wave.id != wave.id,
        IS_SURVEY,
        Wave.state.in_(("draft", "open")),
        Questionnaire.code == wave.questionnaire.code,
        Wave.period_start <= wave.period_end,
        Wave.period_end >= wave.period_start,
        common,
    )  # fmt: skip
    return session.scalars(query.order_by(Wave.code).limit(NAMED)).all()
