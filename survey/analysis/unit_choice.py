"""The units a wave may ask, as its wizard offers them: the tree with counters, who takes part, quotas and N."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from survey.analysis.population import transactions
from survey.models import UNIT_KINDS, Counter, Unit, Wave, WaveUnit
from survey.operations.folding import folded

PAGE = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit on offer. `counters` are its own; `offered` and `taking_part` count the units with counters, and those
    that take part, at or below it."""

    unit_id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    path: str
    counters: int
    takes_part: bool
    offered: int = 0
    taking_part: int = 0
    has_below: bool = False

    @property
    def depth(self) -> int:
        return self.path.count("/") - 2


def choices(
    session: Session, wave: Wave, paths: Iterable[str], *, every: bool = False, words: str = ""
) -> list[Choice]:
    """The tree at or below `paths` as it is during the wave's period, parents before children, these by kind and name.

    Without `every`, only units with counters and those above them; `words` narrow by name and code.
    """
    counted = {row[0]: row[1] for row in session.execute(_counters(wave))}
    part = set(session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)))
    columns = (Unit.id, Unit.code, Unit.name_vi, Unit.name_en, Unit.kind, Unit.path)
    found = session.execute(select(*columns).where(_exists_in(wave), _below(paths)).order_by(Unit.path)).all()
    keys = tree_keys((row.path, row.kind, row.name_vi, row.code) for row in found)
    rows = sorted(found, key=lambda row: keys[row.path])
    offered: dict[str, int] = defaultdict(int)
    taking: dict[str, int] = defaultdict(int)
    parents = {row.path[: row.path.rstrip("/").rfind("/") + 1] for row in rows}
    for row in rows:
        end = row.path.find("/", 1)
        while end != -1:
            offered[row.path[: end + 1]] += row.id in counted
            taking[row.path[: end + 1]] += row.id in part
            end = row.path.find("/", end + 1)
    wanted = folded(words).split()
    return [
        Choice(*row, counted.get(row.id, 0), row.id in part, offered[row.path], taking[row.path], row.path in parents)
        for row in rows
        if (every or offered[row.path] or row.id in part)
        and all(word in folded(f"{row.name_vi} {row.name_en} {row.code}") for word in wanted)
    ]


def in_list_order(kind: str, name_vi: str, code: str) -> tuple[int, str, str]:
    """The key by which units stand in lists: departments before communes, then by name."""
    return UNIT_KINDS.index(kind), folded(name_vi), code


def in_tree_order(units: Iterable[Unit]) -> list[Unit]:
    """Units as lists show them: the nearest to the root first, departments before communes, then by name."""
    return sorted(units, key=lambda unit: (unit.path.count("/"), in_list_order(unit.kind, unit.name_vi, unit.code)))


def tree_keys(units: Iterable[tuple[str, str, str, str]]) -> dict[str, tuple[tuple[int, str, str], ...]]:
    """By path, keys that sort a tree with siblings in the order of lists; of path, kind, name and code, by path."""
    keys: dict[str, tuple[tuple[int, str, str], ...]] = {}
    for path, kind, name_vi, code in units:
        parent = path[: path.rstrip("/").rfind("/") + 1]
        keys[path] = (*keys.get(parent, ()), in_list_order(kind, name_vi, code))
    return keys


def _counters(wave: Wave) -> Select[int, int]:
    return (
        select(Counter.unit_id, func.count())
        .where(
            Counter.valid_from <= wave.period_end,
            or_(Counter.valid_until.is_(None), Counter.valid_until >= wave.period_start),
        )
        .group_by(Counter.unit_id)
    )


def _exists_in(wave: Wave) -> ColumnElement[bool]:
    return (Unit.valid_from <= wave.period_end) & (Unit.valid_until.is_(None) | (Unit.valid_until >= wave.period_start))


def _below(paths: Iterable[str]) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def page_of(rows: Sequence[Choice], after: str) -> tuple[Sequence[Choice], str | None]:
    """A page of the rows after the unit with that code, and the code after which the next begins."""
    start = next((at + 1 for at, row in enumerate(rows) if row.code == after), 0) if after else 0
    shown = rows[start : start + PAGE]
    return shown, shown[-1].code if start + PAGE < len(rows) else None


@dataclass(frozen=True, slots=True)
class FieldNumbers:
    """A unit that takes part, with its quota, its forms issued, and N of a period where it is known."""

    unit: Unit
    quota: int | None
    forms_issued: int | None
    population: int | None


def field_numbers(
    session: Session,
    wave: Wave,
    within: ColumnElement[bool],
    period: tuple[date, date],
    *,
    after: str = "",
    words: str = "",
) -> tuple[list[FieldNumbers], str | None]:
    """A page of the units that take part, by kind and name, and the code after which the next begins."""
    query = (
        select(Unit.id, Unit.kind, Unit.name_vi, Unit.code, WaveUnit.quota, WaveUnit.forms_issued)
        .join(WaveUnit, WaveUnit.unit_id == Unit.id)
        .where(WaveUnit.wave_id == wave.id, within)
    )
    for word in words.split():
        query = query.where(or_(Unit.code == word, Unit.name_vi.icontains(word, autoescape=True)))
    found = sorted(session.execute(query).all(), key=lambda row: in_list_order(row.kind, row.name_vi, row.code))
    start = next((at + 1 for at, row in enumerate(found) if row.code == after), 0) if after else 0
    shown = found[start : start + PAGE]
    ids = [row.id for row in shown]
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    known = transactions(session, *period, ids)
    lines = [FieldNumbers(units[row.id], row.quota, row.forms_issued, known.get(row.id)) for row in shown]
    return lines, shown[-1].code if start + PAGE < len(found) else None


def populations(session: Session, wave: Wave, period: tuple[date, date]) -> dict[int, int]:
    """N of the period by the ids of the units that take part; those without a known N are missing."""
    units = session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)).all()
    return transactions(session, *period, units)


def quota_sum(session: Session, wave: Wave) -> tuple[int, int, int]:
    """How many units take part, how many of them have a quota, and the sum of the quotas."""
    query = select(func.count(), func.count(WaveUnit.quota), func.coalesce(func.sum(WaveUnit.quota), 0))
    units, with_quota, total = session.execute(query.where(WaveUnit.wave_id == wave.id)).one()
    return units, with_quota, int(total or 0)
