"""The table of units × items says of each unit what its own report says, and hides what that hides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures import NO_ESTIMATE, Figure
from reports.heat_figures import HeatCell, HeatTable
from survey.analysis.summary import heat_table, unit_report, wave_overview
from survey.models import Unit, Wave
from survey.operations.collectors import make_collector
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import seal_batch
from tests.factories import NOW, make_unit, make_wave
from tests.sample_waves import load_stratified_wave, store

GOOD = {"access_1": 5, "access_2": 4, "procedures_1": 4, "procedures_2": 5}
SEVERAL = {"access_1": 1, "access_2": 2, "procedures_1": 3, "procedures_2": 4}


def cells_of(figures: Iterable[Figure]) -> tuple[HeatCell, ...]:
    return tuple(HeatCell(figure.estimate, figure.people, figure.suppressed) for figure in figures)


def held_against_reports(session: Session, wave: Wave, table: HeatTable) -> None:
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for row in table.rows:
        report = unit_report(session, wave, units[row.line.place.code])
        assert row.line.index == report.index
        assert row.cells == cells_of(report.items)
        assert row.factors == cells_of(report.factors)
        assert [code for code, _ in table.factors] == [factor.code for factor in report.factors]
        assert [code for code, _ in table.items] == [item.code for item in report.items]


@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
def test_each_cell_is_the_figure_of_the_units_own_report(session: Session, weighting: str) -> None:
    wave = load_stratified_wave(session, headline_weighting=weighting)
    session.commit()
    seal_batch(session, 1200)
    session.commit()
    table = heat_table(session, wave)
    assert (len(table.rows), {len(row.cells) for row in table.rows}) == (12, {16})
    assert sum(cell.people for row in table.rows for cell in row.cells) > 16 * 1500
    held_against_reports(session, wave, table)
    assert [row.line for row in table.rows] == list(wave_overview(session, wave).units)


@pytest.mark.parametrize("kept", [False, True])
def test_cells_are_hidden_where_the_units_report_hides_them(session: Session, kept: bool) -> None:
    province = make_unit(session, code="P", kind="province")
    units = [make_unit(session, code=code, parent=province) for code in "ABCDE"]
    wave = make_wave(session, code="W", units=[province, *units], state="open", trust_levels=("open",))
    rows: dict[str, list[dict[str, int]]] = {
        "A": [GOOD] * 3,  # few people, and with them the next smallest unit
        "B": [SEVERAL] * 20,
        "C": [GOOD] * 60,
        "D": [{**GOOD, "access_1": 0}] * 58 + [GOOD] * 4,  # few with an opinion on one item
        "E": [SEVERAL] * 70,
    }
    for unit in (unit for unit in units if unit.code != "D"):
        way: dict[str, Any] = {"trust": "open", "channel": "qr", "at": NOW}
        store(session, make_collector(session, wave, unit, **way), rows[unit.code])
    paper: dict[str, Any] = {"trust": "paper", "channel": "paper", "at": NOW}
    store(session, make_collector(session, wave, units[-1], **paper), [GOOD] * 2)  # no page shows 72
    store(session, make_collector(session, wave, units[2], **paper), [GOOD] * 9)
    session.commit()
    if kept:
        keep_disclosure(session, wave)
        session.commit()
    late = make_collector(session, wave, units[3], trust="open", channel="qr", at=NOW)
    store(session, late, rows["D"])  # what is small today is hidden, whatever was kept
    session.commit()
    table = heat_table(session, wave, province)
    hidden = {row.line.place.code: [cell.suppressed for cell in row.cells] for row in table.rows}
    assert [code for code, cells in hidden.items() if all(cells)] == ["A", "B"]
    assert hidden["C"] == hidden["E"] == [False] * 4
    assert hidden["D"] == [True, True, False, False]  # the other item of the factor keeps it company
    suppressed = [cell for row in table.rows for cell in row.cells if cell.suppressed]
    assert set(suppressed) == {HeatCell(NO_ESTIMATE, 0, suppressed=True)}
    held_against_reports(session, wave, table)
