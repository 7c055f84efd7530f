"""Which scorecards wait for a council: to be appraised, or for their final points. Conditions for counts and lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select

from survey.models import Scorecard, ScorecardScore, ScorecardTemplate, Unit

Covers = Callable[[ColumnElement[str]], ColumnElement[bool]]


def to_appraise(covers: Covers, account_id: int) -> ColumnElement[bool]:
    """Of cards with their templates: handed in to a council in reach, by others than the person."""
    return and_(Scorecard.state == "submitted", _of_council(covers), _of_others(account_id))


def to_finish(covers: Covers, account_id: int, today: date) -> ColumnElement[bool]:
    """Of cards with their templates: explained, or appraised and the unit's time to explain is over."""
    silent = and_(Scorecard.state == "appraised", ScorecardTemplate.explanation_due_on < today)
    return and_(or_(Scorecard.state == "explained", silent), _of_council(covers), _of_others(account_id))


def _of_council(covers: Covers) -> ColumnElement[bool]:
    return ScorecardTemplate.owner_id.in_(select(Unit.id).where(covers(Unit.path)))  # type: ignore[arg-type]  # a column


def _of_others(account_id: int) -> ColumnElement[bool]:
    """Whoever scored, explained or submitted any of a card takes none of the council's steps with it."""
    written = exists().where(
        ScorecardScore.scorecard_id == Scorecard.id,
        ScorecardScore.stage.in_(("self", "explanation")),
        ScorecardScore.account_id == account_id,
    )
    submitted_by = Scorecard.submitted_by_id
    return and_(or_(submitted_by.is_(None), submitted_by != account_id), ~written)
