"""A report read back from its JSON (`sipas-analysis/1`): what was frozen is shown by the renderers of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from reports.figures import ChoiceFigures, ChoiceOption, Counts, Estimate, Figure, Place, Text, Verdict, WaveLabel
from reports.report_figures import Coverage, ItemQuality, Method, Mix, Quality, UnitLine, UnitReport

Json = Mapping[str, Any]
LARGEST_BASE = 10**9  # no rate stands on more dossiers, so that the fraction behind a number is found again


def report_from(document: Json, state: str, respondents: str = "citizen") -> UnitReport:
    """The report that :func:`~survey.analysis.export.as_json` wrote, without changes and trend; `state` and
    `respondents` are the wave's.

    Raises KeyError for a document that lacks what its schema promises.
    """
    wave = document["wave"]
    days = (date.fromisoformat(wave["start"]), date.fromisoformat(wave["end"]))
    overall, all_satisfied, beside = (document[name] for name in ("overall", "all_satisfied", "beside"))
    breakdowns = document["breakdowns"].items()
    compiled_at = document["compiled_at"]
    return UnitReport(
        _place(document["place"]),
        WaveLabel(wave["code"], _text(wave["name"]), *days, state, respondents),
        _method(document["method"]),
        _figure(document["index"]),
        _figure(beside) if beside else None,
        _figure(overall) if overall else None,
        _figures(document["contents"]),
        _figures(document["factors"]),
        _figures(document["items"]),
        _quality(document["quality"]),
        _coverage(document["coverage"]),
        document["tipping_point"],
        _figure(all_satisfied) if all_satisfied else None,
        children=tuple(_line(line) for line in document["children"]),
        breakdowns=tuple((name, _figures(parts)) for name, parts in _ordered(breakdowns)),
        compiled_at=datetime.fromisoformat(compiled_at) if compiled_at else None,
        ledger_head=document["ledger_head"] or "",
        choices=tuple(_choices(question) for question in document["choices"]),
    )


# As reports show them; canonical JSON sorts its keys.
_BREAKDOWNS = ("channel", "trust", "group", "half_month")


def _ordered(breakdowns: Any) -> list[tuple[str, Any]]:
    return sorted(breakdowns, key=lambda pair: _BREAKDOWNS.index(pair[0]) if pair[0] in _BREAKDOWNS else 9)


def _text(text: Json) -> Text:
    return Text(text["vi"], text["en"])


def _place(place: Json) -> Place:
    return Place(place["code"], _text(place["name"]), place["kind"], _text(place["one_stop"]), _text(place["superior"]))


def _method(method: Json) -> Method:
    return Method(
        method["rule"],
        method["aggregation"],
        method["weighting"],
        method["design"],
        tuple(method["trust_levels"]),
        _decimal(method["target"]),
        _text(method["target_reference"]),
        method["minimum_people"],
        method["suppression_people"],
        method["questionnaire"],
        _text(method["questionnaire_title"]),
        _text(method["legal_reference"]),
        date.fromisoformat(method["rule_dated"]) if method["rule_dated"] else None,
        method["interim"],
    )


def _figures(figures: Sequence[Json]) -> tuple[Figure, ...]:
    return tuple(_figure(figure) for figure in figures)


def _figure(figure: Json) -> Figure:
    suppressed, estimate = figure["suppressed"], _estimate(figure)
    return Figure(
        figure["code"],
        _text(figure["label"]),
        figure["level"],
        figure["rule"],
        figure["aggregation"],
        figure["weighting"],
        figure["people"] or 0,
        figure["answers"] or 0,
        Counts() if suppressed else _counts(figure["counts"]),
        estimate,
        _verdict(figure["verdict"], estimate),
        suppressed,
        figure["in_index"],
    )


def _counts(counts: Json | None) -> Counts | None:
    if counts is None:
        return None
    n1, n2, n3, n4, n5 = counts["n"]
    return Counts((n1, n2, n3, n4, n5), counts["no_opinion"], counts["skipped"])


def _estimate(estimate: Json) -> Estimate:
    return Estimate(
        estimate["estimate"],
        estimate["standard_error"],
        estimate["lower"],
        estimate["upper"],
        estimate["degrees_of_freedom"],
        estimate["method"],
        Fraction(estimate["exact"]) if estimate["exact"] else None,
    )


def _verdict(verdict: Json, estimate: Estimate) -> Verdict:
    target = _decimal(verdict["target"])
    difference = None if verdict["difference"] is None or estimate.value is None else estimate.value - target
    return Verdict(verdict["state"], verdict["reason"], target, difference, verdict["minimum_people"])


def _quality(quality: Json | None) -> Quality:
    """Of a hidden unit nothing is told, not even how many forms came back."""
    if quality is None:
        return Quality(0, None, None, Text(""))
    rate = quality["rate"]
    return Quality(
        quality["responses"],
        quality["flagged"],
        quality["valid"],
        _text(quality["validity_rule"]),
        quality["issued"],
        quality["transactions"],
        quality["rate_kind"],
        None if rate is None else Fraction(rate).limit_denominator(LARGEST_BASE),
        tuple(
            ItemQuality(
                item["code"], item["asked"] or 0, item["answered"] or 0, item["no_opinion"] or 0, item["suppressed"]
            )
            for item in quality["items"]
        ),
        quality["alpha"],
        quality["alpha_base"],
        quality["median_seconds"],
        _mixes(quality["channels"]),
        _mixes(quality["trust_levels"]),
        _mixes(quality["groups"]),
        _estimate(quality["index_with_flagged"]),
    )


def _mixes(parts: Sequence[Json]) -> tuple[Mix, ...]:
    return tuple(Mix(part["code"], part["responses"] or 0, part["suppressed"]) for part in parts)


def _coverage(coverage: Json | None) -> Coverage | None:
    if coverage is None:
        return None
    lists = ("units_left_out", "units_merged", "units_without_transactions", "units_over_transactions")
    return Coverage(coverage["covered"], coverage["total"], *(tuple(coverage[name]) for name in lists))


def _line(line: Json) -> UnitLine:
    return UnitLine(_place(line["place"]), _figure(line["index"]), line["transactions"])


def _choices(question: Json) -> ChoiceFigures:
    options = tuple(ChoiceOption(each["value"], _text(each["label"]), each["people"]) for each in question["options"])
    people, suppressed = question["people"] or 0, question["suppressed"]
    return ChoiceFigures(question["code"], _text(question["label"]), people, options, question["several"], suppressed)


def _decimal(value: float) -> Fraction:
    """A target is a decimal number: 0.8 is 4/5, not the nearest binary fraction."""
    return Fraction(str(value))
