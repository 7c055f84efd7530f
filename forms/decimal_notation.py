"""Numbers as Vietnamese or English readers write them: 86,43 and 86.43 are the same."""

from __future__ import annotations

import re
from decimal import Decimal

LONGEST = 20  # characters of a number
# Without an exponent: 1e999999 is short to write, and a million digits to reckon with.
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)", re.ASCII)


def parsed(text: str) -> Decimal | None:
    """The number; None for an empty text. Raises ValueError for what is none, or could be two."""
    typed = text.replace("\u00a0", "").replace(" ", "")
    if not typed:
        return None
    if len(typed) > LONGEST or not _NUMBER.fullmatch(typed):
        raise ValueError(text)
    return Decimal(typed.replace(",", "."))


def written(value: Decimal) -> str:
    """As a field or a file shows it: without needless zeros, with a comma."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
