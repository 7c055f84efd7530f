"""What waits on the road from a closed wave to a published one, on scorecards, emulation and documents: counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from survey.analysis.waiting import MOST
from survey.models import (
    DocumentRun,
    EmulationCampaign,
    EmulationList,
    EmulationReport,
    Filing,
    Scorecard,
    ScorecardTemplate,
    Unit,
    Wave,
    WavePublication,
)

Covers = Callable[[ColumnElement[str]], ColumnElement[bool]]

_Owner = aliased(Unit)
_OWNER_PATH = func.coalesce(_Owner.path, literal("/"))  # of a wave or template: what belongs to no unit is the root's


@dataclass(frozen=True, slots=True)
class Due:
    """How many there are, the key of one of them, and the earliest of their last days."""

    number: int
    key: int
    on: date

    def is_late(self, today: date) -> bool:
        return self.on < today


def filings_due(session: Session, within: ColumnElement[bool]) -> dict[str, Due]:
    """The filings that units in reach still have to hand in, by state: drafts and those returned."""
    query = (
        select(Filing.state, func.count(), func.min(Filing.id), func.min(Filing.deadline_on))
        .join(Unit, Unit.id == Filing.unit_id)
        .where(within, Filing.state.in_(("draft", "returned")))
        .group_by(Filing.state)
    )
    return {state: Due(number, key, on) for state, number, key, on in session.execute(query)}


def scorecards_due(session: Session, within: ColumnElement[bool]) -> dict[str, Due]:
    """The cards of units in reach, by state: those they score themselves, and those they may explain."""
    query = (
        select(
            Scorecard.state,
            func.count(),
            func.min(Scorecard.id),
            func.min(ScorecardTemplate.self_due_on),
            func.min(ScorecardTemplate.explanation_due_on),
        )
        .join(Scorecard.template)
        .join(Unit, Unit.id == Scorecard.unit_id)
        .where(within, Scorecard.state.in_(("scoring", "appraised")))
        .group_by(Scorecard.state)
    )
    return {
        state: Due(number, key, scored_by if state == "scoring" else explained_by)
        for state, number, key, scored_by, explained_by in session.execute(query)
    }


def emulation_due(session: Session, within: ColumnElement[bool]) -> tuple[int, date | None, int, str]:
    """How many reports for open campaigns units in reach still owe, the earliest deadline, and of one of them the key
    of the campaign and the unit's code (which belong together where there is one report alone)."""
    owner = aliased(Unit)
    campaign, report = EmulationCampaign, EmulationReport
    day = campaign.deadline_on
    query = (
        select(func.count(), func.min(day), func.min(campaign.id), func.min(Unit.code))
        .select_from(campaign)
        .join(owner, owner.id == campaign.owner_id)
        .join(Unit, and_(Unit.kind == campaign.unit_kind, Unit.path.startswith(owner.path)))
        .outerjoin(report, and_(report.campaign_id == campaign.id, report.unit_id == Unit.id))
        .where(
            within,
            campaign.state == "open",
            Unit.valid_from <= day,
            or_(Unit.valid_until.is_(None), Unit.valid_until >= day),
            or_(report.id.is_(None), report.state != "submitted"),
        )
    )
    number, on, key, code = session.execute(query).one()
    return number, on, key or 0, code or ""


def filings_to_decide(session: Session, covers: Covers, account_id: int) -> list[tuple[Wave, int]]:
    """Closed waves run within reach with the filings handed in by others; the newest waves, at most :data:`MOST`."""
    query = (
        select(Filing.wave_id, func.count())
        .join(Wave, Wave.id == Filing.wave_id)
        .outerjoin(_Owner, _Owner.id == Wave.owner_id)
        .where(
            covers(_OWNER_PATH),
            Wave.state == "closed",
            Filing.state == "submitted",
            or_(Filing.submitted_by_id.is_(None), Filing.submitted_by_id != account_id),
        )
        .group_by(Filing.wave_id)
        .order_by(Filing.wave_id.desc())
        .limit(MOST)
    )
    return [(session.get_one(Wave, wave_id), number) for wave_id, number in session.execute(query)]


def publications_to_confirm(session: Session, covers: Covers, account_id: int) -> Sequence[WavePublication]:
    """What others asked for, of waves run within reach: at most :data:`MOST` publications and corrections."""
    query = (
        select(WavePublication)
        .join(WavePublication.wave)
        .outerjoin(_Owner, _Owner.id == Wave.owner_id)
        .where(covers(_OWNER_PATH), WavePublication.state == "asked", WavePublication.requested_by_id != account_id)
        .options(joinedload(WavePublication.wave))
    )
    return session.scalars(query.order_by(WavePublication.id).limit(MOST)).all()


def scorecards(session: Session, waiting: ColumnElement[bool]) -> int:
    """How many cards fulfil a condition of :mod:`survey.analysis.scorecard_tasks`."""
    return session.scalar(select(func.count()).select_from(Scorecard).join(Scorecard.template).where(waiting)) or 0


def lists_to_confirm(session: Session, covers: Covers, account_id: int) -> Sequence[EmulationCampaign]:
    """Campaigns whose proposal list another person asked to be fixed; at most :data:`MOST`."""
    asked = exists().where(
        EmulationList.campaign_id == EmulationCampaign.id,
        EmulationList.decided_at.is_(None),
        EmulationList.asked_by_id != account_id,
    )
    query = (
        select(EmulationCampaign)
        .join(_Owner, _Owner.id == EmulationCampaign.owner_id)
        .where(covers(_OWNER_PATH), EmulationCampaign.state == "proposed", asked)
    )
    return session.scalars(query.order_by(EmulationCampaign.id).limit(MOST)).all()


def document_sets(session: Session, covers: Covers, waiting: ColumnElement[bool]) -> int:
    """How many sets of waves within reach fulfil a condition of :mod:`survey.analysis.document_tasks`."""
    query = select(func.count()).select_from(DocumentRun).join(DocumentRun.wave)
    return session.scalar(query.outerjoin(_Owner, _Owner.id == Wave.owner_id).where(covers(_OWNER_PATH), waiting)) or 0
