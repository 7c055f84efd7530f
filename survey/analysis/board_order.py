"""The rows of a progress board as a reader arranges them: a tree folded or unfolded, or a list sorted and filtered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from survey.analysis.progress import Board, Counts, Row
from survey.models import UNIT_KINDS
from survey.operations.folding import folded

Reach = Literal["silent", "behind", "under_way", "reached"]
REACHES: tuple[Reach, ...] = ("silent", "behind", "under_way", "reached")
HALF = Fraction(1, 2)

# What no number is known of stands below zero.
SORTS: dict[str, Callable[[Counts], float]] = {
    "quota": lambda counts: -1 if counts.quota is None else counts.quota,
    "issued": lambda counts: -1 if counts.issued is None else counts.issued,
    "returned": lambda counts: counts.returned,
    "valid": lambda counts: counts.valid,
    "share": lambda counts: counts.toward / counts.quota if counts.quota else -1,
    "rate": lambda counts: counts.paper / counts.issued if counts.issued else -1,
    "scans": lambda counts: counts.scans,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown: how deep it stands, and whether what is below it is shown (None: nothing is below)."""

    row: Row
    depth: int
    unfolded: bool | None


def heat(counts: Counts) -> int:
    """How much of the quota is reached, as a step from 0 (nothing) by quarters to 5 (all); -1 unless all have one."""
    share = counts.share
    if share is None or counts.partial:
        return -1
    return 5 if share >= 1 else 0 if share == 0 else 1 + int(share * 4)


def reach(counts: Counts) -> Reach:
    """Where a unit stands: nothing came back, less than half of the quota, on the way, or the quota is reached."""
    if not counts.returned:
        return "silent"
    share = counts.share
    if share is None or HALF <= share < 1:
        return "under_way"
    return "behind" if share < HALF else "under_way" if counts.partial else "reached"


def tree_lines(board: Board, unfolded: Collection[str]) -> list[Line]:
    """The tree from its topmost rows down, in the order of kinds and names; the children of a lone top and those of
    the units in `unfolded`, by their codes, are shown."""
    children: dict[str, list[Row]] = defaultdict(list)
    for path, row in board.rows.items():
        children[row.parent_path if row.parent_path in board.rows else ""].append(board.rows[path])
    tops = children.pop("", [])
    lines: list[Line] = []

    def show(rows: Iterable[Row], depth: int) -> None:
        for row in sorted(rows, key=_by_name):
            below = children.get(row.path)
            open_ = None if below is None else row.code in unfolded or (depth == 0 and len(tops) == 1)
            lines.append(Line(row, depth, open_))
            if open_ and below is not None:
                show(below, depth + 1)

    show(tops, 0)
    return lines


def flat_lines(
    board: Board, *, words: str = "", kind: str = "", where: str = "", sort: str = "", descending: bool = False
) -> list[Line]:
    """The units that take part, each for itself, filtered by words of name or code, kind and :func:`reach`."""
    wanted = folded(words).split()
    chosen = [
        row
        for row in board.rows.values()
        if row.takes_part
        and (not kind or row.kind == kind)
        and (not where or reach(row.counts) == where)
        and (not wanted or _matches(row, wanted))
    ]
    chosen.sort(key=_by_name)
    if sort in SORTS:
        measure = SORTS[sort]
        chosen.sort(key=lambda row: measure(row.counts), reverse=descending)
    return [Line(row, 0, None) for row in chosen]


def page_of(lines: Sequence[Line], after: str, size: int) -> tuple[Sequence[Line], str | None]:
    """`size` lines after that of the unit with the code `after` (from the beginning without it), and the code after
    which the next page begins; None at the end."""
    start = next((at + 1 for at, line in enumerate(lines) if line.row.code == after), 0) if after else 0
    shown = lines[start : start + size]
    return shown, shown[-1].row.code if start + size < len(lines) else None


def _by_name(row: Row) -> tuple[int, str, str]:
    return UNIT_KINDS.index(row.kind), _spelled(row.name_vi), row.code


@lru_cache(maxsize=8192)
def _spelled(name: str) -> str:
    """Names are few and asked for at every look."""
    return folded(name)


def _matches(row: Row, wanted: Sequence[str]) -> bool:
    haystack = folded(f"{row.name_vi} {row.name_en} {row.code}")
    return all(word in haystack for word in wanted)
