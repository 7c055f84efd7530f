"""Waves with responses for tests of the analysis: the stratified sample, and small ones told by their rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Collector, Question, Unit, Wave
from survey.operations.batches import store_submissions
from survey.operations.responses import Submission
from survey.operations.submission import new_submission_id
from survey.operations.transactions import set_transactions
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave

SAMPLE = Path(__file__).parent / "data" / "stratified_wave.csv"
FACTORS = {"access": 3, "procedures": 4, "officials": 3, "results": 3, "feedback": 3}
NO_OPINION = "x"


def store(
    session: Session,
    collector: Collector,
    rows: Iterable[Mapping[str, int]],
    *,
    received_at: datetime = NOW,
    seconds: int | None = 90,
    flags: tuple[str, ...] = (),
    is_test: bool = False,
) -> None:
    """Store responses given as answers by question code."""
    query = select(Question.code, Question.id).where(Question.questionnaire_id == collector.wave.questionnaire_id)
    ids = {row.code: row.id for row in session.execute(query)}
    moment = int(received_at.timestamp())
    submissions = [
        Submission(
            submission_id=new_submission_id(moment * 1000),
            collector_id=collector.id,
            received_at=moment,
            seconds=seconds,
            language="vi",
            choices={ids[code]: value for code, value in row.items()},
            flags=flags,
            is_test=is_test,
        )
        for row in rows
    ]
    store_submissions(session.connection(), submissions)


def load_stratified_wave(session: Session, *, code: str = "sample", headline_weighting: str = "unweighted") -> Wave:
    """The 2,003 responses of `stratified_wave.csv` in an open wave of twelve units, with their transactions."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = [f"{factor}_{number}" for factor, items in FACTORS.items() for number in range(1, items + 1)]
    columns = [name for name in rows[0] if name.startswith("q")]
    units: dict[str, Unit] = {row["unit"]: None for row in rows}  # type: ignore[misc]
    units = {name: make_unit(session, code=name) for name in units}
    questionnaire = make_questionnaire(session, make_definition(factors=FACTORS))
    wave = make_wave(
        session,
        code=code,
        units=units.values(),
        questionnaire=questionnaire,
        headline_weighting=headline_weighting,
        state="open",
    )
    for name, unit in units.items():
        mine = [row for row in rows if row["unit"] == name]
        set_transactions(session, unit, wave.period_start, wave.period_end, int(mine[0]["transactions"]))
        answers = (
            {
                question: 0 if row[column] == NO_OPINION else int(row[column])
                for column, question in zip(columns, codes, strict=True)
                if row[column]
            }
            for row in mine
        )
        collector = make_collector(session, wave, unit, channel="paper", trust="paper")
        store(session, collector, answers, received_at=datetime(2026, 3, 2, tzinfo=UTC), seconds=None)
    return wave
