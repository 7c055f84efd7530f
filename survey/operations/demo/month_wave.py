"""A small open survey of the sample province, a month long, on one of the standard forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.models import Collector, Target, Unit, Wave
from survey.operations.questionnaires import publish_questionnaire
from survey.operations.responses import Submission
from survey.operations.submission import new_submission_id
from survey.operations.waves import add_units, create_wave, open_wave


def open_month_wave(
    session: Session,
    form: str,
    period: tuple[date, date],
    opened: datetime,
    *,
    code: str,
    name_vi: str,
    name_en: str,
    owner: Unit,
    units: Iterable[Unit],
) -> Wave:
    """Open from the moment `opened` on, its form published then: unweighted, judged by the oldest target."""
    start, end = period
    wave = create_wave(
        session,
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        questionnaire=publish_questionnaire(session, standard(form), opened),
        target=session.scalars(select(Target).order_by(Target.id).limit(1)).one(),
        period_start=start,
        period_end=end,
        design="self_selected",
        headline_weighting="unweighted",
        trust_levels=("open",),
        owner=owner,
    )
    add_units(session, wave, units)
    open_wave(session, wave, opened)
    return wave


def ballot(way: Collector, at: datetime, seconds: int, choices: Mapping[int, int]) -> Submission:
    """What somebody sent by `way` at a moment, after so many seconds."""
    moment = int(at.timestamp())
    return Submission(
        submission_id=new_submission_id(moment * 1000),
        collector_id=way.id,
        received_at=moment,
        seconds=seconds,
        language="vi",
        choices=dict(choices),
    )
