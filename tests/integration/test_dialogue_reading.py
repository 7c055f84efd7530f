"""Dialogues as lists, the board and documents read them: counted by hand, only within reach, over two half-years."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import Engine, select, true
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis import commitments as promises
from survey.analysis import dialogues as reading
from survey.analysis.dialogue_board import board
from survey.analysis.dialogue_record import figures, record, review
from survey.models import Dialogue, MailMessage, Unit
from survey.operations import commitments, dialogue_questions, dialogue_reminders, dialogue_themes, dialogues
from survey.operations.periods import PROVINCE_TIME
from tests.dialogues import DAY, STARTS, make_commitment, make_dialogue, make_question
from tests.factories import make_unit
from tests.staff import make_account

FIRST, SECOND = HalfYear(2026, 1), HalfYear(2026, 2)
TODAY = date(2026, 11, 21)


def tree(session: Session) -> tuple[Unit, Unit, Unit]:
    province = make_unit(session, code="T", kind="province")
    return province, make_unit(session, code="X1", parent=province), make_unit(session, code="X2", parent=province)


def first_half(session: Session, unit: Unit) -> Dialogue:
    """Four questions (two of one matter, one declined, one answered later), three promises: kept, late, dropped."""
    dialogue = make_dialogue(session, unit, state="running")
    land = dialogue_themes.add_theme(session, dialogue, "Đất đai")
    asked = [make_question(session, dialogue, text=f"Câu {k}") for k in range(5)]
    dialogue_questions.place(session, asked[0], theme=land, answering_unit=unit)
    dialogue_questions.group_as_same(session, asked[1], asked[0])
    dialogue_questions.answer(session, asked[0], "Có", today=DAY)
    dialogue_questions.answer(session, asked[2], "Có", today=DAY)
    dialogue_questions.answer_later(session, asked[3], DAY + timedelta(days=10), today=DAY)
    dialogue_questions.decline(session, asked[4], "Ngoài thẩm quyền")
    kept, _late, dropped = (make_commitment(session, dialogue) for _ in range(3))
    commitments.finish(session, kept, "Biên bản", today=DAY + timedelta(days=60))
    commitments.drop(session, dropped, "Không còn cần", today=DAY + timedelta(days=61))
    dialogues.count_present(session, dialogue, {"citizen": 33, "official": 5})
    dialogues.end(session, dialogue, STARTS)
    dialogues.conclude(session, dialogue, "Kết luận")
    session.commit()
    return dialogue


def test_the_list_is_paged_from_the_latest_meeting_and_counts_every_question(session: Session) -> None:
    _province, own, other = tree(session)
    first = first_half(session, own)
    later = [make_dialogue(session, other, starts_at=STARTS + timedelta(days=k)) for k in (1, 2)]
    session.commit()
    page = reading.page(session, true(), TODAY, size=2)
    assert [dialogue.code for dialogue in page.dialogues] == [later[1].code, later[0].code]
    rest = reading.page(session, true(), TODAY, size=2, after=page.after or "")
    assert ([dialogue.code for dialogue in rest.dialogues], rest.after) == ([first.code], None)
    assert rest.numbers[first.id] == reading.Numbers(questions=4, answered=3, waiting=0, open=1, late=1)
    assert reading.half_years(session, true()) == [FIRST]
    assert [row.code for row in reading.page(session, Unit.code == "X1", TODAY).dialogues] == [first.code]
    assert reading.page(session, true(), TODAY, period=SECOND).dialogues == []


def test_screen_list_minutes_and_review_count_the_questions_of_a_dialogue_alike(session: Session) -> None:
    """Five were asked: one declined, one grouped with an answered one, one answered later."""
    _province, own, _other = tree(session)
    dialogue = first_half(session, own)
    listed = reading.numbers_of(session, [dialogue.id], TODAY)[dialogue.id]
    screen = reading.counts_by_state(reading.questions_of(session, dialogue))
    told, half = record(session, dialogue, "", TODAY), figures(session, own, FIRST, TODAY)
    assert screen == {"answered": 3, "later": 1, "declined": 1}
    assert (listed.questions, listed.answered) == (4, 3)
    assert (told.came_before_the_meeting, len(told.declined)) == (4, 1)
    assert (half.questions, half.answered, half.later, half.declined) == (5, 3, 1, 1)
    [later] = [question for question in reading.questions_of(session, dialogue) if question.state == "later"]
    dialogue_questions.answer(session, later, "Đã bố trí vốn", today=TODAY)
    assert reading.numbers_of(session, [dialogue.id], TODAY)[dialogue.id].answered == 4
    assert figures(session, own, FIRST, TODAY).answered_share == 1


def test_questions_stand_by_theme_and_then_as_the_chair_put_them(session: Session) -> None:
    dialogue = make_dialogue(session, tree(session)[1], state="announced")
    one, two, three = (make_question(session, dialogue, text=f"Câu {k}") for k in (1, 2, 3))
    land, roads = (dialogue_themes.add_theme(session, dialogue, name) for name in ("Đất đai", "Giao thông"))
    dialogue_questions.place(session, three, theme=land, answering_unit=None)
    dialogue_questions.place(session, two, theme=roads, answering_unit=None)
    assert reading.agenda_of(reading.questions_of(session, dialogue)) == [three, two, one]
    dialogue_themes.move_theme(session, dialogue, roads, -1)
    dialogue_questions.decline(session, one, "Khiếu nại")
    assert reading.agenda_of(reading.questions_of(session, dialogue)) == [two, three]


def test_the_board_says_who_held_and_who_is_late(session: Session) -> None:
    province, own, other = tree(session)
    make_unit(session, code="X1-P1", kind="room", parent=own)
    make_dialogue(session, own, state="cancelled")
    held = first_half(session, own)
    make_dialogue(session, own)  # another one of the same half-year does not hide the one that was held
    lines = {line.code: line for line in board(session, true(), FIRST, TODAY)}
    assert {code: line.status for code, line in lines.items()} == {"X1": "held", "X2": "late"}
    assert lines["X1"].dialogue is not None
    assert (lines["X1"].dialogue.code, lines["X1"].late_commitments) == (held.code, 1)
    assert [line.code for line in board(session, Unit.path.startswith(other.path), FIRST, TODAY)] == ["X2"]
    other.valid_until = date(2026, 6, 29)
    assert [line.code for line in board(session, true(), FIRST, TODAY)] == ["X1"]
    assert province.code not in lines


def test_a_meeting_counts_on_the_day_it_began_not_on_the_planned_one(session: Session) -> None:
    _province, own, _other = tree(session)
    dialogue = make_dialogue(session, own, state="announced")
    dialogues.start(session, dialogue, STARTS + timedelta(days=120))
    dialogues.end(session, dialogue, STARTS + timedelta(days=120, hours=3))
    line = next(line for line in board(session, true(), FIRST, date(2026, 9, 1)) if line.code == "X1")
    assert line.status == "held_late"


def test_commitments_are_found_by_state_and_deadline(session: Session) -> None:
    _province, own, _other = tree(session)
    dialogue = make_dialogue(session, own, state="held")
    made = [make_commitment(session, dialogue, deadline_on=DAY + timedelta(days=k)) for k in (30, 10, 10)]
    commitments.finish(session, made[0], "Biên bản", today=DAY)
    today = DAY + timedelta(days=11)
    assert promises.numbers(session, true(), today) == promises.Numbers(open=2, late=2, done=1, dropped=0)
    first, more = promises.page(session, true(), today, state="late", size=1)
    assert (list(first), more) == ([made[1]], made[1].id)
    assert promises.page(session, true(), today, state="late", size=1, after=more) == ([made[2]], None)
    assert promises.page(session, true(), today, state="done")[0] == [made[0]]
    assert promises.numbers(session, Unit.code == "X2", today) == promises.Numbers()


def test_a_record_holds_what_its_documents_say(session: Session) -> None:
    _province, own, _other = tree(session)
    first = first_half(session, own)
    second = make_dialogue(
        session, own, state="running", starts_at=datetime(2026, 10, 1, 8, tzinfo=PROVINCE_TIME), half=2
    )
    told = record(session, first, "https://songtra.example/doi-thoai/X", TODAY)
    assert [(theme, len(questions)) for theme, questions in told.by_theme()] == [("Đất đai", 1), ("", 2)]
    assert [(line.same, line.state) for line in told.discussed] == [(1, "answered"), (0, "answered"), (0, "later")]
    assert [line.declined_reason for line in told.declined] == ["Ngoài thẩm quyền"]
    assert {line.group: line.present for line in told.groups} == {"citizen": 33, "official": 5}
    [carried] = record(session, second, "", TODAY).carried_over
    assert (carried.late, carried.state, carried.promised_on) == (True, "open", DAY)
    assert told.carried_over == ()


def test_a_review_counts_two_half_years_side_by_side(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    province, own, _other = tree(session)
    first_half(session, own)
    second = make_dialogue(
        session, own, state="running", starts_at=datetime(2026, 10, 1, 8, tzinfo=PROVINCE_TIME), half=2
    )
    dialogues.end(session, second, STARTS + timedelta(days=200))
    for row in second.groups:  # who typed the code was there, though nobody counted
        row.checked_in = 7
    session.flush()
    told = review(session, own, SECOND, TODAY)
    assert told.before is not None
    before = told.before
    assert (before.questions, before.answered, before.later, before.overdue, before.declined) == (5, 3, 1, 1, 1)
    assert (before.promises, before.kept, before.kept_late, before.open, before.late, before.dropped) == (
        3,
        1,
        0,
        1,
        1,
        1,
    )
    assert (before.answered_share, before.kept_share) == (Fraction(3, 4), Fraction(1, 3))
    assert before.themes == (("Đất đai", 2), ("", 2))
    assert (told.now.present, told.now.questions, told.now.answered_share) == (14, 0, None)
    assert [line.state for line in told.commitments] == ["open"], "only what was open in the second half-year"
    assert [line.state for line in review(session, own, FIRST, TODAY).commitments].count("open") == 1
    listed = review(session, own, FIRST, TODAY)
    assert ([line.state for line in listed.commitments], listed.not_listed) == (["open", "done", "dropped"], 0)
    monkeypatch.setattr("survey.analysis.dialogue_record.MOST_LISTED", 1)
    listed = review(session, own, FIRST, TODAY)
    assert ([line.state for line in listed.commitments], listed.not_listed) == (["open"], 2)
    assert review(session, own, FIRST, TODAY).before is None
    assert review(session, province, FIRST, TODAY).now.dialogues == 1, "a superior's review counts those below it"


def test_who_is_due_is_reminded_once_a_month_and_late_promises_once(session: Session, engine: Engine) -> None:
    _province, own, other = tree(session)
    dialogue = make_dialogue(session, own, state="held")
    make_commitment(session, dialogue, deadline_on=date(2026, 6, 1))
    make_account(session, "reviewer", own)
    make_account(session, "reviewer", other)
    session.commit()

    def run(month: int, day: int, hour: int = 9) -> int:
        return dialogue_reminders.run_due(engine, datetime(2026, month, day, hour, tzinfo=PROVINCE_TIME))

    assert run(5, 29) == 0, "a month before it is not due yet"
    assert run(5, 30, hour=5) == 0, "nobody is written to at night"
    assert (run(5, 30), run(5, 31)) == (1, 0)
    assert run(6, 2) == 2, "a new month, and a promise that is a day late"
    assert run(7, 1) == 1, "the half-year is over, and it is still called for"
    assert run(8, 1) == 0
    session.rollback()
    told = session.scalars(select(MailMessage.unit_id).order_by(MailMessage.id)).all()
    assert sorted(told) == sorted([other.id, other.id, own.id, other.id])
