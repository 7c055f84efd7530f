"""Comments: gathered once sealed, released to the rated unit late and in company, tagged, hidden with a reason.

Whoever knows when somebody stood at the counter must not recognise what he wrote. A comment therefore reaches the
rated unit at the earliest :data:`DELAY` after it was written and together with at least :data:`COMPANY` in all of the
same unit and wave; when the wave closes, the rest follows, unless fewer than :data:`COMPANY` people answered there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from secrets import randbelow
from typing import ClassVar

from sqlalchemy import Engine, and_, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from forms.ballot import clean_text
from survey.models import (
    Answer,
    Collector,
    Comment,
    CommentMark,
    Question,
    Response,
    ResponseFlag,
    ResponseTally,
    Seal,
    TextAnswer,
    Wave,
)
from survey.models.comment import NEVER
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.folding import folded
from survey.operations.submission import PROVINCE_OFFSET
from survey.operations.writing import begin_write

DELAY = timedelta(days=7)
COMPANY = 5
LONGEST_TAG, MOST_TAGS = 40, 10
LONGEST_REASON = 500
BATCH = 2000  # responses gathered in one transaction

_IDS = 2**53  # a number any reader of JSON keeps exactly
_OVERALL = "overall_satisfaction"


class CommentError(OperationError):
    """What cannot be done with a comment, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "reason_missing": _n("Say why the comment is hidden: others must be able to check it."),
        "reason_long": _n("The reason is longer than %(most)s characters. Please shorten it."),
        "hidden_already": _n("This comment is hidden already."),
        "not_hidden": _n("This comment is not hidden."),
        "tag_long": _n("The tag “%(tag)s” is longer than %(most)s characters. Please shorten it."),
        "tag_missing": _n("Write a tag first."),
        "tags_many": _n("A comment takes at most %(most)s tags. Remove one first."),
    }


def attend_comments(engine: Engine, today: date) -> int:
    """Gather what was sealed since the last time and release the rest of closed waves; returns how many were gathered.

    In short transactions of its own.
    """
    gathered = 0
    while True:
        with Session(engine) as session:
            begin_write(session)
            found = gather_batch(session)
            if not found:
                release_of_closed_waves(session, today)
            session.commit()
        if not found:
            return gathered
        gathered += found


def gather_batch(session: Session) -> int:
    """Make comments of the sealed texts that follow the last one gathered; returns how many. Never of test responses.

    Does not commit.
    """
    after = session.scalar(select(func.max(Comment.response_id))) or 0
    sealed = session.scalar(select(func.max(Seal.last_response_id))) or 0
    answered = (
        select(TextAnswer.response_id)
        .join(Response, Response.id == TextAnswer.response_id)
        .where(TextAnswer.response_id > after, TextAnswer.response_id <= sealed, ~Response.is_test)
        .distinct()
        .order_by(TextAnswer.response_id)
    )
    ids = session.scalars(answered.limit(BATCH)).all()
    if not ids:
        return 0
    overall = aliased(Question)
    rows = session.execute(
        select(
            TextAnswer.response_id,
            TextAnswer.question_id,
            TextAnswer.text,
            Collector.wave_id,
            Collector.unit_id,
            Response.received_at,
            Answer.choice,
        )
        .join(Response, Response.id == TextAnswer.response_id)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Wave, Wave.id == Collector.wave_id)
        .outerjoin(overall, and_(overall.questionnaire_id == Wave.questionnaire_id, overall.code == _OVERALL))
        .outerjoin(Answer, and_(Answer.response_id == Response.id, Answer.question_id == overall.id))
        .where(TextAnswer.response_id.between(ids[0], ids[-1]), ~Response.is_test)
    ).all()
    comments = [
        {
            "id": randbelow(_IDS),
            "response_id": response_id,
            "question_id": question_id,
            "wave_id": wave_id,
            "unit_id": unit_id,
            "month": _month(received_at),
            "satisfaction": choice or None,
            "folded": folded(text),
        }
        for response_id, question_id, text, wave_id, unit_id, received_at, choice in rows
    ]
    session.execute(insert(Comment), comments)
    return len(comments)


