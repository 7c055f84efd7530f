"""How many people to ask so that the figure of a unit is sure enough."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

ERROR = Decimal("0.05")


def sample_size(population: int, error: Decimal | Fraction | str = ERROR) -> int:
    """n = N / (1 + N·e²), rounded up: N `population` transactions, e the margin of `error` as a fraction (0.05).

    T. Yamane, Statistics: An Introductory Analysis (2nd ed., 1967), p. 886: a proportion near one half at 95 %
    confidence, for a simple random sample. Exact in fractions, so that no rounding of e moves the result by one.
    Raises ValueError for a negative population or an error outside (0, 1).
    """
    exact = Fraction(error)
    if population < 0 or not 0 < exact < 1:
        raise ValueError(f"no sample size for N = {population} and e = {error}")
    wanted = population / (1 + population * exact**2)
    return -(-wanted.numerator // wanted.denominator)
