"""Waves: made as a draft, opened when everything that decides the headline is fixed, closed, published. Never back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import not_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, object_session

from survey.models import (
    TRUST_LEVELS,
    Counter,
    Filing,
    Questionnaire,
    Target,
    Unit,
    Wave,
    WaveClosing,
    WaveTrust,
    WaveUnit,
)
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.periods import province_day
from survey.operations.poll_waves import is_poll
from survey.operations.questionnaires import origin_of
from survey.operations.webhooks import emit_of_wave
from survey.operations.writing import begin_write

CLOSING_SECONDS = 10


class WaveError(OperationError):
    """A step a wave cannot take, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no wave with the code %(wave)s."),
        "code_form": _n("%(wave)s cannot be a code: use at most 40 letters, digits, hyphens and full stops."),
        "code_taken": _n("There is a wave with the code %(wave)s already."),
        "schedule": _n("The wave would close on %(closes)s, before it opens on %(opens)s."),
        "schedule_past": _n("The wave %(wave)s would close on %(closes)s, which is past: choose a later day, or none."),
        "period": _n("The period ends on %(end)s, before it begins on %(start)s."),
        "not_draft": _n("The wave %(wave)s is %(state)s: this can be changed only before it opens."),
        "not_open": _n("The wave %(wave)s is %(state)s; only an open wave can be closed."),
        "busy": _n("Responses to the wave %(wave)s are being stored right now; try again in a moment."),
        "not_closed": _n("The wave %(wave)s is %(state)s; only a closed wave can be published."),
        "closing": _n("The wave %(wave)s is still being closed: its statistics are being computed."),
        "accepts_nothing": _n("The wave %(wave)s is %(state)s: it accepts responses only while it is open."),
        "finished": _n("The wave %(wave)s is %(state)s: its units and quotas are fixed."),
        "no_units": _n("The wave %(wave)s has no unit: add the units that take part first."),
        "no_trust_levels": _n("The wave %(wave)s names no trust level that counts in the headline."),
        "trust_unknown": _n("There is no trust level called %(trust)s."),
        "target_not_in_force": _n("The target %(target)s is not in force over the whole period of the wave %(wave)s."),
        "questionnaire_elsewhere": _n(
            "The questionnaire %(questionnaire)s is for %(owner)s alone; %(unit)s does not belong to it."
        ),
        "questionnaire_not_published": _n("The questionnaire %(questionnaire)s is not published."),
        "questionnaire_not_valid": _n(
            "The questionnaire %(questionnaire)s is not valid on %(date)s, when the wave's period begins."
        ),
        "unit_not_valid": _n("The unit %(unit)s does not exist during the period of the wave %(wave)s."),
        "unit_elsewhere": _n("The unit %(unit)s does not lie below the unit that runs the wave %(wave)s."),
        "unit_has_collectors": _n("The unit %(unit)s has collectors in the wave %(wave)s; revoke them instead."),
        "has_collectors": _n("The draft %(wave)s has collectors: their codes may be printed, so it is kept."),
        "poll": _n("The poll of a dialogue is not published: its result stands on the dialogue's pages."),
        "filings": _n("The periodic reports of the wave %(wave)s are not all published with it."),
        "published": _n("The wave %(wave)s is published: its figures stay as they are."),
        "unit_not_in_wave": _n("The unit %(unit)s does not take part in the wave %(wave)s."),
    }


def find_wave(session: Session, code: str) -> Wave:
    """The wave of that code; raises :class:`WaveError`."""
    wave = session.scalar(select(Wave).where(Wave.code == code))
    if wave is None:
        raise WaveError("unknown", wave=code)
    return wave


