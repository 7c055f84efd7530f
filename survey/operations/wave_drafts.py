"""Draft waves: begun with proposals for all, or copied from an earlier wave; changed step by step, or deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from survey.models import Collector, Questionnaire, Target, Unit, Wave, WaveTrust, WaveUnit
from survey.operations.identifiers import is_code
from survey.operations.periods import calendar_year, half_year, quarter
from survey.operations.targets import target_or_default
from survey.operations.waves import WaveError, add_units, check_schedule, create_wave, require_draft

Calendar = Callable[[date], tuple[date, date]]

_QUARTERS = (("I", "first"), ("II", "second"), ("III", "third"), ("IV", "fourth"))
HEADLINE_TRUST = ("open", "present", "paper")
# What of a draft may be changed by name; units, trust levels and quotas have operations of their own.
EDITABLE = frozenset(
    {
        "aggregation",
        "closes_on",
        "code",
        "design",
        "headline_weighting",
        "minimum_people",
        "name_en",
        "name_vi",
        "opens_on",
        "owner",
        "period_end",
        "period_start",
        "questionnaire",
        "rule",
        "target",
    }
)


def next_period(session: Session, calendar: Calendar, today: date) -> tuple[date, date]:
    """The period of the calendar (half-years, quarters, years) that today lies in; where a wave covers it already, the
    one after."""
    period = calendar(today)
    taken = select(Wave.id).where(Wave.period_start == period[0], Wave.period_end == period[1]).limit(1)
    return calendar(period[1] + timedelta(days=1)) if session.scalar(taken) is not None else period


def calendar_of(wave: Wave) -> Calendar:
    """The calendar whose period the wave covers; half-years, where it covers none."""
    period = (wave.period_start, wave.period_end)
    return next((each for each in (quarter, calendar_year) if each(wave.period_start) == period), half_year)


def proposed_code(session: Session, start: date, end: date) -> str:
    """A free code that says the period: 2026-H2 for a half-year, 2026-Q3 for a quarter, 2026 for a year, else 2026-03;
    then 2026-H2-2 …"""
    if (start, end) == half_year(start):
        stem = f"{start.year}-H{1 if start.month == 1 else 2}"
    elif (start, end) == quarter(start):
        stem = f"{start.year}-Q{(start.month + 2) // 3}"
    elif (start, end) == calendar_year(start):
        stem = f"{start.year}"
    else:
        stem = f"{start:%Y-%m}"
    taken = set(session.scalars(select(Wave.code).where(Wave.code.startswith(stem, autoescape=True))))
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def proposed_names(start: date, end: date) -> tuple[str, str]:
    """A Vietnamese and an English name that say the period."""
    if (start, end) == half_year(start):
        first = start.month == 1
        half = "6 tháng đầu năm" if first else "6 tháng cuối năm"
        ordinal = "first" if first else "second"
        return f"Khảo sát mức độ hài lòng {half} {start.year}", f"Satisfaction survey, {ordinal} half of {start.year}"
    if (start, end) == quarter(start):
        roman, ordinal = _QUARTERS[start.month // 3]
        return (
            f"Khảo sát mức độ hài lòng quý {roman}/{start.year}",
            f"Satisfaction survey, {ordinal} quarter of {start.year}",
        )
    if (start, end) == calendar_year(start):
        return f"Khảo sát mức độ hài lòng năm {start.year}", f"Satisfaction survey {start.year}"
    days = f"{start:%d/%m/%Y}–{end:%d/%m/%Y}"
    return f"Khảo sát mức độ hài lòng {days}", f"Satisfaction survey {days}"


def begin_draft(session: Session, questionnaire: Questionnaire, owner: Unit | None, today: date) -> Wave:
    """A draft for the next half-year with a proposal for every step; raises :class:`WaveError`."""
    start, end = next_period(session, half_year, today)
    name_vi, name_en = proposed_names(start, end)
    return create_wave(
        session,
        code=proposed_code(session, start, end),
        name_vi=name_vi,
        name_en=name_en,
        questionnaire=questionnaire,
        target=target_or_default(session, start),
        period_start=start,
        period_end=end,
        design="self_selected",
        headline_weighting="unweighted",
        trust_levels=HEADLINE_TRUST,
        owner=owner,
    )


def copy_wave(session: Session, earlier: Wave, today: date) -> Wave:
    """A draft for the next period like the earlier wave's (a quarter after a quarter), with its questionnaire,
    settings, units and quotas.

    Units that do not exist during the new period are left out, forms issued and days of opening too; the target is the
    earlier one where it is still in force, else the newest. Raises :class:`WaveError`.
    """
    start, end = next_period(session, calendar_of(earlier), max(today, earlier.period_end + timedelta(days=1)))
    name_vi, name_en = proposed_names(start, end)
    target = earlier.target
    draft = create_wave(
        session,
        code=proposed_code(session, start, end),
        name_vi=name_vi,
        name_en=name_en,
        questionnaire=earlier.questionnaire,
        target=target if _covers(target, start, end) else target_or_default(session, start),
        period_start=start,
        period_end=end,
        design=earlier.design,
        headline_weighting=earlier.headline_weighting,
        rule=earlier.rule,
        aggregation=earlier.aggregation,
        minimum_people=earlier.minimum_people,
        trust_levels=[level.trust for level in earlier.trust_levels],
        owner=earlier.owner,
    )
    rows = session.execute(
        select(Unit.id, WaveUnit.quota)
        .join(WaveUnit, WaveUnit.unit_id == Unit.id)
        .where(
            WaveUnit.wave_id == earlier.id,
            Unit.valid_from <= end,
            or_(Unit.valid_until.is_(None), Unit.valid_until >= start),
        )
    )
    session.add_all(WaveUnit(wave_id=draft.id, unit_id=unit_id, quota=quota) for unit_id, quota in rows)
    session.flush()
    session.expire(draft, ["units"])
    return draft


def _covers(target: Target, start: date, end: date) -> bool:
    return target.valid_from <= start and (target.valid_until is None or target.valid_until >= end)


def edit_draft(session: Session, wave: Wave, **changes: Any) -> None:
    """Change columns of a draft, those of :data:`EDITABLE`; raises :class:`WaveError` and leaves it as it was."""
    assert changes.keys() <= EDITABLE, changes.keys() - EDITABLE
    require_draft(wave)
    code = changes.get("code", wave.code)
    if not is_code(code):
        raise WaveError("code_form", wave=code)
    if code != wave.code and session.scalar(select(Wave.id).where(Wave.code == code)) is not None:
        raise WaveError("code_taken", wave=code)
    start, end = changes.get("period_start", wave.period_start), changes.get("period_end", wave.period_end)
    if end < start:
        raise WaveError("period", start=start.isoformat(), end=end.isoformat())
    check_schedule(changes.get("opens_on", wave.opens_on), changes.get("closes_on", wave.closes_on))
    for name, value in changes.items():
        setattr(wave, name, value)
    wave.schedule_failure = wave.schedule_failed_at = None
    session.flush()


def set_closing_day(session: Session, wave: Wave, closes_on: date | None, today: date) -> None:
    """Choose the last day on which an open wave takes answers, or none; raises :class:`WaveError`."""
    if wave.state != "open":
        raise WaveError("not_open", wave=wave.code, state=wave.state)
    if closes_on is not None and closes_on < today:
        raise WaveError("schedule_past", wave=wave.code, closes=closes_on.isoformat())
    wave.closes_on = closes_on
    wave.schedule_failure = wave.schedule_failed_at = None
    session.flush()


def choose_units(session: Session, wave: Wave, shown: Collection[int], chosen: Collection[int]) -> tuple[int, int]:
    """Of the units `shown` by their ids, let those take part that are `chosen`: how many were added and taken out.

    Those that join lie at or below the unit that runs the wave. An open wave only gains units. Raises
    :class:`WaveError`.
    """
    taking_part = set(session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)))
    new = session.scalars(select(Unit).where(Unit.id.in_(set(chosen) & set(shown) - taking_part))).all()
    for unit in new:
        if wave.owner is not None and not unit.path.startswith(wave.owner.path):
            raise WaveError("unit_elsewhere", unit=unit.code, wave=wave.code)
    leaving = (set(shown) - set(chosen)) & taking_part
    if leaving:
        require_draft(wave)
        held = select(Unit.code).join(Collector, Collector.unit_id == Unit.id)
        held = held.where(Collector.wave_id == wave.id, Unit.id.in_(leaving)).order_by(Unit.code).limit(1)
        if (code := session.scalar(held)) is not None:
            raise WaveError("unit_has_collectors", unit=code, wave=wave.code)
    added = add_units(session, wave, new)
    for row in session.scalars(
        select(WaveUnit).where(WaveUnit.wave_id == wave.id, WaveUnit.unit_id.in_(leaving))
    ).all():
        session.delete(row)
    session.flush()
    session.expire(wave, ["units"])
    return added, len(leaving)


def delete_draft(session: Session, wave: Wave) -> None:
    """Forget a draft that has no collectors; raises :class:`WaveError`."""
    require_draft(wave)
    if session.scalar(select(Collector.id).where(Collector.wave_id == wave.id).limit(1)) is not None:
        raise WaveError("has_collectors", wave=wave.code)
    for model in (WaveUnit, WaveTrust):
        session.execute(delete(model).where(model.wave_id == wave.id))
    session.expire(wave, ["units", "trust_levels"])
    session.delete(wave)
    session.flush()
