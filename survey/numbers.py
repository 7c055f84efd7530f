"""Whole numbers in addresses: none larger than a key of the database can be."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**63 - 1


def a_key(text: str) -> int:
    """The number for `request.args.get(…, type=a_key)`; raises ValueError for what no key can be."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number


class KeyConverter(IntegerConverter):
    """`<int:…>`: a number beyond every key leads nowhere."""

    def to_python(self, value: str) -> int:
        number: int = super().to_python(value)
        if number > LARGEST:
            raise ValidationError
        return number


def init_app(app: Flask) -> None:
    """Before any route is made."""
    app.url_map.converters["int"] = KeyConverter
