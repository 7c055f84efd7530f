"""How numbers, percentages, dates and verdicts are written for a reader, in Vietnamese and in English.

Every function takes the language and returns plain text, unescaped: pages, PDF, XLSX and the command line show the
same words and the same digits.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from reports.catalogue import gettext, gettext_noop, ngettext
from reports.figures import Change, Estimate, Figure, Language, Movement, Verdict, VerdictState

Number = Fraction | float | Decimal | int

NO_NUMBER = "–"
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_BLANK = "\u00a0" * 6  # to be filled by hand
MOST_DECIMALS = 10  # of a percentage; what is closer to the target than this is noise of floating point

_SEPARATORS: dict[Language, tuple[str, str]] = {"vi": (".", ","), "en": (",", ".")}
_MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)
_VERDICT_WORDS: dict[VerdictState, str] = {
    "met": gettext_noop("Met"),
    "not_met": gettext_noop("Not met"),
    "inconclusive": gettext_noop("Not enough evidence"),
}
VERDICT_SIGNS: dict[VerdictState, str] = {"met": "✓", "not_met": "✕", "inconclusive": "?"}
_MOVEMENTS: dict[Movement, str] = {
    "moved_up": gettext_noop("Rose"),
    "moved_down": gettext_noop("Fell"),
    "not_moved": gettext_noop("No noticeable change"),
    "cannot_tell": gettext_noop("Cannot tell whether it changed"),
    "broken": gettext_noop("Not comparable"),
}


def _exact(value: Number) -> Fraction:
    """A float stands for the shortest decimal that names it, which is the number a person would round."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def round_half_up(value: Number, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, halves away from zero, without binary error.

    A `Fraction`, `int` or `Decimal` is rounded exactly; a `float` as its shortest decimal (`repr`): 0.285 → 0.29.
    """
    numerator, denominator = _exact(value).as_integer_ratio()
    magnitude = (2 * abs(numerator) * 10**decimals + denominator) // (2 * denominator)
    return Decimal(-magnitude if numerator < 0 else magnitude).scaleb(-decimals)


def number(value: Number, language: Language, decimals: int = 2) -> str:
    """`value` rounded half up with the language's separators: 6.098,50 or 6,098.50."""
    return _written(round_half_up(value, decimals), language)


def _written(value: Decimal, language: Language) -> str:
    thousands, comma = _SEPARATORS[language]
    return f"{value:,f}".translate({ord(","): thousands, ord("."): comma})


def count(value: int | None, language: Language) -> str:
    """A whole number, thousands apart: 6.098 or 6,098; a dash for `None`."""
    return NO_NUMBER if value is None else number(value, language, 0)


def percent(value: Number | None, language: Language, decimals: int = 2, target: Number | None = None) -> str:
    """The fraction `value` (0…1) as a percentage: 83,52% or 83.52%, without a space; a dash for `None`.

    Where it would print like `target` although it differs, more decimals are printed: 79,996% beside a target of 80 %.
    """
    if value is None:
        return NO_NUMBER
    return _written(_percentage(value, decimals, target), language) + "%"


def _percentage(value: Number, decimals: int, target: Number | None) -> Decimal:
    hundredfold = _exact(value) * 100
    plain = round_half_up(hundredfold, decimals)
    if target is None or _exact(value) == _exact(target):
        return plain
    for places in range(decimals, MOST_DECIMALS + 1):
        printed = round_half_up(hundredfold, places)
        if printed != round_half_up(_exact(target) * 100, places):
            return printed
    return plain


def target_percent(target: Number, language: Language) -> str:
    """A target as plans write it, without empty decimals: 80% or 82,5%."""
    places = next(p for p in (0, 1, 2) if p == 2 or round_half_up(_exact(target) * 100, p) == _exact(target) * 100)
    return percent(target, language, places)


def figure_percent(figure: Figure, language: Language) -> str:
    """The percentage of a figure, told apart from its target; the word for "hidden" where it is suppressed."""
    if figure.suppressed:
        return gettext("hidden", language)
    return percent(figure.estimate.value, language, target=figure.verdict.target)


