"""What was corrected of a published wave, for the pages and files that show all its units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.figures import Text


@dataclass(frozen=True, slots=True)
class CorrectedUnit:
    """A unit whose figures were replaced, with the version that stood there before."""

    code: str
    name: Text
    before: int


@dataclass(frozen=True, slots=True)
class WaveCorrection:
    """What two people corrected together; `units` in the order of their codes."""

    day: date
    reason: str
    units: tuple[CorrectedUnit, ...]
