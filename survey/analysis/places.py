"""The tree of units as its pages show it: a level at a time, or what a search finds; keyed, never counted through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from survey.analysis.unit_choice import in_list_order
from survey.models import (
    AuditEntry,
    Counter,
    ProcedureField,
    Service,
    TransactionCorrection,
    TransactionCount,
    Unit,
    Wave,
    WaveUnit,
)
from survey.operations.folding import folded
from survey.operations.poll_waves import IS_SURVEY

LEVEL = 100
HISTORY = ("unit", "counter", "transaction_count", "transaction_correction")
_folded = lru_cache(maxsize=32_768)(folded)


@dataclass(frozen=True, slots=True)
class Line:
    """A unit in a list; `counters` are its open ones, `has_below` says whether units stand under it."""

    id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    path: str
    parent_id: int | None
    valid_until: date | None
    counters: int
    has_below: bool

    def in_list_order(self) -> tuple[int, str, str]:
        """The key by which it stands among its siblings."""
        return in_list_order(self.kind, self.name_vi, self.code)


@dataclass(slots=True)
class Branch:
    """A line of the tree with the level below it, where that is open; `more` is the code to go on after."""

    line: Line
    is_open: bool = False
    branches: list[Branch] = field(default_factory=list)
    more: str = ""


def lines(
    session: Session, *where: ColumnElement[bool], closed: bool = False, after: str = "", limit: int = LEVEL + 1
) -> list[Line]:
    """Units by code, those that stand behind the code `after`; closed ones only where asked for."""
    below = aliased(Unit)
    counters = (
        select(func.count(Counter.id))
        .where(Counter.unit_id == Unit.id, Counter.valid_until.is_(None))
        .correlate(Unit)
        .scalar_subquery()
    )
    columns = (Unit.id, Unit.code, Unit.name_vi, Unit.name_en, Unit.kind, Unit.path, Unit.parent_id, Unit.valid_until)
    under = [below.parent_id == Unit.id] + ([] if closed else [below.valid_until.is_(None)])
    query = select(*columns, counters, exists().where(*under)).where(*where).order_by(Unit.code).limit(limit)
    if not closed:
        query = query.where(Unit.valid_until.is_(None))
    if after:
        query = query.where(Unit.code > after)
    return [Line(*row) for row in session.execute(query)]


def tree(session: Session, roots: Collection[str], opened: Iterable[str], *, closed: bool = False) -> list[Branch]:
    """The units at the paths `roots`, the levels under the units of the codes `opened`, and those above these."""
    wanted = set(opened)
    paths = set(session.scalars(select(Unit.path).where(Unit.code.in_(wanted)))) if wanted else set()
    top = [Branch(line) for line in lines(session, Unit.path.in_(roots), closed=True, limit=len(roots) + 1)]
    if len(top) == 1:
        paths.add(top[0].line.path)
    level = top
    while level := [branch for branch in level if any(path.startswith(branch.line.path) for path in paths)]:
        following = []
        for branch in level:
            branch.is_open = True
            found = lines(session, Unit.parent_id == branch.line.id, closed=closed)
            more = len(found) > LEVEL  # then paged by key, which is the code
            shown = found[:LEVEL] if more else sorted(found, key=Line.in_list_order)
            on_the_way = [path for path in paths if path.startswith(branch.line.path)]
            branch.more = shown[-1].code if more else ""
            branch.branches = [Branch(line) for line in _with_way(session, shown, branch.line, on_the_way)]
            following += branch.branches
        level = following
    return top


def _with_way(session: Session, shown: list[Line], parent: Line, paths: list[str]) -> list[Line]:
    """The level, and what is open in it beyond its first hundred."""
    ids = {line.id for line in shown}
    children = {int(path[len(parent.path) :].partition("/")[0]) for path in paths if len(path) > len(parent.path)}
    missing = children - ids
    return [*shown, *lines(session, Unit.id.in_(missing), closed=True)] if missing else shown


def search(
    session: Session, within: ColumnElement[bool], words: str, *, closed: bool = False, after: str = ""
) -> list[Line]:
    """Units whose code or names hold all of the words, diacritics or not, by code; one more than a page holds."""
    query = select(Unit.code, Unit.name_vi, Unit.name_en).where(within, Unit.code > after).order_by(Unit.code)
    if not closed:
        query = query.where(Unit.valid_until.is_(None))
    wanted = folded(words).split()
    found = [
        code
        for code, vi, en in session.execute(query)
        if all(word in haystack for haystack in (_folded(f"{code} {vi} {en}"),) for word in wanted)
    ]
    return lines(session, Unit.code.in_(found[: LEVEL + 1]), closed=True) if found else []


def names_above(session: Session, found: Iterable[Line]) -> dict[str, str]:
    """For each path the names of the units above it, the nearest first, joined for a list."""
    every = list(found)
    above = {line.path: [int(part) for part in line.path.strip("/").split("/")[:-1]] for line in every}
    ids = {key for keys in above.values() for key in keys}
    names = {key: name for key, name in session.execute(select(Unit.id, Unit.name_vi).where(Unit.id.in_(ids)))}  # noqa: C416 rows, not pairs
    return {path: ", ".join(names[key] for key in reversed(keys) if key in names) for path, keys in above.items()}


def ancestors(session: Session, unit: Unit) -> list[Unit]:
    """The units above it, from the root down."""
    ids = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    return list(session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.path))) if ids else []


def waves_of(session: Session, unit: Unit, most: int = 50) -> list[tuple[Wave, WaveUnit]]:
    """The waves the unit took part in, newest first."""
    query = select(Wave, WaveUnit).join(WaveUnit, WaveUnit.wave_id == Wave.id)
    query = query.where(WaveUnit.unit_id == unit.id, IS_SURVEY)
    newest = query.order_by(Wave.period_start.desc(), Wave.id.desc()).limit(most)
    return [(wave, part) for wave, part in session.execute(newest)]


def counts_of(session: Session, unit: Unit, most: int = 24) -> list[TransactionCount]:
    """The unit's numbers of transactions, newest first."""
    query = select(TransactionCount).where(TransactionCount.unit_id == unit.id)
    newest = query.order_by(TransactionCount.period_end.desc(), TransactionCount.period_start.desc()).limit(most)
    return list(session.scalars(newest))


