"""The arithmetic of the one-stop counter's score (Thông tư 01/2018/TT-VPCP, Art. 12–15), exact and without a database.

The score of an indicator is the mean over dossiers, rounded half up to one decimal; one without sufficient data is left
out. What is left out then of a total follows the rule set (docs/decisions/0043).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from forms.counter_rules import (
    INDICATORS,
    PER_DOSSIER,
    PER_OFFICIAL,
    POINTS,
    Band,
    CounterRules,
    Least,
    Most,
    Paces,
    SurveySource,
)
from reports.counter_score_figures import FromSurvey, Grade, GroupPart, Indicator, OnTime, Score
from reports.figures import Estimate, IntervalMethod, Text
from reports.wording import round_half_up
from survey.analysis.intervals import wilson_interval
from survey.analysis.scorecards import exact
from survey.analysis.verdict import judge
from survey.models import CounterRecord

_PUBLISHED = {"both": 2, "one": 1, "none": 0}


class Facts(NamedTuple):
    """What the points of a dossier depend on; empty or None: the one-stop system did not tell."""

    pace: str
    agency_pace: str = ""
    extra_contacts: int | None = None
    agencies: int | None = None
    publication: str = ""
    complaint: str = ""


Tally = Mapping[Facts, int]  # so many dossiers with these facts


@dataclass(frozen=True, slots=True)
class SurveyAnswers:
    """How often each answer from 1 to 5 was given to what a source asks, with where it was asked."""

    counts: tuple[int, int, int, int, int]
    origin: FromSurvey


Surveys = Mapping[int, SurveyAnswers]  # by indicator


def pace_of(returned: date | None, due: date) -> str:
    """Earlier than due, on the day, or later; not returned is later: it is asked only after the due day."""
    if returned is None or returned > due:
        return "late"
    return "early" if returned < due else "on_time"


def dossier_points(rules: CounterRules, facts: Facts) -> dict[int, int | None]:
    """The points of one dossier by indicator; None where it does not tell."""
    return {
        1: _by_pace(rules.pace, facts.pace),
        2: _by_pace(rules.agency_pace, facts.agency_pace),
        3: _at_most(rules.extra_contacts, facts.extra_contacts),
        4: _at_most(rules.agencies, facts.agencies),
        6: _PUBLISHED.get(facts.publication),
        7: _attitude(rules, facts),
    }


def _by_pace(points: Paces, pace: str) -> int | None:
    return {"early": points.early, "on_time": points.on_time, "late": points.late}.get(pace)


def _at_most(most: Most, number: int | None) -> int | None:
    if number is None:
        return None
    return 2 if number <= most.two else 1 if number <= most.one else 0


def _attitude(rules: CounterRules, facts: Facts) -> int | None:
    if not facts.complaint:
        return None
    return 0 if facts.complaint == "stands" else _by_pace(rules.attitude, facts.pace)


def mean_points(points: Iterable[tuple[int, int]]) -> tuple[Decimal | None, int]:
    """The mean of pairs (points, how many), rounded half up to one decimal, and of how many it is."""
    pairs = list(points)
    number = sum(many for _points, many in pairs)
    if not number:
        return None, 0
    return round_half_up(Fraction(sum(points * many for points, many in pairs), number), 1), number


def dossier_indicators(rules: CounterRules, tally: Tally) -> dict[int, Indicator]:
    """Indicators 1, 2, 3, 4, 6 and 7 over many dossiers; one that too few dossiers tell of is left out."""
    found: dict[int, list[tuple[int, int]]] = {number: [] for number in PER_DOSSIER}
    for facts, many in tally.items():
        for number, points in dossier_points(rules, facts).items():
            if points is not None:
                found[number].append((points, many))
    indicators = {}
    for number, pairs in found.items():
        mean, base = mean_points(pairs)
        indicators[number] = Indicator(number, mean if base >= rules.minimum_dossiers else None, base)
    return indicators


def on_the_spot_points(rules: CounterRules, kind: str, record: CounterRecord) -> int | None:
    """Indicator 5 of a quarter: the share of listed procedures handled on the spot asked of that kind of unit."""
    if not record.listed_procedures or record.on_the_spot is None:
        return None
    if Fraction(record.on_the_spot, record.listed_procedures) >= rules.on_the_spot.asked_of(kind):
        return 2
    return None if record.all_at_counter is None else int(record.all_at_counter)


def opinion_points(rules: CounterRules, on_time: int, due: int) -> int:
    """Indicator 8: opinions answered on time of those that were due; none at all are as good as all."""
    return _at_least(rules.opinions, Fraction(on_time, due)) if due else 2


def online_points(rules: CounterRules, record: CounterRecord) -> int | None:
    """Indicator 9 of a quarter; nothing where an online dossier was late."""
    told = (record.online_procedures, record.online_dossiers, record.online_late)
    if not record.eligible_procedures or not record.dossiers_received or None in told:
        return None
    if record.online_late:
        return 0
    points = _at_least(rules.online.dossiers, Fraction(record.online_dossiers or 0, record.dossiers_received))
    enough = Fraction(record.online_procedures or 0, record.eligible_procedures) >= rules.online.procedures
    return points if enough else min(points, 1)


def _at_least(least: Least, share: Fraction) -> int:
    return 2 if share >= least.two else 1 if share >= least.one else 0


def survey_indicator(rules: CounterRules, source: SurveySource, answers: SurveyAnswers) -> Indicator:
    """An indicator as the mean over citizens' answers; left out where fewer people answered than dossiers are asked."""
    points = (
        (2 if mark in source.two else int(mark in source.one), many) for mark, many in enumerate(answers.counts, 1)
    )
    mean, _answers = mean_points(points)
    enough = answers.origin.people >= rules.minimum_dossiers
    return Indicator(source.indicator, mean if enough else None, survey=answers.origin)


