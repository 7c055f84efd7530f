"""How numbers, percentages, dates and verdicts are written for a reader, in Vietnamese and in English."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Number = Fraction | float | Decimal | int


def round_half_up(value: Number, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, halves away from zero, without binary error for exact input.

    A `Fraction`, `int` or `Decimal` is rounded exactly. A `float` is read as the shortest decimal that names it
    (`repr`), because that is the number a person would round: 0.285 → 0.29.
    """
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    numerator, denominator = Fraction(value).as_integer_ratio()
    magnitude = (2 * abs(numerator) * 10**decimals + denominator) // (2 * denominator)
    return Decimal(-magnitude if numerator < 0 else magnitude).scaleb(-decimals)