def corrections(
    session: Session, within: ColumnElement[bool], before: int | None = None, most: int = LEVEL
) -> list[TransactionCorrection]:
    """Corrections of numbers that published waves count, newest first; one more than `most`, if there is."""
    query = select(TransactionCorrection).join(TransactionCorrection.unit).where(within)
    if before is not None:
        query = query.where(TransactionCorrection.id < before)
    options = joinedload(TransactionCorrection.unit)
    return list(session.scalars(query.options(options).order_by(TransactionCorrection.id.desc()).limit(most + 1)))


def history_of(session: Session, unit: Unit, before: int | None = None, most: int = 50) -> list[AuditEntry]:
    """What the audit log holds of the unit, its counters and its transactions, newest first; one more than `most`."""
    own = (AuditEntry.subject_kind == "unit") & (AuditEntry.subject == unit.code)
    placed = (AuditEntry.unit_path == unit.path) & AuditEntry.subject_kind.in_(HISTORY)
    query = select(AuditEntry).where(own | placed)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(most + 1)))


def services(
    session: Session, *, words: str = "", field_code: str = "", closed: bool = False, after: tuple[str, str] = ("", "")
) -> list[Service]:
    """Procedures by field and code behind `after`; one more than a page, if there is."""
    query = select(Service.id, ProcedureField.code, Service.code, Service.name_vi, Service.name_en).join(Service.field)
    query = query.where(tuple_(ProcedureField.code, Service.code) > tuple_(*after)) if after[1] else query
    query = query.where(ProcedureField.code == field_code) if field_code else query
    query = query if closed else query.where(Service.valid_until.is_(None))
    wanted = folded(words).split()
    found = []
    for key, _, code, vi, en in session.execute(query.order_by(ProcedureField.code, Service.code)):
        if all(word in _folded(f"{code} {vi} {en}") for word in wanted):
            found.append(key)
            if len(found) > LEVEL:
                break
    chosen = select(Service).join(Service.field).options(joinedload(Service.field)).where(Service.id.in_(found))
    return list(session.scalars(chosen.order_by(ProcedureField.code, Service.code)))


def services_by_field(session: Session) -> dict[int, int]:
    """How many procedures in force each field has."""
    counted = select(Service.field_id, func.count()).where(Service.valid_until.is_(None)).group_by(Service.field_id)
    return defaultdict(int, {key: number for key, number in session.execute(counted)})  # noqa: C416 rows, not pairs


def siblings(session: Session, unit: Unit) -> Sequence[Line]:
    """Open units beside it, of the same parent."""
    return lines(session, Unit.parent_id == unit.parent_id, Unit.id != unit.id, limit=300)


def wave_taken_part(session: Session, unit: Unit) -> tuple[str, str] | None:
    """A unit at or below `unit` and a wave that is no draft in which it takes part, by their codes; None without."""
    query = select(Unit.code, Wave.code).join(WaveUnit, WaveUnit.unit_id == Unit.id)
    query = query.join(Wave, Wave.id == WaveUnit.wave_id).where(Wave.state != "draft", IS_SURVEY)
    within = Unit.path.startswith(unit.path, autoescape=True)
    row = session.execute(query.where(within).order_by(Unit.path, Wave.period_start.desc()).limit(1)).first()
    return None if row is None else (row[0], row[1])


def open_waves_of(session: Session, found: Iterable[Line]) -> dict[str, str]:
    """The code of an open wave in which a unit or one below it takes part, by the unit's code; others are missing."""
    query = select(Unit.path, Wave.code).join(WaveUnit, WaveUnit.unit_id == Unit.id)
    query = query.join(Wave, Wave.id == WaveUnit.wave_id).where(Wave.state == "open", IS_SURVEY)
    rows = session.execute(query).all()
    waves = {key: wave for path, wave in rows for key in path.strip("/").split("/")}
    return {line.code: waves[str(line.id)] for line in found if str(line.id) in waves}
