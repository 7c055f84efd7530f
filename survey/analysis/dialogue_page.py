"""What the public reads of a dialogue: its questions once it is concluded, and what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from reports.dialogue_record import CommitmentLine, QuestionLine
from survey.analysis.dialogue_record import commitment_line, question_lines
from survey.analysis.dialogues import questions_of
from survey.models import Dialogue
from survey.operations.commitments import carried_over, promised_in
from survey.operations.periods import noon

MOST_SHOWN = 60
DAYS_SHOWN = 60  # after the meeting


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Questions and promises of a concluded dialogue (none of another), and what earlier ones left open."""

    questions: tuple[QuestionLine, ...]
    promises: tuple[CommitmentLine, ...]
    carried: tuple[CommitmentLine, ...]


def public_page(session: Session, dialogue: Dialogue, today: date) -> PublicPage:
    """Until the dialogue is concluded answers and promises are still being written down, and stay the unit's."""
    concluded = dialogue.state == "concluded"
    return PublicPage(
        question_lines(questions_of(session, dialogue)) if concluded else (),
        tuple(commitment_line(each, today) for each in promised_in(session, dialogue)) if concluded else (),
        tuple(commitment_line(each, today) for each in carried_over(session, dialogue)),
    )


def current_dialogues(session: Session, today: date) -> Sequence[Dialogue]:
    """The dialogues that are announced, under way or of the last two months, the next one first."""
    query = (
        select(Dialogue)
        .join(Dialogue.unit)
        .where(
            Dialogue.state.in_(("announced", "running", "held", "concluded")),
            Dialogue.starts_at >= noon(today - timedelta(DAYS_SHOWN)),
        )
        .options(contains_eager(Dialogue.unit))
        .order_by(Dialogue.starts_at.desc(), Dialogue.id.desc())
        .limit(MOST_SHOWN)
    )
    found = session.scalars(query).all()
    ahead = [each for each in found if each.starts_at.date() >= today]
    return [*reversed(ahead), *(each for each in found if each not in ahead)]
