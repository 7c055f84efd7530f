"""Collectors: made for counters in bulk, found by their printed code, revoked and replaced, never deleted."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, false, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from forms.ballot import clean_text
from survey.models import Collector, Counter, Unit, Wave, WaveUnit
from survey.operations import audit
from survey.operations.codes import Chooser, neighbours, new_code, normalise
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.poll_waves import is_poll
from survey.operations.waves import WaveError

CODE_ATTEMPTS = 8
CODE_QUERY = 500
MOST_NAMED = 50  # units named in the log when collectors are made for many
LONGEST_REASON = 300
# The trust levels a way in can have: what nobody could have proved there is not claimed. `verified` needs a token for
# each dossier, which no channel gives out yet.
TRUST_OF = {
    "qr": ("open",),
    "link": ("open",),
    "kiosk": ("present", "open"),  # a device without a key of its own is open to everybody
    "paper": ("paper",),
    "phone": ("assisted", "paper"),
    "interview": ("assisted", "paper"),
    "import": ("open", "paper", "assisted"),
}


class CollectorError(OperationError):
    """A change of a collector that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no collector with the code %(collector)s."),
        "revoked": _n("The collector %(collector)s was revoked on %(date)s."),
        "wave_finished": _n("The wave %(wave)s is %(state)s: it gets no new collectors."),
        "other_unit": _n("The counter %(counter)s does not belong to the unit %(unit)s."),
        "poll": _n("Only those present at the dialogue answer its poll: it gets no other collectors."),
        "no_reason": _n("Say why the collector %(collector)s is revoked: the reason stays with it."),
        "trust": _n("A way in of this channel cannot have this trust level."),
        "no_free_code": _n("No free code was found in %(attempts)s attempts."),
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


def check_trust(channel: str, trust: str) -> None:
    """Refuse a trust level that the channel cannot have; raises :class:`CollectorError`."""
    if trust not in TRUST_OF.get(channel, ()):
        raise CollectorError("trust", channel=channel, trust=trust)


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
    replaces: Collector | None = None,
    rng: Chooser = secrets,
) -> Collector:
    """One more way into the wave at the unit or its counter; raises :class:`CollectorError`, :class:`WaveError`.

    The code comes from `rng`, which only sample data may want to be predictable.
    """
    check_trust(channel, trust)
    if wave.state not in ("draft", "open"):
        raise CollectorError("wave_finished", wave=wave.code, state=wave.state)
    if counter is not None and counter.unit_id != unit.id:
        raise CollectorError("other_unit", counter=counter.code, unit=unit.code)
    if session.get(WaveUnit, (wave.id, unit.id)) is None:
        raise WaveError("unit_not_in_wave", unit=unit.code, wave=wave.code)
    if is_poll(session, wave):
        raise CollectorError("poll")
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
            replaces_id=replaces.id if replaces else None,
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


def unserved_counters(
    session: Session, wave: Wave, *, channel: str, respondent_group: str = "citizen", paths: Iterable[str] = ("/",)
) -> Sequence[Counter]:
    """The counters of the wave at or below `paths` that have no active collector of this channel and group yet.

    In the order of the tree; among them those of units and counters that were added after the others got theirs.
    """
    served = select(Collector.counter_id).where(
        *_active(wave, channel, respondent_group), Collector.counter_id.is_not(None)
    )
    return session.scalars(
        select(Counter)
        .join(WaveUnit, WaveUnit.unit_id == Counter.unit_id)
        .join(Counter.unit)
        .where(
            WaveUnit.wave_id == wave.id,
            _below(paths),
            Counter.valid_from <= wave.period_end,
            (Counter.valid_until.is_(None)) | (Counter.valid_until >= wave.period_start),
            Counter.id.not_in(served),
        )
        .options(contains_eager(Counter.unit))
        .order_by(Unit.path, Counter.code)
    ).all()


def unserved_units(
    session: Session, wave: Wave, *, channel: str, respondent_group: str = "citizen", paths: Iterable[str] = ("/",)
) -> Sequence[Unit]:
    """The units of the wave at or below `paths` that have no active collector of their own, beside their counters."""
    served = select(Collector.unit_id).where(*_active(wave, channel, respondent_group), Collector.counter_id.is_(None))
    return session.scalars(
        select(Unit)
        .join(WaveUnit, WaveUnit.unit_id == Unit.id)
        .where(WaveUnit.wave_id == wave.id, _below(paths), Unit.id.not_in(served))
        .order_by(Unit.path)
    ).all()


