"""How a scorecard speaks: points, how they came about in one line, states, stages, groups and measures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from reports.catalogue import gettext, gettext_noop, ngettext
from reports.figures import Language
from reports.scorecard_figures import Basis, BasisKind, Gap, GroupShare, Stage, Sum
from reports.wording import NO_NUMBER, count, number, people, percent

STATES = {
    "scoring": gettext_noop("Being scored by the unit"),
    "submitted": gettext_noop("Submitted, being appraised"),
    "appraised": gettext_noop("Appraised, the unit may explain"),
    "explained": gettext_noop("Explained, waiting for the final points"),
    "final": gettext_noop("Final"),
}
STAGES: dict[Stage, str] = {
    "self": gettext_noop("Points by the unit"),
    "appraisal": gettext_noop("Appraised points"),
    "final": gettext_noop("Final points"),
}
STEPS = {
    "submit": gettext_noop("submitted"),
    "return": gettext_noop("sent back to the unit"),
    "appraise": gettext_noop("appraised"),
    "explain": gettext_noop("explained"),
    "finish": gettext_noop("final points set"),
    "reopen": gettext_noop("taken up again"),
}
RULES = {
    "manual": gettext_noop("Set by hand, with evidence"),
    "ratio": gettext_noop("Two numbers of the unit"),
    "measure": gettext_noop("Known to the platform"),
    "survey": gettext_noop("Survey by respondent groups"),
    "group": gettext_noop("Heading"),
}
GROUPS = {
    "citizen": gettext_noop("citizens and businesses"),
    "delegate": gettext_noop("people's council delegates"),
    "official": gettext_noop("officials of the lower level"),
    "participant": gettext_noop("participants of a dialogue"),
}
MEASURES = {
    "opinions_on_time": gettext_noop("opinions and recommendations answered on time"),
    "dialogues_held": gettext_noop("half-yearly dialogues held in time"),
    "commitments_kept": gettext_noop("commitments of dialogues kept in time"),
    "remedies_done": gettext_noop("remedies carried out in time"),
    "dossiers_on_time": gettext_noop("dossiers returned on time"),
}
FIGURES = {
    "index": gettext_noop("satisfaction index"),
    "overall": gettext_noop("overall satisfaction"),
    "factor": gettext_noop("factor {code}"),
    "item": gettext_noop("item {code}"),
}
_GAPS: dict[Gap, str] = {
    "wave_missing": gettext_noop("there is no such wave"),
    "wave_running": gettext_noop("the wave is not closed yet"),
    "no_part": gettext_noop("the unit took no part in the wave"),
    "not_asked": gettext_noop("the wave does not ask this"),
    "no_answers": gettext_noop("nobody of the group answered"),
    "hidden": gettext_noop("hidden: fewer than 5 people"),
    "no_cases": gettext_noop("no cases in the year"),
}
_KINDS: dict[BasisKind, str] = {
    "ratio": gettext_noop("{counted} of {base} = {share} (numbers typed by the unit)"),
    "measure": gettext_noop("{what}: {counted} of {base} = {share}"),
    "survey": gettext_noop("{maximum} × ({terms}) = {points}"),
}


def points(value: Decimal | None, language: Language) -> str:
    """Two decimals, so that a column stands on the comma: 33,50; a dash for none."""
    return NO_NUMBER if value is None else number(value, language, 2)


def uncounted(total: Sum, language: Language) -> str:
    """How much stands outside a sum and its share: "chưa tính 2 tiêu chí chưa có điểm (12,00 điểm)"; may be empty."""
    if not total.open:
        return ""
    return ngettext(
        "{n} criterion without points ({points} points) is not counted yet",
        "{n} criteria without points ({points} points) are not counted yet",
        total.open,
        language,
        n=count(total.open, language),
        points=points(total.uncounted, language),
    )


def short(value: Decimal | Fraction, language: Language) -> str:
    """As few decimals as say the same, four at most: 33,5 or 0,3333."""
    places = next(p for p in range(5) if p == 4 or Fraction(value) * 10**p % 1 == 0)
    return number(value, language, places)


def state_word(state: str, language: Language) -> str:
    return gettext(STATES[state], language)


def stage_word(stage: Stage, language: Language) -> str:
    return gettext(STAGES[stage], language)


def step_word(step: str, language: Language) -> str:
    return gettext(STEPS[step], language)


def rule_word(rule: str, language: Language) -> str:
    return gettext(RULES[rule], language)


def group_word(group: str, language: Language) -> str:
    return gettext(GROUPS[group], language)


def measure_word(measure: str, language: Language) -> str:
    return gettext(MEASURES[measure], language)


def figure_word(figure: str, code: str, language: Language) -> str:
    return gettext(FIGURES[figure], language, code=code)


def gap_word(gap: Gap, language: Language) -> str:
    return gettext(_GAPS[gap], language)


def formula(basis: Basis, maximum: Decimal, given: Decimal | None, language: Language) -> str:
    """How the points came about: "33,5 × (0,2 × 86,00% + 0,8 × 80,00%) = 27,20", or why there are none."""
    if basis.gap is not None and basis.kind == "measure":
        what = measure_word(basis.measure, language)
        return gettext("No points: {what} – {why}.", language, what=what, why=gap_word(basis.gap, language))
    if basis.gap is not None:
        missing = [
            f"{group_word(group.group, language)} – {gap_word(group.gap, language)}"
            for group in basis.groups
            if group.gap is not None
        ]
        return gettext("No points: {what}.", language, what="; ".join(missing))
    if basis.kind == "survey":
        if len(basis.groups) == 1:
            alone = {"maximum": short(maximum, language), "share": percent(basis.groups[0].value, language)}
            return gettext("{maximum} × {share} = {points}", language, points=points(given, language), **alone)
        terms = " + ".join(
            f"{short(group.weight, language)} × {percent(group.value, language)}" for group in basis.groups
        )
        wholes = {"maximum": short(maximum, language), "terms": terms, "points": points(given, language)}
        sentence = _KINDS[basis.kind]
        return gettext(sentence, language, **wholes)
    assert basis.counted is not None
    assert basis.base is not None
    return gettext(
        _KINDS[basis.kind],
        language,
        what=measure_word(basis.measure, language) if basis.measure else "",
        counted=short(basis.counted, language),
        base=short(basis.base, language),
        share=percent(basis.share, language),
    )


def group_sentence(group: GroupShare, language: Language) -> str:
    """One group behind the points: figure, interval, people and waves."""
    name = group_word(group.group, language)
    waves = ", ".join(wave[language] for wave in group.waves)
    head = f"{name[:1].upper()}{name[1:]} ({short(group.weight, language)}): "
    if group.gap is not None:
        return f"{head}{gap_word(group.gap, language)} ({waves})"
    bounds = ""
    if group.lower is not None and group.upper is not None:
        bounds = f" ({percent(group.lower, language)} – {percent(group.upper, language)})"
    what = figure_word(group.figure, group.code, language)
    return f"{head}{what} {percent(group.value, language)}{bounds}; {people(group.people, language)}; {waves}"
