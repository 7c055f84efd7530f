"""Scans: how often each collector's form was opened on a day; sums that only grow, and nothing about who opened it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.models import CollectorScan


def add_scans(session: Session, counted: Mapping[tuple[int, date], int]) -> None:
    """Add `counted` (collector's id and day → how often) to what is known, in one statement; does not commit.

    Several processes may add at once: in the order of the keys, so that none waits for another that waits for it.
    """
    rows = [{"collector_id": key, "day": day, "scans": number} for (key, day), number in sorted(counted.items())]
    if not rows:
        return
    table: Table = inspect(CollectorScan).local_table  # type: ignore[assignment]  # a class of ours is mapped to a table
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    sums = {"scans": table.c.scans + statement.excluded.scans}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["collector_id", "day"], set_=sums), rows
    )
