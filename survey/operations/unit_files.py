"""Units and counters as a table, in and out: what is new is added, what differs is changed, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from forms.ballot import clean_text
from forms.fault import Fault
from survey.models import Unit
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.place_tables import Outcome, RowChange, TableRow, What, read_rows, refuse
from survey.operations.place_tree import COUNTER, Place, PlaceTree, Snapshot, read_snapshot
from survey.operations.place_writing import write_places
from survey.operations.units import UnitError, end_counter, end_unit
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

    A session without a transaction begins to write when all is planned: reading the file and comparing it with
    thousands of places takes seconds, in which nobody's ballot waits.
    """
    faults: list[Fault] = []
    rows = read_rows(content, COLUMNS, REQUIRED, faults)
    with nullcontext(session) if session.in_transaction() else Session(session.get_bind()) as reading:
        snapshot = read_snapshot(reading)
    run = _planned(snapshot, rows, faults, valid_from, within)
    begin_write(session)
    stands = read_snapshot(session)
    if stands != snapshot:  # somebody changed a place meanwhile
        run = _planned(stands, rows, faults, valid_from, within)
    write_places(session, run.tree.places)
    return run.outcome


def _planned(
    snapshot: Snapshot, rows: Sequence[TableRow], faults: list[Fault], valid_from: date, within: tuple[str, ...]
) -> _Import:
    run = _Import(PlaceTree(snapshot), valid_from, within)
    for row in rows:
        run.take(row)
    if not faults:
        run.close()
    refuse(faults)
    return run


@dataclass(slots=True)
class _Closing:
    row: TableRow
    place: Place
    on: date


@dataclass(slots=True)
class _Import:
    tree: PlaceTree
    valid_from: date
    within: tuple[str, ...]
    outcome: Outcome = field(default_factory=Outcome)
    closings: list[_Closing] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

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

    def _parent(self, row: TableRow, kind: str) -> Place | None:
        code, units = row["parent"], self.tree.units
        known = units.get(row["code"]) if kind != COUNTER else None
        place = known or units.get(code)
        if code and code not in units:
            row.flag("parent", UnitError.SENTENCES["unknown"], unit=code)
        elif not (place.path if place else "/").startswith(self.within):
            row.flag("code" if known else "parent", _n("This lies outside the units you administer."))
        elif kind == COUNTER and not code:
            row.flag("parent", _n("A counter needs the code of its unit here."))
        return units.get(code)

    def _unit(self, row: TableRow, kind: str, parent: Place | None, start: date | None, end: date | None) -> None:
        known = self.tree.units.get(row["code"])
        if known is None:
            if parent is not None and parent.valid_until is not None and end is None:
                row.flag(
                    "parent",
                    UnitError.SENTENCES["parent_closed"],
                    unit=parent.code,
                    date=parent.valid_until.isoformat(),
                )
                return
            known = Place(row["code"], kind, parent, *_names(row), start or self.valid_from)
            known.one_stop_vi, known.one_stop_en = _text(row, "one_stop_vi"), _text(row, "one_stop_en")
            self.tree.add(known)
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

    def _counter(self, row: TableRow, unit: Place, start: date | None, end: date | None) -> None:
        known = self.tree.counters.get((unit.code, row["code"]))
        if known is None:
            if unit.valid_until is not None and end is None:
                parameters = {"unit": unit.code, "date": unit.valid_until.isoformat()}
                row.flag("parent", UnitError.SENTENCES["closed"], **parameters)
                return
            known = Place(row["code"], COUNTER, unit, *_names(row), start or self.valid_from)
            self.tree.add(known)
            self._note(row, "add", COUNTER)
            self._close(row, known, end)
            return
        self._finish(row, COUNTER, known, self._renamed(row, known, COUNTER_NAMES), start, end)

    def _renamed(self, row: TableRow, known: Place, names: Sequence[str]) -> list[tuple[str, str, str]]:
        """Give it the names of the file; what differed."""
        details = []
        for name in names:
            before, after = getattr(known, name), _text(row, name)
            if row.has(name) and before != after:
                setattr(known, name, after)
                details.append((name, before, after))
        return details

    def _finish(
        self,
        row: TableRow,
        kind: str,
        known: Place,
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

    def _close(self, row: TableRow, place: Place, on: date | None) -> None:
        if on is not None:
            self.closings.append(_Closing(row, place, on))

    def _note(self, row: TableRow, what: What, kind: str, details: tuple[tuple[str, str, str], ...] = ()) -> None:
        self.outcome.changes.append(RowChange(row.number, what, kind, row["code"], row["name_vi"], details))

    def close(self) -> None:
        """End what ends, the lowest first."""
        for closing in sorted(self.closings, key=_depth):
            self._end(closing)

    def _end(self, closing: _Closing) -> None:
        row, place, units = closing.row, closing.place, self.tree.units
        try:
            if place.is_counter:
                if place.valid_until is None:
                    end_counter(place, closing.on)
                return
            code = row["successor"]
            if code and code not in units:
                raise UnitError("unknown", unit=code)
            if code and not units[code].path.startswith(self.within):
                raise UnitError("beyond_reach", unit=code)
            end_unit(place, list(place.below()), closing.on, units.get(code))
            place.successor = units.get(code)
        except UnitError as error:
            row.refuse("valid_until", error)


def _text(row: TableRow, column: str) -> str:
    return clean_text(row[column], lines=False)


def _names(row: TableRow) -> tuple[str, str]:
    return _text(row, "name_vi"), _text(row, "name_en")


def _depth(closing: _Closing) -> tuple[bool, int, bool]:
    """Counters before units, units below before those above, those that carry on last."""
    if closing.place.is_counter:
        return False, 0, False
    return True, -closing.place.path.count("/"), not closing.row["successor"]