def release_comments(session: Session, wave: Wave, today: date) -> int:
    """The day's step of an open wave: release what is old enough where enough of it waits; returns how many.

    Flagged responses neither count nor go along. Does not commit.
    """
    last_day = datetime.combine(today - DELAY, time(), UTC).timestamp() - PROVINCE_OFFSET
    flagged = exists().where(ResponseFlag.response_id == Comment.response_id)
    ripe = (
        select(Comment.id, Comment.unit_id)
        .join(Response, Response.id == Comment.response_id)
        .where(
            Comment.wave_id == wave.id,
            Comment.released_on.is_(None),
            Response.received_at < int(last_day),
            ~flagged,
        )
        .subquery()
    )
    together = select(ripe.c.unit_id).group_by(ripe.c.unit_id).having(func.count() >= COMPANY)
    ids = select(ripe.c.id).where(ripe.c.unit_id.in_(together))
    return len(
        session.scalars(
            update(Comment)
            .where(Comment.id.in_(ids))
            .values(released_on=today)
            .returning(Comment.id)
            .execution_options(synchronize_session=False)
        ).all()
    )


def release_of_closed_waves(session: Session, today: date) -> None:
    """Decide about every comment left of the waves that have closed: shown from today, or never. Does not commit."""
    left = exists().where(Comment.wave_id == Wave.id, Comment.released_on.is_(None))
    for wave_id in session.scalars(select(Wave.id).where(Wave.state.in_(("closed", "published")), left)).all():
        answered = (
            select(Collector.unit_id)
            .join(ResponseTally, ResponseTally.collector_id == Collector.id)
            .where(Collector.wave_id == wave_id, ~ResponseTally.flagged)
            .group_by(Collector.unit_id)
            .having(func.sum(ResponseTally.responses) >= COMPANY)
        )
        waiting = update(Comment).where(Comment.wave_id == wave_id, Comment.released_on.is_(None))
        waiting = waiting.execution_options(synchronize_session=False)
        session.execute(waiting.where(Comment.unit_id.in_(answered)).values(released_on=today))
        session.execute(waiting.values(released_on=NEVER))


def hide_comment(session: Session, comment: Comment, reason: str, at: datetime) -> None:
    """Take a comment out of the rated unit's sight; it stays counted. Raises :class:`CommentError`."""
    reason = " ".join(clean_text(reason, lines=False).split())
    if not reason:
        raise CommentError("reason_missing")
    if len(reason) > LONGEST_REASON:
        raise CommentError("reason_long", most=LONGEST_REASON)
    if comment.hidden_at is not None:
        raise CommentError("hidden_already")
    comment.hidden_at, comment.hidden_reason = at, reason
    session.flush()


def show_comment(session: Session, comment: Comment) -> None:
    """Take back that a comment is hidden. Raises :class:`CommentError`."""
    if comment.hidden_at is None:
        raise CommentError("not_hidden")
    comment.hidden_at, comment.hidden_reason = None, ""
    session.flush()


def tag_comment(session: Session, comment: Comment, tags: Iterable[str]) -> int:
    """Put the tags on a comment that it does not have yet; returns how many are new. Raises :class:`CommentError`."""
    wanted = list(dict.fromkeys(tag for tag in (clean_tag(tag) for tag in tags) if tag))
    if not wanted:
        raise CommentError("tag_missing")
    for tag in wanted:
        if len(tag) > LONGEST_TAG:
            raise CommentError("tag_long", tag=tag, most=LONGEST_TAG)
    present = {folded(mark.tag) for mark in comment.marks}
    new = [tag for tag in wanted if folded(tag) not in present]
    if len(present) + len(new) > MOST_TAGS:
        raise CommentError("tags_many", most=MOST_TAGS)
    comment.marks.extend(CommentMark(tag=tag) for tag in new)
    session.flush()
    return len(new)


def untag_comment(session: Session, comment: Comment, tag: str) -> bool:
    """Take a tag off; False where the comment does not have it."""
    mark = next((mark for mark in comment.marks if mark.tag == tag), None)
    if mark is None:
        return False
    comment.marks.remove(mark)
    session.flush()
    return True


def clean_tag(tag: str) -> str:
    """In NFC, lower case, on one line, without outer blanks and a leading "#"."""
    printable = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", tag))
    return " ".join(printable.split()).removeprefix("#").strip().lower()


def _month(received_at: int) -> int:
    day = datetime.fromtimestamp(received_at + PROVINCE_OFFSET, UTC)
    return day.year * 12 + day.month - 1
