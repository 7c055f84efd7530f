"""The unit somebody means by what was typed into a field: its code, its name, or words of its name without marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey.analysis.unit_choice import in_tree_order
from survey.models import Unit
from survey.operations.folding import folded

MOST_OFFERED = 12
FEWEST_LETTERS = 2  # that tell anything of a name
BETWEEN = " – "  # code and name, as lists offer them


@dataclass(frozen=True, slots=True)
class Named:
    """What was typed and the unit it names; `others` are those it may mean, where they are several and few."""

    typed: str = ""
    unit: Unit | None = None
    others: Sequence[Unit] = ()

    @property
    def unclear(self) -> bool:
        """Whether something was typed that names no unit, or several."""
        return bool(self.typed) and self.unit is None


def named_unit(session: Session, within: ColumnElement[bool], typed: str) -> Named:
    """The unit `within` (a condition on :class:`Unit`) that the words name. A code goes before a name, a whole name
    before beginnings of its words; case and diacritics do not matter. A part of a code names nothing: it may be
    another unit's, mistyped."""
    words = typed.strip()
    if not words:
        return Named()
    by_code = session.scalar(select(Unit).where(Unit.code == words.partition(BETWEEN)[0], within))
    if by_code is not None:
        return Named(words, by_code)
    rows = session.execute(select(Unit.id, Unit.code, Unit.name_vi, Unit.name_en).where(within)).all()
    code, whole, parts = (
        folded(words.partition(BETWEEN)[0]),
        folded(words),
        [f" {part}" for part in folded(words).split()],
    )
    found = [row.id for row in rows if _folded(row.code) == code]
    found = found or [row.id for row in rows if whole in (_folded(row.name_vi), _folded(row.name_en))]
    if not found and len(whole) >= FEWEST_LETTERS:
        names = ((row.id, _folded(f" {row.name_vi} {row.name_en}")) for row in rows)
        found = [unit_id for unit_id, name in names if all(part in name for part in parts)]
    units = in_tree_order(session.scalars(select(Unit).where(Unit.id.in_(found[:MOST_OFFERED]))))
    return Named(words, units[0]) if len(found) == 1 else Named(words, None, units)


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    return folded(text)
