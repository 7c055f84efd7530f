"""A chart as a PNG, for documents that cannot hold vectors: the geometry of :mod:`reports.drawing`, drawn by Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import pairwise
from math import hypot

import fontpkg_be_vietnam_pro
from PIL import Image, ImageDraw, ImageFont

from reports.drawing import STYLES, Box, Chart, Diamond, Disc, Shape, Stroke, Style, Words

SCALE = 3  # pixels to a unit of the chart: 220 dots per inch across the text of an A4 page
COLOURS = 96  # those of the styles with what smooths their edges
SMOOTHING = 2  # drawn larger and brought down
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
Point = tuple[float, float]


def chart_png(chart: Chart) -> bytes:
    """The chart on white; the same chart gives the same bytes."""
    k = SCALE * SMOOTHING
    image = Image.new("RGB", (round(chart.width * k), round(chart.height * k)), "white")
    canvas = ImageDraw.Draw(image)
    for shape in chart.shapes:
        _draw(canvas, shape, k)
    small = image.resize((round(chart.width * SCALE), round(chart.height * SCALE)), Image.Resampling.BOX)
    target = BytesIO()
    small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(target, "PNG")
    return target.getvalue()


def _draw(canvas: ImageDraw.ImageDraw, shape: Shape, k: int) -> None:
    style = STYLES[shape.style]
    width = max(1, round(style.width * k))
    match shape:
        case Stroke(points):
            for start, end in _dashed([(x * k, y * k) for x, y in points], style, k):
                canvas.line((start, end), fill=style.stroke, width=width)
        case Box(x, y, across, down):
            canvas.rectangle((x * k, y * k, (x + across) * k, (y + down) * k), style.fill, style.stroke, width)
        case Disc(x, y, radius):
            r = radius + (style.width / 2 if style.stroke else 0)  # a stroke lies on the edge, Pillow's inside it
            canvas.ellipse(((x - r) * k, (y - r) * k, (x + r) * k, (y + r) * k), style.fill, style.stroke, width)
        case Diamond():
            canvas.polygon([(x * k, y * k) for x, y in shape.corners], style.fill, style.stroke, width)
        case Words(x, y, text, size):
            font = _font(shape.bold, round(size * k))
            canvas.text((x * k, y * k), text, style.fill, font, anchor=_ANCHORS[shape.anchor])


def _dashed(points: list[Point], style: Style, k: int) -> Iterator[tuple[Point, Point]]:
    """The parts of a line that are drawn, each dash from the start of its section."""
    if not style.dash:
        yield from pairwise(points)
        return
    on, off = (length * k for length in style.dash)
    for (x1, y1), (x2, y2) in pairwise(points):
        length = hypot(x2 - x1, y2 - y1)
        at = 0.0
        while at < length:
            end = min(length, at + on)
            yield (
                (x1 + (x2 - x1) * at / length, y1 + (y2 - y1) * at / length),
                (x1 + (x2 - x1) * end / length, y1 + (y2 - y1) * end / length),
            )
            at += on + off


@cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    name = "BeVietnamPro-SemiBold.ttf" if bold else "BeVietnamPro-Regular.ttf"
    return ImageFont.truetype(fontpkg_be_vietnam_pro.ROOT / "files" / name, size)
