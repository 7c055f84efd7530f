"""A number typed as Vietnamese or English readers write it: 86,43 and 86.43 are the same."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from wtforms import DecimalField
from wtforms.widgets import TextInput

LONGEST = 20  # characters of a number


class CommaDecimalField(DecimalField):  # type: ignore[misc]  # the library carries no types
    """`data` is a Decimal or None; what was typed stays in the field, sound or not."""

    widget = TextInput()  # an input of type number shows nothing for a comma

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"places": None, "render_kw": {"inputmode": "decimal"}, **kwargs})

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = None
            self.data = parsed(valuelist[0])

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else written(self.data)


def parsed(text: str) -> Decimal | None:
    """The number; None for an empty text. Raises ValueError with a sentence for the reader."""
    typed = text.replace("\u00a0", "").replace(" ", "")
    if not typed:
        return None
    try:
        value = Decimal(typed.replace(",", ".")) if len(typed) <= LONGEST and "_" not in typed else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise ValueError(gettext("Write a number, such as 86,43."))
    return value


def written(value: Decimal) -> str:
    """As the field shows what is stored: without needless zeros, with a comma."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
