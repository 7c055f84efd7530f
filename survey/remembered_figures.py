"""Figures of large subtrees, worked out once and shown for a while: a province of 4,000 units takes seconds to read.

What a closed wave says changes only where its data are corrected; released figures of an open wave change once a day;
exact ones with every answer, and are remembered for two minutes only. A page says up to when its figures reach.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.analysis.tally_statement import Source
from survey.models import FrozenTransaction, Release, Unit, Wave, WaveUnit
from survey.page_cache import ShortMemory

V = TypeVar("V")
SLOW, QUICK = 600.0, 120.0  # seconds
KEPT = 400  # results in one process
FEW_UNITS = 40  # up to which a subtree is read anew each time


@dataclass(frozen=True, slots=True)
class Remembered(Generic[V]):
    """A result and the moment it was worked out."""

    value: V
    at: datetime


def init_app(app: Flask) -> None:
    app.extensions["remembered_figures"] = {
        "slow": ShortMemory[Hashable, Any](SLOW, KEPT),
        "quick": ShortMemory[Hashable, Any](QUICK, KEPT),
    }


def is_large(session: Session, wave: Wave, unit: Unit | None) -> bool:
    """Whether more than a few units take part in the wave at or under the unit."""
    if unit is None:
        return True
    below = select(WaveUnit.unit_id).join(Unit, Unit.id == WaveUnit.unit_id)
    below = below.where(WaveUnit.wave_id == wave.id, Unit.path.startswith(unit.path, autoescape=True))
    return (session.scalar(select(func.count()).select_from(below.limit(FEW_UNITS + 1).subquery())) or 0) > FEW_UNITS


def released_on(session: Session, wave: Wave) -> date | None:
    """The day up to which the released figures of a wave reach."""
    return session.scalar(select(func.max(Release.released_on)).where(Release.wave_id == wave.id))


def remembered(session: Session, wave: Wave, source: Source, key: Hashable, load: Callable[[], V]) -> Remembered[V]:
    """What `load` gives, or gave a while ago under the same `key` while the wave stood as it does now."""
    exact = wave.state == "open" and source == "exact"
    memory = current_app.extensions["remembered_figures"]["quick" if exact else "slow"]
    moved = released_on(session, wave) if wave.state == "open" else _corrections(session, wave)
    stands = (wave.id, wave.state, wave.closed_at, source, moved)
    found = memory.get((stands, key), lambda: Remembered(load(), datetime.now(UTC)))
    return cast("Remembered[V]", found)


def _corrections(session: Session, wave: Wave) -> int | None:
    """How many times the frozen numbers of transactions were taken over anew."""
    return session.scalar(select(func.max(FrozenTransaction.revision)).where(FrozenTransaction.wave_id == wave.id))


def fresh(value: V) -> Remembered[V]:
    return Remembered(value, datetime.now(UTC))
