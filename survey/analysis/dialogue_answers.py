"""Questions of dialogues that a unit has to answer, its own dialogue's or another unit's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.models import Dialogue, DialogueQuestion, Unit

PAGE = 40


def to_answer(
    session: Session, within: ColumnElement[bool], *, after: str = "", size: int = PAGE
) -> tuple[Sequence[DialogueQuestion], str | None]:
    """Questions that units in reach still have to answer, the earliest meeting first; those after the one with the code
    `after`, and the code after which the next page begins. Raises ValueError for a code that is none."""
    query = _open(within).options(
        contains_eager(DialogueQuestion.dialogue).joinedload(Dialogue.unit),
        contains_eager(DialogueQuestion.answering_unit),
        joinedload(DialogueQuestion.theme),
    )
    if after:
        last = session.scalar(select(DialogueQuestion).where(DialogueQuestion.code == after))
        if last is None:
            raise ValueError(after)
        query = query.where(tuple_(Dialogue.starts_at, DialogueQuestion.id) > (last.dialogue.starts_at, last.id))
    found = session.scalars(query.order_by(Dialogue.starts_at, DialogueQuestion.id).limit(size + 1)).all()
    return found[:size], found[size - 1].code if len(found) > size else None


def count_to_answer(session: Session, within: ColumnElement[bool]) -> int:
    """How many there are."""
    return session.scalar(_open(within).with_only_columns(func.count())) or 0


def _open(within: ColumnElement[bool]) -> Select[DialogueQuestion]:
    """Taken up and not answered yet; of a concluded dialogue, those whose answer was promised for later."""
    state = DialogueQuestion.state
    return (
        select(DialogueQuestion)
        .join(Unit, Unit.id == DialogueQuestion.answering_unit_id)
        .join(Dialogue, Dialogue.id == DialogueQuestion.dialogue_id)
        .where(
            within,
            DialogueQuestion.same_as_id.is_(None),
            or_(
                state.in_(("accepted", "later")) & Dialogue.state.in_(("announced", "running", "held")),
                (state == "later") & (Dialogue.state == "concluded"),
            ),
        )
    )
