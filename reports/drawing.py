"""A small vector drawing with two renderings, SVG for pages and a flowable for PDF, so that both show one geometry.

Coordinates run right and down from the top left corner, in units that are CSS pixels on a page; text stands on its
baseline. What a shape looks like follows from its class alone: SVG carries it as class and as presentation attributes
(no inline style, which a strict content security policy refuses), so that a page's own style sheet may still change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Flowable

from reports.fonts import sans

INK, MUTED, LINE, BRAND = "#16212e", "#5b6875", "#c5ced8", "#0b3d6b"
MET, NOT_MET = "#0b6b3a", "#a6372b"
ANSWERS = ("#a6372b", "#e39a85", "#d5d9de", "#7fb2d9", "#1f5f99")  # from worst to best

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Style:
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()


STYLES: dict[str, Style] = {
    "chart-grid": Style(stroke="#e3e8ed"),
    "chart-track": Style(stroke=LINE),
    "chart-target": Style(stroke=BRAND, width=1.4, dash=(5, 3)),
    "chart-series": Style(stroke=MUTED, width=1.2),
    "chart-break": Style(stroke=MUTED, dash=(1.5, 2.5)),
    "chart-whisker-met": Style(stroke=MET, width=2.2),
    "chart-whisker-not_met": Style(stroke=NOT_MET, width=2.2),
    "chart-whisker-inconclusive": Style(stroke=MUTED, width=2.2),
    "chart-dot-met": Style(fill=MET, stroke="#ffffff", width=1),
    "chart-dot-not_met": Style(fill=NOT_MET, stroke="#ffffff", width=1),
    "chart-dot-inconclusive": Style(fill="#ffffff", stroke=MUTED, width=2),
    "chart-sign": Style(stroke="#ffffff", width=1.8),
    "chart-text": Style(fill=INK),
    "chart-quiet": Style(fill=MUTED),
    "chart-brand": Style(fill=BRAND),
    "chart-light": Style(fill="#ffffff"),
    "chart-own": Style(fill="#e3effa"),
    "chart-rank": Style(stroke="#7fb2d9", width=7),
    "chart-rank-dot": Style(fill=BRAND, stroke="#ffffff", width=1.2),
    "chart-reference": Style(fill="#ffffff", stroke=MUTED, width=1.8),
    "chart-quadrant": Style(fill="#fbf3f1"),
    **{f"chart-answer-{k}": Style(fill=colour, stroke="#ffffff", width=0.8) for k, colour in enumerate(ANSWERS, 1)},
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through `points`."""

    points: tuple[tuple[float, float], ...]
    style: str


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    style: str


@dataclass(frozen=True, slots=True)
class Disc:
    x: float
    y: float
    radius: float
    style: str


@dataclass(frozen=True, slots=True)
class Diamond:
    x: float
    y: float
    radius: float
    style: str

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        x, y, r = self.x, self.y, self.radius
        return ((x, y - r), (x + r, y), (x, y + r), (x - r, y))


@dataclass(frozen=True, slots=True)
class Words:
    x: float
    y: float
    text: str
    size: float
    style: str = "chart-text"
    anchor: Anchor = "start"
    bold: bool = False


Shape: TypeAlias = Stroke | Box | Disc | Diamond | Words


