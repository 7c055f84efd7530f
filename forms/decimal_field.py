"""A field for a number, typed with comma or full stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from wtforms import DecimalField
from wtforms.widgets import TextInput

from forms.decimal_notation import parsed, written


class CommaDecimalField(DecimalField):  # type: ignore[misc]  # the library carries no types
    """`data` is a Decimal or None; what was typed stays in the field, sound or not."""

    widget = TextInput()  # an input of type number shows nothing for a comma

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"places": None, "render_kw": {"inputmode": "decimal"}, **kwargs})

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = None
            try:
                self.data = parsed(valuelist[0])
            except ValueError:
                raise ValueError(gettext("Write a number, such as 86,43.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else written(self.data)
