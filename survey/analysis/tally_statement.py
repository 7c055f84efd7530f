"""The one statement that counts: sealed tallies and, for exact figures, the unsealed tail beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)

from survey.models import (
    Answer,
    Collector,
    ItemTally,
    ReleasedItemTally,
    ReleasedResponseTally,
    ReleasedScopeTally,
    Response,
    ResponseFlag,
    ResponseTally,
    ScopeTally,
    Seal,
    SeveralAnswer,
    Unit,
)

Source = Literal["exact", "sealed", "released"]  # "sealed": without the tail, which a published wave does not have

RESPONSES, ITEMS, SCOPES, TAIL = range(4)  # what a row counts; of the tail, one response
RATING_COLUMNS = tuple(f"n{value}" for value in range(6))
ITEM_COLUMNS = (*(f"n{value}" for value in range(10)), "people")
SCOPE_COLUMNS = ("people", "all_satisfied", "s", "v", "ss", "sv", "vv", "x", "xx", "xv")
WIDTH = len(ITEM_COLUMNS)
EVERYTHING = -1  # the half-month of what was summed over all of them

_TALLIES = {
    "exact": (ResponseTally, ItemTally, ScopeTally),
    "sealed": (ResponseTally, ItemTally, ScopeTally),
    "released": (ReleasedResponseTally, ReleasedItemTally, ReleasedScopeTally),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Which clauses a statement has; statements are built once per shape, and SQLAlchemy compiles each once."""

    source: Source
    path: bool
    channels: bool
    trust: bool
    groups: bool
    half_months: bool
    flagged: bool
    items: bool
    scopes: bool
    some_scopes: bool
    half_month_scopes: bool
    half_month_items: bool
    half_months_apart: bool
    all_choices: bool


@lru_cache(maxsize=128)
def statement(shape: Shape, dialect: str) -> CompoundSelect[Any]:
    """One snapshot. Rows (what, collector, flagged, half-month, question or scope, columns padded to `WIDTH`, choices);
    the last has a value where a row is a response of the tail."""
    chosen = _chosen(shape)
    parts = list(_sealed(shape, chosen))
    if shape.source == "exact":
        parts.append(_tail(shape, chosen, dialect))
    return union_all(*parts)


def _chosen(shape: Shape) -> CTE:
    """The collectors of the selection."""
    statement = select(Collector.id.label("id")).where(Collector.wave_id.in_(bindparam("waves", expanding=True)))
    if shape.path:
        statement = statement.join(Unit, Unit.id == Collector.unit_id).where(Unit.path.like(bindparam("path")))
    for wanted, column, name in (
        (shape.channels, Collector.channel, "channels"),
        (shape.trust, Collector.trust, "trust"),
        (shape.groups, Collector.respondent_group, "groups"),
    ):
        if wanted:
            statement = statement.where(column.in_(bindparam(name, expanding=True)))
    return statement.cte("chosen")


def _row(
    tag: int,
    table: Table | CTE,
    half_month: ColumnElement[int],
    key: ColumnElement[int],
    *values: ColumnElement[int],
    spelled: ColumnElement[str] | None = None,
) -> Select[Any]:
    padding = (cast(null(), BigInteger).label(f"c{at}") for at in range(len(values), WIDTH))
    columns = (value.label(f"c{at}") for at, value in enumerate(values))
    return select(
        literal_column(str(tag), Integer).label("tag"),
        table.c.collector_id,
        table.c.flagged,
        half_month.label("half_month"),
        key.label("key"),
        *columns,
        *padding,
        (literal_column("NULL", Text) if spelled is None else spelled).label("choices"),
    )


def _periods(shape: Shape, table: Table | CTE) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.half_months:
        conditions.append(table.c.half_month.between(bindparam("first"), bindparam("last")))
    if shape.flagged:
        conditions.append(table.c.flagged == bindparam("flagged"))
    return conditions


