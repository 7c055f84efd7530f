"""Figures as JSON: every number unrounded, and beside it the words that are printed (docs/analysis-json.md)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from reports.correction_figures import WaveCorrection
from reports.figures import (
    Change,
    ChoiceFigures,
    Estimate,
    Figure,
    Language,
    Place,
    Text,
    TrendPoint,
    Verdict,
    WaveLabel,
)
from reports.report_figures import Correction, Coverage, Method, Mix, Quality, UnitLine, UnitReport
from reports.wording import (
    answers,
    change_sentence,
    figure_percent,
    interval,
    people,
    percent,
    point_score,
    target_percent,
    verdict_sentence,
    verdict_word,
)

SCHEMA = "sipas-analysis/1"

Json = dict[str, Any]


def as_json(report: UnitReport, language: Language | None = "vi") -> Json:
    """The whole report as plain data; the language decides the printed strings alone, None leaves them out."""
    return {
        "schema": SCHEMA,
        **({"language": language} if language else {}),
        "place": place_json(report.place),
        "wave": wave_json(report.wave),
        "method": method_json(report.method, language),
        "index": figure_json(report.index, language),
        "beside": figure_json(report.beside, language) if report.beside else None,
        "overall": figure_json(report.overall, language) if report.overall else None,
        "all_satisfied": figure_json(report.all_satisfied, language) if report.all_satisfied else None,
        "contents": [figure_json(figure, language) for figure in report.contents],
        "factors": [figure_json(figure, language) for figure in report.factors],
        "items": [figure_json(figure, language) for figure in report.items],
        "coverage": coverage_json(report.coverage) if report.coverage else None,
        "tipping_point": _number(report.tipping_point),
        # How many forms came back would tell how few people stand behind a hidden unit.
        "quality": None if report.index.suppressed else quality_json(report.quality, language),
        "changes": [change_json(change, language) for change in report.changes],
        "trend": [trend_json(point, language) for point in report.trend],
        "children": [line_json(line, language) for line in report.children],
        "breakdowns": {name: [figure_json(part, language) for part in parts] for name, parts in report.breakdowns},
        "choices": [choices_json(question) for question in report.choices],
        "compiled_at": report.compiled_at.isoformat() if report.compiled_at else None,
        "ledger_head": report.ledger_head or None,
        "corrections": [correction_json(correction) for correction in report.corrections],
    }


def figure_json(figure: Figure, language: Language | None) -> Json:
    """One percentage. A suppressed one has no number at all."""
    shown = not figure.suppressed
    return {
        "code": figure.code,
        "label": text_json(figure.label),
        "level": figure.level,
        "in_index": figure.in_index,
        "rule": figure.rule,
        "aggregation": figure.aggregation,
        "weighting": figure.weighting,
        "suppressed": figure.suppressed,
        "people": figure.people if shown else None,
        "answers": figure.answers if shown else None,
        "counts": {
            "n": list(figure.counts.n),
            "no_opinion": figure.counts.no_opinion,
            "skipped": figure.counts.skipped,
        }
        if shown and figure.counts is not None
        else None,
        **estimate_json(figure.estimate),
        "verdict": verdict_json(figure.verdict),
        **(_printed_figure(figure, language) if language else {}),
    }


def _printed_figure(figure: Figure, language: Language) -> Json:
    shown = not figure.suppressed
    return {
        "printed": {
            "estimate": figure_percent(figure, language),
            "interval": interval(figure.estimate, language, figure.verdict.target),
            "people": people(figure.people, language) if shown else None,
            "answers": answers(figure.answers, language) if shown else None,
            "verdict": verdict_word(figure.verdict.state, language),
            "reason": verdict_sentence(figure.verdict, language, figure.people),
            "point": point_score(figure, language),
        }
    }


def choices_json(question: ChoiceFigures) -> Json:
    """A question of choices; a suppressed one has no number at all."""
    return {
        "code": question.code,
        "label": text_json(question.label),
        "several": question.several,
        "suppressed": question.suppressed,
        "people": None if question.suppressed else question.people,
        "options": [
            {
                "value": option.value,
                "label": text_json(option.label),
                "people": option.people,
                "share": _number(question.share(option)),
            }
            for option in question.options
        ],
    }


def estimate_json(estimate: Estimate) -> Json:
    return {
        "estimate": estimate.estimate,
        "standard_error": estimate.standard_error,
        "lower": estimate.lower,
        "upper": estimate.upper,
        "degrees_of_freedom": estimate.degrees_of_freedom,
        "method": estimate.method,
        "exact": None if estimate.exact is None else str(estimate.exact),
    }


def verdict_json(verdict: Verdict) -> Json:
    return {
        "state": verdict.state,
        "reason": verdict.reason,
        "target": _number(verdict.target),
        "difference": _number(verdict.difference),
        "minimum_people": verdict.minimum_people,
        "reached_by_point": verdict.reached_by_point,
    }


def text_json(text: Text) -> Json:
    return {"vi": text.vi, "en": text.en or text.vi}


def place_json(place: Place) -> Json:
    above = {"one_stop": text_json(place.one_stop), "superior": text_json(place.superior)}
    return {"code": place.code, "kind": place.kind, "name": text_json(place.name), **above}


def wave_json(wave: WaveLabel) -> Json:
    period = {"start": wave.start.isoformat(), "end": wave.end.isoformat()}
    asked = {"state": wave.state, "respondents": wave.respondents}
    return {"code": wave.code, "name": text_json(wave.name), **period, **asked}


def method_json(method: Method, language: Language | None) -> Json:
    return {
        "rule": method.rule,
        "rule_dated": method.rule_dated.isoformat() if method.rule_dated else None,
        "aggregation": method.aggregation,
        "weighting": method.weighting,
        "design": method.design,
        "trust_levels": list(method.trust_levels),
        "target": _number(method.target),
        "target_reference": text_json(method.target_reference),
        "minimum_people": method.minimum_people,
        "suppression_people": method.suppression_people,
        "questionnaire": method.questionnaire,
        "questionnaire_title": text_json(method.questionnaire_title),
        "legal_reference": text_json(method.legal_reference),
        "interim": method.interim,
        **({"printed": {"target": target_percent(method.target, language)}} if language else {}),
    }


def coverage_json(coverage: Coverage) -> Json:
    return {
        "covered": coverage.covered,
        "total": coverage.total,
        "share": _number(coverage.share),
        "units_left_out": list(coverage.units_left_out),
        "units_merged": list(coverage.units_merged),
        "units_without_transactions": list(coverage.units_without_transactions),
        "units_over_transactions": list(coverage.units_over_transactions),
    }


def quality_json(quality: Quality, language: Language | None) -> Json:
    return {
        "responses": quality.responses,
        "flagged": quality.flagged,
        "valid": quality.valid,
        "validity_rule": text_json(quality.validity_rule),
        "issued": quality.issued,
        "transactions": quality.transactions,
        "rate_kind": quality.rate_kind,
        "rate": _number(quality.rate),
        "items": [
            {
                "code": item.code,
                "suppressed": item.suppressed,
                "asked": None if item.suppressed else item.asked,
                "answered": None if item.suppressed else item.answered,
                "no_opinion": None if item.suppressed else item.no_opinion,
                "non_response": None if item.suppressed else _number(item.non_response),
                "no_opinion_share": None if item.suppressed else _number(item.no_opinion_share),
            }
            for item in quality.items
        ],
        "alpha": quality.alpha,
        "alpha_base": quality.alpha_base,
        "median_seconds": quality.median_seconds,
        "channels": [_mix(part) for part in quality.channels],
        "trust_levels": [_mix(part) for part in quality.trust_levels],
        "groups": [_mix(part) for part in quality.groups],
        "index_with_flagged": estimate_json(quality.index_with_flagged),
        **({"printed": {"rate": percent(quality.rate, language)}} if language else {}),
    }


def change_json(change: Change, language: Language | None) -> Json:
    return {
        "against": change.against,
        "wave": {"code": change.wave_code, "name": text_json(change.wave_name)},
        "movement": change.movement,
        "difference": change.difference,
        "lower": change.lower,
        "upper": change.upper,
        "older": estimate_json(change.older),
        "newer": estimate_json(change.newer),
        "common_items": change.common_items,
        "dropped_items": list(change.dropped_items),
        "changed_items": list(change.changed_items),
        "reworded_items": list(change.reworded_items),
        "common_units": change.common_units,
        "others_difference": change.others_difference,
        **({"printed": {"change": change_sentence(change, language)}} if language else {}),
    }


def trend_json(point: TrendPoint, language: Language | None) -> Json:
    return {
        "code": point.code,
        "label": text_json(point.label),
        "start": point.start.isoformat(),
        "end": point.end.isoformat(),
        "breaks_before": point.breaks_before,
        "reworded_before": point.reworded_before,
        "figure": figure_json(point.figure, language),
    }


def correction_json(correction: Correction) -> Json:
    return {
        "day": correction.day.isoformat(),
        "reason": correction.reason,
        "version": correction.version,
        "before": {"version": correction.before, "day": correction.before_day.isoformat()},
    }


def wave_correction_json(correction: WaveCorrection) -> Json:
    units = [{"code": unit.code, "name": text_json(unit.name), "before": unit.before} for unit in correction.units]
    return {"day": correction.day.isoformat(), "reason": correction.reason, "units": units}


def line_json(line: UnitLine, language: Language | None) -> Json:
    return {
        "place": place_json(line.place),
        "transactions": line.transactions,
        "index": figure_json(line.index, language),
    }


def _mix(part: Mix) -> Json:
    return {
        "code": part.code,
        "suppressed": part.suppressed,
        "responses": None if part.suppressed else part.responses,
    }


def _number(value: Fraction | float | None) -> float | None:
    return None if value is None else float(value)
