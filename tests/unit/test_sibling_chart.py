"""Units of one level on one axis: one's own marked, nobody ranked, hidden ones without a number."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from reports.charts import NARROW_WIDTH, WIDE_WIDTH
from reports.drawing import Box, Stroke, Words
from reports.fonts import sans, text_width
from reports.report_figures import UnitLine
from reports.sibling_chart import NAMED, sibling_chart, sibling_svg
from tests.report_factory import hidden, index_figure, place


def lines(count: int) -> list[UnitLine]:
    found = [UnitLine(place(f"U{at}", f"Xã số {at}"), index_figure()) for at in range(count)]
    found[1] = replace(found[1], index=hidden(found[1].index))
    return found


@pytest.mark.parametrize("width", [NARROW_WIDTH, WIDE_WIDTH])
@pytest.mark.parametrize("count", [3, NAMED + 20])
def test_ones_own_row_is_marked_and_named(count: int, width: float) -> None:
    chart = sibling_chart(lines(count), "U2", "vi", width)
    (band,) = [shape for shape in chart.shapes if isinstance(shape, Box) and shape.style == "chart-own"]
    named = [shape for shape in chart.shapes if isinstance(shape, Words) and shape.text.startswith("Xã số")]
    (own,) = [shape for shape in named if shape.bold]
    assert own.text == "Xã số 2"
    assert band.y < own.y < band.y + band.height
    assert len(named) == (count if count <= NAMED else 1)
    whiskers = [
        s for s in chart.shapes if isinstance(s, Stroke) and "whisker" in s.style and s.points[0][1] < chart.height - 40
    ]
    assert len(whiskers) == count - 1  # the hidden one has none
    for shape in chart.shapes:
        if isinstance(shape, Words):
            extent = text_width(shape.text, sans().bold if shape.bold else sans().regular, shape.size)
            left = shape.x - {"start": 0, "middle": extent / 2, "end": extent}[shape.anchor]
            assert -0.5 <= left <= left + extent <= width + 0.5, shape


def test_the_picture_says_itself_in_words() -> None:
    page = ElementTree.fromstring(f"<both>{sibling_svg(lines(3), 'U2', 'vi')}</both>")  # noqa: S314  our own source
    svg = "{http://www.w3.org/2000/svg}"
    assert [element.text for element in page.iter(f"{svg}title")] == [
        "Các đơn vị cùng cấp, mỗi đơn vị kèm khoảng tin cậy"
    ] * 2
    assert all("%" in (element.text or "") for element in page.iter(f"{svg}desc"))
