"""Collectors: made for counters in bulk, found by their printed code, revoked and replaced, never deleted."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from survey.models import Collector, Counter, Unit, Wave, WaveUnit
from survey.operations.codes import Chooser, neighbours, new_code, normalise
from survey.operations.errors import OperationError
from survey.operations.waves import WaveError

CODE_ATTEMPTS = 8


class CollectorError(OperationError):
    """A change of a collector that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": "There is no collector with the code %(collector)s.",
        "revoked": "The collector %(collector)s was revoked on %(date)s.",
        "wave_finished": "The wave %(wave)s is %(state)s: it gets no new collectors.",
        "other_unit": "The counter %(counter)s does not belong to the unit %(unit)s.",
        "no_free_code": "No free code was found in %(attempts)s attempts.",
    }


def find_collector(session: Session, code: str) -> Collector | None:
    """The collector of a code as people type it, with its wave, unit and counter; revoked ones included."""
    return session.scalar(
        select(Collector)
        .where(Collector.code == normalise(code))
        .options(joinedload(Collector.wave), joinedload(Collector.unit), joinedload(Collector.counter))
    )


def suggestions(session: Session, code: str) -> list[str]:
    """Active codes one character away from what was typed, in order."""
    near = neighbours(normalise(code))
    query = select(Collector.code).where(Collector.code.in_(near), Collector.state == "active")
    return list(session.scalars(query.order_by(Collector.code)))


def make_collector(
    session: Session,
    wave: Wave,
    unit: Unit,
    *,
    channel: str,
    trust: str,
    at: datetime,
    counter: Counter | None = None,
    respondent_group: str = "citizen",
    rng: Chooser = secrets,
) -> Collector:
    """One more way into the wave at the unit or its counter; raises :class:`CollectorError`, :class:`WaveError`.

    The code comes from `rng`, which only sample data may want to be predictable.
    """
    if wave.state not in ("draft", "open"):
        raise CollectorError("wave_finished", wave=wave.code, state=wave.state)
    if counter is not None and counter.unit_id != unit.id:
        raise CollectorError("other_unit", counter=counter.code, unit=unit.code)
    if session.get(WaveUnit, (wave.id, unit.id)) is None:
        raise WaveError("unit_not_in_wave", unit=unit.code, wave=wave.code)
    for _attempt in range(CODE_ATTEMPTS):
        collector = Collector(
            code=new_code(rng),
            wave_id=wave.id,
            unit_id=unit.id,
            counter_id=counter.id if counter else None,
            channel=channel,
            trust=trust,
            respondent_group=respondent_group,
            state="active",
            created_at=at,
        )
        try:
            with session.begin_nested():
                session.add(collector)
        except IntegrityError as error:
            if not any(name in str(error.orig) for name in ("collector.code", "uq_collector_code")):
                raise
        else:
            return collector
    raise CollectorError("no_free_code", attempts=CODE_ATTEMPTS)


def make_collectors(
    session: Session,
    wave: Wave,
    *,
    at: datetime,
    channel: str = "qr",
    trust: str = "open",
    respondent_group: str = "citizen",
    rng: Chooser = secrets,
) -> list[Collector]:
    """A collector for every counter in the wave that has no active one of this channel and group yet: the new ones."""
    served = select(Collector.counter_id).where(
        Collector.wave_id == wave.id,
        Collector.channel == channel,
        Collector.respondent_group == respondent_group,
        Collector.state == "active",
        Collector.counter_id.is_not(None),
    )
    counters = session.scalars(
        select(Counter)
        .join(WaveUnit, WaveUnit.unit_id == Counter.unit_id)
        .join(Counter.unit)
        .where(
            WaveUnit.wave_id == wave.id,
            Counter.valid_from <= wave.period_end,
            (Counter.valid_until.is_(None)) | (Counter.valid_until >= wave.period_start),
            Counter.id.not_in(served),
        )
        .options(joinedload(Counter.unit))
        .order_by(Unit.path, Counter.code)
    ).all()
    return [
        make_collector(
            session,
            wave,
            counter.unit,
            counter=counter,
            channel=channel,
            trust=trust,
            respondent_group=respondent_group,
            at=at,
            rng=rng,
        )
        for counter in counters
    ]


def revoke_collector(session: Session, collector: Collector, at: datetime) -> None:
    """Let nothing more in here; what came in stays. Raises :class:`CollectorError`."""
    if collector.revoked_at is not None:
        raise CollectorError("revoked", collector=collector.code, date=collector.revoked_at.date().isoformat())
    collector.state = "revoked"
    collector.revoked_at = at
    session.flush()


def rotate_collector(session: Session, collector: Collector, at: datetime) -> Collector:
    """Replace a code that leaked: revoke the collector and make its like; raises :class:`CollectorError`."""
    revoke_collector(session, collector, at)
    return make_collector(
        session,
        collector.wave,
        collector.unit,
        counter=collector.counter,
        channel=collector.channel,
        trust=collector.trust,
        respondent_group=collector.respondent_group,
        at=at,
    )
