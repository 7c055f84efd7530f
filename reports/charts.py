"""The charts of a result: satisfaction as dots with whiskers against the target, and the distribution of answers.

One geometry serves page and PDF. Under `NARROW` units of width labels stand above their row, so that a phone of 360
pixels reads them at full size. A bar from zero never stands for a percentage: it would hide the interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from reports.catalogue import gettext
from reports.drawing import Box, Chart, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Counts, Figure, Language
from reports.fonts import sans, text_width, wrap
from reports.names import scale_word
from reports.wording import (
    NO_NUMBER,
    count,
    figure_percent,
    interval,
    percent,
    target_percent,
    verdict_word,
)

NARROW = 520
WIDE_WIDTH, NARROW_WIDTH = 720, 340
SMALL, NORMAL, STRONG = 11, 12.5, 14.5  # sizes of text
LEADING = 15.5
TOP = 24  # room above the rows, for the target's label
SEGMENT_SHOWN = Fraction(8, 100)  # share from which a segment of the distribution carries its number

_ANSWER_TEXT = ("chart-light", "chart-text", "chart-text", "chart-text", "chart-light")


def factor_chart(
    figures: Sequence[Figure],
    language: Language,
    width: float = WIDE_WIDTH,
    name: str = "factors",
    beside: Sequence[Figure] = (),
) -> Chart:
    """Dot and 95 % whisker per figure on one scale with the dashed target; percent and people at the right. The scale
    holds the figures of charts `beside` it as well."""
    title = gettext("Satisfaction by factor, against the target", language)
    return _DotChart(figures, language, width, name, title, beside).chart()


def item_chart(figures: Sequence[Figure], language: Language, width: float = WIDE_WIDTH, name: str = "items") -> Chart:
    """The same for items, in the order given (from the weakest, by the caller's choice)."""
    return _DotChart(
        figures, language, width, name, gettext("Satisfaction by item, against the target", language)
    ).chart()


def percent_axis(figures: Sequence[Figure]) -> tuple[float, list[float]]:
    """Lower end and ticks of an axis to 100 % that holds every bound and target and spans at least 30 points."""
    lowest = [float(figure.verdict.target) for figure in figures] or [0.8]
    for figure in figures:
        lowest += [v for v in (figure.estimate.lower, figure.estimate.estimate) if v is not None]
    start = max(0.0, min(0.7, math.floor(10 * min(lowest) - 0.2) / 10))
    tenths = range(round(start * 10), 11)
    step = 1 if len(tenths) <= 6 else 2
    return start, [k / 10 for k in tenths if (10 - k) % step == 0]


def description(figures: Sequence[Figure], language: Language) -> str:
    """What a chart of percentages shows, in words: label, percentage, interval, people and verdict of each row."""
    return "; ".join(_described(figure, language) for figure in figures) + "."


def _described(figure: Figure, language: Language) -> str:
    label = figure.label[language]
    if figure.estimate.estimate is None:
        return f"{label}: {_reason(figure, language)}"
    return gettext(
        "{label}: {percent} ({interval}), n = {n}, {verdict}",
        language,
        label=label,
        percent=figure_percent(figure, language),
        interval=interval(figure.estimate, language, figure.verdict.target),
        n=count(figure.people, language),
        verdict=verdict_word(figure.verdict.state, language),
    )


def _reason(figure: Figure, language: Language) -> str:
    if figure.suppressed:
        return gettext("hidden: too few people", language)
    return gettext("no answers yet", language)


class _DotChart:
    """Lays out one row per figure; `x` maps a fraction to the horizontal position."""

    def __init__(
        self,
        figures: Sequence[Figure],
        language: Language,
        width: float,
        name: str,
        title: str,
        beside: Sequence[Figure] = (),
    ) -> None:
        self.figures, self.language, self.width, self.name, self.title = figures, language, width, name, title
        self.narrow = width < NARROW
        self.label_width = width - 4 if self.narrow else 0.36 * width
        self.left = 12.0 if self.narrow else self.label_width + 20
        self.right = width - (84 if self.narrow else 96)
        self.start, self.ticks = percent_axis([*figures, *beside])

    def x(self, value: float) -> float:
        return self.left + (value - self.start) / (1 - self.start) * (self.right - self.left)

    def chart(self) -> Chart:
        rows: list[Shape] = []
        bands: list[tuple[float, float]] = []  # where the scale's lines run: between labels, not through them
        y = float(TOP)
        for figure in self.figures:
            lines = wrap(figure.label[self.language], sans().regular, NORMAL, self.label_width, most_lines=4)
            if self.narrow:
                rows += [Words(0, y + 14 + k * LEADING, line, NORMAL) for k, line in enumerate(lines)]
                y += len(lines) * LEADING + 6
                height = 38.0
            else:
                height = max(40.0, len(lines) * LEADING + 12)
                first = y + height / 2 + 4.5 - (len(lines) - 1) * LEADING / 2
                rows += [Words(0, first + k * LEADING, line, NORMAL) for k, line in enumerate(lines)]
            rows += self._row(figure, y + height / 2)
            bands.append((y, y + height))
            y += height
        if not self.narrow:
            bands = [(TOP - 4, y)]
        shapes = [*self._scale(bands, y), *rows]
        legend, bottom = verdict_legend(self.language, self.width, y + 30)
        words = description(self.figures, self.language)
        return Chart(self.name, self.width, bottom, self.title, words, (*shapes, *legend))

    def _scale(self, bands: Sequence[tuple[float, float]], bottom: float) -> Iterator[Shape]:
        for tick in self.ticks:
            for top, end in bands:
                yield Stroke(((self.x(tick), top), (self.x(tick), end)), "chart-grid")
            yield Words(self.x(tick), bottom + 14, percent(tick, self.language, 0), SMALL, "chart-quiet", "middle")
        for target in sorted({figure.verdict.target for figure in self.figures}):
            at = self.x(float(target))
            for top, end in bands:
                yield Stroke(((at, top), (at, end)), "chart-target")
            text = gettext("Target {target}", self.language, target=target_percent(target, self.language))
            yield _within(at, 13, text, "chart-brand", 0, self.width)

    def _row(self, figure: Figure, y: float) -> Iterator[Shape]:
        estimate, state = figure.estimate, figure.verdict.state
        if estimate.estimate is None:
            text = _reason(figure, self.language)
            middle = (self.left + self.right) / 2
            half = text_width(text, sans().regular, SMALL) / 2 + 6
            yield Box(middle - half, y - 8, 2 * half, 16, "chart-light")
            yield Words(middle, y + 4, text, SMALL, "chart-quiet", "middle")
            yield Words(self.width, y + 5, NO_NUMBER, STRONG, "chart-quiet", "end")
            return
        yield Stroke(((self.left, y), (self.right, y)), "chart-track")
        if estimate.lower is not None and estimate.upper is not None:
            low, high = self.x(max(self.start, estimate.lower)), self.x(estimate.upper)
            yield Stroke(((low, y), (high, y)), f"chart-whisker-{state}")
            for end in (low, high):
                yield Stroke(((end, y - 5), (end, y + 5)), f"chart-whisker-{state}")
        yield from verdict_mark(self.x(estimate.estimate), y, state)
        yield Words(self.width, y + 1, figure_percent(figure, self.language), STRONG, "chart-text", "end", bold=True)
        yield Words(self.width, y + 14.5, f"n = {count(figure.people, self.language)}", SMALL, "chart-quiet", "end")


def _within(x: float, y: float, text: str, style: str, low: float, high: float) -> Words:
    """Bold small text centred on `x` as far as it stays between `low` and `high`."""
    half = text_width(text, sans().bold, 12) / 2 + 3
    return Words(min(max(x, low + half), high - half), y, text, 12, style, "middle", bold=True)


def verdict_legend(
    language: Language, width: float, top: float, targets: Sequence[Fraction] = ()
) -> tuple[list[Shape], float]:
    """The three verdict signs, the whisker and `targets` with their words, broken into lines; and the lower edge."""
    entries: list[tuple[str, Callable[[float, float], Iterator[Shape]]]] = [
        (verdict_word(state, language), lambda x, y, state=state: verdict_mark(x + 7, y - 4, state, 6))  # type: ignore[misc]  # default
        for state in ("met", "not_met", "inconclusive")
    ]
    entries.append((gettext("95% confidence interval", language), _whisker_sample))
    if targets:
        written = ", ".join(target_percent(target, language) for target in targets)
        entries.append((gettext("Target {target}", language, target=written), _target_sample))
    return _legend(entries, width, top)


def _target_sample(x: float, y: float) -> Iterator[Shape]:
    yield Stroke(((x, y - 4), (x + 15, y - 4)), "chart-target")


def _whisker_sample(x: float, y: float) -> Iterator[Shape]:
    yield Stroke(((x, y - 4), (x + 15, y - 4)), "chart-whisker-inconclusive")
    for end in (x, x + 15):
        yield Stroke(((end, y - 8), (end, y)), "chart-whisker-inconclusive")


def _legend(
    entries: Sequence[tuple[str, Callable[[float, float], Iterator[Shape]]]], width: float, top: float
) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    x, y = 0.0, top + 14
    for text, sample in entries:
        needed = 21 + text_width(text, sans().regular, SMALL)
        if x and x + needed > width:
            x, y = 0.0, y + 19
        shapes += [*sample(x, y), Words(x + 21, y, text, SMALL, "chart-quiet")]
        x += needed + 18
    return shapes, y + 8


def distribution_chart(
    figures: Sequence[Figure], language: Language, width: float = WIDE_WIDTH, name: str = "distribution"
) -> Chart:
    """Answers 1–5 as diverging stacked bars around the middle of "neutral", with numbers in segments over 8 %."""
    narrow = width < NARROW
    label_width = width - 90 if narrow else 0.34 * width
    left, right = (0.0, width) if narrow else (label_width + 20, width - 84)
    shapes, y = _answer_legend(language, width)
    y += 10
    below = max([_below(figure) for figure in figures if _counts(figure).base] or [0.5])
    above = max([1 - _below(figure) for figure in figures if _counts(figure).base] or [0.5])
    unit = (right - left) / (below + above)
    middle, top = left + below * unit, y
    rows: list[Shape] = []
    bands: list[tuple[float, float]] = []
    for figure in figures:
        lines = wrap(figure.label[language], sans().regular, NORMAL, label_width, most_lines=4)
        base = f"n = {count(_counts(figure).base, language)}" if _counts(figure).base else NO_NUMBER
        if narrow:
            rows += [Words(0, y + 14 + k * LEADING, line, NORMAL) for k, line in enumerate(lines)]
            rows.append(Words(width, y + 14, base, SMALL, "chart-quiet", "end"))
            y += len(lines) * LEADING + 4
            height = 32.0
        else:
            height = max(36.0, len(lines) * LEADING + 10)
            first = y + height / 2 + 4.5 - (len(lines) - 1) * LEADING / 2
            rows += [Words(0, first + k * LEADING, line, NORMAL) for k, line in enumerate(lines)]
            rows.append(Words(width, y + height / 2 + 4, base, SMALL, "chart-quiet", "end"))
        rows += _segments(figure, language, middle, unit, y + height / 2)
        bands.append((y, y + height))
        y += height
    axes = [Stroke(((middle, start), (middle, end)), "chart-break") for start, end in (bands if narrow else [(top, y)])]
    title = gettext("Distribution of answers", language)
    words = "; ".join(_distribution_words(figure, language) for figure in figures) + "."
    return Chart(name, width, y + 6, title, words, (*shapes, *rows, *axes))


def _counts(figure: Figure) -> Counts:
    return figure.counts or Counts()


def _below(figure: Figure) -> float:
    n1, n2, n3, *_ = _counts(figure).n
    return (n1 + n2 + n3 / 2) / _counts(figure).base


def _segments(figure: Figure, language: Language, middle: float, unit: float, y: float) -> Iterator[Shape]:
    if not _counts(figure).base:
        text = _reason(figure, language)
        yield Words(middle + 8, y + 4, text, SMALL, "chart-quiet")
        return
    x = middle - _below(figure) * unit
    for position in range(1, 6):
        share = _counts(figure).share(position) or 0
        extent = float(share) * unit
        if extent:
            yield Box(x, y - 11, extent, 22, f"chart-answer-{position}")
        text = percent(share, language, 0)
        if share > SEGMENT_SHOWN and text_width(text, sans().bold, SMALL) + 3 < extent:
            yield Words(x + extent / 2, y + 4, text, SMALL, _ANSWER_TEXT[position - 1], "middle", bold=True)
        x += extent


def _answer_legend(language: Language, width: float) -> tuple[list[Shape], float]:
    def sample(position: int) -> Callable[[float, float], Iterator[Shape]]:
        return lambda x, y: iter((Box(x, y - 11, 15, 13, f"chart-answer-{position}"),))

    entries = [(f"{k}. {scale_word(k, language)}", sample(k)) for k in range(1, 6)]
    return _legend(entries, width, 0)


def _distribution_words(figure: Figure, language: Language) -> str:
    label = figure.label[language]
    if not _counts(figure).base:
        return f"{label}: {_reason(figure, language)}"
    shares = ", ".join(
        f"{scale_word(k, language).lower()} {percent(_counts(figure).share(k), language, 0)}" for k in range(1, 6)
    )
    return f"{label}: {shares}, n = {count(_counts(figure).base, language)}"


def factor_svg(
    figures: Sequence[Figure], language: Language, name: str = "factors", beside: Sequence[Figure] = ()
) -> Svg:
    """Both layouts for a page, `chart--wide` and `chart--narrow`; the style sheet shows the one that fits."""
    return both_layouts(lambda width, part: factor_chart(figures, language, width, part, beside), name)


def item_svg(figures: Sequence[Figure], language: Language, name: str = "items") -> Svg:
    return both_layouts(lambda width, part: item_chart(figures, language, width, part), name)


def distribution_svg(figures: Sequence[Figure], language: Language, name: str = "distribution") -> Svg:
    return both_layouts(lambda width, part: distribution_chart(figures, language, width, part), name)


def both_layouts(draw: Callable[[float, str], Chart], name: str) -> Svg:
    """The chart at both widths, one after the other, with ids of their own."""
    wide = draw(WIDE_WIDTH, f"{name}-wide").to_svg("chart--wide")
    return Svg(wide + draw(NARROW_WIDTH, f"{name}-narrow").to_svg("chart--narrow"))
