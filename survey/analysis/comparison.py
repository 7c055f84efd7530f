"""Up to five units of a published wave side by side, and which of their differences are more than chance.

Units hold different people, so the difference of two estimates has an interval by MOVER (see
:mod:`survey.analysis.change`). Where several pairs are looked at, each interval is as wide as Šidák's correction asks,
so that all conclusions of the page hold together with 95 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reports.figures import NO_ESTIMATE, Estimate, Figure, Place, Text
from reports.report_figures import UnitReport
from survey.analysis.change import Difference, Side, compare
from survey.analysis.open_data import Edition, filed
from survey.analysis.ranking import simultaneous, single_confidence
from survey.analysis.unit_choice import in_list_order
from survey.models import Filing, Unit, Wave
from survey.operations.folding import folded

MOST = 5
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit of the wave that may be compared."""

    code: str
    name: Text
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Pair:
    """`first` − `second`, the higher one first where that can be told, with both `values`. `difference` is None where
    one holds the other, or one is weighted and the other is not."""

    first: Place
    second: Place
    difference: Difference | None
    is_part: bool = False
    values: tuple[Estimate, Estimate] = (NO_ESTIMATE, NO_ESTIMATE)

    @property
    def is_hidden(self) -> bool:
        """Whether one of the two has no figure that may be shown, which is all that is told of the pair."""
        return self.difference is not None and self.difference.difference is None


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of every unit, labelled by the unit."""

    label: Text
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The units in the order chosen: their headlines, then factor by factor, and the pairs of headlines."""

    reports: tuple[UnitReport, ...]
    index: Row
    factors: tuple[Row, ...]
    pairs: tuple[Pair, ...]

    @property
    def hidden(self) -> tuple[Place, ...]:
        """The units of hidden pairs that have no figure that may be shown."""
        sides = {place.code for pair in self.pairs if pair.is_hidden for place in (pair.first, pair.second)}
        without = (each.place for each in self.reports if each.index.estimate.estimate is None)
        return tuple(place for place in without if place.code in sides)


def candidates(session: Session, wave: Wave) -> list[Candidate]:
    """The units of the wave that have published figures, departments before communes, then by name."""
    rows = session.execute(
        select(Unit.code, Unit.name_vi, Unit.name_en, Unit.kind, Unit.path)
        .join(Filing, Filing.unit_id == Unit.id)
        .where(Filing.wave_id == wave.id)
    )
    found = [Candidate(code, Text(vi, en), kind, path) for code, vi, en, kind, path in rows]
    return sorted(found, key=lambda unit: in_list_order(unit.kind, unit.name.vi, unit.code))


def search(units: Sequence[Candidate], words: str, leave_out: Sequence[str] = ()) -> list[Candidate]:
    """The first units whose name or code holds every word, whatever the diacritics."""
    wanted = folded(words).split()
    found = (
        unit
        for unit in units
        if unit.code not in leave_out
        and all(word in folded(f"{unit.name.vi} {unit.name.en} {unit.code}") for word in wanted)
    )
    return [unit for unit, _ in zip(found, range(MOST_FOUND), strict=False)]


def compare_units(engine: Engine, edition: Edition, chosen: Sequence[Candidate]) -> Comparison:
    """The chosen units by the figures of the edition."""
    parts = {part.unit_code: part for part in edition.parts}
    wanted = replace(edition, parts=tuple(parts[unit.code] for unit in chosen))
    reports = tuple(each.report for each in filed(engine, wanted))
    confidence = single_confidence(comb(len(chosen), 2))
    pairs = tuple(
        _pair(reports[i], reports[j], chosen[i].path, chosen[j].path, confidence)
        for i, j in combinations(range(len(chosen)), 2)
    )
    factors = {factor.code: factor.label for report in reports for factor in report.factors}
    rows = (Row(label, _labelled(code, reports)) for code, label in factors.items())
    headline = Row(reports[0].index.label, tuple(_named(report.index, report.place) for report in reports))
    return Comparison(reports, headline, tuple(rows), pairs)


def _labelled(code: str, reports: Sequence[UnitReport]) -> tuple[Figure, ...]:
    return tuple(_named(factor, report.place) for report in reports for factor in report.factors if factor.code == code)


def _named(figure: Figure, place: Place) -> Figure:
    return replace(figure, label=place.name)


def _pair(first: UnitReport, second: UnitReport, path: str, other: str, confidence: float) -> Pair:
    if path.startswith(other) or other.startswith(path):
        return Pair(first.place, second.place, None, is_part=True)
    if first.index.weighting != second.index.weighting:
        return Pair(first.place, second.place, None)
    own, others = (_side(report.index, confidence) for report in (first, second))
    found = compare(others, own, common_items=1)
    if found.movement == "moved_down":
        reverse = compare(own, others, common_items=1)
        return Pair(second.place, first.place, reverse, values=(second.index.estimate, first.index.estimate))
    return Pair(first.place, second.place, found, values=(first.index.estimate, second.index.estimate))


def _side(figure: Figure, confidence: float) -> Side:
    """The figure with bounds at that confidence."""
    estimate = figure.estimate
    if estimate.lower is not None and estimate.upper is not None:
        bounds = simultaneous(estimate, figure.people, figure.rule, confidence)
        estimate = replace(estimate, lower=bounds.lower, upper=bounds.upper)
    return Side(estimate, figure.people, figure.verdict.minimum_people)
