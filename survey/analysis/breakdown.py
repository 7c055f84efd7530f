"""The parts of a unit's result: its sub-units and counters, and its answers by channel, trust level, group and time."""

from __future__ import annotations

from collections import Counter as Multiset
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reports.figures import NO_ESTIMATE, Figure, Language, Text, TrendPoint
from reports.heat_figures import HeatCell
from reports.names import channel_name, group_name, trust_name
from reports.report_figures import UnitLine
from survey.analysis import disclosure, half_month, parts, tree
from survey.analysis.estimation import Estimator, suppressed
from survey.analysis.labels import counter_place, place
from survey.analysis.population import by_ancestor
from survey.analysis.tally import Cell, Tally
from survey.analysis.view import View, headline_trust
from survey.models import Counter, Unit

Label = Callable[[str, Language], str]
Dimension = tuple[str, Callable[[Cell], str], Label]

DIMENSIONS: tuple[Dimension, ...] = (
    (parts.CHANNEL, lambda cell: cell.origin.channel, channel_name),
    (parts.TRUST, lambda cell: cell.origin.trust, trust_name),
    (parts.GROUP, lambda cell: cell.origin.group, group_name),
)
INDEX = "index"


def sub_units(session: Session, view: View) -> Iterator[UnitLine]:
    """Lines of the units directly below, in the order of their codes."""
    depth = len(view.path)
    below = {int(site.path[depth:].split("/", 1)[0]) for site in view.sites if len(site.path) > depth}
    if not below:
        return
    units = select(Unit).where(Unit.id.in_(below)).options(joinedload(Unit.parent)).order_by(Unit.code)
    strata = by_ancestor(view.sites)
    for unit in session.scalars(units):
        yield unit_line(view, unit, view.estimator_of(unit.path, strata[unit.path], view.by_unit))


def counters(session: Session, view: View) -> Iterator[UnitLine]:
    """Lines of the unit's own counters, in the order of their codes."""
    if view.unit is None or not view.subdivides:
        return
    own = view.unit.id
    groups = view.tallies.by(
        lambda cell: cell.origin.counter_id if view.counted(cell) and cell.origin.unit_id == own else None
    )
    if not groups:
        return
    total = view.people(view.tallies.total(lambda cell: view.counted(cell) and cell.origin.unit_id == own))
    unseen = disclosure.hidden_siblings({str(key): view.people(tally) for key, tally in groups.items()}, total)
    headline = view.instrument.headline
    every = view.concealed or (headline is not None and tree.own_counters(headline.key) in view.hidden_here)
    for counter in session.scalars(select(Counter).where(Counter.id.in_(groups)).order_by(Counter.code)):
        index = view.part(groups[counter.id]).index()
        hidden = every or str(counter.id) in unseen
        yield UnitLine(counter_place(counter, view.unit), suppressed(index) if hidden else index)


def breakdowns(view: View) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    """The headline by channel, trust level, respondent group and half-month, each where there is more than one.

    Trust levels that do not count in the headline stand beside those that do.
    """
    if not view.subdivides:
        return
    unseen = _hidden_parts(view) | view.hidden_by_tree
    hidden = view.concealed or INDEX in unseen
    for name, key, label in DIMENSIONS:
        groups = view.parts.by(_keyed(view, name, key))
        if len(groups) > 1:
            figures = []
            for code in sorted(groups):
                index = view.part(groups[code]).index()
                figure = replace(index, code=code, label=Text(label(code, "vi"), label(code, "en")))
                figures.append(suppressed(figure) if hidden or parts.key(name, code) in unseen else figure)
            yield name, tuple(figures)
    periods = tuple(figure for _, figure in half_months(view))
    if len(periods) > 1:
        yield parts.HALF_MONTH, periods


def _keyed(view: View, name: str, key: Callable[[Cell], str]) -> Callable[[Cell], str | None]:
    if name == parts.TRUST:
        return lambda cell: key(cell) if not cell.flagged and view.filtered(cell) else None
    return lambda cell: key(cell) if view.counted(cell) else None


