"""Which rows of a table the public database role reads on PostgreSQL, where its rights on columns say too little."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy import Connection, Row, text

_PUBLISHED_WAVE = "wave_id IN (SELECT id FROM wave WHERE state = 'published')"
_PUBLISHED_COLLECTOR = (
    "collector_id IN (SELECT id FROM collector WHERE wave_id IN (SELECT id FROM wave WHERE state = 'published'))"
)
# table: which of its rows the public role reads. A condition sees of other tables what that role sees of them.
PUBLIC_ROWS: dict[str, str] = {
    "response_tally": _PUBLISHED_COLLECTOR,
    "item_tally": _PUBLISHED_COLLECTOR,
    "scope_tally": _PUBLISHED_COLLECTOR,
    "kept_statistic": _PUBLISHED_WAVE,
    "theme_tally": _PUBLISHED_WAVE,
    "frozen_transaction": _PUBLISHED_WAVE,
    "filing": _PUBLISHED_WAVE,
    # by the key, since a page reads one filing: the set of all published ones took ten times as long
    "filing_step": "EXISTS (SELECT 1 FROM filing WHERE filing.id = filing_step.filing_id)",
    "filing_version": (
        "EXISTS (SELECT 1 FROM filing_step WHERE filing_step.filing_id = filing_version.filing_id "
        "AND filing_step.version = filing_version.number AND filing_step.state IN ('published', 'corrected'))"
    ),
    "document": "state IN ('published', 'withdrawn')",
    "remedy": "is_public",
    "unit_group": "public_since IS NOT NULL",
    "unit_group_member": "group_id IN (SELECT id FROM unit_group)",
}
_POLICIES = ("everybody", "published")


def lift(connection: Connection) -> None:
    """Take the conditions on rows away, as a migration needs that changes what they name;
    :func:`survey.models.grants.apply` sets them anew in the same transaction. Does nothing on SQLite."""
    if connection.dialect.name == "postgresql":
        for table in sorted(_policies(connection, "'public'::regnamespace")):
            _widen(connection, table)


def narrow(connection: Connection, wanted: Set[str], role: str) -> None:
    """Hold the public role, by its quoted name, to the conditions of the `wanted` tables and of no others. Nobody
    else's rows become fewer; the owner is not held to policies. A table is locked only where something is to change."""
    held = _policies(connection, "'public'::regnamespace")
    for table in sorted(held.keys() | wanted):  # one order for everybody who waits for locks here
        if table in held and table in wanted and held[table] == _wanted(connection, table, role):
            continue
        if table in held:
            _widen(connection, table)
        if table in wanted:
            _condition(connection, table, table, role)


def _wanted(connection: Connection, table: str, role: str) -> set[Row[Any]]:
    """The policies of the table as PostgreSQL would spell them: tried on one of the same name that is ours alone."""
    connection.execute(text(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table})"))
    _condition(connection, f"pg_temp.{table}", table, role)
    found = _policies(connection, "pg_my_temp_schema()")[table]
    connection.execute(text(f"DROP TABLE pg_temp.{table}"))
    return found


def _condition(connection: Connection, name: str, table: str, role: str) -> None:
    connection.execute(text(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"))
    connection.execute(text(f"CREATE POLICY everybody ON {name} USING (true) WITH CHECK (true)"))
    narrowed = f"CREATE POLICY published ON {name} AS RESTRICTIVE FOR SELECT TO {role} USING ({PUBLIC_ROWS[table]})"
    connection.execute(text(narrowed))


def _widen(connection: Connection, table: str) -> None:
    for policy in _POLICIES:
        connection.execute(text(f"DROP POLICY IF EXISTS {policy} ON {table}"))
    connection.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))  # or nobody would see a row


def _policies(connection: Connection, schema: str) -> dict[str, set[Row[Any]]]:
    """Of each table of the schema that has them, its policies and whether they hold."""
    found: dict[str, set[Row[Any]]] = {}
    for row in connection.execute(text(_HELD.format(schema=schema)), {"names": list(_POLICIES)}):
        found.setdefault(row.table, set()).add(row)
    return found


_HELD = """
SELECT c.relname AS table, c.relrowsecurity, polname, polpermissive, polcmd::text, polroles::text,
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
FROM pg_policy JOIN pg_class c ON c.oid = polrelid
WHERE c.relnamespace = {schema} AND polname = ANY(:names)
"""
