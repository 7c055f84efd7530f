"""One figure as one line of a list: interval, point and target on an axis that all lines of the list share."""

from __future__ import annotations

from collections.abc import Sequence

from reports.charts import description, percent_axis
from reports.drawing import Chart, Shape, Stroke, Svg, verdict_mark
from reports.figures import Figure, Language
from reports.report_figures import UnitLine

WIDTH, HEIGHT = 300.0, 28.0
MARGIN = 10.0


def line_svgs(lines: Sequence[UnitLine], language: Language) -> list[Svg]:
    """A small chart for each line, in order, all on the same axis, so that intervals can be compared down the list."""
    start, _ = percent_axis([line.index for line in lines])
    return [line_chart(line.index, start, language, f"line-{k}").to_svg() for k, line in enumerate(lines)]


def line_chart(figure: Figure, start: float, language: Language, name: str) -> Chart:
    """From `start` (a fraction) at the left end to 100 % at the right; without an estimate only axis and target."""

    def x(value: float) -> float:
        return MARGIN + (value - start) / (1 - start) * (WIDTH - 2 * MARGIN)

    middle = HEIGHT / 2
    target = x(float(figure.verdict.target))
    shapes: list[Shape] = [
        Stroke(((x(start), middle), (x(1), middle)), "chart-track"),
        Stroke(((target, 1), (target, HEIGHT - 1)), "chart-target"),
    ]
    estimate = figure.estimate
    state = figure.verdict.state
    if estimate.lower is not None and estimate.upper is not None:
        shapes.append(Stroke(((x(estimate.lower), middle), (x(estimate.upper), middle)), f"chart-whisker-{state}"))
    if estimate.estimate is not None:
        shapes += verdict_mark(x(estimate.estimate), middle, state)
    return Chart(name, WIDTH, HEIGHT, figure.label[language], description([figure], language), tuple(shapes))
