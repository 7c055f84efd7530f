"""The annex tables of a province's report: every unit, every unit by factor, groups by factor, items, quality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import shorten

from reports.blocks import Block, Cell, Grid, Heading, NewPage, Prose, Sign
from reports.catalogue import gettext, gettext_noop
from reports.compilation_figures import CompiledUnit, Weighed
from reports.figures import Figure, Language
from reports.heat_figures import HeatCell
from reports.province_figures import ProvinceReport
from reports.quality_table import quality_rows
from reports.wording import NO_NUMBER, count, figure_percent, interval, percent, verdict_word

MOST_FACTORS = 6  # columns beside the name and the index on a page across
LONGEST_HEAD = 90  # letters; the whole name stands with the groups
KINDS = {
    "province": gettext_noop("Provinces"),
    "department": gettext_noop("Departments and equivalent bodies"),
    "commune": gettext_noop("Communes and wards"),
    "room": gettext_noop("Rooms and units below"),
}

_COUNTED_TWICE = gettext_noop(
    "A room or subordinate office that is surveyed by itself stands in a row of its own and counts within the unit "
    "above it as well, so the columns do not add up to the whole."
)


def annexes(report: ProvinceReport, language: Language) -> Iterator[Block]:
    """Numbered in order, one below the other while the page does not turn; those without rows leave themselves out."""
    number, was_across = 0, None
    for title, across, grids in _tables(report, language):
        if all(not grid.rows for grid in grids):
            continue
        number += 1
        if across != was_across:
            yield NewPage(across)
        was_across = across
        yield Heading(gettext("Annex {number}. {title}", language, number=number, title=title))
        yield from grids
        if number == 1 and any(unit.above for unit in report.compilation.units):
            yield Prose(gettext(_COUNTED_TWICE, language), "note")


def _tables(report: ProvinceReport, language: Language) -> Iterator[tuple[str, bool, list[Grid]]]:
    units = report.compilation.units
    of_units = _unit_grid(units, language, with_dossiers=report.whole.of_citizens)
    yield gettext("Results of all units", language), False, [of_units]
    yield gettext("Results of all units by factor", language), True, list(_factor_grids(report, language))
    yield gettext("Results of groups by factor", language), False, [_group_grid(report, language)]
    yield gettext("Items", language), False, [_item_grid(report.whole.items, language)]
    yield gettext("Quality of the data", language), False, [_quality_grid(report, language)]


def _unit_grid(units: Sequence[CompiledUnit], language: Language, *, with_dossiers: bool) -> Grid:
    head = (
        gettext("Unit", language),
        *([gettext("Dossiers", language)] if with_dossiers else []),
        gettext("People", language),
        gettext("Percent", language),
        gettext("95% interval", language),
        "",
        gettext("Verdict", language),
    )

    def row(unit: CompiledUnit) -> tuple[Cell, ...]:
        line, figure = unit.line, unit.line.index
        return (
            line.place.name[language],
            *([count(line.transactions, language)] if with_dossiers else []),
            NO_NUMBER if figure.suppressed else count(figure.people, language),
            figure_percent(figure, language),
            interval(figure.estimate, language, figure.verdict.target),
            Sign(figure.verdict.state),
            verdict_word(figure.verdict.state, language),
        )

    rows, headings = _by_kind(units, row, len(head), language)
    if not with_dossiers:
        return Grid(head, rows, (61, 13, 25, 33, 6, 25), frozenset({1, 2, 3}), headings)
    return Grid(head, rows, (47, 14, 13, 25, 33, 6, 25), frozenset({1, 2, 3, 4}), headings)


def _factor_grids(report: ProvinceReport, language: Language) -> Iterator[Grid]:
    """The units across their factors, of many factors some at a time."""
    factors = report.compilation.factors
    target = report.compilation.method.target

    def shown(cell: HeatCell) -> str:
        return gettext("hidden", language) if cell.suppressed else percent(cell.estimate.value, language, target=target)

    for start in range(0, len(factors), MOST_FACTORS):
        chosen = slice(start, start + MOST_FACTORS)
        labels = [shorten(label[language], LONGEST_HEAD, placeholder="…") for _, label in factors[chosen]]
        head = (gettext("Unit", language), gettext("Percent", language), *labels)

        def row(unit: CompiledUnit, chosen: slice = chosen) -> tuple[Cell, ...]:
            percentages = (shown(cell) for cell in unit.factors[chosen])
            return (unit.line.place.name[language], figure_percent(unit.line.index, language), *percentages)

        rows, headings = _by_kind(report.compilation.units, row, len(head), language)
        widths = (48, 25, *((176 / len(labels),) * len(labels)))
        yield Grid(head, rows, widths, frozenset(range(1, len(head))), headings)


def _by_kind(
    units: Sequence[CompiledUnit], row: Callable[[CompiledUnit], tuple[Cell, ...]], columns: int, language: Language
) -> tuple[tuple[tuple[Cell, ...], ...], frozenset[int]]:
    """The rows under the names of their kinds, and which rows are such names."""
    rows: list[tuple[Cell, ...]] = []
    headings: set[int] = set()
    for kind, name in KINDS.items():
        own = [unit for unit in units if unit.line.place.kind == kind]
        if own:
            headings.add(len(rows))
            rows.append((gettext(name, language), *[""] * (columns - 1)))
            rows += map(row, own)
    return tuple(rows), frozenset(headings)


def _group_grid(report: ProvinceReport, language: Language) -> Grid:
    """Each group's index, contents and factors, with the other weighting beside."""
    rows: list[tuple[Cell, ...]] = []
    headings: set[int] = set()
    for group in (report.compilation.whole, *report.compilation.groups):
        headings.add(len(rows))
        rows.append((group.name[language], "", "", "", "", ""))
        contents = group.contents if len(group.contents) > 1 else ()
        rows += [_weighed_row(each, language) for each in (group.index, *contents, *group.factors)]
    head = (
        gettext("Figure", language),
        gettext("People", language),
        gettext("Percent", language),
        gettext("95% interval", language),
        gettext("Other weighting", language),
        gettext("Verdict", language),
    )
    return Grid(head, tuple(rows), (46, 15, 19, 34, 18, 30), frozenset({1, 2, 3, 4}), frozenset(headings))


