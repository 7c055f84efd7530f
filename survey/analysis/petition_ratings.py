"""Which ratings of the handling of opinions are told, and from which day: once for a half-year, and never otherwise.

Told as they come in, the ratings of a small unit would grow by one between two looks at its figure: that one is a
person. So a figure has one value for ever. Told are the ratings of answers that can be sent back no more when it is
told; neither these answers nor their ratings change afterwards (docs/decisions/0037-told-once-and-counted-apart.md).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false

from survey.models import Petition
from survey.operations.periods import half_year
from survey.operations.petitions import REOPEN_DAYS


def told_on(last: date) -> date:
    """The day from which the ratings of the half-year in which `last` lies are told: 1 October or 1 April."""
    end = half_year(last)[1]
    return date(end.year, 10, 1) if end.month == 6 else date(end.year + 1, 4, 1)


def told(last: date, today: date) -> ColumnElement[bool]:
    """The condition that a rating is among those told of the half-year of `last`."""
    day = told_on(last)
    if today < day:
        return false()
    return and_(
        Petition.rating.is_not(None),
        Petition.rated_on < day,
        Petition.answered_on < day - timedelta(days=REOPEN_DAYS),
    )
