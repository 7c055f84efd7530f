"""A dialogue, its questions and its promises: only the written steps can be taken, in any order one may try."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Dialogue, Unit
from survey.operations import audit, commitments, dialogue_questions, dialogue_themes, dialogues
from survey.operations.commitments import CommitmentError
from survey.operations.dialogue_questions import QuestionError
from survey.operations.dialogue_themes import ThemeError
from survey.operations.dialogues import DialogueError, mark_of
from survey.operations.errors import OperationError
from survey.operations.periods import PROVINCE_TIME
from tests.dialogues import DAY, REACHED, STARTS, make_commitment, make_dialogue, make_plan, make_question
from tests.factories import make_unit

LATER = DAY + timedelta(days=30)

# Written out by hand, apart from the tables of the operations: what leads where.
DIALOGUE_STEPS = {
    ("planned", "announce"): "announced",
    ("planned", "cancel"): "cancelled",
    ("announced", "cancel"): "cancelled",
    ("announced", "start"): "running",
    ("running", "end"): "held",
    ("held", "conclude"): "concluded",
}
QUESTION_STEPS = {
    ("received", "accept"): "accepted",
    ("declined", "accept"): "accepted",
    ("received", "decline"): "declined",
    ("accepted", "decline"): "declined",
    ("accepted", "answer"): "answered",
    ("answered", "answer"): "answered",
    ("later", "answer"): "answered",
    ("accepted", "answer_later"): "later",
    ("later", "answer_later"): "later",
}


def unit_of(session: Session, code: str = "X1") -> Unit:
    return make_unit(session, code=code)


def refused(error: type[OperationError], code: str, work: Callable[[], object]) -> None:
    with pytest.raises(error) as raised:
        work()
    assert raised.value.code == code
    assert str(raised.value), "the sentence and its parameters fit"


def step(session: Session, dialogue: Dialogue, name: str) -> None:
    work: dict[str, Callable[[], object]] = {
        "announce": lambda: dialogues.announce(session, dialogue),
        "start": lambda: dialogues.start(session, dialogue, STARTS),
        "end": lambda: dialogues.end(session, dialogue, STARTS + timedelta(hours=3)),
        "conclude": lambda: dialogues.conclude(session, dialogue, "Kết luận."),
        "cancel": lambda: dialogues.cancel(session, dialogue, "Bão"),
    }
    work[name]()


@pytest.mark.parametrize("seed", range(6))
def test_random_steps_lead_only_where_they_are_written_to_lead(session: Session, seed: int) -> None:
    """Also that the database would take each state that is reached."""
    chance = random.Random(seed)
    dialogue = make_dialogue(session, unit_of(session))
    question = dialogue_questions.ask(session, dialogue, source="typed", asker_group="citizen", text="Hỏi", today=DAY)
    steps = {name for _state, name in DIALOGUE_STEPS}
    for _ in range(40):
        before, asked = dialogue.state, question.state
        if chance.random() < 0.4:
            name = chance.choice(sorted(steps))
            expected = DIALOGUE_STEPS.get((before, name))
            if name == "conclude" and asked in ("received", "accepted"):
                expected = None
            try:
                step(session, dialogue, name)
            except DialogueError:
                assert (expected, dialogue.state) == (None, before), name
            else:
                assert dialogue.state == expected, (before, name)
        else:
            name = chance.choice(["accept", "decline", "answer", "answer_later"])
            begun = before in ("running", "held") or (before == "concluded" and asked == "later")
            closed = before in ("concluded", "cancelled")
            allowed = begun if name.startswith("answer") else not closed
            expected = QUESTION_STEPS.get((asked, name)) if allowed else None
            try:
                question_step(session, dialogue, question.code, name)
            except QuestionError:
                assert (expected, question.state) == (None, asked), (before, name)
            else:
                assert question.state == expected, (before, asked, name)
        session.commit()


def question_step(session: Session, dialogue: Dialogue, code: str, name: str) -> None:
    [question] = [question for question in dialogue.questions if question.code == code]
    work: dict[str, Callable[[], object]] = {
        "accept": lambda: dialogue_questions.accept(session, question),
        "decline": lambda: dialogue_questions.decline(session, question, "Ngoài thẩm quyền"),
        "answer": lambda: dialogue_questions.answer(session, question, "Quý III", today=DAY),
        "answer_later": lambda: dialogue_questions.answer_later(session, question, LATER, today=DAY),
    }
    work[name]()


def test_dialogues_of_a_half_year_are_numbered(session: Session) -> None:
    unit = unit_of(session)
    first, second = (make_dialogue(session, unit) for _ in range(2))
    other = make_dialogue(session, unit, starts_at=datetime(2026, 9, 1, 8, tzinfo=PROVINCE_TIME), half=2)
    assert (first.number, second.number, other.number) == (1, 2, 1)
    assert first.code != second.code
    assert dialogues.find_dialogue(session, first.code.lower()) is first
    assert {row.group: row.invited for row in first.groups} == {"citizen": 40, "official": 5}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("name_missing", {"name_vi": " \u200b"}),
        ("chair_missing", {"chair": ""}),
        ("venue_missing", {"venue": ""}),
        ("too_early", {"starts_at": datetime(2025, 12, 31, 8, tzinfo=PROVINCE_TIME)}),
        ("too_late", {"starts_at": datetime(2027, 1, 1, 8, tzinfo=PROVINCE_TIME)}),
        ("box", {"box_opens_on": DAY + timedelta(days=1)}),
        ("text_long", {"secretary": "x" * 201}),
    ],
)
def test_a_plan_must_hold(session: Session, code: str, changes: dict[str, object]) -> None:
    unit = unit_of(session)
    terms = replace(make_plan(), **changes)  # type: ignore[arg-type]  # the names are checked by replace
    refused(DialogueError, code, lambda: dialogues.plan(session, unit=unit, year=2026, half=1, terms=terms))


def test_a_plan_needs_a_unit_that_exists_and_people_that_can_be_counted(session: Session) -> None:
    unit = unit_of(session)
    unit.valid_until = DAY - timedelta(days=1)
    refused(DialogueError, "unit_ended", lambda: make_dialogue(session, unit))
    unit.valid_until = None
    dialogue = make_dialogue(session, unit)
    for code, numbers in (("group", {"crowd": 1}), ("number", {"citizen": -1})):
        refused(DialogueError, code, partial(dialogues.change, session, dialogue, make_plan(), invited=numbers))
    dialogues.change(session, dialogue, make_plan(), invited={"citizen": 0, "official": 0})
    refused(DialogueError, "no_groups", lambda: dialogues.announce(session, dialogue))


def test_people_are_counted_from_the_beginning_to_the_conclusion(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session), state="announced")
    refused(DialogueError, "counts_closed", lambda: dialogues.count_present(session, dialogue, {"citizen": 3}))
    dialogues.start(session, dialogue, STARTS)
    dialogues.count_present(session, dialogue, {"citizen": 33, "press": 2, "delegate": 0})
    assert {row.group: (row.invited, row.counted) for row in dialogue.groups} == {
        "citizen": (40, 33),
        "official": (5, 0),
        "press": (0, 2),
    }
    refused(DialogueError, "fixed", lambda: dialogues.change(session, dialogue, make_plan()))


def test_notes_of_two_writers_are_never_lost(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session), state="running")
    question = make_question(session, dialogue)
    empty = mark_of("")
    dialogues.write_notes(session, dialogue, "Ông A hỏi.", seen=empty)
    dialogues.write_notes(session, dialogue, "Bà B hỏi.", seen=empty, question=question)
    refused(DialogueError, "written_meanwhile", lambda: dialogues.write_notes(session, dialogue, "Khác", seen=empty))
    assert dialogue.notes == "Ông A hỏi."
    dialogues.write_notes(session, dialogue, "Ông A hỏi.", seen=empty)  # the same once more is no conflict
    dialogues.write_notes(session, dialogue, "Ông A hỏi.\nÔng C đáp.", seen=mark_of("Ông A hỏi."))
    assert (dialogue.notes, question.notes) == ("Ông A hỏi.\nÔng C đáp.", "Bà B hỏi.")


def test_the_box_takes_questions_from_its_day_until_the_meeting_ends(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session))

    def ask(source: str, today: date = DAY) -> str:
        asked = dialogue_questions.ask(
            session, dialogue, source=source, asker_group="business", text="Phí bao nhiêu?", today=today
        )
        return asked.state

    refused(QuestionError, "closed", lambda: ask("beforehand"))
    assert dialogue_questions.box_source(dialogue, DAY) is None
    dialogues.announce(session, dialogue)
    early = dialogue.box_opens_on - timedelta(days=1)
    refused(QuestionError, "not_open", lambda: ask("beforehand", early))
    assert dialogue_questions.box_source(dialogue, early) is None
    assert dialogue_questions.box_source(dialogue, dialogue.box_opens_on) == "beforehand"
    assert ask("beforehand") == "received"
    refused(QuestionError, "closed", lambda: ask("meeting"))
    dialogues.start(session, dialogue, STARTS)
    assert dialogue_questions.box_source(dialogue, DAY) == "meeting"
    assert (ask("meeting"), ask("typed")) == ("received", "accepted")
    dialogues.end(session, dialogue, STARTS)
    assert dialogue_questions.box_source(dialogue, DAY) is None
    assert ask("typed") == "accepted"
    for code, words in (("text_missing", "\u200b "), ("text_long", "x" * 2001)):
        refused(
            QuestionError,
            code,
            partial(
                dialogue_questions.ask, session, dialogue, source="typed", asker_group="citizen", text=words, today=DAY
            ),
        )


def test_questions_are_grouped_ordered_and_stand_apart_again(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session), state="announced")
    first, second, third = (make_question(session, dialogue, text=f"Câu {k}") for k in (1, 2, 3))
    roads = dialogue_themes.add_theme(session, dialogue, "Giao thông")
    dialogue_questions.place(session, first, theme=roads, answering_unit=dialogue.unit)
    dialogue_questions.group_as_same(session, third, second)
    dialogue_questions.group_as_same(session, second, first)  # the third follows
    assert {second.same_as_id, third.same_as_id} == {first.id}
    assert second.theme is roads
    refused(QuestionError, "same_itself", lambda: dialogue_questions.group_as_same(session, first, third))
    dialogue_questions.order(session, dialogue, [third.code, first.code])
    session.commit()
    session.refresh(dialogue)
    assert [question.text for question in dialogue.questions] == ["Câu 3", "Câu 1", "Câu 2"]
    dialogues.start(session, dialogue, STARTS)
    refused(QuestionError, "grouped", lambda: dialogue_questions.answer(session, third, "Có", today=DAY))
    dialogue_questions.ungroup(session, third)
    dialogue_questions.answer(session, third, "Có", unit=dialogue.unit, today=DAY)
    refused(QuestionError, "same_answered", lambda: dialogue_questions.group_as_same(session, third, first))
    dialogue_questions.decline(session, first, "Ngoài thẩm quyền")
    assert second.same_as_id is None, "what was grouped with a declined one stands alone"
    elsewhere = make_question(session, make_dialogue(session, unit_of(session, "X2")))
    refused(QuestionError, "same_elsewhere", lambda: dialogue_questions.group_as_same(session, second, elsewhere))


def test_themes_stand_in_the_chairs_order(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session))
    roads, land, fees = (dialogue_themes.add_theme(session, dialogue, name) for name in ("Đường", "Đất", "Phí"))
    dialogue_themes.move_theme(session, dialogue, fees, -1)
    dialogue_themes.move_theme(session, dialogue, roads, -1)  # the first stays the first
    assert [theme.name_vi for theme in dialogue_themes.themes_of(session, dialogue)] == ["Đường", "Phí", "Đất"]
    refused(ThemeError, "taken", lambda: dialogue_themes.rename_theme(session, dialogue, land, " ĐƯỜNG "))
    question = make_question(session, dialogue)
    dialogue_questions.place(session, question, theme=roads, answering_unit=None)
    dialogue_themes.remove_theme(session, dialogue, roads)
    session.commit()
    session.refresh(question)
    assert question.theme_id is None
    other = make_dialogue(session, unit_of(session, "X2"))
    refused(ThemeError, "elsewhere", lambda: dialogue_themes.move_theme(session, other, land, 1))
    refused(
        QuestionError,
        "theme_elsewhere",
        lambda: dialogue_questions.place(session, make_question(session, other), theme=land, answering_unit=None),
    )


def test_no_question_is_left_without_an_answer_or_a_day(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session), state="running")
    one, same, other = (make_question(session, dialogue, text=f"Câu {k}") for k in (1, 2, 3))
    dialogue_questions.group_as_same(session, same, one)
    dialogues.end(session, dialogue, STARTS)
    refused(DialogueError, "unanswered", lambda: dialogues.conclude(session, dialogue, "Kết luận"))
    dialogue_questions.answer(session, one, "Sẽ sửa trong quý III.", today=DAY)
    refused(QuestionError, "due_missing", lambda: dialogue_questions.answer_later(session, other, None, today=DAY))
    past = DAY - timedelta(days=1)
    refused(QuestionError, "due_past", lambda: dialogue_questions.answer_later(session, other, past, today=DAY))
    dialogue_questions.answer_later(session, other, LATER, today=DAY)
    refused(DialogueError, "conclusion_missing", lambda: dialogues.conclude(session, dialogue, " "))
    dialogues.conclude(session, dialogue, "Kết luận")
    refused(QuestionError, "step", lambda: dialogue_questions.answer(session, one, "Khác", today=DAY))
    dialogue_questions.answer(session, other, "Đã sửa.", today=LATER)
    assert (other.state, other.answered_on) == ("answered", LATER)
    session.commit()


def test_a_promise_is_followed_until_it_is_done_or_dropped(session: Session) -> None:
    dialogue = make_dialogue(session, unit_of(session), state="running")
    early = DAY - timedelta(days=1)
    refused(CommitmentError, "deadline_early", lambda: make_commitment(session, dialogue, deadline_on=early))
    other = unit_of(session, "X2")
    refused(CommitmentError, "owner_elsewhere", lambda: make_commitment(session, dialogue, owner_unit=other))
    room = make_unit(session, code="X1-P1", kind="room", parent=dialogue.unit)
    kept, given_up = make_commitment(session, dialogue, owner_unit=room), make_commitment(session, dialogue)
    for percent, text in ((30, "Đã khảo sát"), (80, "Đã thi công")):
        commitments.report_progress(session, kept, percent=percent, text=text, account_id=None, at=STARTS)
    assert [line.percent for line in kept.progress] == [30, 80]
    refused(
        CommitmentError,
        "percent",
        lambda: commitments.report_progress(session, kept, percent=101, text="x", account_id=None, at=STARTS),
    )
    refused(CommitmentError, "evidence_missing", lambda: commitments.finish(session, kept, "", today=LATER))
    assert commitments.is_late(kept, kept.deadline_on + timedelta(days=1))
    assert not commitments.is_late(kept, kept.deadline_on)
    commitments.finish(session, kept, "Biên bản nghiệm thu số 12", today=LATER)
    assert not commitments.is_late(kept, kept.deadline_on + timedelta(days=1))
    refused(CommitmentError, "reason_missing", lambda: commitments.drop(session, given_up, "", today=LATER))
    commitments.drop(session, given_up, "Tỉnh đã có dự án", today=LATER)
    for ended in (kept, given_up):
        refused(CommitmentError, "ended", partial(commitments.finish, session, ended, "x", today=LATER))
        refused(CommitmentError, "ended", partial(commitments.drop, session, ended, "x", today=LATER))
    session.commit()
    planned = make_dialogue(session, dialogue.unit)
    refused(CommitmentError, "dialogue", lambda: make_commitment(session, planned))


def test_open_promises_are_carried_over_until_they_end(session: Session) -> None:
    unit = unit_of(session)

    def at(month: int, year: int = 2026) -> datetime:
        return datetime(year, month, 16, 8, tzinfo=PROVINCE_TIME)

    first = make_dialogue(session, unit, state="held", starts_at=at(4))
    kept = make_commitment(session, first, deadline_on=date(2026, 7, 1))
    left = make_commitment(session, first, deadline_on=date(2026, 6, 1))
    second = make_dialogue(session, unit, state="running", starts_at=at(10), half=2)
    third = make_dialogue(session, unit, starts_at=at(3, 2027))
    assert commitments.carried_over(session, first) == []
    commitments.finish(session, kept, "Biên bản", today=date(2026, 8, 1))
    assert commitments.carried_over(session, second) == [left]
    commitments.drop(session, left, "Không còn cần", today=date(2026, 12, 1))
    assert commitments.carried_over(session, second) == [left], "it was open on the day of the second dialogue"
    assert commitments.carried_over(session, third) == []
    elsewhere = make_dialogue(session, unit_of(session, "X2"), starts_at=at(5))
    assert commitments.carried_over(session, elsewhere) == []


def test_promises_of_a_merged_unit_are_its_successors(session: Session) -> None:
    old, middle, new = (unit_of(session, code) for code in ("A", "B", "C"))
    dialogue = make_dialogue(session, old, state="held")
    promised = make_commitment(session, dialogue)
    for ended, successor in ((old, middle), (middle, new)):
        ended.valid_until, ended.successor_id = date(2026, 7, 31), successor.id
    later = make_dialogue(session, new, starts_at=datetime(2026, 10, 1, 8, tzinfo=PROVINCE_TIME), half=2)
    assert commitments.carried_over(session, later) == [promised]


def test_steps_and_parts_are_noted_under_the_unit(session: Session) -> None:
    unit = unit_of(session)
    session.commit()
    audit.attribute(session, audit.SYSTEM)
    dialogue = make_dialogue(session, unit, state="running")
    make_question(session, dialogue)
    dialogue_themes.add_theme(session, dialogue, "Đất đai")
    make_commitment(session, dialogue)
    session.commit()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_kind.like("dialogue%"))).all()
    assert {entry.subject_kind for entry in entries} == {
        "dialogue",
        "dialogue_group",
        "dialogue_question",
        "dialogue_theme",
    }
    assert {entry.unit_path for entry in entries} == {unit.path}
    assert dialogue.room_code is not None
    for hidden in (dialogue.room_code, "Bao giờ sửa đường"):
        assert not any(hidden in (entry.after or "") for entry in entries), hidden
    dialogues.write_notes(session, dialogue, "Ông A hỏi", seen=mark_of(""))
    session.commit()
    count = select(func.count()).select_from(AuditEntry).where(AuditEntry.subject_kind.like("dialogue%"))
    assert session.scalar(count) == len(entries), "notes that store themselves fill no log"


@pytest.mark.parametrize("state", REACHED)
def test_the_factory_reaches_what_it_says(session: Session, state: str) -> None:
    assert make_dialogue(session, unit_of(session), state=state).state == state
    session.commit()
