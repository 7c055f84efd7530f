"""An emulation campaign: its formula, the units' reports, the council's marks, and a list that two people fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from reports.emulation_figures import Part
from survey.analysis import emulation, emulation_freezing
from survey.analysis.frozen_figures import digest, packed
from survey.models import (
    EmulationCampaign,
    EmulationList,
    EmulationMark,
    EmulationPart,
    EmulationReport,
    EmulationStep,
    Unit,
    Wave,
)
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.poll_waves import IS_SURVEY

LONGEST_TEXT, LONGEST_REASON = 10_000, 500
HUNDRED = Decimal(100)
# Where each step is possible, and what it makes of the campaign or, for the last two, of a unit's report.
STEPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "open": {"draft": "open"},
        "ask": {"open": "proposed"},
        "refuse": {"proposed": "open"},
        "confirm": {"proposed": "fixed"},
        "submit": {"draft": "submitted", "returned": "submitted"},
        "return": {"submitted": "returned"},
    }
)


class EmulationError(OperationError):
    """What cannot be done in a campaign, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "step_impossible": _n("This is not possible as the campaign stands now. Read it again below."),
        "campaign_twice": _n("There is a campaign of %(year)s for these units already."),
        "weights": _n("The weights sum to 100; now they sum to %(sum)s."),
        "weight": _n("A weight lies between 0 and 100 with at most two decimals."),
        "name_missing": _n("Name the criterion that the council marks."),
        "wave_missing": _n("Choose the closed wave that the satisfaction index is taken from."),
        "not_competing": _n("This unit does not take part in the campaign."),
        "explanation_missing": _n("Write what the unit achieved before you submit."),
        "text_long": _n("This text is longer than %(most)s characters. Please shorten it."),
        "award_unknown": _n("Choose one of the campaign's forms of reward."),
        "percent": _n("A mark lies between 0 and 100 percent with at most two decimals."),
        "reason_missing": _n("Give the reason: others must be able to follow it."),
        "nobody_ranked": _n("No unit can be ranked yet: a unit is once it has reported and every part has points."),
        "list_changed": _n("The list was frozen anew since you read it. Read it again below, then confirm."),
        "same_person": _n("Whoever asked for the list to be fixed does not confirm it: another person must do that."),
    }


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
    _hold(session, campaign)
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
    _take(session, campaign, "open", account_id=account_id, now=now)


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
    _hold(session, campaign)
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
    _take(session, report.campaign, "submit", report, account_id=account_id, now=now)
    return province_day(now) > report.campaign.deadline_on


def return_report(
    session: Session, report: EmulationReport, reason: str, *, account_id: int | None, now: datetime
) -> None:
    """Give the report back to the unit, with the reason. Raises :class:`EmulationError`."""
    _take(session, report.campaign, "return", report, reason=_reason(reason), account_id=account_id, now=now)


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
    _hold(session, campaign, report)
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
        reason = _reason(mark.reason)
        if known is None:
            known = EmulationMark(report_id=report.id, part_id=part.id)
            session.add(known)
        elif (known.percent, known.reason) == (mark.percent, reason):
            continue
        known.percent, known.reason, known.account_id = mark.percent, reason, account_id
    session.flush()
    session.expire(report, ["marks"])


def ask(session: Session, campaign: EmulationCampaign, *, account_id: int, now: datetime) -> EmulationList:
    """Freeze the list as it is computed now, for a second person. Raises :class:`EmulationError`."""
    _hold(session, campaign)
    if campaign.state != "open":
        raise EmulationError("step_impossible")
    figures = emulation.compute_list(session, campaign, province_day(now))
    if not figures.ranked:
        raise EmulationError("nobody_ranked")
    content = emulation_freezing.canonical(figures)
    stored = EmulationList(
        campaign_id=campaign.id, figures=packed(content), digest=digest(content), asked_by_id=account_id, asked_at=now
    )
    session.add(stored)
    _take(session, campaign, "ask", account_id=account_id, now=now)
    return stored


def confirm(session: Session, campaign: EmulationCampaign, *, seen: str, account_id: int, now: datetime) -> None:
    """Fix the frozen list, whose digest is the one the person has `seen`. Raises :class:`EmulationError`, also for the
    person who asked."""
    _hold(session, campaign)
    found = emulation.frozen_list(session, campaign)
    if found is not None and found.stored.asked_by_id == account_id:
        raise EmulationError("same_person")
    if found is not None and found.stored.digest != seen:
        raise EmulationError("list_changed")
    _take(session, campaign, "confirm", account_id=account_id, now=now)
    assert found is not None
    found.stored.decided_by_id, found.stored.decided_at, found.stored.is_confirmed = account_id, now, True
    session.flush()


def refuse(session: Session, campaign: EmulationCampaign, reason: str, *, account_id: int, now: datetime) -> None:
    """Take the frozen list back, by whoever it may be, with the reason: reports and marks are open again. Raises
    :class:`EmulationError`."""
    _hold(session, campaign)
    found = emulation.frozen_list(session, campaign)
    _take(session, campaign, "refuse", reason=_reason(reason), account_id=account_id, now=now)
    assert found is not None
    found.stored.decided_by_id, found.stored.decided_at, found.stored.is_confirmed = account_id, now, False
    session.flush()


def _reason(text: str) -> str:
    said = clean_text(text, lines=False)
    if not said:
        raise EmulationError("reason_missing")
    if len(said) > LONGEST_REASON:
        raise EmulationError("text_long", most=LONGEST_REASON)
    return said


def _hold(session: Session, campaign: EmulationCampaign, report: EmulationReport | None = None) -> None:
    """Keep other writers from the campaign until the transaction ends; see it and the report as they are now."""
    session.flush()
    session.refresh(campaign, ["state"], with_for_update=True)
    if report is not None:
        session.refresh(report, ["state"])


def _take(
    session: Session,
    campaign: EmulationCampaign,
    step: str,
    report: EmulationReport | None = None,
    *,
    reason: str = "",
    account_id: int | None,
    now: datetime,
) -> None:
    """Take the step on the report, without one on the campaign, and write it into the history."""
    _hold(session, campaign, report)
    subject = report or campaign
    if subject.state not in STEPS[step] or (report is not None and campaign.state != "open"):
        raise EmulationError("step_impossible")
    subject.state = STEPS[step][subject.state]
    session.flush()
    session.add(
        EmulationStep(
            campaign_id=campaign.id,
            report_id=report.id if report else None,
            step=step,
            at=now,
            account_id=account_id,
            reason=reason,
        )
    )
    session.flush()
