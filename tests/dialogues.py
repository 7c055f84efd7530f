"""Dialogues in tests: a plan that holds, a dialogue brought to a state by the operations, questions and promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from survey.models import Commitment, Dialogue, DialogueQuestion, Unit
from survey.operations import commitments, dialogue_questions, dialogues
from survey.operations.dialogues import Plan
from survey.operations.periods import PROVINCE_TIME

STARTS = datetime(2026, 4, 16, 8, tzinfo=PROVINCE_TIME)
DAY = STARTS.date()
REACHED = ("planned", "announced", "running", "held", "concluded")


def make_plan(*, starts_at: datetime = STARTS, box_opens_on: date | None = None) -> Plan:
    return Plan(
        name_vi="Đối thoại với tổ chức, công dân",
        name_en="Dialogue with citizens",
        chair="Trần Văn Hòa",
        chair_office="Chủ tịch UBND xã",
        secretary="Lê Thị Minh",
        venue="Hội trường UBND xã",
        starts_at=starts_at,
        box_opens_on=box_opens_on or (starts_at - timedelta(days=14)).date(),
        invited="Đại diện các thôn",
        agenda="1. Khai mạc\n2. Trao đổi\n3. Kết luận",
    )


def make_dialogue(
    session: Session, unit: Unit, *, state: str = "planned", starts_at: datetime = STARTS, half: int = 1
) -> Dialogue:
    """A dialogue with forty citizens invited, brought to `state` by the operations themselves."""
    made = dialogues.plan(
        session,
        unit=unit,
        year=starts_at.year,
        half=half,
        terms=make_plan(starts_at=starts_at),
        invited={"citizen": 40, "official": 5},
    )
    if state == "cancelled":
        dialogues.cancel(session, made, "Trùng lịch họp hội đồng")
        return made
    steps: tuple[Callable[[], None], ...] = (
        lambda: dialogues.announce(session, made),
        lambda: dialogues.start(session, made, starts_at),
        lambda: dialogues.end(session, made, starts_at + timedelta(hours=3)),
        lambda: dialogues.conclude(session, made, "Giao các phòng thực hiện."),
    )
    for step in steps[: REACHED.index(state)]:
        step()
    return made


def make_question(
    session: Session, dialogue: Dialogue, *, text: str = "Bao giờ sửa đường thôn 3?", group: str = "citizen"
) -> DialogueQuestion:
    """One the secretary typed, so that it is accepted at once."""
    return dialogue_questions.ask(session, dialogue, source="typed", asker_group=group, text=text, today=DAY)


def make_commitment(
    session: Session, dialogue: Dialogue, *, deadline_on: date | None = None, owner_unit: Unit | None = None
) -> Commitment:
    return commitments.promise(
        session,
        dialogue,
        text="Sửa đường thôn 3",
        owner_unit=owner_unit or dialogue.unit,
        owner_name="Phạm Văn Đức",
        deadline_on=deadline_on or dialogue.starts_at.date() + timedelta(days=60),
    )


def dialogue_objects(session: Session, unit: Unit) -> dict[str, object]:
    """What stands for the arguments in addresses of dialogues: a running one of the unit, and what belongs to it."""
    dialogue = make_dialogue(session, unit, state="running")
    question = make_question(session, dialogue)
    dialogue_questions.place(session, question, theme=None, answering_unit=unit)
    return {
        "commitment_id": make_commitment(session, dialogue).id,
        "dialogue_code": dialogue.code,
        "dialogue_period": "2026-1",
        "poll_kind": "exit",
        "question_code": question.code,
    }
