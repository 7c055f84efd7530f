"""Importance against performance: how closely each factor goes with overall satisfaction, and how it scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor

from reports.catalogue import gettext
from reports.charts import SMALL, WIDE_WIDTH, both_layouts, percent_axis, verdict_legend
from reports.compilation_figures import Driver, Drivers
from reports.drawing import Box, Chart, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Language
from reports.fonts import sans, text_width, wrap
from reports.wording import figure_percent, percent

PLOT_HEIGHT = 300.0
LABEL_WIDTH, LEADING = 150.0, 13.0

Area = tuple[float, float, float, float]  # left, top, right, bottom


def driver_chart(drivers: Drivers, language: Language, width: float = WIDE_WIDTH, name: str = "drivers") -> Chart:
    """Right is closer than the others, up is more satisfied; what is close and low stands at the lower right."""
    factors = [driver for driver in drivers.factors if driver.performance.estimate.estimate is not None]
    start, ticks = percent_axis([driver.performance for driver in factors])
    top, left, right = 26.0, 42.0, width - 16
    bottom = top + PLOT_HEIGHT
    average = 1 / len(drivers.factors)
    shares = [*(driver.importance for driver in drivers.factors), average]
    least, most = max(0.0, floor(20 * min(shares) - 0.6) / 20), ceil(20 * max(shares) + 0.6) / 20

    def x(share: float) -> float:
        return left + (share - least) / (most - least) * (right - left)

    def y(value: float) -> float:
        return bottom - (value - start) / (1 - start) * PLOT_HEIGHT

    shapes: list[Shape] = []
    target = float(factors[0].performance.verdict.target) if factors else 0.8
    shapes.append(Box(x(average), y(target), right - x(average), bottom - y(target), "chart-quadrant"))
    for tick in ticks:
        shapes.append(Stroke(((left, y(tick)), (right, y(tick))), "chart-grid"))
        shapes.append(Words(left - 6, y(tick) + 4, percent(tick, language, 0), SMALL, "chart-quiet", "end"))
    step = 1 if most - least <= 0.3 else 2
    shapes += [
        Words(x(k / 20), bottom + 16, percent(k / 20, language, 0), SMALL, "chart-quiet", "middle")
        for k in range(round(20 * least), round(20 * most) + 1, step)
    ]
    shapes.append(Stroke(((left, y(target)), (right, y(target))), "chart-target"))
    shapes.append(Stroke(((x(average), top), (x(average), bottom)), "chart-break"))
    corner = gettext("goes along closely, scores low", language)
    shapes.append(Words(right - 6, bottom - 8, corner, SMALL, "chart-quiet", "end"))
    shapes += _points(factors, language, x, y, right)
    axis = gettext("Share in what goes with overall satisfaction (further right: more)", language)
    shapes.append(Words(right, bottom + 33, axis, SMALL, "chart-quiet", "end"))
    shapes.append(Words(0, 12, gettext("Satisfied (higher up: more)", language), SMALL, "chart-quiet"))
    targets = list(dict.fromkeys(driver.performance.verdict.target for driver in factors))
    legend, end = verdict_legend(language, width, bottom + 38, targets)
    title = gettext("What goes with overall satisfaction, and how it scores", language)
    words = "; ".join(_words(driver, language) for driver in drivers.factors) + "."
    return Chart(name, width, end, title, words, (*shapes, *legend))


def _points(
    factors: Sequence[Driver],
    language: Language,
    x: Callable[[float], float],
    y: Callable[[float], float],
    right: float,
) -> Iterator[Shape]:
    """Each factor's sign with its name: above it, below or beside, wherever no other name stands."""
    taken: list[Area] = []
    for driver in sorted(factors, key=lambda driver: -(driver.performance.estimate.estimate or 0.0)):
        estimate = driver.performance.estimate.estimate
        assert estimate is not None
        at, height = x(driver.importance), y(estimate)
        lines = wrap(driver.label[language], sans().regular, SMALL, LABEL_WIDTH, most_lines=2)
        extent = max(text_width(line, sans().regular, SMALL) for line in lines)
        centred, more = min(at - extent / 2, right - extent), LEADING * (len(lines) - 1)
        beside = (at + 11, height + 4) if at + 11 + extent <= right else (at - 11 - extent, height + 4)
        other = (at - 11 - extent, height + 4)
        levels = (height - 13 - more, height + 20, height - 27 - more, height + 34)
        spots = ((centred, levels[0]), (centred, levels[1]), beside, other, (centred, levels[2]), (centred, levels[3]))
        areas = [(left, base - 11, left + extent, base + more + 3) for left, base in spots]
        free = next((k for k, area in enumerate(areas) if not any(_meet(area, other) for other in taken)), 0)
        left, base = spots[free]
        taken += [areas[free], (at - 8, height - 8, at + 8, height + 8)]
        for k, line in enumerate(lines):
            yield Words(left, base + LEADING * k, line, SMALL)
        yield from verdict_mark(at, height, driver.performance.verdict.state)


def _meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _words(driver: Driver, language: Language) -> str:
    share, figure = percent(driver.importance, language, 0), figure_percent(driver.performance, language)
    return f"{driver.label[language]}: {share}, {figure}"


def driver_svg(drivers: Drivers, language: Language, name: str = "drivers") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: driver_chart(drivers, language, width, part), name)
