"""Units and counters in memory, as they stand and as a file would have them.

Thousands of them are planned here while nobody waits, and then written in a few statements
(:mod:`survey.operations.place_writing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from survey.models import Counter, Unit

COUNTER = "counter"

Snapshot = tuple[list[Row[*tuple[Any, ...]]], list[Row[*tuple[Any, ...]]]]


@dataclass(slots=True, eq=False)
class Place:
    """A unit, or with the kind :data:`COUNTER` one of its counters.

    `stood` are its columns as they are stored; a new one has none, no `id`, and a `path` that is made up but lies where
    the stored one will.
    """

    code: str
    kind: str
    parent: Place | None
    name_vi: str
    name_en: str
    valid_from: date
    valid_until: date | None = None
    one_stop_vi: str = ""
    one_stop_en: str = ""
    path: str = ""
    id: int | None = None
    successor: Place | None = None
    units: list[Place] = field(default_factory=list)
    counters: list[Place] = field(default_factory=list)
    stood: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_counter(self) -> bool:
        return self.kind == COUNTER

    def below(self) -> Iterator[Place]:
        """The units below it, parents before children."""
        for unit in self.units:
            yield unit
            yield from unit.below()

    def columns(self) -> dict[str, object]:
        """Its row as it is to be, without the id."""
        parent = self.parent.id if self.parent else None
        names = {"code": self.code, "name_vi": self.name_vi, "name_en": self.name_en}
        days = {"valid_from": self.valid_from, "valid_until": self.valid_until}
        if self.is_counter:
            return {"unit_id": parent, **names, **days}
        one_stop = {"one_stop_vi": self.one_stop_vi, "one_stop_en": self.one_stop_en}
        successor = self.successor.id if self.successor else None
        place = {"parent_id": parent, "path": self.path, "kind": self.kind, "successor_id": successor}
        return {**place, **names, **one_stop, **days}


def read_snapshot(session: Session) -> Snapshot:
    """Every unit and every counter as stored: equal to another one where nothing changed in between."""
    units, counters = (
        list(session.execute(select(*model.__table__.columns).order_by(model.__table__.c.id)).all())
        for model in (Unit, Counter)
    )
    return units, counters


class PlaceTree:
    """The units by code, their counters by the codes of both, and all of them in `places`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.units: dict[str, Place] = {}
        self.counters: dict[tuple[str, str], Place] = {}
        self.places: list[Place] = []
        by_id: dict[int, Place] = {}
        for row in snapshot[0]:
            stored = dict(row._mapping)  # noqa: SLF001 SQLAlchemy's public name for it
            parent_id, successor_id = stored.pop("parent_id"), stored.pop("successor_id")
            unit = Place(parent=None, **stored, stood={"parent_id": parent_id, "successor_id": successor_id, **stored})
            by_id[row.id] = self.units[unit.code] = unit
            self.places.append(unit)
        for unit in self.places:
            parent, successor = unit.stood["parent_id"], unit.stood["successor_id"]
            if isinstance(parent, int):
                unit.parent = by_id[parent]
                unit.parent.units.append(unit)
            if isinstance(successor, int):
                unit.successor = by_id[successor]
        for row in snapshot[1]:
            stored = dict(row._mapping)  # noqa: SLF001 as above
            unit = by_id[stored.pop("unit_id")]
            self._hang(Place(kind=COUNTER, parent=unit, **stored, stood={"unit_id": unit.id, **stored}))

    def add(self, place: Place) -> None:
        """Take in a new unit below its parent, or a new counter of its unit."""
        above = place.parent.path if place.parent else "/"
        if place.is_counter:
            self._hang(place)
            return
        place.path = f"{above}new-{place.code}/"
        self.units[place.code] = place
        self.places.append(place)
        if place.parent is not None:
            place.parent.units.append(place)

    def _hang(self, counter: Place) -> None:
        assert counter.parent is not None
        counter.parent.counters.append(counter)
        self.counters[counter.parent.code, counter.code] = counter
        self.places.append(counter)
