"""A wave over all units at once: the whole, groups of units and every unit, from one reading of the tallies.

The number of statements does not depend on the number of units, nor the reading on the number of responses. Whoever
compiles sees groups exactly; what may be printed of them is judged by :mod:`survey.analysis.group_disclosure`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.compilation_figures import Compilation, CompiledUnit, GroupFigures, GroupKind, Returns, Standing, Weighed
from reports.figures import NO_ESTIMATE, Figure, Place, Text, Weighting
from reports.heat_figures import HeatCell
from reports.report_figures import UnitLine
from survey.analysis import disclosure, tree
from survey.analysis.corrections import wave_corrections
from survey.analysis.estimation import Estimator, Terms, suppressed
from survey.analysis.group_disclosure import KnownCells, withheld
from survey.analysis.instrument import read_instrument
from survey.analysis.labels import wave_label
from survey.analysis.last_seal import UNDATED, last_seal
from survey.analysis.population import Site, by_ancestor, read_sites
from survey.analysis.quality import PAPER
from survey.analysis.tally import Detail, Selection, Tally, read
from survey.analysis.tally_statement import Source
from survey.analysis.unit_groups import Group, read_groups
from survey.analysis.view import ROOT_PATH, View, headline_trust
from survey.analysis.view_reading import read_hidden
from survey.models import Unit, Wave, WaveUnit

KINDS = ("department", "commune")  # which every province has: each is a group
KIND_NAMES = {
    "department": Text("Các sở, ban, ngành", "Departments"),
    "commune": Text("Các xã, phường", "Communes and wards"),
}
WHOLE = Text("Toàn bộ", "All units together")


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit as the compilation lists it."""

    id: int
    path: str
    place: Place
    above: tuple[str, ...]
    takes_part: bool


@dataclass(frozen=True)
class Reading:
    """What was read of a wave: the view on it, the units to list, groups, and the sites at or under each path."""

    view: View
    units: tuple[ListedUnit, ...]
    groups: tuple[tuple[Group, frozenset[int]], ...]  # with the ids of the sites in it
    below: Mapping[str, Sequence[Site]]
    paper: Mapping[int, int]  # paper forms that came back, by site


def compile_wave(
    session: Session, wave: Wave, unit: Unit | None = None, *, public: bool = False, source: Source = "exact"
) -> Compilation:
    """All figures of the wave at or under `unit` (without one, of the whole wave), by the wave's own terms.

    `public` leaves out what may not be printed: the figures of groups that would give a few people away, and groups
    that are nobody's but the compiler's. Units are hidden as in every other list.
    """
    reading = read_compilation(session, wave, unit, public=public, source=source)
    view = reading.view
    units = tuple(_unit(reading, listed) for listed in reading.units)
    known = KnownCells.of(view, reading.below)
    groups = []
    for group, sites in reading.groups:
        keys = withheld(known, group.code, sites, keep=group.is_public)
        if group.is_shown:
            groups.append(_group(reading, group.code, group.name, group.kind, sites, units, keys, public=public))
    everything = frozenset(site.unit_id for site in view.sites)
    whole = _group(reading, "whole", WHOLE, "whole", everything, units, view.hidden_here, public=public)
    sealed = last_seal(session, wave, view.path, sealed=source == "sealed") if source != "released" else UNDATED
    labels = tuple((factor.code, factor.label) for factor in view.instrument.factors)
    corrected = wave_corrections(session, (wave,)).get(wave.id, ())
    return Compilation(
        wave_label(wave), view.method, view.place, whole, tuple(groups), labels, units, public, *sealed, corrected
    )


