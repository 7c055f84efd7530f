"""From tallies of some units to figures: counts, estimate by rule, aggregation and weighting, and the verdict on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from reports.figures import NO_ESTIMATE, Aggregation, Counts, Design, Estimate, Figure, Level, Rule, Text, Weighting
from reports.report_figures import Coverage
from survey.analysis.instrument import Instrument, Item, Pool
from survey.analysis.item_counts import headline_people, item_base, item_counts, item_sums, pool_counts
from survey.analysis.population import Group, Site, strata
from survey.analysis.statistics import PersonSums, mean_of, unweighted
from survey.analysis.strata import Stratum, stratified
from survey.analysis.tally import Tally
from survey.analysis.verdict import judge
from survey.models import Wave

Together = Callable[[str, Sequence[Group]], Mapping[str, str]]  # see HiddenStrata.together

ALL_SATISFIED = Text("Hài lòng toàn diện", "Satisfied with everything")
INDEX = Text("Chỉ số hài lòng", "Satisfaction index")


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rules a figure is computed and judged; fixed by the wave, unless a reader asks for others."""

    rule: Rule
    aggregation: Aggregation
    weighting: Weighting
    design: Design
    target: Fraction
    minimum_people: int

    @classmethod
    def of_wave(
        cls,
        wave: Wave,
        *,
        rule: Rule | None = None,
        aggregation: Aggregation | None = None,
        weighting: Weighting | None = None,
        design: Design | None = None,
    ) -> Terms:
        return cls(
            rule or wave.rule,  # type: ignore[arg-type]  # CHECKs of the wave's columns
            aggregation or wave.aggregation,  # type: ignore[arg-type]  # CHECKs of the wave's columns
            weighting or wave.headline_weighting,  # type: ignore[arg-type]  # CHECKs of the wave's columns
            design or wave.design,  # type: ignore[arg-type]  # CHECKs of the wave's columns
            Fraction(wave.target.value),
            wave.minimum_people,
        )

    @property
    def fpc(self) -> bool:
        """Finite population correction: only where chance, or everybody, decided who was asked."""
        return self.design in ("probability", "census")


