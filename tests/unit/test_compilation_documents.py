"""Charts and workbook of a compilation show what the records hold, and nothing that is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import BytesIO
from itertools import combinations

import pytest
from python_calamine import CalamineWorkbook

from reports.charts import NARROW_WIDTH, SMALL, WIDE_WIDTH
from reports.compilation_figures import (
    Compilation,
    CompiledUnit,
    Driver,
    Drivers,
    GroupFigures,
    OwnPoint,
    Rank,
    RankLine,
    RankTable,
    ReferencePoint,
    ReferenceSeries,
    Returns,
    Standing,
    Weighed,
    YearTarget,
    YearTrend,
)
from reports.compilation_workbook import compilation_xlsx
from reports.drawing import Chart, Diamond, Disc, Words
from reports.driver_chart import driver_chart
from reports.figures import Figure, Place, Text, WaveLabel
from reports.fonts import sans, text_width
from reports.heat_figures import HeatCell
from reports.label_places import Area
from reports.rank_chart import rank_svgs, rank_words
from reports.report_figures import Method, UnitLine
from reports.year_chart import year_chart
from survey.analysis.estimation import suppressed
from survey.analysis.statistics import proportion
from survey.analysis.verdict import judge

TARGET = Fraction(4, 5)
WAVE = WaveLabel("W", Text("Đợt 1", "Wave 1"), date(2026, 1, 1), date(2026, 6, 30), "published")


def figure(code: str, satisfied: int, people: int, label: str = "Chỉ số") -> Figure:
    estimate = proportion(satisfied, people)
    verdict = judge(estimate, people, TARGET)
    return Figure(
        code, Text(label), "factor", "top_two", "pool_answers", "unweighted", people, people, None, estimate, verdict
    )


def unit(code: str, index: Figure) -> CompiledUnit:
    place = Place(code, Text(f"Xã {code}"), "commune")
    cell = HeatCell(index.estimate, index.people, index.suppressed)
    returns = (
        None if index.suppressed else Returns(index.people, 400, None, Fraction(index.people, 400), "forms_per_dossier")
    )
    return CompiledUnit(UnitLine(place, index, 400), (cell,), returns)


def compilation() -> tuple[Compilation, RankTable]:
    good, hidden = figure("index", 90, 100), suppressed(figure("index", 3, 4))
    units = (unit("A", good), unit("=B", hidden))
    standing = Standing.of([each.line for each in units])
    whole = GroupFigures(
        "whole", Text("Toàn bộ"), "whole", Weighed(good, figure("index", 85, 100)), (), (Weighed(good),), standing,
        Returns(104, 800, None, Fraction(104, 800), "forms_per_dossier"),
    )  # fmt: skip
    secret = replace(whole, code="g", name=Text("Nhóm"), kind="saved", index=Weighed(hidden, None, False), returns=None)
    method = Method(
        "top_two", "pool_answers", "unweighted", "self_selected", ("open",), TARGET, Text(""), 30, 5, "counter 1.0",
        Text("Phiếu"), Text(""),
    )  # fmt: skip
    label = (("access", Text("Tiếp cận")),)
    found = Compilation(WAVE, method, Place("T", Text("Tỉnh"), "province"), whole, (secret,), label, units)
    lines = (RankLine(units[0], Rank(1, 1, 1, 1), Rank(2, 1, 3, 4), "cannot_tell"), RankLine(units[1], None))
    return found, RankTable(lines, 0.95)


def test_the_workbook_holds_groups_units_and_ranks() -> None:
    document = compilation_xlsx(*compilation(), "vi")
    assert document == compilation_xlsx(*compilation(), "vi"), "the same figures, the same bytes"
    book = CalamineWorkbook.from_filelike(BytesIO(document))
    groups, units, ranks = (book.get_sheet_by_index(at).to_python() for at in range(3))
    assert [row[0] for row in groups[1:]] == ["Toàn bộ", "Toàn bộ", "Nhóm", "Nhóm"]
    assert (groups[1][3], groups[1][8], groups[1][-1]) == (0.9, 0.85, "có")
    assert (groups[3][2], groups[3][3], groups[3][-1]) == ("", "", "không")
    assert [row[0] for row in units[1:]] == ["A", "=B"]
    assert (units[1][2], units[1][11], units[1][12]) == (100, 0.25, 0.9)
    assert set(units[2][2:6]) == {""}, "nothing of a hidden unit"
    assert ranks[1][3:] == [1, 1, 1, 1, 1, 3, "90,00%"]
    assert (set(ranks[2][2:-1]), ranks[2][-1]) == ({""}, "không hiển thị")
    asked, ranking = compilation()
    officials = compilation_xlsx(replace(asked, wave=replace(WAVE, respondents="official")), ranking, "vi")
    units = CalamineWorkbook.from_filelike(BytesIO(officials)).get_sheet_by_index(1).to_python()
    assert (units[1][2], units[1][9], units[1][11], units[1][12]) == (100, "", "", 0.9), "dossiers are citizens'"


def test_standing_counts_hidden_units_as_inconclusive() -> None:
    standing = compilation()[0].whole.standing
    assert (standing.units, standing.met, standing.inconclusive, standing.reached_by_point) == (2, 1, 1, 1)
    assert standing.share(standing.met) == Fraction(1, 2)
    assert Standing.of([]).share(0) is None


def test_ranks_in_words_and_as_bars() -> None:
    lines = compilation()[1].lines
    first, second = rank_svgs(lines, "vi")
    assert first is not None
    assert "hạng 1 trên 1" in first
    assert second is None
    assert rank_words(Rank(4, 3, 9, 1200), "vi") == "hạng 3 đến 9 trên 1.200"
    assert rank_words(Rank(4, 3, 9, 18), "en") == "rank 3 to 9 of 18"


def test_years_are_joined_only_where_they_compare() -> None:
    published = (
        ReferencePoint(2021, Fraction(8716, 10000), None, None, 28372, "2640", ""),
        ReferencePoint(
            2022, Fraction(8008, 10000), Fraction(7, 10), Fraction(9, 10), None, "neu", "", breaks_before=True
        ),
        ReferencePoint(2023, Fraction(8266, 10000), None, None, None, "neu", ""),
    )
    own = (
        OwnPoint("a", Text("Quý I"), 2023, 2023.2, figure("index", 80, 100)),
        OwnPoint("b", Text("Quý II"), 2023, 2023.4, figure("index", 90, 100)),
        OwnPoint("c", Text("Quý III"), 2023, 2023.7, suppressed(figure("index", 3, 4))),
    )
    series = ReferenceSeries("SIPAS", "national", "overall", published)
    trend = YearTrend(own, series, (YearTarget(2023, TARGET, Text("Kế hoạch")),))
    chart = year_chart(trend, "vi")
    assert "2022: 80,08%" in chart.description
    assert "Quý III: không hiển thị" in chart.description
    drawn = chart.to_svg()
    assert drawn.count("chart-series") == 2, "2022–2023, and the two quarters"
    assert drawn.count('class="chart-break"') == 1
    assert drawn.count('class="chart-target"') == 2, "one year, and the legend"
    assert "chart-reference" not in year_chart(replace(trend, reference=None), "vi").to_svg()


def test_importance_against_performance() -> None:
    drivers = Drivers(
        (
            Driver("officials", Text("Công chức"), 0.6, figure("officials", 95, 100)),
            Driver("procedures", Text("Thủ tục"), 0.3, figure("procedures", 60, 100)),
            Driver("access", Text("Tiếp cận"), 0.1, suppressed(figure("access", 3, 4))),
        ),
        0.5,
        300,
    )
    chart = driver_chart(drivers, "vi")
    assert chart.description == "Công chức: 60%, 95,00%; Thủ tục: 30%, 60,00%; Tiếp cận: 10%, không hiển thị."
    drawn = chart.to_svg()
    assert "Thủ tục</text>" in drawn
    assert "Tiếp cận</text>" not in drawn, "what is hidden has no place on the chart"


def covered(chart: Chart, labels: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of a label and of a sign or another label that it lies on."""
    areas = [(f"sign {k}", sign(shape)) for k, shape in enumerate(chart.shapes) if isinstance(shape, Disc | Diamond)]
    for shape in chart.shapes:
        if isinstance(shape, Words) and shape.text in labels and shape.size == SMALL:
            extent = text_width(shape.text, sans().bold if shape.bold else sans().regular, SMALL)
            left = shape.x - {"start": 0, "middle": extent / 2, "end": extent}[shape.anchor]
            areas.append((shape.text, Area(left, shape.y - 9, left + extent, shape.y + 2)))
    return [
        (one, other)
        for (one, area), (other, place) in combinations(areas, 2)
        if area.shared(place) and not (one.startswith("sign") and other.startswith("sign"))
    ]


