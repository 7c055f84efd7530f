"""Lists of rows, a page at a time by a key that is unique, so that no row is missed or repeated while others come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from survey.blueprints.api.fields import MOST_ROWS, Code
from survey.blueprints.api.wire import Given, next_address
from survey.database import current_session
from survey.operations.errors import noop as _n

T = TypeVar("T")
R = TypeVar("R")


class Listing(Given):
    """What every list of things with a code takes: where to go on, and how many rows."""

    after: Code | None = Field(None, description=_n("Go on behind the row with this code; see “next”."))
    limit: int = Field(50, ge=1, le=MOST_ROWS, description=_n("At most so many rows."))


class NumberedListing(Given):
    """What a list of things without a code of their own takes."""

    after: int | None = Field(None, ge=0, le=2**31 - 1, description=_n("Go on behind this row; see “next”."))
    limit: int = Field(50, ge=1, le=MOST_ROWS, description=_n("At most so many rows."))


class Page(BaseModel, Generic[T]):
    """Some rows, and the address of those after them."""

    items: list[T]
    next: str | None = Field(description=_n("The address of the rows after these; null at the end."))


def page_of(
    rows: Select[R], query: Listing | NumberedListing, key: InstrumentedAttribute[Any], read: Callable[[R], object]
) -> tuple[Sequence[R], str | None]:
    """The rows the query asks for in the order of `key`, which `read` finds in a row, and the address of the next."""
    if query.after is not None:
        rows = rows.where(key > query.after)
    return cut(current_session().scalars(rows.order_by(key).limit(query.limit + 1)).all(), query.limit, read)


def cut(rows: Sequence[R], limit: int, read: Callable[[R], object]) -> tuple[Sequence[R], str | None]:
    """Rows that were asked for one more than `limit`, as many as were wanted, and the address of those after them."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], next_address(after=read(rows[limit - 1]))