def read_compilation(
    session: Session, wave: Wave, unit: Unit | None, *, public: bool = False, source: Source = "exact"
) -> Reading:
    """The tallies, units and groups, in a fixed number of statements."""
    terms, instrument, trust = Terms.of_wave(wave), read_instrument(session, wave.questionnaire), headline_trust(wave)
    path = unit.path if unit else ROOT_PATH
    items = instrument.index is None or terms.aggregation == "mean_of_items"
    selection = Selection((wave.id,), unit.path if unit else None, trust=trust, flagged=False, source=source)
    tallies = read(session, selection, Detail(items=items, all_choices=items, scopes=instrument.scope_ids))
    hidden = read_hidden(session, wave, instrument, trust, path, source, None, with_parts=False)
    sites = read_sites(session, wave, path)
    view = View(wave, unit, terms, instrument, sites, tallies, trust, None, None, source, hidden)
    below = by_ancestor(sites)
    paper = tallies.by(lambda cell: cell.origin.unit_id if cell.origin.channel == PAPER else None)
    units, kinds = _units(session, wave, path, below)
    groups = tuple(_with_sites([*kinds, *read_groups(session, path, public=public)], below, len(sites)))
    returned = {unit_id: tally.responses for unit_id, tally in paper.items()}
    return Reading(view, units, groups, below, returned)


def _units(
    session: Session, wave: Wave, path: str, below: Mapping[str, Sequence[Site]]
) -> tuple[tuple[ListedUnit, ...], list[Group]]:
    """The units to list, in the order of their codes, and a group of each kind that all provinces have."""
    columns = (Unit.id, Unit.code, Unit.path, Unit.kind, Unit.name_vi, Unit.name_en, Unit.one_stop_vi)
    rows = session.execute(
        select(*columns, Unit.one_stop_en, Unit.parent_id, WaveUnit.wave_id.is_not(None))
        .outerjoin(WaveUnit, (WaveUnit.unit_id == Unit.id) & (WaveUnit.wave_id == wave.id))
        .where(Unit.path.like(f"{path}%"))
        .order_by(Unit.code)
    ).all()
    names = {row[0]: Text(row.name_vi, row.name_en) for row in rows}
    holding = {site.path for sites in below.values() for site in sites}
    chosen = [
        row
        for row in rows
        if row.path != path and (row[9] or row.path in holding or (row.kind == "province" and row.path in below))
    ]
    codes = {row.path: row.code for row in chosen}
    listed = []
    for row in chosen:
        one_stop, superior = Text(row.one_stop_vi, row.one_stop_en), names.get(row.parent_id or 0, Text(""))
        place = Place(row.code, Text(row.name_vi, row.name_en), row.kind, one_stop, superior)
        ways = (row.path[: at + 1] for at, letter in enumerate(row.path[:-1]) if letter == "/")
        above = tuple(codes[way] for way in ways if way in codes)
        listed.append(ListedUnit(row.id, row.path, place, above, row[9] or row.path in holding))
    groups = []
    for kind in KINDS:
        of_kind = tuple(row.path for row in rows if row.kind == kind and row.path in below)
        groups.append(Group(kind, KIND_NAMES[kind], "kind", of_kind, is_public=True))
    return tuple(listed), groups


def _with_sites(
    groups: Sequence[Group], below: Mapping[str, Sequence[Site]], everything: int
) -> Iterator[tuple[Group, frozenset[int]]]:
    """The groups in which somebody could answer, with their sites; kinds only where there is more than one."""
    for group in groups:
        sites = frozenset(site.unit_id for path in group.paths for site in below.get(path, ()))
        if sites and not (group.kind == "kind" and len(sites) == everything):
            yield group, sites


