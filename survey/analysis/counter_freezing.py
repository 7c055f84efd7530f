"""Counter scores as canonical JSON, and reading what two people fixed as it was, whatever was recorded since."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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


def canonical(period: CounterPeriod, scores: Mapping[int, UnitScore]) -> bytes:
    """Keys sorted, UTF-8, no blanks; points and totals as they are printed, never as floats; by the units' ids, code
    and name beside. Without what is not returned yet: that alone moves with every late return."""
    units = {
        str(key): {"code": score.place.code, "name": _text(score.place.name), **_score(score)}
        for key, score in scores.items()
    }
    return spelled({"format": FORMAT, "period": period.code, "units": units})


def differs(one: UnitScore, other: UnitScore) -> bool:
    """Whether the two say something else of the unit, its name aside, and what is not returned yet."""
    return spelled(_score(one)) != spelled(_score(other))


def says(fixing: CounterFixing, content: bytes) -> bool:
    """Whether the fixing holds what the canonical `content` says, the units' codes and names aside."""
    frozen, now = _units(fixing.digest, fixing.figures), json.loads(content)["units"]
    nameless = [{int(key): _nameless(plain) for key, plain in units.items()} for units in (frozen, now)]
    return nameless[0] == nameless[1]


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


def fixed_ids(session: Session, period: CounterPeriod) -> Sequence[int]:
    """The ids of the units whose scores of the period are fixed."""
    found = latest_fixing(session, period)
    return () if found is None else frozen_ids(found)


def frozen_ids(fixing: CounterFixing) -> Sequence[int]:
    """The ids of the units in it."""
    return tuple(_units(fixing.digest, fixing.figures))


def fixed_scores(session: Session, units: Sequence[Unit], period: CounterPeriod) -> dict[int, UnitScore]:
    """The scores of the units as the period was fixed, by unit id; none where it is not, or the unit is not in it."""
    found = latest_fixing(session, period)
    return {} if found is None else scores_in(found, units)


def scores_in(fixing: CounterFixing, units: Iterable[Unit]) -> dict[int, UnitScore]:
    """The scores that were frozen of these units, by unit id, under the names they had then."""
    label = Fixed(fixing.version, province_day(fixing.decided_at or fixing.asked_at))
    known, period = _units(fixing.digest, fixing.figures), CounterPeriod(fixing.year, fixing.quarter)
    return {unit.id: _read(unit, period, known[unit.id], label) for unit in units if unit.id in known}


@lru_cache(maxsize=16)
def _units(_digest: str, figures: bytes) -> Mapping[int, dict[str, Any]]:
    """Thousands of units take longer to spell out than to score; what is fixed never changes."""
    return {int(key): plain for key, plain in unpacked(figures)["units"].items()}


def _nameless(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if key not in ("code", "name")}


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
        "on_time": [on_time.on_time, on_time.dossiers, on_time.known],
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
    on_time, dossiers, known = plain["on_time"]
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
    told = on_time_of(on_time, dossiers, 0, known, Fraction(plain["least"]))
    place = replace(labels.place(unit), name=Text(*plain["name"]))
    return UnitScore(place, period, score, told, label, fixed)


def _read_indicator(plain: dict[str, Any]) -> Indicator:
    survey = plain["survey"] and FromSurvey(
        tuple(Text(*wave) for wave in plain["survey"]["waves"]),
        Text(*plain["survey"]["asked"]),
        plain["survey"]["people"],
    )
    points = None if plain["points"] is None else Decimal(plain["points"])
    return Indicator(plain["number"], points, plain["dossiers"], survey)
