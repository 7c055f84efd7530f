"""What goes with overall satisfaction: the separate overall question on the factors, from one scan of the rows.

A person counts who answered the overall question and at least one item of every factor; a factor is the mean of the
items answered. Kept per unit of the tree when the rows are read; 200 people at least, else nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import lcm

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.compilation_figures import Driver, Drivers
from reports.figures import Figure
from survey.analysis.instrument import Instrument, read_instrument
from survey.analysis.relative_weights import Moments, weights_of
from survey.analysis.scan import scan
from survey.analysis.view import headline_trust
from survey.models import KeptStatistic, Unit, Wave

MINIMUM_PEOPLE = 200
EXPLAINED, WEIGHT = "driver_explained", "driver:"
LINES_BETWEEN_REPORTS = 10_000


def are_asked(instrument: Instrument) -> bool:
    """Whether the questionnaire asks for overall satisfaction beside at least two factors."""
    return instrument.index is not None and instrument.overall is not None and len(instrument.factors) > 1


def driver_statistics(
    session: Session, wave: Wave, progress: Callable[[int], None] | None = None
) -> list[KeptStatistic]:
    """The relative weights of every unit of the tree with enough people, as rows to keep; one scan of the wave's rows.

    `progress` is told now and then how many were read.
    """
    instrument = read_instrument(session, wave.questionnaire)
    if not are_asked(instrument):
        return []
    assert instrument.overall is not None
    items = list(dict.fromkeys(item.id for factor in instrument.factors for item in factor.items))
    places = [[items.index(item.id) for item in factor.items] for factor in instrument.factors]
    whole = lcm(*range(1, max(map(len, places)) + 1))  # makes every mean a whole number
    size = len(places) + 1
    found: dict[int, Moments] = defaultdict(lambda: Moments(size))
    lines = scan(session, wave, "/", [*items, instrument.overall.id], headline_trust(wave))
    for number, line in enumerate(lines, 1):
        values = person_values(line.choices, places, whole)
        if values is not None:
            found[line.unit_id].add(values)
        if progress is not None and number % LINES_BETWEEN_REPORTS == 0:
            progress(number)
    return [
        row
        for unit_id, moments in _up_the_tree(session, found, size)
        for row in _rows(wave, instrument, unit_id, moments)
    ]


def person_values(choices: Sequence[int | None], places: Sequence[Sequence[int]], whole: int) -> list[int] | None:
    """The factors' means and the overall answer (last in `choices`), times `whole`; None for who left one out."""
    overall = choices[-1]
    if not overall:
        return None
    values = []
    for of_factor in places:
        given = [choice for at in of_factor if (choice := choices[at])]
        if not given:
            return None
        values.append(sum(given) * whole // len(given))
    return [*values, overall * whole]


def _up_the_tree(session: Session, found: dict[int, Moments], size: int) -> list[tuple[int, Moments]]:
    paths = session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(list(found)))).all()
    totals: dict[int, Moments] = defaultdict(lambda: Moments(size))
    for unit_id, path in paths:
        for part in path.strip("/").split("/"):
            totals[int(part)].include(found[unit_id])
    return sorted(totals.items())


def _rows(wave: Wave, instrument: Instrument, unit_id: int, moments: Moments) -> list[KeptStatistic]:
    if moments.people < MINIMUM_PEOPLE:
        return []
    weights = weights_of(moments)
    if weights is None:
        return []
    key = {"wave_id": wave.id, "unit_id": unit_id, "base": moments.people}
    of_factors = zip(instrument.factors, weights.weights, strict=True)
    rows = [KeptStatistic(**key, code=f"{WEIGHT}{factor.id}", value=weight) for factor, weight in of_factors]
    return [KeptStatistic(**key, code=EXPLAINED, value=weights.explained), *rows]


def read_drivers(session: Session, wave: Wave, unit: Unit, figures: Sequence[Figure]) -> Drivers | None:
    """What was kept of the unit, the closest factor first, each with its figure among `figures` (by code); None where
    too few answered or the rows were not read yet."""
    instrument = read_instrument(session, wave.questionnaire)
    kept = {
        row.code: row
        for row in session.scalars(
            select(KeptStatistic).where(
                KeptStatistic.wave_id == wave.id,
                KeptStatistic.unit_id == unit.id,
                KeptStatistic.code.startswith("driver"),
            )
        )
    }
    explained = kept.get(EXPLAINED)
    if explained is None or not explained.value:
        return None
    by_code = {figure.code: figure for figure in figures}
    found = [
        Driver(factor.code, factor.label, (weight.value or 0.0) / explained.value, by_code[factor.code])
        for factor in instrument.factors
        if factor.code in by_code and (weight := kept.get(f"{WEIGHT}{factor.id}")) is not None
    ]
    ordered = sorted(found, key=lambda driver: -driver.importance)
    return Drivers(tuple(ordered), explained.value, explained.base)
