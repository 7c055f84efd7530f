"""Two people take the same step of a dialogue, a promise or a remedy: the second sees what the first did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.models import Commitment, Dialogue, Remedy
from survey.operations import commitments, dialogues, remedies
from survey.operations.commitments import CommitmentError
from survey.operations.dialogues import DialogueError
from survey.operations.errors import OperationError
from survey.operations.remedies import RemedyError
from tests.dialogues import STARTS, make_commitment, make_dialogue
from tests.factories import make_unit, make_wave

TODAY = date(2026, 9, 1)
EMPTY = dialogues.mark_of("")


@pytest.fixture
def things(session: Session) -> dict[type, int]:
    unit = make_unit(session, code="X1")
    announced = make_dialogue(session, unit, state="announced")
    promise = make_commitment(session, make_dialogue(session, unit, state="held", starts_at=STARTS + timedelta(days=1)))
    remedy = Remedy(
        unit=unit, wave=make_wave(session, code="W", units=[unit]), subject="item", subject_code="x", cause="C",
        action="A", owner_unit=unit, deadline_on=TODAY,
    )  # fmt: skip
    session.add(remedy)
    session.commit()
    return {Dialogue: announced.id, Commitment: promise.id, Remedy: remedy.id}


@pytest.mark.parametrize(
    ("kind", "step", "refusal"),
    [
        (Dialogue, lambda session, one: dialogues.start(session, one, STARTS), DialogueError),
        (
            Dialogue,
            lambda session, one: dialogues.write_notes(session, one, f"{id(session)}", seen=EMPTY),
            DialogueError,
        ),
        (Commitment, lambda session, one: commitments.finish(session, one, "Ảnh", today=TODAY), CommitmentError),
        (
            Remedy,
            lambda session, one: remedies.finish_remedy(session, one, "Ảnh", account_id=None, now=STARTS),
            RemedyError,
        ),
    ],
)
def test_the_second_is_refused(
    session: Session,
    engine: Engine,
    things: dict[type, int],
    kind: type,
    step: Callable[[Session, object], None],
    refusal: type[OperationError],
) -> None:
    with Session(engine, expire_on_commit=False) as other:
        stale = other.get_one(kind, things[kind])
        other.commit()
        step(session, session.get_one(kind, things[kind]))
        session.commit()
        with pytest.raises(refusal):
            step(other, stale)
