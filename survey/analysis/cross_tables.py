"""Cross-tables: a unit's figures by what people say of themselves, read from what was counted and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.cross_figures import CrossColumn, CrossRow, CrossTable
from reports.figures import NO_ESTIMATE, Text
from reports.heat_figures import HeatCell
from survey.analysis import disclosure
from survey.analysis.cross_counting import EVERYBODY, counts_kept, measured
from survey.analysis.estimation import Estimator, Terms
from survey.analysis.instrument import ChoiceQuestion, Instrument, Item, Pool, read_instrument
from survey.analysis.labels import place, wave_label
from survey.analysis.population import Site
from survey.analysis.tally import Tally
from survey.analysis.view_reading import read_view
from survey.models import CrossRun, CrossTally, Unit, Wave

ALL = Text("Tất cả", "All")


def cross_table(session: Session, wave: Wave, unit: Unit, question: ChoiceQuestion) -> CrossTable | None:
    """A unit's table as it was kept, each group estimated as one sample without N; None where nothing was kept."""
    kept = {
        row.choice: row
        for row in session.scalars(
            select(CrossTally).where(
                CrossTally.wave_id == wave.id, CrossTally.unit_id == unit.id, CrossTally.question_id == question.id
            )
        )
    }
    if EVERYBODY not in kept:
        return None
    instrument = read_instrument(session, wave.questionnaire)
    terms = Terms.of_wave(wave, weighting="unweighted")
    columns = measured(instrument)

    def row_of(choice: int, label: Text) -> CrossRow:
        row = kept[choice]
        hidden = frozenset(row.hidden.split())
        return CrossRow(label, tuple(_cells(terms, instrument, columns, counts_kept(row.counts), hidden)))

    view = read_view(session, wave, unit, terms=terms, only_headline=True)
    run = session.get(CrossRun, wave.id)
    return CrossTable(
        place(unit),
        wave_label(wave),
        view.method,
        question.code,
        question.label,
        tuple(CrossColumn(each.code, each.label, each.level if isinstance(each, Pool) else "item") for each in columns),
        row_of(EVERYBODY, ALL),
        tuple(row_of(value, label) for value, label in question.options if value in kept),
        run.finished_at if run and wave.state == "open" else None,
    )


def _cells(
    terms: Terms,
    instrument: Instrument,
    columns: Iterable[Pool | Item],
    tally: Tally,
    hidden: frozenset[str],
) -> Iterator[HeatCell]:
    estimator = Estimator(terms, instrument, (Site(0, "", "", None, None),), {0: tally}, populations=False)
    for each in columns:
        figure = estimator.pool(each) if isinstance(each, Pool) else estimator.item(each)
        if each.key in hidden or disclosure.is_small(figure.people):
            yield HeatCell(NO_ESTIMATE, 0, suppressed=True)
        else:
            yield HeatCell(figure.estimate, figure.people)
