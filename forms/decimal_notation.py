"""Numbers as Vietnamese or English readers write them: 86,43 and 86.43 are the same."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

LONGEST = 20  # characters of a number


def parsed(text: str) -> Decimal | None:
    """The number; None for an empty text. Raises ValueError for what is none, or could be two."""
    typed = text.replace("\u00a0", "").replace(" ", "")
    if not typed:
        return None
    try:
        value = Decimal(typed.replace(",", ".")) if len(typed) <= LONGEST and "_" not in typed else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise ValueError(text)
    return value


def written(value: Decimal) -> str:
    """As a field or a file shows it: without needless zeros, with a comma."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
