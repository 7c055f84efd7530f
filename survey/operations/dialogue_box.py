"""The question box as the public fills it: a form that is sent twice asks once."""

from __future__ import annotations

import hmac
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Dialogue, DialogueQuestion
from survey.operations.codes import new_code, normalise
from survey.operations.dialogue_questions import MOST_QUESTIONS, QuestionError, ask, box_source
from survey.operations.petition_intake import Drawn
from survey.operations.writing import begin_write


def hand_in(
    session: Session,
    dialogue: Dialogue,
    *,
    group: str,
    text: str,
    form_number: bytes,
    today: date,
    most: int = MOST_QUESTIONS,
) -> DialogueQuestion:
    """The question, or the one that this form handed in before with the same content.

    `form_number` is what the signed form carries. Raises :class:`QuestionError`. Does not commit.
    """
    begin_write(session)
    seed = hmac.digest(form_number, repr((dialogue.id, group, text)).encode(), "sha256")
    if (found := find_question(session, dialogue, new_code(Drawn(seed)))) is not None:
        return found
    source = box_source(dialogue, today)
    if source is None:
        early = dialogue.state == "announced"
        raise QuestionError("not_open", day=dialogue.box_opens_on.isoformat()) if early else QuestionError("closed")
    return ask(session, dialogue, source=source, asker_group=group, text=text, today=today, most=most, rng=Drawn(seed))


def find_question(session: Session, dialogue: Dialogue, code: str) -> DialogueQuestion | None:
    """The question of the dialogue with a code as people type it."""
    query = select(DialogueQuestion).where(DialogueQuestion.dialogue_id == dialogue.id)
    return session.scalar(query.where(DialogueQuestion.code == normalise(code)[:16]))
