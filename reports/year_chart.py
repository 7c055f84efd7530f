"""Years side by side: one's own waves with their intervals, a published series and the targets then in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from reports.catalogue import gettext
from reports.charts import SMALL, WIDE_WIDTH, both_layouts, percent_axis, verdict_legend
from reports.compilation_figures import OwnPoint, ReferencePoint, YearTrend
from reports.drawing import Box, Chart, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Language
from reports.fonts import sans, text_width
from reports.label_places import ASCENT, Area, Places
from reports.wording import figure_percent, percent

PLOT_HEIGHT = 230.0
REFERENCE_SIZE = 4.5


def year_chart(trend: YearTrend, language: Language, width: float = WIDE_WIDTH, name: str = "years") -> Chart:
    """Squares for the published figures with the range of provinces, verdict signs for one's own waves, dashed steps
    for the targets, dotted lines where the published method changed."""
    points = trend.reference.points if trend.reference else ()
    years = [*(point.year for point in points), *(point.year for point in trend.own)]
    first, last = min(years), max(years)
    start, ticks = percent_axis([point.figure for point in trend.own])
    lowest = [float(point.minimum or point.value) for point in points]
    if lowest and min(lowest) < start + 0.02:
        start = max(0.0, int(10 * min(lowest) - 0.2) / 10)
        ticks = [k / 10 for k in range(round(10 * start), 11)]
    top, left, right = 24.0, 42.0, width - 12
    bottom = top + PLOT_HEIGHT
    slot = (right - left) / (last - first + 1)

    def x(year: float) -> float:
        return left + (year - first) * slot

    def y(value: float) -> float:
        return bottom - (value - start) / (1 - start) * PLOT_HEIGHT

    shapes: list[Shape] = []
    for tick in ticks:
        shapes.append(Stroke(((left, y(tick)), (right, y(tick))), "chart-grid"))
        shapes.append(Words(left - 6, y(tick) + 4, percent(tick, language, 0), SMALL, "chart-quiet", "end"))
    for target in trend.targets:
        at = y(float(target.value))
        shapes.append(Stroke(((x(target.year), at), (x(target.year + 1), at)), "chart-target"))
    every = max(1, round(40 / slot + 0.49))
    shapes += [
        Words(x(year + 0.5), bottom + 17, str(year), SMALL, "chart-quiet", "middle")
        for year in range(last, first - 1, -every)
    ]
    places = Places(Area(left, top, width, bottom))
    shapes += _published(points, x, y, top, bottom, language, slot)
    shapes += _own(trend.own, x, y, top, bottom)
    for point in points:
        half = text_width(percent(point.value, language), sans().regular, SMALL) / 2
        at, height = x(point.year + 0.5), y(float(point.value))
        places.take(Area(at - half, height - 9 - ASCENT, at + half, height + REFERENCE_SIZE))
    for target in trend.targets:
        places.take(Area(x(target.year), y(float(target.value)) - 1, x(target.year + 1), y(float(target.value)) + 1))
    shapes += _own_labels(trend.own, x, y, places, language)
    targets = list(dict.fromkeys(target.value for target in trend.targets))
    legend, end = verdict_legend(language, width, bottom + 26, targets)
    for note in _notes(trend, language):
        legend.append(Words(0, end + 14, note, SMALL, "chart-quiet"))
        end += 19
    title = gettext("The satisfaction index over the years", language)
    words = "; ".join(_words(trend, language)) + "."
    return Chart(name, width, end + 4, title, words, (*shapes, *legend))


def _published(
    points: Sequence[ReferencePoint],
    x: Callable[[float], float],
    y: Callable[[float], float],
    top: float,
    bottom: float,
    language: Language,
    slot: float,
) -> Iterator[Shape]:
    for before, after in pairwise(points):
        if after.breaks_before:
            yield Stroke(((x(after.year), top), (x(after.year), bottom)), "chart-break")
        elif after.year == before.year + 1:
            ends = (x(before.year + 0.5), y(float(before.value))), (x(after.year + 0.5), y(float(after.value)))
            yield Stroke(ends, "chart-series")
    for point in points:
        at, height = x(point.year + 0.5), y(float(point.value))
        if point.minimum is not None and point.maximum is not None:
            yield Stroke(((at, y(float(point.minimum))), (at, y(float(point.maximum)))), "chart-track")
        size = REFERENCE_SIZE
        yield Box(at - size, height - size, 2 * size, 2 * size, "chart-reference")
        text = percent(point.value, language)
        wide = text_width(text, sans().regular, SMALL)
        if wide < slot:
            yield Box(at - wide / 2 - 1, height - 9 - ASCENT, wide + 2, ASCENT + 1, "chart-light")
            yield Words(at, height - 9, text, SMALL, "chart-quiet", "middle")


def _own(
    points: Sequence[OwnPoint],
    x: Callable[[float], float],
    y: Callable[[float], float],
    top: float,
    bottom: float,
) -> Iterator[Shape]:
    for before, after in pairwise(points):
        old, new = before.figure.estimate.estimate, after.figure.estimate.estimate
        if after.breaks_before:
            middle = (x(before.position) + x(after.position)) / 2
            yield Stroke(((middle, top), (middle, bottom)), "chart-break")
        elif old is not None and new is not None:
            yield Stroke(((x(before.position), y(old)), (x(after.position), y(new))), "chart-series")
    for point in points:
        estimate, at = point.figure.estimate, x(point.position)
        if estimate.lower is not None and estimate.upper is not None:
            ends = (at, y(estimate.lower)), (at, y(estimate.upper))
            yield Stroke(ends, f"chart-whisker-{point.figure.verdict.state}")
        if estimate.estimate is not None:
            yield from verdict_mark(at, y(estimate.estimate), point.figure.verdict.state)


def _own_labels(
    points: Sequence[OwnPoint],
    x: Callable[[float], float],
    y: Callable[[float], float],
    places: Places,
    language: Language,
) -> Iterator[Shape]:
    """The percentages, where they lie on nothing; the newest one is always written."""
    shown = [point for point in points if point.figure.estimate.estimate is not None]
    extents = []
    for point in shown:
        estimate = point.figure.estimate
        bounds = [y(value) for value in (estimate.lower, estimate.estimate, estimate.upper) if value is not None]
        extents.append((min(bounds), max(bounds)))
        places.sign(x(point.position), y(estimate.estimate or 0.0))
        places.take(Area(x(point.position) - 2, min(bounds), x(point.position) + 2, max(bounds)))
    for point, (high, low) in reversed(list(zip(shown, extents, strict=True))):
        at, middle = x(point.position), y(point.figure.estimate.estimate or 0.0)
        label = figure_percent(point.figure, language)
        width = text_width(label, sans().bold, SMALL)
        spot = places.label(at, min(high, middle - 8), max(low, middle + 8), width, only_free=point is not shown[-1])
        if spot is not None:
            yield Words(*spot, label, SMALL, "chart-text", bold=True)


def _notes(trend: YearTrend, language: Language) -> Iterator[str]:
    if trend.reference is None:
        return
    yield gettext("Squares: published figures; grey line: from the lowest to the highest province", language)
    if any(point.breaks_before for point in trend.reference.points):
        yield gettext("Dotted line: the method changed, no comparison", language)


def _words(trend: YearTrend, language: Language) -> Iterator[str]:
    for published in trend.reference.points if trend.reference else ():
        yield f"{published.year}: {percent(published.value, language)}"
    for point in trend.own:
        yield f"{point.label[language]}: {figure_percent(point.figure, language)}"


def year_svg(trend: YearTrend, language: Language, name: str = "years") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: year_chart(trend, language, width, part), name)
