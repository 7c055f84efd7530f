"""One rank as one line of a list: the joint rank interval and the place of the point figure, on an axis of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from reports.catalogue import gettext
from reports.compilation_figures import Rank, RankLine
from reports.drawing import Chart, Disc, Shape, Stroke, Svg
from reports.figures import Language
from reports.wording import MOST_DECIMALS, count, figure_percent, percent

WIDTH, HEIGHT, MARGIN = 300.0, 26.0, 9.0


def rank_svgs(lines: Sequence[RankLine], language: Language) -> list[Svg | None]:
    """A small chart for each ranked line, all on one axis from rank 1 at the left; None for those without a rank."""
    return [
        rank_chart(line.rank, line.before, language, f"rank-{at}").to_svg() if line.rank else None
        for at, line in enumerate(lines)
    ]


def rank_chart(rank: Rank, before: Rank | None, language: Language, name: str) -> Chart:
    """The interval as a bar, the place as a dot; above it, thin, the interval of the wave before."""

    def x(place: float, of: int) -> float:
        return MARGIN + (place - 1) / max(1, of - 1) * (WIDTH - 2 * MARGIN)

    middle = HEIGHT / 2 + 3
    left, right = x(1, rank.of), x(rank.of, rank.of)
    shapes: list[Shape] = [Stroke(((left, middle), (right, middle)), "chart-track")]
    shapes += [Stroke(((end, middle - 4), (end, middle + 4)), "chart-track") for end in (left, right)]
    if before is not None:
        ends = (x(before.best, before.of), 5.0), (x(before.worst, before.of), 5.0)
        shapes.append(Stroke(ends, "chart-series"))
        shapes.append(Disc(x(before.place, before.of), 5.0, 2.5, "chart-quiet"))
    bar = (x(rank.best, rank.of) - 0.1, middle), (x(rank.worst, rank.of) + 0.1, middle)
    shapes.append(Stroke(bar, "chart-rank"))
    shapes.append(Disc(x(rank.place, rank.of), middle, 5.5, "chart-rank-dot"))
    return Chart(name, WIDTH, HEIGHT, gettext("Rank", language), rank_words(rank, language), tuple(shapes))


def rank_words(rank: Rank, language: Language) -> str:
    """ "hạng 3 đến 9 trong 18"; one number where the interval is one rank."""
    of = count(rank.of, language)
    if rank.best == rank.worst:
        return gettext("rank {place} of {of}", language, place=count(rank.best, language), of=of)
    best, worst = count(rank.best, language), count(rank.worst, language)
    return gettext("rank {best} to {worst} of {of}", language, best=best, worst=worst, of=of)


def rank_percents(lines: Sequence[RankLine], language: Language) -> list[str]:
    """The figure of each line, with as many decimals as tell it from the next one of another rank: ranks go by the
    figures before they are rounded."""
    needed: dict[int, int] = {}
    ranked = [(line.rank.place, line.unit.line.index.estimate.value) for line in lines if line.rank is not None]
    for (place, value), (next_place, next_value) in pairwise(ranked):
        if place != next_place:
            apart = (p for p in range(2, MOST_DECIMALS) if percent(value, "en", p) != percent(next_value, "en", p))
            places = next(apart, MOST_DECIMALS)
            needed |= {each: max(needed.get(each, 2), places) for each in (place, next_place)}
    return [_with_decimals(line, needed, language) for line in lines]


def _with_decimals(line: RankLine, needed: Mapping[int, int], language: Language) -> str:
    figure = line.unit.line.index
    places = needed.get(line.rank.place, 2) if line.rank is not None else 2
    return figure_percent(figure, language) if places == 2 else percent(figure.estimate.value, language, places)
