"""The pages of paper batches: opened, typed, typed again, settled, accepted; each by whom it may be."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import AuditEntry, PaperBatch, PaperEntry, Response, Wave
from survey.operations import paper_acceptance
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.paper_batches import AT, make_batch, make_paper_wave, type_form
from tests.staff import make_account, post, sign_in

ROOT = "/staff/nhap-phieu"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the pages write is tested on both databases below them."""
    return sqlite_url


@pytest.fixture
def wave(session: Session) -> Wave:
    wave = make_paper_wave(session)
    session.commit()
    return wave


@pytest.fixture(autouse=True)
def _within_the_period():  # type: ignore[no-untyped-def]
    with time_machine.travel(AT, tick=True):
        yield


class Office:
    """The people at the desk, each with a browser of his own."""

    def __init__(self, session: Session, app: Flask, wave: Wave) -> None:
        self.session, self.app, self.wave = session, app, wave
        self.unit = wave.units[0].unit
        self.accounts: dict[str, Account] = {}

    def client(self, name: str, role: str = "entry") -> CheckingClient:
        client = self.app.test_client()
        assert isinstance(client, CheckingClient)
        if name not in self.accounts:
            self.accounts[name] = make_account(self.session, role, self.unit, name=name)
        sign_in(client, self.accounts[name])
        return client

    def batch(self, **header: object) -> PaperBatch:
        if "An" not in self.accounts:
            self.accounts["An"] = make_account(self.session, "entry", self.unit, name="An")
        batch = make_batch(self.session, self.wave, self.accounts["An"], **header)
        self.session.commit()
        return batch


@pytest.fixture
def office(session: Session, staff_app: Flask, wave: Wave) -> Office:
    return Office(session, staff_app, wave)


def test_a_batch_is_opened_from_its_place_to_its_header(office: Office, session: Session) -> None:
    client = office.client("An")
    assert "Chưa có phiếu giấy nào" in html_of(client.get(f"{ROOT}/"))
    page = html_of(client.get(f"{ROOT}/moi"))
    assert 'value="U1 – Đơn vị U1"' in page
    answer = client.get(f"{ROOT}/moi?wave=P&unit=U1 – Đơn vị U1")
    assert answer.headers["Location"].endswith("/moi/P/U1")
    header = {
        "forms_expected": "2",
        "collected_from": "2026-04-16",
        "collected_until": "2026-04-16",
        "double_share": "0",
        "respondent_group": "citizen",
        "counter": "",
        "control_question": "",
        "control_sum": "",
    }
    refused = post(client, f"{ROOT}/moi/P/U1", {**header, "collected_until": "2027-01-01", "note": "Bó <1>"})
    assert "trong thời gian của đợt" in html_of(refused)
    assert "Bó &lt;1&gt;" in html_of(refused)
    answer = post(client, f"{ROOT}/moi/P/U1", header)
    batch = session.scalars(select(PaperBatch)).one()
    assert answer.headers["Location"].endswith(f"{ROOT}/{batch.id}")
    page = html_of(client.get(f"{ROOT}/{batch.id}"))
    assert batch.code in page
    assert "Nhận lô phiếu" not in page
    assert batch.code in html_of(client.get(f"{ROOT}/?code={batch.code.lower()}"))
    assert "Không có lô phiếu nào khớp" in html_of(client.get(f"{ROOT}/?state=rejected"))


def test_a_unit_out_of_reach_takes_no_batch(office: Office, session: Session) -> None:
    make_unit(session, code="U7")
    session.commit()
    client = office.client("An")
    assert "Không có đơn vị nào như vậy" in html_of(client.get(f"{ROOT}/moi?wave=P&unit=U7"))
    assert client.get(f"{ROOT}/moi/P/U7").status_code == 403
    assert client.get(f"{ROOT}/moi/P/U99").status_code == 404


