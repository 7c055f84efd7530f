"""The questions of a dialogue: taken, ordered, grouped, given to who answers, answered, or declined with a reason."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Dialogue, DialogueQuestion, DialogueTheme, Unit
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations.codes import Chooser, new_code
from survey.operations.dialogues import CODE_ATTEMPTS, Step, long_text, mark_of
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LONGEST_QUESTION, LONGEST_REASON = 2000, 500
MOST_QUESTIONS = 2000  # of one dialogue, unless the installation says otherwise: what a flood could fill a box with

# The life of a question. An answer may be written anew until the dialogue is concluded.
STEPS: dict[str, Step] = {
    "accept": Step(("received", "declined"), "accepted"),
    "decline": Step(("received", "accepted"), "declined"),
    "answer": Step(("accepted", "later", "answered"), "answered"),
    "answer_later": Step(("accepted", "later"), "later"),
}
# In which states of the dialogue a question of a source is taken: the public box before and in the meeting, what the
# secretary types (letters, telephone, slips of paper) as long as the book is open.
TAKEN = {
    "beforehand": ("announced",),
    "meeting": ("running",),
    "typed": ("planned", "announced", "running", "held"),
}
ARRANGED = ("planned", "announced", "running", "held")
ANSWERED = ("running", "held")


class QuestionError(OperationError):
    """What cannot be done with a question of a dialogue, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "closed": _n("The question box is closed."),
        "not_open": _n("The question box opens on %(day)s."),
        "full": _n(
            "Nothing was stored: the question box is full. Your question stands below: copy it, and hand it in on "
            "paper, at the meeting or to the unit."
        ),
        "source": _n("There is no such way of asking."),
        "group": _n("Say which group asks."),
        "text_missing": _n("Write the question first."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "step": _n("This cannot be done with the question now: it is already past that step, or has not come to it."),
        "fixed": _n("The dialogue is concluded or cancelled: its questions stay as they are."),
        "not_begun": _n("Answers are recorded from the meeting on."),
        "reason_missing": _n("Say why the question is declined: who asked it reads the reason."),
        "answer_missing": _n("Write the answer first."),
        "due_missing": _n("Say until which day the answer follows."),
        "due_past": _n("The day until which the answer follows is past."),
        "same_itself": _n("A question cannot be grouped with itself."),
        "same_elsewhere": _n("Only questions of the same dialogue are grouped."),
        "same_answered": _n("This question has an answer of its own, so it stands alone."),
        "same_declined": _n("A declined question cannot be grouped."),
        "written_meanwhile": _n(
            "Somebody else has recorded another answer meanwhile. Both texts are kept below: join them."
        ),
        "grouped": _n("This question is answered with the one it is grouped with."),
        "theme_elsewhere": _n("This theme belongs to another dialogue."),
        "no_free_code": _n("No free code was found in %(attempts)s attempts."),
    }


def box_source(dialogue: Dialogue, today: date) -> str | None:
    """How a question that comes in by web now is asked: beforehand, at the meeting, or not at all."""
    if dialogue.state == "running":
        return "meeting"
    return "beforehand" if dialogue.state == "announced" and today >= dialogue.box_opens_on else None


def ask(
    session: Session,
    dialogue: Dialogue,
    *,
    source: str,
    asker_group: str,
    text: str,
    today: date,
    most: int = MOST_QUESTIONS,
    rng: Chooser = secrets,
) -> DialogueQuestion:
    """Take a question; nothing is kept of who asked but the group. What the secretary types is accepted at once.

    It only inserts, as the public process may. Raises :class:`QuestionError`.
    """
    if source not in TAKEN:
        raise QuestionError("source")
    if asker_group not in ATTENDEE_GROUPS:
        raise QuestionError("group")
    if dialogue.state not in TAKEN[source]:
        raise QuestionError("closed")
    if source == "beforehand" and today < dialogue.box_opens_on:
        raise QuestionError("not_open", day=dialogue.box_opens_on.isoformat())
    cleaned = clean_text(text, lines=True)
    if not cleaned:
        raise QuestionError("text_missing")
    if len(cleaned) > LONGEST_QUESTION:
        raise QuestionError("text_long", most=LONGEST_QUESTION)
    asked, last = session.execute(
        select(func.count(), func.max(DialogueQuestion.position)).where(DialogueQuestion.dialogue_id == dialogue.id)
    ).one()
    if asked >= most:
        raise QuestionError("full")
    question = DialogueQuestion(
        dialogue_id=dialogue.id,
        code=_free_code(session, rng),
        source=source,
        asker_group=asker_group,
        asked_on=today,
        position=(last or 0) + 1,
        text=cleaned,
        state="accepted" if source == "typed" else "received",
        notes="",
        answer="",
        declined_reason="",
    )
    session.add(question)
    session.flush()
    return question


