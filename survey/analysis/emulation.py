"""Emulation as it is read: campaigns, a unit's points with its rooms', the proposal list live and as it was fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reports.emulation_figures import Origin, Part, ProposalList, UnitPoints, ranked
from reports.figures import Text
from survey.analysis.emulation_freezing import read_list
from survey.analysis.emulation_sources import SOURCES, Asked
from survey.analysis.labels import place
from survey.models import (
    EmulationCampaign,
    EmulationList,
    EmulationMark,
    EmulationPart,
    EmulationReport,
    EmulationStep,
    Unit,
)
from survey.operations.periods import province_day

_HUNDRED = Decimal(100)


def campaigns(session: Session, within: ColumnElement[bool]) -> Sequence[tuple[EmulationCampaign, Unit]]:
    """The campaigns in which somebody within reach takes part, and those of owners within reach: newest first.

    A campaign in draft is its owner's alone.
    """
    owned = EmulationCampaign.owner_id.in_(select(Unit.id).where(within))
    kinds = select(Unit.kind).where(within).distinct()
    reached = or_(owned, EmulationCampaign.unit_kind.in_(kinds) & (EmulationCampaign.state != "draft"))
    query = (
        select(EmulationCampaign, Unit)
        .join(EmulationCampaign.owner)
        .where(reached)
        .order_by(EmulationCampaign.year.desc(), EmulationCampaign.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def competitors(session: Session, campaign: EmulationCampaign, within: ColumnElement[bool] | None = None) -> list[Unit]:
    """The units of the campaign's kind below its owner that exist on the day of the deadline, by code."""
    day = campaign.deadline_on
    query = select(Unit).where(
        Unit.kind == campaign.unit_kind,
        Unit.path.startswith(campaign.owner.path, autoescape=True),
        Unit.valid_from <= day,
        or_(Unit.valid_until.is_(None), Unit.valid_until >= day),
    )
    if within is not None:
        query = query.where(within)
    return list(session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code)))


def parts_of(campaign: EmulationCampaign) -> tuple[Part, ...]:
    return tuple(Part(part.source, part.weight, part.name_vi) for part in campaign.parts)


def reports_of(session: Session, campaign: EmulationCampaign) -> dict[int, EmulationReport]:
    """By the key of the unit."""
    query = select(EmulationReport).where(EmulationReport.campaign_id == campaign.id)
    return {each.unit_id: each for each in session.scalars(query.options(selectinload(EmulationReport.marks)))}


def unit_points(
    session: Session,
    campaign: EmulationCampaign,
    units: Sequence[Unit],
    reports: Mapping[int, EmulationReport],
    today: date,
    *,
    marked: bool = True,
) -> list[UnitPoints]:
    """The units' points as the sources give them now, with their `reports` by the key of the unit; unless `marked`,
    without the council's marks. The number of statements does not depend on the number of units."""
    asked = Asked(session, campaign, units, today)
    weighed = {part.source for part in campaign.parts} - {"manual"}
    found = {source: SOURCES[source](asked) for source in weighed} if units else {}

    def origin(part: EmulationPart, unit: Unit, marks: Mapping[int, EmulationMark]) -> Origin:
        if part.source != "manual":
            return found[part.source][unit.id]
        if unit.kind != campaign.unit_kind:
            return Origin(gap="not_of_rooms")
        if not marked:
            return Origin(gap="untold")
        mark = marks.get(part.id)
        return Origin(mark.percent, _HUNDRED, reason=mark.reason) if mark else Origin(gap="no_mark")

    def points(unit: Unit, report: EmulationReport | None) -> UnitPoints:
        marks = {mark.part_id: mark for mark in report.marks} if report else {}
        origins = tuple(origin(part, unit, marks) for part in campaign.parts)
        if report is None:
            return UnitPoints(place(unit), origins)
        on = province_day(report.submitted_at) if report.submitted_at and report.state == "submitted" else None
        late = on is not None and on > campaign.deadline_on
        return UnitPoints(place(unit), origins, on, late, report.award_asked, report.award)

    return [points(unit, reports.get(unit.id)) for unit in units]


def rooms_of(session: Session, campaign: EmulationCampaign, unit: Unit, today: date) -> list[UnitPoints]:
    """The rooms below the unit with the parts that are known of them; rooms are not ranked."""
    query = select(Unit).where(
        Unit.kind == "room",
        Unit.path.startswith(unit.path, autoescape=True),
        or_(Unit.valid_until.is_(None), Unit.valid_until >= today),
    )
    rooms = session.scalars(query.options(joinedload(Unit.parent)).order_by(Unit.code)).all()
    return unit_points(session, campaign, rooms, {}, today)


def compute_list(session: Session, campaign: EmulationCampaign, today: date) -> ProposalList:
    """The list as the sources give it now: units that reported are ranked where every part has points."""
    reports, parts, units = reports_of(session, campaign), parts_of(campaign), competitors(session, campaign)
    submitted = {key for key, report in reports.items() if report.state == "submitted"}
    reporting = [unit for unit in units if unit.id in submitted]
    entered = unit_points(session, campaign, reporting, reports, today)
    in_order = ranked(entered, parts)
    placed = {unit.place.code for unit in in_order}
    return ProposalList(
        place(campaign.owner),
        Text(campaign.name_vi, campaign.name_en),
        campaign.year,
        campaign.unit_kind,
        campaign.reference,
        campaign.deadline_on,
        today,
        parts,
        in_order,
        tuple(unit for unit in entered if unit.place.code not in placed),
        tuple(place(unit) for unit in units if unit.id not in submitted),
    )


@dataclass(frozen=True, slots=True)
class FrozenList:
    """A list that was frozen, with its row."""

    figures: ProposalList
    stored: EmulationList


def frozen_list(session: Session, campaign: EmulationCampaign) -> FrozenList | None:
    """The list that waits for its second person or was fixed by two; None while the campaign is open."""
    if campaign.state not in ("proposed", "fixed"):
        return None
    query = select(EmulationList).where(EmulationList.campaign_id == campaign.id).order_by(EmulationList.id.desc())
    stored = session.scalars(query.limit(1)).one()
    return FrozenList(read_list(stored.figures), stored)


def last_return(session: Session, report: EmulationReport) -> str:
    """Why the report was returned last; empty if never."""
    query = select(EmulationStep.reason).where(EmulationStep.report_id == report.id, EmulationStep.step == "return")
    return session.scalar(query.order_by(EmulationStep.id.desc()).limit(1)) or ""


def last_refusal(session: Session, campaign: EmulationCampaign) -> str:
    """Why the frozen list was not fixed last; empty if never."""
    refused = (EmulationStep.campaign_id == campaign.id, EmulationStep.step == "refuse")
    query = select(EmulationStep.reason).where(*refused).order_by(EmulationStep.id.desc())
    return session.scalar(query.limit(1)) or ""