def _unit(reading: Reading, listed: ListedUnit) -> CompiledUnit:
    view = reading.view
    sites = reading.below.get(listed.path, ())
    estimator = view.estimator_of(listed.path, sites, view.by_unit)
    keys = view.hidden.get(listed.id, frozenset())
    estimated = estimator.factors_estimated()
    if any(disclosure.is_small(people) for people in (estimator.index_people(), *(each[0] for each in estimated))):
        keys |= tree.hidden_here(view.instrument, estimator.total)
    every = view.concealed or view.conceals(keys)
    index = estimator.index()
    line = UnitLine(listed.place, suppressed(index)) if every else UnitLine(listed.place, index, estimator.population)
    cells = tuple(
        HeatCell(NO_ESTIMATE, 0, suppressed=True) if every or factor.key in keys else HeatCell(estimate, people)
        for factor, (people, estimate) in zip(view.instrument.factors, estimated, strict=True)
    )
    return CompiledUnit(line, cells, None if every else _returns(reading, sites, estimator), listed.above)


def _group(
    reading: Reading,
    code: str,
    name: Text,
    kind: GroupKind,
    sites: frozenset[int],
    units: Sequence[CompiledUnit],
    keys: frozenset[str],
    *,
    public: bool,
) -> GroupFigures:
    """The figures of the sites together; those with `keys` are not to be printed, small ones are shown to nobody."""
    view = reading.view
    chosen = tuple(site for site in view.sites if site.unit_id in sites)
    estimator = view.headline if kind == "whole" else view.estimator_of(view.path, chosen, view.by_unit)
    concealed = view.concealed or disclosure.is_small(estimator.index_people())
    other: Weighting = "unweighted" if view.terms.weighting == "weighted" else "weighted"

    def weighed(key: str | None, figure: Callable[[Weighting | None], Figure]) -> Weighed:
        printable = not concealed and key not in keys and not view.conceals(keys)
        mine = figure(None)
        if concealed or disclosure.is_small(mine.people) or (public and not printable):
            return Weighed(suppressed(mine), None, printable)
        return Weighed(mine, figure(other) if estimator.weightable else None, printable)

    headline = view.instrument.headline
    index = weighed(headline.key if headline else None, estimator.index)
    contents, factors = (
        tuple(weighed(pool.key, partial(estimator.pool, pool)) for pool in pools)
        for pools in (view.instrument.contents, view.instrument.factors)
    )
    inside = [
        unit
        for listed, unit in zip(reading.units, units, strict=True)
        if listed.takes_part
        and (mine := reading.below.get(listed.path))
        and all(site.unit_id in sites for site in mine)
    ]
    hidden = index.headline.suppressed
    return GroupFigures(
        code,
        name,
        kind,
        index,
        contents,
        factors,
        Standing.of([unit.line for unit in inside]),
        None if hidden else _returns(reading, chosen, estimator),
        None if hidden else estimator.coverage(),
        frozenset(unit.line.place.code for unit in inside),
    )


def _returns(reading: Reading, sites: Sequence[Site], estimator: Estimator) -> Returns:
    """Paper forms back over paper forms handed out where people were chosen and every site says how many it handed
    out (as :mod:`survey.analysis.quality` has it), else forms per dossier."""
    responses, population = estimator.total.responses, estimator.population
    issued = sum(site.forms_issued for site in sites if site.forms_issued is not None) or None
    if reading.view.terms.fpc:
        by_unit = reading.view.by_unit
        paper = [
            (site.forms_issued, reading.paper.get(site.unit_id, 0))
            for site in sites
            if site.forms_issued is not None or by_unit.get(site.unit_id, Tally()).responses
        ]
        if any(back for _, back in paper) and all(out is not None and back <= out for out, back in paper):
            rate = Fraction(sum(back for _, back in paper), sum(out or 0 for out, _ in paper))
            return Returns(responses, population, issued, rate, "response_rate")
    rate_of_dossiers = Fraction(responses, population) if population else None
    return Returns(responses, population, issued, rate_of_dossiers, "forms_per_dossier")


def outermost(units: Sequence[CompiledUnit]) -> tuple[CompiledUnit, ...]:
    """The units that hold different people: without those below another one of them."""
    codes = {unit.line.place.code for unit in units}
    return tuple(unit for unit in units if codes.isdisjoint(unit.above))
