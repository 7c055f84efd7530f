"""The SQL that counts ranges of responses into the tallies' columns: for sealing, for moving one, for recounting.

The same definitions as the unsealed tail of survey.analysis: `people` of an item are those who answered it, of a scope
those with a valid answer (1–5) in it; satisfied is 4 or 5.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

KEYS = ("collector_id", "flagged", "half_month")
ITEM_COLUMNS = ("people", *(f"n{value}" for value in range(10)))
SCOPE_COLUMNS = ("people", "all_satisfied", "s", "v", "ss", "sv", "vv", "x", "xx", "xv")
# Each tally's table: the key beside the common ones, and the columns that add up.
TALLIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "response_tally": ((), ("responses",)),
    "item_tally": (("question_id",), ITEM_COLUMNS),
    "scope_tally": (("scope_id",), SCOPE_COLUMNS),
}

# Test responses are sealed but never tallied.
_BATCH = """
batch AS (
    SELECT id, collector_id, {flagged} AS flagged, half_month FROM response
    WHERE id > :after AND id <= :last AND NOT is_test
)"""
_DOUBTED = "EXISTS (SELECT 1 FROM response_flag WHERE response_flag.response_id = response.id)"
_COMMON = "batch.collector_id, batch.flagged, batch.half_month"
_COUNTS = ", ".join(f"sum(CASE WHEN choice = {value} THEN 1 ELSE 0 END)" for value in range(10))

_RESPONSES = f"SELECT {_COMMON}, count(*) FROM batch GROUP BY {_COMMON}"  # noqa: S608 literal names
_ITEMS = f"""
SELECT {_COMMON}, question_id, count(*), {_COUNTS}
FROM batch JOIN answer ON answer.response_id = batch.id GROUP BY {_COMMON}, question_id
UNION ALL
SELECT {_COMMON}, question_id, count(DISTINCT batch.id), {_COUNTS}
FROM batch JOIN several_answer ON several_answer.response_id = batch.id GROUP BY {_COMMON}, question_id
"""  # noqa: S608 literal names
_SCOPES = f"""
SELECT collector_id, flagged, half_month, scope_id, count(*), sum(CASE WHEN s = v THEN 1 ELSE 0 END),
       sum(s), sum(v), sum(s * s), sum(s * v), sum(v * v), sum(x), sum(x * x), sum(x * v)
FROM (
    SELECT {_COMMON}, scope_id, sum(CASE WHEN choice >= 4 THEN 1 ELSE 0 END) AS s, count(*) AS v, sum(choice) AS x
    FROM batch JOIN answer ON answer.response_id = batch.id
    JOIN scope_item ON scope_item.question_id = answer.question_id
    WHERE choice BETWEEN 1 AND 5 GROUP BY batch.id, {_COMMON}, scope_id
) AS person
GROUP BY collector_id, flagged, half_month, scope_id
"""  # noqa: S608 literal names
_COUNTED = {"response_tally": _RESPONSES, "item_tally": _ITEMS, "scope_tally": _SCOPES}


@cache
def _counting(table: str, flagged: str) -> str:
    """A SELECT of the tally's keys and columns over the responses in (:after, :last]."""
    keys, columns = TALLIES[table]
    names = ", ".join((*KEYS, *keys, *columns))
    batch = _BATCH.format(flagged=flagged)
    return f"WITH {batch}, counted ({names}) AS ({_COUNTED[table]}) SELECT {names} FROM counted"  # noqa: S608 literal names


@cache
def _adding(table: str, flagged: str, sign: str) -> TextClause:
    keys, columns = TALLIES[table]
    target = ", ".join((*KEYS, *keys))
    sums = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in columns)
    counted = ", ".join((*KEYS, *keys, *(f"{sign}{column}" for column in columns)))
    return text(
        f"INSERT INTO {table} ({target}, {', '.join(columns)}) "  # noqa: S608 literal names
        f"SELECT {counted} FROM ({_counting(table, flagged)}) AS batch_tally WHERE true "
        f"ON CONFLICT ({target}) DO UPDATE SET {sums}"
    )


def add_range(connection: Connection, after: int, last: int) -> None:
    """Add the responses with after < id ≤ last to the tallies."""
    for table in TALLIES:
        connection.execute(_adding(table, _DOUBTED, ""), {"after": after, "last": last})


def move_to_flagged(connection: Connection, first: int, last: int) -> None:
    """Take what the sealed responses with first ≤ id ≤ last count out of the unflagged tallies and into the flagged."""
    only = {"after": first - 1, "last": last}
    for table in TALLIES:
        connection.execute(_adding(table, "(1 = 0)", "-"), only)
        connection.execute(_adding(table, "(1 = 1)", ""), only)


def count_range(connection: Connection, table: str, after: int, last: int) -> list[Row[Any]]:
    """What the rows themselves say the tally's rows should be for after < id ≤ last."""
    return list(connection.execute(text(_counting(table, _DOUBTED)), {"after": after, "last": last}))
