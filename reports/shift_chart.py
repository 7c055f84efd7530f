"""What a remedy was to move, before and after, each with its interval, and below it the same of the other units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reports.catalogue import gettext
from reports.charts import NARROW, NORMAL, SMALL, STRONG, WIDE_WIDTH, both_layouts
from reports.drawing import Chart, Disc, Shape, Stroke, Svg, Words
from reports.figures import Estimate, Judgement, Language
from reports.fonts import sans, text_width, wrap
from reports.wording import count, interval, percent, target_percent

ROW, HEAD, TOP = 36.0, 26.0, 24.0

# Heading (empty below a row of the same), label, estimate, people; whether it is the unit itself, and the newer wave.
_Row = tuple[str, str, Estimate, int, bool, bool]


def shift_chart(judgement: Judgement, language: Language, width: float = WIDE_WIDTH, name: str = "shift") -> Chart:
    """Dots with whiskers on one scale with the dashed target: hollow before, filled after."""
    narrow = width < NARROW
    rows = list(_rows(judgement, language))
    start, ticks = _axis(judgement, rows)
    label_width = width if narrow else 0.34 * width
    left = 12.0 if narrow else label_width + 20
    right = width - 96.0

    def x(value: float) -> float:
        return left + (min(max(value, start), 1.0) - start) / (1 - start) * (right - left)

    shapes: list[Shape] = []
    bands: list[tuple[float, float]] = []
    y = TOP
    for heading, label, estimate, people, own, after in rows:
        if heading:
            shapes.append(Words(0, y + 17, heading, NORMAL, bold=True))
            y += HEAD
        lines = wrap(label, sans().regular, SMALL, label_width - 8, most_lines=1 if narrow else 2)
        if narrow:
            shapes.append(Words(0, y + 12, lines[0], SMALL, "chart-quiet"))
            y += 16
        else:
            first = y + ROW / 2 + 4 - (len(lines) - 1) * 7
            shapes += [Words(0, first + 14 * k, line, SMALL, "chart-quiet") for k, line in enumerate(lines)]
        middle = y + ROW / 2
        shapes.append(Stroke(((left, middle), (right, middle)), "chart-track"))
        if estimate.lower is not None and estimate.upper is not None:
            ends = (x(estimate.lower), x(estimate.upper))
            shapes.append(Stroke(((ends[0], middle), (ends[1], middle)), "chart-whisker-inconclusive"))
            shapes += [Stroke(((end, middle - 5), (end, middle + 5)), "chart-whisker-inconclusive") for end in ends]
        if estimate.estimate is not None:
            radius = 6.5 if own else 4.5
            style = ("chart-brand" if own else "chart-quiet") if after else "chart-dot-inconclusive"
            shapes.append(Disc(x(estimate.estimate), middle, radius, style))
        shapes.append(Words(width, middle + 1, percent(estimate.value, language), STRONG, anchor="end", bold=own))
        shapes.append(Words(width, middle + 14, f"n = {count(people, language)}", SMALL, "chart-quiet", "end"))
        bands.append((y, y + ROW))
        y += ROW
    scale = [(TOP - 4, y)] if not narrow else bands
    target = x(float(judgement.target))
    under: list[Shape] = [Stroke(((x(t), top), (x(t), end)), "chart-grid") for t in ticks for top, end in scale]
    under += [Stroke(((target, top), (target, end)), "chart-target") for top, end in scale]
    text = gettext("Target {target}", language, target=target_percent(judgement.target, language))
    half = text_width(text, sans().bold, 12) / 2 + 3
    under.append(Words(min(max(target, half), width - half), 13, text, 12, "chart-brand", "middle", bold=True))
    under += [Words(x(t), y + 14, percent(t, language, 0), SMALL, "chart-quiet", "middle") for t in ticks]
    legend, bottom = _legend(language, width, y + 30)
    title = gettext("Before and after, with 95% confidence intervals", language)
    return Chart(name, width, bottom, title, _described(rows, language), (*under, *shapes, *legend))


def shift_svg(judgement: Judgement, language: Language, name: str = "shift") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: shift_chart(judgement, language, width, part), name)


def _rows(judgement: Judgement, language: Language) -> Iterator[_Row]:
    before, after = judgement.before.name[language], judgement.after.name[language]
    shift, others = judgement.shift, judgement.others
    yield gettext("This unit", language), before, shift.older, shift.older_people, True, False
    yield "", after, shift.newer, shift.newer_people, True, True
    if others is not None:
        yield gettext("The other units", language), before, others.older, others.older_people, False, False
        yield "", after, others.newer, others.newer_people, False, True


def _axis(judgement: Judgement, rows: Sequence[_Row]) -> tuple[float, list[float]]:
    """From a tenth below everything shown, at least 30 points, to 100 %."""
    lowest = [float(judgement.target)]
    for row in rows:
        lowest += [value for value in (row[2].lower, row[2].estimate) if value is not None]
    start = max(0.0, min(0.7, math.floor(10 * min(lowest) - 0.2) / 10))
    tenths = range(round(start * 10), 11)
    step = 1 if len(tenths) <= 6 else 2
    return start, [k / 10 for k in tenths if (10 - k) % step == 0]


def _legend(language: Language, width: float, top: float) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    x, y = 0.0, top + 14
    for style, text in (
        ("chart-dot-inconclusive", gettext("before", language)),
        ("chart-brand", gettext("after", language)),
        ("", gettext("95% confidence interval", language)),
    ):
        needed = 21 + text_width(text, sans().regular, SMALL)
        if x and x + needed > width:
            x, y = 0.0, y + 19
        if style:
            shapes.append(Disc(x + 7, y - 4, 5.5, style))
        else:
            shapes.append(Stroke(((x, y - 4), (x + 15, y - 4)), "chart-whisker-inconclusive"))
            shapes += [Stroke(((end, y - 8), (end, y)), "chart-whisker-inconclusive") for end in (x, x + 15)]
        shapes.append(Words(x + 21, y, text, SMALL, "chart-quiet"))
        x += needed + 18
    return shapes, y + 8


def _described(rows: Sequence[_Row], language: Language) -> str:
    whose = ""
    told = []
    for heading, label, estimate, people, _own, _after in rows:
        whose = heading or whose
        value, bounds = percent(estimate.value, language), interval(estimate, language)
        told.append(f"{whose}, {label}: {value} ({bounds}), n = {count(people, language)}")
    return "; ".join(told) + "."
