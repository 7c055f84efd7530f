"""A unit's way through the waves: change since the last one and since last year, and the series of its index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from sqlalchemy.orm import Session

from reports.figures import Change, Text, TrendPoint
from survey.analysis import disclosure, half_month, tree
from survey.analysis.breakdown import half_months
from survey.analysis.change import Side, compare
from survey.analysis.continuity import Continuity, Meaning, read_continuity
from survey.analysis.earlier_waves import earlier_waves
from survey.analysis.estimation import Estimator, Terms, suppressed
from survey.analysis.hidden_strata import HiddenStrata
from survey.analysis.instrument import Instrument, Pool, read_instrument
from survey.analysis.item_counts import headline_people, item_base
from survey.analysis.population import Site, read_sites
from survey.analysis.statistics import mean_of
from survey.analysis.tally import Detail, Selection, Tallies, Tally, read
from survey.analysis.view import ROOT_PATH, View, headline_trust
from survey.models import Wave

Against = Literal["previous", "last_year", "chosen"]
ByUnit = dict[int, Tally]


@dataclass(frozen=True)
class Stage:
    """One wave of the series: its instrument, the sites at or under `path`, and their counted tallies."""

    wave: Wave
    instrument: Instrument
    sites: tuple[Site, ...]
    by_unit: ByUnit
    hidden: bool
    path: str
    continuity: Continuity
    hidden_strata: HiddenStrata

    def estimator(self, view: View, units: frozenset[int] | None = None) -> Estimator:
        sites = [site for site in self.sites if units is None or site.unit_id in units]
        how, joined = (self.terms(view), self.instrument), self.hidden_strata.together
        return Estimator(*how, sites, self.by_unit, self.path, populations=view.whole, together=joined)

    def terms(self, view: View) -> Terms:
        """Computed like the view's figures, but judged by the target and the minimum of people of its own wave."""
        target, minimum = Fraction(self.wave.target.value), self.wave.minimum_people
        return replace(view.terms, target=target, minimum_people=minimum)

    @property
    def responding(self) -> frozenset[int]:
        return frozenset(site.unit_id for site in self.sites if site.unit_id in self.by_unit)

    @property
    def item_codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.instrument.items)

    def meaning(self, code: str) -> Meaning:
        return self.continuity.meaning(self.wave.questionnaire_id, code)

    @property
    def asked(self) -> dict[str, Meaning]:
        """What the headline asks, by item code: the index's items, else the question that stands for it."""
        headline = self.instrument.headline
        codes = self.item_codes or ((headline.code,) if headline else ())
        return {code: self.meaning(code) for code in codes}


def common_items(older: Stage, newer: Stage) -> tuple[str, ...]:
    """Codes of the items that both ask in the same meaning and on the same scale, in the newer order."""
    theirs = set(older.item_codes)
    return tuple(
        code for code in newer.item_codes if code in theirs and newer.meaning(code).compares_with(older.meaning(code))
    )


def history(
    session: Session, view: View, chosen: Wave | None = None
) -> tuple[tuple[Change, ...], tuple[TrendPoint, ...]]:
    """Changes against the last wave and the same period last year (or against the `chosen` earlier one alone), and
    the trend up to the view's wave.

    Earlier waves are finished ones that asked the same group by the same questionnaire, or by any where there is none;
    beside a published wave, and from sealed figures, which go out, stand published ones only. Without any, the trend
    follows the half-months of the wave.
    """
    waves = earlier_waves(session, view.wave, view.path, published_only=view.source == "sealed")
    continuity = read_continuity(session, [wave.questionnaire_id for wave in (*waves, view.wave)])
    stages = _stages(session, view, waves, view.path, continuity)
    of_view = (view.sites, view.by_unit, view.concealed, view.path)
    now = Stage(view.wave, view.instrument, *of_view, continuity, view.hidden_strata)
    if not stages:
        return (), tuple(_half_month_points(view))
    return tuple(_changes(session, view, stages, now, chosen)), tuple(_points(view, [*stages, now]))


