"""What a reader needs to judge the figures, as labelled values: forms, rate, non-response, alpha, time and mixes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.catalogue import gettext
from reports.figures import ItemQuality, Language, Mix, UnitReport
from reports.names import channel_name, group_name, trust_name
from reports.notes import rate_name
from reports.wording import count, duration, number, percent


def quality_rows(report: UnitReport, language: Language) -> Iterator[tuple[str, str]]:
    """Label and value, in reading order; what is not known is left out."""
    quality = report.quality
    if quality.issued is not None:
        yield gettext("Paper forms issued", language), count(quality.issued, language)
    yield gettext("Forms returned and counted", language), count(quality.responses, language)
    rule = quality.validity_rule[language]
    valid = gettext("Valid forms ({rule})", language, rule=rule) if rule else gettext("Valid forms", language)
    yield valid, count(quality.valid, language)
    if quality.flagged:
        yield gettext("Forms flagged and left out", language), count(quality.flagged, language)
    if quality.transactions is not None:
        yield gettext("Dossiers settled in the period", language), count(quality.transactions, language)
    if quality.rate is not None:
        yield rate_name(quality, language), percent(quality.rate, language)
    yield from _item_rows(report, language)
    if quality.alpha is not None:
        base = count(quality.alpha_base, language)
        label = gettext("Cronbach's alpha (base: {n} complete forms)", language, n=base)
        yield label, number(quality.alpha, language, 3)
    if quality.median_seconds is not None:
        yield gettext("Median time to answer", language), duration(quality.median_seconds, language)
    for heading, mixes, name in (
        (gettext("Channel", language), quality.channels, channel_name),
        (gettext("Trust level", language), quality.trust_levels, trust_name),
        (gettext("Respondents", language), quality.groups, group_name),
    ):
        yield from _mix_rows(heading, mixes, name, language)


def _item_rows(report: UnitReport, language: Language) -> Iterator[tuple[str, str]]:
    """The item that was skipped most and the one that most had no opinion on."""
    labels = {item.code: item.label[language] for item in report.items}
    known = [item for item in report.quality.items if item.asked and not item.suppressed]
    if not known:
        return

    def highest(share: Callable[[ItemQuality], float]) -> ItemQuality:
        return max(known, key=share)

    skipped = highest(lambda item: float(item.non_response or 0))
    unsure = highest(lambda item: float(item.no_opinion_share or 0))
    for item, share, label in (
        (
            skipped,
            skipped.non_response,
            gettext("Highest item non-response: {item}", language, item=_name(skipped, labels)),
        ),
        (
            unsure,
            unsure.no_opinion_share,
            gettext("Highest share of “no opinion”: {item}", language, item=_name(unsure, labels)),
        ),
    ):
        if item.asked:
            yield label, percent(share, language)


def _name(item: ItemQuality, labels: dict[str, str]) -> str:
    return labels.get(item.code, item.code)


def _mix_rows(
    heading: str, mixes: Sequence[Mix], name: Callable[[str, Language], str], language: Language
) -> Iterator[tuple[str, str]]:
    total = sum(mix.responses for mix in mixes)
    hidden = any(mix.suppressed for mix in mixes)
    for mix in mixes:
        label = f"{heading}: {name(mix.code, language)}"
        if mix.suppressed:
            yield label, gettext("hidden", language)
        elif hidden or not total:
            yield label, count(mix.responses, language)
        else:
            yield label, f"{count(mix.responses, language)} ({percent(mix.responses / total, language)})"
