"""Satisfaction fractions with their 95 % intervals, computed from counts and from sums over people.

A person gives many answers, so the person is the sampling unit. Every rule is a ratio Σy / Σv with y a linear
function of a person's answers; its variance is that of the Taylor-linearised residual y − r·v (R `survey::svyratio`),
with n/(n − 1) per stratum, where n are *all* responses of the stratum: those without a valid answer in the scope are
sampled people whose residual is 0. Intervals: logit with t(n − strata); Wilson with n = people where the variance is 0
and for an unweighted single item; none for a census whose people all gave a valid answer, where the point is the truth.
Where n = N but some of them gave none, the interval does without the finite population correction (decision 0012).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, sqrt

from reports.figures import NO_ESTIMATE, Coverage, Estimate, IntervalMethod, Rule
from survey.analysis.intervals import logit_interval, wilson_interval


@dataclass(slots=True)
class PersonSums:
    """Sums over the people with at least one valid answer in a scope (an item, factor, content or the index).

    Of each person: s satisfied answers (4 or 5), v valid answers (1–5), x sum of the scores. `people` counts those
    with v > 0, `all_satisfied` those of them with s = v.
    """

    people: int = 0
    all_satisfied: int = 0
    s: int = 0
    v: int = 0
    ss: int = 0
    sv: int = 0
    vv: int = 0
    x: int = 0
    xx: int = 0
    xv: int = 0

    @classmethod
    def of_counts(cls, counts: Sequence[int]) -> PersonSums:
        """Sums of a single item that received `counts` = n1…n5: one valid answer per person."""
        n1, n2, n3, n4, n5 = counts
        n, s = n1 + n2 + n3 + n4 + n5, n4 + n5
        x = n1 + 2 * n2 + 3 * n3 + 4 * n4 + 5 * n5
        return cls(n, s, s, n, s, s, n, x, n1 + 4 * n2 + 9 * n3 + 16 * n4 + 25 * n5, x)

    @classmethod
    def of_person(cls, scores: Iterable[int]) -> PersonSums:
        """Sums of one person's valid answers, each 1…5; no valid answer gives zeros."""
        scores = tuple(scores)
        v = len(scores)
        if not v:
            return cls()
        s, x = sum(score >= 4 for score in scores), sum(scores)
        return cls(1, int(s == v), s, v, s * s, s * v, v * v, x, x * x, x * v)

    def wholly_satisfied(self) -> PersonSums:
        """The same people seen through one yes/no item: were all of their answers 4 or 5 ("hài lòng toàn diện")?

        Only the rule `top_two` has a meaning on the result.
        """
        n, k = self.people, self.all_satisfied
        return PersonSums(n, k, k, n, k, k, n)

    def __add__(self, other: PersonSums) -> PersonSums:
        return PersonSums(
            self.people + other.people,
            self.all_satisfied + other.all_satisfied,
            self.s + other.s,
            self.v + other.v,
            self.ss + other.ss,
            self.sv + other.sv,
            self.vv + other.vv,
            self.x + other.x,
            self.xx + other.xx,
            self.xv + other.xv,
        )

    def __sub__(self, other: PersonSums) -> PersonSums:
        return PersonSums(
            self.people - other.people,
            self.all_satisfied - other.all_satisfied,
            self.s - other.s,
            self.v - other.v,
            self.ss - other.ss,
            self.sv - other.sv,
            self.vv - other.vv,
            self.x - other.x,
            self.xx - other.xx,
            self.xv - other.xv,
        )


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


def _ratio(sums: PersonSums, rule: Rule) -> tuple[int, int, int, int]:
    """(c, Σy, Σyy, Σyv): the rule's fraction on 0…1 is Σy / (c·Σv).

    `mean_of_max` = (1 + 4·scaled_mean) / 5 is worked out as `scaled_mean`, so that its interval stays within 0.2…1
    and both rules lead to the same verdict against the same target.
    """
    if rule == "top_two":
        return 1, sums.s, sums.ss, sums.sv
    return 4, sums.x - sums.v, sums.xx - 2 * sums.xv + sums.vv, sums.xv - sums.vv