def _stages(session: Session, view: View, waves: Sequence[Wave], path: str, continuity: Continuity) -> list[Stage]:
    """The waves in which somebody answered in the subtree, read by one statement."""
    if not waves:
        return []
    own_trust = view.trust == headline_trust(view.wave)
    trust = {wave.id: headline_trust(wave) if own_trust else view.trust for wave in waves}
    selection = Selection(tuple(trust), path, flagged=False, source="sealed" if view.source == "sealed" else "exact")
    every = read(session, selection, Detail())
    tallies = every.by(
        lambda cell: (
            (cell.origin.wave_id, cell.origin.unit_id)
            if cell.origin.trust in trust[cell.origin.wave_id] and view.filtered(cell)
            else None
        )
    )
    hidden = tree.kept_hidden(session, trust, path)
    instruments: dict[int, Instrument] = {view.wave.questionnaire_id: view.instrument}
    stages = []
    for wave in waves:
        by_unit = {unit_id: tally for (wave_id, unit_id), tally in tallies.items() if wave_id == wave.id}
        if by_unit.keys() & view.by_unit.keys():  # others have nothing to compare
            if wave.questionnaire_id not in instruments:
                instruments[wave.questionnaire_id] = read_instrument(session, wave.questionnaire)
            keys = hidden.get((wave.id, view.unit.id if view.unit else tree.ROOT), frozenset())
            sites = read_sites(session, wave, path)
            instrument = instruments[wave.questionnaire_id]
            own, chosen = headline_trust(wave), trust[wave.id]
            of_wave = Tallies(tuple((c, tally) for c, tally in every.cells if c.origin.wave_id == wave.id), ())
            apart = map(of_wave.total, view.differences(own, chosen))
            concealed = (
                (instrument.headline is not None and instrument.headline.key in keys)
                or not keys.isdisjoint(view.parts_told_apart(own, chosen))
                or any(disclosure.is_small(headline_people(instrument, tally)) for tally in apart)
            )
            held = {unit_id: keys for (wave_id, unit_id), keys in hidden.items() if wave_id == wave.id}
            if wave.id == view.wave.id and not held:
                held = view.hidden
            told = view.parts_told_apart(own, chosen)
            joined = HiddenStrata.of(sites, held, told, instrument.pooled_into if told else ())
            stages.append(Stage(wave, instrument, sites, by_unit, concealed, path, continuity, joined))
    return stages


def _points(view: View, stages: Sequence[Stage]) -> Iterator[TrendPoint]:
    before: dict[str, Meaning] | None = None
    for stage in stages:
        estimator = stage.estimator(view)
        figure = estimator.index()
        if stage.hidden or disclosure.is_small(estimator.index_people()):
            figure = suppressed(figure)
        asked, wave = stage.asked, stage.wave
        name = Text(wave.name_vi, wave.name_en)
        breaks = before is not None and not _same_items(before, asked)
        reworded = before is not None and any(
            meaning.compares_with(before[code]) and meaning.reads_since != before[code].reads_since
            for code, meaning in asked.items()
            if code in before
        )
        yield TrendPoint(wave.code, name, wave.period_start, wave.period_end, figure, breaks, reworded)
        before = asked


def _same_items(older: dict[str, Meaning], newer: dict[str, Meaning]) -> bool:
    return older.keys() == newer.keys() and all(newer[code].compares_with(older[code]) for code in newer)


def _half_month_points(view: View) -> Iterator[TrendPoint]:
    for number, figure in half_months(view):
        yield TrendPoint(figure.code, figure.label, *half_month.bounds(number), figure)


def _changes(
    session: Session, view: View, stages: Sequence[Stage], now: Stage, chosen: Wave | None
) -> Iterator[Change]:
    previous = stages[-1]
    compared: list[tuple[Against, Stage]] = [("previous", previous)]
    last_year = [stage for stage in stages if _a_year_before(stage.wave, view.wave)]
    if last_year and last_year[-1] is not previous:
        compared.append(("last_year", last_year[-1]))
    if chosen is not None:
        compared = [("chosen", stage) for stage in stages if stage.wave.id == chosen.id]
    others = _others(session, view, [stage.wave for _, stage in compared])
    for against, older in compared:
        change = _change(view, against, older, now)
        yield replace(change, others_difference=_others_difference(view, others, older.wave, now.wave))


def _a_year_before(older: Wave, newer: Wave) -> bool:
    return (_year_later(older.period_start), _year_later(older.period_end)) == (newer.period_start, newer.period_end)


def _year_later(day: date) -> date:
    """The same day next year; the last of February stays the last of February."""
    last_of_february = day.month == 2 and day.day >= 28
    if last_of_february:
        leap = (day.year + 1) % 4 == 0 and ((day.year + 1) % 100 != 0 or (day.year + 1) % 400 == 0)
        return date(day.year + 1, 2, 29 if leap else 28)
    return day.replace(year=day.year + 1)


