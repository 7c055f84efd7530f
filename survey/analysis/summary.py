"""The figures of a wave: the whole result of one unit, and all units in one list. Reading only; never commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reports.figures import Aggregation, Design, Figure, Rule, UnitLine, UnitReport, WaveOverview, Weighting
from survey.analysis import disclosure, tree
from survey.analysis.breakdown import breakdowns, counters, sub_units, unit_line
from survey.analysis.estimation import Terms, suppressed
from survey.analysis.instrument import Item
from survey.analysis.quality import read_quality
from survey.analysis.tally_statement import Source
from survey.analysis.trend import history
from survey.analysis.verdict import tipping_point
from survey.analysis.view import View, last_seal, read_view, wave_label
from survey.models import Unit, Wave, WaveUnit


def unit_report(
    session: Session,
    wave: Wave,
    unit: Unit | None = None,
    *,
    rule: Rule | None = None,
    aggregation: Aggregation | None = None,
    weighting: Weighting | None = None,
    design: Design | None = None,
    trust: Iterable[str] | None = None,
    channel: str | None = None,
    group: str | None = None,
    source: Source = "exact",
    with_history: bool = True,
) -> UnitReport:
    """The whole result of a unit with its subtree in a wave; without a unit, of the whole wave.

    Terms default to the wave's own. `source` "released" shows what viewers below the compiler may see while the wave
    is open. `with_history` False leaves out changes and trend. What too few people answered is hidden.
    """
    terms = Terms.of_wave(wave, rule=rule, aggregation=aggregation, weighting=weighting, design=design)
    view = read_view(session, wave, unit, terms=terms, trust=trust, channel=channel, group=group, source=source)
    hidden = tree.HEADLINE in view.hidden_here
    hidden_pools, hidden_items = hidden_figures(view)
    estimator, instrument = view.headline, view.instrument
    index = estimator.index()
    overall = estimator.item(instrument.overall, in_index=False) if instrument.overall else None
    all_satisfied = estimator.all_satisfied()
    changes, trend = history(session, view) if with_history else ((), ())
    compiled_at, head = last_seal(session, wave, view.path) if source == "exact" else (None, "")
    return UnitReport(
        view.place,
        wave_label(wave),
        view.method,
        suppressed(index) if hidden else index,
        _beside(view) if not hidden else None,
        suppressed(overall) if overall and (hidden or disclosure.is_small(overall.people)) else overall,
        tuple(_pools(view, "content", hidden_pools)),
        tuple(_pools(view, "factor", hidden_pools)),
        tuple(_items(view, hidden_items)),
        read_quality(session, view, hidden=hidden, hidden_items=hidden_items),
        estimator.coverage(),
        _tipping_point(view) if not hidden else None,
        suppressed(all_satisfied) if all_satisfied and hidden else all_satisfied,
        changes,
        trend,
        (*sub_units(session, view), *counters(session, view)),
        tuple(breakdowns(view)),
        compiled_at,
        head,
    )


def wave_overview(
    session: Session,
    wave: Wave,
    root: Unit | None = None,
    *,
    rule: Rule | None = None,
    aggregation: Aggregation | None = None,
    weighting: Weighting | None = None,
    design: Design | None = None,
    source: Source = "exact",
) -> WaveOverview:
    """The headline of every unit that takes part in the wave, at or under `root`, each with its own subtree.

    Listed are the participating units and those that hold collectors, in the order of their codes; the root stands
    apart as the total.
    """
    terms = Terms.of_wave(wave, rule=rule, aggregation=aggregation, weighting=weighting, design=design)
    view = read_view(session, wave, root, terms=terms, source=source)
    hidden = tree.HEADLINE in view.hidden_here
    index = view.headline.index()
    total = UnitLine(view.place, suppressed(index) if hidden else index, view.headline.population)
    by_unit = view.tallies.by(lambda cell: cell.origin.unit_id if view.counted(cell) else None)
    listed = {site.unit_id for site in view.sites}
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)
    units = session.scalars(
        select(Unit)
        .where(Unit.path.like(f"{view.path}%"), Unit.id.in_(listed) | Unit.id.in_(taking_part))
        .options(joinedload(Unit.parent))
        .order_by(Unit.code)
    ).all()
    lines = [
        unit_line(view, unit, view.estimator_of([s for s in view.sites if s.path.startswith(unit.path)], by_unit))
        for unit in units
        if unit is not root
    ]
    return WaveOverview(wave_label(wave), view.method, total, tuple(lines), view.headline.coverage())


def hidden_figures(view: View) -> tuple[frozenset[str], frozenset[str]]:
    """Codes of the factors and contents, and of the items, that must be hidden in a report.

    Items add up to their factor, factors to their content and contents to the index, so each level is judged among
    its siblings; what the tree hides alone in its factor takes a sibling with it, or subtraction would bring it back.
    """
    instrument, total = view.instrument, view.headline.total
    everything = tree.HEADLINE in view.hidden_here
    bases = {item.code: sum(total.counts(item.id)[1:6]) for item in instrument.items}
    people = {pool.code: total.sums(pool.id).people for pool in (*instrument.factors, *instrument.contents)}
    if everything:
        return frozenset(people), frozenset(bases)
    pools = set(_among(people, [content.code for content in instrument.contents]))
    for content in instrument.contents:
        codes = [factor.code for factor in instrument.factors_of(content)]
        pools.update(codes if content.code in pools else _among(people, codes))
    if not instrument.contents:
        pools.update(_among(people, [factor.code for factor in instrument.factors]))
    by_tree = {code.removeprefix(tree.ITEM) for code in view.hidden_here if code.startswith(tree.ITEM)}
    items: set[str] = set()
    for group in _families(view):
        codes = [item.code for item in group[1]]
        if group[0] in pools:
            items.update(codes)
        else:
            items.update(_with_partner(set(_among(bases, codes)) | by_tree.intersection(codes), bases, codes))
    return frozenset(pools), frozenset(items)


def _families(view: View) -> list[tuple[str, Sequence[Item]]]:
    """Items with the code of the pool they add up to: their factor, or the index for items without one."""
    instrument = view.instrument
    families: list[tuple[str, Sequence[Item]]] = [(factor.code, factor.items) for factor in instrument.factors]
    inside = {item for factor in instrument.factors for item in factor.items}
    return [*families, ("index", [item for item in instrument.items if item not in inside])]


def _among(people: dict[str, int], codes: Sequence[str]) -> frozenset[str]:
    siblings = {code: people[code] for code in codes}
    return disclosure.hidden_siblings(siblings, sum(siblings.values()))


def _with_partner(hidden: set[str], people: dict[str, int], codes: Sequence[str]) -> set[str]:
    others = [code for code in codes if code not in hidden and people[code]]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda code: (people[code], code)))
    return hidden


def _pools(view: View, level: str, hidden: frozenset[str]) -> Iterable[Figure]:
    for pool in view.instrument.contents if level == "content" else view.instrument.factors:
        figure = view.headline.pool(pool)
        yield suppressed(figure) if pool.code in hidden else figure


def _items(view: View, hidden: frozenset[str]) -> Iterable[Figure]:
    for item in view.instrument.items:
        figure = view.headline.item(item)
        yield suppressed(figure) if item.code in hidden else figure


def _beside(view: View) -> Figure | None:
    """The headline by the other weighting, where weights exist."""
    estimator = view.headline
    if not estimator.weightable:
        return None
    return estimator.index("unweighted" if view.terms.weighting == "weighted" else "weighted")


def _tipping_point(view: View) -> Fraction | float | None:
    """For a self-selected wave with known N: the satisfaction of the others at which the target is just reached."""
    estimator = view.headline
    population, people = estimator.population, estimator.index_people()
    if view.terms.design != "self_selected" or population is None or not people:
        return None
    value = estimator.index("unweighted").estimate.value
    return None if value is None else tipping_point(value, people, population, view.terms.target)
