"""What the headline would be by other rules, aggregations, weightings and trust levels than those the wave fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import product

from sqlalchemy.orm import Session

from reports.compilation_figures import Standing, Variant, WhatIf
from reports.figures import Aggregation, Figure, Rule, Weighting
from reports.report_figures import UnitLine
from survey.analysis import disclosure
from survey.analysis.compilation import Reading, read_compilation
from survey.analysis.estimation import Estimator, Terms, suppressed
from survey.analysis.tally_statement import Source
from survey.analysis.view import View, headline_trust
from survey.analysis.view_reading import read_view
from survey.models import Unit, Wave

RULES: tuple[Rule, ...] = ("top_two", "mean_of_max", "scaled_mean")
AGGREGATIONS: tuple[Aggregation, ...] = ("pool_answers", "mean_of_items", "mean_of_factors")
WEIGHTINGS: tuple[Weighting, ...] = ("weighted", "unweighted")
MOST_COUNTED = 500  # units; the verdicts of more of them by each variant are not counted

Choice = tuple[Rule, Aggregation, Weighting]


def what_if(
    session: Session,
    wave: Wave,
    unit: Unit | None = None,
    *,
    trust: Collection[str] | None = None,
    source: Source = "exact",
    crossed: bool = False,
) -> WhatIf:
    """The headline by each variant, all at the `trust` levels given (default: the wave's), and by single trust levels.

    A set of trust levels is hidden where it, or what it leaves out or adds, holds too few people, here or, unless
    filters may be `crossed`, in a unit below (:class:`survey.analysis.view.View`). Units' verdicts are counted at the
    wave's own trust levels alone: by other ones what stays hidden of the units is not judged.
    """
    view = read_view(session, wave, unit, source=source, crossed=crossed)
    own = headline_trust(wave)
    asked = view if trust is None or set(trust) == set(own) else replace(view, trust=tuple(sorted(trust)))
    official = official_choice(view)
    reading = read_compilation(session, wave, unit, source=source) if asked is view else None
    units = _units(reading, view) if reading is not None and len(reading.units) <= MOST_COUNTED else {}
    variants = tuple(_variants(asked, official, reading, units))
    return WhatIf(variants, tuple(_by_trust(view, official)))


def _variants(
    view: View, official: Choice, reading: Reading | None, units: Mapping[int, Estimator]
) -> Iterator[Variant]:
    own = view.trust == headline_trust(view.wave)
    for choice in choices(view):
        rule, aggregation, weighting = choice
        terms = _terms(view.wave, choice)
        figure = _figure(view, view.headline, terms)
        standing = _standing(reading, view, units, terms) if reading is not None and units else None
        yield Variant(rule, aggregation, weighting, view.trust, figure, own and choice == official, standing)


def official_choice(view: View) -> Choice:
    """The wave's own terms as its headline really has them: without N it is not weighted, without an index nothing is
    aggregated."""
    aggregation = view.terms.aggregation if view.instrument.index is not None else AGGREGATIONS[0]
    return view.terms.rule, aggregation, view.headline.effective(view.terms.weighting)


def choices(view: View) -> list[Choice]:
    """The combinations that differ: without an index there is nothing to aggregate, without N nothing to weight."""
    aggregations = AGGREGATIONS if view.instrument.index is not None else AGGREGATIONS[:1]
    weightings = WEIGHTINGS if view.headline.weightable else WEIGHTINGS[1:]
    return list(product(RULES, aggregations, weightings))


def _by_trust(view: View, official: Choice) -> Iterator[Variant]:
    """The wave's own trust levels, all levels together, and each alone."""
    own = headline_trust(view.wave)
    present = tuple(sorted({cell.origin.trust for cell, _ in view.tallies.cells if not cell.flagged} | set(own)))
    sets: Sequence[tuple[str, ...]] = list(dict.fromkeys((own, present, *((level,) for level in present))))
    for trust in sets:
        seen = view if trust == own else replace(view, trust=trust)
        yield Variant(*official, trust, _figure(seen, seen.headline, view.terms), trust == own)


def _figure(view: View, estimator: Estimator, terms: Terms) -> Figure:
    index = _by(estimator, terms).index()
    return suppressed(index) if view.concealed else index


def _by(estimator: Estimator, terms: Terms) -> Estimator:
    """The same sums by other terms."""
    other = copy(estimator)
    other.terms = terms
    return other


def _terms(wave: Wave, choice: Choice) -> Terms:
    rule, aggregation, weighting = choice
    return Terms.of_wave(wave, rule=rule, aggregation=aggregation, weighting=weighting)


def _units(reading: Reading, view: View) -> dict[int, Estimator]:
    """The sums of each unit that takes part and is not hidden, by id."""
    found = {}
    for listed in reading.units:
        estimator = view.estimator_of(listed.path, reading.below.get(listed.path, ()), view.by_unit)
        hidden = view.conceals(view.hidden.get(listed.id, frozenset()))
        if listed.takes_part and not hidden and not disclosure.is_small(estimator.index_people()):
            found[listed.id] = estimator
    return found


def _standing(reading: Reading, view: View, units: Mapping[int, Estimator], terms: Terms) -> Standing:
    lines = []
    for listed in reading.units:
        if listed.takes_part:
            estimator = units.get(listed.id)
            figure = suppressed(view.headline.index()) if estimator is None else _by(estimator, terms).index()
            lines.append(UnitLine(listed.place, figure))
    return Standing.of(lines)