def _weighed_row(each: Weighed, language: Language) -> tuple[Cell, ...]:
    return (*_numbers(each.headline, language), _beside(each, language), _verdict(each.headline, language))


def _beside(each: Weighed, language: Language) -> str:
    return figure_percent(each.beside, language) if each.beside else NO_NUMBER


def _verdict(figure: Figure, language: Language) -> str:
    return verdict_word(figure.verdict.state, language)


def _numbers(figure: Figure, language: Language) -> tuple[str, str, str, str]:
    return (
        figure.label[language],
        NO_NUMBER if figure.suppressed else count(figure.people, language),
        figure_percent(figure, language),
        interval(figure.estimate, language, figure.verdict.target),
    )


def _item_grid(items: Sequence[Figure], language: Language) -> Grid:
    head = (
        gettext("Item", language),
        gettext("People", language),
        gettext("Percent", language),
        gettext("95% interval", language),
        "",
        gettext("Verdict", language),
    )
    rows = tuple((*_numbers(item, language), Sign(item.verdict.state), _verdict(item, language)) for item in items)
    return Grid(head, rows, (58, 15, 18, 34, 6, 31), frozenset({1, 2, 3}))


def _quality_grid(report: ProvinceReport, language: Language) -> Grid:
    rows = tuple((row.label, row.printed) for row in quality_rows(report.whole, language))
    return Grid((gettext("Measure", language), gettext("Value", language)), rows, (120, 42), frozenset({1}))
