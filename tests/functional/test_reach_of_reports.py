"""An address or body that names something of one's own beside something of another's: refused, and nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.models import Dossier, Filing, FilingEvidence, Scorecard, ScorecardEvidence, ScorecardScore, UnitGroup, Wave
from survey.operations import filing_figures, scorecard_scores, unit_groups, waves
from tests.emulation_objects import emulation_objects
from tests.factories import NOW, make_wave
from tests.filing_office import FilingOffice
from tests.page_rules import CheckingClient
from tests.scorecards import line_of, one_criterion_card
from tests.staff import make_account, post, sign_in

PDF = b"%PDF-1.7\n"


@pytest.fixture
def office(staff_session: Session) -> FilingOffice:
    """The communes A (where whoever asks has a role) and B of a province; wave W is closed."""
    found = FilingOffice(staff_session, staff_session.get_bind())  # type: ignore[arg-type]  # bound to an engine
    found.close()
    return found


def wave_of_a(office: FilingOffice) -> Wave:
    """A closed wave that the commune A runs by itself."""
    session, unit = office.session, office.units["A"]
    made = make_wave(session, code="V", units=[unit], questionnaire=office.wave.questionnaire)
    made.owner = unit
    waves.open_wave(session, made, NOW)
    waves.close_wave(session, made, NOW)
    return made


def sent(client: CheckingClient, address: str, data: Mapping[str, object] | None = None) -> TestResponse:
    """The answer of an address that exists."""
    client.application.url_map.bind("localhost").match(address, method="GET" if data is None else "POST")
    return client.get(address) if data is None else post(client, address, dict(data), page="/staff/")


def refused(client: CheckingClient, address: str, data: Mapping[str, object] | None = None) -> None:
    answer = sent(client, address, data)
    assert answer.status_code in (403, 404), (address, answer.status_code)


def test_a_file_beside_anothers_report(office: FilingOffice, staff_client: CheckingClient) -> None:
    session, own, other = office.session, office.filing("A"), office.filing("B")
    file = FilingEvidence(
        filing_id=other.id, name="a.pdf", media_type="application/pdf", size=len(PDF), digest="0" * 64, content=PDF,
        added_by_id=office.second.id, added_at=NOW,
    )  # fmt: skip
    session.add(file)
    session.commit()
    sign_in(staff_client, office.manager("A"))
    refused(staff_client, f"/staff/bao-cao-dinh-ky/{own.id}/tep/{file.id}")
    refused(staff_client, f"/staff/bao-cao-dinh-ky/{other.id}/tep/{file.id}")
    sent(staff_client, f"/staff/bao-cao-dinh-ky/{own.id}/tep/{file.id}/xoa", {})
    for step in ("giai-trinh", "nop", "tep", "doi-chieu"):
        refused(staff_client, f"/staff/bao-cao-dinh-ky/{other.id}/{step}", {"explanation": "x"})
    session.rollback()
    assert session.scalar(select(func.count()).select_from(FilingEvidence)) == 1


def test_reports_of_another_wave_in_the_boxes(office: FilingOffice, staff_client: CheckingClient) -> None:
    """Who runs one wave approves nothing of another by ticking its number."""
    session, filing = office.session, office.filing("A")
    filing.state, filing.submitted_by_id = "submitted", office.second.id
    mine = wave_of_a(office)
    filing_figures.add_filings(session, mine, filing_figures.compute(session, mine), at=NOW)
    session.commit()
    sign_in(staff_client, make_account(session, "compiler", office.units["A"]))
    for step in ("duyet", "duyet-thay", "nhac"):
        data = {"filing": [str(filing.id)], "reason": "Quá hạn"}
        assert sent(staff_client, f"/staff/bao-cao-dinh-ky/bang/V/{step}", data).status_code < 500
        refused(staff_client, f"/staff/bao-cao-dinh-ky/bang/W/{step}", data)
    session.rollback()
    assert session.get_one(Filing, filing.id, populate_existing=True).state == "submitted"


def test_a_row_or_file_of_anothers_card(office: FilingOffice, staff_client: CheckingClient) -> None:
    session, (a, b) = office.session, (office.units["A"], office.units["B"])
    own, other = one_criterion_card(session, a, "own"), one_criterion_card(session, b, "other")
    line = line_of(other, "1")
    file = scorecard_scores.add_evidence(session, other, line, file_name="a.pdf", content=PDF, account_id=None, now=NOW)
    session.commit()
    sign_in(staff_client, office.manager("A"))
    card = f"/staff/bang-cham-diem/{own.id}"
    refused(staff_client, f"{card}/minh-chung/{file.id}")
    refused(staff_client, f"{card}/minh-chung/{file.id}/xoa", {})
    for step in ("cham", "giai-trinh", "minh-chung"):
        refused(staff_client, f"{card}/tieu-chi/{line.id}/{step}", {"points": "10", "file": (BytesIO(PDF), "b.pdf")})
    sign_in(staff_client, make_account(session, "compiler", a))
    template = f"/staff/bang-cham-diem/mau/{own.template_id}"
    refused(staff_client, f"{template}/dong/{line.id}/xoa", {})
    sent(staff_client, f"{template}/don-vi", {"unit": "B"})
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ScorecardEvidence)) == 1
    assert session.scalar(select(func.count()).select_from(ScorecardScore)) == 0
    assert session.scalar(select(func.count()).select_from(Scorecard)) == 2


def test_units_dossiers_and_waves_of_others_in_bodies(office: FilingOffice, staff_client: CheckingClient) -> None:
    session, a = office.session, office.units["A"]
    group = unit_groups.create_group(session, name_vi="Nhóm", name_en="", owner=a)
    campaign = emulation_objects(session, office.units["B"])["campaign_id"]
    wave_of_a(office)
    session.commit()
    sign_in(staff_client, make_account(session, "compiler", a))
    at = f"/staff/tong-hop/nhom-don-vi/{group.code}"
    sent(staff_client, f"{at}/them-ma", {"codes": "B\nC"})
    sent(staff_client, f"{at}/them", {"units": [str(office.units["B"].id)]})
    sent(staff_client, f"{at}/them-loai", {"of_kind": "commune"})
    asked = sent(staff_client, "/staff/van-ban/bo/moi", {"wave": "W", "kinds": ["unit_report"], "language": "vi"})
    assert asked.status_code == 422
    refused(staff_client, f"/staff/thi-dua/{campaign}/don-vi/B")
    refused(staff_client, f"/staff/thi-dua/{campaign}/don-vi/A/cham", {"mark_1": "100"})
    rows = "unit,code,received_on,due_on\nB,HS-1,2026-01-05,2026-01-12\n"
    file = {"file": (BytesIO(rows.encode()), "a.csv")}
    assert "B" in sent(staff_client, "/staff/diem-mot-cua/nhap", file).text
    session.rollback()
    session.expire_all()
    members = {member.unit.code for member in session.scalars(select(UnitGroup)).one().members}
    assert members <= {"A"}
    assert session.scalar(select(func.count()).select_from(Dossier)) == 0