class Svg(str):
    """SVG source whose text is already escaped; templates insert it as it is (`__html__`)."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Chart:
    """Shapes on a canvas of `width` × `height`; `title` and `description` say in words what they show."""

    name: str  # becomes the prefix of the SVG's ids, so it must be unique on a page
    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...]

    def to_svg(self, css_class: str = "") -> Svg:
        """An accessible image: `role="img"`, named by its title and described by its description."""
        classes = f"chart {css_class}".strip()
        identity = escape(self.name)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{escape(classes)}" role="img" '
            f'width="{_short(self.width)}" height="{_short(self.height)}" '
            f'viewBox="0 0 {_short(self.width)} {_short(self.height)}" '
            f'aria-labelledby="{identity}-title" aria-describedby="{identity}-desc">'
            f'<title id="{identity}-title">{escape(self.title)}</title>'
            f'<desc id="{identity}-desc">{escape(self.description)}</desc>'
        )
        return Svg(head + "".join(_svg(shape) for shape in self.shapes) + "</svg>")

    def flowable(self, width: float) -> ChartFlowable:
        """The chart in a PDF, scaled to `width` points."""
        return ChartFlowable(self, width)


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _attributes(name: str) -> str:
    style = STYLES[name]
    text = f'class="{name}" fill="{style.fill or "none"}"'
    if style.stroke:
        text += f' stroke="{style.stroke}" stroke-width="{_short(style.width)}"'
    if style.dash:
        text += f' stroke-dasharray="{" ".join(map(_short, style.dash))}"'
    return text


def _svg(shape: Shape) -> str:
    look = _attributes(shape.style)
    match shape:
        case Stroke(points):
            return f'<polyline {look} points="{_points(points)}"/>'
        case Box(x, y, width, height):
            return f'<rect {look} x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}"/>'
        case Disc(x, y, radius):
            return f'<circle {look} cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius)}"/>'
        case Diamond():
            return f'<polygon {look} points="{_points(shape.corners)}"/>'
        case Words():
            weight = ' font-weight="600"' if shape.bold else ""
            anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
            return (
                f'<text {look} x="{_short(shape.x)}" y="{_short(shape.y)}" font-size="{_short(shape.size)}"'
                f"{weight}{anchor}>{escape(shape.text)}</text>"
            )


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in points)


class ChartFlowable(Flowable):
    """Draws a chart on a PDF page, in Be Vietnam Pro, scaled to a width in points."""

    def __init__(self, chart: Chart, width: float) -> None:
        super().__init__()
        self.chart = chart
        self.scale = width / chart.width
        self.width, self.height = width, chart.height * self.scale

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.scale(self.scale, self.scale)
        canvas.setLineCap(1)
        for shape in self.chart.shapes:
            self._draw(canvas, shape)
        canvas.restoreState()

    def _draw(self, canvas: Canvas, shape: Shape) -> None:
        style, top = STYLES[shape.style], self.chart.height
        canvas.setDash(list(style.dash))
        canvas.setLineWidth(style.width)
        if style.fill:
            canvas.setFillColor(HexColor(style.fill))
        if style.stroke:
            canvas.setStrokeColor(HexColor(style.stroke))
        paint = {"stroke": int(bool(style.stroke)), "fill": int(bool(style.fill))}
        match shape:
            case Stroke(points):
                canvas.drawPath(self._path(canvas, points), **paint)
            case Box(x, y, width, height):
                canvas.rect(x, top - y - height, width, height, **paint)
            case Disc(x, y, radius):
                canvas.circle(x, top - y, radius, **paint)
            case Diamond():
                path = self._path(canvas, shape.corners)
                path.close()
                canvas.drawPath(path, **paint)
            case Words(x, y, text, size):
                canvas.setFont(sans().bold if shape.bold else sans().regular, size)
                draw = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
                draw[shape.anchor](x, top - y, text)

    def _path(self, canvas: Canvas, points: tuple[tuple[float, float], ...]) -> PDFPathObject:
        path = canvas.beginPath()
        path.moveTo(points[0][0], self.chart.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self.chart.height - y)
        return path


def verdict_mark(x: float, y: float, state: str, radius: float = 7) -> Iterator[Shape]:
    """The drawn sign of a verdict: ✓ on a disc, ✕ on a diamond, ? in a ring, so that colour is never alone."""
    r = radius
    if state == "met":
        yield Disc(x, y, r, "chart-dot-met")
        yield Stroke(((x - 0.45 * r, y), (x - 0.1 * r, y + 0.38 * r), (x + 0.48 * r, y - 0.36 * r)), "chart-sign")
    elif state == "not_met":
        d = 0.3 * r
        yield Diamond(x, y, 1.2 * r, "chart-dot-not_met")
        yield Stroke(((x - d, y - d), (x + d, y + d)), "chart-sign")
        yield Stroke(((x - d, y + d), (x + d, y - d)), "chart-sign")
    else:
        yield Disc(x, y, r - 0.5, "chart-dot-inconclusive")
        yield Words(x, y + 0.5 * r, "?", 1.4 * r, "chart-quiet", "middle", bold=True)
