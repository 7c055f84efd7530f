"""The one-stop counter's score, drawn: the indicators of a period as bars from 0 to 2, and the total over periods."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from reports.catalogue import gettext
from reports.charts import NARROW, SMALL, WIDE_WIDTH, both_layouts
from reports.counter_score_figures import Score, UnitScore
from reports.counter_score_wording import grade_name, indicator_name, period_name, points, short_period, total
from reports.drawing import Box, Chart, Disc, Shape, Stroke, Svg, Words
from reports.figures import Language
from reports.fonts import sans, wrap

ROW, BAR = 26.0, 13.0
HEIGHT, TOP, LEFT = 120.0, 30.0, 34.0
MOST = 2


def indicator_chart(score: Score, language: Language, width: float = WIDE_WIDTH, name: str = "indicators") -> Chart:
    """A bar for each indicator; one that was left out has a dotted line instead, and says so."""
    narrow = width < NARROW
    left = 6.0 if narrow else 0.46 * width
    right = width - 70.0
    missing = gettext("left out", language)
    shapes: list[Shape] = []
    told = []
    y = 4.0
    for each in score.indicators:
        label = f"{each.number}. {indicator_name(each.number, language)}"
        above = 18.0 if narrow else 0.0
        middle = y + above + ROW / 2
        room = width - 8 if narrow else left - 14
        shapes.append(Words(4, y + 14 if narrow else middle + 4, wrap(label, sans().regular, SMALL, room)[0], SMALL))
        printed = missing if each.points is None else points(each.points, language)
        if each.points is None:
            shapes.append(Stroke(((left, middle), (right, middle)), "chart-break"))
        else:
            shapes.append(Box(left, middle - BAR / 2, right - left, BAR, "chart-own"))
            if each.points:
                filled = (right - left) * float(each.points) / MOST
                shapes.append(Box(left, middle - BAR / 2, filled, BAR, "chart-brand"))
        style = "chart-quiet" if each.points is None else "chart-text"
        shapes.append(Words(width - 4, middle + 4, printed, SMALL, style, "end", bold=each.points is not None))
        told.append(f"{label}: {printed}")
        y += ROW + above
    for at in (0, 1, 2):
        x = left + (right - left) * at / MOST
        shapes.append(Stroke(((x, 2), (x, y)), "chart-grid"))
        shapes.append(Words(x, y + 14, str(at), SMALL, "chart-quiet", "middle"))
    title = gettext("Points by indicator, from 0 to 2", language)
    return Chart(name, width, y + 20, title, "; ".join(told) + ".", tuple(shapes))


def score_trend_chart(
    scores: Sequence[UnitScore], language: Language, width: float = WIDE_WIDTH, name: str = "score-trend"
) -> Chart:
    """The total of each period; where indicators were left out its height is in proportion to the maximum."""
    slot = (width - LEFT - 6) / max(1, len(scores))
    bottom = TOP + HEIGHT
    shapes: list[Shape] = []
    full = scores[0].score.full if scores else 1
    for tick in (0, full // 3, 2 * full // 3, full):
        y = bottom - HEIGHT * tick / full
        shapes.append(Stroke(((LEFT, y), (width - 6, y)), "chart-grid"))
        shapes.append(Words(LEFT - 6, y + 4, str(tick), SMALL, "chart-quiet", "end"))
    marks: list[tuple[float, float] | None] = []
    told = []
    for place, each in enumerate(scores):
        x = LEFT + (place + 0.5) * slot
        shapes.append(Words(x, bottom + 17, short_period(each.period), SMALL, "chart-quiet", "middle"))
        printed = total(each.score, language)
        told.append(f"{period_name(each.period, language)}: {printed}, {grade_name(each.score, language)}")
        if each.score.total is None:
            marks.append(None)
            continue
        y = bottom - HEIGHT * float(each.score.total) / each.score.maximum
        marks.append((x, y))
        shapes.append(Words(x, y - 10, printed, SMALL, anchor="middle", bold=True))
    lines: list[Shape] = [Stroke((one, two), "chart-series") for one, two in pairwise(marks) if one and two]
    dots: list[Shape] = [Disc(*mark, 4.5, "chart-brand") for mark in marks if mark]
    title = gettext("Total over the periods", language)
    return Chart(name, width, bottom + 26, title, "; ".join(told) + ".", (*shapes, *lines, *dots))


def indicator_svg(score: Score, language: Language, name: str = "indicators") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: indicator_chart(score, language, width, part), name)


def score_trend_svg(scores: Sequence[UnitScore], language: Language, name: str = "score-trend") -> Svg:
    """Both layouts for a page."""
    return both_layouts(lambda width, part: score_trend_chart(scores, language, width, part), name)
