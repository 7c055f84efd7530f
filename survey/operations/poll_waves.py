"""Waves that are the poll of a dialogue: they are read on the dialogue's pages and stand in no list of surveys."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from survey.models import DialoguePoll, Wave

# Lists of waves, and whatever looks for the latest one, take surveys alone: a poll asks those present at one meeting.
IS_SURVEY: ColumnElement[bool] = Wave.id.not_in(select(DialoguePoll.wave_id))


def is_poll(session: Session, wave: Wave) -> bool:
    """Whether the wave is the poll of a dialogue."""
    return bool(session.scalar(select(exists().where(DialoguePoll.wave_id == wave.id))))
