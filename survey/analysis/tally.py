"""All aggregate SQL: sealed tallies and the unsealed tail, read in one statement, regrouped in memory.

Between two SELECTs the sealer may move a batch from the tail into the tallies, so that it would be counted twice or
not at all: tallies, tail and the mark between them (the last sealed id) are read by one statement, which is one
snapshot on both databases. Its cost depends on collectors × half-months × questions and on the length of the tail,
never on the number of responses. Test responses never count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis.statistics import PersonSums
from survey.analysis.tail import Ballots, Choices, Membership
from survey.analysis.tally_statement import (
    EVERYTHING,
    ITEMS,
    RATING_COLUMNS,
    RESPONSES,
    SCOPE_COLUMNS,
    SCOPES,
    WIDTH,
    Shape,
    Source,
    statement,
)
from survey.models import Collector, Scope, ScopeItem, Wave

Key = TypeVar("Key", bound=Hashable)

_KEYS = 5  # what, collector, flagged, half-month, question or scope; then the counts, and the choices of the tail

_FEW = 50  # collectors; more of them by number take longer to read than all of a wave


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
    items with `half_month_items`; then responses are, too. Without `all_choices` only what a rating can get is read
    (n0…n5), and no questions that take several choices.
    """

    items: bool = True
    all_choices: bool = True
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
    """Counts of some responses: how many; per question id n0…n9 and people, or n0…n5 alone; per scope id the sums."""

    responses: int = 0
    items: dict[int, tuple[int, ...]] = field(default_factory=dict)
    scopes: dict[int, PersonSums] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.responses += other.responses
        items = self.items
        for question, counts in other.items.items():
            mine = items.get(question)
            items[question] = counts if mine is None else tuple(map(add, mine, counts))
        for scope, sums in other.scopes.items():
            self.add_sums(scope, sums)

    @classmethod
    def sum(cls, tallies: Sequence[Tally]) -> Tally:
        """All of them together; a single one is returned as it is."""
        if len(tallies) == 1:
            return tallies[0]
        items: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        scopes: dict[int, PersonSums] = {}
        for tally in tallies:
            for question, counts in tally.items.items():
                items[question].append(counts)
            for scope, sums in tally.scopes.items():
                scopes[scope] = scopes[scope] + sums if scope in scopes else sums
        summed = {
            question: tuple(map(add, *rows) if len(rows) == 2 else map(sum, zip(*rows, strict=True)))
            for question, rows in items.items()
        }
        return cls(sum(tally.responses for tally in tallies), summed, scopes)

    def add_item(self, question: int, counts: tuple[int, ...]) -> None:
        mine = self.items.get(question)
        self.items[question] = counts if mine is None else tuple(map(add, mine, counts))

    def add_sums(self, scope: int, sums: PersonSums) -> None:
        known = self.scopes.get(scope)
        self.scopes[scope] = sums if known is None else known + sums

    def counts(self, question: int) -> tuple[int, ...]:
        """n0…n5 of a question, and n6…n9 where they were read; zeros where nobody answered."""
        return self.items.get(question, (0,) * WIDTH)[:10]

    def people(self, question: int) -> int:
        """How many responses answered the question, "no opinion" included."""
        counts = self.items.get(question, (0,))
        return counts[-1] if len(counts) == WIDTH else sum(counts)

    def sums(self, scope: int) -> PersonSums:
        return self.scopes.get(scope) or PersonSums()


@dataclass(frozen=True, slots=True)
class Tallies:
    """What one statement read: `cells` over all half-months, and `periods`, the parts read apart by half-month."""

    cells: tuple[tuple[Cell, Tally], ...]
    periods: tuple[tuple[Cell, Tally], ...]

    def total(self, keep: Callable[[Cell], bool]) -> Tally:
        """Sum of the cells that `keep` accepts."""
        return self.by(lambda cell: keep(cell) or None).get(True, Tally())

    def by(self, key: Callable[[Cell], Key | None]) -> dict[Key, Tally]:
        """Sums of the cells by `key`; cells whose key is None are left out. In the order of the collectors."""
        return _grouped(self.cells, key)

    def without_places(self) -> Tallies:
        """The same with the collectors of one wave, channel, trust level and group taken together."""
        first: dict[tuple[object, ...], Cell] = {}

        def key(cell: Cell) -> Cell:
            origin = cell.origin
            kind = (origin.wave_id, origin.channel, origin.trust, origin.group, cell.flagged, cell.half_month)
            return first.setdefault(kind, cell)

        return Tallies(tuple(self.by(key).items()), tuple(_grouped(self.periods, key).items()))

    def by_half_month(self, keep: Callable[[Cell], bool]) -> dict[int, Tally]:
        """Sums of what was read apart by half-month, of the cells that `keep` accepts."""
        return _grouped(self.periods, lambda cell: cell.half_month if keep(cell) else None)


