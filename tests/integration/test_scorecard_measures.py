"""Each measure of the registry counts what its name says, of one unit and one year, and has a name on the screen."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from reports.scorecard_wording import MEASURES as NAMES
from survey.analysis.scorecard_measures import MEASURES
from survey.models import Dossier, Unit
from tests.dialogues import make_commitment, make_dialogue
from tests.factories import make_unit, make_wave
from tests.petition_cases import make_petition
from tests.remedy_objects import make_remedy

TODAY = date(2026, 8, 3)


def read(session: Session, name: str, unit: Unit, year: int = 2026) -> tuple[int, int]:
    session.flush()
    return MEASURES[name](session, [unit], year, TODAY)[unit.id]


def test_measures_count_what_was_due_and_what_was_done(session: Session) -> None:
    top = make_unit(session, code="T", kind="province")
    unit, other = (make_unit(session, code=code, parent=top) for code in ("X1", "X2"))
    assert {name: read(session, name, unit) for name in MEASURES} == {
        "opinions_on_time": (0, 0),
        "dialogues_held": (0, 2),
        "commitments_kept": (0, 0),
        "remedies_done": (0, 0),
        "dossiers_on_time": (0, 0),
    }
    dialogue = make_dialogue(session, unit, state="held")
    assert read(session, "dialogues_held", unit, dialogue.year) == (1, 2)
    for place, (due, ended) in enumerate(((1, 0), (1, 2), (1, None), (-200, None))):
        commitment = make_commitment(session, dialogue)
        commitment.deadline_on = TODAY - timedelta(days=due)
        if ended is not None:
            commitment.state, commitment.evidence = "done", "Có"
            commitment.ended_on = commitment.deadline_on + timedelta(days=-1 if place == 0 else 1)
    assert read(session, "commitments_kept", unit) == (1, 3)
    wave = make_wave(session, code="W", units=[unit])
    for ended in (0, 5, None):
        remedy = make_remedy(session, wave, unit)
        remedy.deadline_on = TODAY - timedelta(days=10)
        if ended is not None:
            remedy.state, remedy.evidence = "done", "Có"
            remedy.ended_on = remedy.deadline_on + timedelta(days=ended)
    assert read(session, "remedies_done", unit) == (1, 3)
    for number, (returned, due) in enumerate(((0, 0), (-1, 0), (3, 0), (None, 0), (None, 40))):
        day = date(2026, 7, 1) + timedelta(days=due)
        session.add(
            Dossier(
                unit_id=unit.id,
                code=f"H{number}",
                received_on=date(2026, 6, 1),
                due_on=day,
                returned_on=None if returned is None else day + timedelta(days=returned),
                counted_on=day if returned is None else min(day, day + timedelta(days=returned)),
            )
        )
    assert read(session, "dossiers_on_time", unit) == (2, 4)
    assert read(session, "dossiers_on_time", top) == (2, 4)
    petition = make_petition(session, unit, state="in_progress", on=date(2026, 2, 2))
    petition.deadline_on = date(2026, 3, 2)
    assert read(session, "opinions_on_time", unit) == (0, 1)
    assert all(read(session, name, unit, 2024)[0] == 0 for name in MEASURES)
    assert read(session, "commitments_kept", other) == (0, 0)
    assert NAMES.keys() == MEASURES.keys()
