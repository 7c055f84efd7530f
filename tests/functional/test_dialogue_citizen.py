"""A dialogue for citizens: what each state allows, what is stored once, what comes back, and what only a pass opens."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.blueprints import dialogue as pages
from survey.models import Collector, Dialogue, DialogueGroup, DialogueQuestion, Response, ResponseConflict, Unit
from survey.operations import dialogue_polls, dialogue_questions, dialogues, waves
from survey.operations.periods import PROVINCE_TIME, province_today
from tests.dialogue_visitors import QUESTION, ask, enter, pass_of, rate
from tests.dialogues import make_commitment, make_dialogue, make_question
from tests.factories import make_unit
from tests.page_rules import CheckingClient
from tests.scanning import token_of

STATES = ("planned", "announced", "running", "held", "concluded", "cancelled")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What both databases do alike; the rules of the database have tests of their own."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _quick_fingers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MINIMUM_SECONDS", 0)


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, code="X1", name_vi="UBND xã Sông Trà")


def now() -> datetime:
    return datetime.now(PROVINCE_TIME)


def held_at(session: Session, unit: Unit, state: str) -> Dialogue:
    """A dialogue of today in a state, committed."""
    day = province_today()
    made = make_dialogue(session, unit, state=state, starts_at=now(), half=1 if day.month <= 6 else 2)
    session.commit()
    return made


def questions(session: Session) -> list[DialogueQuestion]:
    session.rollback()
    return list(session.scalars(select(DialogueQuestion)))


@pytest.mark.parametrize("state", STATES)
def test_one_page_shows_what_is_possible_in_each_state(
    client: CheckingClient, session: Session, unit: Unit, state: str
) -> None:
    dialogue = held_at(session, unit, state)
    page = client.get(f"/doi-thoai/{dialogue.code}")
    if state == "planned":
        assert page.status_code == 404, "what is being planned is nobody's business yet"
        return
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text
    assert "Trần Văn Hòa" in page.text
    assert ("name=text" in page.text) == (state in ("announced", "running"))
    assert ("/co-mat" in page.text) == (state == "running")
    assert ("Trùng lịch họp hội đồng" in page.text) == (state == "cancelled")
    assert client.get(f"/doi-thoai/{dialogue.code.lower()}").location == f"/doi-thoai/{dialogue.code}"
    assert client.get(f"/doi-thoai/{dialogue.code}?lang=en").status_code == 200


def test_a_box_that_is_not_open_yet_says_when(client: CheckingClient, session: Session, unit: Unit) -> None:
    dialogue = make_dialogue(session, unit, state="announced", starts_at=now() + timedelta(40))
    session.commit()
    assert "name=text" not in client.get(f"/doi-thoai/{dialogue.code}").text
    token = pages.issue_token(b"not the key", "x", 0)
    sent = client.post(
        f"/doi-thoai/{dialogue.code}/cau-hoi", data={"group": "citizen", "text": QUESTION, "token": token}
    )
    assert sent.status_code == 400
    assert not questions(session)


@pytest.mark.parametrize(("state", "source"), [("announced", "beforehand"), ("running", "meeting")])
def test_a_question_is_kept_without_a_name_and_found_by_its_code(
    client: CheckingClient, session: Session, unit: Unit, state: str, source: str
) -> None:
    dialogue = held_at(session, unit, state)
    sent = ask(client, dialogue, group="business")
    assert sent.status_code == 303
    assert "Set-Cookie" not in sent.headers
    (kept,) = questions(session)
    assert (kept.source, kept.asker_group, kept.text, kept.state) == (source, "business", QUESTION, "received")
    page = client.get(sent.location)
    assert kept.code in page.text
    assert "&lt;b&gt;Xin&lt;/b&gt;" in page.text
    typed = client.get(f"/doi-thoai/{dialogue.code}/cau-hoi?ma=%20{kept.code.lower()}%20")
    assert typed.location == f"/doi-thoai/{dialogue.code}/cau-hoi/{kept.code}"
    assert client.get(f"/doi-thoai/{dialogue.code}/cau-hoi/ZZZZZZZ").status_code == 404


def test_the_same_form_asks_once(client: CheckingClient, session: Session, unit: Unit) -> None:
    dialogue = held_at(session, unit, "announced")
    token = token_of(client.get(f"/doi-thoai/{dialogue.code}").text)
    assert len({ask(client, dialogue, token=token).location for _time in range(2)}) == 1
    assert len(questions(session)) == 1
    ask(client, dialogue, token=token, text="Câu hỏi khác")
    assert len(questions(session)) == 2, "another content is another question"


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"group": None}, 422, "Xin chọn nhóm"),
        ({"group": "minister"}, 422, "Xin chọn nhóm"),
        ({"text": " \n "}, 422, "Xin viết câu hỏi"),
        ({"text": "a" * 2001}, 422, "2000"),
        ({"website": "http://example.com"}, 400, "Chưa gửi được"),
        ({"token": "x"}, 400, "Chưa gửi được"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(
    client: CheckingClient, session: Session, unit: Unit, wrong: dict[str, str | None], status: int, words: str
) -> None:
    answer = ask(client, held_at(session, unit, "announced"), **wrong)
    assert answer.status_code == status
    assert words in answer.text
    if "text" not in wrong:
        assert "Bao giờ sửa đường thôn 3?" in answer.text
    assert not questions(session)


def test_who_asked_reads_the_answer_and_everybody_once_it_is_concluded(
    client: CheckingClient, session: Session, unit: Unit
) -> None:
    dialogue = held_at(session, unit, "running")
    own = make_question(session, dialogue)
    same = make_question(session, dialogue, text="Đường thôn 3 hỏng đã lâu.")
    dialogue_questions.group_as_same(session, same, own)
    dialogue_questions.answer(session, own, "Sửa xong trước ngày 30.", today=province_today())
    make_commitment(session, dialogue)
    dialogues.end(session, dialogue, now())
    session.commit()
    address = f"/doi-thoai/{dialogue.code}"
    for code in (own.code, same.code):
        assert "Sửa xong trước ngày 30." in client.get(f"{address}/cau-hoi/{code}").text
    assert "Sửa xong" not in client.get(address).text
    assert "Sửa đường thôn 3" not in client.get(address).text
    dialogues.conclude(session, dialogue, "Giao các phòng thực hiện.")
    session.commit()
    page = client.get(address).text
    for words in ("Sửa xong trước ngày 30.", "Sửa đường thôn 3", "Phạm Văn Đức", "Giao các phòng thực hiện."):
        assert words in page


def test_the_room_code_gives_a_pass_once_a_form(client: CheckingClient, session: Session, unit: Unit) -> None:
    dialogue = held_at(session, unit, "running")
    form = client.get(f"/doi-thoai/{dialogue.code}/co-mat?ma={dialogue.room_code}")
    assert f'value="{dialogue.room_code}"' in form.text, "the QR code of the room has brought it"
    token = token_of(form.text)
    given = {pass_of(enter(client, dialogue, token=token)) for _time in range(2)}
    assert len(given) == 1
    page = client.get(f"/doi-thoai/{dialogue.code}/the/{given.pop()}")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    session.expire_all()
    assert session.get_one(DialogueGroup, (dialogue.id, "citizen")).checked_in == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"room_code": "7654321"}, "không phải mã"), ({"room_code": ""}, "mã"), ({"group": ""}, "nhóm")],
)
def test_a_wrong_code_counts_nobody(
    client: CheckingClient, session: Session, unit: Unit, wrong: dict[str, str], words: str
) -> None:
    dialogue = held_at(session, unit, "running")
    answer = enter(client, dialogue, **wrong)
    assert answer.status_code == 422
    assert words in answer.text
    session.rollback()
    assert session.scalar(select(func.sum(DialogueGroup.checked_in))) == 0


@pytest.fixture
def rated(client: CheckingClient, session: Session, unit: Unit) -> tuple[Dialogue, str]:
    """A dialogue with its exit poll open, and a pass to it."""
    dialogue = held_at(session, unit, "running")
    given = pass_of(enter(client, dialogue))
    session.refresh(dialogue)
    dialogue_polls.open_poll(session, dialogue, "exit", now())
    session.commit()
    return dialogue, given


def test_a_pass_rates_once(client: CheckingClient, session: Session, rated: tuple[Dialogue, str]) -> None:
    dialogue, given = rated
    own = f"/doi-thoai/{dialogue.code}/the/{given}"
    form = f"/doi-thoai/{dialogue.code}/danh-gia?the={given}"
    assert form in client.get(own).text.replace("&amp;", "&")
    page = client.get(form)
    token = token_of(page.text)
    sent = rate(client, dialogue, given)
    thanks = client.get(sent.location)
    assert thanks.status_code == 200
    assert given not in sent.location, "the receipt names no pass"
    assert client.get(sent.location.replace("k=", "k=x")).status_code == 404
    assert client.get(form).location == own, "who has rated is shown so"
    assert form not in client.get(own).text
    address = form.partition("?")[0]
    again = client.post(address, data={"q_overall_satisfaction": "1", "the": given, "token": token})
    assert "ban đầu" in client.get(again.location).text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Response)) == 1
    assert session.scalar(select(func.count()).select_from(ResponseConflict)) == 1
    client.application.config.update(SECRET_KEY="another key, the old one dropped " * 2, SECRET_KEY_FALLBACKS=[])
    assert client.get(form).location == own, "a changed key gives no second ballot"


def test_what_is_wrong_with_a_rating_comes_back(client: CheckingClient, rated: tuple[Dialogue, str]) -> None:
    dialogue, given = rated
    address = f"/doi-thoai/{dialogue.code}/danh-gia"
    token = token_of(client.get(f"{address}?the={given}").text)
    empty = client.post(address, data={"the": given, "token": token})
    assert empty.status_code == 422
    assert f"name=the value={given}" in empty.text
    strange = client.post(address, data={"q_overall_satisfaction": "4", "the": given, "token": "x"})
    assert strange.status_code == 400


def test_nothing_but_a_pass_opens_the_poll(
    client: CheckingClient, session: Session, rated: tuple[Dialogue, str]
) -> None:
    dialogue, given = rated
    poll = session.scalars(select(Collector)).one()
    address = f"/doi-thoai/{dialogue.code}/danh-gia"
    token = token_of(client.get(f"{address}?the={given}").text)
    other = given[:-1] + ("2" if given[-1] != "2" else "3")
    for wrong in ("", other):
        answers = {"q_overall_satisfaction": "5", "the": wrong, "token": token}
        assert client.post(address, data=answers).status_code == 409
        assert client.get(f"{address}?the={wrong}").status_code == 303
    assert client.get(f"/doi-thoai/{dialogue.code}/the/{other}").status_code == 404
    assert client.get(f"/s/{poll.code}").status_code == 403, "the ordinary road does not lead there"
    assert client.post(f"/s/{poll.code}", data={"q_overall_satisfaction": "5", "token": token}).status_code == 403
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_a_pass_of_another_dialogue_opens_nothing(
    client: CheckingClient, session: Session, unit: Unit, rated: tuple[Dialogue, str]
) -> None:
    other = held_at(session, unit, "running")
    foreign = pass_of(enter(client, other))
    assert client.get(f"/doi-thoai/{rated[0].code}/the/{foreign}").status_code == 404


def test_those_present_are_asked_again(client: CheckingClient, session: Session, rated: tuple[Dialogue, str]) -> None:
    dialogue, given = rated
    rate(client, dialogue, given)
    session.refresh(dialogue)
    make_commitment(session, dialogue, deadline_on=province_today())
    dialogues.end(session, dialogue, now())
    dialogues.conclude(session, dialogue, "Giao các phòng thực hiện.")
    session.flush()
    poll = dialogue_polls.running_poll(session, dialogue)
    assert poll is not None
    waves.close_wave(session, poll.wave, now())
    session.commit()
    own = f"/doi-thoai/{dialogue.code}/the/{given}"
    assert "danh-gia?the" not in client.get(own).text
    dialogue_polls.open_poll(session, dialogue, "follow_up", now() + timedelta(1))
    session.commit()
    assert "danh-gia?the" in client.get(own).text
    assert "name=the" in client.get(f"/doi-thoai/{dialogue.code}").text, "the dialogue's page says it too"
    assert rate(client, dialogue, given, level=2).status_code == 303
    assert "danh-gia?the" not in client.get(own).text


def test_a_full_box_says_where_else_to_turn_and_keeps_what_was_written(
    client: CheckingClient, session: Session, unit: Unit
) -> None:
    client.application.config["DIALOGUE_QUESTIONS"] = 1
    dialogue = held_at(session, unit, "announced")
    assert ask(client, dialogue).status_code == 303
    refused = ask(client, dialogue, text="Khi nào có thêm quầy?")
    assert refused.status_code == 409
    assert "nộp trên giấy" in refused.text
    assert "Khi nào có thêm quầy?" in refused.text


def test_the_list_shows_announced_dialogues_and_takes_a_code(
    client: CheckingClient, session: Session, unit: Unit
) -> None:
    shown, hidden = held_at(session, unit, "announced"), held_at(session, unit, "planned")
    page = client.get("/doi-thoai/").text
    assert shown.code in page
    assert hidden.code not in page
    assert client.get(f"/doi-thoai/?ma={shown.code.lower()}").location == f"/doi-thoai/{shown.code}"
    unknown = client.get("/doi-thoai/?ma=NOPE123")
    assert unknown.status_code == 404
    assert "Không có buổi đối thoại nào mang mã này" in unknown.text
    assert 'value="NOPE123"' in unknown.text