def interval(estimate: Estimate, language: Language, target: Number | None = None) -> str:
    """Both 95 % bounds, "81,90% – 84,99%"; a dash where there are none."""
    if estimate.lower is None or estimate.upper is None:
        return NO_NUMBER
    lower, upper = (percent(bound, language, target=target) for bound in (estimate.lower, estimate.upper))
    return f"{lower} – {upper}"


def points(value: Number, target: Number, language: Language) -> str:
    """`value` against its target: "cao hơn chỉ tiêu 3,52 điểm phần trăm", of both as they are printed (decision 0050)
    and never of nothing, where the two differ."""
    printed = _percentage(value, 2, target)
    size = printed - round_half_up(_exact(target) * 100, -int(printed.as_tuple().exponent))
    if not size:
        return gettext("equal to the target", language)
    distance = gettext("{size} percentage points", language, size=_written(abs(size), language))
    if size > 0:
        return gettext("above the target by {distance}", language, distance=distance)
    return gettext("below the target by {distance}", language, distance=distance)


def point_score(figure: Figure, language: Language) -> str:
    """The plain reading of "from 80 % up", beside the verdict; empty without an estimate."""
    value = figure.estimate.value
    if figure.verdict.difference is None or value is None:
        return ""
    return gettext("Point score: {comparison}", language, comparison=points(value, figure.verdict.target, language))


def capitalised(text: str) -> str:
    """With a capital first letter, as a sentence or a cell begins."""
    return text[:1].upper() + text[1:]


def verdict_word(state: VerdictState, language: Language) -> str:
    return gettext(_VERDICT_WORDS[state], language)


def verdict_label(state: VerdictState, language: Language) -> str:
    """Sign and word, for places that cannot draw the sign."""
    return f"{VERDICT_SIGNS[state]} {verdict_word(state, language)}"


def verdict_sentence(verdict: Verdict, language: Language, people: int = 0) -> str:
    """One plain sentence why the verdict is what it is; `people` is told where they are too few."""
    target = target_percent(verdict.target, language)
    match verdict.reason:
        case "interval_above":
            text = gettext(
                "The whole 95% confidence interval lies at or above the target of {target}.", language, target=target
            )
        case "interval_below":
            text = gettext(
                "The whole 95% confidence interval lies below the target of {target}.", language, target=target
            )
        case "interval_spans":
            text = gettext(
                "The target of {target} lies inside the 95% confidence interval: the figures do not decide.",
                language,
                target=target,
            )
        case "too_few_people":
            text = ngettext(
                "Only {people} person answered; at least {minimum} are needed for a conclusion.",
                "Only {people} people answered; at least {minimum} are needed for a conclusion.",
                people,
                language,
                people=count(people, language),
                minimum=count(verdict.minimum_people, language),
            )
        case "census_point":
            text = gettext(
                "Everybody was asked and answered, so the percentage itself is compared with the target of {target}.",
                language,
                target=target,
            )
        case "no_answers":
            text = gettext("There are no valid answers yet.", language)
        case "hidden":
            text = gettext("Hidden, so that nobody's answers can be worked out.", language)
    return text


def movement_word(movement: Movement, language: Language) -> str:
    return gettext(_MOVEMENTS[movement], language)


def against_word(change: Change, language: Language) -> str:
    """What a change is measured against: the wave before or the same period last year."""
    if change.against == "chosen":
        return gettext("Against the chosen wave", language)
    if change.against == "previous":
        return gettext("Against the previous wave", language)
    return gettext("Against the same period last year", language)


def signed_points(difference: Number, language: Language) -> str:
    """A difference of fractions with its sign: "+2,10", "−0,35", in percentage points, without the unit."""
    return _signed(round_half_up(_exact(difference) * 100, 2), language)


def _signed(points: Decimal, language: Language) -> str:
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return sign + _written(abs(points), language)


def points_between(older: Estimate, newer: Estimate) -> Decimal | None:
    """`newer` − `older` in percentage points, of both as they are printed beside it: who subtracts them gets the same
    (decision 0050). None where one has no estimate."""
    if older.value is None or newer.value is None:
        return None
    return round_half_up(_exact(newer.value) * 100, 2) - round_half_up(_exact(older.value) * 100, 2)


