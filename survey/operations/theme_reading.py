"""Finding the themes of comments: each is read once by the dictionary as it stands; another dictionary begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import yaml
from sqlalchemy import Engine, and_, delete, func, insert, select
from sqlalchemy.orm import Session, selectinload

from survey.analysis.theme_matching import Dictionary
from survey.models import Comment, CommentTheme, Response, TextAnswer, Theme, ThemeReading, ThemeWord
from survey.models.theme import EVERY, NONE
from survey.operations.writing import begin_write

BATCH = 1000  # comments read in one transaction

_STANDARD = Path(__file__).with_name("standard_themes.yaml")


class _Standard(TypedDict, total=False):
    code: str
    vi: str
    en: str
    words: list[str]
    unless_negated: bool


def read_comments(engine: Engine) -> int:
    """Read the comments that were gathered since the last time, in short transactions; returns how many."""
    read = 0
    while done := _read_batch(engine):
        read += done
    return read


def add_standard_themes(session: Session) -> bool:
    """The themes a new installation starts with; False where there are themes already. Does not commit."""
    if session.scalar(select(Theme.id).limit(1)) is not None:
        return False
    for position, standard in enumerate(standard_themes(), 1):
        theme = Theme(
            code=standard["code"],
            name_vi=standard["vi"],
            name_en=standard["en"],
            position=position,
            unless_negated=standard.get("unless_negated", False),
        )
        theme.words = [ThemeWord(word=word) for word in standard["words"]]
        session.add(theme)
    session.flush()
    return True


@cache
def standard_themes() -> tuple[_Standard, ...]:
    return tuple(yaml.safe_load(_STANDARD.read_text(encoding="utf-8")))


def dictionary_of(session: Session) -> Dictionary:
    """The dictionary as it stands."""
    return Dictionary.of(session.scalars(select(Theme).options(selectinload(Theme.words))).all())


def _read_batch(engine: Engine) -> int:
    """Find the themes of the comments that follow those read last; returns how many there were."""
    with Session(engine) as session:  # without a lock: mostly there is nothing to do
        reading = session.get(ThemeReading, 1)
        last = session.scalar(select(func.max(Comment.response_id))) or 0
        current = reading is not None and reading.dictionary == dictionary_of(session).digest
        if current and reading is not None and reading.last_response_id >= last:
            return 0
    with Session(engine) as session:
        begin_write(session)
        add_standard_themes(session)
        dictionary = dictionary_of(session)
        reading = session.get(ThemeReading, 1)
        if reading is None:
            reading = ThemeReading(id=1, dictionary=dictionary.digest, last_response_id=0)
            session.add(reading)
        elif reading.dictionary != dictionary.digest:
            reading.dictionary, reading.last_response_id = dictionary.digest, 0
        found = _texts_after(session, reading.last_response_id)
        if found:
            reading.last_response_id = found[-1].response_id
            session.execute(delete(CommentTheme).where(CommentTheme.comment_id.in_([row.id for row in found])))
            session.execute(insert(CommentTheme), list(_rows(found, dictionary)))
        session.commit()
    return len(found)


def _texts_after(session: Session, response_id: int) -> list[Any]:
    """Comments in the order of their responses; all of a response together, since the mark stands between responses."""
    same = and_(TextAnswer.response_id == Comment.response_id, TextAnswer.question_id == Comment.question_id)
    query = (
        select(Comment.id, Comment.response_id, TextAnswer.text, Response.half_month)
        .join(TextAnswer, same)
        .join(Response, Response.id == Comment.response_id)
        .order_by(Comment.response_id, Comment.question_id)
    )
    found = list(session.execute(query.where(Comment.response_id > response_id).limit(BATCH)))
    if len(found) == BATCH:
        last = found[-1].response_id
        found = [row for row in found if row.response_id != last]
        found += session.execute(query.where(Comment.response_id == last))
    return found


def _rows(found: list[Any], dictionary: Dictionary) -> Iterator[dict[str, int]]:
    for comment_id, _response_id, text, half_month in found:
        for theme in (EVERY, *(sorted(dictionary.themes_of(text)) or (NONE,))):
            yield {"comment_id": comment_id, "theme": theme, "half_month": half_month}
