"""What a reader needs to judge the figures, as labelled values: forms, rate, non-response, alpha, time and mixes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from reports.catalogue import gettext
from reports.figures import Language
from reports.names import channel_name, group_name, trust_name
from reports.notes import rate_name
from reports.report_figures import Mix, UnitReport
from reports.wording import count, duration, number, percent


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One measure: as it is printed, and as a number (`None` where it is hidden) for those who calculate on."""

    label: str
    printed: str
    value: int | float | None
    unit: Literal["count", "percent", "decimal", "seconds"] = "count"


def quality_rows(report: UnitReport, language: Language) -> Iterator[QualityRow]:
    """The measures in reading order; what is not known is left out, and everything where the unit is hidden."""
    if report.index.suppressed:
        return
    quality = report.quality
    rule = quality.validity_rule[language]
    valid = gettext("Valid forms ({rule})", language, rule=rule) if rule else gettext("Valid forms", language)
    for label, number_of in (
        (gettext("Paper forms issued", language), quality.issued),
        (gettext("Forms returned and counted", language), quality.responses),
        (valid, quality.valid),
        (gettext("Forms flagged and left out", language), quality.flagged or None),
        (gettext("Dossiers settled in the period", language), quality.transactions if report.of_citizens else None),
    ):
        if number_of is not None:
            yield QualityRow(label, count(number_of, language), number_of)
    if quality.rate is not None and report.of_citizens:
        yield _share(rate_name(quality, language), quality.rate, language)
    yield from _item_rows(report, language)
    if quality.alpha is not None:
        base = count(quality.alpha_base, language)
        label = gettext("Cronbach's alpha (base: {n} complete forms)", language, n=base)
        yield QualityRow(label, number(quality.alpha, language, 3), quality.alpha, "decimal")
    if quality.median_seconds is not None:
        label, seconds = gettext("Median time to answer", language), quality.median_seconds
        yield QualityRow(label, duration(seconds, language), seconds, "seconds")
    for heading, mixes, name in (
        (gettext("Channel", language), quality.channels, channel_name),
        (gettext("Trust level", language), quality.trust_levels, trust_name),
        (gettext("Respondents", language), quality.groups, group_name),
    ):
        yield from _mix_rows(heading, mixes, name, language)


def _share(label: str, share: Fraction, language: Language) -> QualityRow:
    return QualityRow(label, percent(share, language), float(share), "percent")


def _item_rows(report: UnitReport, language: Language) -> Iterator[QualityRow]:
    """The item that was skipped most and the one that most had no opinion on."""
    labels = {item.code: item.label[language] for item in report.items}
    known = [item for item in report.quality.items if item.asked and not item.suppressed]
    if not known:
        return

    skipped = max(known, key=lambda item: item.non_response or 0)
    unsure = max(known, key=lambda item: item.no_opinion_share or 0)
    name = labels.get(skipped.code, skipped.code)
    yield _share(
        gettext("Highest item non-response: {item}", language, item=name), skipped.non_response or Fraction(0), language
    )
    name = labels.get(unsure.code, unsure.code)
    label = gettext("Highest share of “no opinion”: {item}", language, item=name)
    yield _share(label, unsure.no_opinion_share or Fraction(0), language)


def _mix_rows(
    heading: str, mixes: Sequence[Mix], name: Callable[[str, Language], str], language: Language
) -> Iterator[QualityRow]:
    total = sum(mix.responses for mix in mixes)
    hidden = any(mix.suppressed for mix in mixes)
    for mix in mixes:
        label = f"{heading}: {name(mix.code, language)}"
        if mix.suppressed:
            yield QualityRow(label, gettext("hidden", language), None)
        else:
            share = "" if hidden or not total else f" ({percent(Fraction(mix.responses, total), language)})"
            yield QualityRow(label, count(mix.responses, language) + share, mix.responses)