def create_wave(
    session: Session,
    *,
    code: str,
    name_vi: str,
    questionnaire: Questionnaire,
    target: Target,
    period_start: date,
    period_end: date,
    design: str,
    headline_weighting: str,
    trust_levels: Collection[str] = (),
    name_en: str = "",
    rule: str = "top_two",
    aggregation: str = "pool_answers",
    minimum_people: int = 30,
    owner: Unit | None = None,
    opens_on: date | None = None,
    closes_on: date | None = None,
) -> Wave:
    """A draft wave; what is given here is fixed from the moment it opens. Raises :class:`WaveError`.

    The owner runs it; where none is named, the only root of the tree, or the root of the first unit that takes part.
    """
    if not is_code(code):
        raise WaveError("code_form", wave=code)
    if session.scalar(select(Wave.id).where(Wave.code == code)) is not None:
        raise WaveError("code_taken", wave=code)
    if period_end < period_start:
        raise WaveError("period", start=period_start.isoformat(), end=period_end.isoformat())
    check_schedule(opens_on, closes_on)
    wave = Wave(
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        questionnaire=questionnaire,
        target=target,
        period_start=period_start,
        period_end=period_end,
        state="draft",
        design=design,
        headline_weighting=headline_weighting,
        rule=rule,
        aggregation=aggregation,
        minimum_people=minimum_people,
        owner=owner or _only_root(session),
        opens_on=opens_on,
        closes_on=closes_on,
    )
    session.add(wave)
    session.flush()
    if trust_levels:
        set_trust_levels(session, wave, trust_levels)
    return wave


def check_schedule(opens_on: date | None, closes_on: date | None) -> None:
    """Raise :class:`WaveError` for a wave that would close before it opens."""
    if opens_on is not None and closes_on is not None and closes_on < opens_on:
        raise WaveError("schedule", opens=opens_on.isoformat(), closes=closes_on.isoformat())


def _only_root(session: Session) -> Unit | None:
    roots = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).limit(2)).all()
    return roots[0] if len(roots) == 1 else None


def set_trust_levels(session: Session, wave: Wave, levels: Collection[str]) -> None:
    """Say which trust levels count in the headline; raises :class:`WaveError` once the wave is open."""
    require_draft(wave)
    for level in levels:
        if level not in TRUST_LEVELS:
            raise WaveError("trust_unknown", trust=level)
    known = {row.trust: row for row in session.scalars(select(WaveTrust).where(WaveTrust.wave_id == wave.id))}
    for level, row in known.items():
        if level not in levels:
            session.delete(row)
    session.add_all(WaveTrust(wave_id=wave.id, trust=level) for level in set(levels) - known.keys())
    session.flush()
    session.expire(wave, ["trust_levels"])


def add_units(session: Session, wave: Wave, units: Iterable[Unit]) -> int:
    """Let the units take part, draft or open; returns how many are new. Raises :class:`WaveError`."""
    if wave.state not in ("draft", "open"):
        raise WaveError("finished", wave=wave.code, state=wave.state)
    taking_part = set(session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)))
    added = 0
    for unit in units:
        if unit.id in taking_part:
            continue
        if unit.valid_from > wave.period_end or (unit.valid_until is not None and unit.valid_until < wave.period_start):
            raise WaveError("unit_not_valid", unit=unit.code, wave=wave.code)
        session.add(WaveUnit(wave_id=wave.id, unit_id=unit.id))
        taking_part.add(unit.id)
        added += 1
        if wave.owner is None:
            wave.owner = session.get_one(Unit, int(unit.path.split("/")[1]))
    session.flush()
    session.expire(wave, ["units"])
    return added


def add_subtree(session: Session, wave: Wave, root: Unit) -> int:
    """Let every unit at or below `root` take part that has a counter during the wave's period."""
    has_counter = (
        select(Counter.id)
        .where(
            Counter.unit_id == Unit.id,
            Counter.valid_from <= wave.period_end,
            (Counter.valid_until.is_(None)) | (Counter.valid_until >= wave.period_start),
        )
        .exists()
    )
    query = select(Unit).where(
        Unit.path.like(f"{root.path}%"),
        Unit.valid_from <= wave.period_end,
        (Unit.valid_until.is_(None)) | (Unit.valid_until >= wave.period_start),
        has_counter,
    )
    return add_units(session, wave, session.scalars(query.order_by(Unit.path)).all())


def obstacles(wave: Wave, at: datetime) -> Iterator[WaveError]:
    """Everything that keeps a draft from opening at that moment."""
    questionnaire, target = wave.questionnaire, wave.target
    if questionnaire.published_at is None:
        yield WaveError("questionnaire_not_published", questionnaire=questionnaire.code)
    if not _in_force(questionnaire.valid_from, questionnaire.valid_until, wave.period_start, wave.period_start):
        yield WaveError("questionnaire_not_valid", questionnaire=questionnaire.code, date=wave.period_start.isoformat())
    if not _in_force(target.valid_from, target.valid_until, wave.period_start, wave.period_end):
        yield WaveError("target_not_in_force", target=target.code, wave=wave.code)
    if not _takes_part(wave):
        yield WaveError("no_units", wave=wave.code)
    if not wave.trust_levels:
        yield WaveError("no_trust_levels", wave=wave.code)
    if wave.closes_on is not None and wave.closes_on < province_day(at):
        yield WaveError("schedule_past", wave=wave.code, closes=wave.closes_on.isoformat())
    yield from _beyond_reach(wave)


