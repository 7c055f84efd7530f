"""The charts' geometry, and its accessible SVG."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from reports import charts
from reports.drawing import ANSWERS, INK, Box, Chart, Disc, Stroke, Words
from reports.figures import Figure, Text
from reports.fonts import sans, text_width
from reports.trend_chart import trend_chart, trend_svg
from tests.report_factory import figure, hidden, trend, unanswered, unit_report

SVG = "{http://www.w3.org/2000/svg}"
FACTORS = unit_report().factors


def words(chart: Chart) -> list[str]:
    return [shape.text for shape in chart.shapes if isinstance(shape, Words)]


def strokes(chart: Chart, style: str) -> list[Stroke]:
    return [shape for shape in chart.shapes if isinstance(shape, Stroke) and shape.style == style]


def boxes(chart: Chart, position: int) -> list[Box]:
    return [shape for shape in chart.shapes if isinstance(shape, Box) and shape.style == f"chart-answer-{position}"]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<both>{svg}</both>")  # noqa: S314  our own source


def every_chart(width: float) -> list[Chart]:
    report = unit_report()
    long = replace(FACTORS[0], label=Text("Một tên yếu tố rất dài " * 8))
    mixed = [long, hidden(FACTORS[1]), unanswered(FACTORS[2]), *FACTORS[3:]]
    return [
        charts.factor_chart(mixed, "vi", width),
        charts.item_chart(list(report.weakest_first()), "en", width),
        charts.distribution_chart(mixed, "vi", width),
        trend_chart(report.trend, "vi", width),
        trend_chart([replace(point, figure=hidden(point.figure)) for point in report.trend], "en", width),
    ]


@pytest.mark.parametrize("width", [charts.NARROW_WIDTH, 360, charts.WIDE_WIDTH])
def test_nothing_leaves_the_picture_and_no_text_is_under_eleven_pixels(width: float) -> None:
    for chart in every_chart(width):
        for shape in chart.shapes:
            if isinstance(shape, Words):
                extent = text_width(shape.text, sans().bold if shape.bold else sans().regular, shape.size)
                left = shape.x - {"start": 0, "middle": extent / 2, "end": extent}[shape.anchor]
                assert left >= -0.5, shape
                assert left + extent <= width + 0.5, shape
                assert shape.y <= chart.height
                assert shape.size >= 11 or shape.text == "?"
            elif isinstance(shape, Box):
                assert shape.x >= -0.5
                assert shape.x + shape.width <= width + 0.5


def test_the_dot_stands_at_its_percentage_between_its_bounds_on_the_targets_scale() -> None:
    shown = figure(n=(0, 0, 10, 60, 30), half_width=0.05)  # 90 % ± 5
    chart = charts.factor_chart([shown], "vi")
    target = strokes(chart, "chart-target")[0].points[0][0]
    whisker = strokes(chart, "chart-whisker-met")[0].points
    dot = next(shape for shape in chart.shapes if isinstance(shape, Disc) and shape.style == "chart-dot-met")
    left, right = strokes(chart, "chart-track")[0].points[0][0], strokes(chart, "chart-track")[0].points[1][0]
    start, _ = charts.percent_axis([shown])

    def fraction(x: float) -> float:
        return start + (x - left) / (right - left) * (1 - start)

    assert fraction(target) == pytest.approx(0.80)
    assert next(shape.x for shape in chart.shapes if isinstance(shape, Words) and shape.bold) == pytest.approx(target)
    assert fraction(dot.x) == pytest.approx(0.90)
    assert [fraction(x) for x, _ in whisker] == [pytest.approx(0.85), pytest.approx(0.95)]


def test_every_row_prints_its_percentage_its_people_and_the_labelled_target() -> None:
    texts = words(charts.factor_chart(FACTORS, "vi"))
    assert "Chỉ tiêu 80%" in texts
    for shown in FACTORS:
        percent = f"{float(100 * (shown.estimate.exact or 0)):.2f}%".replace(".", ",")
        assert percent in texts
        assert f"n = {shown.people}" in texts


def test_verdicts_differ_by_shape_and_not_only_by_colour() -> None:
    styles = {"met": "Disc", "not_met": "Diamond", "inconclusive": "Disc"}
    drawn = {
        shape.style.removeprefix("chart-dot-"): type(shape).__name__
        for shape in charts.factor_chart(FACTORS, "vi").shapes
        if shape.style.startswith("chart-dot-")
    }
    assert drawn == styles
    assert "?" in words(charts.factor_chart(FACTORS, "vi"))


def test_charts_beside_each_other_have_one_scale() -> None:
    low = figure(n=(40, 30, 20, 10, 0), half_width=0.06)
    alone, wide = charts.factor_chart([low], "vi"), charts.factor_chart([low], "vi", beside=FACTORS)
    other = charts.factor_chart(FACTORS, "vi", beside=[low])
    (place,) = {shape.points[0][0] for shape in strokes(wide, "chart-target")}
    assert place == strokes(other, "chart-target")[0].points[0][0]
    assert place == strokes(alone, "chart-target")[0].points[0][0]
    assert place != strokes(charts.factor_chart(FACTORS, "vi"), "chart-target")[0].points[0][0]


def test_hidden_rows_say_so_and_show_no_number() -> None:
    chart = charts.factor_chart([hidden(FACTORS[0])], "vi")
    assert not strokes(chart, "chart-track"), "no line through the words"
    assert "không hiển thị: quá ít người trả lời" in words(chart)
    assert not [text for text in words(chart) if "," in text and "%" in text]
    assert "n = 0" not in words(chart)
    assert "chưa có câu trả lời" in words(charts.factor_chart([unanswered(FACTORS[0])], "vi"))


def test_the_axis_holds_every_bound_and_ends_at_a_hundred() -> None:
    start, ticks = charts.percent_axis([figure(n=(40, 30, 20, 10, 0), half_width=0.06)])
    assert start <= 0.04
    assert ticks[-1] == 1.0
    assert charts.percent_axis([figure(n=(0, 0, 0, 50, 50), half_width=0.0)])[0] == 0.7


def counted(n: tuple[int, int, int, int, int]) -> Figure:
    return figure(n=n)


def test_segments_are_as_long_as_their_shares_and_diverge_around_neutral() -> None:
    chart = charts.distribution_chart([counted((10, 20, 20, 40, 10)), counted((0, 0, 0, 50, 50))], "vi")
    first = [boxes(chart, position)[1] for position in range(1, 6) if len(boxes(chart, position)) > 1]
    lengths = [box.width for box in first]
    assert [length / sum(lengths) for length in lengths] == pytest.approx([0.1, 0.2, 0.2, 0.4, 0.1])
    axis = strokes(chart, "chart-break")[0].points[0][0]
    assert first[2].x + first[2].width / 2 == pytest.approx(axis)
    assert boxes(chart, 4)[2].x == pytest.approx(axis)


def test_only_segments_over_eight_percent_carry_a_number() -> None:
    texts = words(charts.distribution_chart([counted((8, 9, 0, 43, 40))], "vi"))
    assert {"9%", "43%", "40%"} <= set(texts)
    assert "8%" not in texts
    assert "0%" not in texts


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_numbers_in_segments_can_be_read() -> None:
    ink = {"chart-light": "#ffffff", "chart-text": INK}
    for ground, style in zip(ANSWERS, charts._ANSWER_TEXT, strict=True):
        dark, light = sorted((luminance(ground), luminance(ink[style])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_trend_joins_what_can_be_compared_and_breaks_where_questions_changed() -> None:
    chart = trend_chart(trend(), "vi")
    assert len(strokes(chart, "chart-break")) == 1
    assert len(strokes(chart, "chart-series")) == 1
    assert "Đường chấm dọc: bộ câu hỏi thay đổi, không so sánh" in words(chart)
    unbroken = [replace(point, breaks_before=False) for point in trend()]
    assert len(strokes(trend_chart(unbroken, "vi"), "chart-series")) == 2
    gap = [unbroken[0], replace(unbroken[1], figure=hidden(unbroken[1].figure)), unbroken[2]]
    assert not strokes(trend_chart(gap, "vi"), "chart-series")


def test_a_weighted_and_an_unweighted_point_are_not_joined() -> None:
    first, *rest = [replace(point, breaks_before=False) for point in trend()]
    weighted = replace(first, figure=replace(first.figure, weighting="weighted"))
    chart = trend_chart([weighted, *rest], "vi")
    assert len(strokes(chart, "chart-break")) == 1
    assert len(strokes(chart, "chart-series")) == 1
    assert "Đường chấm: chỉ một bên có trọng số, không so sánh" in words(chart)
    assert f"Không có trọng số: {'; '.join(point.label['vi'] for point in rest)}" in words(chart)


def test_a_changed_target_is_shown_where_it_holds() -> None:
    first, *rest = trend()
    raised = replace(first, figure=figure(n=(5, 5, 10, 50, 30), target=Fraction(9, 10)))
    chart = trend_chart([raised, *rest], "vi")
    assert len({stroke.points[0][1] for stroke in strokes(chart, "chart-target") if stroke.points[0][1] < 216}) == 2
    assert "Chỉ tiêu 90%, 80%" in words(chart)


@pytest.mark.parametrize(
    "svg",
    [
        charts.factor_svg(FACTORS, "vi"),
        charts.distribution_svg(FACTORS, "en"),
        charts.item_svg(FACTORS, "vi"),
        trend_svg(trend(), "vi"),
    ],
    ids=["factors", "distribution", "items", "trend"],
)
def test_svg_is_an_accessible_image_without_inline_style(svg: str) -> None:
    images = list(parsed(svg))
    assert [image.get("class") for image in images] == ["chart chart--wide", "chart chart--narrow"]
    identities = re.findall(r'id="([^"]+)"', svg)
    assert len(identities) == len(set(identities)) == 4
    for image in images:
        assert image.get("role") == "img"
        title, description = image.find(f"{SVG}title"), image.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert title.text
        assert description.text
        assert title.get("id") == image.get("aria-labelledby")
        assert description.get("id") == image.get("aria-describedby")
    assert not re.search(r"style=|<style|<script|\son\w+=", svg)


def test_labels_of_users_are_text_in_svg() -> None:
    hostile = '<img src=x onerror="alert(1)"> & "Quầy" </desc>'
    svg = charts.factor_svg([figure(label=hostile)], "vi")
    assert "<img" not in svg
    description = parsed(svg).find(f"{SVG}svg/{SVG}desc")
    assert description is not None
    assert description.text is not None
    assert hostile in description.text
    assert svg.__html__() == svg


def test_a_trend_marks_questions_that_only_read_otherwise() -> None:
    points = [replace(point, breaks_before=False, reworded_before=number == 2) for number, point in enumerate(trend())]
    chart = trend_chart(points, "vi")
    assert "* Một số câu hỏi đổi câu chữ so với trước, nội dung không đổi" in words(chart)
    assert "đổi câu chữ" not in " ".join(words(trend_chart([replace(p, reworded_before=False) for p in points], "vi")))
    assert "(câu chữ khác trước)" in chart.description
    assert len(strokes(chart, "chart-series")) == 2  # compared all the same
