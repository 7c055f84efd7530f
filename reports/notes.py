"""The sentences that say how figures came about and how far they carry: what a footnote or a method note prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from reports.catalogue import gettext, ngettext
from reports.figures import Figure, Language
from reports.names import (
    aggregation_name,
    design_name,
    group_in_sentence,
    rule_name,
    trust_name,
    weighting_name,
)
from reports.report_figures import Coverage, Method, Quality, UnitReport
from reports.wording import (
    count,
    figure_percent,
    interval,
    people,
    percent,
    short_date,
    target_percent,
    verdict_sentence,
    verdict_word,
)

UNITS_NAMED, UNITS_NAMED_BESIDE_THE_HEADLINE = 12, 3
CODES_ALONE: Mapping[str, str] = MappingProxyType({})


def self_selected(people: int, language: Language) -> str:
    """The caution of every wave that people answered of their own accord."""
    return gettext(
        "Result of {n} people who answered voluntarily, not a random sample; the confidence interval does not account "
        "for the difference made by those who did not answer",
        language,
        n=count(people, language),
    )


def rate_name(quality: Quality, language: Language) -> str:
    """ "Response rate" only where the people asked were chosen; otherwise forms per dossier."""
    if quality.rate_kind == "response_rate":
        return gettext("Response rate", language)
    return gettext("Forms per dossier", language)


def tipping_point(report: UnitReport, language: Language) -> str:
    """What those who did not answer would have to think for the whole to reach the target exactly; may be empty."""
    if report.tipping_point is None or not report.of_citizens:
        return ""
    target = target_percent(report.method.target, language)
    if report.tipping_point <= 0:
        return gettext(
            "The target of {target} would be reached even if nobody who did not answer were satisfied.",
            language,
            target=target,
        )
    if report.tipping_point > 1:
        return gettext(
            "The target of {target} would be missed even if everybody who did not answer were satisfied.",
            language,
            target=target,
        )
    return gettext(
        "The whole would just reach the target of {target} if {share} of those who did not answer were satisfied.",
        language,
        target=target,
        share=percent(report.tipping_point, language),
    )


def unit_list(codes: Sequence[str], language: Language, names: Mapping[str, str], most: int = UNITS_NAMED) -> str:
    """Units by their names, where known, else by their codes; of many the first ones and how many more."""
    # One more is named rather than counted.
    shown = codes if len(codes) <= most + 1 else codes[:most]
    listed = [names.get(code, code) for code in shown]
    if more := len(codes) - len(shown):
        listed.append(ngettext("{n} more unit", "{n} more units", more, language, n=count(more, language)))
    return "; ".join(listed)


def names_in(report: UnitReport, language: Language, names: Mapping[str, str]) -> dict[str, str]:
    """The `names` of units by their codes, with those of the sub-units that the report lists."""
    return {line.place.code: line.place.name[language] for line in report.children} | dict(names)


def unweighted_instead(report: UnitReport, language: Language, names: Mapping[str, str] = CODES_ALONE) -> str:
    """Why the headline is not weighted although the wave asks for it; empty where nothing is to be explained."""
    figures, asked = report.coverage, report.method.weighting == "weighted" and report.of_citizens
    if figures is None or not asked or report.index.weighting == "weighted" or report.index.estimate.estimate is None:
        return ""
    missing = [code for code in figures.units_without_transactions if code not in figures.units_left_out]
    if missing and missing != [report.place.code]:
        return gettext(
            "Not weighted, although this wave is to be: the number of transactions is missing for {units}.",
            language,
            units=unit_list(missing, language, names_in(report, language, names), UNITS_NAMED_BESIDE_THE_HEADLINE),
        )
    return ""


def coverage(figures: Coverage, language: Language, names: Mapping[str, str] = CODES_ALONE) -> Iterator[str]:
    """How many transactions stand behind a weighted figure, and which units were treated specially."""
    if figures.total and figures.units_without_transactions:
        yield gettext(
            "Coverage among the units whose number of transactions is known: {covered} of {total} transactions "
            "({share}). Of the others it cannot be told.",
            language,
            covered=count(figures.covered, language),
            total=count(figures.total, language),
            share=percent(figures.share, language),
        )
    elif figures.total:
        yield gettext(
            "Coverage: {covered} of {total} transactions ({share}).",
            language,
            covered=count(figures.covered, language),
            total=count(figures.total, language),
            share=percent(figures.share, language),
        )
    if figures.units_left_out:
        units = unit_list(figures.units_left_out, language, names)
        yield gettext("Left out, without any answer: {units}.", language, units=units)
    if figures.units_merged:
        yield gettext(
            "Weighed together with siblings because few people answered: {units}.",
            language,
            units=unit_list(figures.units_merged, language, names),
        )
    if figures.units_without_transactions:
        yield gettext(
            "Number of transactions missing, therefore not weighted: {units}.",
            language,
            units=unit_list(figures.units_without_transactions, language, names),
        )
    if figures.units_over_transactions:
        yield gettext(
            "More answers than transactions, therefore not weighted: {units}.",
            language,
            units=unit_list(figures.units_over_transactions, language, names),
        )


def suppression(method: Method, language: Language) -> str:
    """Why some cells are empty."""
    return gettext(
        "Figures resting on fewer than {n} people are hidden, and with them others that would give them away.",
        language,
        n=count(method.suppression_people, language),
    )


def headline_sentence(report: UnitReport, language: Language) -> str:
    """The first sentence of a report: the headline against its target, the conclusion and why."""
    index, place = report.index, report.place.name[language]
    if index.level != "index":
        return headline_without_index(index, place, language)
    values = {
        "place": place,
        "target": target_percent(index.verdict.target, language),
        "why": verdict_sentence(index.verdict, language, index.people),
    }
    if not report.of_citizens:
        return _headline_of_others(report, values, language)
    if index.estimate.estimate is None:
        return gettext(
            "The satisfaction index (SIPAS) of {place} against the target of {target} cannot be given. {why}",
            language,
            **values,
        )
    return gettext(
        "The satisfaction index (SIPAS) of {place}, the {rule}, is {percent} against a target of {target}. "
        "Conclusion: {verdict}. {why}",
        language,
        rule=rule_name(index.rule, language),
        percent=figure_percent(index, language),
        verdict=verdict_word(index.verdict.state, language),
        **values,
    )


def _headline_of_others(report: UnitReport, values: Mapping[str, str], language: Language) -> str:
    """SIPAS asks citizens and organisations: what another group says is not called so."""
    index, group = report.index, group_in_sentence(report.wave.respondents, language)
    if index.estimate.estimate is None:
        return gettext(
            "The satisfaction index of {place} as judged by {group} against the target of {target} cannot be given. "
            "{why}",
            language,
            group=group,
            **values,
        )
    return gettext(
        "The satisfaction index of {place} as judged by {group}, the {rule}, is {percent} against a target of "
        "{target}. Conclusion: {verdict}. {why}",
        language,
        group=group,
        rule=rule_name(index.rule, language),
        percent=figure_percent(index, language),
        verdict=verdict_word(index.verdict.state, language),
        **values,
    )


def figure_in_words(figure: Figure, language: Language) -> str:
    """Percentage, interval, base and verdict of a figure that stands in running text."""
    if figure.estimate.estimate is None:
        return verdict_sentence(figure.verdict, language, figure.people).rstrip(".")
    return gettext(
        "{percent} (95% confidence interval {interval}; {people}); {verdict}",
        language,
        percent=figure_percent(figure, language),
        interval=interval(figure.estimate, language, figure.verdict.target),
        people=people(figure.people, language),
        verdict=verdict_word(figure.verdict.state, language).lower(),
    )


def headline_without_index(headline: Figure, place: str, language: Language) -> str:
    """The headline of a form that has no index: what one question says."""
    values = {
        "question": headline.label[language],
        "place": place,
        "target": target_percent(headline.verdict.target, language),
        "why": verdict_sentence(headline.verdict, language, headline.people),
    }
    if headline.estimate.estimate is None:
        return gettext(
            "The question “{question}” at {place} against the target of {target} cannot be judged. {why}",
            language,
            **values,
        )
    return gettext(
        "The question “{question}” at {place}, the {rule}, is {percent} against a target of {target}. "
        "This questionnaire has no satisfaction index. Conclusion: {verdict}. {why}",
        language,
        rule=rule_name(headline.rule, language),
        percent=figure_percent(headline, language),
        verdict=verdict_word(headline.verdict.state, language),
        **values,
    )


def interim(language: Language) -> str:
    return gettext("Interim figures: the wave is still open and the result may change.", language)


def method_note(report: UnitReport, language: Language, names: Mapping[str, str] = CODES_ALONE) -> Iterator[str]:
    """Every sentence of the method note, in reading order; units by `names`, from their codes, or as the report lists
    them, else by the codes."""
    method = report.method
    if method.interim:
        yield interim(language)
    yield gettext(
        "Questionnaire: {title}, version {version}; {reference}.",
        language,
        title=method.questionnaire_title[language],
        version=method.questionnaire.rpartition(" ")[2],
        reference=method.legal_reference[language],
    )
    yield gettext(
        "Target: {target} ({reference}).",
        language,
        target=target_percent(method.target, language),
        reference=method.target_reference[language],
    )
    rule = gettext(
        "Rule: {rule}; {aggregation}; {weighting}.",
        language,
        rule=rule_name(method.rule, language),
        aggregation=aggregation_name(method.aggregation, language),
        weighting=weighting_name(report.index.weighting, language),  # a unit by itself has no strata to weight
    )
    if method.rule_dated:
        dated = gettext("Rule in force since {date}.", language, date=short_date(method.rule_dated, language))
        rule = f"{rule} {dated}"
    yield rule
    if method.rule == "upper_levels":
        yield gettext("Base of the question: the people who gave it an answer from 1 to 3.", language)
    else:
        yield gettext(
            "Base of an item: the people who gave it an answer from 1 to 5; “no opinion” and skipped items stand "
            "outside.",
            language,
        )
    yield gettext(
        "Design of the wave: {design}. Trust levels counted: {levels}.",
        language,
        design=design_name(method.design, language),
        levels=", ".join(trust_name(level, language).lower() for level in method.trust_levels),
    )
    yield gettext(
        "The 95% confidence interval takes the person as the unit. Verdict: “met” where the whole interval reaches the "
        "target, “not met” where it lies wholly below, otherwise, or under {minimum} people, no conclusion.",
        language,
        minimum=count(method.minimum_people, language),
    )
    if method.design == "self_selected" and report.index.people:
        yield self_selected(report.index.people, language) + "."
    if sentence := tipping_point(report, language):
        yield sentence
    if report.coverage and report.of_citizens:
        yield from coverage(report.coverage, language, names_in(report, language, names))
    if report.quality.flagged and report.quality.index_with_flagged.estimate is not None:
        yield gettext(
            "Flagged forms are not counted ({n}); with them the index would be {share} ({interval}).",
            language,
            n=count(report.quality.flagged, language),
            share=percent(report.quality.index_with_flagged.value, language),
            interval=interval(report.quality.index_with_flagged, language),
        )
    yield suppression(method, language)
