"""An index over the years, drawn: its value against the target of each year, and below it its rank, best on top."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from reports.catalogue import gettext
from reports.charts import SMALL, WIDE_WIDTH, both_layouts
from reports.drawing import Box, Chart, Disc, Shape, Stroke, Svg, Words, verdict_mark
from reports.figures import Language
from reports.fonts import sans, text_width, wrap
from reports.index_figures import IndexSeries, IndexYear
from reports.index_wording import aim_words, index_value, rank_words, reached_words

VALUE_HEIGHT, RANK_HEIGHT = 135.0, 95.0
LEFT, RIGHT, GAP = 52.0, 10.0, 40.0
LONGEST = 12  # years in one picture
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 28.0


def index_chart(series: IndexSeries, language: Language, width: float = WIDE_WIDTH, name: str = "index") -> Chart:
    """Both panels over the last :data:`LONGEST` years, parted by a dotted line where they do not compare."""
    drawing = _Drawing(series, language, width)
    shapes, bottom = drawing.shapes()
    title = gettext("{index} over the years", language, index=series.name[language])
    words = "; ".join(_words(series, year, language) for year in drawing.years) + "."
    return Chart(name, width, bottom, title, words, tuple(shapes))


def index_svg(series: IndexSeries, language: Language, name: str = "index") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: index_chart(series, language, width, part), name)


def spark_svg(series: IndexSeries, language: Language) -> Svg:
    """The values alone, small enough for a row of a table."""
    years = series.published[-LONGEST:]
    values = [float(year.value) for year in years if year.value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    span = high - low or 1.0
    slot = (SPARK_WIDTH - 12) / max(1, len(years) - 1)

    def at(place: int, year: IndexYear) -> tuple[float, float]:
        return 6 + place * slot, SPARK_HEIGHT - 6 - (float(year.value or 0) - low) / span * (SPARK_HEIGHT - 12)

    shapes: list[Shape] = []
    for (place, one), (_, two) in pairwise(enumerate(years)):
        if one.value is not None and two.value is not None and not two.breaks:
            shapes.append(Stroke((at(place, one), at(place + 1, two)), "chart-series"))
    if years and years[-1].value is not None:
        shapes.append(Disc(*at(len(years) - 1, years[-1]), 3.5, "chart-brand"))
    title = gettext("{index} over the years", language, index=series.name[language])
    words = "; ".join(_words(series, year, language) for year in years) + "."
    return Chart(f"spark-{series.code}", SPARK_WIDTH, SPARK_HEIGHT, title, words, tuple(shapes)).to_svg()


class _Drawing:
    """Lays out the panels: `x` by year, `y` by value or rank."""

    def __init__(self, series: IndexSeries, language: Language, width: float) -> None:
        self.series, self.language, self.width = series, language, width
        self.years = series.years[-LONGEST:]
        self.slot = (width - LEFT - RIGHT) / max(1, len(self.years))
        self.xs = [LEFT + (place + 0.5) * self.slot for place in range(len(self.years))]

    def shapes(self) -> tuple[list[Shape], float]:
        shapes: list[Shape] = []
        y = 14.0
        if any(year.value is not None or (year.aim and year.aim.value is not None) for year in self.years):
            shapes.append(Words(0, y, gettext("Value", self.language), SMALL, "chart-text", bold=True))
            shapes += self.values(y + 14)
            y += 14 + VALUE_HEIGHT + GAP
        if any(year.rank is not None or (year.aim and year.aim.worst_rank is not None) for year in self.years):
            heading = gettext("Rank (first on top)", self.language)
            shapes.append(Words(0, y, heading, SMALL, "chart-text", bold=True))
            shapes += self.ranks(y + 14)
            y += 14 + RANK_HEIGHT + GAP
        y -= 8
        for note in self.notes():
            for line in wrap(note, sans().regular, SMALL, self.width, most_lines=3):
                shapes.append(Words(0, y, line, SMALL, "chart-quiet"))
                y += 16
        return shapes, y

    def values(self, top: float) -> Iterator[Shape]:
        found = [float(year.value) for year in self.years if year.value is not None]
        found += [float(year.aim.value) for year in self.years if year.aim and year.aim.value is not None]
        ticks = _ticks(min(found), max(found))
        low, high = ticks[0], ticks[-1]
        bottom = top + VALUE_HEIGHT

        def y(value: float) -> float:
            return bottom - (value - low) / (high - low) * VALUE_HEIGHT

        decimals = max(0, min(self.series.decimals, -math.floor(math.log10(ticks[1] - ticks[0]))))
        for tick in ticks:
            yield Stroke(((LEFT, y(tick)), (self.width - RIGHT, y(tick))), "chart-grid")
            text = index_value(tick, self.language, decimals)
            yield Words(LEFT - 8, y(tick) + 4, text, SMALL, "chart-quiet", "end")
        for x, year in zip(self.xs, self.years, strict=True):
            if year.aim and year.aim.value is not None:
                at = y(float(year.aim.value))
                yield Stroke(((x - 0.42 * self.slot, at), (x + 0.42 * self.slot, at)), "chart-target")
        heights = [None if year.value is None else y(float(year.value)) for year in self.years]
        yield from self.line(heights, top, bottom, lambda _, year: year.breaks)
        labels = [index_value(year.value, self.language, self.series.decimals) for year in self.years]
        yield from self.marks(heights, labels)
        yield from self.axis(bottom)

    def ranks(self, top: float) -> Iterator[Shape]:
        ranked = [year.ranked for year in self.years if year.ranked]
        ranked += [year.aim.worst_rank for year in self.years if year.aim and year.aim.worst_rank]
        last, bottom = max(*ranked, 2), top + RANK_HEIGHT

        def y(rank: float) -> float:
            return top + (rank - 1) / (last - 1) * RANK_HEIGHT

        for tick in (1, last):
            yield Stroke(((LEFT, y(tick)), (self.width - RIGHT, y(tick))), "chart-grid")
            yield Words(LEFT - 8, y(tick) + 4, str(tick), SMALL, "chart-quiet", "end")
        for x, year in zip(self.xs, self.years, strict=True):
            if year.aim and year.aim.best_rank and year.aim.worst_rank:
                upper, lower = y(year.aim.best_rank), y(year.aim.worst_rank)
                yield Box(x - 0.42 * self.slot, upper, 0.84 * self.slot, max(lower - upper, 1), "chart-own")
                yield Stroke(((x - 0.42 * self.slot, lower), (x + 0.42 * self.slot, lower)), "chart-target")
        heights = [None if year.rank is None else y(year.rank) for year in self.years]
        yield from self.line(heights, top, bottom, _other_field)
        labels = [
            "" if year.rank is None else f"{year.rank}/{year.ranked}" if self.slot > 44 else str(year.rank)
            for year in self.years
        ]
        yield from self.marks(heights, labels)
        yield from self.axis(bottom)

    def line(
        self,
        heights: Sequence[float | None],
        top: float,
        bottom: float,
        breaks: Callable[[IndexYear, IndexYear], bool],
    ) -> Iterator[Shape]:
        """From each published year to the next, parted where they do not compare."""
        known = [(x, year, y) for x, year, y in zip(self.xs, self.years, heights, strict=True) if y is not None]
        for (x1, before, y1), (x2, year, y2) in pairwise(known):
            if breaks(before, year):
                yield Stroke((((x1 + x2) / 2, top), ((x1 + x2) / 2, bottom)), "chart-break")
            else:
                yield Stroke(((x1, y1), (x2, y2)), "chart-series")

    def marks(self, heights: Sequence[float | None], labels: Sequence[str]) -> Iterator[Shape]:
        """A sign at each year by whether its target was reached, and the number above it."""
        for x, year, y, label in zip(self.xs, self.years, heights, labels, strict=True):
            if y is None:
                continue
            if year.reached is None:
                yield Disc(x, y, 5, "chart-brand")
            else:
                yield from verdict_mark(x, y, "met" if year.reached else "not_met", 6)
            half = text_width(label, sans().bold, SMALL) / 2 + 2
            yield Box(x - half, y - 21, 2 * half, 12, "chart-light")
            yield Words(x, y - 11, label, SMALL, "chart-text", "middle", bold=True)

    def axis(self, bottom: float) -> Iterator[Shape]:
        short = self.slot < 34
        for x, year in zip(self.xs, self.years, strict=True):
            text = f"’{year.year % 100:02d}" if short else str(year.year)
            yield Words(x, bottom + 17, text, SMALL, "chart-quiet", "middle")

    def notes(self) -> Iterator[str]:
        if any(year.aim for year in self.years):
            yield gettext(
                "Dashed line: the year's target, with a tick where it was reached and a cross where not", self.language
            )
        if any(year.breaks for year in self.years):
            yield gettext("Dotted line between values: another method, no comparison", self.language)
        ranked = [year for year in self.years if year.rank is not None]
        if any(_other_field(before, year) for before, year in pairwise(ranked)):
            yield gettext("Dotted line between ranks: another number of provinces, no comparison", self.language)


def _other_field(before: IndexYear, year: IndexYear) -> bool:
    return before.ranked != year.ranked


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers around both."""
    span = max(high - low, abs(high) * 0.02, 1e-4)
    step = 10 ** math.floor(math.log10(span))
    step = next(size for size in (step / 2, step, 2 * step, 5 * step) if span / size <= 4)
    first, last = math.floor((low - 0.15 * span) / step), math.ceil((high + 0.3 * span) / step)
    return [place * step for place in range(first, last + 1)]


def _words(series: IndexSeries, year: IndexYear, language: Language) -> str:
    told = [index_value(year.value, language, series.decimals)] if year.value is not None else []
    told += [rank_words(year.rank, year.ranked, language)] if year.rank is not None else []
    told += [aim_words(year.aim, series.decimals, language)] if year.aim else []
    told += [reached_words(year.reached, language)] if year.aim and year.is_published else []
    if year.breaks:
        told.append(gettext("another method than before", language))
    return f"{year.year}: {', '.join(told)}"