def test_forms_are_typed_one_after_the_other(office: Office, session: Session) -> None:
    batch = office.batch(forms_expected=2)
    client = office.client("An")
    first = f"{ROOT}/{batch.id}/nhap/1/1"
    assert client.get(f"{ROOT}/{batch.id}/nhap/1").headers["Location"].endswith(first)
    answer = post(client, first, {"q_access_1": "5", "q_access_2": "m", "q_overall": "2", "q_reasons": ["1", "3"]})
    assert answer.headers["Location"].endswith("/nhap/1/2")
    page = html_of(client.get(answer.headers["Location"]))
    assert "Đã lưu phiếu 1" in page
    assert "1/2" in page
    blank = post(client, f"{ROOT}/{batch.id}/nhap/1/2", {"q_access_1": ""})
    assert "Phiếu này trắng phải không" in html_of(blank)
    answer = post(client, f"{ROOT}/{batch.id}/nhap/1/2", {"blank": "1"})
    assert answer.headers["Location"].endswith(f"{ROOT}/{batch.id}")
    again = html_of(client.get(first))
    assert 'name="q_access_1" value="5" checked' in again
    assert 'name="q_access_2" value="m" checked' in again
    assert again.count('name="q_reasons"') == 3
    assert 'name="seen" value="1"' in again
    entries = session.scalars(select(PaperEntry).order_by(PaperEntry.serial)).all()
    assert [entry.is_blank for entry in entries] == [False, True]
    post(client, f"{ROOT}/{batch.id}/bo/2", page=first)
    session.rollback()
    assert session.scalars(select(func.count()).select_from(PaperEntry)).one() == 1


def test_what_was_typed_stays_where_it_cannot_be_stored(office: Office) -> None:
    batch = office.batch()
    client = office.client("An")
    url = f"{ROOT}/{batch.id}/nhap/1/1"
    page = html_of(post(client, url, {"q_access_1": "9", "q_results_1": "4", "q_comment": "Tốt & <nhanh>"}))
    assert 'name="q_results_1" value="4" checked' in page
    assert "Tốt &amp; &lt;nhanh&gt;" in page
    assert "item wrong" in page
    stale = html_of(client.get(url))
    post(client, url, {"q_access_1": "5"})
    late = office.client("Bình")
    page = html_of(post(late, f"{ROOT}/{batch.id}/nhap/1/2", {"q_access_1": "3"}, follow_redirects=True))
    assert "Đã lưu phiếu 2" in page
    token = stale.partition('name="csrf_token" value="')[2].partition('"')[0]
    page = html_of(client.post(url, data={"csrf_token": token, "q_access_1": "1", "seen": ""}))
    assert "người khác nhập" in page
    assert 'name="q_access_1" value="1" checked' in page


