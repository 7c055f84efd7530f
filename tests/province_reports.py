"""A believable report of a province for tests of what is printed: units, groups, ranks and years."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from reports.compilation_figures import (
    Compilation,
    CompiledUnit,
    GroupFigures,
    OwnPoint,
    Rank,
    RankLine,
    RankTable,
    Returns,
    Standing,
    Weighed,
    YearTrend,
)
from reports.figures import NO_ESTIMATE, Figure, Place, Text
from reports.heat_figures import HeatCell
from reports.province_figures import FactorItems, GroupRanking, ProvinceReport
from reports.report_figures import UnitLine
from tests import report_factory

PROVINCE = Text("Tỉnh Quảng Ngãi", "Quảng Ngãi Province")


def unit(number: int, name: Text, factors: int, *, hidden: bool = False, kind: str = "commune") -> CompiledUnit:
    """The more the number, the less satisfied."""
    index = report_factory.figure(
        "index", "Chỉ số hài lòng", (number, number, number, 90, 90), level="index", people=60 + number
    )
    place = Place(f"U{number:03}", name, kind)
    cell = HeatCell(index.estimate, index.people)
    empty = HeatCell(NO_ESTIMATE, 0, suppressed=True)
    line = UnitLine(place, report_factory.hidden(index) if hidden else index, 1000 + number)
    returns = Returns(60 + number, 1000 + number, None, Fraction(60 + number, 1000 + number), "forms_per_dossier")
    return CompiledUnit(line, tuple([empty if hidden else cell] * factors), None if hidden else returns)


def province_report(units: int = 30, name: str = "") -> ProvinceReport:
    """`units` communes, the last of them hidden; `name` is what every name says, if given."""
    whole = report_factory.unit_report()

    def named(text: Text) -> Text:
        return Text(name, name) if name else text

    def relabelled(figure: Figure) -> Figure:
        return replace(figure, label=named(figure.label))

    whole = replace(
        whole,
        place=replace(whole.place, name=named(PROVINCE), kind="province", superior=Text("")),
        wave=replace(whole.wave, name=named(whole.wave.name)),
        factors=tuple(map(relabelled, whole.factors)),
        items=tuple(map(relabelled, whole.items)),
    )
    compiled = tuple(
        unit(at, named(Text(f"Xã Số {at}", f"Commune {at}")), len(whole.factors), hidden=at == units)
        for at in range(1, units + 1)
    )
    standing = Standing.of([each.line for each in compiled])
    factors = tuple(Weighed(figure, figure) for figure in whole.factors)
    group = GroupFigures(
        "commune", named(Text("Các xã, phường", "Communes")), "kind", Weighed(whole.index), (), factors, standing, None
    )
    labels = tuple((figure.code, figure.label) for figure in whole.factors)
    compilation = Compilation(
        whole.wave, whole.method, whole.place, replace(group, code="whole"), (group,), labels, compiled, public=True
    )
    lines = tuple(
        RankLine(each, None if at == units else Rank(at, max(1, at - 3), min(units - 1, at + 3), units - 1))
        for at, each in enumerate(compiled, 1)
    )
    items = tuple(
        FactorItems(figure.code, tuple(item.code for item in whole.items if item.code.startswith(figure.code)))
        for figure in whole.factors
    )
    ranking = GroupRanking(group.name, RankTable(lines, 0.999))
    own = tuple(
        OwnPoint(point.code, named(point.label), point.start.year, point.start.year + 0.25, point.figure)
        for point in whole.trend
    )
    return ProvinceReport(whole, compilation, items, (ranking,), YearTrend(own, None))
