"""A form tried by those who prepare its wave: stored as a test, counted nowhere, and made by nobody else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.analysis import response_list
from survey.models import (
    AuditEntry,
    Collector,
    CollectorScan,
    Comment,
    Response,
    ResponseConflict,
    ResponseTally,
    Seal,
    TextAnswer,
    Unit,
    Wave,
)
from survey.operations import comments, waves
from survey.operations.collectors import revoke_collector
from survey.operations.ledger import seal_all
from survey.operations.submission import receipt_number
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.policy_objects import make_free_text
from tests.scanning import token_of
from tests.staff import csrf_token, make_account, sign_in

ANSWERS = {"q_access_1": "5", "q_procedures_2": "1", "q_comment": "Thử <b>chữ</b>"}


@dataclass
class Desk:
    """A commune's manager at the collector of a draft wave."""

    app: Flask
    session: Session
    client: CheckingClient
    wave: Wave
    unit: Unit
    collector: Collector

    @property
    def page(self) -> str:
        return f"/staff/dot/W/diem-thu/{self.collector.code}"

    @property
    def url(self) -> str:
        return f"{self.page}/thu"

    def send(self, answers: dict[str, str], *, token: str = "", csrf: str = "", query: str = "") -> str:
        """What comes back: where it leads, or the page."""
        text = html_of(self.client.get(self.url))
        data = {"token": token or token_of(text), "csrf_token": csrf or csrf_token(self.client, self.url), **answers}
        answer = self.client.post(f"{self.url}{query}", data=data)
        self.session.rollback()
        return answer.location or html_of(answer)

    def open(self) -> None:
        waves.open_wave(self.session, self.wave, NOW)
        self.session.commit()

    def count(self, model: type) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def desk(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> Desk:
    session = staff_session
    unit = make_unit(session, code="X1", parent=make_unit(session, code="T", kind="province"))
    asked = make_questionnaire(session, make_definition(questions=[make_free_text("comment")]))
    wave = make_wave(session, code="W", units=[unit], questionnaire=asked)
    collector = make_collector(session, wave, unit)
    sign_in(staff_client, make_account(session, "manager", unit, name="Phạm Thị Thử"))
    return Desk(staff_app, session, staff_client, wave, unit, collector)


@pytest.mark.parametrize("state", ["draft", "open"])
def test_a_trial_is_stored_and_counted_nowhere(desk: Desk, state: str) -> None:
    if state == "open":
        desk.open()
    assert f'href="{desk.url}"' in html_of(desk.client.get(desk.page))
    form = html_of(desk.client.get(desk.url))
    assert "không bao giờ được tính" in form
    assert ("Đợt chưa mở" in form) == (state == "draft")
    thanks = desk.send(ANSWERS, query="?lang=vi&send")
    response = desk.session.scalars(select(Response)).one()
    assert (response.is_test, response.collector_id, response.language) == (True, desk.collector.id, "vi")
    assert desk.session.scalars(select(TextAnswer.text)).one() == ANSWERS["q_comment"]
    page = html_of(desk.client.get(thanks))
    assert "không bao giờ được tính" in page
    assert receipt_number(response.submission_id) in page
    assert seal_all(desk.app.extensions["engine"]) == 1
    comments.gather_batch(desk.session)
    desk.session.commit()
    assert desk.count(Seal) == 1
    assert desk.count(ResponseTally) == desk.count(Comment) == desk.count(CollectorScan) == 0
    assert "<dt>Phiếu trả lời</dt><dd>0</dd>" in html_of(desk.client.get(desk.page))
    noted = desk.session.scalars(select(AuditEntry).where(AuditEntry.action == "response.test")).one()
    assert (noted.actor, noted.subject, noted.unit_path) == ("Phạm Thị Thử", desk.collector.code, desk.unit.path)


def test_the_thanks_are_signed_and_speak_both_languages(desk: Desk) -> None:
    thanks = desk.send(ANSWERS)
    assert "This was a test" in html_of(desk.client.get(f"{thanks}&lang=en"))
    for wrong in (thanks.replace("so=", "so=A"), thanks + "&dau=1", f"{desk.url}/cam-on"):
        assert desk.client.get(wrong).location == desk.url


def test_no_citizen_makes_a_test_and_no_token_serves_both_ways(desk: Desk) -> None:
    desk.open()
    public = f"/s/{desk.collector.code}"
    trial, real = (token_of(html_of(desk.client.get(url))) for url in (desk.url, public))
    assert desk.client.post(public, data={**ANSWERS, "token": trial}).status_code == 400
    assert "chưa được gửi" in desk.send(ANSWERS, token=real)
    assert desk.count(Response) == 0
    wish = {"is_test": "1", "test": "true", "thu": "1", "csrf_token": "x"}
    assert (
        desk.client.post(f"{public}?thu=1&test=1&is_test=1", data={**ANSWERS, "token": real, **wish}).status_code == 303
    )
    assert desk.count(Response) == 1
    assert desk.session.scalars(select(Response.is_test)).all() == [False]
    assert desk.client.get(f"{public}/thu").status_code == 404


def test_without_a_token_or_an_account_nothing_is_stored(desk: Desk) -> None:
    desk.open()
    token = token_of(html_of(desk.client.get(desk.url)))
    assert desk.client.post(desk.url, data={**ANSWERS, "token": token}).status_code == 400
    stranger = desk.app.test_client()
    assert stranger.post(desk.url, data={**ANSWERS, "token": token}).location.startswith("/staff/dang-nhap")
    assert desk.count(Response) == 0


def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: Desk) -> None:
    page = desk.send({"q_access_1": "9", "q_comment": "Thử <b>chữ</b>"})
    assert "không có trong phiếu" in page
    assert "Thử &lt;b&gt;chữ&lt;/b&gt;" in page
    assert "không bao giờ được tính" in page
    assert "chưa trả lời câu nào" in desk.send({})
    assert desk.count(Response) == 0


