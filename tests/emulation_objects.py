"""An emulation campaign that a unit runs for itself, and its report, for the policy matrix and the crawls."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from reports.emulation_figures import Part
from survey.models import EmulationCampaign, Unit
from survey.operations import emulation, emulation_reports
from survey.operations.emulation import Terms

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
MARKED = (Part("manual", Decimal(50), "Sáng kiến"), Part("manual", Decimal(50), "Kỷ luật"))
NEW_CAMPAIGN = {"year": "2030", "unit_kind": "commune", "deadline_on": "2030-12-10", "wave": ""} | {
    "weight_manual_1": "50",
    "weight_manual_2": "50",
}
NEW_CAMPAIGN_WORDS = ("name_vi", "name_en", "reference", "awards", "manual_name_1", "manual_name_2")
AWARDS = ("Bằng khen của Chủ tịch UBND tỉnh", "Giấy khen")
PARTS = (
    Part("dialogues_held", Decimal(40)),
    Part("manual", Decimal("60"), "Sáng kiến cải cách hành chính"),
)


def make_campaign(
    session: Session,
    owner: Unit,
    *,
    parts: tuple[Part, ...] = PARTS,
    wave_code: str = "",
    is_open: bool = True,
    year: int = 2026,
) -> EmulationCampaign:
    """For the communes, until 10 December 2026; communes are created before."""
    terms = Terms(
        year, "commune", "Thi đua năm 2026", "", "Kế hoạch 12/KH-UBND", date(2026, 12, 10), wave_code, AWARDS, parts
    )
    campaign = emulation.create_campaign(session, owner, terms)
    if is_open:
        emulation.open_campaign(session, campaign, account_id=None, now=AT)
    return campaign


def emulation_objects(session: Session, unit: Unit) -> dict[str, object]:
    campaign = make_campaign(session, unit)
    report = emulation_reports.save_report(
        session, campaign, unit, explanation="Đã giảm thời gian chờ.", award=AWARDS[0]
    )
    emulation_reports.submit_report(session, report, account_id=None, now=AT)
    return {"campaign_id": campaign.id}


def emulation_in_other_states(session: Session, unit: Unit) -> list[dict[str, object]]:
    """A draft, a campaign without reports, and one whose council marks two criteria, as arguments of addresses."""
    draft = make_campaign(session, unit, year=2025, parts=MARKED, is_open=False)
    silent = make_campaign(session, unit, year=2024)
    return [{"campaign_id": each.id} for each in (draft, silent, make_reported(session, unit, year=2023))]


def make_reported(session: Session, unit: Unit, *, year: int) -> EmulationCampaign:
    """A campaign whose council marks two criteria, with the unit's report handed in."""
    campaign = make_campaign(session, unit, year=year, parts=MARKED)
    report = emulation_reports.save_report(session, campaign, unit, explanation="Kết quả", award="")
    emulation_reports.submit_report(session, report, account_id=None, now=AT)
    return campaign


def council_addresses(session: Session, unit: Unit) -> tuple[str, str]:
    """Where a report is returned to its unit, and where one is marked, in campaigns of their own."""
    returned, marked = (make_reported(session, unit, year=year) for year in (2021, 2022))
    return (
        f"/staff/thi-dua/{returned.id}/don-vi/{unit.code}/tra-lai",
        f"/staff/thi-dua/{marked.id}/don-vi/{unit.code}/cham",
    )
