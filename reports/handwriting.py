"""Dotted lines to be written on by hand."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

STEP = 8 * mm  # from one line to the next


class RuledLines(Flowable):
    """So many lines below each other, from `left` to `width`."""

    def __init__(self, lines: int, width: float, left: float = 0.0) -> None:
        super().__init__()
        self.lines, self.left = lines, left
        self.width, self.height = width, lines * STEP

    def draw(self) -> None:
        self.canv.setStrokeColor(HexColor("#7a858f"))
        self.canv.setLineWidth(0.5)
        self.canv.setDash([1, 2])
        for line in range(self.lines):
            self.canv.line(self.left, line * STEP + 1 * mm, self.width, line * STEP + 1 * mm)
        self.canv.setDash([])
