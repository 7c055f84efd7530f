"""Posters with the QR code of a counter's form: A4, A5 and a folded table tent, any number in one PDF.

The code is drawn as vectors with error correction Q and a quiet zone of four modules, and is large enough to be
scanned from a metre: 112 mm on A4, 78 mm on A5, 72 mm on each face of the tent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Literal

import qrcode
from qrcode.constants import ERROR_CORRECT_Q
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports.catalogue import gettext
from reports.drawing import BRAND, INK, LINE, MUTED
from reports.figures import Language, Text
from reports.fonts import sans, text_width, wrap
from reports.page import date_from_data

Size = Literal["a4", "a5", "tent"]
SIZES: tuple[Size, ...] = ("a4", "a5", "tent")
QUIET_ZONE = 4  # modules of white around the code, as ISO/IEC 18004 asks
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Poster:
    """What one poster says. `url` is what the code holds; `short_code` is typed by those who cannot scan."""

    url: str
    short_code: str
    one_stop: Text  # the name of the one-stop unit, large
    unit: Text
    counter: Text
    minutes: str = "2–3"  # how long the form takes


@dataclass(frozen=True, slots=True)
class _Layout:
    """Measures of one poster face in points.

    `code` is the side of the QR code without its quiet zone, `frame` the most room it may take with it: a short
    address has fewer, larger modules and so a wider zone.
    """

    width: float
    height: float
    margin: float
    code: float
    name: float
    call: float
    small: float
    band: float
    frame: float


_LAYOUTS: dict[Size, _Layout] = {
    "a4": _Layout(*A4, margin=20 * mm, code=112 * mm, name=25, call=34, small=13.5, band=60 * mm, frame=148 * mm),
    "a5": _Layout(*A5, margin=13 * mm, code=78 * mm, name=17, call=24, small=10.5, band=42 * mm, frame=104 * mm),
    # Two faces of one A4 sheet, folded across the middle: what stands upside down on paper stands upright as a tent.
    "tent": _Layout(
        A4[0], A4[1] / 2, margin=14 * mm, code=72 * mm, name=19, call=29, small=12, band=27 * mm, frame=88 * mm
    ),
}


def posters_pdf(posters: Sequence[Poster], size: Size = "a4", *, moment: datetime = UNDATED) -> bytes:
    """A page per poster; the same posters give the same bytes. Raises `ValueError` without any poster."""
    if not posters:
        raise ValueError("no posters to print")
    layout, target = _LAYOUTS[size], BytesIO()
    page = A4 if size == "tent" else (layout.width, layout.height)
    canvas = Canvas(target, pagesize=page, invariant=1, lang="vi-VN")
    canvas.setTitle(f"QR {posters[0].short_code}" if len(posters) == 1 else f"QR × {len(posters)}")
    canvas.setCreator("sipas")
    date_from_data(canvas, moment)
    for poster in posters:
        if size == "tent":
            _tent(canvas, poster, layout)
        else:
            _Face(canvas, poster, layout).portrait()
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _tent(canvas: Canvas, poster: Poster, layout: _Layout) -> None:
    _Face(canvas, poster, layout).landscape()
    canvas.saveState()
    canvas.translate(A4[0], A4[1])
    canvas.rotate(180)
    _Face(canvas, poster, layout).landscape()
    canvas.restoreState()
    canvas.setStrokeColor(HexColor(LINE))
    canvas.setLineWidth(0.6)
    canvas.setDash([4, 4])
    canvas.line(0, A4[1] / 2, A4[0], A4[1] / 2)
    canvas.setDash([])


@cache
def modules(url: str) -> tuple[tuple[bool, ...], ...]:
    """The dark squares of the QR code of `url`, row by row, without the quiet zone."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def draw_code(canvas: Canvas, url: str, x: float, y: float, side: float) -> None:
    """The QR code of `url` with its lower left corner at (x, y), on white with its quiet zone around it."""
    rows = modules(url)
    module = side / len(rows)
    quiet = QUIET_ZONE * module
    canvas.setFillColor(white)
    canvas.rect(x - quiet, y - quiet, side + 2 * quiet, side + 2 * quiet, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#000000"))
    path = canvas.beginPath()
    for k, row in enumerate(rows):
        start = None
        for j, dark in enumerate((*row, False)):
            if dark and start is None:
                start = j
            elif not dark and start is not None:
                path.rect(x + start * module, y + side - (k + 1) * module, (j - start) * module, module)
                start = None
    canvas.drawPath(path, stroke=0, fill=1)


def printed_address(url: str) -> str:
    """The address as it is typed: without the scheme, which browsers add."""
    return url.removeprefix("https://").removeprefix("http://")


class _Face:
    """One face of a poster; both arrangements say the same, in Vietnamese first and English second."""

    def __init__(self, canvas: Canvas, poster: Poster, layout: _Layout) -> None:
        self.canvas, self.poster, self.layout = canvas, poster, layout

    def say(self, message: Callable[[Language], str]) -> tuple[str, str]:
        return message("vi"), message("en")

    @property
    def call(self) -> tuple[str, str]:
        return self.say(lambda language: gettext("Scan to rate the service", language))

    @property
    def promise(self) -> tuple[str, str]:
        minutes = self.poster.minutes
        return self.say(
            lambda language: gettext("About {n} minutes. No name, no phone number is asked.", language, n=minutes)
        )

    @property
    def fallback(self) -> tuple[str, str]:
        return self.say(lambda language: gettext("No scanner? Open this address", language))

    def portrait(self) -> None:
        """Name on a band above, the call below it, the code in the middle, address at the foot."""
        lay = self.layout
        middle, inner = lay.width / 2, lay.width - 2 * lay.margin
        self._band(middle, inner)
        y = lay.height - lay.band - 1.5 * lay.call
        y = self._call(middle, y, inner) - 0.05 * lay.call
        y = self._code(middle, y) - 2.4 * lay.small
        self._promise(middle, y, inner)
        self._address(middle, lay.margin * 0.6, inner)

    def landscape(self) -> None:
        """The code at the left, words at the right, address along the foot: a face of the tent."""
        lay = self.layout
        self._band(lay.width / 2, lay.width - 2 * lay.margin)
        framed = self._framed_side()
        top = lay.height - lay.band - 5.5 * mm
        self._code(lay.margin + framed / 2, top)
        left = lay.margin + framed + 7 * mm
        width = lay.width - lay.margin - left
        middle = left + width / 2
        y = self._call(middle, top - 0.24 * framed, width) - 0.6 * lay.call
        self._promise(middle, y, width)
        self._address(lay.width / 2, 5.5 * mm, lay.width - 2 * lay.margin)

    def _band(self, x: float, width: float) -> None:
        lay = self.layout
        self.canvas.setFillColor(HexColor(BRAND))
        self.canvas.rect(0, lay.height - lay.band, lay.width, lay.band, stroke=0, fill=1)
        self._names(x, lay.height - lay.band / 2, width)

    def _framed_side(self) -> float:
        return self._side() * self._whole()

    def _whole(self) -> float:
        """How much larger the code is with its quiet zone."""
        return 1 + 2 * QUIET_ZONE / len(modules(self.poster.url))

    def _side(self) -> float:
        return min(self.layout.code, self.layout.frame / self._whole())

    def _code(self, x: float, top: float) -> float:
        """The code in a frame that keeps its quiet zone, centred on `x`; returns the frame's lower edge."""
        framed, canvas = self._framed_side(), self.canvas
        bottom = top - framed
        side = self._side()
        draw_code(canvas, self.poster.url, x - side / 2, bottom + (framed - side) / 2, side)
        canvas.setStrokeColor(HexColor(BRAND))
        canvas.setLineWidth(2)
        room = 5  # so that the rounded corners stay out of the quiet zone
        canvas.roundRect(
            x - framed / 2 - room, bottom - room, framed + 2 * room, framed + 2 * room, 10, stroke=1, fill=0
        )
        return bottom

    def _call(self, x: float, y: float, width: float) -> float:
        size = self.layout.call
        y = self._block(self.call[0], x, y, sans().bold, size, INK, width)
        return self._block(self.call[1], x, y + 0.35 * size, sans().regular, 0.6 * size, MUTED, width)

    def _promise(self, x: float, y: float, width: float) -> None:
        size = self.layout.small
        y = self._block(self.promise[0], x, y, sans().bold, 1.1 * size, INK, width)
        self._block(self.promise[1], x, y, sans().regular, size, MUTED, width)

    def _names(self, x: float, y: float, width: float) -> None:
        """One-stop unit large, counter below it, unit and English names smaller, centred on `y` in white."""
        poster, size = self.poster, self.layout.name
        lines: list[tuple[str, str, float, str]] = []
        for text, font, points, colour in (
            (poster.unit.vi, sans().regular, 0.58 * size, "#d7e3ef"),
            (poster.one_stop.vi, sans().bold, size, "#ffffff"),
            (poster.counter.vi, sans().bold, 0.72 * size, "#ffffff"),
            (
                " · ".join(part.en for part in (poster.one_stop, poster.counter) if part.en),
                sans().regular,
                0.52 * size,
                "#d7e3ef",
            ),
        ):
            fitted = points
            while fitted > 0.6 * points and len(wrap(text, font, fitted, width)) > 2:
                fitted *= 0.93
            lines += [(line, font, fitted, colour) for line in wrap(text, font, fitted, width, most_lines=2)]
        height = sum(1.3 * points for _, _, points, _ in lines)
        shrunk = min(1.0, 0.86 * self.layout.band / height)
        top = y + shrunk * height / 2
        for text, font, full, colour in lines:
            points = shrunk * full
            self.canvas.setFillColor(HexColor(colour))
            self.canvas.setFont(font, points)
            self.canvas.drawCentredString(x, top - 1.02 * points, text)
            top -= 1.3 * points

    def _block(self, text: str, x: float, y: float, font: str, size: float, colour: str, width: float) -> float:
        """Centred lines of even length from the baseline `y` down; returns the baseline for what follows."""
        self.canvas.setFillColor(HexColor(colour))
        lines = wrap(text, font, size, width)
        while len(lines) > 1 and len(evener := wrap(text, font, size, width - size / 2)) == len(lines):
            lines, width = evener, width - size / 2
        for line in lines:
            self.canvas.setFont(font, size)
            self.canvas.drawCentredString(x, y, line)
            y -= 1.32 * size
        return y

    def _line(self, text: str, x: float, y: float, font: str, size: float, colour: str, width: float) -> None:
        """One centred line, made smaller where it would be wider than `width`."""
        fitted = min(size, size * width / text_width(text, font, size))
        self._block(text, x, y, font, 0.999 * fitted, colour, width)

    def _address(self, x: float, bottom: float, width: float) -> None:
        """The address and the short code in print, from `bottom` up."""
        small = self.layout.small
        words = self.say(lambda language: gettext("Code", language))
        self._line(" / ".join(self.fallback), x, bottom + 3.3 * small, sans().regular, 0.92 * small, MUTED, width)
        address = printed_address(self.poster.url)
        self._line(address, x, bottom + 1.6 * small, sans().bold, 1.45 * small, BRAND, width)
        code = f"{' / '.join(words)}: {self.poster.short_code}"
        self._line(code, x, bottom, sans().regular, small, INK, width)
