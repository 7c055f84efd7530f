"""What a unit reports for an emulation campaign: saved, handed in, returned, and marked by the council."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.analysis import emulation
from survey.models import EmulationCampaign, EmulationMark, EmulationReport, Unit
from survey.operations.emulation_steps import EmulationError, given_reason, hold, take
from survey.operations.periods import province_day

LONGEST_TEXT = 10_000
HUNDRED = Decimal(100)


def report_of(session: Session, campaign: EmulationCampaign, unit: Unit) -> EmulationReport | None:
    query = select(EmulationReport).where(
        EmulationReport.campaign_id == campaign.id, EmulationReport.unit_id == unit.id
    )
    return session.scalar(query)


def save_report(
    session: Session, campaign: EmulationCampaign, unit: Unit, *, explanation: str, award: str
) -> EmulationReport:
    """The unit's words and the reward it asks for, while it has not submitted. Raises :class:`EmulationError`."""
    report = _report_under_way(session, campaign, unit)
    if report.state == "submitted":
        raise EmulationError("step_impossible")
    report.award_asked = _known_award(campaign, award)
    report.explanation = clean_text(explanation, lines=True)
    if len(report.explanation) > LONGEST_TEXT:
        raise EmulationError("text_long", most=LONGEST_TEXT)
    session.flush()
    return report


def _report_under_way(session: Session, campaign: EmulationCampaign, unit: Unit) -> EmulationReport:
    hold(session, campaign)
    if campaign.state != "open":
        raise EmulationError("step_impossible")
    report = report_of(session, campaign, unit)
    if report is None:
        if not emulation.competitors(session, campaign, Unit.id == unit.id):
            raise EmulationError("not_competing")
        report = EmulationReport(campaign_id=campaign.id, unit=unit, state="draft", explanation="", award_asked="")
        session.add(report)
    else:
        session.refresh(report, ["state"])
    return report


def _known_award(campaign: EmulationCampaign, award: str) -> str:
    if award and award not in campaign.award_names:
        raise EmulationError("award_unknown")
    return award


def submit_report(session: Session, report: EmulationReport, *, account_id: int | None, now: datetime) -> bool:
    """Hand the report to the council; whether that is late. Raises :class:`EmulationError`."""
    if not report.explanation:
        raise EmulationError("explanation_missing")
    report.submitted_at, report.submitted_by_id = now, account_id
    take(session, report.campaign, "submit", report, account_id=account_id, now=now)
    return province_day(now) > report.campaign.deadline_on


def return_report(
    session: Session, report: EmulationReport, reason: str, *, account_id: int | None, now: datetime
) -> None:
    """Give the report back to the unit, with the reason. Raises :class:`EmulationError`."""
    take(session, report.campaign, "return", report, reason=given_reason(reason), account_id=account_id, now=now)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the council gives for the part with that position, in percent; None takes the mark back."""

    position: int
    percent: Decimal | None
    reason: str


def judge(
    session: Session, report: EmulationReport, *, award: str, marks: Sequence[Mark], account_id: int | None
) -> None:
    """The reward the council proposes for a submitted report and its marks. Raises :class:`EmulationError`."""
    campaign = report.campaign
    hold(session, campaign, report)
    session.expire(report, ["marks"])
    if campaign.state != "open" or report.state != "submitted":
        raise EmulationError("step_impossible")
    report.award = _known_award(campaign, award)
    parts = {part.position: part for part in campaign.parts if part.source == "manual"}
    stored = {mark.part_id: mark for mark in report.marks}
    for mark in marks:
        part = parts[mark.position]
        known = stored.get(part.id)
        if mark.percent is None:
            if known is not None:
                session.delete(known)
            continue
        if not 0 <= mark.percent <= HUNDRED or mark.percent != round(mark.percent, 2):
            raise EmulationError("percent")
        reason = given_reason(mark.reason)
        if known is None:
            known = EmulationMark(report_id=report.id, part_id=part.id)
            session.add(known)
        elif (known.percent, known.reason) == (mark.percent, reason):
            continue
        known.percent, known.reason, known.account_id = mark.percent, reason, account_id
    session.flush()
    session.expire(report, ["marks"])