def _change(view: View, against: Against, older: Stage, newer: Stage) -> Change:
    """The difference on common items and common units, empty where it would disclose a small group."""
    mine, theirs = set(newer.item_codes), set(older.item_codes)
    items = common_items(older, newer)
    changed = tuple(code for code in newer.item_codes if code in theirs and code not in items)
    reworded = (code for code in items if newer.meaning(code).reads_since != older.meaning(code).reads_since)
    units = older.responding & newer.responding
    wave = older.wave
    change = Change(
        against,
        wave.code,
        Text(wave.name_vi, wave.name_en),
        "cannot_tell" if items else "broken",
        common_items=len(items),
        dropped_items=tuple(sorted(mine ^ theirs)),
        changed_items=changed,
        reworded_items=tuple(reworded),
        common_units=len(units),
    )
    if not items or not units or older.hidden or newer.hidden or not all(_safe(view, s, units) for s in (older, newer)):
        return change
    before, after = _sides(view, older, newer, items, units)
    headlines = {stage.estimator(view).effective(view.terms.weighting) for stage in (older, newer)}
    found = compare(before, after, common_items=len(items))
    return replace(
        change,
        movement=found.movement,
        difference=found.difference,
        lower=found.lower,
        upper=found.upper,
        older=before.estimate,
        newer=after.estimate,
        unweighted_for_both=len(headlines) > 1,
        needed=found.needed,
    )


def _safe(view: View, stage: Stage, units: frozenset[int]) -> bool:
    """Whether the common units may stand beside the whole: themselves and the rest hold nobody or enough people."""
    every, common = stage.estimator(view).index_people(), stage.estimator(view, units).index_people()
    return disclosure.complement_is_safe(common, every)


def _sides(view: View, older: Stage, newer: Stage, items: Sequence[str], units: frozenset[int]) -> tuple[Side, Side]:
    """Both waves on the common items: pooled where they make up a factor, content or the index of both, else the mean
    of the items, whose interval needs no products between items; weighted only where both waves can be."""
    sides = [(stage, stage.estimator(view, units)) for stage in (older, newer)]
    weightings = {estimator.effective(view.terms.weighting) for _, estimator in sides}
    weighting = weightings.pop() if len(weightings) == 1 else "unweighted"
    pools = [_pool_of(stage.instrument, items) for stage, _ in sides]
    found = []
    for (stage, estimator), pool in zip(sides, pools, strict=True):
        if pool is not None and None not in pools:
            estimate, people = estimator.pool_estimate(pool, weighting), estimator.total.sums(pool.id).people
        else:
            common = [item for item in stage.instrument.items if item.code in items]
            estimate = mean_of([estimator.item_estimate(item, weighting) for item in common])
            people = min(item_base(estimator.total, item) for item in common)
        found.append(Side(estimate, people, estimator.terms.minimum_people))
    return found[0], found[1]


def _pool_of(instrument: Instrument, items: Sequence[str]) -> Pool | None:
    pools = [*([instrument.index] if instrument.index else []), *instrument.contents, *instrument.factors]
    return next((pool for pool in pools if {item.code for item in pool.items} == set(items)), None)


def _others(session: Session, view: View, older: Sequence[Wave]) -> dict[int, Stage]:
    """All units outside the subtree in the present wave and those it is compared with, by wave id."""
    if view.unit is None:
        return {}
    waves = [*older, view.wave]
    continuity = read_continuity(session, [wave.questionnaire_id for wave in waves])
    stages = _stages(session, view, waves, ROOT_PATH, continuity)
    outside = {}
    for stage in stages:
        sites = tuple(site for site in stage.sites if not site.path.startswith(view.path))
        keep = {site.unit_id for site in sites}
        by_unit = {unit_id: tally for unit_id, tally in stage.by_unit.items() if unit_id in keep}
        outside[stage.wave.id] = replace(stage, sites=sites, by_unit=by_unit, hidden=False)
    return outside


def _others_difference(view: View, others: dict[int, Stage], older: Wave, newer: Wave) -> float | None:
    """The change of the other units that answered in both waves, on the items common to both."""
    if older.id not in others or newer.id not in others:
        return None
    before, after = others[older.id], others[newer.id]
    units = before.responding & after.responding
    items = common_items(before, after)
    if not units or not items or not all(_safe(view, stage, units) for stage in (before, after)):
        return None
    old, new = (side.estimate for side in _sides(view, before, after, items, units))
    return None if old.estimate is None or new.estimate is None else new.estimate - old.estimate