def test_a_batch_goes_from_desk_to_desk(office: Office, session: Session) -> None:
    batch = office.batch(forms_expected=2, double_share=100)
    an, binh, manager = office.client("An"), office.client("Bình"), office.client("Chi", "manager")
    for serial in (1, 2):
        post(an, f"{ROOT}/{batch.id}/nhap/1/{serial}", {"q_access_1": "5", "q_overall": "2", "q_reasons": "1"})
    url = f"{ROOT}/{batch.id}"
    post(an, f"{url}/buoc", {"step": "finish"}, page=url)
    own = html_of(an.get(f"{url}/nhap/2", follow_redirects=True))
    assert "Không còn phiếu nào để ông/bà nhập lại" in own
    second = html_of(binh.get(f"{url}/nhap/2/1"))
    assert "checked" not in second.replace('value="" checked', "")
    assert 'name="q_comment"' not in second
    for serial in (1, 2):
        post(binh, f"{url}/nhap/2/{serial}", {"q_access_1": "4", "q_overall": "2", "q_reasons": "1"})
    refused = html_of(post(binh, f"{url}/buoc", {"step": "check"}, page=url, follow_redirects=True))
    assert "2 chỗ khác nhau chưa xử lý" in refused
    page = html_of(binh.get(f"{url}/khac-biet"))
    assert page.count("<tr id=") == 2
    assert page.count('type="radio"') == 6
    assert " checked" not in page
    assert " selected" not in page.partition("<table")[2]
    refused = html_of(post(binh, f"{url}/khac-biet", {}, follow_redirects=True))
    assert "Chưa chọn mục nào" in refused
    half = {"choice-1-access_1": "first", "choice-2-access_1": "other"}
    refused = html_of(post(binh, f"{url}/khac-biet", half))
    assert "Chưa lưu gì" in refused
    assert 'name="choice-1-access_1" value="first" checked' in refused
    post(binh, f"{url}/khac-biet", {"choice-1-access_1": "first"})
    page = html_of(binh.get(f"{url}/khac-biet"))
    assert "Còn 1/2 chỗ chưa xử lý" in page
    post(binh, f"{url}/khac-biet", {"choice-2-access_1": "other", "value-2-access_1": "4"})
    post(binh, f"{url}/buoc", {"step": "check"}, page=f"{url}/khac-biet")
    assert post(an, f"{url}/ket-thuc", {"step": "accept"}, page=url).status_code == 403
    accepted = html_of(post(manager, f"{url}/ket-thuc", {"step": "accept"}, page=url, follow_redirects=True))
    assert "2 phiếu trả lời nay được tính" in accepted
    assert "Bước tiếp theo" not in accepted
    assert session.scalars(select(func.count()).select_from(Response)).one() == 2
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == batch.code)).all()
    assert actions.count("paper_batch.change") == 3


def test_a_batch_whose_totals_differ_is_accepted_with_a_reason_only(office: Office, session: Session) -> None:
    batch = office.batch(forms_expected=3)
    type_form(session, batch, 1, office.accounts["An"], {"access_1": 5})
    paper_acceptance.finish_typing(session, batch)
    paper_acceptance.check(session, batch)
    session.commit()
    manager = office.client("Chi", "manager")
    url = f"{ROOT}/{batch.id}"
    page = html_of(post(manager, f"{url}/ket-thuc", {"step": "accept", "reason": "  "}, page=url))
    assert "Số đối chiếu không khớp" in page
    page = html_of(post(manager, f"{url}/ket-thuc", {"step": "reject", "reason": ""}, page=url))
    assert "Xin ghi lý do từ chối" in page
    post(manager, f"{url}/ket-thuc", {"step": "accept", "reason": "Hai phiếu <b>ướt</b>"}, page=url)
    assert "Hai phiếu &lt;b&gt;ướt&lt;/b&gt;" in html_of(manager.get(url))


def test_the_forms_of_a_batch_are_printed_with_code_and_number(office: Office) -> None:
    batch = office.batch(forms_expected=2)
    client = office.client("An")
    answer = client.get(f"{ROOT}/{batch.id}/phieu.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert client.get(f"{ROOT}/{batch.id}/phieu.pdf?from=3").status_code == 404


def test_nonsense_is_answered_by_a_page(office: Office) -> None:
    batch = office.batch()
    client = office.client("An")
    url = f"{ROOT}/{batch.id}"
    for path in (f"{ROOT}/999", f"{url}/nhap/1/0", f"{url}/nhap/1/2001", f"{url}/nhap/3/1"):
        assert client.get(path).status_code == 404, path
    assert post(client, f"{url}/buoc", {"step": "explode"}, page=url).status_code == 400


def test_lists_are_paged_by_key(office: Office, session: Session) -> None:
    for _ in range(52):
        office.batch()
    client = office.client("An")
    page = html_of(client.get(f"{ROOT}/"))
    assert page.count('class="code"') == 50
    following = page.partition("before=")[2].partition('"')[0].partition("&")[0]
    assert html_of(client.get(f"{ROOT}/?before={following}")).count('class="code"') == 2
