"""Importance against performance: how closely each factor goes with overall satisfaction, and how it scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil, floor

from reports.catalogue import gettext
from reports.charts import NARROW, SMALL, WIDE_WIDTH, both_layouts, percent_axis, verdict_legend
from reports.compilation_figures import Driver, Drivers
from reports.drawing import Box, Chart, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Language
from reports.fonts import sans, text_width, wrap
from reports.label_places import ASCENT, LEADING, Area, Places
from reports.wording import figure_percent, percent

PLOT_HEIGHT = 300.0
LABEL_WIDTH, KEY_INDENT = 150.0, 18.0


def driver_chart(drivers: Drivers, language: Language, width: float = WIDE_WIDTH, name: str = "drivers") -> Chart:
    """Right is closer than the others, up is more satisfied; what is close and low stands at the lower right. Where
    names have no room the signs carry numbers, explained below."""
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
    places = Places(Area(left, top, width, bottom))
    places.take(Area(right - 6 - text_width(corner, sans().regular, SMALL), bottom - 8 - ASCENT, right, bottom))
    places.take(Area(x(average) - 1, top, x(average) + 1, bottom))
    places.take(Area(left, y(target) - 1, right, y(target) + 1))
    numbers = {driver.code: k for k, driver in enumerate(factors, 1)} if width < NARROW else {}
    shapes += _points(factors, language, x, y, places, numbers)
    low = bottom + 19
    axis = gettext("Share in what goes with overall satisfaction (further right: more)", language)
    for line in wrap(axis, sans().regular, SMALL, width):
        low += 15
        shapes.append(Words(right, low, line, SMALL, "chart-quiet", "end"))
    for driver in factors if numbers else ():
        low += 5
        for k, line in enumerate(wrap(driver.label[language], sans().regular, SMALL, width - KEY_INDENT)):
            low += LEADING + 1
            if not k:
                shapes.append(Words(0, low, f"{numbers[driver.code]}.", SMALL, bold=True))
            shapes.append(Words(KEY_INDENT, low, line, SMALL))
    shapes.append(Words(0, 12, gettext("Satisfied (higher up: more)", language), SMALL, "chart-quiet"))
    targets = list(dict.fromkeys(driver.performance.verdict.target for driver in factors))
    legend, end = verdict_legend(language, width, low + 6, targets)
    title = gettext("What goes with overall satisfaction, and how it scores", language)
    words = "; ".join(_words(driver, language) for driver in drivers.factors) + "."
    return Chart(name, width, end, title, words, (*shapes, *legend))


def _points(
    factors: Sequence[Driver],
    language: Language,
    x: Callable[[float], float],
    y: Callable[[float], float],
    places: Places,
    numbers: Mapping[str, int],
) -> Iterator[Shape]:
    """Each factor's sign with its name, or with its number in the key, where no other sign or name stands."""
    at = {driver.code: (x(driver.importance), y(driver.performance.estimate.estimate or 0.0)) for driver in factors}
    for spot in at.values():
        places.sign(*spot)
    for driver in sorted(factors, key=lambda driver: at[driver.code][1]):
        across, height = at[driver.code]
        label = str(numbers[driver.code]) if numbers else driver.label[language]
        lines = wrap(label, sans().bold if numbers else sans().regular, SMALL, LABEL_WIDTH, most_lines=2)
        extent = max(text_width(line, sans().bold, SMALL) for line in lines)
        left, base = places.label(across, height - 8, height + 8, extent, len(lines)) or (across, height)
        for k, line in enumerate(lines):
            middle = left + extent / 2
            yield Words(middle, base + LEADING * k, line, SMALL, "chart-text", "middle", bold=bool(numbers))
        yield from verdict_mark(across, height, driver.performance.verdict.state)


def _words(driver: Driver, language: Language) -> str:
    share, figure = percent(driver.importance, language, 0), figure_percent(driver.performance, language)
    return f"{driver.label[language]}: {share}, {figure}"


def driver_svg(drivers: Drivers, language: Language, name: str = "drivers") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: driver_chart(drivers, language, width, part), name)
