"""Which finished waves a wave is compared with: by whom it asked, by its questionnaire, and by what is public."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from survey.analysis.view import ROOT_PATH
from survey.models import Questionnaire, QuestionnaireOrigin, Unit, Wave
from survey.operations.poll_waves import IS_SURVEY

LONGEST_SERIES = 8  # waves, the present one included


def earlier_waves(
    session: Session, wave: Wave, path: str = ROOT_PATH, *, published_only: bool = False, by: datetime | None = None
) -> list[Wave]:
    """The finished waves a wave is compared with, the oldest first, as :class:`EarlierWaves` tells them."""
    return EarlierWaves(session, wave, published_only=published_only).of(path, by)


class EarlierWaves:
    """The finished waves a wave may be compared with, read once to choose among them for many units.

    A published wave is compared with published ones alone, any wave where they are `published_only`: whoever reads of
    a closed wave in a document would read it before it is published.
    """

    def __init__(self, session: Session, wave: Wave, *, published_only: bool = False) -> None:
        rows = _finished_before(session, wave, published_only=published_only)
        self._own = next(family for found, family, _ in rows if found.id == wave.id)
        self._earlier = [row for row in rows if row[0].id != wave.id]

    @property
    def ids(self) -> list[int]:
        return [wave.id for wave, _, _ in self._earlier]

    def of(self, path: str, by: datetime | None = None) -> list[Wave]:
        """The oldest first; those with a unit's local supplement only in the series of that unit and what is below
        it. `by` leaves out what was published later."""
        found = [
            (wave, family)
            for wave, family, owner in self._earlier
            if (owner is None or path.startswith(owner))
            and (by is None or (wave.published_at is not None and wave.published_at <= by))
        ]
        same = [wave for wave, family in found if family == self._own]
        return (same or [wave for wave, _ in found])[1 - LONGEST_SERIES :]


def _finished_before(session: Session, wave: Wave, *, published_only: bool) -> list[tuple[Wave, str, str | None]]:
    """The waves with the code of the core of their questionnaire and the path of whose supplement it has, the oldest
    first; `wave` is among them."""
    states = ("published",) if published_only or wave.state == "published" else ("closed", "published")
    finished = Wave.state.in_(states)
    alike = finished & IS_SURVEY & (Wave.respondents == wave.respondents)
    core = aliased(Questionnaire)
    rows = session.execute(
        select(Wave, core.code, Unit.path)
        .outerjoin(QuestionnaireOrigin, QuestionnaireOrigin.questionnaire_id == Wave.questionnaire_id)
        .outerjoin(core, core.id == QuestionnaireOrigin.core_id)
        .outerjoin(Unit, Unit.id == QuestionnaireOrigin.owner_id)
        .where(((Wave.period_end < wave.period_start) & alike) | (Wave.id == wave.id))
        .options(joinedload(Wave.questionnaire), joinedload(Wave.target))
        .order_by(Wave.period_end, Wave.period_start, Wave.code)
    ).all()
    return [(row.Wave, row.code or row.Wave.questionnaire.code, row.path) for row in rows]
