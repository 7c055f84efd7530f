"""The polls of a dialogue in the back office: opened, closed, read beside the counters and the dialogue before."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Dialogue, DialogueGroup, DialoguePoll, ThemeCount, Unit, Wave
from survey.operations import dialogue_polls, dialogues, theme_counting, waves
from survey.operations.comments import attend_comments
from survey.operations.dialogue_passes import ballot_id, check_in, new_pass
from survey.operations.ledger import seal_all
from survey.operations.periods import province_today
from survey.operations.responses import Submission, record_response
from tests.dialogues import STARTS, make_commitment, make_dialogue
from tests.factories import make_unit
from tests.page_rules import CheckingClient
from tests.staff import make_account, post, sign_in

ENDS = STARTS + timedelta(hours=3)


@pytest.fixture
def unit(staff_session: Session, staff_client: CheckingClient) -> Unit:
    """A commune whose manager is signed in."""
    made = make_unit(staff_session, code="X1", name_vi="Xã Sông Trà")
    sign_in(staff_client, make_account(staff_session, "manager", made))
    return made


def rated(
    session: Session, unit: Unit, levels: list[int], *, starts_at: datetime = STARTS, half: int = 1, state: str = "held"
) -> Dialogue:
    """A dialogue whose exit poll has closed, rated once with each of the levels."""
    dialogue = make_dialogue(session, unit, state="running", starts_at=starts_at, half=half)
    passes = present(session, dialogue, len(levels))
    poll = dialogue_polls.open_poll(session, dialogue, "exit", starts_at)
    answer(session, dialogue, poll, passes, levels)
    make_commitment(session, dialogue, deadline_on=starts_at.date() + timedelta(20))
    dialogues.end(session, dialogue, starts_at + timedelta(hours=3))
    if state == "concluded":
        dialogues.conclude(session, dialogue, "Giao các phòng thực hiện.")
    waves.close_wave(session, poll.wave, starts_at + timedelta(8))
    finish(session)
    return dialogue


def present(session: Session, dialogue: Dialogue, number: int) -> list[str]:
    passes = [new_pass(b"key", f"{dialogue.code} {at}".encode()) for at in range(number)]
    for given in passes:
        check_in(session, dialogue, room_code=dialogue.room_code or "", group="citizen", pass_code=given)
    return passes


WRITTEN = "Xin họp vào buổi tối"  # by everybody who rates


def answer(session: Session, dialogue: Dialogue, poll: DialoguePoll, passes: list[str], levels: list[int]) -> None:
    asked = [row.id for row in poll.wave.questionnaire.questions if row.kind == "rating"]
    written = [row.id for row in poll.wave.questionnaire.questions if row.kind == "long_text"]
    at = int(datetime.combine(poll.asked_on, STARTS.time(), STARTS.tzinfo).timestamp())
    for given, level in zip(passes, levels, strict=True):
        submission = Submission(
            submission_id=ballot_id(poll, given),
            collector_id=poll.collector_id,
            received_at=at,
            seconds=60,
            language="vi",
            choices=dict.fromkeys(asked, level),
            texts=dict.fromkeys(written, WRITTEN),
        )
        assert record_response(session, submission).outcome == "recorded"


def finish(session: Session) -> None:
    session.commit()
    seal_all(session.get_bind().engine)
    session.expire_all()


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_exit_poll_opens_with_the_end_of_the_meeting_and_closes_by_a_button(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    dialogue = make_dialogue(staff_session, unit, state="running")
    present(staff_session, dialogue, 2)
    staff_session.commit()
    base = f"/staff/doi-thoai/{dialogue.code}"
    assert "Phiếu tự mở khi kết thúc buổi họp" in staff_client.get(f"{base}/danh-gia").text
    assert post(staff_client, f"{base}/ket-thuc", page=base).status_code == 303
    poll = staff_session.scalars(select(DialoguePoll)).one()
    assert (poll.kind, poll.wave.state) == ("exit", "open")
    closing = post(staff_client, f"{base}/danh-gia/exit/dong", page=f"{base}/danh-gia")
    assert closing.location == f"{base}/danh-gia"
    staff_session.rollback()  # closed by a session of its own
    staff_session.refresh(poll.wave)
    assert poll.wave.state == "closed"
    assert "Đã đóng" in staff_client.get(f"{base}/danh-gia").text


def test_a_meeting_nobody_checked_in_to_ends_without_a_poll(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    dialogue = make_dialogue(staff_session, unit, state="running")
    staff_session.commit()
    base = f"/staff/doi-thoai/{dialogue.code}"
    assert post(staff_client, f"{base}/ket-thuc", page=base).status_code == 303
    assert not staff_session.scalars(select(DialoguePoll)).all()
    page = staff_client.get(f"{base}/danh-gia").text
    assert "Không ai nhập mã phòng họp" in page
    assert "danh-gia/exit/mo" not in page


def test_the_poll_is_opened_by_a_button_while_the_meeting_runs(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    dialogue = make_dialogue(staff_session, unit, state="running")
    staff_session.commit()
    base = f"/staff/doi-thoai/{dialogue.code}/danh-gia"
    assert post(staff_client, f"{base}/exit/mo", page=base).status_code == 303
    assert staff_session.scalars(select(DialoguePoll)).one().kind == "exit"
    again = post(staff_client, f"{base}/exit/mo", page=base)
    assert "chỉ hỏi một lần" in staff_client.get(again.location).text


def test_the_result_stands_beside_the_dialogue_before_and_the_follow_up(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    rated(staff_session, unit, [5] * 10 + [2] * 30)
    later = rated(staff_session, unit, [5] * 36 + [2] * 4, starts_at=STARTS + timedelta(90), state="concluded")
    passes = [new_pass(b"key", f"{later.code} {at}".encode()) for at in range(40)]
    poll = dialogue_polls.open_poll(staff_session, later, "follow_up", STARTS + timedelta(120))
    answer(staff_session, later, poll, passes, [2] * 35 + [5] * 5)
    waves.close_wave(staff_session, poll.wave, STARTS + timedelta(151))
    finish(staff_session)
    page = words_of(staff_client.get(f"/staff/doi-thoai/{later.code}/danh-gia").text)
    assert "Hài lòng chung so với kỳ đối thoại trước: Đã chuyển biến: tăng" in page
    assert "Từ 25,00% đến 90,00%: +65,00 điểm phần trăm" in page
    assert "khi các cam kết đã đến hạn: Đã chuyển biến: giảm" in page
    assert "Từ 90,00% đến 12,50%" in page


def test_fewer_than_five_are_hidden(staff_client: CheckingClient, staff_session: Session, unit: Unit) -> None:
    dialogue = rated(staff_session, unit, [5, 5, 1, 1])
    page = words_of(staff_client.get(f"/staff/doi-thoai/{dialogue.code}/danh-gia").text)
    assert "50,00%" not in page
    assert "ẩn" in page


def test_more_passes_than_people_are_said(staff_client: CheckingClient, staff_session: Session, unit: Unit) -> None:
    dialogue = rated(staff_session, unit, [5] * 6)
    row = staff_session.get_one(DialogueGroup, (dialogue.id, "citizen"))
    row.counted = 6
    staff_session.commit()
    address = f"/staff/doi-thoai/{dialogue.code}/danh-gia"
    assert "nhập hai lần" not in staff_client.get(address).text
    row.counted = 5
    staff_session.commit()
    assert "nhập hai lần" in staff_client.get(address).text


def test_the_review_of_the_half_year_prints_the_rating(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    rated(staff_session, unit, [5] * 36 + [2] * 4)
    document = staff_client.get("/staff/doi-thoai/tong-ket/X1/2026-1.pdf")
    assert document.status_code == 200
    text = "".join(page.get_textpage().get_text_bounded() for page in PdfDocument(BytesIO(document.data)))
    assert "90,00%" in text


def test_a_poll_has_no_page_among_the_waves(staff_client: CheckingClient, staff_session: Session, unit: Unit) -> None:
    rated(staff_session, unit, [5] * 6)
    wave = staff_session.scalars(select(Wave)).one()
    for address in (f"/staff/dot/{wave.code}", f"/staff/ket-qua/{wave.code}/X1", f"/ket-qua/{wave.code}"):
        assert staff_client.get(address).status_code == 404, address
    for address in ("/staff/dot/", "/staff/ket-qua/", "/staff/", "/staff/don-vi/X1"):
        assert wave.code not in staff_client.get(address).text, address


def test_what_those_present_wrote_stands_on_the_dialogue_s_page_and_not_among_the_unit_s(
    staff_client: CheckingClient, staff_session: Session, unit: Unit
) -> None:
    dialogue = rated(staff_session, unit, [5] * 6)
    engine = staff_session.get_bind().engine
    attend_comments(engine, province_today())
    theme_counting.run_due(engine, datetime.now(UTC))
    code = staff_session.scalars(select(Wave.code)).one()
    assert staff_session.scalars(select(ThemeCount)).all() == []
    assert WRITTEN not in staff_client.get("/staff/nhan-xet/").text
    shown = staff_client.get(f"/staff/doi-thoai/{dialogue.code}/danh-gia").text
    assert shown.count(WRITTEN) == 6
    assert f"/staff/nhan-xet/?wave={code}" in shown
    assert staff_client.get(f"/staff/nhan-xet/?wave={code}").text.count(f"<blockquote>{WRITTEN}") == 6
    sign_in(staff_client, make_account(staff_session, "viewer", unit))
    assert WRITTEN not in staff_client.get(f"/staff/doi-thoai/{dialogue.code}/danh-gia").text