def test_a_second_sending_is_no_citizens_conflict(desk: Desk) -> None:
    desk.open()
    token = token_of(html_of(desk.client.get(desk.url)))
    first = desk.send(ANSWERS, token=token)
    assert desk.send(ANSWERS, token=token) == first
    second = desk.send({**ANSWERS, "q_access_1": "1"}, token=token)
    assert "không bao giờ được tính" in html_of(desk.client.get(second))
    assert (desk.count(Response), desk.count(ResponseConflict)) == (1, 1)
    assert response_list.conflicts(desk.session, desk.wave, Unit.id.is_not(None), None, 9) == []


@pytest.mark.parametrize(
    ("why", "told"),
    [("revoked", "đã bị thu hồi"), ("closed", "đã kết thúc"), ("paper", "không phục vụ điểm thu")],
)
def test_what_has_no_form_says_so(desk: Desk, why: str, told: str) -> None:
    if why == "revoked":
        revoke_collector(desk.session, desk.collector, NOW, "mất bảng")
    elif why == "paper":
        desk.collector = make_collector(desk.session, desk.wave, desk.unit, channel="paper", trust="paper")
    else:
        desk.open()
        waves.close_wave(desk.session, desk.wave, NOW)
    desk.session.commit()
    assert f'href="{desk.url}"' not in html_of(desk.client.get(desk.page))
    answer = desk.client.get(desk.url)
    assert (answer.status_code, answer.location) == (303, "/staff/dot/W")
    assert told in html_of(desk.client.get(answer.location))


def test_a_trial_keeps_the_questionnaire_it_answered(desk: Desk) -> None:
    desk.send(ANSWERS)
    response_id = desk.session.scalars(select(Response.id)).one()
    desk.wave.questionnaire = make_questionnaire(desk.session, make_definition(code="other", factors={"results": 1}))
    desk.session.commit()
    whole = response_list.whole(desk.session, response_id)
    assert whole
    assert [given.text for given in whole.answers if given.text] == [ANSWERS["q_comment"]]
    assert [word.vi for given in whole.answers for word in given.words] == ["Mức 5", "Mức 1"]