def agency_score(
    rules: CounterRules,
    kind: str,
    tally: Tally,
    records: Sequence[CounterRecord],
    opinions: tuple[int, int],
    surveys: Surveys = MappingProxyType({}),
) -> Score:
    """An agency's nine indicators and their total, out of 18. `records` are of the quarters of the period, `opinions`
    those answered on time and those that were due, `surveys` the answers of what the rules take from surveys.
    Indicator 6 is the agency's own report, else its dossiers'."""
    indicators = dossier_indicators(rules, tally)
    indicators[5] = _of_quarters(5, (on_the_spot_points(rules, kind, record) for record in records))
    published = _of_quarters(6, (_PUBLISHED.get(record.publication) for record in records))
    indicators[6] = published if published.points is not None else indicators[6]
    indicators[8] = Indicator(8, Decimal(opinion_points(rules, *opinions)).quantize(Decimal("0.1")))
    indicators[9] = _of_quarters(9, (online_points(rules, record) for record in records))
    for source in rules.surveys:
        answers = surveys.get(source.indicator)
        if answers is None or (source.use == "where_missing" and indicators[source.indicator].points is not None):
            continue
        told = survey_indicator(rules, source, answers)
        indicators[source.indicator] = told if told.points is not None else indicators[source.indicator]
    ordered = [indicators[number] for number in INDICATORS]
    return total_of(rules, ordered, rules.agency_bands, rules.fewest_indicators.agency)


def official_score(rules: CounterRules, tally: Tally) -> Score:
    """An official's share: indicators 1, 2, 3, 4 and 7 of the dossiers in his charge, out of 10."""
    indicators = dossier_indicators(rules, tally)
    ordered = [indicators[number] for number in PER_OFFICIAL]
    return total_of(rules, ordered, rules.official_bands, rules.fewest_indicators.official)


def _of_quarters(number: int, points: Iterable[int | None]) -> Indicator:
    mean, _quarters = mean_points((each, 1) for each in points if each is not None)
    return Indicator(number, mean)


def total_of(rules: CounterRules, indicators: Sequence[Indicator], bands: Sequence[Band], fewest: int) -> Score:
    """The sum of what has data, and the band it reaches: a sum equal to a band's lower edge is in it.

    Where the rules scale, the edges move in proportion: total/maximum is compared with edge/full, exactly.
    """
    found = [each.points for each in indicators if each.points is not None]
    full = POINTS * len(indicators)
    maximum = POINTS * len(found) if rules.left_out == "scale" else full
    if not found:
        return Score(tuple(indicators), None, maximum, full, None)
    total = sum(found, Decimal(0))
    grade = None
    if len(found) >= fewest:
        place = next(at for at, band in enumerate(bands) if total * full >= band.at_least * maximum)
        grade = Grade(Text(bands[place].name.vi, bands[place].name.en), place, len(bands))
    return Score(tuple(indicators), total, maximum, full, grade)


def on_time_of(on_time: int, dossiers: int, overdue: int, known: int | None, least: Fraction) -> OnTime:
    """The share returned on time: exact where all dossiers were recorded, else an estimate from those that were."""
    estimate = Estimate(None)
    if dossiers:
        share = Fraction(on_time, dossiers)
        lower, upper = (float(share),) * 2 if known is None else wilson_interval(float(share), dossiers)
        method: IntervalMethod = "census" if known is None else "wilson"
        estimate = Estimate(float(share), lower=lower, upper=upper, method=method, exact=share)
    return OnTime(on_time, dossiers, overdue, known, estimate, judge(estimate, dossiers, least))


def group_part(code: str, maximum: Decimal, share: Fraction | float | None, base: int) -> GroupPart:
    """A part of Decision 766's satisfaction group: maximum × share, rounded half up to two decimals."""
    points = None
    if share is not None:
        points = round_half_up(Fraction(maximum) * exact(share), 2)
    return GroupPart(code, maximum, share, points, base)  # type: ignore[arg-type]  # one of three codes
