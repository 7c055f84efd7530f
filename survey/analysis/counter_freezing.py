"""Counter scores as canonical JSON, and reading what two people fixed as it was, whatever was recorded since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reports.counter_score_figures import (
    CounterPeriod,
    Fixed,
    FromSurvey,
    Grade,
    Indicator,
    RulesLabel,
    Score,
    UnitScore,
)
from reports.figures import Text
from survey.analysis import labels
from survey.analysis.counter_scores import on_time_of
from survey.analysis.frozen_figures import spelled, unpacked
from survey.models import CounterFixing, Unit
from survey.operations.periods import province_day

FORMAT = "counter-scores/1"


def canonical(period: CounterPeriod, scores: Iterable[UnitScore]) -> bytes:
    """Keys sorted, UTF-8, no blanks; points and totals as they are printed, never as floats; by the units' codes."""
    units = {score.place.code: {"name": _text(score.place.name), **_score(score)} for score in scores}
    return spelled({"format": FORMAT, "period": period.code, "units": units})


def differs(one: UnitScore, other: UnitScore) -> bool:
    """Whether the two say something else of the unit, its name aside."""
    return spelled(_score(one)) != spelled(_score(other))


def latest_fixing(session: Session, period: CounterPeriod) -> CounterFixing | None:
    """The version of the period that holds."""
    query = select(CounterFixing).where(
        CounterFixing.year == period.year, CounterFixing.quarter == period.quarter, CounterFixing.is_confirmed.is_(True)
    )
    return session.scalar(query.order_by(CounterFixing.version.desc()).limit(1))


def fixed_periods(session: Session, years: Collection[int]) -> frozenset[CounterPeriod]:
    """The quarters of these years, and the years, whose scores are fixed."""
    query = select(CounterFixing.year, CounterFixing.quarter).distinct()
    rows = session.execute(query.where(CounterFixing.is_confirmed.is_(True), CounterFixing.year.in_(years)))
    return frozenset(CounterPeriod(year, quarter) for year, quarter in rows)


def fixed_codes(session: Session, period: CounterPeriod) -> Sequence[str]:
    """The codes of the units whose scores of the period are fixed."""
    found = latest_fixing(session, period)
    return () if found is None else tuple(_units(found.digest, found.figures))


def fixed_scores(session: Session, units: Sequence[Unit], period: CounterPeriod) -> dict[int, UnitScore]:
    """The scores of the units as the period was fixed, by unit id; none where it is not, or the unit is not in it."""
    found = latest_fixing(session, period)
    return {} if found is None else _scores(found, units, period)


def scores_in(session: Session, fixing: CounterFixing) -> list[UnitScore]:
    """All scores that were frozen, by the units' codes."""
    codes = _units(fixing.digest, fixing.figures).keys()
    query = select(Unit).where(Unit.code.in_(codes)).options(joinedload(Unit.parent)).order_by(Unit.code)
    return list(_scores(fixing, session.scalars(query), CounterPeriod(fixing.year, fixing.quarter)).values())


def _scores(fixing: CounterFixing, units: Iterable[Unit], period: CounterPeriod) -> dict[int, UnitScore]:
    label = Fixed(fixing.version, province_day(fixing.decided_at or fixing.asked_at))
    known = _units(fixing.digest, fixing.figures)
    return {unit.id: _read(unit, period, known[unit.code], label) for unit in units if unit.code in known}


@lru_cache(maxsize=16)
def _units(_digest: str, figures: bytes) -> Mapping[str, dict[str, Any]]:
    """Thousands of units take longer to spell out than to score; what is fixed never changes."""
    document = unpacked(figures)
    return {code: document["units"][code] for code in sorted(document["units"])}


def _text(text: Text) -> list[str]:
    return [text.vi, text.en]


def _score(each: UnitScore) -> dict[str, Any]:
    score, on_time, rules = each.score, each.on_time, each.rules
    grade = score.grade and {"name": _text(score.grade.name), "place": score.grade.place, "of": score.grade.of}
    return {
        "indicators": [_indicator(indicator) for indicator in score.indicators],
        "total": None if score.total is None else str(score.total),
        "maximum": score.maximum,
        "full": score.full,
        "grade": grade,
        "on_time": [on_time.on_time, on_time.dossiers, on_time.overdue, on_time.known],
        "least": str(on_time.verdict.target),
        "rules": {
            "version": rules.version,
            "name": _text(rules.name),
            "reference": rules.reference,
            "left_out": rules.left_out,
            "on_time_reference": rules.on_time_reference,
            "on_time_most": str(rules.on_time_most),
        },
    }


def _indicator(each: Indicator) -> dict[str, Any]:
    survey = each.survey and {
        "waves": [_text(wave) for wave in each.survey.waves],
        "asked": _text(each.survey.asked),
        "people": each.survey.people,
    }
    points = None if each.points is None else str(each.points)
    return {"number": each.number, "points": points, "dossiers": each.dossiers, "survey": survey}


def _read(unit: Unit, period: CounterPeriod, plain: dict[str, Any], fixed: Fixed) -> UnitScore:
    grade, rules = plain["grade"], plain["rules"]
    on_time, dossiers, overdue, known = plain["on_time"]
    score = Score(
        tuple(map(_read_indicator, plain["indicators"])),
        None if plain["total"] is None else Decimal(plain["total"]),
        plain["maximum"],
        plain["full"],
        None if grade is None else Grade(Text(*grade["name"]), grade["place"], grade["of"]),
    )
    label = RulesLabel(
        rules["version"],
        Text(*rules["name"]),
        rules["reference"],
        rules["left_out"],
        rules["on_time_reference"],
        Fraction(rules["on_time_most"]),
    )
    told = on_time_of(on_time, dossiers, overdue, known, Fraction(plain["least"]))
    return UnitScore(labels.place(unit), period, score, told, label, fixed)


def _read_indicator(plain: dict[str, Any]) -> Indicator:
    survey = plain["survey"] and FromSurvey(
        tuple(Text(*wave) for wave in plain["survey"]["waves"]),
        Text(*plain["survey"]["asked"]),
        plain["survey"]["people"],
    )
    points = None if plain["points"] is None else Decimal(plain["points"])
    return Indicator(plain["number"], points, plain["dossiers"], survey)
