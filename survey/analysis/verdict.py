"""Whether a target is met, from the interval and never from the point alone."""

from __future__ import annotations

from fractions import Fraction

from reports.figures import Estimate, Verdict, VerdictReason, VerdictState

MINIMUM_PEOPLE = 30  # the default of the dated setting


def judge(
    estimate: Estimate, people: int, target: Fraction, minimum_people: int = MINIMUM_PEOPLE, *, hidden: bool = False
) -> Verdict:
    """The verdict on `estimate`, given by `people`, against `target` (a fraction), all compared unrounded.

    Lower bound ≥ target: met. Upper bound < target: not met. Otherwise, or under `minimum_people`: inconclusive. A
    census has no uncertainty, however few the people: its point decides. `hidden` figures carry no difference either.
    """
    value = estimate.value
    if hidden or value is None:
        return Verdict("inconclusive", "hidden" if hidden else "no_answers", target, None, minimum_people)
    difference = value - (target if isinstance(value, Fraction) else float(target))
    state: VerdictState = "inconclusive"
    reason: VerdictReason = "interval_spans"
    if estimate.method == "census":
        state, reason = "met" if difference >= 0 else "not_met", "census_point"
    elif people < minimum_people:
        reason = "too_few_people"
    elif estimate.lower is not None and estimate.upper is not None:
        bar = target.numerator / target.denominator  # the bounds are floats; against a Fraction they compare slowly
        if estimate.lower >= bar:
            state, reason = "met", "interval_above"
        elif estimate.upper < bar:
            state, reason = "not_met", "interval_below"
    return Verdict(state, reason, target, difference, minimum_people)


def tipping_point(
    value: Fraction | float, responses: int, transactions: int, target: Fraction
) -> Fraction | float | None:
    """(T·N − n·p) / (N − n): the satisfaction among those who did not answer at which the whole just reaches `target`.

    Below 0 the target is reached whatever the others think, above 1 it cannot be reached. None where nobody is left
    (N ≤ n).
    """
    others = transactions - responses
    if others <= 0:
        return None
    if isinstance(value, Fraction):
        return (target * transactions - responses * value) / others
    return (float(target) * transactions - responses * value) / others
