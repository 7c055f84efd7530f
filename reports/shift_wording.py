"""What is said of a remedy's item or factor: whether it moved, from what to what, and why that is what can be said."""

from __future__ import annotations

from reports.catalogue import gettext, gettext_noop
from reports.figures import Judgement, Language, Movement, Shift
from reports.wording import count, difference_words

_WORDS: dict[Movement, str] = {
    "moved_up": gettext_noop("It moved: it rose"),
    "moved_down": gettext_noop("It moved: it fell"),
    "not_moved": gettext_noop("It did not move"),
    "cannot_tell": gettext_noop("Not enough evidence"),
    "broken": gettext_noop("Not comparable"),
}
_REASONS: dict[Movement, str] = {
    "moved_up": gettext_noop("The whole interval of the change lies above 0."),
    "moved_down": gettext_noop("The whole interval of the change lies below 0."),
    "not_moved": gettext_noop("The whole interval of the change lies within 3 percentage points of 0."),
    "cannot_tell": gettext_noop(
        "The interval of the change holds 0 and reaches further than 3 percentage points: too few people answered to "
        "tell a change from chance."
    ),
    "broken": gettext_noop("It was asked in another meaning, on another scale or not at all in the later wave."),
}


def judged_word(movement: Movement, language: Language) -> str:
    """Moved, with its direction; not moved; or that nothing can be concluded."""
    return gettext(_WORDS[movement], language)


def judged_reason(judgement: Judgement, language: Language) -> str:
    """One sentence why."""
    if judgement.hidden:
        return gettext("Hidden: fewer than 5 people stand behind it, or it would give away a smaller group.", language)
    if judgement.shift.movement == "cannot_tell" and judgement.shift.lower is None:
        return gettext("There are no answers, or no interval, in one of the two waves.", language)
    if judgement.shift.needed:
        return gettext(
            "Fewer than {minimum} people answered in one of the two waves: "
            "too few to conclude that it moved or did not.",
            language,
            minimum=count(judgement.shift.needed, language),
        )
    return gettext(_REASONS[judgement.shift.movement], language)


def shift_sentence(shift: Shift, language: Language) -> str:
    """Both values, the difference and its interval; empty where there are none."""
    if shift.difference is None:
        return ""
    said = difference_words(shift.older, shift.newer, shift.lower, shift.upper, language)
    if shift.lower is None or shift.upper is None:
        return gettext("From {older} to {newer}: {difference} percentage points.", language, **said)
    return gettext(
        "From {older} to {newer}: {difference} percentage points (95% confidence interval from {lower} to {upper}).",
        language,
        **said,
    )