def _takes_part(wave: Wave) -> bool:
    """Whether any unit does; a wave may have thousands."""
    session = object_session(wave)
    assert session is not None
    return session.scalar(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id).limit(1)) is not None


def _beyond_reach(wave: Wave) -> Iterator[WaveError]:
    """A unit's local supplement is asked below that unit alone."""
    session = object_session(wave)
    assert session is not None
    origin = origin_of(session, wave.questionnaire)
    if origin is not None and origin.owner is not None:
        below = Unit.path.startswith(origin.owner.path, autoescape=True)
        beyond = (
            select(Unit).join(WaveUnit, WaveUnit.unit_id == Unit.id).where(WaveUnit.wave_id == wave.id, not_(below))
        )
        unit = session.scalar(beyond.order_by(Unit.path).limit(1))
        if unit is not None:
            names = {"owner": origin.owner.name_vi, "unit": unit.name_vi}
            yield WaveError("questionnaire_elsewhere", questionnaire=wave.questionnaire.code, **names)


def open_wave(session: Session, wave: Wave, at: datetime) -> None:
    """Draft → open: from here on the database keeps what decides the headline. Raises :class:`WaveError`."""
    lock_wave(session, wave)
    require_draft(wave)
    for obstacle in obstacles(wave, at):
        raise obstacle
    wave.state = "open"
    wave.opened_at = at
    wave.schedule_failure = wave.schedule_failed_at = None
    session.flush()
    emit_of_wave(session, "wave.opened", wave, at)


def lock_wave(session: Session, wave: Wave) -> None:
    """Read the wave anew and keep it from other writers until the transaction ends: of two who open it one does."""
    begin_write(session)  # on SQLite a writer is alone
    session.flush()  # what is read anew would be lost
    session.refresh(wave, with_for_update=True)


def close_wave(session: Session, wave: Wave, at: datetime) -> None:
    """Open → closed: no response is accepted any more. Raises :class:`WaveError`.

    Whoever is storing a response is waited for, and nobody stores another before the caller commits: the caller seals
    what came in and keeps the statistics that need a scan in the same transaction, and they miss nothing.
    """
    lock_wave(session, wave)
    if wave.state != "open":
        raise WaveError("not_open", wave=wave.code, state=wave.state)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        try:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{CLOSING_SECONDS:d}s'")
            connection.exec_driver_sql("LOCK TABLE response IN SHARE MODE")
        except OperationalError as error:
            raise WaveError("busy", wave=wave.code) from error
    wave.state = "closed"
    wave.closed_at = at
    wave.schedule_failure = wave.schedule_failed_at = None
    session.flush()
    emit_of_wave(session, "wave.closed", wave, at)


def publish_wave(session: Session, wave: Wave, at: datetime) -> None:
    """Closed → published: everybody sees the results, once every filing is published. Raises :class:`WaveError`."""
    lock_wave(session, wave)
    if wave.state != "closed":
        raise WaveError("not_closed", wave=wave.code, state=wave.state)
    if is_poll(session, wave):
        raise WaveError("poll")
    closing = session.get(WaveClosing, wave.id)
    if closing is not None and closing.finished_at is None:
        raise WaveError("closing", wave=wave.code)
    unpublished = select(Filing.id).where(Filing.wave_id == wave.id, Filing.state.not_in(("published", "corrected")))
    if session.scalar(unpublished.limit(1)) is not None:
        raise WaveError("filings", wave=wave.code)
    wave.state = "published"
    wave.published_at = at
    session.flush()
    emit_of_wave(session, "wave.published", wave, at)


def require_draft(wave: Wave) -> None:
    """Raise :class:`WaveError` once the wave is open."""
    if wave.state != "draft":
        raise WaveError("not_draft", wave=wave.code, state=wave.state)


def _in_force(valid_from: date, valid_until: date | None, start: date, end: date) -> bool:
    return valid_from <= start and (valid_until is None or valid_until >= end)
