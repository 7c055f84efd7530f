"""What waits in each room of the back office: counts and the few things that stand alone, one small query each.

Every count is that of the room's own list, filtered: the first page leads there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from reports.dialogue_record import HalfYear
from survey.analysis.dialogue_board import on_duty
from survey.analysis.remedies import RUNNING, Owner
from survey.models import (
    Collector,
    Commitment,
    Dialogue,
    DialogueQuestion,
    Filing,
    MailMessage,
    PaperBatch,
    QuestionnaireDraft,
    Remedy,
    Response,
    ResponseFlag,
    Unit,
    Wave,
    WaveClosing,
    WavePublication,
)
from survey.operations.periods import PROVINCE_TIME
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.wave_publication import READY, UNDER_WAY

MOST = 5  # things of a kind that stand one by one
MOST_COUNTED = 1000
ALIVE = ("planned", "announced", "running", "held", "concluded")
HELD = ("held", "concluded")


@dataclass(frozen=True, slots=True)
class Questions:
    """A dialogue with the questions to be sorted, those whose answer was promised for later, and of these the late."""

    dialogue_code: str
    place: Unit
    received: int
    owed: int
    late: int


def dialogue_begun(session: Session, within: ColumnElement[bool], period: HalfYear) -> bool:
    """Whether any unit in reach has a dialogue of that half-year: before the first one nobody owed any."""
    there = select(Dialogue.id).join(Unit, Unit.id == Dialogue.unit_id).where(within, *_of(period))
    return session.scalar(there.limit(1)) is not None


def without_dialogue(
    session: Session, within: ColumnElement[bool], period: HalfYear, states: Sequence[str]
) -> tuple[int, str]:
    """How many units on duty have no dialogue in one of the states in a half-year, and the code of one of them."""
    has = exists().where(Dialogue.unit_id == Unit.id, *_of(period), Dialogue.state.in_(states))
    row = session.execute(select(func.count(), func.min(Unit.code)).where(within, on_duty(period), ~has)).one()
    return row[0], row[1] or ""


def _of(period: HalfYear) -> tuple[ColumnElement[bool], ...]:
    return Dialogue.year == period.year, Dialogue.half == period.half


def unconcluded_dialogues(session: Session, within: ColumnElement[bool]) -> int:
    """How many meetings are over and have no conclusions yet."""
    held = select(func.count()).select_from(Dialogue).join(Unit, Unit.id == Dialogue.unit_id)
    return session.scalar(held.where(within, Dialogue.state == "held")) or 0


def dialogue_questions(session: Session, within: ColumnElement[bool], today: date) -> list[Questions]:
    """Dialogues with questions that wait, the latest meeting first; at most :data:`MOST`."""
    state = DialogueQuestion.state
    received = func.sum(case((state == "received", 1), else_=0))
    late = func.sum(case((and_(state == "later", DialogueQuestion.answer_due_on < today), 1), else_=0))
    waiting = (
        select(DialogueQuestion.dialogue_id, received, func.sum(case((state == "later", 1), else_=0)), late)
        .join(Dialogue, Dialogue.id == DialogueQuestion.dialogue_id)
        .join(Unit, Unit.id == Dialogue.unit_id)
        .where(
            within,
            Dialogue.state != "cancelled",
            state.in_(("received", "later")),
            DialogueQuestion.same_as_id.is_(None),
        )
        .group_by(DialogueQuestion.dialogue_id)
        .order_by(func.max(Dialogue.starts_at).desc(), DialogueQuestion.dialogue_id)
        .limit(MOST)
    )
    rows = session.execute(waiting).all()
    chosen = select(Dialogue).where(Dialogue.id.in_([row[0] for row in rows])).options(joinedload(Dialogue.unit))
    dialogues = {dialogue.id: dialogue for dialogue in session.scalars(chosen)} if rows else {}
    return [Questions(dialogues[key].code, dialogues[key].unit, *numbers) for key, *numbers in rows]


def late_commitments(session: Session, within: ColumnElement[bool], today: date) -> int:
    """Of owners in reach."""
    late = select(func.count()).select_from(Commitment).join(Unit, Unit.id == Commitment.owner_unit_id)
    return session.scalar(late.where(within, Commitment.state == "open", Commitment.deadline_on < today)) or 0


def late_remedies(session: Session, within: ColumnElement[bool], today: date) -> int:
    """`within` is a condition on :class:`Unit`, which plans, or on :data:`survey.analysis.remedies.Owner`."""
    late = select(func.count()).select_from(Remedy).join(Unit, Unit.id == Remedy.unit_id)
    late = late.join(Owner, Owner.id == Remedy.owner_unit_id)
    return session.scalar(late.where(within, Remedy.state.in_(RUNNING), Remedy.deadline_on < today)) or 0


def waves_to_mend_or_publish(session: Session, within: ColumnElement[bool]) -> Sequence[Wave]:
    """Waves that could not open or close on their day, and closed ones whose publication can be asked for and was not;
    at most :data:`MOST`."""
    counting = exists().where(WaveClosing.wave_id == Wave.id, WaveClosing.finished_at.is_(None))
    unapproved = exists().where(Filing.wave_id == Wave.id, Filing.state.not_in(READY))
    asked = exists().where(WavePublication.wave_id == Wave.id, WavePublication.state.in_(UNDER_WAY))
    failed = and_(Wave.schedule_failure.is_not(None), Wave.state.in_(("draft", "open")))
    waits = or_(failed, and_(Wave.state == "closed", ~counting, ~unapproved, ~asked))
    query = select(Wave).join(Unit, Unit.id == Wave.owner_id).where(within, IS_SURVEY, waits)
    return session.scalars(query.order_by(Wave.period_end.desc(), Wave.id.desc()).limit(MOST)).all()


def paper_batches(session: Session, within: ColumnElement[bool]) -> dict[str, int]:
    """How many unfinished batches stand at each step."""
    query = select(PaperBatch.state, func.count()).join(Unit, Unit.id == PaperBatch.unit_id)
    waiting = query.where(within, PaperBatch.state.in_(("open", "entered", "checked"))).group_by(PaperBatch.state)
    return {state: number for state, number in session.execute(waiting)}  # noqa: C416 rows, not pairs


def doubted_responses(session: Session, within: ColumnElement[bool], since: date) -> list[tuple[Wave, int]]:
    """The open waves with responses that the platform doubted, received since a day of the province; together at most
    :data:`MOST_COUNTED` are counted."""
    begin = int(datetime.combine(since, time(), PROVINCE_TIME).astimezone(UTC).timestamp())
    doubted = (
        select(Response.id, Collector.wave_id)
        .join(ResponseFlag, ResponseFlag.response_id == Response.id)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Wave, Wave.id == Collector.wave_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .where(within, Wave.state == "open", IS_SURVEY, Response.received_at >= begin, ~Response.is_test)
        .distinct()
        .limit(MOST_COUNTED)
    ).subquery()
    rows = session.execute(select(doubted.c.wave_id, func.count()).group_by(doubted.c.wave_id).limit(MOST)).all()
    return [(session.get_one(Wave, wave_id), number) for wave_id, number in rows]


def handed_drafts(session: Session, within: ColumnElement[bool]) -> Sequence[QuestionnaireDraft]:
    """Questionnaires handed in for publication, and those returned, the last changed first; at most :data:`MOST`."""
    query = select(QuestionnaireDraft).join(QuestionnaireDraft.owner).options(joinedload(QuestionnaireDraft.owner))
    query = query.where(within, QuestionnaireDraft.state.in_(("submitted", "returned")))
    return session.scalars(query.order_by(QuestionnaireDraft.updated_at.desc()).limit(MOST)).all()


@dataclass(frozen=True, slots=True)
class Mail:
    """Messages given up, and those that wait where nobody sends them."""

    failed: int
    pending: int


def stuck_mail(session: Session, within: ColumnElement[bool], now: datetime) -> Mail:
    """All that waits counts as stuck once nobody tried the first of it for an hour after its time."""
    query = (
        select(MailMessage.state, func.count(), func.min(MailMessage.held_until))
        .join(Unit, Unit.id == MailMessage.unit_id)
        .where(within, MailMessage.state.in_(("pending", "failed")))
        .group_by(MailMessage.state)
    )
    found = {state: (number, first) for state, number, first in session.execute(query)}
    waits, first = found.get("pending", (0, now))
    return Mail(found.get("failed", (0, now))[0], waits if now - first > timedelta(hours=1) else 0)
