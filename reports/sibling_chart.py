"""Units of one kind side by side: each interval on one axis, in an order that says nothing, one's own unit marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.catalogue import gettext
from reports.charts import NARROW, SMALL, WIDE_WIDTH, both_layouts, description, percent_axis, verdict_legend
from reports.drawing import Box, Chart, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Figure, Language
from reports.fonts import sans, wrap
from reports.report_figures import UnitLine
from reports.wording import figure_percent, percent, target_percent

NAMED = 40  # units up to which each has its name beside it; more stand closer, with one's own alone named
ROW, CLOSE_ROW = 24.0, 7.0
TOP = 24.0


def sibling_chart(
    lines: Sequence[UnitLine], own: str, language: Language, width: float = WIDE_WIDTH, name: str = "siblings"
) -> Chart:
    """Dot and whisker of each line; `own` is the code of the unit whose row is marked."""
    narrow = width < NARROW
    named = len(lines) <= NAMED
    left = 12.0 if narrow else 0.36 * width + 20
    right = width - 74.0
    start, ticks = percent_axis([line.index for line in lines])

    def x(value: float) -> float:
        return left + (max(value, start) - start) / (1 - start) * (right - left)

    rows: list[Shape] = []
    y = TOP
    for line in lines:
        mine = line.place.code == own
        written = named or mine
        above = 18.0 if narrow and written else 0.0
        height = (ROW if written else CLOSE_ROW) + above
        if mine:
            rows.append(Box(0, y, width, height, "chart-own"))
        middle = y + above + (height - above) / 2
        if written:
            label = wrap(line.place.name[language], sans().regular, SMALL, width - 8 if narrow else left - 24)[0]
            rows.append(Words(4, y + 14 if narrow else middle + 4, label, SMALL, bold=mine))
            rows.append(
                Words(width - 4, middle + 4, figure_percent(line.index, language), SMALL, anchor="end", bold=mine)
            )
        rows += _interval(line.index, x, middle, thick=written)
        y += height
    shapes: list[Shape] = []
    for tick in ticks:
        shapes.append(Stroke(((x(tick), TOP - 4), (x(tick), y)), "chart-grid"))
        shapes.append(Words(x(tick), y + 14, percent(tick, language, 0), SMALL, "chart-quiet", "middle"))
    for target in sorted({line.index.verdict.target for line in lines}):
        at = x(float(target))
        shapes.append(Stroke(((at, TOP - 4), (at, y)), "chart-target"))
        text = gettext("Target {target}", language, target=target_percent(target, language))
        shapes.append(Words(at, 13, text, 12, "chart-brand", "middle", bold=True))
    legend, bottom = verdict_legend(language, width, y + 22)
    title = gettext("Units of the same level, each with its interval", language)
    words = description([line.index for line in lines if line.place.code == own], language)
    own_first = [shape for shape in rows if isinstance(shape, Box) and shape.style == "chart-own"]
    rest = [shape for shape in rows if shape not in own_first]
    return Chart(name, width, bottom, title, words, (*own_first, *shapes, *rest, *legend))


def _interval(figure: Figure, x: Callable[[float], float], y: float, *, thick: bool) -> Iterator[Shape]:
    estimate, state = figure.estimate, figure.verdict.state
    if estimate.estimate is None:
        return
    if estimate.lower is not None and estimate.upper is not None:
        yield Stroke(((x(estimate.lower), y), (x(estimate.upper), y)), f"chart-whisker-{state}")
    yield from verdict_mark(x(estimate.estimate), y, state, 7 if thick else 3)


def sibling_svg(lines: Sequence[UnitLine], own: str, language: Language, name: str = "siblings") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: sibling_chart(lines, own, language, width, part), name)
