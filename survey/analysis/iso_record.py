"""What the record of customer satisfaction of a unit and year tells (ISO 9001:2015, clause 9.1.2)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reports.counter_score_figures import CounterPeriod
from reports.figures import Text
from reports.iso_record import DialogueLine, IsoRecord, RemedyLine, SurveyLine
from survey.analysis import labels
from survey.analysis import remedies as remedy_reading
from survey.analysis.counter_readings import read_scores
from survey.analysis.petition_boards import read_handling
from survey.analysis.published import unit_of_wave
from survey.analysis.summary import unit_report
from survey.models import Dialogue, DialogueQuestion, Remedy, Unit, Wave
from survey.operations.periods import province_day
from survey.operations.poll_waves import IS_SURVEY


def read_iso_record(session: Session, unit: Unit, year: int, today: date) -> IsoRecord:
    """The record of a unit: published surveys, the counter score, opinions, dialogues held and remedies of the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    handled = read_handling(session, Unit.path.startswith(unit.path, autoescape=True), (first, last), today)
    return IsoRecord(
        labels.place(unit),
        year,
        tuple(_surveys(session, unit, first, last)),
        handled.total,
        handled.entered,
        tuple(_dialogues(session, unit, year)),
        tuple(_remedies(session, unit, first, last)),
        read_scores(session, [unit], CounterPeriod(year), today)[0],
    )


def _surveys(session: Session, unit: Unit, first: date, last: date) -> list[SurveyLine]:
    waves = session.scalars(
        select(Wave)
        .where(
            Wave.state == "published",
            IS_SURVEY,
            Wave.respondents == "citizen",
            Wave.period_end.between(first, last),
        )
        .order_by(Wave.period_end, Wave.id)
    )
    return [
        SurveyLine(
            Text(wave.name_vi, wave.name_en),
            wave.period_start,
            wave.period_end,
            unit_report(session, wave, unit, source="sealed", with_history=False, with_scan=False).index,
        )
        for wave in waves
        if unit_of_wave(session, wave, unit.code) is not None
    ]


def _dialogues(session: Session, unit: Unit, year: int) -> list[DialogueLine]:
    held = session.scalars(
        select(Dialogue)
        .where(Dialogue.unit_id == unit.id, Dialogue.year == year, Dialogue.state.in_(("held", "concluded")))
        .order_by(Dialogue.starts_at)
    ).all()
    counted = dict[int, dict[str, int]]()
    for dialogue_id, state, number in session.execute(
        select(DialogueQuestion.dialogue_id, DialogueQuestion.state, func.count())
        .where(DialogueQuestion.dialogue_id.in_([dialogue.id for dialogue in held]))
        .group_by(DialogueQuestion.dialogue_id, DialogueQuestion.state)
    ):
        counted.setdefault(dialogue_id, {})[state] = number
    lines = []
    for dialogue in held:
        states = counted.get(dialogue.id, {})
        asked = sum(number for state, number in states.items() if state != "declined")
        name = Text(dialogue.name_vi, dialogue.name_en)
        lines.append(DialogueLine(name, province_day(dialogue.starts_at), asked, states.get("answered", 0)))
    return lines


def _remedies(session: Session, unit: Unit, first: date, last: date) -> list[RemedyLine]:
    found = session.scalars(
        select(Remedy)
        .where(Remedy.unit_id == unit.id, Remedy.deadline_on.between(first, last))
        .options(joinedload(Remedy.wave), joinedload(Remedy.judgement))
        .order_by(Remedy.deadline_on, Remedy.id)
    ).all()
    figures = remedy_reading.labels(session, found)
    return [
        RemedyLine(
            figures.get(remedy.id, Text(remedy.subject_code)),
            remedy.action,
            remedy.deadline_on,
            remedy.state,
            remedy.judgement.movement if remedy.judgement else None,  # type: ignore[arg-type]  # the CHECK's words
        )
        for remedy in found
    ]
