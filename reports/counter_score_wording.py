"""How the one-stop counter's score speaks: names of indicators, periods, points, grades, and what was left out."""

from __future__ import annotations

from decimal import Decimal

from reports.catalogue import gettext, gettext_noop
from reports.counter_score_figures import (
    CounterPeriod,
    Fixed,
    Grade,
    GroupGap,
    GroupPart,
    Indicator,
    LeftOut,
    OnTime,
    Score,
    UnitScore,
)
from reports.figures import Language, VerdictState
from reports.wording import NO_NUMBER, count, interval, number, percent, short_date

INDICATORS = {
    1: gettext_noop("Total time of handling"),
    2: gettext_noop("Time of each agency involved"),
    3: gettext_noop("Further contacts with the counter"),
    4: gettext_noop("Agencies to contact"),
    5: gettext_noop("Handled at the counter"),
    6: gettext_noop("Procedures published"),
    7: gettext_noop("Attitude of officials"),
    8: gettext_noop("Opinions answered on time"),
    9: gettext_noop("Online services"),
}
GROUP_PARTS = {
    "opinions": gettext_noop("Opinions answered on time, of those that were due"),
    "content": gettext_noop("Opinions without dissatisfaction or complaint, of all"),
    "dossiers": gettext_noop("Satisfaction with the handling of dossiers"),
}
GROUP_GAPS: dict[GroupGap, str] = {
    "none_due": gettext_noop("No opinion was due in this period."),
    "amid_half_year": gettext_noop("Told by half-years alone: see quarter II, quarter IV or the year."),
    "not_told_yet": gettext_noop("Ratings are told once for each half-year, the next time on {day}."),
    "hidden": gettext_noop("Ratings of a half-year are hidden, so that nobody who gave one can be known."),
    "none_accepted": gettext_noop("No opinion was accepted in this period."),
    "no_survey": gettext_noop("No survey of citizens that this unit took part in was published for this period."),
    "no_figure": gettext_noop("The survey of this period has no figure of this unit that may be shown."),
}
_HALF_ALONE = {
    1: gettext_noop("The first half of the year alone."),
    2: gettext_noop("The second half of the year alone."),
}
LEFT_OUT: dict[LeftOut, str] = {
    "scale": gettext_noop(
        "An indicator without sufficient data is left out, with its 2 points of the maximum; the bands move in "
        "proportion."
    ),
    "keep": gettext_noop(
        "An indicator without sufficient data is left out; the maximum and the bands stay as they are."
    ),
}
_QUARTERS = {1: "I", 2: "II", 3: "III", 4: "IV"}


def indicator_name(number_of: int, language: Language) -> str:
    return gettext(INDICATORS[number_of], language)


def group_part_name(code: str, language: Language) -> str:
    return gettext(GROUP_PARTS[code], language)


def group_gap_sentence(part: GroupPart, language: Language) -> str:
    """Why a part of the satisfaction group has no points, or a year's those of one half-year alone; may be empty."""
    if part.gap is None:
        return ""
    day = "" if part.told_on is None else short_date(part.told_on, language)
    why = gettext(GROUP_GAPS[part.gap], language, day=day)
    if part.points is None:
        return why
    return f"{gettext(_HALF_ALONE[part.half], language)} {why}"


def period_name(period: CounterPeriod, language: Language) -> str:
    """Quarter I of 2026; the year 2026."""
    if not period.quarter:
        return gettext("Year {year}", language, year=period.year)
    return gettext("Quarter {quarter} of {year}", language, quarter=_QUARTERS[period.quarter], year=period.year)


def short_period(period: CounterPeriod) -> str:
    """As an axis has room for: I/2026."""
    return f"{_QUARTERS[period.quarter]}/{period.year}" if period.quarter else str(period.year)


def points(value: Decimal | None, language: Language, decimals: int = 1) -> str:
    return NO_NUMBER if value is None else number(value, language, decimals)


def total(score: Score, language: Language) -> str:
    """15,0/18."""
    return NO_NUMBER if score.total is None else f"{points(score.total, language)}/{score.maximum}"


def grade_name(score: Score, language: Language) -> str:
    if score.grade is not None:
        return score.grade.name[language]
    return gettext("Not graded: too little data", language)


