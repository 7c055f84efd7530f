"""What the parts of an emulation formula, their origins and gaps are called, and the formula in words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from reports.catalogue import gettext, gettext_noop
from reports.emulation_figures import Gap, Origin, Part
from reports.figures import Language
from reports.scorecard_wording import short
from reports.wording import NO_NUMBER, number

_SOURCES = {
    "sipas": gettext_noop("Satisfaction index (SIPAS)"),
    "sipas_target": gettext_noop("Satisfaction index against its target"),
    "scorecard": gettext_noop("Final points of the scorecard"),
    "counter_score": gettext_noop("Score of the one-stop counter"),
    "dossiers_on_time": gettext_noop("Dossiers returned on time"),
    "opinions_on_time": gettext_noop("Opinions and recommendations answered on time"),
    "dialogues_held": gettext_noop("Half-yearly dialogues held in time"),
    "commitments_kept": gettext_noop("Commitments of dialogues kept in time"),
    "remedies_done": gettext_noop("Remedies carried out in time"),
}
_GAPS: dict[Gap, str] = {
    "no_wave": gettext_noop("no wave is named"),
    "no_filing": gettext_noop("the unit has no periodic report of the wave"),
    "hidden": gettext_noop("too few people for a figure"),
    "no_card": gettext_noop("there is no scorecard of the year"),
    "card_open": gettext_noop("the scorecard is not final yet"),
    "no_indicators": gettext_noop("too few indicators of the counter have data"),
    "no_cases": gettext_noop("no cases in the year"),
    "few": gettext_noop("fewer than 5 cases in the year"),
    "no_mark": gettext_noop("the council has not marked it yet"),
    "untold": gettext_noop("announced when the list is fixed"),
    "not_of_rooms": gettext_noop("given to the unit as a whole"),
}
_STATES = {
    "draft": gettext_noop("In preparation"),
    "open": gettext_noop("Units report"),
    "proposed": gettext_noop("Waits for the second person"),
    "fixed": gettext_noop("List fixed"),
}
_REPORTS = {
    "": gettext_noop("not begun"),
    "draft": gettext_noop("being written"),
    "submitted": gettext_noop("report submitted"),
    "returned": gettext_noop("returned"),
}


def part_name(part: Part, language: Language) -> str:
    return part.name or gettext(_SOURCES[part.source], language)


def state_name(state: str, language: Language) -> str:
    """Of a campaign."""
    return gettext(_STATES[state], language)


def report_state(state: str, language: Language) -> str:
    """Of a unit's report; empty where there is none."""
    return gettext(_REPORTS[state], language)


def points(value: Decimal | None, language: Language) -> str:
    """Two decimals, so that a column stands on the comma; a dash for none."""
    return NO_NUMBER if value is None else number(value, language)


def origin_words(part: Part, origin: Origin, language: Language) -> str:
    """What the points rest on: "30 × 83,94/100 (Đợt khảo sát quý 3, bản 1)", or why there are none."""
    source = origin.name[language]
    if origin.gap is not None:
        gap = gettext(_GAPS[origin.gap], language)
        return f"{gap} ({source})" if source else gap
    assert origin.counted is not None
    assert origin.base is not None
    if source and origin.version:
        source = gettext("{name}, version {version}", language, name=source, version=origin.version)
    told = f"{short(part.weight, language)} × {short(origin.counted, language)}/{short(origin.base, language)}"
    return f"{told} ({source or origin.reason})" if source or origin.reason else told


def formula(parts: Iterable[Part], language: Language) -> str:
    """The rule by which the points are computed, as it stands below the list."""
    terms = "; ".join(
        gettext(
            "{name}: {weight} points", language, name=part_name(part, language), weight=short(part.weight, language)
        )
        for part in parts
    )
    return gettext(
        "Points = the sum of the parts: {terms}. Each part gives its points times the share reached, at most all of "
        "them, rounded half up to two decimals. Units with equal points share a rank.",
        language,
        terms=terms,
    )


def sample_note(language: Language) -> str:
    """What a reader has to know where the satisfaction index is a part."""
    return gettext(
        "The satisfaction index is estimated from those who answered: a small difference in points may be chance.",
        language,
    )
