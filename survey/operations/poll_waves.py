"""Waves that are the poll of a dialogue: they are read on the dialogue's pages and stand in no list of surveys."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.models import DialoguePoll, Wave


def of_a_survey(wave_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition that a column names a wave that is no dialogue's poll."""
    return wave_id.not_in(select(DialoguePoll.wave_id))


# Lists of waves, and whatever looks for the latest one, take surveys alone: a poll asks those present at one meeting.
IS_SURVEY = of_a_survey(Wave.id)


def is_poll(session: Session, wave: Wave) -> bool:
    """Whether the wave is the poll of a dialogue."""
    return bool(session.scalar(select(exists().where(DialoguePoll.wave_id == wave.id))))
