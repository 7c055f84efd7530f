"""Where a file that somebody brought cannot be used, and why: a place in it and a sentence to be translated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def noop(sentence: str) -> str:
    """Mark a sentence for the translation catalogues: imported as `_n` where faults are worded."""
    return sentence


@dataclass(frozen=True, slots=True)
class Fault:
    """`row` counts from 1, the header included; 0 is the sheet as a whole. `column` is the header's word, or empty.

    `sentence` is an English msgid with named placeholders that `parameters` fill; `sheet` is empty for a CSV file.
    """

    row: int
    column: str
    sentence: str
    parameters: dict[str, Any] = field(default_factory=dict)
    sheet: str = ""

    def __str__(self) -> str:
        return self.sentence % self.parameters