def tone(grade: Grade | None) -> VerdictState:
    """The colour of a grade: the better ones, the last, and those between."""
    if grade is None:
        return "inconclusive"
    if grade.place == grade.of - 1:
        return "not_met"
    return "met" if 2 * grade.place < grade.of - 1 else "inconclusive"


def sign(grade: Grade | None) -> str:
    """What stands beside the word, for whoever sees no colour."""
    return {"met": "✓", "not_met": "✕", "inconclusive": "●"}[tone(grade)] if grade else "?"


def left_out_rule(rule: LeftOut, language: Language) -> str:
    return gettext(LEFT_OUT[rule], language)


def left_out_sentence(score: Score, rule: LeftOut, language: Language) -> str:
    """Which indicators were left out and what that does to the total; empty where none was."""
    if not score.left_out:
        return ""
    numbers = ", ".join(map(str, score.left_out))
    named = gettext("Left out for lack of data: indicator {numbers}.", language, numbers=numbers)
    return f"{named} {left_out_rule(rule, language)}"


def survey_origin(indicator: Indicator, language: Language) -> str:
    """Where an indicator's points come from, if from a survey: its waves and how many people answered."""
    if indicator.survey is None or indicator.points is None:
        return ""
    waves = "; ".join(wave[language] for wave in indicator.survey.waves)
    people = f"n\u00a0=\u00a0{count(indicator.survey.people, language)}"  # never parted at the end of a line
    return f"{waves}, {people}"


def survey_sentence(indicator: Indicator, language: Language) -> str:
    """The same as a sentence that says what was asked; empty where the indicator comes from no survey."""
    origin = survey_origin(indicator, language)
    if not origin or indicator.survey is None:
        return ""
    return gettext(
        "Indicator {number} is from citizens' answers about “{asked}”: {origin}.",
        language,
        number=indicator.number,
        asked=indicator.survey.asked[language],
        origin=origin,
    )


def on_time_sentence(on_time: OnTime, language: Language) -> str:
    """How many were returned on time, whether that is of all or of a sample, and what waits."""
    if not on_time.dossiers:
        return gettext("No dossier was recorded.", language)
    parts = [
        gettext(
            "{on_time} of {dossiers} dossiers were returned by the day they were due: {share}.",
            language,
            on_time=count(on_time.on_time, language),
            dossiers=count(on_time.dossiers, language),
            share=percent(on_time.estimate.value, language, target=on_time.verdict.target),
        )
    ]
    if on_time.known is not None:
        bounds = interval(on_time.estimate, language, on_time.verdict.target)
        said = gettext(
            "These are a part of the {known} dossiers of the period; 95% confidence interval: {bounds}.",
            language,
            known=count(on_time.known, language),
            bounds=bounds,
        )
        parts.append(said)
    if on_time.overdue:
        overdue = gettext(
            "{number} of them are overdue and not returned.", language, number=count(on_time.overdue, language)
        )
        parts.append(overdue)
    return " ".join(parts)


def on_time_count(on_time: OnTime, language: Language) -> str:
    """Returned on time, of all."""
    counts = {"on_time": count(on_time.on_time, language), "dossiers": count(on_time.dossiers, language)}
    return gettext("{on_time} of {dossiers} dossiers on time", language, **counts)


def fixed_sentence(score: UnitScore, language: Language) -> str:
    """Which version of the period two people fixed; empty where the figures are as recorded now."""
    if score.fixed is None:
        return ""
    on, version = short_date(score.fixed.on, language), score.fixed.version
    return gettext("Fixed on {day}, version {version}.", language, day=on, version=version)


def differing_sentence(now: UnitScore, fixed: Fixed | None, language: Language) -> str:
    """What records say now of a unit whose period is fixed otherwise, or (None) without it."""
    told = {"total": total(now.score, language), "on_time": on_time_count(now.on_time, language)}
    if fixed:
        return gettext("What was recorded since differs from what was fixed: now {total}, {on_time}.", language, **told)
    return gettext("Recorded since the period was fixed, and not part of it: {total}, {on_time}.", language, **told)


def on_time_target(score: UnitScore, language: Language) -> str:
    least = percent(score.on_time.verdict.target, language, 0)
    return f"{least[:-1]}–{percent(score.rules.on_time_most, language, 0)}"
