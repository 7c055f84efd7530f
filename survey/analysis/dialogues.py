"""Dialogues as their lists show them: by half-year, with what was asked, answered and promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager

from reports.dialogue_record import HalfYear
from survey.models import Commitment, Dialogue, DialogueQuestion, Unit

PAGE = 40


@dataclass(frozen=True, slots=True)
class Numbers:
    """Questions that were not declined, those answered, those not taken up yet; promises still open, those late.

    As in the minutes and in the review each question counts, and one grouped with another is answered with it.
    """

    questions: int = 0
    answered: int = 0
    waiting: int = 0
    open: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    dialogues: Sequence[Dialogue]
    numbers: dict[int, Numbers]
    after: str | None


def half_years(session: Session, within: ColumnElement[bool]) -> list[HalfYear]:
    """The half-years that have a dialogue within reach, the newest first."""
    query = select(Dialogue.year, Dialogue.half).join(Unit, Unit.id == Dialogue.unit_id).where(within).distinct()
    rows = session.execute(query.order_by(Dialogue.year.desc(), Dialogue.half.desc())).all()
    return [HalfYear(year, half) for year, half in rows]


def page(
    session: Session,
    within: ColumnElement[bool],
    today: date,
    *,
    period: HalfYear | None = None,
    state: str = "",
    unit: Unit | None = None,
    after: str = "",
    size: int = PAGE,
) -> Page:
    """Dialogues of the units in reach, the latest meeting first; those after the one with the code `after`.

    `unit` narrows to one unit and those below it. Raises ValueError for a code that is none.
    """
    query = (
        select(Dialogue)
        .join(Unit, Unit.id == Dialogue.unit_id)
        .where(within)
        .options(contains_eager(Dialogue.unit))
        .order_by(Dialogue.starts_at.desc(), Dialogue.id.desc())
    )
    if period is not None:
        query = query.where(Dialogue.year == period.year, Dialogue.half == period.half)
    if state:
        query = query.where(Dialogue.state == state)
    if unit is not None:
        query = query.where(Unit.path.startswith(unit.path, autoescape=True))
    if after:
        last = session.scalar(select(Dialogue).where(Dialogue.code == after))
        if last is None:
            raise ValueError(after)
        query = query.where(tuple_(Dialogue.starts_at, Dialogue.id) < (last.starts_at, last.id))
    found = session.scalars(query.limit(size + 1)).all()
    shown = found[:size]
    numbers = numbers_of(session, [dialogue.id for dialogue in shown], today)
    return Page(shown, numbers, shown[-1].code if len(found) > size else None)


def numbers_of(session: Session, ids: Sequence[int], today: date) -> dict[int, Numbers]:
    """The numbers of each dialogue of those keys."""
    if not ids:
        return {}
    head, own = aliased(DialogueQuestion), DialogueQuestion.dialogue_id
    state = func.coalesce(head.state, DialogueQuestion.state)
    asked = (
        select(
            own,
            func.count(),
            func.sum(case((state == "answered", 1), else_=0)),
            func.sum(case((state == "received", 1), else_=0)),
        )
        .outerjoin(head, (head.id == DialogueQuestion.same_as_id) & head.dialogue_id.in_(ids))  # the same dialogue's
        .where(own.in_(ids), state != "declined")
    )
    promised = select(
        Commitment.dialogue_id, func.count(), func.sum(case((Commitment.deadline_on < today, 1), else_=0))
    ).where(Commitment.dialogue_id.in_(ids), Commitment.state == "open")
    questions = {row[0]: row[1:] for row in session.execute(asked.group_by(own))}
    promises = {row[0]: row[1:] for row in session.execute(promised.group_by(Commitment.dialogue_id))}
    return {key: Numbers(*questions.get(key, (0, 0, 0)), *promises.get(key, (0, 0))) for key in ids}


def questions_of(session: Session, dialogue: Dialogue) -> list[DialogueQuestion]:
    """All questions in the order of the meeting: by theme, those without one last, then as the chair put them."""
    found = session.scalars(
        select(DialogueQuestion)
        .where(DialogueQuestion.dialogue_id == dialogue.id)
        .order_by(DialogueQuestion.position, DialogueQuestion.id)
    ).all()
    return sorted(found, key=lambda question: (theme_place(question), question.position, question.id))


def counts_by_state(questions: Sequence[DialogueQuestion]) -> Counter[str]:
    """How many questions stand where; one grouped with another stands where that one does."""
    states = {question.id: question.state for question in questions}
    return Counter(states[question.same_as_id or question.id] for question in questions)


def theme_place(question: DialogueQuestion) -> tuple[bool, int, int]:
    """The key by which themes stand in order, the lack of one last."""
    theme = question.theme
    return (theme is None, theme.position if theme else 0, theme.id if theme else 0)


def agenda_of(questions: Sequence[DialogueQuestion]) -> list[DialogueQuestion]:
    """Those that come up in the meeting: accepted or answered, each standing for those grouped with it."""
    return [
        question
        for question in questions
        if question.same_as_id is None and question.state in ("accepted", "answered", "later")
    ]


def grouped_with(questions: Sequence[DialogueQuestion]) -> dict[int, list[DialogueQuestion]]:
    """By the key of the one that is answered, the others of the same matter."""
    same: dict[int, list[DialogueQuestion]] = {}
    for question in questions:
        if question.same_as_id is not None:
            same.setdefault(question.same_as_id, []).append(question)
    return same
