"""The satisfaction group of Decision 766/QĐ-TTg: what its three parts rest on, or why one of them has no points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod, GroupPart, SatisfactionFigures
from reports.figures import Text
from survey.analysis.counter_opinions import read_opinions
from survey.analysis.counter_scores import group_part
from survey.analysis.petition_boards import read_handling
from survey.analysis.published import unit_of_wave
from survey.analysis.summary import unit_report
from survey.models import Collector, Unit, Wave
from survey.operations.counter_rules import rules_on
from survey.operations.periods import half_year
from survey.operations.poll_waves import IS_SURVEY

# The half-years that a quarter ends, or that make a year; the first and third quarter end none.
_HALVES = {0: (1, 2), 2: (1,), 4: (2,)}


def read_group(session: Session, unit: Unit, period: CounterPeriod, today: date) -> SatisfactionFigures:
    """The satisfaction group of a period: opinions on time, all minus those displeased, citizens' satisfaction with
    dossiers in the newest published survey of the period that the unit took part in."""
    _version, rules, _text = rules_on(session, period.end)
    asked = rules.satisfaction_group
    on_time, due = read_opinions(session, [unit], period, today)[unit.id]
    opinions = group_part("opinions", asked.opinions, Fraction(on_time, due) if due else None, due)
    content = group_part("content", asked.content, None, 0)
    dossiers, wave = _dossiers(session, unit, period, group_part("dossiers", asked.dossiers, None, 0))
    parts = (
        opinions if due else replace(opinions, gap="none_due"),
        _content(session, unit, period, today, content),
        dossiers,
    )
    return SatisfactionFigures(parts, wave, asked.reference)


@dataclass(frozen=True, slots=True)
class _Half:
    """A half-year's opinions without displeasure, of all that were accepted; or the part that says why not."""

    number: int
    content: int
    accepted: int
    missing: GroupPart | None = None


def _content(session: Session, unit: Unit, period: CounterPeriod, today: date, part: GroupPart) -> GroupPart:
    """All minus those displeased, as the opinions' own room tells it: by whole half-years, of each once and for ever.

    A year is the sum of its half-years that are told, so nothing follows from it that they do not tell themselves; a
    quarter amid a half-year has none, or its difference to the half-year would be one more figure.
    """
    if period.quarter not in _HALVES:
        return replace(part, gap="amid_half_year")
    halves = [_half(session, unit, period.year, number, today, part) for number in _HALVES[period.quarter]]
    counted = [half for half in halves if half.missing is None and half.accepted]
    missing = next((half.missing for half in halves if half.missing is not None), None)
    if not counted:
        return missing or replace(part, gap="none_accepted")
    accepted = sum(half.accepted for half in counted)
    found = group_part("content", part.maximum, Fraction(sum(half.content for half in counted), accepted), accepted)
    if missing is None:
        return found
    return replace(found, gap=missing.gap, told_on=missing.told_on, half=counted[0].number)


def _half(session: Session, unit: Unit, year: int, number: int, today: date, part: GroupPart) -> _Half:
    report = read_handling(session, true(), half_year(date(year, 6 * number, 1)), today)
    agencies = _agencies(session, [row.code for row in report.units])
    own = [row.handling for row in report.units if agencies[row.code] == unit.id]
    if report.told_on is not None:
        return _Half(number, 0, 0, replace(part, gap="not_told_yet", told_on=report.told_on))
    accepted = sum(handling.accepted for handling in own)
    displeased = [handling.displeased for handling in own]
    if None in displeased:
        return _Half(number, 0, 0, replace(part, gap="hidden"))
    return _Half(number, accepted - sum(each or 0 for each in displeased), accepted)


def _agencies(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """The agency of each unit, by the unit's code: itself, of a room the nearest unit above that is none."""
    paths = {
        code: [int(part) for part in path.strip("/").split("/")]
        for code, path in session.execute(select(Unit.code, Unit.path).where(Unit.code.in_(codes)))
    }
    above = {unit_id for path in paths.values() for unit_id in path}
    rooms = set(session.scalars(select(Unit.id).where(Unit.id.in_(above), Unit.kind == "room")))
    return {code: next((each for each in reversed(path) if each not in rooms), path[0]) for code, path in paths.items()}


def _dossiers(session: Session, unit: Unit, period: CounterPeriod, part: GroupPart) -> tuple[GroupPart, Text | None]:
    """Citizens' satisfaction in the newest published survey of the period, and its name."""
    survey = _survey(session, unit, period)
    if survey is None:
        return replace(part, gap="no_survey"), None
    index = unit_report(
        session, survey.wave, unit, group=survey.group, source="sealed", with_history=False, with_scan=False
    ).index
    if index.estimate.value is None:
        return replace(part, gap="no_figure"), None
    found = group_part("dossiers", part.maximum, index.estimate.value, index.people)
    return found, Text(survey.wave.name_vi, survey.wave.name_en)


@dataclass(frozen=True, slots=True)
class _Survey:
    wave: Wave
    group: str | None  # to narrow the wave to; None where it asks citizens alone: then its own weighting holds


def _survey(session: Session, unit: Unit, period: CounterPeriod) -> _Survey | None:
    """The newest published survey of the period that asks citizens and that the unit took part in."""
    waves = session.scalars(
        select(Wave)
        .where(Wave.state == "published", IS_SURVEY, Wave.period_end.between(period.start, period.end))
        .order_by(Wave.period_end.desc(), Wave.id.desc())
    )
    for wave in waves:
        groups = select(Collector.respondent_group).where(Collector.wave_id == wave.id).distinct()
        asked = set(session.scalars(groups))
        if "citizen" in asked and unit_of_wave(session, wave, unit.code) is not None:
            return _Survey(wave, None if asked == {"citizen"} else "citizen")
    return None
