"""The collector through which a bundle of paper or a file comes in: the active one of its kind, or a new one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Collector, Counter, Unit, Wave
from survey.operations.collectors import make_collector


def batch_collector(
    session: Session,
    wave: Wave,
    unit: Unit,
    counter: Counter | None,
    *,
    channel: str,
    trust: str,
    at: datetime,
    respondent_group: str = "citizen",
) -> Collector:
    """The caller holds the wave's lock, so that two do not make the same one; raises as :func:`make_collector` does."""
    query = select(Collector).where(
        Collector.wave_id == wave.id,
        Collector.unit_id == unit.id,
        Collector.counter_id == counter.id if counter else Collector.counter_id.is_(None),
        Collector.channel == channel,
        Collector.trust == trust,
        Collector.respondent_group == respondent_group,
        Collector.state == "active",
    )
    found = session.scalar(query.order_by(Collector.id).limit(1))
    return found or make_collector(
        session,
        wave,
        unit,
        counter=counter,
        channel=channel,
        trust=trust,
        respondent_group=respondent_group,
        at=at,
    )


def lock_wave(session: Session, wave: Wave) -> None:
    """Hold the wave against closing and against another batch or file until the caller commits; it is read anew."""
    session.refresh(wave, with_for_update={"key_share": True})
