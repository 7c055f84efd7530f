"""Units and counters as a table, in and out: what is new is added, what differs is changed, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from forms.ballot import clean_text
from forms.fault import Fault
from survey.models import Counter, Unit
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.place_tables import Outcome, RowChange, TableRow, What, read_rows, refuse
from survey.operations.units import UnitError, close_counter, close_unit
from survey.operations.writing import begin_write

COLUMNS: Final = {
    "code": "Mã",
    "parent": "Mã đơn vị cấp trên",
    "kind": "Loại",
    "name_vi": "Tên",
    "name_en": "Tên tiếng Anh",
    "one_stop_vi": "Tên bộ phận một cửa",
    "one_stop_en": "Tên bộ phận một cửa (tiếng Anh)",
    "valid_from": "Từ ngày",
    "valid_until": "Đến ngày",
    "successor": "Mã đơn vị kế tục",
}
REQUIRED = ("code", "parent", "kind", "name_vi")
NAMES = ("name_vi", "name_en", "one_stop_vi", "one_stop_en")
COUNTER_NAMES = ("name_vi", "name_en")
COUNTER = "counter"
KIND_WORDS: Final = {
    "province": "Tỉnh, thành phố",
    "department": "Sở, ban, ngành",
    "commune": "Xã, phường",
    "room": "Phòng, đơn vị trực thuộc",
    COUNTER: "Quầy",
}
LONGEST_NAME = 300
_KINDS = {word.casefold(): code for code, vi in KIND_WORDS.items() for word in (code, vi)}


def unit_rows(units: Iterable[Unit]) -> Iterator[list[str | date | None]]:
    """The table of the units (parents before children) and their counters, its head first, as it can be imported."""
    yield list(COLUMNS.values())
    for unit in units:
        parent, successor = (other.code if other else "" for other in (unit.parent, unit.successor))
        names = [unit.name_vi, unit.name_en, unit.one_stop_vi, unit.one_stop_en]
        yield [unit.code, parent, KIND_WORDS[unit.kind], *names, unit.valid_from, unit.valid_until, successor]
        for counter in unit.counters:
            names = [counter.name_vi, counter.name_en, "", ""]
            days = [counter.valid_from, counter.valid_until]
            yield [counter.code, unit.code, KIND_WORDS[COUNTER], *names, *days, ""]


def import_units(session: Session, content: bytes, valid_from: date, within: tuple[str, ...] = ("/",)) -> Outcome:
    """Add, change and close units and counters as the file says; those without a day of their own begin `valid_from`.

    A column that is missing changes nothing; what is not in the file stays as it is. Nothing is moved or reopened by
    a file, and nothing touched that does not lie at or below one of the paths `within`. After an error the caller
    rolls back. Raises :class:`~survey.operations.place_tables.TableError` naming every cell that cannot be used, and
    :class:`~survey.operations.bounded.BoundedError` for a file that cannot be read at all.
    """
    faults: list[Fault] = []
    rows = read_rows(content, COLUMNS, REQUIRED, faults)
    begin_write(session)  # and not before: a child process reads the file as long as it needs
    run = _Import(session, valid_from, within)
    for row in rows:
        run.take(row)
    if not faults:
        run.write()
    refuse(faults)
    return run.outcome


@dataclass(slots=True)
class _Closing:
    row: TableRow
    place: Unit | Counter
    on: date


@dataclass(slots=True)
class _Import:
    session: Session
    valid_from: date
    within: tuple[str, ...]
    outcome: Outcome = field(default_factory=Outcome)
    units: dict[str, Unit] = field(default_factory=dict)
    counters: dict[tuple[str, str], Counter] = field(default_factory=dict)
    new: list[Unit | Counter] = field(default_factory=list)
    closings: list[_Closing] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for unit in self.session.scalars(select(Unit).options(selectinload(Unit.counters))):
            self.units[unit.code] = unit
            for counter in unit.counters:
                self.counters[unit.code, counter.code] = counter

    def take(self, row: TableRow) -> None:
        """Understand one row; what it adds is known to the rows below it."""
        row.require("code", "kind", "name_vi")
        row.limit(LONGEST_NAME, *NAMES)
        kind = _KINDS.get(row["kind"].casefold(), "")
        if row["kind"] and not kind:
            kinds = "; ".join(KIND_WORDS.values())
            row.flag("kind", _n("%(kind)s is no kind of unit; there are: %(kinds)s."), kind=row["kind"], kinds=kinds)
        if row["code"] and not is_code(row["code"]):
            row.flag("code", UnitError.SENTENCES["code_form"], unit=row["code"])
        parent = self._parent(row, kind)
        start, end = row.day("valid_from"), row.day("valid_until")
        if not row.sound:
            return
        key = (parent.code if parent and kind == COUNTER else "", row["code"])
        if key in self.seen:
            row.flag("code", _n("%(code)s stands twice in the file."), code=row["code"])
            return
        self.seen.add(key)
        if kind == COUNTER:
            assert parent is not None
            self._counter(row, parent, start, end)
        else:
            self._unit(row, kind, parent, start, end)

    def _parent(self, row: TableRow, kind: str) -> Unit | None:
        code = row["parent"]
        known = self.units.get(row["code"]) if kind != COUNTER else None
        place = known or self.units.get(code)
        if code and code not in self.units:
            row.flag("parent", UnitError.SENTENCES["unknown"], unit=code)
        elif place not in self.new and not (place.path if place else "/").startswith(self.within):
            row.flag("code" if known else "parent", _n("This lies outside the units you administer."))
        elif kind == COUNTER and not code:
            row.flag("parent", _n("A counter needs the code of its unit here."))
        return self.units.get(code)

    def _unit(self, row: TableRow, kind: str, parent: Unit | None, start: date | None, end: date | None) -> None:
        known = self.units.get(row["code"])
        if known is None:
            if parent is not None and parent.valid_until is not None and end is None:
                row.flag(
                    "parent",
                    UnitError.SENTENCES["parent_closed"],
                    unit=parent.code,
                    date=parent.valid_until.isoformat(),
                )
                return
            names = {name: clean_text(row[name], lines=False) for name in NAMES}
            known = Unit(code=row["code"], kind=kind, parent=parent, valid_from=start or self.valid_from, **names)
            known.path = f"new/{known.code}"  # the path spells the id, which the database gives
            self.units[known.code] = known
            self.new.append(known)
            self._note(row, "add", kind)
            self._close(row, known, end)
            return
        if known.parent is not parent:
            row.flag(
                "parent", _n("The unit %(unit)s hangs elsewhere already; move it on its own page."), unit=known.code
            )
            return
        details = self._renamed(row, known, NAMES)
        if known.kind != kind:
            details.append(("kind", KIND_WORDS[known.kind], KIND_WORDS[kind]))
            known.kind = kind
        self._finish(row, kind, known, details, start, end)

    def _counter(self, row: TableRow, unit: Unit, start: date | None, end: date | None) -> None:
        known = self.counters.get((unit.code, row["code"]))
        if known is None:
            if unit.valid_until is not None and end is None:
                parameters = {"unit": unit.code, "date": unit.valid_until.isoformat()}
                row.flag("parent", UnitError.SENTENCES["closed"], **parameters)
                return
            names = {name: clean_text(row[name], lines=False) for name in COUNTER_NAMES}
            known = Counter(unit=unit, code=row["code"], valid_from=start or self.valid_from, **names)
            self.counters[unit.code, known.code] = known
            self.new.append(known)
            self._note(row, "add", COUNTER)
            self._close(row, known, end)
            return
        self._finish(row, COUNTER, known, self._renamed(row, known, COUNTER_NAMES), start, end)

    def _renamed(self, row: TableRow, known: Unit | Counter, names: Sequence[str]) -> list[tuple[str, str, str]]:
        """Give it the names of the file; what differed."""
        details = []
        for name in names:
            before, after = getattr(known, name), clean_text(row[name], lines=False)
            if row.has(name) and before != after:
                setattr(known, name, after)
                details.append((name, before, after))
        return details

    def _finish(
        self,
        row: TableRow,
        kind: str,
        known: Unit | Counter,
        details: list[tuple[str, str, str]],
        start: date | None,
        end: date | None,
    ) -> None:
        """The days of what is there already: it may be closed by the file, and nothing else."""
        if start is not None and start != known.valid_from:
            row.flag("valid_from", _n("It began on %(date)s; a file does not change that."), date=known.valid_from)
        if row.has("valid_until") and known.valid_until not in (None, end):
            row.flag(
                "valid_until",
                _n("It was closed on %(date)s; reopen it on its own page."),
                date=known.valid_until,
            )
        closing = end is not None and known.valid_until is None
        self._note(row, "close" if closing else "change" if details else "same", kind, tuple(details))
        if closing:
            self._close(row, known, end)

    def _close(self, row: TableRow, place: Unit | Counter, on: date | None) -> None:
        if on is not None:
            self.closings.append(_Closing(row, place, on))

    def _note(self, row: TableRow, what: What, kind: str, details: tuple[tuple[str, str, str], ...] = ()) -> None:
        self.outcome.changes.append(RowChange(row.number, what, kind, row["code"], row["name_vi"], details))

    def write(self) -> None:
        """Add what is new at once, then close what ends, the lowest first."""
        self.session.add_all(self.new)
        self.session.flush()
        for place in self.new:
            if isinstance(place, Unit):
                place.path = f"{place.parent.path if place.parent else '/'}{place.id}/"
        self.session.flush()
        for closing in sorted(self.closings, key=_depth):
            self._end(closing)

    def _end(self, closing: _Closing) -> None:
        row, place = closing.row, closing.place
        try:
            if isinstance(place, Counter):
                if place.valid_until is None:
                    close_counter(self.session, place, closing.on)
            else:
                code = row["successor"]
                if code and code not in self.units:
                    raise UnitError("unknown", unit=code)
                if code and not self.units[code].path.startswith(self.within):
                    raise UnitError("beyond_reach", unit=code)
                close_unit(self.session, place, closing.on, self.units.get(code))
        except UnitError as error:
            row.refuse("valid_until", error)


def _depth(closing: _Closing) -> tuple[bool, int, bool]:
    """Counters before units, units below before those above, those that carry on last."""
    if isinstance(closing.place, Counter):
        return False, 0, False
    return True, -closing.place.path.count("/"), not closing.row["successor"]
