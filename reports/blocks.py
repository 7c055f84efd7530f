"""A document told in plain blocks, so that its PDF and its editable copy say the same words with the same digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reports.drawing import Chart
from reports.figures import Figure, VerdictState

TextKind = Literal["body", "point", "note"]  # a paragraph, a line of a list, small print


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 is a chapter, 2 a part of it."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Prose:
    text: str
    kind: TextKind = "body"


@dataclass(frozen=True, slots=True)
class Headline:
    """The one big number with its verdict."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as wide as the text."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class Sign:
    """A cell with the drawn sign of a verdict."""

    state: VerdictState


@dataclass(frozen=True, slots=True)
class SmallChart:
    """A cell with a chart of its own; in an editable copy its column is left out, since its words stand beside it."""

    chart: Chart


Cell: TypeAlias = str | Sign | SmallChart


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `widths` are parts of the text's width, `numbers` the columns set right, `headings` the rows that name
    what follows them."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    numbers: frozenset[int]
    headings: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins a new page; `across` turns it and those after it to landscape."""

    across: bool = False


@dataclass(frozen=True, slots=True)
class Signatures:
    """Recipients and who signs."""


Block: TypeAlias = Heading | Prose | Headline | Drawn | Grid | NewPage | Signatures
