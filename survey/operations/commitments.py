"""Commitments: what was promised in a dialogue, followed by its owner until it is done, or dropped with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from forms.ballot import clean_text
from survey.models import Commitment, CommitmentProgress, Dialogue, DialogueQuestion, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day

LONGEST_TEXT, LONGEST_NAME, LONGEST_REASON, LONGEST_EVIDENCE = 2000, 200, 500, 5000
PROMISED = ("running", "held")  # states of the dialogue in which promises are written down


class CommitmentError(OperationError):
    """What cannot be done with a commitment, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "dialogue": _n("Promises are written down from the meeting until the dialogue is concluded."),
        "text_missing": _n("Write what was promised."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "deadline_missing": _n("Every promise has a deadline."),
        "deadline_early": _n("The deadline lies before the day of the meeting."),
        "owner_ended": _n("The unit %(unit)s no longer exists: choose the one that took over its work."),
        "owner_elsewhere": _n("Only the unit of the dialogue or one below it can promise something there."),
        "question_elsewhere": _n("This question belongs to another dialogue."),
        "percent": _n("Write how much is done, from 0 to 100."),
        "progress_missing": _n("Write what was done."),
        "ended": _n("This commitment is already done or dropped."),
        "evidence_missing": _n("Write by what it can be seen that it is done: a document, a place, a day."),
        "reason_missing": _n("Say why the commitment is dropped: it is read out at the next dialogue."),
    }


def promise(
    session: Session,
    dialogue: Dialogue,
    *,
    text: str,
    owner_unit: Unit,
    deadline_on: date | None,
    owner_name: str = "",
    question: DialogueQuestion | None = None,
) -> Commitment:
    """Write down a promise of the dialogue. Its owner is the unit or one below it: nobody is bound by a meeting he was
    not at. Raises :class:`CommitmentError`."""
    if dialogue.state not in PROMISED:
        raise CommitmentError("dialogue")
    day = province_day(dialogue.starts_at)
    if deadline_on is None:
        raise CommitmentError("deadline_missing")
    if deadline_on < day:
        raise CommitmentError("deadline_early")
    if owner_unit.valid_until is not None and owner_unit.valid_until < day:
        raise CommitmentError("owner_ended", unit=owner_unit.name_vi)
    if not owner_unit.path.startswith(dialogue.unit.path):
        raise CommitmentError("owner_elsewhere")
    if question is not None and question.dialogue_id != dialogue.id:
        raise CommitmentError("question_elsewhere")
    commitment = Commitment(
        dialogue=dialogue,
        question_id=question.id if question is not None else None,
        unit=dialogue.unit,
        owner_unit=owner_unit,
        owner_name=_text(owner_name, LONGEST_NAME, lines=False),
        text=_text(text, LONGEST_TEXT, missing="text_missing"),
        deadline_on=deadline_on,
        state="open",
        evidence="",
        dropped_reason="",
    )
    session.add(commitment)
    session.flush()
    return commitment


def report_progress(
    session: Session, commitment: Commitment, *, percent: int, text: str, account_id: int | None, at: datetime
) -> CommitmentProgress:
    """Add a line of what the owner says is done. Raises :class:`CommitmentError`."""
    _require_open(session, commitment)
    if not 0 <= percent <= 100:
        raise CommitmentError("percent")
    line = CommitmentProgress(
        commitment_id=commitment.id,
        at=at,
        account_id=account_id,
        percent=percent,
        text=_text(text, LONGEST_EVIDENCE, missing="progress_missing"),
    )
    session.add(line)
    session.flush()
    session.expire(commitment, ["progress"])
    return line


def finish(session: Session, commitment: Commitment, evidence: str, *, today: date) -> None:
    """Say that it is done, and by what that can be seen. Raises :class:`CommitmentError`."""
    _require_open(session, commitment)
    commitment.evidence = _text(evidence, LONGEST_EVIDENCE, missing="evidence_missing")
    commitment.state, commitment.ended_on = "done", today
    session.flush()


def drop(session: Session, commitment: Commitment, reason: str, *, today: date) -> None:
    """Say that it will not be done, and why. Raises :class:`CommitmentError`."""
    _require_open(session, commitment)
    commitment.dropped_reason = _text(reason, LONGEST_REASON, lines=False, missing="reason_missing")
    commitment.state, commitment.ended_on = "dropped", today
    session.flush()


def is_late(commitment: Commitment, today: date) -> bool:
    return commitment.state == "open" and commitment.deadline_on < today


def carried_over(session: Session, dialogue: Dialogue) -> Sequence[Commitment]:
    """What earlier dialogues of the unit, or of units merged into it, left open: on the table of this one.

    Of a dialogue that is over, what was still open on its day, whatever has become of it since. The oldest deadline
    first, with owner unit and progress.
    """
    day = province_day(dialogue.starts_at)
    query = (
        select(Commitment)
        .join(Dialogue, Dialogue.id == Commitment.dialogue_id)
        .where(
            Commitment.unit_id.in_(with_merged(session, dialogue.unit_id)),
            Dialogue.starts_at < dialogue.starts_at,
            Commitment.dialogue_id != dialogue.id,
            or_(Commitment.ended_on.is_(None), Commitment.ended_on >= day),
        )
        .order_by(Commitment.deadline_on, Commitment.id)
        .options(joinedload(Commitment.owner_unit), joinedload(Commitment.dialogue), selectinload(Commitment.progress))
    )
    return session.scalars(query).all()


def promised_in(session: Session, dialogue: Dialogue) -> Sequence[Commitment]:
    """What was promised in the dialogue, by deadline, with owner unit and progress."""
    query = select(Commitment).where(Commitment.dialogue_id == dialogue.id)
    loaded = (joinedload(Commitment.owner_unit), selectinload(Commitment.progress))
    return session.scalars(query.order_by(Commitment.deadline_on, Commitment.id).options(*loaded)).all()


def with_merged(session: Session, unit_id: int) -> set[int]:
    """The unit and all that were merged into it, directly or over others: their promises are its own now."""
    known, found = {unit_id}, {unit_id}
    while found:
        found = set(session.scalars(select(Unit.id).where(Unit.successor_id.in_(sorted(found))))) - known
        known |= found
    return known


def _require_open(session: Session, commitment: Commitment) -> None:
    """Locks it and sees it as it is now."""
    session.refresh(commitment, ["state"], with_for_update=True)
    if commitment.state != "open":
        raise CommitmentError("ended")


def _text(text: str, most: int, *, lines: bool = True, missing: str = "") -> str:
    cleaned = clean_text(text, lines=lines)
    if missing and not cleaned:
        raise CommitmentError(missing)
    if len(cleaned) > most:
        raise CommitmentError("text_long", most=most)
    return cleaned
