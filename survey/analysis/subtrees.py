"""Many units at once, each with all that stands below it: read in one statement, however many are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import commonpath

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.models import Unit

FEW = 20  # units that a query names one by one


@dataclass(frozen=True)
class Subtrees:
    """The units at or below the `asked` ones. `ways` are the keys of each one's path, the root's first, `rooms` those
    that are rooms; all of them stand below the path `top`."""

    asked: frozenset[int]
    ways: Mapping[int, tuple[int, ...]]
    rooms: frozenset[int]
    top: str

    @classmethod
    def of(cls, session: Session, units: Sequence[Unit]) -> Subtrees:
        asked = frozenset(unit.id for unit in units)
        if not asked:
            return cls(asked, {}, frozenset(), "")
        top = commonpath([unit.path for unit in units]).rstrip("/") + "/"
        below = Unit.path.startswith(top, autoescape=True)
        found = session.execute(select(Unit.id, Unit.kind, Unit.path).where(below)).all()
        ways = {row.id: tuple(map(int, row.path.strip("/").split("/"))) for row in found}
        rooms = frozenset(row.id for row in found if row.kind == "room")
        return cls(asked, {key: way for key, way in ways.items() if not asked.isdisjoint(way)}, rooms, top)

    def holds(self, column: InstrumentedAttribute[int], *, indexed: bool = True) -> ColumnElement[bool]:
        """The condition that a column names one of the units; of many it may let others through, which have no way.

        Unless `indexed`, rows are found by the query's other conditions where the units are many: SQLite takes an index
        of the column whatever it costs, and reads each row for what an index on the other conditions would hold.
        """
        if len(self.ways) <= FEW:
            return column.in_(list(self.ways))
        return (column if indexed else column + 0).in_(
            select(Unit.id).where(Unit.path.startswith(self.top, autoescape=True))
        )

    def at_or_above(self, key: int) -> Iterator[int]:
        """The asked units that hold this one; none, if it is below none of them."""
        return (each for each in self.ways.get(key, ()) if each in self.asked)

    def agency(self, key: int) -> int | None:
        """The asked unit whose own this one is: itself, or a room's nearest unit above that is none."""
        way = self.ways.get(key, ())
        found = next((each for each in reversed(way) if each not in self.rooms), way[0] if way else None)
        return found if found in self.asked else None