def _active(wave: Wave, channel: str, group: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Collector.wave_id == wave.id,
        Collector.channel == channel,
        Collector.respondent_group == group,
        Collector.state == "active",
    )


def _below(paths: Iterable[str]) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def make_collectors(
    session: Session,
    wave: Wave,
    *,
    at: datetime,
    channel: str = "qr",
    trust: str = "open",
    respondent_group: str = "citizen",
    of_units: bool = False,
    paths: Iterable[str] = ("/",),
    rng: Chooser = secrets,
) -> list[Collector]:
    """A collector for every counter (`of_units`: every unit) of the wave at or below `paths` that has none of this
    channel and group yet: the new ones. Raises :class:`CollectorError`."""
    wanted: Sequence[tuple[Unit, Counter | None]]
    if of_units:
        units = unserved_units(session, wave, channel=channel, respondent_group=respondent_group, paths=paths)
        wanted = [(unit, None) for unit in units]
    else:
        counters = unserved_counters(session, wave, channel=channel, respondent_group=respondent_group, paths=paths)
        wanted = [(counter.unit, counter) for counter in counters]
    check_trust(channel, trust)
    if wave.state not in ("draft", "open"):
        raise CollectorError("wave_finished", wave=wave.code, state=wave.state)
    if is_poll(session, wave):
        raise CollectorError("poll")
    if not wanted:
        return []
    shared = {
        "wave_id": wave.id,
        "channel": channel,
        "trust": trust,
        "respondent_group": respondent_group,
        "state": "active",
        "created_at": at,
    }
    codes = _free_codes(session, len(wanted), rng)
    rows = [
        {**shared, "code": code, "unit_id": unit.id, "counter_id": counter.id if counter else None}
        for code, (unit, counter) in zip(codes, wanted, strict=True)
    ]
    made = list(session.scalars(insert(Collector).returning(Collector, sort_by_parameter_order=True), rows))
    places = sorted({unit.code for unit, _counter in wanted})
    named = places if len(places) <= MOST_NAMED else [*places[:MOST_NAMED], "…"]
    audit.record(
        session,
        "collector.create",
        subject=wave.code,
        subject_kind="collectors",
        unit_path=wave.owner.path if wave.owner else None,
        after={"collectors": len(made), "channel": channel, "trust": trust, "units": ", ".join(named)},
    )
    return made


def _free_codes(session: Session, number: int, rng: Chooser) -> list[str]:
    """So many codes that no collector has; the caller writes already, so that none is taken meanwhile on SQLite."""
    codes: dict[str, None] = {}
    for _attempt in range(CODE_ATTEMPTS):
        fresh = dict.fromkeys(new_code(rng) for _ in range(number - len(codes)))
        wanted = [code for code in fresh if code not in codes]
        taken: set[str] = set()
        for start in range(0, len(wanted), CODE_QUERY):
            part = wanted[start : start + CODE_QUERY]
            taken.update(session.scalars(select(Collector.code).where(Collector.code.in_(part))))
        codes |= dict.fromkeys(code for code in wanted if code not in taken)
        if len(codes) == number:
            return list(codes)
    raise CollectorError("no_free_code", attempts=CODE_ATTEMPTS)


def revoke_collector(session: Session, collector: Collector, at: datetime, reason: str) -> None:
    """Let nothing more in here; what came in stays. Raises :class:`CollectorError`, also without a reason."""
    session.refresh(collector, with_for_update={"of": Collector})  # of two who revoke it, one does
    if collector.revoked_at is not None:
        raise CollectorError("revoked", collector=collector.code, date=province_day(collector.revoked_at).isoformat())
    reason = clean_text(reason, lines=False)[:LONGEST_REASON]
    if not reason:
        raise CollectorError("no_reason", collector=collector.code)
    collector.state = "revoked"
    collector.revoked_at = at
    collector.revocation_reason = reason
    session.flush()


def rotate_collector(session: Session, collector: Collector, at: datetime, reason: str) -> Collector:
    """Replace a code that leaked: revoke the collector and make its like; raises :class:`CollectorError`."""
    revoke_collector(session, collector, at, reason)
    return make_collector(
        session,
        collector.wave,
        collector.unit,
        counter=collector.counter,
        channel=collector.channel,
        trust=collector.trust,
        respondent_group=collector.respondent_group,
        replaces=collector,
        at=at,
    )


def replacement_of(session: Session, collector: Collector) -> Collector | None:
    """The collector that was made in place of this one."""
    return session.scalar(select(Collector).where(Collector.replaces_id == collector.id))
