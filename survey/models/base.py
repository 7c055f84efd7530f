"""The declarative base: one naming convention for constraints, and the column types both databases share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column, validates

from forms.ballot import clean_text

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the platform."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class OneLineTexts:
    """Mixin: names and references are kept composed (NFC), on one line, without control and invisible characters,
    as a citizen's words are: what cannot be seen could turn text around, and PostgreSQL and XML refuse some of it."""

    @validates("name_vi", "name_en", "one_stop_vi", "one_stop_en", "reference_vi", "reference_en")
    def _cleaned(self, _attribute: str, text: str) -> str:
        return clean_text(text, lines=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite has no time zones: it stores the naive UTC value."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# SQLite numbers rows by itself only for a column declared exactly INTEGER PRIMARY KEY.
BigKey = BigInteger().with_variant(Integer(), "sqlite")
primary_key = Annotated[int, mapped_column(primary_key=True)]
big_primary_key = Annotated[int, mapped_column(BigKey, primary_key=True)]


def one_of(column: str, values: Sequence[str]) -> str:
    """The body of a CHECK that a text column holds one of `values`."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"