def _free_code(session: Session, rng: Chooser) -> str:
    for _ in range(CODE_ATTEMPTS):
        code = new_code(rng)
        if session.scalar(select(DialogueQuestion.id).where(DialogueQuestion.code == code)) is None:
            return code
    raise QuestionError("no_free_code", attempts=CODE_ATTEMPTS)


def standing_alone(session: Session, dialogue: Dialogue) -> list[DialogueQuestion]:
    """The questions that are not answered with another one, in the chair's order."""
    query = _of(dialogue).where(DialogueQuestion.same_as_id.is_(None))
    return list(session.scalars(query.order_by(DialogueQuestion.position, DialogueQuestion.id)))


def may_step(question: DialogueQuestion, step: str) -> bool:
    """Whether the question, and its dialogue, stand where the step begins."""
    state = question.dialogue.state
    if step in ("answer", "answer_later"):  # an answer that was promised for later comes when it comes
        if question.same_as_id is not None:
            return False
        open_book = state in ANSWERED or (state == "concluded" and question.state == "later")
    else:
        open_book = state in ARRANGED
    return open_book and question.state in STEPS[step].begins


def _require(session: Session, question: DialogueQuestion, step: str) -> str:
    """The state the step leads to, with the question locked and seen as it is now, its dialogue kept from being
    concluded meanwhile; raises :class:`QuestionError` unless the step may be taken."""
    session.refresh(question.dialogue, ["state"], with_for_update={"read": True})
    session.refresh(question, ["state", "same_as_id"], with_for_update=True)
    if may_step(question, step):
        return STEPS[step].leads
    if question.same_as_id is not None and step in ("answer", "answer_later"):
        raise QuestionError("grouped")
    if step in ("answer", "answer_later") and question.dialogue.state in ("planned", "announced"):
        raise QuestionError("not_begun")
    raise QuestionError("step")


def accept(session: Session, question: DialogueQuestion) -> None:
    """Bring the question before the meeting. Raises :class:`QuestionError`."""
    question.state, question.declined_reason = _require(session, question, "accept"), ""
    session.flush()


def decline(session: Session, question: DialogueQuestion, reason: str) -> None:
    """Keep the question from the meeting; the reason is public. Those grouped with it stand alone again.

    Raises :class:`QuestionError`.
    """
    reached, text = _require(session, question, "decline"), clean_text(reason, lines=False)
    if not text:
        raise QuestionError("reason_missing")
    if len(text) > LONGEST_REASON:
        raise QuestionError("text_long", most=LONGEST_REASON)
    _release(session, question)
    question.state, question.declined_reason, question.same_as_id = reached, text, None
    session.flush()


def answer(
    session: Session,
    question: DialogueQuestion,
    text: str,
    *,
    unit: Unit | None = None,
    today: date,
    seen: str | None = None,
) -> None:
    """Record the answer and the unit in charge (as before where none is given).

    `seen` is the mark (:func:`survey.operations.dialogues.mark_of`) of the answer the writer began from, where he was
    shown one: another that was recorded meanwhile is not overwritten. Raises :class:`QuestionError`.
    """
    reached, cleaned = _require(session, question, "answer"), _joined(session, question, text, seen)
    if not cleaned:
        raise QuestionError("answer_missing")
    question.state, question.answer, question.answered_on = reached, cleaned, today
    if unit is not None:
        question.answering_unit = unit
    session.flush()


