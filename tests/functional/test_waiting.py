"""What waits on the first page of the back office: by role and reach, each row leading to as many as it counts."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.analysis.emulation import compute_list
from survey.models import QuestionnaireDraft, Scorecard, Unit
from survey.operations import emulation_lists, emulation_reports, filings, scorecards, wave_publication
from survey.operations.dialogue_questions import ask
from survey.operations.emulation_reports import Mark
from survey.operations.periods import province_today
from survey.operations.scorecard_scores import Row, score_row
from tests.dialogues import make_commitment, make_dialogue, make_question
from tests.document_objects import document_objects
from tests.emulation_objects import make_campaign
from tests.factories import NOW, make_collector, make_response, make_unit, make_wave
from tests.filing_office import FilingOffice
from tests.mail import make_message
from tests.page_rules import CheckingClient, html_of
from tests.petition_cases import make_petition
from tests.remedy_objects import make_remedy
from tests.scorecards import line_of, one_criterion_card
from tests.staff import make_account, sign_in

HOME = "/staff/"
_ROW = re.compile(r'<a href="([^"]+)"><strong>([\d.]+)</strong> <span>([^<]+)</span>( <em>)?')


class Office:
    """A province with a commune that has something of everything to do, and another one with one new opinion."""

    def __init__(self, app: Flask, session: Session, client: CheckingClient) -> None:
        self.app, self.session, self.client = app, session, client
        today = province_today()
        self.top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
        self.own = make_unit(session, code="A", parent=self.top, name_vi="Xã An")
        self.other = make_unit(session, code="B", parent=self.top, name_vi="Xã Bình")
        make_petition(session, self.own)  # of March, so that it is late
        make_petition(session, self.own, state="classified", on=today)
        make_petition(session, self.other, on=today)
        held = make_dialogue(session, self.own, state="held")
        make_commitment(session, held, deadline_on=held.starts_at.date() + timedelta(days=1))
        next_one = make_dialogue(session, self.own, state="announced")
        for _ in range(2):
            ask(
                session, next_one, source="beforehand", asker_group="citizen", text="Bao giờ?",
                today=next_one.box_opens_on,
            )  # fmt: skip
        wave = make_wave(session, code="W", units=[self.own, self.other], state="open")
        wave.owner, wave.closes_on = self.top, today + timedelta(days=2)
        make_remedy(session, wave, self.own, due=today - timedelta(days=5))
        desk = make_collector(session, wave, self.own)
        make_response(session, desk, answers={}, flags=("too_fast",), received_at=NOW)
        session.add(draft_of(self.own))
        make_message(session, self.own).state = "failed"
        session.commit()

    def waiting(self, role: str | None, unit: Unit | None) -> dict[str, tuple[int, bool]]:
        """By address: how many, and whether it is urgent."""
        sign_in(self.client, make_account(self.session, role, unit))
        page = html_of(self.client.get(HOME))
        return {unescape(url): (int(number), bool(urgent)) for url, number, _words, urgent in _ROW.findall(page)}

    def listed(self, url: str) -> int:
        """How many rows the table of a list has."""
        response = self.client.get(url)
        assert response.status_code == 200, url
        body = re.search(r"<tbody>(.*?)</tbody>", html_of(response), re.DOTALL)
        return body.group(1).count("<tr") if body else 0


def draft_of(unit: Unit) -> QuestionnaireDraft:
    return QuestionnaireDraft(
        owner=unit, code="them", version="1", title_vi="Phiếu thêm", title_en="", state="submitted", definition="{}",
        revision=1, created_by="Ai", created_at=NOW, updated_by="Ai", updated_at=NOW,
    )  # fmt: skip


@pytest.fixture
def office(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> Office:
    return Office(staff_app, staff_session, staff_client)


def test_a_manager_sees_the_work_of_the_own_unit_and_finds_it_behind_each_row(office: Office) -> None:
    found = office.waiting("manager", office.own)
    lists = {url: number for url, (number, _) in found.items() if "?" in url and "lap-ke-hoach" not in url}
    assert lists == {
        "/staff/y-kien/?late=1": 1,
        "/staff/y-kien/?state=received": 1,
        "/staff/y-kien/?state=classified": 1,
        "/staff/doi-thoai/?state=held": 1,
        "/staff/cam-ket/?state=late": 1,
        "/staff/giai-phap/?state=late": 1,
        "/staff/dot/W/tien-do?where=silent": 1,
    }
    assert {url: office.listed(url) for url in lists} == lists
    assert found["/staff/doi-thoai/lap-ke-hoach?unit=A"][0] == 1
    assert [number for url, (number, _) in found.items() if url.endswith("/cau-hoi/")] == [2]
    urgent = [each for _, each in found.values()]
    assert urgent == sorted(urgent, reverse=True)
    assert found["/staff/y-kien/?late=1"][1]


def test_each_role_sees_what_it_may_do_something_about(office: Office) -> None:
    compiler = office.waiting("compiler", office.top)
    assert compiler["/staff/y-kien/?late=1"] == (1, True)
    assert not any("state=received" in url or "cau-hoi" in url or "lap-ke-hoach" in url for url in compiler)
    assert compiler["/staff/dot/W/tien-do?where=silent"] == (2, True)  # nothing is sealed yet
    assert any(url.startswith("/staff/phieu/soan/") for url in compiler), compiler
    reviewer = office.waiting("reviewer", office.other)
    assert {url: number for url, (number, _) in reviewer.items() if "y-kien" in url} == {
        "/staff/y-kien/?state=received": 1
    }
    assert "/staff/doi-thoai/?state=held" not in reviewer
    assert office.waiting("administrator", office.top) == {"/staff/thu/?state=failed": (1, True)}
    for role in ("viewer", "auditor", None):
        assert office.waiting(role, office.top if role else None) == {}
        assert "Việc đang chờ" not in html_of(office.client.get(HOME))
    assert office.waiting("entry", office.own) == {}
    assert "Hiện không có việc nào đang chờ" in html_of(office.client.get(HOME))


def test_a_unit_is_asked_for_by_a_part_of_its_name(office: Office) -> None:
    office.waiting("reviewer", office.top)
    shown = unescape(html_of(office.client.get("/staff/y-kien/?unit=xa+binh")))
    assert 'value="B – Xã Bình"' in shown
    several = unescape(html_of(office.client.get("/staff/y-kien/?unit=xa&kind=difficulty")))
    assert 'value="xa"' in several
    links = re.findall(r'<a href="([^"]+)">[AB] – Xã', several)
    assert links == ["/staff/y-kien/?unit=A&kind=difficulty", "/staff/y-kien/?unit=B&kind=difficulty"]
    assert "Trong khi chờ, danh sách hiển thị tất cả" in several


def test_reports_cards_requests_and_documents_wait_for_whoever_takes_the_next_step(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    office = FilingOffice(staff_session, staff_app.extensions["engine"])
    session, units = staff_session, office.units
    commune = units["A"]

    def waiting(account: Account) -> dict[str, int]:
        sign_in(staff_client, account)
        found = _ROW.findall(html_of(staff_client.get(HOME)))
        return {unescape(url): int(number) for url, number, _words, _urgent in found}

    def rows_of(url: str) -> int:
        response = staff_client.get(url)
        assert response.status_code == 200, url
        body = re.search(r"<tbody>(.*?)</tbody>", html_of(response), re.DOTALL)
        return body.group(1).count("<tr") if body else 0

    office.close()
    session.refresh(office.wave)
    campaign = make_campaign(session, office.province)
    card = one_criterion_card(session, office.province, "cards")
    answered_elsewhere = make_question(session, make_dialogue(session, units["B"], state="held"))
    answered_elsewhere.answering_unit_id = commune.id
    session.commit()
    manager = office.manager("A")
    filing = f"/staff/bao-cao-dinh-ky/{office.filing('A').id}"
    own = {filing, f"/staff/thi-dua/{campaign.id}/don-vi/A", "/staff/bang-cham-diem/?state=scoring"}
    found = waiting(manager)
    assert {url: found.get(url) for url in own} == dict.fromkeys(own, 1)
    assert found["/staff/doi-thoai/tra-loi/"] == 1
    assert "/staff/doi-thoai/tra-loi/" not in waiting(office.manager("C"))

    filings.submit(session, office.filing("A"), account_id=manager.id, at=NOW)
    report = emulation_reports.save_report(session, campaign, commune, explanation="Đã làm", award="")
    emulation_reports.submit_report(session, report, account_id=manager.id, now=NOW)
    score_row(session, card, line_of(card, "1"), Row(points=Decimal(5), reason="Thiếu"), account_id=manager.id, now=NOW)
    scorecards.submit(session, card, account_id=manager.id, now=NOW)
    session.commit()
    assert not own & waiting(manager).keys()
    board, appraisal = "/staff/bao-cao-dinh-ky/bang/?wave=W&state=submitted", "/staff/bang-cham-diem/?state=to_appraise"
    decides = waiting(office.compiler)
    assert (decides[board], decides[appraisal]) == (1, 1)
    assert rows_of(appraisal) == 1
    assert not {board, appraisal} & waiting(make_account(session, "compiler", commune)).keys(), "the province decides"

    scorecards.appraise(session, card, account_id=office.compiler.id, now=NOW)
    session.commit()
    assert waiting(manager)["/staff/bang-cham-diem/?state=appraised"] == 1
    scorecards.explain(session, card, account_id=manager.id, now=NOW)
    emulation_reports.judge(
        session, report, award="", marks=[Mark(2, Decimal(50), "Có")], account_id=office.compiler.id
    )
    figures = compute_list(session, campaign, NOW.date())
    emulation_lists.ask(session, campaign, figures, account_id=office.compiler.id, now=NOW)
    # Whoever wrote any of a card, for the unit, is no council to it.
    query = select(Scorecard).where(Scorecard.template_id == card.template_id, Scorecard.unit_id == units["B"].id)
    other = session.scalars(query).one()
    score_row(session, other, line_of(other, "1"), Row(points=Decimal(10)), account_id=office.second.id, now=NOW)
    scorecards.submit(session, other, account_id=None, now=NOW)
    session.commit()
    final, proposal = "/staff/bang-cham-diem/?state=to_finish", f"/staff/thi-dua/{campaign.id}"
    asked = waiting(office.compiler)
    assert (asked[final], asked[appraisal], proposal in asked) == (1, 1, False)
    confirms = waiting(office.second)
    assert (confirms[final], appraisal in confirms, confirms[proposal]) == (1, False, 1)
    assert (rows_of(final), rows_of(appraisal)) == (1, 0)

    _owner_of(session, office)
    session.commit()
    wave_page = "/staff/dot/W"
    assert wave_page not in waiting(office.second), "its reports are not approved yet"
    filings.approve(session, office.filing("A"), account_id=office.second.id, at=NOW)
    how: dict[str, Any] = {"account_id": office.second.id, "at": NOW, "today": office.after_deadline()}
    for code in units.keys() - {"A"}:
        filings.approve_ex_officio(session, office.filing(code), "Quá hạn", **how)
    session.commit()
    assert waiting(office.second)[wave_page] == 1
    wave_publication.ask(session, office.wave, account_id=office.compiler.id, at=NOW)
    document_objects(session, _owner_of(session, office))
    session.commit()
    sets = "/staff/van-ban/bo/?task=sign"
    asked, other = waiting(office.compiler), waiting(office.second)
    assert "/staff/dot/W/cong-bo" not in asked, "whoever asked waits for another person"
    assert other["/staff/dot/W/cong-bo"] == 1
    assert wave_page not in other, "it stands there as a request to confirm"
    assert board not in other
    assert (other[sets], rows_of(sets)) == (1, 1)
    assert rows_of("/staff/van-ban/bo/?task=publish") == 0


def _owner_of(session: Session, office: FilingOffice) -> Unit:
    """The province, now the owner of the wave."""
    office.wave.owner = office.province
    session.flush()
    return office.province
