"""Writing many units and counters, and what the audit log says of them, in a few statements.

On SQLite every citizen's ballot waits while it lasts: 10,000 places take a second, with the ORM and its audit 5 to 20.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.orm import Session

from survey.models import Counter, Unit
from survey.operations.audit import Note, record_all
from survey.operations.place_tree import Place


def write_places(session: Session, places: Iterable[Place]) -> None:
    """Add those that are new, change those whose columns differ from what stood, and note both.

    In the session's transaction, which may write already; the new ones get their ids and paths. What the session had
    loaded is read again when it is next used.
    """
    session.flush()
    connection, everything = session.connection(), list(places)
    new = [place for place in everything if place.id is None]
    _insert_units(connection, sorted((place for place in new if not place.is_counter), key=_depth))
    _insert_counters(connection, [place for place in new if place.is_counter])
    changes = list(_changes(place for place in everything if place.stood))
    _update(connection, changes)
    record_all(session, (*(_added(place) for place in new), *(_changed(*change) for change in changes)))
    session.expire_all()


Change = tuple[Place, dict[str, object]]  # a place and its columns that change, with their new values


def _depth(unit: Place) -> int:
    return unit.path.count("/")


def _insert_units(connection: Connection, units: list[Place]) -> None:
    """Level by level: a row names its parent's id, and its path its own. Successors may be new themselves."""
    for _, level in groupby(units, key=_depth):
        members = list(level)
        rows = [{**unit.columns(), "path": f"new/{unit.code}", "successor_id": None} for unit in members]
        found = connection.execute(insert(Unit).returning(Unit.code, Unit.id), rows)
        ids: dict[str, int] = {row.code: row.id for row in found}
        for unit in members:
            unit.id = ids[unit.code]
            unit.path = f"{unit.parent.path if unit.parent else '/'}{unit.id}/"
    if units:
        placed = update(Unit).where(Unit.id == bindparam("place"))
        placed = placed.values(path=bindparam("lies"), successor_id=bindparam("carries_on"))
        rows = [
            {"place": unit.id, "lies": unit.path, "carries_on": unit.successor.id if unit.successor else None}
            for unit in units
        ]
        connection.execute(placed, rows)


def _insert_counters(connection: Connection, counters: list[Place]) -> None:
    if not counters:
        return
    added = insert(Counter).returning(Counter.unit_id, Counter.code, Counter.id)
    found = connection.execute(added, [counter.columns() for counter in counters])
    ids = {(row.unit_id, row.code): row.id for row in found}
    for counter in counters:
        assert counter.parent is not None
        counter.id = ids[counter.parent.id, counter.code]


def _changes(places: Iterable[Place]) -> Iterator[Change]:
    for place in places:
        changed = {column: value for column, value in place.columns().items() if value != place.stood[column]}
        if changed:
            yield place, changed


def _update(connection: Connection, changes: Iterable[Change]) -> None:
    """One statement for all that change the same columns."""
    alike: dict[tuple[bool, tuple[str, ...]], list[dict[str, object]]] = defaultdict(list)
    for place, changed in changes:
        values = {f"to_{column}": value for column, value in changed.items()}
        alike[place.is_counter, tuple(changed)].append({"place": place.id, **values})
    for (is_counter, columns), rows in alike.items():
        model = Counter if is_counter else Unit
        statement = update(model).where(model.id == bindparam("place"))
        connection.execute(statement.values({column: bindparam(f"to_{column}") for column in columns}), rows)


def _added(place: Place) -> Note:
    stored = {"id": place.id, **place.columns()}
    return _note(place, "create", {}, {column: value for column, value in stored.items() if value is not None})


def _changed(place: Place, changed: dict[str, object]) -> Note:
    return _note(place, "change", {column: place.stood[column] for column in changed}, changed)


def _note(place: Place, verb: str, before: dict[str, object], after: dict[str, object]) -> Note:
    kind, unit = ("counter", place.parent) if place.is_counter else ("unit", place)
    return Note(f"{kind}.{verb}", kind, place.code, unit.path if unit else None, before, after)