def _finish(
    exact: Fraction, se: float | None, df: int, people: int, rule: Rule, *, census: bool = False, item: bool = False
) -> Estimate:
    """The estimate of a fraction on 0…1 with standard error `se` (None: one response tells nothing of the spread)."""
    p = exact.numerator / exact.denominator
    freedom: int | None = None
    method: IntervalMethod
    if census:
        method, se, lower, upper = "census", 0.0, p, p
    elif (item and rule == "top_two") or not se or df < 1 or not 0 < p < 1:
        method, (lower, upper) = "wilson", wilson_interval(p, people)
    else:
        method, freedom, (lower, upper) = "logit", df, logit_interval(p, se, df)
    if rule == "mean_of_max":
        exact = (1 + 4 * exact) / 5
        p, lower, upper = exact.numerator / exact.denominator, (1 + 4 * lower) / 5, (1 + 4 * upper) / 5
        se = None if se is None else 0.8 * se
    return Estimate(p, se, lower, upper, freedom, method, exact)


def unweighted(
    sums: PersonSums, sampled: int, rule: Rule = "top_two", *, item: bool = False, population: int | None = None
) -> Estimate:
    """All responses as one sample: pooled answers of `sums` among `sampled` responses.

    `item` says that the scope is a single item (Wilson under `top_two`). `population` is N, given only where the
    wave's design allows the finite population correction; N = `sampled` is a census if all of them gave a valid answer
    in the scope, and not corrected otherwise; N < `sampled` is not believed.
    Raises ValueError where `sums` holds more people than were sampled.
    """
    if sampled < sums.people:
        raise ValueError(f"{sums.people} people answered, but only {sampled} were sampled")
    if not sums.v:
        return NO_ESTIMATE
    c, y, yy, yv = _ratio(sums, rule)
    v, df = sums.v, sampled - 1
    census = population == sampled == sums.people
    se = None
    if df and not census:
        # v²·Σ(y − r·v)² in whole numbers, so that "no variance at all" is recognised without a tolerance
        squares = v * v * yy - 2 * v * y * yv + y * y * sums.vv
        unseen = 1 - sampled / population if population and population > sampled else 1.0
        se = sqrt(unseen * sampled / df * squares) / (c * v * v)
    return _finish(Fraction(y, c * v), se, df, sums.people, rule, census=census, item=item)


def proportion(successes: int, people: int) -> Estimate:
    """A plain share of people, one yes/no each, with Wilson's interval."""
    return unweighted(PersonSums(people, successes, successes, people, successes, successes, people), people, item=True)


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
    parts = [_ratio(cell.sums, rule) for cell in cells]
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
    return _finish(Fraction(y, c * v), sqrt(variance) / (c * (v / common)), df, people, rule, census=census)


def mean_of(estimates: Sequence[Estimate]) -> Estimate:
    """Plain mean of the estimates that exist: `mean_of_items`, `mean_of_factors`.

    Tallies hold no products between items, so the covariances are unknown. By Cauchy–Schwarz the standard error of a
    mean is at most the mean of the standard errors; likewise the bounds are the means of the bounds (MOVER at
    correlation 1, its widest). The interval is conservative, method `bounded`; a mean of censuses is a census.
    """
    known = [estimate for estimate in estimates if estimate.estimate is not None]
    if not known:
        return NO_ESTIMATE
    k = len(known)
    exacts = [estimate.exact for estimate in known if estimate.exact is not None]
    exact = Fraction(sum(exacts), k) if len(exacts) == k else None
    p = float(exact) if exact is not None else sum(estimate.estimate or 0.0 for estimate in known) / k
    errors = [estimate.standard_error for estimate in known if estimate.standard_error is not None]
    lowers = [estimate.lower for estimate in known if estimate.lower is not None]
    uppers = [estimate.upper for estimate in known if estimate.upper is not None]
    if len(lowers) < k or len(uppers) < k:
        return Estimate(p, exact=exact)
    se = sum(errors) / k if len(errors) == k else None
    if all(estimate.method == "census" for estimate in known):
        return Estimate(p, se, p, p, None, "census", exact)
    return Estimate(p, se, sum(lowers) / k, sum(uppers) / k, None, "bounded", exact)
