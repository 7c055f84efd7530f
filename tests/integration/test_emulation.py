"""What an emulation list rests on in the database: frozen figures, two people, late reports, rows that stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from reports.emulation_figures import Part
from survey.analysis import emulation as reading
from survey.models import EmulationCampaign, EmulationList, EmulationReport
from survey.operations import emulation_lists, emulation_reports
from survey.operations.emulation_reports import Mark
from survey.operations.emulation_steps import EmulationError
from tests.emulation_objects import AT, AWARDS, make_campaign
from tests.filing_office import COUNTS, FilingOffice

PARTS = (
    Part("sipas_target", Decimal(50)),
    Part("sipas", Decimal(20)),
    Part("manual", Decimal(30), "Sáng kiến"),
)
LATE = datetime(2026, 12, 10, 17, 30, tzinfo=UTC)  # half past midnight of the 11th in the province


def test_a_list_from_frozen_figures_is_fixed_by_two_people_and_stays(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    office.close()
    campaign = make_campaign(session, office.province, parts=PARTS, wave_code="W")
    for code in COUNTS:
        report = emulation_reports.save_report(
            session, campaign, office.units[code], explanation="Kết quả", award=AWARDS[1]
        )
        assert emulation_reports.submit_report(session, report, account_id=None, now=LATE if code == "C" else AT) is (
            code == "C"
        )
        if code != "C":
            marks = [Mark(3, Decimal(50), "Một sáng kiến")]
            emulation_reports.judge(session, report, award=AWARDS[0], marks=marks, account_id=None)
    session.commit()

    found = reading.compute_list(session, campaign, AT.date())
    # A: 48 of 50 satisfied, above the target of 80 %; B: 20 of 50
    assert [(unit.place.code, unit.rank) for unit in found.ranked] == [("A", 1), ("B", 2)]
    assert found.ranked[0].points(PARTS) == (Decimal(50), Decimal("19.20"), Decimal(15))
    assert found.ranked[1].points(PARTS) == (Decimal(25), Decimal("8.00"), Decimal(15))
    assert found.ranked[0].origins[0].digest == office.filing("A").versions[0].figures_digest
    assert [(unit.place.code, unit.is_late, unit.origins[2].gap) for unit in found.incomplete] == [
        ("C", True, "no_mark")
    ]

    first, second = office.compiler.id, office.second.id
    stored = emulation_lists.ask(session, campaign, found, account_id=first, now=AT)
    session.commit()
    with pytest.raises(EmulationError) as refused:
        emulation_lists.confirm(session, campaign, found, seen=stored.digest, account_id=first, now=AT)
    assert refused.value.code == "same_person"
    with pytest.raises(EmulationError):
        emulation_reports.judge(
            session, report, award="", marks=[], account_id=None
        )  # nothing moves while it is proposed
    emulation_lists.refuse(session, campaign, "Thiếu một đơn vị", account_id=second, now=AT)
    assert reading.last_refusal(session, campaign) == "Thiếu một đơn vị"
    emulation_reports.judge(session, report, award="", marks=[Mark(3, Decimal(10), "Chấm lại")], account_id=None)
    found = reading.compute_list(session, campaign, AT.date())
    session.commit()
    steps: tuple[Callable[[Session, EmulationCampaign, EmulationReport], object], ...] = (
        lambda late, read, _report: emulation_lists.ask(late, read, found, account_id=first, now=AT),  # a second list
        lambda late, _read, report: emulation_reports.judge(late, report, award="", marks=[], account_id=None),
        lambda late, read, report: emulation_reports.save_report(late, read, report.unit, explanation="Khác", award=""),
    )
    with ExitStack() as stack:
        readers = [stack.enter_context(Session(engine, expire_on_commit=False)) for _ in steps]
        read = [(late, late.get_one(EmulationCampaign, campaign.id)) for late in readers]
        reports = [late.get_one(EmulationReport, report.id) for late in readers]
        for late in readers:
            late.commit()
        again = emulation_lists.ask(session, campaign, found, account_id=first, now=AT)
        session.commit()
        for step, (late, behind), own in zip(steps, read, reports, strict=True):  # each still sees the campaign open
            with pytest.raises(EmulationError) as refused:
                step(late, behind, own)
            assert refused.value.code == "step_impossible"
            late.rollback()
    assert again.digest != stored.digest
    with pytest.raises(EmulationError) as refused:  # the page of the list that was refused
        emulation_lists.confirm(session, campaign, found, seen=stored.digest, account_id=second, now=AT)
    assert refused.value.code == "list_changed"
    office.units["A"].name_vi = "Phường A"  # what the list rests on moves
    session.commit()
    for moved in (emulation_lists.computed_again(session, campaign), None):
        with pytest.raises(EmulationError) as refused:
            emulation_lists.confirm(session, campaign, moved, seen=again.digest, account_id=second, now=AT)
        assert refused.value.code == "moved"
    office.units["A"].name_vi = "Xã A"
    session.commit()
    now = emulation_lists.computed_again(session, campaign)
    emulation_lists.confirm(session, campaign, now, seen=again.digest, account_id=second, now=AT)
    session.commit()

    report.explanation = "Khác"
    fixed = reading.frozen_list(session, campaign)
    assert fixed is not None
    assert fixed.figures.ranked == found.ranked
    assert session.scalars(select(EmulationList.is_confirmed).order_by(EmulationList.id)).all() == [False, True]
    session.rollback()
    for change in ({"figures": b"x"}, {"decided_at": None, "decided_by_id": None, "is_confirmed": None}):
        with pytest.raises(DBAPIError):
            session.execute(update(EmulationList).where(EmulationList.id == stored.id).values(**change))
        session.rollback()


def test_a_formula_makes_sense_and_stays_once_open(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    for parts, code in (
        ((Part("dialogues_held", Decimal("99.9")),), "weights"),
        ((Part("sipas", Decimal(100)),), "wave_missing"),  # the wave is open still
        ((Part("manual", Decimal(100)),), "name_missing"),
    ):
        with pytest.raises(EmulationError) as refused:
            make_campaign(session, office.province, parts=parts, wave_code="W")
        assert refused.value.code == code
        session.rollback()
    campaign = make_campaign(session, office.province)
    with pytest.raises(EmulationError) as refused:
        make_campaign(session, office.province)
    assert refused.value.code == "campaign_twice"
    with pytest.raises(EmulationError) as refused:
        emulation_lists.ask(
            session, campaign, reading.compute_list(session, campaign, AT.date()), account_id=office.compiler.id, now=AT
        )
    assert refused.value.code == "nobody_ranked"
    with pytest.raises(EmulationError) as refused:
        emulation_reports.save_report(session, campaign, office.units["A"], explanation="Kết quả", award="Huân chương")
    assert refused.value.code == "award_unknown"
