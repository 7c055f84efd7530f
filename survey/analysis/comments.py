"""Comments as their readers may see them: found by place, wave, tag and words, in pages that follow one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from reports.figures import Text
from survey.analysis import half_month
from survey.models import Comment, CommentMark, CommentTheme, Response, ResponseFlag, Unit, Wave
from survey.operations.folding import folded
from survey.operations.poll_waves import of_a_survey

Satisfaction = Literal["low", "middle", "high"]
LEVELS: dict[Satisfaction, tuple[int, int]] = {"low": (1, 2), "middle": (3, 3), "high": (4, 5)}
FEW_UNITS = 60  # by whose ids comments are looked up; more of them by their place in the tree
COUNTED_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader may see, as conditions on :class:`Unit`: `released` comments of those units; hidden ones too where
    he `moderates`; and all of them at once, with their day, where he reads single responses (`exact`)."""

    released: ColumnElement[bool]
    moderates: ColumnElement[bool]
    exact: ColumnElement[bool]
    in_order: bool  # all he reads is exact: then the newest stand first, else in an order that says nothing


@dataclass(frozen=True, slots=True)
class Filters:
    """`hidden` None: with hidden ones, as far as they may be seen. `satisfaction` is for exact readers alone.

    Without a wave, those of all surveys: what people say of a dialogue is asked for by the wave of its poll.
    """

    wave: Wave | None = None
    unit: Unit | None = None
    tag: str = ""
    words: str = ""
    hidden: bool | None = False
    satisfaction: Satisfaction | None = None
    theme: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    comments: Sequence[Comment]
    after: str | None  # the key of the next page


def visible(reach: Reach, today: date) -> ColumnElement[bool]:
    """The condition that a reader may see a comment; its unit must be joined."""
    if reach.in_order:
        return reach.exact
    flagged = exists().where(ResponseFlag.response_id == Comment.response_id)
    shown = or_(Comment.hidden_at.is_(None), reach.moderates)
    return or_(reach.exact, and_(reach.released, Comment.released_on <= today, shown, ~flagged))


def page(session: Session, reach: Reach, filters: Filters, today: date, after: str, size: int) -> Page:
    """The comments after the key `after`; raises ValueError for a key that none can be."""
    query = _chosen(session, select(Comment.id), reach, filters, today)
    if reach.in_order:
        key = tuple_(Comment.response_id, Comment.question_id)
        if after:
            response_id, question_id = (int(part) for part in after.split("-"))
            query = query.where(key < (response_id, question_id))
        query = query.order_by(Comment.response_id.desc(), Comment.question_id.desc())
    else:
        if after:
            query = query.where(Comment.id > int(after))
        query = query.order_by(Comment.id)
    ids = session.scalars(query.limit(size + 1)).all()  # first their numbers: no planner then joins all texts
    whole = select(Comment).where(Comment.id.in_(ids[:size])).options(selectinload(Comment.marks))
    whole = whole.options(joinedload(Comment.written), joinedload(Comment.unit), joinedload(Comment.wave))
    by_id = {comment.id: comment for comment in session.scalars(whole)}
    found = [by_id[comment_id] for comment_id in ids[:size]]
    return Page(found, key_of(found[-1], reach) if len(ids) > size else None)


def key_of(comment: Comment, reach: Reach) -> str:
    return f"{comment.response_id}-{comment.question_id}" if reach.in_order else str(comment.id)


def every(session: Session, reach: Reach, filters: Filters, today: date, most: int) -> Iterator[Comment]:
    """All of them, for a file; up to `most`."""
    after, left = "", most
    while left > 0:
        found = page(session, reach, filters, today, after, min(left, 1000))
        yield from found.comments
        left -= len(found.comments)
        if found.after is None:
            return
        after = found.after


def count(session: Session, reach: Reach, filters: Filters, today: date) -> int:
    """How many fit, counted up to :data:`COUNTED_UP_TO` and one more."""
    query = _chosen(session, select(Comment.id), reach, filters, today).limit(COUNTED_UP_TO + 1)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def count_hidden(session: Session, reach: Reach, filters: Filters, today: date) -> int:
    """How many released ones of the same wave and unit are hidden; told to everybody who may read the others.

    Words and tags do not narrow it: a hidden comment could be guessed letter by letter from its count.
    """
    everybody = Reach(reach.released, reach.released, reach.exact, reach.in_order)
    only = Filters(filters.wave, filters.unit, hidden=True)
    return count(session, everybody, only, today)


def find(session: Session, reach: Reach, comment_id: int, today: date) -> Comment | None:
    """One comment, if the reader may see it."""
    query = select(Comment).join(Comment.unit).where(Comment.id == comment_id, visible(reach, today))
    return session.scalar(query)


def tags_in_use(session: Session, reach: Reach, today: date, most: int = 40) -> list[str]:
    """The tags within reach, the most frequent first."""
    query = select(CommentMark.tag).join(Comment, Comment.id == CommentMark.comment_id).join(Comment.unit)
    query = query.where(visible(reach, today), of_a_survey(Comment.wave_id)).group_by(CommentMark.tag)
    return list(session.scalars(query.order_by(func.count().desc(), CommentMark.tag).limit(most)))


def days(session: Session, comments: Sequence[Comment], reach: Reach) -> dict[int, int]:
    """When they were written, in Unix time by comment id, as far as the reader reads single responses."""
    ids = [comment.id for comment in comments]
    rows = session.execute(
        select(Comment.id, Response.received_at)
        .join(Response, Response.id == Comment.response_id)
        .join(Comment.unit)
        .where(Comment.id.in_(ids), reach.exact)
    )
    return {row.id: row.received_at for row in rows}


def month_label(comment: Comment) -> Text:
    return half_month.month_label(comment.month)


def _chosen(session: Session, query: Select[Any], reach: Reach, filters: Filters, today: date) -> Select[Any]:
    query = query.join(Unit, Unit.id == Comment.unit_id).where(visible(reach, today))
    within = or_(reach.released, reach.exact)
    if filters.unit is not None:
        within = and_(within, Unit.path.startswith(filters.unit.path, autoescape=True))
        query = query.where(within)
    ids = session.scalars(select(Unit.id).where(within).limit(FEW_UNITS + 1)).all()
    if len(ids) <= FEW_UNITS:
        query = query.where(Comment.unit_id.in_(ids) if ids else false())
    if filters.wave is not None:
        query = query.where(Comment.wave_id == filters.wave.id)
    else:
        query = query.where(of_a_survey(Comment.wave_id))
    if filters.tag:
        query = query.where(exists().where(CommentMark.comment_id == Comment.id, CommentMark.tag == filters.tag))
    if filters.theme is not None:
        found_in = exists().where(CommentTheme.comment_id == Comment.id, CommentTheme.theme == filters.theme)
        query = query.where(found_in)
    for word in folded(filters.words).split():
        query = query.where(Comment.folded.contains(word, autoescape=True))
    if filters.hidden is not None:
        query = query.where(Comment.hidden_at.is_not(None) if filters.hidden else Comment.hidden_at.is_(None))
    if filters.satisfaction is not None:
        query = query.where(reach.exact, Comment.satisfaction.between(*LEVELS[filters.satisfaction]))
    return query