def _grouped(cells: Iterable[tuple[Cell, Tally]], key: Callable[[Cell], Key | None]) -> dict[Key, Tally]:
    groups: dict[Key, list[Tally]] = defaultdict(list)
    for cell, tally in cells:
        where = key(cell)
        if where is not None:
            groups[where].append(tally)
    return {where: Tally.sum(tallies) for where, tallies in groups.items()}


def read(session: Session, selection: Selection, detail: Detail | None = None) -> Tallies:
    """Read the selection, in one statement for all counts; the collectors' own columns, which never change, follow."""
    detail = detail or Detail()
    apart = bool(detail.half_month_scopes) or detail.half_month_items
    width = WIDTH if detail.all_choices else len(RATING_COLUMNS)
    shape = Shape(
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
        apart,
        detail.all_choices,
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
    connection = session.connection()
    fetched = connection.execute(statement(shape, connection.dialect.name), parameters).cursor
    assert fetched is not None
    rows = fetched.fetchall()  # the driver's own tuples: thousands of them, read by position
    cells: dict[tuple[int, bool], Tally] = defaultdict(Tally)
    periods: dict[tuple[int, bool, int], Tally] = defaultdict(Tally)
    scopes_apart = frozenset(detail.half_month_scopes)
    items_end, scopes_end = _KEYS + width, _KEYS + len(SCOPE_COLUMNS)
    tail: dict[tuple[int, bool, int], list[str]] = defaultdict(list)
    for row in rows:
        what, collector_id, flagged, half_month, key = row[:_KEYS]
        if what == ITEMS:
            counts = row[_KEYS:items_end]
            if detail.half_month_items:
                cells[collector_id, flagged].add_item(key, counts)
                periods[collector_id, flagged, half_month].items[key] = counts
            else:
                cells[collector_id, flagged].items[key] = counts
        elif what == SCOPES:
            sums = PersonSums(*row[_KEYS:scopes_end])
            cells[collector_id, flagged].add_sums(key, sums)
            if key in scopes_apart:
                periods[collector_id, flagged, half_month].add_sums(key, sums)
        elif what == RESPONSES:
            cells[collector_id, flagged].responses += row[_KEYS]
            if apart:
                periods[collector_id, flagged, half_month].responses += row[_KEYS]
        else:
            tail[collector_id, flagged, half_month].append(row[-1])
    choices = Choices(_membership(session, selection, detail) if tail else {})
    for (collector_id, flagged, half_month), spelled in tail.items():
        ballots = Ballots.of(spelled, choices, width if detail.items else 0)
        found = Tally(len(spelled), ballots.items, ballots.scopes)
        cells[collector_id, flagged].add(found)
        if apart:
            part = Tally(len(spelled), ballots.items if detail.half_month_items else {})
            part.scopes = {scope: sums for scope, sums in ballots.scopes.items() if scope in scopes_apart}
            periods[collector_id, flagged, half_month].add(part)
    origins = _origins(session, selection, {key[0] for key in cells})
    return Tallies(
        tuple((Cell(origins[key[0]], bool(key[1]), EVERYTHING), cells[key]) for key in sorted(cells)),
        tuple((Cell(origins[key[0]], bool(key[1]), key[2]), periods[key]) for key in sorted(periods)),
    )


def _membership(session: Session, selection: Selection, detail: Detail) -> Membership:
    """The scopes to sum in the tail, by the questions they pool; fixed since the questionnaire was published."""
    links = (
        select(ScopeItem.question_id, ScopeItem.scope_id)
        .join(Scope, Scope.id == ScopeItem.scope_id)
        .join(Wave, Wave.questionnaire_id == Scope.questionnaire_id)
        .where(Wave.id.in_(selection.waves))
        .distinct()
    )
    wanted = None if detail.scopes is None else {*detail.scopes, *detail.half_month_scopes}
    scopes: dict[int, list[int]] = defaultdict(list)
    for question, scope in session.execute(links):
        if wanted is None or scope in wanted:
            scopes[question].append(scope)
    return scopes


def _origins(session: Session, selection: Selection, collectors: Collection[int]) -> dict[int, Origin]:
    columns = (
        Collector.id,
        Collector.wave_id,
        Collector.unit_id,
        Collector.counter_id,
        Collector.channel,
        Collector.trust,
        Collector.respondent_group,
    )
    few = len(collectors) <= _FEW
    wanted = Collector.id.in_(sorted(collectors)) if few else Collector.wave_id.in_(selection.waves)
    return {row[0]: Origin(*row) for row in session.execute(select(*columns).where(wanted))}
