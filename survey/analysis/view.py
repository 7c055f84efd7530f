"""What one reader looks at: a unit's subtree in a wave, through chosen terms, trust levels, channel and group.

Everything is read at once and narrowed in memory, so that the figures of a filter and those of the whole come from
one snapshot and can be compared for disclosure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reports.figures import Place, Rule, Text
from reports.report_figures import Method
from survey.analysis import disclosure, parts, rules, tree
from survey.analysis.estimation import Estimator, Terms
from survey.analysis.hidden_strata import HiddenStrata
from survey.analysis.instrument import Instrument, Item
from survey.analysis.item_counts import headline_people
from survey.analysis.labels import place
from survey.analysis.population import Site
from survey.analysis.tally import Cell, Tallies, Tally
from survey.analysis.tally_statement import Source
from survey.models import Unit, Wave

ROOT_PATH = "/"
Period = tuple[int, int]  # the first and the last half-month, both included
Line = tuple[Callable[[Cell], object], Callable[[Cell], bool], set[object]]
WHOLE_WAVE = Text("Toàn đợt khảo sát", "The whole wave")


@dataclass(frozen=True)
class View:
    """A unit's subtree in a wave (the whole wave without a unit), read.

    `trust` are the levels that count in the headline; `hidden` is what the tree's disclosure control hides, by unit.
    `period` narrows to half-months: one is shown only where each of them is, so that nothing is told by their sum.
    `crossed` is for who may read single responses: only he may see one filter within another.
    """

    wave: Wave
    unit: Unit | None
    terms: Terms
    instrument: Instrument
    sites: tuple[Site, ...]
    tallies: Tallies
    trust: tuple[str, ...]
    channel: str | None
    group: str | None
    source: Source
    hidden: tree.Hidden
    period: Period | None = None
    crossed: bool = False

    @property
    def path(self) -> str:
        return self.unit.path if self.unit else ROOT_PATH

    def counted(self, cell: Cell) -> bool:
        """Whether a cell belongs to the headline: not flagged, of a counted trust level, of the filter."""
        return not cell.flagged and cell.origin.trust in self.trust and self.filtered(cell)

    def filtered(self, cell: Cell) -> bool:
        """Whether a cell is of the channel, group and half-months that were asked for, whatever its trust or flags."""
        return (
            self.channel in (None, cell.origin.channel)
            and self.group in (None, cell.origin.group)
            and (self.period is None or self.period[0] <= cell.half_month <= self.period[1])
        )

    @property
    def whole(self) -> bool:
        """No filter on channel, group or time: what N stands for."""
        return self.channel is None and self.group is None and self.period is None

    @property
    def subdivides(self) -> bool:
        """Whether channels, groups, times and counters may be told apart in it. In a part of the answers they would be
        parts of a part, which are not judged together with those of all other parts."""
        return self.crossed or (self.whole and set(self.trust) == set(headline_trust(self.wave)))

    def estimator(self, keep: Callable[[Cell], bool] | None = None) -> Estimator:
        """Figures over all sites from the cells that `keep` accepts (default: the headline's)."""
        by_unit = self.by_unit if keep is None else self.tallies.by(_unit_of(keep))
        return self.estimator_of(self.path, self.sites, by_unit)

    def estimator_of(self, path: str, sites: Sequence[Site], by_unit: Mapping[int, Tally]) -> Estimator:
        """Figures of the unit with that path over its sites."""
        joined = self.hidden_strata.together
        return Estimator(self.terms, self.instrument, sites, by_unit, path, populations=self.whole, together=joined)

    @cached_property
    def hidden_strata(self) -> HiddenStrata:
        """Which sites' strata are weighed together, since the figure is hidden there."""
        told = self.parts_told_apart(headline_trust(self.wave), self.trust)
        return HiddenStrata.of(self.sites, self.hidden, told, self.instrument.pooled_into if told else ())

    def part(self, tally: Tally) -> Estimator:
        """Figures of a part of the answers (a channel, a half-month, a counter), as one sample without N."""
        nowhere = Site(0, "", "", None, None)
        return Estimator(self.terms, self.instrument, (nowhere,), {0: tally}, populations=False)

    @cached_property
    def by_unit(self) -> dict[int, Tally]:
        """The tallies of the headline, by unit id."""
        return self.tallies.by(_unit_of(self.counted))

    @cached_property
    def headline(self) -> Estimator:
        return self.estimator()

    @cached_property
    def parts(self) -> Tallies:
        """The tallies by channel, trust level, group and flag, wherever the answers were given."""
        return self.tallies.without_places()

    def people(self, tally: Tally) -> int:
        return headline_people(self.instrument, tally)

    @property
    def hidden_by_tree(self) -> frozenset[str]:
        """Keys of this unit's figures and parts that are hidden for the sake of the whole wave."""
        return self.hidden.get(self.unit.id if self.unit else tree.ROOT, frozenset())

    @cached_property
    def hidden_here(self) -> frozenset[str]:
        """Keys of this unit's figures that are hidden: by the tree, by their own size, or since too few people make
        the difference to what is shown without the filter or with the wave's own trust levels. All of them where the
        filter is for a part that is hidden."""
        own = headline_trust(self.wave)
        if self.hidden_by_tree & self.parts_told_apart(own, self.trust):
            return frozenset(self.instrument.pooled_into)
        apart = [self.parts.total(differs) for differs in self.differences(own, self.trust)]
        beside = self._hidden_beside_others(own) | self._hidden_for_units_below(own)
        return self.hidden_by_tree | tree.hidden_here(self.instrument, self.headline.total, apart, beside)

    def _hidden_beside_others(self, own: Collection[str]) -> frozenset[str]:
        """Keys of figures that, with those of the filter's other choices, would give the figure of a choice of few."""
        found: set[str] = set()
        for choice, within, chosen in self._lines(own):
            groups = self.parts.by(_choice_of(choice, within))
            bases = {code: tree.bases(self.instrument, tally) for code, tally in groups.items()}
            for key in self.instrument.pooled_into:
                line = {code: of.get(key, 0) for code, of in bases.items()}
                if disclosure.hidden_siblings(line, sum(line.values())) & {str(code) for code in chosen}:
                    found.add(key)
        return frozenset(found)

    def _hidden_for_units_below(self, own: Collection[str]) -> frozenset[str]:
        """Keys of figures from which, less those of the units below, a figure hidden in one of these would follow.

        None if in no unit's own answers any choice of the filter holds few people; else the figure with all that are
        pooled with it, whatever the choice. What the filter shows of a unit then only repeats what it shows of those
        below. The headline is judged with the parts, over the whole wave. Not for who may cross filters.
        """
        below = {cell.origin.unit_id for cell, _ in self.tallies.cells} - ({self.unit.id} if self.unit else set())
        if self.subdivides or not below:
            return frozenset()
        into, told = self.instrument.pooled_into, self.parts_told_apart(own, self.trust)
        few: set[str] = set()
        for unit_id in below:
            hidden = self.hidden.get(unit_id, frozenset())
            few |= into.keys() if hidden & told else hidden & into.keys()
        places: list[Callable[[Cell], object | None]] = [
            *(_choice_of_unit(choice, within) for choice, within, _ in self._lines(own)),
            *(_unit_of(differs) for differs in self.differences(own, self.trust)),
        ]
        for place_of in places:
            for tally in self.tallies.by(place_of).values():
                few |= {key for key, base in tree.bases(self.instrument, tally).items() if disclosure.is_small(base)}
        if self.instrument.headline is not None:
            few.discard(self.instrument.headline.key)
        pools = {into[key] for key in few} - {None}
        return frozenset(few | {key for key, pool in into.items() if pool in pools})

    def _lines(self, own: Collection[str]) -> list[Line]:
        """Of each filter that is set: what is chosen by it, among which cells, and the choices made."""
        lines: list[Line] = []

        def of_headline(cell: Cell) -> bool:
            return cell.origin.trust in own

        if self.channel is not None:
            lines.append((lambda cell: cell.origin.channel, of_headline, {self.channel}))
        if self.group is not None:
            lines.append((lambda cell: cell.origin.group, of_headline, {self.group}))
        if self.period is not None:
            first, last = self.period
            lines.append((lambda cell: cell.half_month, of_headline, set(range(first, last + 1))))
        if len(self.trust) == 1 and set(self.trust) != set(own):
            counts = self.trust[0] in own
            lines.append((lambda cell: cell.origin.trust, lambda cell: of_headline(cell) == counts, set(self.trust)))
        return lines

    def stands_beside_the_whole(self, estimator: Estimator) -> bool:
        """Whether nobody few are told apart by holding the figures of these sites, with the view's filter and trust
        levels, against those without."""
        differences = self.differences(headline_trust(self.wave), self.trust)
        asked = [each for site in estimator.sites for each in self._asked.get(site.unit_id, ())] if differences else []
        return not any(
            disclosure.is_small(sum(number for cell, number in asked if differs(cell))) for differs in differences
        )

    @cached_property
    def _asked(self) -> dict[int, list[tuple[Cell, int]]]:
        """By unit id the cells without flagged responses, whatever their trust level, and the people in each."""
        asked: dict[int, list[tuple[Cell, int]]] = defaultdict(list)
        for cell, tally in self.tallies.cells:
            if not cell.flagged:
                asked[cell.origin.unit_id].append((cell, self.people(tally)))
        return asked

    def parts_told_apart(self, own: Collection[str], chosen: Collection[str]) -> set[str]:
        """The parts of the answers that the view's filter or the `chosen` trust levels, instead of a wave's `own`, show
        alone, add or leave out."""
        told = {parts.key(parts.TRUST, level) for level in set(own) ^ set(chosen)}
        if set(own) != set(chosen) and len(chosen) == 1:
            told |= {parts.key(parts.TRUST, level) for level in chosen}
        if self.channel is not None:
            told.add(parts.key(parts.CHANNEL, self.channel))
        if self.group is not None:
            told.add(parts.key(parts.GROUP, self.group))
        if self.period is not None:
            first, last = self.period
            told |= {parts.key(parts.HALF_MONTH, number) for number in range(first, last + 1)}
        return told

    def differences(self, own: Collection[str], chosen: Collection[str]) -> tuple[Callable[[Cell], bool], ...]:
        """Those by whom the view differs from the ones without its filter, without the `chosen` trust levels or both,
        and the levels added to a wave's `own` or left out. None where nothing was chosen: then no other total is shown.
        """
        mine, added, left_out = set(chosen), set(chosen) - set(own), set(own) - set(chosen)
        if self.whole and not added and not left_out:
            return ()
        return (
            lambda cell: not cell.flagged and not (cell.origin.trust in mine and self.filtered(cell)),
            lambda cell: not cell.flagged and cell.origin.trust not in mine and self.filtered(cell),
            lambda cell: not cell.flagged and cell.origin.trust in mine and not self.filtered(cell),
            lambda cell: not cell.flagged and cell.origin.trust in added,
            lambda cell: not cell.flagged and cell.origin.trust in left_out,
        )

    @property
    def concealed(self) -> bool:
        """Whether the headline is hidden, and with it everything; without a headline, whether too few responded."""
        if self.instrument.headline is None:
            return disclosure.is_small(self.headline.total.responses)
        return self.conceals(self.hidden_here)

    def conceals(self, keys: frozenset[str]) -> bool:
        headline = self.instrument.headline
        return headline is not None and headline.key in keys

    @property
    def method(self) -> Method:
        wave, target, headline = self.wave, self.wave.target, self.instrument.headline
        rule: Rule = self.terms.rule
        if isinstance(headline, Item) and headline.three_levels:
            rule = "upper_levels"
        return Method(
            rule,
            self.terms.aggregation,
            self.terms.weighting,
            self.terms.design,
            self.trust,
            self.terms.target,
            Text(target.reference_vi, target.reference_en),
            self.terms.minimum_people,
            disclosure.THRESHOLD,
            self.instrument.name,
            self.instrument.title,
            self.instrument.legal_reference,
            rules.RULES[rule].valid_from,
            interim=wave.state == "open",
        )

    @property
    def place(self) -> Place:
        return place(self.unit) if self.unit else Place(self.wave.code, WHOLE_WAVE, "wave")


def _unit_of(keep: Callable[[Cell], bool]) -> Callable[[Cell], int | None]:
    return lambda cell: cell.origin.unit_id if keep(cell) else None


def _choice_of_unit(
    choice: Callable[[Cell], object], within: Callable[[Cell], bool]
) -> Callable[[Cell], tuple[int, object] | None]:
    return lambda cell: (cell.origin.unit_id, choice(cell)) if not cell.flagged and within(cell) else None


def _choice_of(choice: Callable[[Cell], object], within: Callable[[Cell], bool]) -> Callable[[Cell], str | None]:
    return lambda cell: str(choice(cell)) if not cell.flagged and within(cell) else None


def headline_trust(wave: Wave) -> tuple[str, ...]:
    """The trust levels the wave counts; a wave that opened names at least one."""
    return tuple(sorted(level.trust for level in wave.trust_levels))
