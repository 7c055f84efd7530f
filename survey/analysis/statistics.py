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
from math import sqrt

from reports.figures import NO_ESTIMATE, Estimate, IntervalMethod, Rule
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


def ratio_sums(sums: PersonSums, rule: Rule) -> tuple[int, int, int, int]:
    """(c, Σy, Σyy, Σyv): the rule's fraction on 0…1 is Σy / (c·Σv).

    `mean_of_max` = (1 + 4·scaled_mean) / 5 is worked out as `scaled_mean`, so that its interval stays within 0.2…1
    and both rules lead to the same verdict against the same target.
    """
    if rule == "top_two":
        return 1, sums.s, sums.ss, sums.sv
    return 4, sums.x - sums.v, sums.xx - 2 * sums.xv + sums.vv, sums.xv - sums.vv


def with_interval(
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
    c, y, yy, yv = ratio_sums(sums, rule)
    v, df = sums.v, sampled - 1
    census = population == sampled == sums.people
    se = None
    if df and not census:
        # v²·Σ(y − r·v)² in whole numbers, so that "no variance at all" is recognised without a tolerance
        squares = v * v * yy - 2 * v * y * yv + y * y * sums.vv
        unseen = 1 - sampled / population if population and population > sampled else 1.0
        se = sqrt(unseen * sampled / df * squares) / (c * v * v)
    return with_interval(Fraction(y, c * v), se, df, sums.people, rule, census=census, item=item)


def proportion(successes: int, people: int) -> Estimate:
    """A plain share of people, one yes/no each, with Wilson's interval."""
    return unweighted(PersonSums(people, successes, successes, people, successes, successes, people), people, item=True)


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
