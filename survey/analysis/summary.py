"""The figures of a wave: the whole result of one unit, and all units in one list. Reading only; never commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reports.figures import Aggregation, ChoiceFigures, ChoiceOption, Design, Figure, Rule, Weighting
from reports.heat_figures import HeatRow, HeatTable
from reports.report_figures import UnitLine, UnitReport, WaveOverview
from survey.analysis import tree
from survey.analysis.breakdown import breakdowns, counters, heat_cells, months, sub_units, unit_line
from survey.analysis.corrections import unit_corrections
from survey.analysis.estimation import Estimator, Terms, suppressed
from survey.analysis.instrument import Item, Pool
from survey.analysis.labels import wave_label
from survey.analysis.last_seal import UNDATED, Dated, last_seal
from survey.analysis.population import by_ancestor
from survey.analysis.quality import read_quality
from survey.analysis.tally_statement import Source
from survey.analysis.trend import history
from survey.analysis.verdict import tipping_point
from survey.analysis.view import Period, View, headline_trust
from survey.analysis.view_reading import read_view
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
    trust: Collection[str] | None = None,
    channel: str | None = None,
    group: str | None = None,
    period: Period | None = None,
    compared: Wave | None = None,
    source: Source = "exact",
    with_history: bool = True,
    with_scan: bool = True,
    crossed: bool = False,
) -> UnitReport:
    """The whole result of a unit with its subtree in a wave; without a unit, of the whole wave.

    Terms default to the wave's own. `source` "released" shows what viewers below the compiler may see while the wave
    is open; "sealed" is a published wave's for who may not read responses. `with_history` False leaves out changes,
    trend and corrections; `with_scan` False what needs a pass over the rows and was not kept (alpha, median time, valid
    forms).
    `period` narrows to half-months (the first and the last), without history; `compared` is the earlier wave to tell
    the change against, instead of the last one and that a year ago.
    What too few people answered is hidden. More than one of `trust`, `channel`, `group` and `period`, and parts within
    one, only where they may be `crossed` (see :func:`read_view`).
    """
    terms = Terms.of_wave(wave, rule=rule, aggregation=aggregation, weighting=weighting, design=design)
    view = read_view(
        session,
        wave,
        unit,
        terms=terms,
        trust=trust,
        channel=channel,
        group=group,
        period=period,
        source=source,
        crossed=crossed,
    )
    seal = UNDATED if source == "released" else last_seal(session, wave, view.path, sealed=view.source == "sealed")
    report = report_of(session, view, compared, with_history=with_history, with_scan=with_scan, seal=seal)
    if with_history and unit is not None and wave.state == "published":
        return replace(report, corrections=unit_corrections(session, wave, unit))
    return report


def report_of(
    session: Session,
    view: View,
    compared: Wave | None = None,
    *,
    with_history: bool = True,
    with_scan: bool = True,
    seal: Dated = UNDATED,
) -> UnitReport:
    """The report of a view that was read; see :func:`unit_report`. `seal` is the one over its last response."""
    hidden = view.concealed
    estimator, instrument = view.headline, view.instrument
    index = estimator.index()
    all_satisfied = estimator.all_satisfied()
    # Of a hidden unit not even the months in which somebody answered, nor how the others moved, are told.
    followed = with_history and not hidden and view.period is None
    changes, trend = history(session, view, compared) if followed else ((), ())
    return UnitReport(
        view.place,
        wave_label(view.wave),
        view.method,
        suppressed(index) if hidden else index,
        _beside(view) if not hidden else None,
        _overall(view),
        tuple(_shown(view, pool, estimator.pool(pool)) for pool in instrument.contents),
        tuple(_shown(view, pool, estimator.pool(pool)) for pool in instrument.factors),
        tuple(_shown(view, item, estimator.item(item)) for item in instrument.items),
        read_quality(session, view, with_scan=with_scan),
        estimator.coverage() if not hidden else None,
        _tipping_point(view) if not hidden else None,
        suppressed(all_satisfied) if all_satisfied and hidden else all_satisfied,
        changes,
        trend,
        (*sub_units(session, view), *counters(session, view)),
        tuple(breakdowns(view)) if not hidden else (),
        *seal,
        tuple(_choices(view)),
        tuple(months(view)) if followed else (),
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
    view = read_view(session, wave, root, terms=terms, source=source, only_headline=True)
    hidden = view.concealed
    index = view.headline.index()
    total = UnitLine(view.place, suppressed(index)) if hidden else UnitLine(view.place, index, view.headline.population)
    lines = tuple(unit_line(view, unit, estimator) for unit, estimator in _units(session, view))
    return WaveOverview(wave_label(wave), view.method, total, lines, None if hidden else view.headline.coverage())


def heat_table(session: Session, wave: Wave, root: Unit | None = None, *, source: Source = "exact") -> HeatTable:
    """Units × factors and items: the units of :func:`wave_overview`, each with the estimate of every factor and item.

    By the wave's own terms. A cell is hidden exactly where the unit's own report hides the factor or item.
    """
    view = read_view(session, wave, root, source=source, only_headline=True, with_factors=True)
    factors, items = view.instrument.factors, view.instrument.items
    rows = []
    for unit, estimator in _units(session, view):
        cells = tuple(heat_cells(view, unit, estimator))
        rows.append(HeatRow(unit_line(view, unit, estimator), cells[: len(factors)], cells[len(factors) :]))
    of_factors = tuple((factor.code, factor.label) for factor in factors)
    return HeatTable(
        wave_label(wave), view.method, of_factors, tuple((item.code, item.label) for item in items), tuple(rows)
    )


def siblings(session: Session, wave: Wave, parent: Unit, *, source: Source = "exact") -> tuple[UnitLine, ...]:
    """The headlines of the units directly below `parent`, in the order of their codes, without their items."""
    view = read_view(session, wave, parent, source=source, only_headline=True)
    return tuple(sub_units(session, view))


def _units(session: Session, view: View) -> Iterator[tuple[Unit, Estimator]]:
    """The units that take part or hold collectors, without the view's own, each with the figures of its subtree."""
    listed = {site.unit_id for site in view.sites}
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == view.wave.id)
    units = session.scalars(
        select(Unit)
        .where(Unit.path.like(f"{view.path}%"), Unit.id.in_(listed) | Unit.id.in_(taking_part))
        .options(joinedload(Unit.parent))
        .order_by(Unit.code)
    ).all()
    below = by_ancestor(view.sites)
    for unit in units:
        if unit is not view.unit:
            yield unit, view.estimator_of(unit.path, below.get(unit.path, ()), view.by_unit)


def _shown(view: View, asked: Pool | Item, figure: Figure) -> Figure:
    return suppressed(figure) if view.concealed or asked.key in view.hidden_here else figure


def _choices(view: View) -> Iterator[ChoiceFigures]:
    """Questions of choices, each hidden by the people who answered it; none in a part of the unit's answers, which
    could be held against the whole."""
    if not view.whole or view.trust != headline_trust(view.wave):
        return
    total, hidden = view.headline.total, view.hidden_here
    for question in view.instrument.choices:
        if view.concealed or question.key in hidden:
            yield ChoiceFigures(question.code, question.label, 0, (), question.several, suppressed=True)
        else:
            counts = total.counts(question.id)
            options = tuple(ChoiceOption(value, label, counts[value]) for value, label in question.options)
            base = tree.choice_base(total, question)
            yield ChoiceFigures(question.code, question.label, base, options, question.several)


def _overall(view: View) -> Figure | None:
    """The separate overall question; a form without an index has it as its headline, not beside it."""
    overall = view.instrument.overall
    if overall is None or view.instrument.index is None:
        return None
    return _shown(view, overall, view.headline.item(overall, in_index=False))


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