def difference_words(
    older: Estimate, newer: Estimate, lower: float | None, upper: float | None, language: Language
) -> dict[str, str]:
    """Both values, their `difference` and its bounds in percentage points, by the names sentences call them.

    The bounds are rounded for themselves, since they decide; they never leave the printed difference outside.
    """
    difference = points_between(older, newer)
    said = {"older": percent(older.value, language), "newer": percent(newer.value, language)}
    if difference is None:
        return said
    said["difference"] = _signed(difference, language)
    if lower is not None and upper is not None:
        ends = (round_half_up(_exact(bound) * 100, 2) for bound in (lower, upper))
        low, high = min(next(ends), difference), max(next(ends), difference)
        said |= {"lower": _signed(low, language), "upper": _signed(high, language)}
    return said


def change_sentence(change: Change, language: Language, headline: Estimate | None = None) -> str:
    """Movement, both values, size and interval of a change in one line.

    Both waves are computed alike, on what they have in common: where that gives another value than the `headline`
    that stands beside the sentence, the sentence says why.
    """
    word = movement_word(change.movement, language)
    if change.difference is None or change.lower is None or change.upper is None:
        return word
    text = gettext(
        "{movement}: from {older} to {newer}, {difference} percentage points "
        "(95% confidence interval {lower} to {upper})",
        language,
        movement=word,
        **difference_words(change.older, change.newer, change.lower, change.upper, language),
    )
    if change.needed:
        few = gettext(
            "fewer than {minimum} people in one of the two waves", language, minimum=count(change.needed, language)
        )
        text = f"{text}, {few}"
    if change.unweighted_for_both:
        why = gettext(
            "both waves unweighted here, since one of them lacks numbers of transactions; the weighted headline of the "
            "other reads otherwise",
            language,
        )
        return f"{text}, {why}"
    if headline is None or headline.estimate == change.newer.estimate:
        return text
    why = gettext("both waves computed alike on common items and units, which can differ from the headline", language)
    return f"{text}, {why}"


def short_date(day: date, language: Language) -> str:
    """05/02/2026 in Vietnamese, 5 February 2026 in English: dates in lists and tables stand under each other.

    Of an aware moment it is the day that it is in Vietnam.
    """
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(_VIETNAM)
    if language == "vi":
        return f"{day:%d/%m/%Y}"
    return f"{day.day} {gettext(_MONTHS[day.month - 1], language)} {day.year}"


def official_date(day: date | None, language: Language) -> str:
    """ "ngày 05 tháng 02 năm 2026"; with blanks to be filled by hand for `None`."""
    if language == "vi":
        if day is None:
            return f"ngày{_BLANK}tháng{_BLANK}năm 20{_BLANK}"
        return f"ngày {day.day:02} tháng {_month_number(day)} năm {day.year}"
    return 4 * _BLANK if day is None else short_date(day, language)


def _month_number(day: date) -> str:
    return f"{day.month:02}" if day.month < 3 else str(day.month)


def period(start: date, end: date, language: Language) -> str:
    """ "từ ngày 01/01/2026 đến ngày 30/06/2026"."""
    return gettext("from {start} to {end}", language, start=short_date(start, language), end=short_date(end, language))


def duration(seconds: int | None, language: Language) -> str:
    """Minutes and seconds: "1 phút 35 giây"; a dash for `None`."""
    if seconds is None:
        return NO_NUMBER
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return gettext("{seconds} s", language, seconds=rest)
    return gettext("{minutes} min {seconds} s", language, minutes=count(minutes, language), seconds=rest)


def people(number_of_people: int, language: Language) -> str:
    """ "6.098 người"."""
    return ngettext("{n} person", "{n} people", number_of_people, language, n=count(number_of_people, language))


def answers(number_of_answers: int, language: Language) -> str:
    """ "97.568 câu trả lời"."""
    return ngettext("{n} answer", "{n} answers", number_of_answers, language, n=count(number_of_answers, language))