class Estimator:
    """Figures over `sites` from their tallies, for the unit with the path `within`.

    `populations` False: a part of the answers (one channel, one half-month) of which no N is known, therefore neither
    weights nor finite population correction. `together` names the strata that are weighed as one, by a figure's key.
    """

    def __init__(
        self,
        terms: Terms,
        instrument: Instrument,
        sites: Sequence[Site],
        tallies: Mapping[int, Tally],
        within: str = "/",
        *,
        populations: bool = True,
        together: Together | None = None,
    ) -> None:
        self.terms = terms
        self.instrument = instrument
        self.sites = tuple(sites)
        self.strata = strata(self.sites, tallies.keys(), within)
        self.by_stratum = [
            Tally.sum([tallies[key] for key in group.members if key in tallies]) for group in self.strata
        ]
        self.total = Tally.sum(self.by_stratum)
        self._populations = populations
        self._together = together
        self._joined: dict[str, Mapping[str, str]] = {}  # by key
        self._have_weights: dict[str, bool] = {}  # by key; "" for every figure that is hidden nowhere

    @property
    def weightable(self) -> bool:
        """Whether the headline has weights."""
        headline = self.instrument.headline
        return self._weightable(headline.key if headline else "")

    def _weightable(self, key: str) -> bool:
        """Whether weights exist: several strata, every responding one with N, and one of them N ≥ n."""
        if not self._populations or len(self.strata) < 2:
            return False
        labels = self._labels(key)
        at = key if labels else ""
        if at not in self._have_weights:
            self._have_weights[at] = self._weigh(labels)
        return self._have_weights[at]

    def _weigh(self, labels: Mapping[str, str]) -> bool:
        hidden: dict[str, tuple[int, int]] = {}
        sizes, without = [], 0
        for group, tally in zip(self.strata, self.by_stratum, strict=True):
            if not tally.responses:
                without += 1
            elif group.population is None:
                return False
            elif group.code in labels:
                population, n = hidden.get(labels[group.code], (0, 0))
                hidden[labels[group.code]] = (population + group.population, n + tally.responses)
            else:
                sizes.append((group.population, tally.responses))
        sizes += hidden.values()
        return without + len(sizes) > 1 and any(population >= n for population, n in sizes)

    def _labels(self, key: str) -> Mapping[str, str]:
        if key not in self._joined:
            self._joined[key] = self._together(key, self.strata) if self._together else {}
        return self._joined[key]

    @property
    def population(self) -> int | None:
        """N of all strata together; None where one is missing."""
        if not self._populations:
            return None
        known = [group.population for group in self.strata if group.population is not None]
        return sum(known) if known and len(known) == len(self.strata) else None

    def _corrected(self) -> int | None:
        """N for the finite population correction of an unweighted figure: one unit alone, or a complete census."""
        population = self.population if self.terms.fpc else None
        if population is None:
            return None
        complete = all(
            group.population == tally.responses for group, tally in zip(self.strata, self.by_stratum, strict=True)
        )
        return population if len(self.strata) == 1 or complete else None

    def pooled(
        self, sums: Callable[[Tally], PersonSums], key: str, weighting: Weighting, rule: Rule, *, item: bool = False
    ) -> Estimate:
        if weighting == "weighted" and self._weightable(key):
            return stratified(self._strata(sums, key), rule, fpc=self.terms.fpc).estimate
        return unweighted(sums(self.total), self.total.responses, rule, item=item, population=self._corrected())

    def _strata(self, sums: Callable[[Tally], PersonSums], key: str) -> list[Stratum]:
        of = self._labels(key)
        return [
            Stratum(group.code, tally.responses, sums(tally), group.population, group.parent_path, of.get(group.code))
            for group, tally in zip(self.strata, self.by_stratum, strict=True)
        ]

    def coverage(self) -> Coverage | None:
        """Whose transactions stand behind the headline; None for one unit whose N raises no question."""
        index, overall, headline = self.instrument.index, self.instrument.overall, self.instrument.headline
        if not self._populations or headline is None:
            return None

        def sums(tally: Tally) -> PersonSums:
            if index is not None:
                return tally.sums(index.id)
            return item_sums(overall)(tally) if overall is not None else PersonSums()

        found = stratified(self._strata(sums, headline.key), fpc=False).coverage
        doubtful = found.units_over_transactions or found.units_without_transactions
        return found if len(self.strata) > 1 or doubtful else None

    def effective(self, weighting: Weighting, key: str | None = None) -> Weighting:
        """The weighting a figure (by default the headline) really has: weights need several strata with known N."""
        if weighting == "weighted" and (self.weightable if key is None else self._weightable(key)):
            return "weighted"
        return "unweighted"

    def item_estimate(self, item: Item, weighting: Weighting) -> Estimate:
        rule: Rule = "top_two" if item.three_levels else self.terms.rule
        return self.pooled(item_sums(item), item.key, weighting, rule, item=True)

    def items_estimated(self) -> list[tuple[int, Estimate]]:
        """Of each item of the index the people behind it and the estimate, without the rest of its figure."""
        weighting, items = self.terms.weighting, self.instrument.items
        sums = [PersonSums.of_counts(self.total.counts(item.id)[1:6]) for item in items]
        if weighting == "weighted" and self._populations and len(self.strata) > 1:
            return [(one.people, self.item_estimate(item, weighting)) for item, one in zip(items, sums, strict=True)]
        corrected, sampled, rule = self._corrected(), self.total.responses, self.terms.rule
        return [(one.people, unweighted(one, sampled, rule, item=True, population=corrected)) for one in sums]

    def factors_estimated(self) -> list[tuple[int, Estimate]]:
        """The same of each factor."""
        return [
            (self.total.sums(factor.id).people, self.pool_estimate(factor, self.terms.weighting))
            for factor in self.instrument.factors
        ]

    def item(self, item: Item, weighting: Weighting | None = None, *, in_index: bool = True) -> Figure:
        weighting = self.effective(weighting or self.terms.weighting, item.key)
        counts = None if item.three_levels else item_counts(self.total, item)
        people, estimate = item_base(self.total, item), self.item_estimate(item, weighting)
        figure = self._figure(item.code, item.label, "item", weighting, people, counts, estimate, in_index=in_index)
        return replace(figure, rule="upper_levels") if item.three_levels else figure

    def pool_estimate(self, pool: Pool, weighting: Weighting) -> Estimate:
        """By the aggregation of the terms; a factor has no factors to average and is pooled under mean_of_factors."""
        if self.terms.aggregation == "mean_of_items":
            return mean_of([self.item_estimate(item, weighting) for item in pool.items])
        if self.terms.aggregation == "mean_of_factors" and pool.level != "factor":
            factors = [factor for factor in self.instrument.factors if set(factor.items) <= set(pool.items)]
            if factors:
                return mean_of([self.pool_estimate(factor, weighting) for factor in factors])
        return self.pooled(lambda tally: tally.sums(pool.id), pool.key, weighting, self.terms.rule)

    def pool(self, pool: Pool, weighting: Weighting | None = None) -> Figure:
        weighting = self.effective(weighting or self.terms.weighting, pool.key)
        counts = pool_counts(self.total, pool)
        estimate = self.pool_estimate(pool, weighting)
        sums = self.total.sums(pool.id)
        figure = self._figure(pool.code, pool.label, pool.level, weighting, sums.people, counts, estimate)
        were_read = counts.base == sums.v  # by half-month, hardly more than the sums over people is read
        return figure if were_read else replace(figure, answers=sums.v, counts=None)

    def index(self, weighting: Weighting | None = None) -> Figure:
        """The headline: the index, or the overall question where a form has no items in the index (one-tap)."""
        if self.instrument.index is not None:
            return self.pool(self.instrument.index, weighting)
        if self.instrument.overall is not None:
            return self.item(self.instrument.overall, weighting, in_index=False)
        return self._figure("index", INDEX, "index", "unweighted", 0, None, NO_ESTIMATE)

    def all_satisfied(self) -> Figure | None:
        """People all of whose answers are 4 or 5, a share of people whatever the rule of the index."""
        pool = self.instrument.index
        if pool is None:
            return None
        weighting = self.effective(self.terms.weighting)

        def wholly(tally: Tally) -> PersonSums:
            return tally.sums(pool.id).wholly_satisfied()

        estimate = self.pooled(wholly, pool.key, weighting, "top_two", item=True)
        people = self.total.sums(pool.id).people
        figure = self._figure("all_satisfied", ALL_SATISFIED, "index", weighting, people, None, estimate)
        return replace(figure, rule="top_two", aggregation="pool_answers", answers=people, in_index=False)

    def index_people(self) -> int:
        return headline_people(self.instrument, self.total)

    def _figure(
        self,
        code: str,
        label: Text,
        level: Level,
        weighting: Weighting,
        people: int,
        counts: Counts | None,
        estimate: Estimate,
        *,
        in_index: bool = True,
    ) -> Figure:
        terms = self.terms
        verdict = judge(estimate, people, terms.target, terms.minimum_people)
        rules = (terms.rule, terms.aggregation, weighting)
        answers = (people, people if counts is None else counts.base, counts)
        return Figure(code, label, level, *rules, *answers, estimate, verdict, in_index=in_index)


def suppressed(figure: Figure) -> Figure:
    """The figure without any number: too few people, or another could be worked out from it."""
    verdict = judge(NO_ESTIMATE, 0, figure.verdict.target, figure.verdict.minimum_people, hidden=True)
    return replace(figure, people=0, answers=0, counts=Counts(), estimate=NO_ESTIMATE, verdict=verdict, suppressed=True)
