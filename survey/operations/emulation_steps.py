"""The steps of an emulation campaign and of a unit's report in it: where each is possible, and its line in history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import EmulationCampaign, EmulationReport, EmulationStep
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LONGEST_REASON = 500
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
        "moved": _n("Figures have changed since the list was frozen. Refuse it with that reason, and freeze it anew."),
        "same_person": _n("Whoever asked for the list to be fixed does not confirm it: another person must do that."),
    }


def given_reason(text: str) -> str:
    """The reason as it is kept. Raises :class:`EmulationError` for none, or for one that is too long."""
    said = clean_text(text, lines=False)
    if not said:
        raise EmulationError("reason_missing")
    if len(said) > LONGEST_REASON:
        raise EmulationError("text_long", most=LONGEST_REASON)
    return said


def hold(session: Session, campaign: EmulationCampaign, report: EmulationReport | None = None) -> None:
    """Keep other writers from the campaign until the transaction ends; see it and the report as they are now."""
    session.flush()
    session.refresh(campaign, ["state"], with_for_update=True)
    if report is not None:
        session.refresh(report, ["state"])


def take(
    session: Session,
    campaign: EmulationCampaign,
    step: str,
    report: EmulationReport | None = None,
    *,
    reason: str = "",
    account_id: int | None,
    now: datetime,
) -> None:
    """Take the step on the report, without one on the campaign, and write it into the history. Raises
    :class:`EmulationError`."""
    hold(session, campaign, report)
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
