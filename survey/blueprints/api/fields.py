"""The kinds of value that several resources share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from forms.ballot import clean_text
from survey.models import UNIT_KINDS, WAVE_STATES
from survey.operations.identifiers import is_code

# `is_code` in the words of JSON Schema, whose \w knows no Vietnamese letter.
CODE_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": r"^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,39}$"}
MOST_ROWS = 200
LARGEST = 2_000_000_000


class OneOf:
    """A text that is one of the values a column of the database takes."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        return core_schema.literal_schema(list(self.values))


UnitKind = Annotated[str, OneOf(UNIT_KINDS)]
WaveState = Annotated[str, OneOf(WAVE_STATES)]


def _code(text: str) -> str:
    if not is_code(text):
        raise PydanticCustomError("string_pattern_mismatch", "no code")
    return text


def _with_words(text: str) -> str:
    if not clean_text(text, lines=False):
        raise PydanticCustomError("no_words", "no words")
    return text


Code = Annotated[str, AfterValidator(_code), WithJsonSchema(CODE_SCHEMA)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_with_words)]
MaybeName = Annotated[str, StringConstraints(max_length=300)]
Day = Annotated[date, Field(examples=["2026-01-01"])]
Number = Annotated[int, Field(ge=0, le=LARGEST)]
