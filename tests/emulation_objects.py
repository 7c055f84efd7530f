"""An emulation campaign that a unit runs for itself, and its report, for the policy matrix and the crawls."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from reports.emulation_figures import Part
from survey.models import EmulationCampaign, Unit
from survey.operations import emulation
from survey.operations.emulation import Terms

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
AWARDS = ("Bằng khen của Chủ tịch UBND tỉnh", "Giấy khen")
PARTS = (
    Part("dialogues_held", Decimal(40)),
    Part("manual", Decimal("60"), "Sáng kiến cải cách hành chính"),
)


def make_campaign(
    session: Session, owner: Unit, *, parts: tuple[Part, ...] = PARTS, wave_code: str = "", is_open: bool = True
) -> EmulationCampaign:
    """For the communes, of 2026, until 10 December; communes are created before."""
    terms = Terms(
        2026, "commune", "Thi đua năm 2026", "", "Kế hoạch 12/KH-UBND", date(2026, 12, 10), wave_code, AWARDS, parts
    )
    campaign = emulation.create_campaign(session, owner, terms)
    if is_open:
        emulation.open_campaign(session, campaign, account_id=None, now=AT)
    return campaign


def emulation_objects(session: Session, unit: Unit) -> dict[str, object]:
    campaign = make_campaign(session, unit)
    report = emulation.save_report(session, campaign, unit, explanation="Đã giảm thời gian chờ.", award=AWARDS[0])
    emulation.submit_report(session, report, account_id=None, now=AT)
    return {"campaign_id": campaign.id}