def answer_later(
    session: Session,
    question: DialogueQuestion,
    due_on: date | None,
    *,
    text: str = "",
    unit: Unit | None = None,
    today: date,
    seen: str | None = None,
) -> None:
    """Record that the answer follows until `due_on`, with what was said already; `seen` as :func:`answer` has it.

    Raises :class:`QuestionError`.
    """
    reached, cleaned = _require(session, question, "answer_later"), _joined(session, question, text, seen)
    if due_on is None:
        raise QuestionError("due_missing")
    if due_on < today:
        raise QuestionError("due_past")
    question.state, question.answer, question.answer_due_on = reached, cleaned, due_on
    if unit is not None:
        question.answering_unit = unit
    session.flush()


def _joined(session: Session, question: DialogueQuestion, text: str, seen: str | None) -> str:
    """The text, cleaned, unless another answer was recorded since `seen`."""
    cleaned = long_text(text)
    session.refresh(question, ["answer"])
    if seen is not None and cleaned != question.answer and seen != mark_of(question.answer):
        raise QuestionError("written_meanwhile")
    return cleaned


def place(
    session: Session, question: DialogueQuestion, *, theme: DialogueTheme | None, answering_unit: Unit | None
) -> None:
    """Put the question under a theme, or none, and say which unit answers it. Raises :class:`QuestionError`."""
    require_arranged(question.dialogue)
    if theme is not None and theme.dialogue_id != question.dialogue_id:
        raise QuestionError("theme_elsewhere")
    question.theme, question.answering_unit = theme, answering_unit
    session.flush()


def order(session: Session, dialogue: Dialogue, codes: Iterable[str]) -> None:
    """Put the questions of the dialogue in the order of `codes`; those not named follow as they stood.

    Raises :class:`QuestionError`.
    """
    require_arranged(dialogue)
    wanted = {code: at for at, code in enumerate(codes)}
    stood = list(session.scalars(_of(dialogue).order_by(DialogueQuestion.position, DialogueQuestion.id)))
    stood.sort(key=lambda question: wanted.get(question.code, len(wanted)))
    for position, question in enumerate(stood, 1):
        question.position = position
    session.flush()


def group_as_same(session: Session, question: DialogueQuestion, head: DialogueQuestion) -> None:
    """Let `question`, and those grouped with it, be answered with `head`, or with what `head` is grouped with.

    Raises :class:`QuestionError`.
    """
    require_arranged(question.dialogue)
    if head.dialogue_id != question.dialogue_id:
        raise QuestionError("same_elsewhere")
    if head.same_as_id is not None:
        head = session.get_one(DialogueQuestion, head.same_as_id)
    if head.id == question.id:
        raise QuestionError("same_itself")
    if question.state in ("answered", "later"):
        raise QuestionError("same_answered")
    if "declined" in (question.state, head.state):
        raise QuestionError("same_declined")
    session.flush()
    session.execute(
        update(DialogueQuestion)
        .where(DialogueQuestion.same_as_id == question.id)
        .values(same_as_id=head.id)
        .execution_options(synchronize_session="fetch")
    )
    question.same_as_id, question.state, question.theme = head.id, "accepted", head.theme
    if head.state == "received":
        head.state = "accepted"
    session.flush()


def ungroup(session: Session, question: DialogueQuestion) -> None:
    """Let a grouped question stand alone again. Raises :class:`QuestionError`."""
    require_arranged(question.dialogue)
    question.same_as_id = None
    session.flush()


def _release(session: Session, head: DialogueQuestion) -> None:
    """What was grouped with the question stands alone."""
    for question in session.scalars(select(DialogueQuestion).where(DialogueQuestion.same_as_id == head.id)):
        question.same_as_id = None


def require_arranged(dialogue: Dialogue) -> None:
    """Raises :class:`QuestionError` once the book is closed."""
    if dialogue.state not in ARRANGED:
        raise QuestionError("fixed")


def _of(dialogue: Dialogue) -> Select[DialogueQuestion]:
    return select(DialogueQuestion).where(DialogueQuestion.dialogue_id == dialogue.id)
