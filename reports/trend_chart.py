"""The trend of a percentage over waves or half-months, with intervals, target and visible breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from reports.catalogue import gettext
from reports.charts import SMALL, WIDE_WIDTH, both_layouts, percent_axis, verdict_legend
from reports.drawing import Box, Chart, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Language, TrendPoint
from reports.fonts import sans, text_width, wrap
from reports.wording import count, figure_percent, interval, percent, verdict_word

PLOT_HEIGHT = 170
REWORDED = " *"


def trend_chart(
    points: Sequence[TrendPoint], language: Language, width: float = WIDE_WIDTH, name: str = "trend"
) -> Chart:
    """One dot with its whisker per point, joined where comparable; a dotted line where questions or weights changed."""
    figures = [point.figure for point in points]
    start, ticks = percent_axis(figures)
    top, bottom, left, right = 26.0, 26.0 + PLOT_HEIGHT, 42.0, width - 12

    def y(value: float) -> float:
        return bottom - (value - start) / (1 - start) * PLOT_HEIGHT

    slot = (right - left) / max(1, len(points))
    xs = [left + (k + 0.5) * slot for k in range(len(points))]
    shapes: list[Shape] = []
    for tick in ticks:
        shapes.append(Stroke(((left, y(tick)), (right, y(tick))), "chart-grid"))
        shapes.append(Words(left - 6, y(tick) + 4, percent(tick, language, 0), SMALL, "chart-quiet", "end"))
    for x, point in zip(xs, points, strict=True):
        at = y(float(point.figure.verdict.target))
        shapes.append(Stroke(((x - slot / 2, at), (x + slot / 2, at)), "chart-target"))
    for (x1, before), (x2, after) in pairwise(zip(xs, points, strict=True)):
        if after.breaks_before or not after.weighted_like(before):
            shapes.append(Stroke((((x1 + x2) / 2, top), ((x1 + x2) / 2, bottom)), "chart-break"))
        elif before.figure.estimate.estimate is not None and after.figure.estimate.estimate is not None:
            ends = (x1, y(before.figure.estimate.estimate)), (x2, y(after.figure.estimate.estimate))
            shapes.append(Stroke(ends, "chart-series"))
    for x, point in zip(xs, points, strict=True):
        shapes += _point(x, point, y, bottom, language, slot)
    targets = list(dict.fromkeys(point.figure.verdict.target for point in points))
    lower = bottom + 8
    every = max(1, round(58 / slot + 0.49))
    for k, (x, point) in enumerate(zip(xs, points, strict=True)):
        if (len(points) - 1 - k) % every == 0:
            label = point.label[language] + (REWORDED if point.reworded_before else "")
            lines = wrap(label, sans().regular, SMALL, slot * every - 8, most_lines=3)
            lines.append(f"n = {count(point.figure.people, language)}" if not point.figure.suppressed else "")
            shapes += [
                Words(x, bottom + 17 + 14 * j, line, SMALL, "chart-quiet", "middle") for j, line in enumerate(lines)
            ]
            lower = max(lower, bottom + 17 + 14 * len(lines))
    legend, end = verdict_legend(language, width, lower, targets)
    for note in _remarks(points, language):
        shapes.append(Words(0, end + 12, note, SMALL, "chart-quiet"))
        end += 18
    title = gettext("The satisfaction index over time", language)
    if all(point.figure.level == "item" for point in points):
        title = gettext("Satisfaction over time", language)
    words = "; ".join(_words(point, language) for point in points) + "."
    return Chart(name, width, end, title, words, (*shapes, *legend))


def _remarks(points: Sequence[TrendPoint], language: Language) -> Iterator[str]:
    """What stands under the chart about questions that changed."""
    if any(point.breaks_before for point in points):
        yield gettext("Dotted line: the questions changed, no comparison", language)
    if not _alike(points):
        unweighted = (point for point in points if point.figure.weighting == "unweighted")
        labels = "; ".join(point.label[language] for point in unweighted if point.figure.estimate.estimate is not None)
        yield gettext("Dotted line: weighted on one side only, no comparison", language)
        yield gettext("Unweighted: {waves}", language, waves=labels)
    if any(point.reworded_before for point in points):
        yield gettext("* Some questions are worded otherwise than before, with the same meaning", language)


def _alike(points: Sequence[TrendPoint]) -> bool:
    """Whether the figures of a series are all weighted or all unweighted."""
    return all(one.weighted_like(other) for one, other in pairwise(points))


def _point(
    x: float, point: TrendPoint, y: Callable[[float], float], bottom: float, language: Language, slot: float
) -> Iterator[Shape]:
    estimate, state = point.figure.estimate, point.figure.verdict.state
    if estimate.estimate is None:
        word = gettext("hidden", language) if point.figure.suppressed else gettext("no answers", language)
        yield Words(x, bottom - 8, word, SMALL, "chart-quiet", "middle")
        return
    if estimate.lower is not None and estimate.upper is not None:
        low, high = y(estimate.lower), y(estimate.upper)
        yield Stroke(((x, low), (x, high)), f"chart-whisker-{state}")
        for end in (low, high):
            yield Stroke(((x - 5, end), (x + 5, end)), f"chart-whisker-{state}")
    at = y(estimate.estimate)
    yield from verdict_mark(x, at, state)
    label = figure_percent(point.figure, language)
    if text_width(label, sans().bold, SMALL) < slot:
        highest = y(estimate.upper) if estimate.upper is not None else at - 8
        half = text_width(label, sans().bold, SMALL) / 2 + 2
        yield Box(x - half, highest - 17, 2 * half, 12, "chart-light")
        yield Words(x, highest - 7, label, SMALL, "chart-text", "middle", bold=True)


def _words(point: TrendPoint, language: Language) -> str:
    label, figure = point.label[language], point.figure
    if point.breaks_before:
        label = gettext("{label} (other questions than before)", language, label=label)
    elif point.reworded_before:
        label = gettext("{label} (questions worded otherwise than before)", language, label=label)
    if figure.estimate.estimate is None:
        return f"{label}: {figure_percent(figure, language)}"
    return gettext(
        "{label}: {percent} ({interval}), n = {n}, {verdict}",
        language,
        label=label,
        percent=figure_percent(figure, language),
        interval=interval(figure.estimate, language, figure.verdict.target),
        n=count(figure.people, language),
        verdict=verdict_word(figure.verdict.state, language),
    )


def trend_svg(points: Sequence[TrendPoint], language: Language, name: str = "trend") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: trend_chart(points, language, width, part), name)
