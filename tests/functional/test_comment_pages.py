"""The comments' pages: search, tags, hiding with a reason, files; and nothing before its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import Question, Wording
from survey.models import AuditEntry, Comment, Unit
from survey.operations.comments import attend_comments, release_comments
from survey.operations.ledger import seal_all
from tests.factories import (
    make_collector,
    make_definition,
    make_questionnaire,
    make_rating,
    make_response,
    make_unit,
    make_wave,
)
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

URL = "/staff/nhan-xet/"


class Wrote:
    """Six comments on A, two weeks old and released; one on B, of today."""

    def __init__(self, app: Flask, session: Session) -> None:
        words = Wording("Góp ý", "Comment")
        text = Question(code="comment", kind="long_text", label=words, wording=words, max_length=500)
        asked = make_definition(questions=[make_rating("overall_satisfaction", in_index=False), text])
        self.top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
        self.units: dict[str, Unit] = {code: make_unit(session, code=code, parent=self.top) for code in "AB"}
        questionnaire = make_questionnaire(session, asked)
        wave = make_wave(session, code="W", units=self.units.values(), questionnaire=questionnaire, state="open")
        now = datetime.now(UTC)
        for unit, texts, days in (
            ("A", ("Thái độ rất tốt", "Chờ lâu quá", "=HYPERLINK(1)", "<b>Chị Lan</b>", "Một", "Hai"), 14),
            ("B", ("Của đơn vị B",), 0),
        ):
            way = make_collector(session, wave, self.units[unit])
            for written in texts:
                answers = {"access_1": 4, "overall_satisfaction": 2 if "Chờ" in written else 5}
                at = now - timedelta(days=days)
                make_response(session, way, answers=answers, texts={"comment": written}, received_at=at)
        session.commit()
        seal_all(app.extensions["engine"])
        today = now.date()
        attend_comments(app.extensions["engine"], today)
        release_comments(session, wave, today - timedelta(days=1))
        session.commit()
        self.ids = {row.folded: row.id for row in session.scalars(select(Comment))}
        session.rollback()


@pytest.fixture
def wrote(staff_app: Flask, staff_session: Session) -> Wrote:
    return Wrote(staff_app, staff_session)


def page(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return html_of(response)


def enter(client: CheckingClient, session: Session, role: str, unit: Unit) -> None:
    sign_in(client, make_account(session, role, unit))


def test_the_unit_reads_its_own_released_ones_without_day(
    wrote: Wrote, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "manager", wrote.units["A"])
    shown = unescape(page(staff_client, URL))
    assert "Thái độ rất tốt" in shown
    assert "Của đơn vị B" not in shown
    day = datetime.now(UTC) - timedelta(days=14)
    assert f"Tháng {day.month}/{day.year}" in shown
    assert f"{day:%d/%m/%Y}" not in shown
    page(staff_client, f"{URL}?satisfaction=low", 404)  # a comment is not tied to an answer for the rated unit
    page(staff_client, f"{URL}{wrote.ids['cua don vi b']}", 404)
    assert "Không có đơn vị nào" in page(staff_client, f"{URL}?unit=B")
    page(staff_client, f"{URL}nhan-xet.csv?unit=B", 404)
    enter(staff_client, staff_session, "manager", wrote.units["B"])
    assert "Của đơn vị B" not in page(staff_client, URL)  # today's


def test_the_compiler_sees_all_with_their_day(
    wrote: Wrote, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "compiler", wrote.top)
    shown = unescape(page(staff_client, URL))
    assert shown.index("Của đơn vị B") < shown.index("Thái độ rất tốt")  # the newest first
    assert "&lt;b&gt;Chị Lan&lt;/b&gt;" in page(staff_client, URL)
    assert "Chờ lâu quá" in page(staff_client, f"{URL}?satisfaction=low")
    assert "Thái độ rất tốt" not in page(staff_client, f"{URL}?satisfaction=low")
    found = page(staff_client, f"{URL}?q=thai+do+TOT&wave=W&unit=A")
    assert "Thái độ rất tốt" in found
    assert "Chờ lâu quá" not in found
    for wrong in ("wave=X", "satisfaction=x", "state=x", "after=x"):
        page(staff_client, f"{URL}?{wrong}", 404)


def test_a_manager_tags_but_does_not_hide(wrote: Wrote, staff_session: Session, staff_client: CheckingClient) -> None:
    enter(staff_client, staff_session, "manager", wrote.units["A"])
    one = f"{URL}{wrote.ids['cho lau qua']}"
    assert post(staff_client, f"{one}/the", {"tags": "thời gian chờ, #quầy 2"}, page=one).status_code == 302
    shown = page(staff_client, f"{URL}?tag=qu%E1%BA%A7y+2")
    assert "Chờ lâu quá" in shown
    assert "Thái độ rất tốt" not in shown
    wrong = post(staff_client, f"{one}/the", {"tags": "x" * 60}, page=one)
    assert wrong.status_code == 422
    assert "x" * 60 in html_of(wrong)  # what was typed stays
    assert post(staff_client, f"{one}/bo-the", {"tag": "quầy 2"}, page=one).status_code == 302
    assert "Chờ lâu quá" not in page(staff_client, f"{URL}?tag=qu%E1%BA%A7y+2")
    assert post(staff_client, f"{one}/an", {"reason": "khó nghe"}, page=one).status_code == 403


def test_hiding_needs_a_reason_is_noted_and_can_be_taken_back(
    wrote: Wrote, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "reviewer", wrote.top)
    one = f"{URL}{wrote.ids['<b>chi lan</b>']}"
    assert post(staff_client, f"{one}/an", {"reason": "  "}, page=one).status_code == 422
    assert post(staff_client, f"{one}/an", {"reason": "nêu tên"}, page=one).status_code == 302
    assert "Chị Lan" not in page(staff_client, URL)
    assert "1 ý kiến đã ẩn" in page(staff_client, URL)
    assert "Chị Lan" in page(staff_client, f"{URL}?state=hidden")
    enter(staff_client, staff_session, "manager", wrote.units["A"])
    assert "Chị Lan" not in page(staff_client, URL)
    for guessed in ("?q=chi+l", "?q=chi+m", "?tag=chi"):  # the count says nothing about what is hidden
        assert "1 ý kiến đã ẩn" in page(staff_client, f"{URL}{guessed}")
    page(staff_client, one, 404)
    staff_session.rollback()
    entry = staff_session.scalars(
        select(AuditEntry).where(AuditEntry.subject_kind == "comment").order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    assert "nêu tên" in (entry.after or "")
    staff_session.rollback()
    enter(staff_client, staff_session, "reviewer", wrote.top)
    assert post(staff_client, f"{one}/hien", page=one).status_code == 302
    assert "Chị Lan" in page(staff_client, URL)


def test_a_file_holds_no_formula_and_no_day_for_the_unit(
    wrote: Wrote, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "manager", wrote.units["A"])
    csv = staff_client.get(f"{URL}nhan-xet.csv").data.decode("utf-8-sig")
    assert len(csv.splitlines()) == 7
    assert ";'=HYPERLINK(1);" in csv
    assert f"{datetime.now(UTC) - timedelta(days=14):%d/%m/%Y}" not in csv
    assert staff_client.get(f"{URL}nhan-xet.xlsx").data.startswith(b"PK")
