"""The proposal list of an emulation campaign, which one person freezes and another confirms or refuses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reports.emulation_figures import ProposalList
from survey.analysis import emulation, emulation_freezing
from survey.analysis.frozen_figures import digest, packed
from survey.models import EmulationCampaign, EmulationList
from survey.operations.emulation_steps import EmulationError, given_reason, hold, take


def ask(
    session: Session, campaign: EmulationCampaign, figures: ProposalList, *, account_id: int, now: datetime
) -> EmulationList:
    """Freeze the list for a second person, as it was computed before anything is locked: what changes meanwhile is
    noticed at its confirmation. Raises :class:`EmulationError`."""
    content = emulation_freezing.canonical(figures)
    hold(session, campaign)
    if campaign.state != "open":
        raise EmulationError("step_impossible")
    if not figures.ranked:
        raise EmulationError("nobody_ranked")
    stored = EmulationList(
        campaign_id=campaign.id, figures=packed(content), digest=digest(content), asked_by_id=account_id, asked_at=now
    )
    session.add(stored)
    take(session, campaign, "ask", account_id=account_id, now=now)
    return stored


def computed_again(session: Session, campaign: EmulationCampaign) -> ProposalList | None:
    """The list as its sources give it now for the day on which it was frozen; None where none is."""
    found = emulation.frozen_list(session, campaign)
    return emulation.compute_list(session, campaign, found.figures.computed_on) if found else None


def confirm(
    session: Session,
    campaign: EmulationCampaign,
    figures: ProposalList | None,
    *,
    seen: str,
    account_id: int,
    now: datetime,
) -> None:
    """Fix the frozen list, whose digest is the one the person has `seen`; `figures` are those of
    :func:`computed_again`. Raises :class:`EmulationError`, also for the person who asked."""
    content = emulation_freezing.canonical(figures) if figures else b""
    hold(session, campaign)
    found = emulation.frozen_list(session, campaign)
    if found is not None and found.stored.asked_by_id == account_id:
        raise EmulationError("same_person")
    if found is not None and found.stored.digest != seen:
        raise EmulationError("list_changed")
    if found is not None and found.stored.digest != digest(content):
        raise EmulationError("moved")
    take(session, campaign, "confirm", account_id=account_id, now=now)
    assert found is not None
    found.stored.decided_by_id, found.stored.decided_at, found.stored.is_confirmed = account_id, now, True
    session.flush()


def refuse(session: Session, campaign: EmulationCampaign, reason: str, *, account_id: int, now: datetime) -> None:
    """Take the frozen list back, by whoever it may be, with the reason: reports and marks are open again. Raises
    :class:`EmulationError`."""
    hold(session, campaign)
    found = emulation.frozen_list(session, campaign)
    take(session, campaign, "refuse", reason=given_reason(reason), account_id=account_id, now=now)
    assert found is not None
    found.stored.decided_by_id, found.stored.decided_at, found.stored.is_confirmed = account_id, now, False
    session.flush()