def _hidden_parts(view: View) -> frozenset[str]:
    """Channels, trust levels and groups to hide, judged together: they overlap, and one can be held against another."""
    people: Multiset[tuple[str, ...]] = Multiset()
    cells: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for cell, tally in view.parts.cells:
        number = view.people(tally)
        if number:
            atom = tuple(key(cell) for _, key, _ in DIMENSIONS) + (("counted",) if view.counted(cell) else ())
            for name, key, _ in DIMENSIONS:
                code = _keyed(view, name, key)(cell)
                if code is not None:
                    people[atom] += number if name == parts.TRUST else 0
                    cells[parts.key(name, code)].add(atom)
            if view.counted(cell):
                cells[INDEX].add(atom)
    return disclosure.hidden_cells(people, cells)


def half_months(view: View) -> list[tuple[int, Figure]]:
    """The headline of each half-month in which somebody answered, in order of time; none in a part of the answers."""
    if not view.subdivides:
        return []
    groups = view.parts.by_half_month(view.counted)
    people = {str(number): view.people(tally) for number, tally in groups.items()}
    alone = disclosure.hidden_siblings(people, sum(people.values()))
    unseen = view.hidden_by_tree | {parts.key(parts.HALF_MONTH, number) for number in alone}
    every = view.concealed
    found = []
    for number in sorted(groups):
        figure = view.part(groups[number]).index()
        figure = replace(figure, code=half_month.code(number), label=half_month.label(number))
        found.append((number, suppressed(figure) if every or parts.key(parts.HALF_MONTH, number) in unseen else figure))
    return found


def months(view: View) -> Iterator[TrendPoint]:
    """The headline of each calendar month in which somebody answered.

    A month is shown where each of its half-months is: then their sum tells nothing that they do not tell already.
    """
    if not view.subdivides:
        return
    unseen = {number for number, figure in half_months(view) if figure.suppressed}
    groups: dict[int, list[tuple[int, Tally]]] = defaultdict(list)
    for number, tally in sorted(view.parts.by_half_month(view.counted).items()):
        groups[number // 2].append((number, tally))
    for month, halves in sorted(groups.items()):
        figure = view.part(Tally.sum([tally for _, tally in halves])).index()
        figure = replace(figure, code=half_month.month_code(month), label=half_month.month_label(month))
        if any(number in unseen for number, _ in halves):
            figure = suppressed(figure)
        yield TrendPoint(figure.code, figure.label, *half_month.month_bounds(month), figure)


def heat_cells(view: View, unit: Unit, estimator: Estimator) -> Iterator[HeatCell]:
    """The factors and then the items of a unit in a list of units; hidden as in the unit's own report."""
    hidden = view.hidden.get(unit.id, frozenset())
    estimated = [*estimator.factors_estimated(), *estimator.items_estimated()]
    if any(disclosure.is_small(people) for people in (estimator.index_people(), *(each[0] for each in estimated))):
        hidden |= tree.hidden_here(view.instrument, estimator.total)
    every = view.concealed or view.conceals(hidden) or not view.stands_beside_the_whole(estimator)
    keys = [each.key for each in view.instrument.factors] + [each.key for each in view.instrument.items]
    for key, (people, estimate) in zip(keys, estimated, strict=True):
        if every or (hidden and key in hidden):
            yield HeatCell(NO_ESTIMATE, 0, suppressed=True)
        else:
            yield HeatCell(estimate, people)


def unit_line(view: View, unit: Unit, estimator: Estimator) -> UnitLine:
    index = estimator.index()
    small = disclosure.is_small(estimator.index_people())
    keys = view.hidden.get(unit.id, frozenset())
    by_tree = view.conceals(keys) or bool(keys & view.parts_told_apart(headline_trust(view.wave), view.trust))
    hidden = small or by_tree or view.concealed or not view.stands_beside_the_whole(estimator)
    if hidden:  # and not N either, by which a weighted figure could be held against it
        return UnitLine(place(unit), suppressed(index))
    return UnitLine(place(unit), index, estimator.population)