def sign(shape: Disc | Diamond) -> Area:
    return Area(shape.x - shape.radius, shape.y - shape.radius, shape.x + shape.radius, shape.y + shape.radius)


@pytest.mark.parametrize("width", [NARROW_WIDTH, WIDE_WIDTH])
def test_no_name_of_a_factor_lies_on_a_sign_or_another_name(width: float) -> None:
    names = ("Tiếp cận dịch vụ", "Thủ tục hành chính", "Công chức giải quyết", "Kết quả giải quyết", "Góp ý, kiến nghị")
    satisfied = (80, 76, 84, 79, 78)
    factors = [
        Driver(name, Text(name), 0.18 + k / 100, figure("index", satisfied[k], 100)) for k, name in enumerate(names)
    ]
    chart = driver_chart(Drivers(tuple(factors), 0.6, 7058), "vi", width)
    labels = names if width == WIDE_WIDTH else ("1", "2", "3", "4", "5")
    written = [shape.text for shape in chart.shapes if isinstance(shape, Words)]
    assert set(labels) <= set(written)
    assert set(names) <= set(written), "a number is explained"
    assert covered(chart, labels) == []


@pytest.mark.parametrize("width", [NARROW_WIDTH, WIDE_WIDTH])
def test_no_percentage_of_a_wave_lies_on_a_sign_and_the_newest_is_written(width: float) -> None:
    own = tuple(
        OwnPoint(str(k), Text(f"Quý {k}"), 2026, 2026 + k / 4, figure("index", number, 100))
        for k, number in enumerate((76, 77, 78, 79))
    )
    published = tuple(
        ReferencePoint(year, Fraction(84, 100), Fraction(7, 10), Fraction(9, 10), None, "", "")
        for year in range(2019, 2026)
    )
    trend = YearTrend(
        own, ReferenceSeries("SIPAS", "national", "overall", published), (YearTarget(2026, TARGET, Text("")),)
    )
    chart = year_chart(trend, "vi", width)
    labels = [f"{number},00%" for number in (76, 77, 78, 79)]
    assert "79,00%" in [shape.text for shape in chart.shapes if isinstance(shape, Words)]
    assert covered(chart, labels) == []
