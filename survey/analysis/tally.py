"""All aggregate SQL: sealed tallies and the unsealed tail, read in one statement, regrouped in memory.

Between two SELECTs the sealer may move a batch from the tail into the tallies, so that it would be counted twice or
not at all: tallies, tail and the mark between them (the last sealed id) are read by one statement, which is one
snapshot on both databases. Its cost depends on collectors × half-months × questions and on the length of the tail,
never on the number of responses. Test responses never count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis.statistics import PersonSums
from survey.analysis.tally_statement import EVERYTHING, ITEMS, SCOPE_COLUMNS, SCOPES, WIDTH, Shape, Source, statement
from survey.models import Collector

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which collectors and when: waves × subtree × channels × trust levels × respondent groups × half-months.

    `path` is the root unit's; `None` stands for all. `half_months` are the first and the last, both included.
    `flagged` True or False keeps one kind only. "released" reads what viewers below the compiler may see of an open
    wave: the copies, without a tail.
    """

    waves: tuple[int, ...]
    path: str | None = None
    channels: tuple[str, ...] | None = None
    trust: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    half_months: tuple[int, int] | None = None
    flagged: bool | None = None
    source: Source = "exact"


@dataclass(frozen=True, slots=True)
class Detail:
    """What is read of the selection; what is not needed by half-month is summed in the database.

    `scopes` None reads every scope, () none; those in `half_month_scopes` are read apart by half-month, and so are the
    items with `half_month_items`. Responses always are.
    """

    items: bool = True
    scopes: tuple[int, ...] | None = None
    half_month_scopes: tuple[int, ...] = ()
    half_month_items: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a count comes from: all that a collector fixes."""

    collector_id: int
    wave_id: int
    unit_id: int
    counter_id: int | None
    channel: str
    trust: str
    group: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One collector × flagged × half-month (or `EVERYTHING`)."""

    origin: Origin
    flagged: bool
    half_month: int


@dataclass(slots=True)
class Tally:
    """Counts of some responses: how many; per question id people and n0…n9; per scope id the sums over people."""

    responses: int = 0
    items: dict[int, tuple[int, ...]] = field(default_factory=dict)
    scopes: dict[int, PersonSums] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.responses += other.responses
        for question, counts in other.items.items():
            mine = self.items.get(question)
            self.items[question] = counts if mine is None else tuple(map(int.__add__, mine, counts))
        for scope, sums in other.scopes.items():
            known = self.scopes.get(scope)
            self.scopes[scope] = sums if known is None else known + sums

    def counts(self, question: int) -> tuple[int, ...]:
        """n0…n9 of a question; zeros where nobody was asked."""
        return self.items.get(question, (0,) * WIDTH)[1:]

    def people(self, question: int) -> int:
        """How many responses answered the question, "no opinion" included."""
        return self.items.get(question, (0,))[0]

    def sums(self, scope: int) -> PersonSums:
        return self.scopes.get(scope) or PersonSums()


@dataclass(frozen=True, slots=True)
class Tallies:
    """What one statement read, cell by cell."""

    cells: dict[Cell, Tally]

    def total(self, keep: Callable[[Cell], bool]) -> Tally:
        """Sum of the cells that `keep` accepts."""
        total = Tally()
        for cell, tally in self.cells.items():
            if keep(cell):
                total.add(tally)
        return total

    def by(self, key: Callable[[Cell], Key | None]) -> dict[Key, Tally]:
        """Sums of the cells by `key`; cells whose key is None are left out. In the order of collectors and time."""
        groups: dict[Key, Tally] = {}
        for cell, tally in self.cells.items():
            where = key(cell)
            if where is not None:
                groups.setdefault(where, Tally()).add(tally)
        return groups


def read(session: Session, selection: Selection, detail: Detail | None = None) -> Tallies:
    """Read the selection, in one statement for all counts; the collectors' own columns, which never change, follow."""
    detail = detail or Detail()
    counted = statement(
        Shape(
            selection.source,
            selection.path is not None,
            selection.channels is not None,
            selection.trust is not None,
            selection.groups is not None,
            selection.half_months is not None,
            selection.flagged is not None,
            detail.items,
            detail.scopes != (),
            detail.scopes is not None,
            bool(detail.half_month_scopes),
            detail.half_month_items,
        )
    )
    first, last = selection.half_months or (None, None)
    parameters = {
        "waves": selection.waves,
        "path": f"{selection.path}%",
        "channels": selection.channels,
        "trust": selection.trust,
        "groups": selection.groups,
        "first": first,
        "last": last,
        "flagged": selection.flagged,
        "scopes": detail.scopes,
        "half_month_scopes": detail.half_month_scopes,
    }
    rows = session.execute(counted, parameters).all()
    origins = _origins(session, {row[1] for row in rows})
    cells: dict[tuple[int, bool, int], Tally] = {}
    apart = frozenset(detail.half_month_scopes)
    for what, collector_id, flagged, half_month, key, *values in rows:
        summed = (what == ITEMS and not detail.half_month_items) or (what == SCOPES and key not in apart)
        tally = cells.setdefault((collector_id, flagged, EVERYTHING if summed else half_month), Tally())
        if what == ITEMS:
            mine = tally.items.get(key)
            tally.items[key] = tuple(values) if mine is None else tuple(map(int.__add__, mine, values))
        elif what == SCOPES:
            tally.scopes[key] = tally.sums(key) + PersonSums(*values[: len(SCOPE_COLUMNS)])
        else:
            tally.responses += values[0]
    return Tallies(
        {
            Cell(origins[collector], flagged, half): cells[collector, flagged, half]
            for collector, flagged, half in sorted(cells)
        }
    )


def _origins(session: Session, collectors: Iterable[int]) -> dict[int, Origin]:
    columns = (
        Collector.id,
        Collector.wave_id,
        Collector.unit_id,
        Collector.counter_id,
        Collector.channel,
        Collector.trust,
        Collector.respondent_group,
    )
    found = session.execute(select(*columns).where(Collector.id.in_(sorted(collectors))))
    return {row[0]: Origin(*row) for row in found}
