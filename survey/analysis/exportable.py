"""What can be exported: the waves whose units a reader reaches, their half-months, and the tables of their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from reports.figure_rows import FigureRow, heat_rows, overview_rows, unit_rows
from reports.figures import Text
from survey.analysis import half_month
from survey.analysis.corrections import wave_corrections
from survey.analysis.summary import heat_table, unit_report, wave_overview
from survey.analysis.tally_statement import Source
from survey.models import Unit, Wave, WaveUnit
from survey.operations.poll_waves import IS_SURVEY

EVER = (0, 10**6)  # before and after every half-month

Rows = Iterator[FigureRow]
Table = Callable[[Session, Wave, Unit | None, Source], Rows]
TABLES: dict[str, Table] = {
    "unit": lambda session, wave, unit, source: _with_corrections(
        session, wave, unit_rows(unit_report(session, wave, unit, source=source, with_scan=False))
    ),
    "overview": lambda session, wave, unit, source: _with_corrections(
        session, wave, overview_rows(wave_overview(session, wave, unit, source=source))
    ),
    "items": lambda session, wave, unit, source: _with_corrections(
        session, wave, heat_rows(heat_table(session, wave, unit, source=source))
    ),
}


def _with_corrections(session: Session, wave: Wave, rows: Rows) -> Rows:
    """The rows, those of units whose published figures were corrected with the last correction."""
    told: dict[Any, FigureRow] = {}
    for each in wave_corrections(session, (wave,)).get(wave.id, ()):
        for unit in each.units:
            last: FigureRow = {
                "corrected_on": each.day,
                "correction_reason": each.reason,
                "version_before": unit.before,
            }
            told.setdefault(unit.code, last)
    for row in rows:
        found = told.get(row["unit"]) if row["part"] != "trend" else None
        yield row if found is None else {**row, **found}


def exportable_waves(session: Session, within: ColumnElement[bool]) -> Sequence[Wave]:
    """Waves that have opened and in which a unit takes part for which `within` holds; the newest period first."""
    taking_part = exists().where(WaveUnit.wave_id == Wave.id, WaveUnit.unit_id == Unit.id, within).correlate(Wave)
    statement = select(Wave).where(Wave.state != "draft", IS_SURVEY, taking_part)
    return session.scalars(statement.order_by(Wave.period_end.desc(), Wave.period_start.desc(), Wave.code)).all()


def half_months(wave: Wave) -> dict[str, tuple[int, Text]]:
    """The half-months of the wave's period in order: by code, the number and what it is called."""
    numbers = range(half_month.number(wave.period_start), half_month.number(wave.period_end) + 1)
    return {half_month.code(number): (number, half_month.label(number)) for number in numbers}


def bounds(wave: Wave, first: str | None, last: str | None) -> tuple[int, int] | None:
    """The numbers of the half-months from one code to another, open where there is none; None without both.

    Raises KeyError for a half-month that is not of the wave's period.
    """
    known = half_months(wave)
    if not first and not last:
        return None
    return known[first][0] if first else EVER[0], known[last][0] if last else EVER[1]
