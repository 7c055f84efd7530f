"""An emulation campaign with its formula, from the draft to the day when units begin to report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from reports.emulation_figures import Part
from survey.models import EmulationCampaign, EmulationPart, Unit, Wave
from survey.operations.emulation_steps import EmulationError, hold, take
from survey.operations.poll_waves import IS_SURVEY

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign says of itself; `wave_code` is empty where no part needs a wave."""

    year: int
    unit_kind: str
    name_vi: str
    name_en: str
    reference: str
    deadline_on: date
    wave_code: str
    awards: Sequence[str]
    parts: Sequence[Part]


def create_campaign(session: Session, owner: Unit, terms: Terms) -> EmulationCampaign:
    """A campaign in draft. Raises :class:`EmulationError`."""
    campaign = EmulationCampaign(owner=owner, state="draft")
    _write(session, campaign, terms)
    return campaign


def change_campaign(session: Session, campaign: EmulationCampaign, terms: Terms) -> None:
    """Other terms for a draft. Raises :class:`EmulationError`."""
    hold(session, campaign)
    if campaign.state != "draft":
        raise EmulationError("step_impossible")
    _write(session, campaign, terms)


def _write(session: Session, campaign: EmulationCampaign, terms: Terms) -> None:
    same = select(EmulationCampaign).where(
        EmulationCampaign.owner_id == campaign.owner.id,
        EmulationCampaign.year == terms.year,
        EmulationCampaign.unit_kind == terms.unit_kind,
    )
    with session.no_autoflush:
        if session.scalar(same) not in (None, campaign):
            raise EmulationError("campaign_twice", year=terms.year)
        _check(terms.parts)
        campaign.wave = _wave(session, terms)
    for name in ("year", "unit_kind", "deadline_on"):
        setattr(campaign, name, getattr(terms, name))
    for name in ("name_vi", "name_en", "reference"):
        setattr(campaign, name, clean_text(getattr(terms, name), lines=False))
    campaign.awards = "\n".join(dict.fromkeys(filter(None, (clean_text(line, lines=False) for line in terms.awards))))
    campaign.parts.clear()
    session.add(campaign)
    session.flush()
    campaign.parts = [
        EmulationPart(position=number, source=part.source, weight=part.weight, name_vi=part.name)
        for number, part in enumerate(terms.parts, 1)
    ]
    session.flush()


def _check(parts: Sequence[Part]) -> None:
    for part in parts:
        if not 0 < part.weight <= HUNDRED or part.weight != round(part.weight, 2):
            raise EmulationError("weight")
        if part.source == "manual" and not part.name:
            raise EmulationError("name_missing")
    total = sum((part.weight for part in parts), Decimal(0))
    if total != HUNDRED:
        raise EmulationError("weights", sum=total)


def _wave(session: Session, terms: Terms) -> Wave | None:
    if not any(part.source in ("sipas", "sipas_target") for part in terms.parts):
        return None
    query = select(Wave).where(Wave.code == terms.wave_code, Wave.state.in_(("closed", "published")), IS_SURVEY)
    wave = session.scalar(query)
    if wave is None:
        raise EmulationError("wave_missing")
    return wave


def open_campaign(session: Session, campaign: EmulationCampaign, *, account_id: int | None, now: datetime) -> None:
    """Let the units report; the formula is fixed from now on. Raises :class:`EmulationError`."""
    take(session, campaign, "open", account_id=account_id, now=now)