def _sealed(shape: Shape, chosen: CTE) -> Iterator[Select[Any]]:
    responses, items, scopes = (model.__table__ for model in _TALLIES[shape.source])
    assert isinstance(responses, Table)
    assert isinstance(items, Table)
    assert isinstance(scopes, Table)
    nothing, everything = literal_column("0", Integer), literal_column(str(EVERYTHING), Integer)

    def within(table: Table) -> ColumnElement[bool]:
        return and_(table.c.collector_id.in_(select(chosen.c.id)), *_periods(shape, table))

    keys = [responses.c.collector_id, responses.c.flagged]
    half_month: ColumnElement[int] = everything
    if shape.half_months_apart:
        half_month = responses.c.half_month
        keys.append(half_month)
    counted = func.sum(responses.c.responses)
    yield _row(RESPONSES, responses, half_month, nothing, counted).where(within(responses)).group_by(*keys)
    if shape.items:
        half_month = items.c.half_month if shape.half_month_items else everything
        sums = [func.sum(items.c[name]) for name in (ITEM_COLUMNS if shape.all_choices else RATING_COLUMNS)]
        keys = [items.c.collector_id, items.c.flagged, items.c.question_id]
        if shape.half_month_items:
            keys.append(items.c.half_month)
        yield _row(ITEMS, items, half_month, items.c.question_id, *sums).where(within(items)).group_by(*keys)
    for wanted, half_month in ((shape.scopes, everything), (shape.half_month_scopes, scopes.c.half_month)):
        if wanted:
            apart = half_month is not everything
            keys = [scopes.c.collector_id, scopes.c.flagged, scopes.c.scope_id, *([half_month] if apart else [])]
            # PostgreSQL's sum of BIGINT is NUMERIC
            wide = [cast(func.sum(scopes.c[name]), BigInteger) for name in SCOPE_COLUMNS]
            statement = _row(SCOPES, scopes, half_month, scopes.c.scope_id, *wide).where(within(scopes))
            yield statement.where(_of_scopes(shape, scopes.c.scope_id, apart=apart)).group_by(*keys)


def _of_scopes(shape: Shape, scope: ColumnElement[int], *, apart: bool) -> ColumnElement[bool]:
    by_half_month = scope.in_(bindparam("half_month_scopes", expanding=True))
    if apart:
        return by_half_month
    # Never an empty list in one statement both IN and NOT IN: on PostgreSQL SQLAlchemy writes both as "no row".
    conditions = [~by_half_month] if shape.half_month_scopes else []
    if shape.some_scopes:
        conditions.append(scope.in_(bindparam("scopes", expanding=True)))
    return and_(true(), *conditions)


def _tail(shape: Shape, chosen: CTE, dialect: str) -> Select[Any]:
    """The responses that no seal covers yet, one row each, with their choices spelled as `question · 10 + choice`.

    They are counted in memory (see :mod:`survey.analysis.tail`): counting them here takes several times as long.
    """
    last_sealed = select(func.coalesce(func.max(Seal.last_response_id), 0)).scalar_subquery()
    unsealed: ColumnElement[bool] = and_(
        Response.id > last_sealed, ~Response.is_test, Response.collector_id.in_(select(chosen.c.id))
    )
    if dialect == "postgresql":
        # Its planner takes "beyond a mark not known yet" for a third of all responses, and would prepare for them:
        # compile the plan, start parallel workers. An array it takes for a few rows.
        few = select(Response.id).where(unsealed).correlate(None).scalar_subquery()
        unsealed = Response.id == func.any(func.array(few))
    flagged = exists().where(ResponseFlag.response_id == Response.id)
    columns = (Response.id, Response.collector_id, Response.half_month, flagged.label("flagged"))
    tail = select(*columns).where(unsealed).cte("tail")
    spelled: ColumnElement[str] = literal_column("''", Text)
    if shape.items or shape.scopes or shape.half_month_scopes:
        spelled = func.coalesce(_spelled(Answer, tail), "")
    if shape.items and shape.all_choices:
        spelled = spelled + " " + func.coalesce(_spelled(SeveralAnswer, tail), "")
    nothing = literal_column("0", Integer)
    return _row(TAIL, tail, tail.c.half_month, nothing, spelled=spelled).where(*_periods(shape, tail))


def _spelled(model: type[Answer | SeveralAnswer], tail: CTE) -> ColumnElement[str | None]:
    """Correlated, and so looked up for each response, whatever a planner thinks of reading the whole table."""
    choice = cast(model.question_id * 10 + model.choice, Text)
    return select(func.aggregate_strings(choice, " ")).where(model.response_id == tail.c.id).scalar_subquery()
