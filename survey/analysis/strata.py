"""Figures over the units of a stratified wave: each weighted N/n, the variance added up over the strata.

How strata without N, with more answers than transactions, of one response alone, or hidden ones are treated is said
by :func:`stratified`; the ratio and its interval are those of :mod:`survey.analysis.statistics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, sqrt

from reports.figures import NO_ESTIMATE, Estimate, Rule
from reports.report_figures import Coverage
from survey.analysis.statistics import PersonSums, ratio_sums, unweighted, with_interval


@dataclass(frozen=True, slots=True)
class Stratum:
    """One unit of a stratified wave.

    `sampled` are all its counted responses, also those without a valid answer in the scope of `sums`; `population`
    its transactions N in the period (`None`: not known). `parent` lets a lone response join a sibling first. Strata of
    the same `together` are weighed as one, ΣN/Σn, with nothing kept of each.
    """

    code: str
    sampled: int
    sums: PersonSums
    population: int | None
    parent: str = ""
    together: str | None = None

    @property
    def exceeds_population(self) -> bool:
        """More responses than transactions (n > N): the N cannot be right."""
        return self.population is not None and self.sampled > self.population


@dataclass(frozen=True, slots=True)
class Stratified:
    """A figure over units and what had to be done to weight it.

    `weighted` is False where no weights exist: a responding unit has no N (see `coverage`), or none has N ≥ n; the
    estimate is then the unweighted one of all responses. `strata` counts them after joining.
    """

    estimate: Estimate
    coverage: Coverage
    weighted: bool
    people: int
    answers: int
    strata: int


class _Cell:
    """A stratum while lone responses are being joined; `size` is the N that weights it."""

    __slots__ = ("believed", "code", "parent", "sampled", "size", "sums")

    def __init__(self, stratum: Stratum) -> None:
        self.code, self.parent, self.sampled, self.sums = stratum.code, stratum.parent, stratum.sampled, stratum.sums
        # A wrong N weights nothing: those responses stand for themselves, with weight 1 and no correction.
        self.believed = stratum.population is not None and not stratum.exceeds_population
        self.size = max(stratum.population or 0, stratum.sampled)

    def absorb(self, other: _Cell) -> None:
        self.sampled += other.sampled
        self.size += other.size
        self.sums += other.sums
        self.believed = self.believed and other.believed


def _join_lone_responses(cells: list[_Cell], fpc: bool) -> tuple[str, ...]:
    """Join each stratum of one response with the smallest other one (siblings first, then by code), in place.

    A lone response that is the whole of its unit (N = 1) under the finite population correction adds no variance and
    stays alone. Returns the codes of the strata that were joined into another.
    """
    joined = []
    for lone in sorted((cell for cell in cells if cell.sampled == 1), key=lambda cell: cell.code):
        others = [cell for cell in cells if cell is not lone]
        if lone.sampled == 1 and others and not (fpc and lone.believed and lone.size == 1):
            nearest = min(others, key=lambda cell: (cell.parent != lone.parent, cell.sampled, cell.code))
            nearest.absorb(lone)
            cells.remove(lone)
            joined.append(lone.code)
    return tuple(joined)


def _weighed_together(strata: Sequence[Stratum]) -> tuple[list[Stratum], dict[str, tuple[str, ...]]]:
    """The strata with those of the same `together` as one, named by its first code, and the codes in each such one."""
    groups: dict[str, list[Stratum]] = {}
    for stratum in strata:
        if stratum.together is not None:
            groups.setdefault(stratum.together, []).append(stratum)
    several = [members for members in groups.values() if len(members) > 1]
    if not several:
        return list(strata), {}
    alone = [stratum for stratum in strata if stratum.together is None or len(groups[stratum.together]) == 1]
    found, codes = alone, {}
    for members in several:
        known = [stratum.population for stratum in members if stratum.population is not None]
        one = Stratum(
            min(stratum.code for stratum in members),
            sum(stratum.sampled for stratum in members),
            sum((stratum.sums for stratum in members), PersonSums()),
            sum(known) if len(known) == len(members) else None,
            members[0].parent,
        )
        found.append(one)
        codes[one.code] = tuple(sorted(stratum.code for stratum in members))
    return sorted(found, key=lambda stratum: stratum.code), codes


def stratified(strata: Sequence[Stratum], rule: Rule = "top_two", *, fpc: bool) -> Stratified:
    """Pooled answers over units with weights N/n, the variance added up over units.

    `fpc` is the finite population correction: only for probability samples and censuses. Units without responses are
    left out; n > N is not weighted; one response is joined with a sibling, and hidden ones with those they are hidden
    with; a responding unit without N makes the whole figure unweighted. `coverage` names all of them.
    """
    answering = [stratum for stratum in strata if stratum.sampled]
    present, together = _weighed_together(answering)
    cells = [_Cell(stratum) for stratum in present]
    missing = any(stratum.population is None for stratum in present)
    weighted = not missing and any(cell.believed for cell in cells)
    joined: tuple[str, ...] = ()
    if weighted:
        lone = _join_lone_responses(cells, fpc)
        joined = (
            *(code for code in lone if code not in together),
            *(code for codes in together.values() for code in codes),
        )
        estimate = _weighted(cells, rule, fpc)
    else:
        estimate = unweighted(sum((c.sums for c in cells), PersonSums()), sum(c.sampled for c in cells), rule)
    coverage = Coverage(
        covered=sum(stratum.population or 0 for stratum in answering if stratum.sums.v),
        total=sum(stratum.population or 0 for stratum in strata),
        units_left_out=tuple(stratum.code for stratum in strata if not stratum.sums.v),
        units_merged=joined,
        units_without_transactions=tuple(stratum.code for stratum in strata if stratum.population is None),
        units_over_transactions=tuple(
            code for one in present if one.exceeds_population for code in together.get(one.code, (one.code,))
        ),
    )
    people, answers = sum(stratum.sums.people for stratum in strata), sum(stratum.sums.v for stratum in strata)
    return Stratified(estimate, coverage, weighted, people, answers, len(cells))


def _weighted(cells: Sequence[_Cell], rule: Rule, fpc: bool) -> Estimate:
    """The stratified ratio; exact, since the weights N/n are brought to whole numbers over one denominator."""
    common = lcm(*(cell.sampled for cell in cells))
    weights = [cell.size * (common // cell.sampled) for cell in cells]
    parts = [ratio_sums(cell.sums, rule) for cell in cells]
    c = parts[0][0]
    y = sum(weight * part[1] for weight, part in zip(weights, parts, strict=True))
    v = sum(weight * cell.sums.v for weight, cell in zip(weights, cells, strict=True))
    if not v:
        return NO_ESTIMATE
    r = y / v
    asked_all = fpc and all(cell.believed and cell.size == cell.sampled for cell in cells)
    census = asked_all and all(cell.sums.people == cell.sampled for cell in cells)
    corrected = fpc and (census or not asked_all)
    variance = 0.0
    for cell, (_, sy, syy, syv) in zip(cells, parts, strict=True):
        n, sv = cell.sampled, cell.sums.v
        unseen = 1 - n / cell.size if corrected and cell.believed else 1.0
        if n > 1 and unseen:
            yy, vv, yv = n * syy - sy * sy, n * cell.sums.vv - sv * sv, n * syv - sy * sv
            squares = (yy - 2 * r * yv + r * r * vv) / n
            if squares * n > 1e-12 * (yy + r * r * vv):  # below lies only the rounding of r: everybody answered alike
                variance += (cell.size / n) ** 2 * unseen * n / (n - 1) * squares
    df = sum(cell.sampled for cell in cells) - len(cells)
    people = sum(cell.sums.people for cell in cells)
    return with_interval(Fraction(y, c * v), sqrt(variance) / (c * (v / common)), df, people, rule, census=census)
